"""An event's page: what it says to whom of seats, people, changes and outcomes; its sessions; and how lean it stays."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from events import booking
from events.kinds import ListedTo
from events.models import Change, Event, EventInvitation, Photo, Registration, Room, Series, Speaker
from events.models.event import State
from events.programme import clashes
from members.models import Official
from tests import cast
from tests.events.cast import make_event, make_official, make_people, make_session, register

pytestmark = pytest.mark.django_db


def page(client, event, more=""):
    response = client.get(f"/events/{event.slug}/{more}")
    assert response.status_code == 200
    return response.content.decode()


def begun(event, *, hours=1):
    """The event moved, with its sessions, so that it began so many hours ago."""
    by = timezone.now() - timedelta(hours=hours) - event.starts
    Event.objects.filter(pk=event.pk).update(starts=event.starts + by, ends=event.ends + by)
    for session in event.sessions.all():
        type(session).objects.filter(pk=session.pk).update(starts=session.starts + by, ends=session.ends + by)
    event.refresh_from_db()


def speaks(session, user, named_to):
    official, _made = Official.objects.get_or_create(user=user)
    return Speaker.objects.create(session=session, official=official, named_to=named_to)


# --- Who sees it, and how it stands ----------------------------------------------------------------------------------


def test_who_may_not_see_it_gets_404_on_every_page_of_it(client):
    event = make_event(audience=Event.Audience.MEMBERS)
    session = make_session(event)
    addresses = [f"/events/{event.slug}/", f"/events/{event.slug}/participants/", f"/events/{event.slug}/sessions/{session.pk}/"]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    client.force_login(cast.make_person("ove"))
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]


def test_a_session_stands_at_its_own_event_alone(client):
    session, other = make_session(make_event()), make_event("Other")
    assert client.get(f"/events/{other.slug}/sessions/{session.pk}/").status_code == 404


def test_a_draft_is_seen_by_staff_with_a_mark(client):
    event = make_event(state=State.DRAFT)
    assert client.get(event.get_absolute_url()).status_code == 404
    client.force_login(cast.make_staff())
    assert "A draft: seen by staff alone" in page(client, event)


def test_a_postponed_and_a_cancelled_one_say_so_on_top_with_why(client):
    sam = cast.make_staff()
    postponed, cancelled = make_event("One"), make_event("Two")
    postponed.postpone(by=sam, why="The hall burnt down.")
    cancelled.cancel(by=sam, why="Nobody could come.")
    told = page(client, postponed)
    assert told.index("This event is postponed.") < told.index("The hall burnt down.") < told.index("<h1")
    told = page(client, cancelled)
    assert told.index("This event is cancelled.") < told.index("Nobody could come.") < told.index("<h1")
    assert 'href="register/"' not in told


def test_the_link_to_take_part_stands_on_no_page_for_all(client):
    event, (nadia,) = make_event(is_online=True, link="https://video.example/secret"), make_people(1)
    register(event, nadia)
    for reader in (cast.make_staff(), nadia):
        client.force_login(reader)
        assert "video.example" not in page(client, event)
    assert "video.example" in page(client, event, "registration/")


# --- The way in ------------------------------------------------------------------------------------------------------


def way_in(client, event):
    found = re.search(r'<section class="way-in".*?</section>', page(client, event), re.DOTALL)
    assert found
    return found[0]


def test_a_visitor_signs_in_or_has_a_link_mailed(client):
    event = make_event()
    said = way_in(client, event)
    assert f'href="/account/login/?next=/events/{event.slug}/register/"' in said
    assert 'href="register/link/"' in said


def test_who_is_signed_in_registers_and_reads_before_what_becomes_of_it(client):
    event, (taker, asker) = make_event(capacity=1), make_people(2)
    client.force_login(asker)
    assert 'href="register/"' in way_in(client, event)
    assert "You get a seat at once" in way_in(client, event)
    register(event, taker)
    assert "You will be on the waiting list, with place 1." in way_in(client, event)
    Event.objects.filter(pk=event.pk).update(way=Event.Way.MODERATED)
    assert "The Secretariat decides on each registration" in way_in(client, event)


def test_whose_city_has_all_of_its_seats_reads_it_before_they_press(client):
    aarhus = cast.make_city("Aarhus")
    event, (first, second) = make_event(capacity=9, per_city=1), (make_official(aarhus, f"{name}@example.org") for name in ("anna", "bo"))
    register(event, first, city=aarhus)
    client.force_login(second)
    assert "You will be on the waiting list, with place 1." in way_in(client, event)


def test_who_is_registered_is_led_to_their_registration(client):
    event, (nadia,) = make_event(), make_people(1)
    register(event, nadia)
    client.force_login(nadia)
    said = way_in(client, event)
    assert "you are registered" in said
    assert 'href="registration/"' in said
    assert 'href="register/"' not in said


def test_who_is_offered_a_seat_is_led_to_the_answer(client):
    event, (first, nadia) = make_event(capacity=1), make_people(2)
    place = register(event, first)
    register(event, nadia)
    client.force_login(nadia)
    assert ">Your registration</a>" in way_in(client, event)
    place.withdraw(by=first)
    said = way_in(client, event)
    assert '<span class="stamp stamp--warn">a seat is kept for you</span>' in said
    assert ">Answer the offer</a>" in said


def test_a_postponed_or_cancelled_event_is_not_offered_for_calendars_nor_with_a_date_of_registration(client):
    event = make_event()
    told = page(client, event)
    assert "Add to my calendar" in told
    assert "<dt>Registration</dt>" in told
    for state in (Event.State.POSTPONED, Event.State.CANCELLED):
        Event.objects.filter(pk=event.pk).update(state=state)
        told = page(client, event)
        assert event.title in told
        assert "Add to my calendar" not in told
        assert "<dt>Registration</dt>" not in told


def test_who_may_not_register_reads_why(client):
    event = make_event(way=Event.Way.INVITED)
    (nadia,) = make_people(1)
    client.force_login(nadia)
    assert "Only those who were invited can register." in way_in(client, event)
    EventInvitation.objects.create(event=event, email=nadia.email, user=nadia)
    assert 'href="register/"' in way_in(client, event)


def test_a_visitor_is_led_to_sign_in_only_where_somebody_may_register(client):
    assert "Sign in, if you were invited" in way_in(client, make_event(way=Event.Way.INVITED))
    closed = make_event("Closed", registration_closes=timezone.now() - timedelta(days=1))
    assert "Registration is closed." in way_in(client, closed)
    assert "Sign in" not in way_in(client, closed)


def test_a_lead_official_may_register_several_of_their_city(client):
    event = make_event()
    client.force_login(cast.make_person("ove"))
    assert "Register several people" not in way_in(client, event)
    client.force_login(cast.make_person("lene"))
    assert "Register several people of Aarhus" in way_in(client, event)


# --- Who is named to whom --------------------------------------------------------------------------------------------


@pytest.fixture
def stage():
    """A session in which three officials of Aarhus speak, each named to others: to nobody, to those who take part, to everyone."""
    session, aarhus = make_session(make_event()), cast.make_city("Aarhus")
    for named_to in ListedTo.values:
        speaks(session, make_official(aarhus, f"{named_to}-named@aarhus.dk", title=f"Officer {named_to}"), named_to)
    return session


def names(text):
    return set(re.findall(r"(Nobody|Participants|Everyone)-Named", text))


@pytest.mark.parametrize("more", ["", "sessions/{}/"])
def test_speakers_are_named_to_whom_they_agreed_and_told_by_post_and_city_to_others(client, stage, more):
    event, where = stage.event, more.format(stage.pk)
    (taker, waiter) = make_people(2)
    Event.objects.filter(pk=event.pk).update(capacity=1)
    register(event, taker)
    register(event, waiter)
    told = page(client, event, where)
    assert names(told) == {"Everyone"}
    assert re.findall(r"<bdi>(Officer \w+, Aarhus)</bdi>", told) == [
        "Officer nobody, Aarhus", "Officer participants, Aarhus", "Officer everyone, Aarhus"
    ]  # fmt: skip
    client.force_login(waiter)
    assert names(page(client, event, where)) == {"Everyone"}
    client.force_login(taker)
    assert names(page(client, event, where)) == {"Participants", "Everyone"}
    client.force_login(cast.make_staff())
    assert names(page(client, event, where)) == {"Nobody", "Participants", "Everyone"}


def test_whose_account_is_closed_is_not_named(client, stage):
    type(stage.speakers.first().official.user).objects.filter(email="everyone-named@aarhus.dk").update(is_active=False)
    assert names(page(client, stage.event)) == set()


def test_a_guest_is_named_as_the_staff_said_and_else_told_by_what_they_are(client, stage):
    Speaker.objects.create(session=stage, name="Gia Guest", standing="Mediator", named_to=ListedTo.EVERYONE)
    Speaker.objects.create(session=stage, name="Geo Guest", standing="Judge")
    told = page(client, stage.event)
    assert "Gia Guest" in told
    assert "Geo Guest" not in told
    assert "Judge" in told


def test_a_page_that_names_somebody_is_asked_about_each_time(client, stage):
    event = stage.event
    response = client.get(event.get_absolute_url())
    assert "no-cache" in response["Cache-Control"]
    assert '<meta name="robots" content="noarchive">' in response.content.decode()
    Speaker.objects.filter(named_to=ListedTo.EVERYONE).delete()
    assert client.get(event.get_absolute_url())["Cache-Control"] == "public, max-age=60"


def test_the_chatham_house_rule_hides_speakers_from_the_beginning_on(client, stage):
    event = stage.event
    Event.objects.filter(pk=event.pk).update(chatham_house=True)
    event.refresh_from_db()
    (taker,) = make_people(1)
    register(event, taker)
    assert names(page(client, event)) == {"Everyone"}
    begun(event)
    for more in ("", f"sessions/{stage.pk}/"):
        told = page(client, event, more)
        assert names(told) == set()
        assert "Officer" not in told  # nor for whom they stand
        assert "3 speakers, not named outside" in told
    client.force_login(taker)
    assert names(page(client, event)) == {"Participants", "Everyone"}
    client.force_login(stage.speakers.last().official.user)  # who speaks takes part
    assert names(page(client, event)) == {"Participants", "Everyone"}


# --- Who takes part --------------------------------------------------------------------------------------------------


def listed(client, event):
    return re.findall(r'<h2 class="title"><bdi>(.*?)</bdi>', page(client, event, "participants/"))


@pytest.fixture
def guests():
    event, people = make_event(), make_people(3)
    for person, listed_to in zip(people, ListedTo.values, strict=True):
        register(event, person, listed_to=listed_to)
    return event, people


def test_participants_are_listed_to_whom_they_agreed(client, guests):
    event, (first, *_others) = guests
    waiting = make_people(1, "waiting")[0]
    registration = register(event, waiting, listed_to=ListedTo.EVERYONE)
    Registration.objects.filter(pk=registration.pk).update(state="waiting")
    assert listed(client, event) == ["Person 3"]
    client.force_login(first)
    assert listed(client, event) == ["Person 2", "Person 3"]
    client.force_login(waiting)
    assert listed(client, event) == ["Person 3"]


def test_the_list_of_participants_is_for_no_search_engine_and_kept_by_nobody(client, guests):
    event, _people = guests
    response = client.get(f"/events/{event.slug}/participants/")
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "no-cache" in response["Cache-Control"]


def test_under_the_chatham_house_rule_the_list_is_for_those_who_take_part(client, guests):
    event, (first, *_others) = guests
    Event.objects.filter(pk=event.pk).update(chatham_house=True)
    assert listed(client, event) == []
    assert "the list of participants is for those who take part" in page(client, event, "participants/")
    client.force_login(first)
    assert listed(client, event) == ["Person 2", "Person 3"]


def test_who_speaks_there_takes_part_and_reads_the_list(client, guests):
    event, _people = guests
    Event.objects.filter(pk=event.pk).update(chatham_house=True)
    speaker = make_official(cast.make_city("Aarhus"), "speaks@aarhus.dk")
    client.force_login(speaker)
    assert listed(client, event) == []
    Speaker.objects.create(session=make_session(event), official=speaker.official)
    assert listed(client, event) == ["Person 2", "Person 3"]


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_one_participant_as_for_three(client, django_assert_num_queries, count):
    event, city = make_event(), cast.make_city("Aarhus")
    for number in range(count):
        register(event, make_official(city, f"someone{number}@aarhus.dk"), city, listed_to=ListedTo.EVERYONE)
    listed(client, event)
    with django_assert_num_queries(3):
        assert len(listed(client, event)) == count


# --- What changed ----------------------------------------------------------------------------------------------------


def changes(client, event, prefix=""):
    text = client.get(f"{prefix}/events/{event.slug}/").content.decode()
    found = re.search(r'<ol class="timeline".*?</ol>', text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


def test_the_page_says_what_changed_from_what_to_what_and_why(client):
    event = make_event(host=cast.make_city("Aarhus"))
    event.change(by=cast.make_staff(), why="The hall is too small.", host=cast.make_city("Mombasa"))
    assert "Host city : before: Aarhus → now: Mombasa The hall is too small." in changes(client, event)


def test_dates_are_told_in_the_language_of_the_reader(client):
    event = make_event()
    event.change(by=cast.make_staff(), starts=event.starts + timedelta(hours=1))
    assert "Paris time" in changes(client, event)
    assert "Paris time" not in changes(client, event, "/ar")
    assert changes(client, event, "/ar")


def test_a_link_that_changed_is_told_without_the_link(client):
    event = make_event(link="https://video.example/one")
    event.change(by=cast.make_staff(), link="https://video.example/two")
    assert "Link to take part" in changes(client, event)
    assert "video.example" not in page(client, event)


def test_what_changed_in_a_draft_is_told_to_nobody(client):
    event = make_event(state=State.DRAFT)
    sam = cast.make_staff()
    event.change(by=sam, title="Another title")
    client.force_login(sam)
    assert changes(client, event) == ""


def test_postponed_and_resumed_are_both_told_the_latest_first(client):
    event, sam = make_event(), cast.make_staff()
    event.postpone(by=sam, why="A strike.")
    event.resume(by=sam, why="It is over.")
    said = changes(client, event)
    assert said.index("Takes place after all") < said.index("It is over.") < said.index("Postponed") < said.index("A strike.")


# --- Outcomes, photographs, series -----------------------------------------------------------------------------------


def test_outcomes_stand_there_and_under_the_rule_with_a_note(client):
    event = make_event(outcomes="Much was *said*.", for_cities="Do this.", next_steps="Then that.")
    told = page(client, event)
    assert "<em>said</em>" in told
    assert "For cities" in told
    assert "Next steps" in told
    assert "Held under the Chatham House rule" not in told
    Event.objects.filter(pk=event.pk).update(chatham_house=True)
    assert "Held under the Chatham House rule" in page(client, event)


def test_photographs_under_the_rule_are_for_those_who_were_there(client):
    event, (taker,) = make_event(chatham_house=True), make_people(1)
    register(event, taker)
    name = "a" * 32 + "-1600x1067"
    Photo.objects.create(event=event, picture=name, alt="A hall", credit="Someone", licence="cc-by-4.0")
    assert name not in page(client, event)
    assert set(Photo.objects.visible_to(taker)) == set(Photo.objects.all())
    client.force_login(taker)
    assert name in page(client, event)
    client.logout()
    Event.objects.filter(pk=event.pk).update(chatham_house=False)
    assert name in page(client, event)


def test_the_page_leads_to_the_events_before_and_after_it_that_the_reader_sees(client):
    series = Series.objects.create(title="Summits", slug="summits")
    make_event("First", series=series, in_days=10)
    event = make_event("Second", series=series, in_days=20)
    make_event("Hidden", series=series, in_days=25, audience=Event.Audience.MEMBERS)
    make_event("Third", series=series, in_days=30)
    nav = re.search(r'<nav class="beside".*?</nav>', page(client, event), re.DOTALL)
    assert nav
    assert re.findall(r"</span> (\w+)</a>", nav[0]) == ["First", "Third"]


# --- The programme ---------------------------------------------------------------------------------------------------


def test_a_room_and_a_person_needed_twice_at_a_time_are_clashes(client):
    event, ove = make_event(), cast.make_person("ove")
    room = Room.objects.create(event=event, name="Garden room")
    one, two = make_session(event, "One", hours=2, room=room), make_session(event, "Two", after=1, room=room)
    three, after = make_session(event, "Three", hours=2), make_session(event, "After", after=2, room=room)
    for session in (two, three, after):
        speaks(session, ove, ListedTo.NOBODY)
    found = [(clash.first.title, clash.second.title, clash.what) for clash in clashes(event.sessions.all())]
    assert found == [("One", "Two", "Garden room"), ("Three", "Two", "Ove Olsen")]
    type(two).objects.filter(pk=two.pk).update(is_cancelled=True)
    assert clashes(event.sessions.all()) == []
    assert one.overlaps(three)


def test_clashes_are_told_to_staff_alone(client):
    event = make_event()
    room = Room.objects.create(event=event, name="Garden room")
    make_session(event, "One", room=room)
    make_session(event, "Two", room=room)
    assert "at the same time" not in page(client, event)
    client.force_login(cast.make_staff())
    assert "Garden room: “One” and “Two” are at the same time." in page(client, event)


def test_a_reader_is_told_where_their_own_bookings_clash(client):
    event, (taker, other) = make_event(), make_people(2)
    full, free = make_session(event, "Full", capacity=1), make_session(event, "Free")
    for person, session in ((other, full), (taker, full), (taker, free)):
        there = event.registrations.filter(user=person).first() or register(event, person)
        booking.book(session, registration=there, by=person)
    client.force_login(taker)
    told = page(client, event)
    assert "At the same time as “<bdi>Free</bdi>”, where you asked for a seat too." in told
    assert "you are on its waiting list" in told
    client.force_login(other)
    assert "where you asked for a seat too" not in page(client, event)


def test_a_session_says_its_seats_and_that_it_does_not_take_place(client):
    event = make_event()
    make_session(event, "Small", capacity=20)
    off = make_session(event, "Off", capacity=9)
    booking.call_off(off, by=cast.make_staff())
    told = page(client, event)
    assert "20 of 20 seats left" in told
    assert "9 of 9" not in told
    assert re.search(r"<s><a [^>]*>Off</a></s> <span[^>]*>does not take place", told)


def test_days_are_those_of_the_place(client):
    event = make_event(zone="Pacific/Auckland")
    Event.objects.filter(pk=event.pk).update(ends=event.starts + timedelta(hours=30))
    event.refresh_from_db()
    make_session(event, "One")
    make_session(event, "Two", after=24)
    assert page(client, event).count('<details class="day"') == 2


@pytest.fixture
def long_one():
    """300 sessions in six rooms on three days, and 600 who speak, named to everyone."""
    event, city = make_event(), cast.make_city("Aarhus")
    Event.objects.filter(pk=event.pk).update(ends=event.starts + timedelta(days=3))
    event.refresh_from_db()
    rooms = [Room.objects.create(event=event, name=f"Room {number}") for number in range(6)]
    officials = [Official.objects.get(user=make_official(city, f"speaker{number}@aarhus.dk")) for number in range(20)]
    sessions = [
        make_session(event, f"What towns of every size do, part {number}", after=number // 6, room=rooms[number % 6], capacity=30)
        for number in range(300)
    ]
    Speaker.objects.bulk_create(
        Speaker(session=session, official=officials[(place * 2 + which) % 20], named_to=ListedTo.EVERYONE)
        for place, session in enumerate(sessions)
        for which in (0, 1)
    )
    return event


def test_300_sessions_are_no_more_queries_than_one_and_under_100_kilobytes(client, django_assert_max_num_queries, long_one):
    with django_assert_max_num_queries(19):
        told = page(client, long_one)
    assert told.count('<a href="sessions/') == 300
    assert len(told.encode()) < 100_000
    with django_assert_max_num_queries(19):
        short = make_event("Short")
        speaks(make_session(short), make_official(cast.make_city("Aarhus"), "one@aarhus.dk"), ListedTo.EVERYONE)
    client.get("/ar/")
    assert len(client.get(f"/ar{long_one.get_absolute_url()}").content) < 100_000


def test_of_a_long_programme_one_day_stands_open(client, long_one):
    assert page(client, long_one).count('<details class="day" open>') == 1


def test_a_change_of_an_unknown_day_says_so_and_stands_last(client):
    event, sam = make_event(), cast.make_staff()
    for venue in ("Library", "Theatre"):
        event.change(by=sam, venue=venue)
    Change.objects.filter(after__venue="Library").update(at=None)
    page = client.get(event.get_absolute_url()).content.decode()
    assert page.count("On a day that is not on record") == 1
    assert page.index("Theatre</bdi></ins>") < page.index("On a day that is not on record")
