"""What one registered for, in one's own calendar and in one's mails: it follows whatever becomes of it, and is for nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from post_office.models import Email

from events import booking, jobs, own_calendar
from events.models import CalendarAddress, Event, Notice, Registration
from events.models.registration import RegistrationTransition
from tests import cast as house
from tests.events import cast
from tests.events.test_calendar import lines, read, well_formed

pytestmark = pytest.mark.django_db
PAGE, RENEW = "/events/mine/calendar/", "/events/mine/calendar/renew/"


@pytest.fixture
def people():
    return cast.make_people(3)


@pytest.fixture
def workshop():
    return cast.make_event(slug="workshop", capacity=1, link="https://meet.example/secret")


@pytest.fixture
def staff():
    return house.make_staff()


def own(client, user):
    """(response, {uid: (status, sequence, summary)}) of somebody's calendar, asked for without signing in."""
    address = CalendarAddress.objects.filter(user=user).first() or CalendarAddress.renew(user)
    client.logout()
    response = client.get(address.get_absolute_url())
    assert (response.status_code, well_formed(response.content)) == (200, True)
    found = read(response.content) if b"VEVENT" in response.content else {}
    return response, {uid: entry[2:] for uid, entry in found.items()}


def test_whoever_has_a_seat_has_the_link_and_is_busy(client, people, workshop):
    cast.register(workshop, people[0])
    response, found = own(client, people[0])
    assert found == {f"event-{workshop.pk}@localhost": ("CONFIRMED", 1, "Spring workshop")}
    assert {"TRANSP:OPAQUE", "CLASS:PRIVATE"} <= set(lines(response.content))
    assert b"https://meet.example/secret" in response.content.replace(b"\r\n ", b"")


def test_whoever_waits_is_told_so_and_has_no_link(client, people, workshop):
    cast.register(workshop, people[0])
    cast.register(workshop, people[1])
    response, found = own(client, people[1])
    assert found == {f"event-{workshop.pk}@localhost": ("TENTATIVE", 1, "Waiting list: Spring workshop")}
    assert "TRANSP:TRANSPARENT" in lines(response.content)
    assert b"secret" not in response.content
    assert own(client, people[2])[1] == {}


def test_every_step_is_followed(client, people, workshop, staff):
    """From the list to a seat, given back, asked for again: the number always rises."""
    first, second = (cast.register(workshop, person) for person in people[:2])
    uid, seen = f"event-{workshop.pk}@localhost", []

    def look():
        seen.append(own(client, people[1])[1][uid])

    look()
    first.withdraw(by=people[0])
    look()
    second.refresh_from_db()
    second.accept(by=people[1])
    look()
    workshop.change(by=staff, why="", venue="Library")
    look()
    workshop.postpone(by=staff, why="Strike")
    look()
    workshop.resume(by=staff)
    second.refresh_from_db()
    second.withdraw(by=people[1])
    look()
    cast.register(workshop, people[1])
    look()
    workshop.refresh_from_db()
    workshop.cancel(by=staff, why="Flood")
    look()
    assert [(status, summary) for status, _number, summary in seen] == [
        ("TENTATIVE", "Waiting list: Spring workshop"), ("TENTATIVE", "Seat offered, please answer: Spring workshop"),
        ("CONFIRMED", "Spring workshop"), ("CONFIRMED", "Spring workshop"), ("TENTATIVE", "Postponed: Spring workshop"),
        ("CANCELLED", "Not taking part: Spring workshop"), ("CONFIRMED", "Spring workshop"), ("CANCELLED", "Cancelled: Spring workshop"),
    ]  # fmt: skip
    numbers = [number for _status, number, _summary in seen]
    assert numbers == sorted(set(numbers))


def test_an_offer_that_is_over_is_none_though_nobody_noted_it(client, people, workshop):
    first, second = (cast.register(workshop, person) for person in people[:2])
    first.withdraw(by=people[0])
    second.refresh_from_db()
    before = own(client, people[1])
    cast.rush(second)
    after = own(client, people[1])
    (was,), (now,) = before[1].values(), after[1].values()
    assert (was[0], now[0], now[1] > was[1]) == ("TENTATIVE", "CANCELLED", True)
    assert before[0]["ETag"] != after[0]["ETag"]


@pytest.mark.parametrize(("days", "there"), [(89, True), (91, False)])
def test_what_was_withdrawn_stays_for_ninety_days(client, people, workshop, days, there):
    cast.register(workshop, people[0]).withdraw(by=people[0])
    RegistrationTransition.objects.update(at=timezone.now() - timedelta(days=days))
    assert bool(own(client, people[0])[1]) is there


def test_sessions_that_were_booked_are_entries_of_their_own(client, people, workshop, staff):
    session = cast.make_session(workshop, after=1)
    other = cast.make_session(workshop, "Not booked", after=3)
    booking.book(session, registration=cast.register(workshop, people[0]), by=people[0])
    uid = f"session-{session.pk}@localhost"
    assert set(own(client, people[0])[1]) == {f"event-{workshop.pk}@localhost", uid}
    assert own(client, people[0])[1][uid] == ("CONFIRMED", 1, "Youth councils (Spring workshop)")
    Registration.objects.get().withdraw(by=people[0])
    status, number, summary = own(client, people[0])[1][uid]
    assert (status, number > 1, summary) == ("CANCELLED", True, "Not taking part: Youth councils (Spring workshop)")
    assert f"session-{other.pk}@localhost" not in own(client, people[0])[1]


def test_unchanged_it_is_neither_sent_nor_made(client, people, workshop, monkeypatch, django_assert_num_queries):
    cast.register(workshop, people[0])
    response, _found = own(client, people[0])
    monkeypatch.setattr(own_calendar, "entries", None)
    path = people[0].calendar_address.get_absolute_url()
    with django_assert_num_queries(4):  # the reader is counted, whose it is, what there is: of events, of sessions
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again["Cache-Control"], again["X-Robots-Tag"]) == (304, "private, no-cache", "noindex")


@pytest.mark.parametrize("count", [1, 3])
def test_a_constant_number_of_questions_to_the_database(client, people, count, django_assert_num_queries):
    for number in range(count):
        event = cast.make_event(slug=f"e{number}", in_days=10 + number, host=house.make_city("Paris", country="FR"))
        booking.book(cast.make_session(event), registration=cast.register(event, people[0]), by=people[0])
    address = CalendarAddress.renew(people[0])
    with django_assert_num_queries(6):
        assert client.get(address.get_absolute_url()).status_code == 200


def test_it_tells_of_nobody_and_to_nobody_else(client, people, workshop):
    for person in people[:2]:
        cast.register(workshop, person)
    response, _found = own(client, people[0])
    assert "person1" not in response.text.lower()
    assert "person 1" not in response.text.lower()
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-cache", "noindex")
    assert client.get("/events/calendar/nothing.ics").status_code == 404
    client.force_login(people[1])
    assert client.get(people[0].calendar_address.get_absolute_url()).content == response.content
    people[0].is_active = False
    people[0].save()
    assert client.get(people[0].calendar_address.get_absolute_url()).status_code == 404


def test_drafts_and_languages(client, people, workshop):
    cast.register(workshop, people[0])
    cast.register(cast.make_event(slug="b", capacity=0, in_days=40), people[0])
    address = CalendarAddress.renew(people[0])
    with override("ar"):
        path = address.get_absolute_url()
    assert path.startswith("/ar/events/calendar/")
    assert len(read(client.get(path).content)) == 2
    Event.objects.filter(pk=workshop.pk).update(state="draft")
    assert len(read(client.get(path).content)) == 1


# --- Its address -------------------------------------------------------------------------------------------------------


def test_there_is_no_address_until_one_is_made(client, people):
    client.force_login(people[0])
    page = client.get(PAGE)
    assert (page.status_code, "Make the address" in page.text, CalendarAddress.objects.count()) == (200, True, 0)
    assert client.get(RENEW).status_code == 405
    assert client.post(RENEW, follow=True).redirect_chain == [(PAGE, 302)]
    address = CalendarAddress.objects.get()
    page = client.get(PAGE)
    assert f'value="http://localhost:8000/events/calendar/{address.token}.ics"' in page.text
    assert f'href="webcal://localhost:8000/events/calendar/{address.token}.ics"' in page.text
    assert page["Cache-Control"] == "private, no-store"


def test_the_old_address_ends_with_a_new_one(client, people):
    client.force_login(people[0])
    client.post(RENEW)
    old = CalendarAddress.objects.get().get_absolute_url()
    other = CalendarAddress.renew(people[1])
    client.post(RENEW)
    new = CalendarAddress.objects.get(user=people[0]).get_absolute_url()
    assert [client.get(path).status_code for path in (old, new, other.get_absolute_url())] == [404, 200, 200]
    assert CalendarAddress.objects.count() == 2


# --- Mails -------------------------------------------------------------------------------------------------------------


def attached(mail):
    found = []
    for each in mail.attachments.all():
        with each.file.open() as file:
            found.append((each.name, each.mimetype, file.read()))
    return found


def method(content):
    return next(line for line in lines(content) if line.startswith("METHOD"))


def last_to(user):
    return Email.objects.filter(to=user.email).latest("pk")


def test_a_seat_comes_with_its_entry_as_the_own_calendar_has_it(client, people, workshop):
    cast.register(workshop, people[0])
    ((name, kind, content),) = attached(last_to(people[0]))
    assert (name, kind, method(content), well_formed(content)) == ("workshop.ics", "text/calendar; method=PUBLISH", "METHOD:PUBLISH", True)
    assert {uid: entry[2:] for uid, entry in read(content).items()} == own(client, people[0])[1]
    message = last_to(people[0]).prepare_email_message().message()
    part = next(part for part in message.walk() if part.get_filename() == "workshop.ics")
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "PUBLISH")
    assert part.get_payload(decode=True).replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")


def test_one_taken_away_takes_it_off_again(client, people, workshop, staff):
    registration = cast.register(workshop, people[0])
    before = attached(last_to(people[0]))[0][2]
    registration.cancel(by=staff, why="Twice")
    ((_name, kind, content),) = attached(last_to(people[0]))
    assert (kind, method(content)) == ("text/calendar; method=CANCEL", "METHOD:CANCEL")
    (was,), (now,) = read(before).items(), read(content).items()
    assert (was[0] == now[0], now[1][2], now[1][3] > was[1][3]) == (True, "CANCELLED", True)
    assert {uid: entry[2:] for uid, entry in read(content).items()} == own(client, people[0])[1]


def test_who_moves_up_has_it_with_the_number_that_the_calendar_has(client, people, workshop):
    first, second = (cast.register(workshop, person) for person in people[:2])
    assert attached(last_to(people[1])) == []
    first.withdraw(by=people[0])
    second.refresh_from_db()
    second.accept(by=people[1])
    ((_name, _kind, content),) = attached(last_to(people[1]))
    assert {uid: entry[2:] for uid, entry in read(content).items()} == own(client, people[1])[1]


@pytest.mark.parametrize("act", ["change", "postpone", "cancel"])
def test_what_everyone_is_told_comes_along_for_those_with_a_seat(client, people, workshop, staff, act):
    for person in people[:2]:
        cast.register(workshop, person)
    workshop.change(by=staff, venue="Library") if act == "change" else getattr(workshop, act)(by=staff, why="Strike")
    notice = Notice.objects.get()
    assert sorted(notice.people) == sorted(person.pk for person in people[:2])
    if act != "change":
        assert (notice.state, notice.why) == ({"postpone": "postponed", "cancel": "cancelled"}[act], "Strike")
    jobs.tell(notice=notice.pk)
    ((_name, kind, content),) = attached(last_to(people[0]))
    off = act == "cancel"
    wanted = "CANCEL" if off else "PUBLISH"
    assert (kind, method(content)) == (f"text/calendar; method={wanted}", f"METHOD:{wanted}")
    assert {uid: entry[2:] for uid, entry in read(content).items()} == own(client, people[0])[1]
    assert len(attached(last_to(people[1]))) == (1 if off else 0), "who waited is taken off the list by a cancellation as well"
