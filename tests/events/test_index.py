"""`/events/`: which events stand there for whom, in which order, narrowed how; and the rows that cities, bodies and series show of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from events.models import Event, EventInvitation, Series
from events.models.event import State
from tests import cast
from tests.events.cast import make_event, make_people, register

pytestmark = pytest.mark.django_db

TITLE = re.compile(r'<h3 class="title"[^>]*><a href="[^"]*">(.*?)</a></h3>')


def titles(client, address="/events/"):
    response = client.get(address)
    assert response.status_code == 200
    return TITLE.findall(response.content.decode())


def facts(client, address="/events/"):
    """What the one row says beneath its sentence."""
    listed = client.get(address).content.decode().partition('class="subscribe"')[0]
    (row,) = re.findall(r'<p class="facts">(.*?)</p>', listed, re.DOTALL)
    return re.sub(r"<svg.*?</svg>", "", row)


def make_past(title, days=10, **fields):
    event = make_event(title, **fields)
    gone = timezone.now() - timedelta(days=days)
    Event.objects.filter(pk=event.pk).update(starts=gone, ends=gone + timedelta(hours=2))
    return event


def test_coming_ones_stand_by_date_and_past_ones_by_date_backwards(client):
    make_event("Later", in_days=60)
    make_event("Soon", in_days=10)
    make_past("Long ago", days=100)
    make_past("Lately", days=5)
    assert titles(client) == ["Soon", "Later"]
    assert titles(client, "/events/?when=past") == ["Lately", "Long ago"]


def test_an_event_that_goes_on_now_is_coming(client):
    event = make_event("Now")
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(starts=now - timedelta(hours=1), ends=now + timedelta(hours=1))
    assert titles(client) == ["Now"]
    assert titles(client, "/events/?when=past") == []


def test_each_reader_sees_what_is_for_them(client):
    make_event("For all")
    make_event("For members", audience=Event.Audience.MEMBERS)
    make_event("For the committee", audience=Event.Audience.COMMITTEE)
    invited = make_event("For the invited", audience=Event.Audience.INVITATION)
    make_event("A draft", state=State.DRAFT)
    assert set(titles(client)) == {"For all"}
    client.force_login(cast.make_person("lene"))
    assert set(titles(client)) == {"For all", "For members"}
    leila = cast.make_person("leila")
    cast.make_seat(cast.make_city("Mombasa"))
    EventInvitation.objects.create(event=invited, email=leila.email, user=leila)
    client.force_login(leila)
    assert set(titles(client)) == {"For all", "For members", "For the committee", "For the invited"}
    client.force_login(cast.make_staff())
    assert set(titles(client)) == {"For all", "For members", "For the committee", "For the invited", "A draft"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=webinar", {"One"}),
        ("kind=webinar&kind=annual-summit", {"One", "Two"}),
        ("region=east-southern-africa", {"Two"}),
        ("region=europe", {"One"}),
        ("theme=youth-engagement", {"One", "Three"}),
        ("theme=youth-engagement&kind=webinar", {"One"}),
        ("language=fr", {"One", "Two"}),
        ("language=ar", {"Two"}),
        ("kind=nonsense", {"One", "Two", "Three"}),
    ],
)
def test_filters_narrow(client, asked, found):
    kinds = Event.Kind
    make_event("One", kind=kinds.WEBINAR, host=cast.make_city("Aarhus"), themes=["youth-engagement"], languages=["fr"])
    make_event("Two", kind=kinds.SUMMIT, host=cast.make_city("Mombasa"), languages=["en"], interpretation=["ar", "fr"])
    make_event("Three", themes=["youth-engagement"])
    assert set(titles(client, f"/events/?{asked}")) == found


def test_open_to_me_leaves_out_what_i_may_not_or_need_not_register_for(client):
    ove = cast.make_person("ove")
    make_event("Open")
    mine = make_event("Mine")
    make_event("Closed", registration_closes=timezone.now() - timedelta(days=1))
    make_event("Only invited", way=Event.Way.INVITED)
    register(mine, ove, cast.make_city("Aarhus"))
    client.force_login(ove)
    assert set(titles(client)) == {"Open", "Mine", "Closed", "Only invited"}
    assert titles(client, "/events/?open=me") == ["Open"]


def test_filters_and_when_go_together(client):
    make_past("Old webinar", kind=Event.Kind.WEBINAR)
    make_past("Old summit", kind=Event.Kind.SUMMIT)
    assert titles(client, "/events/?when=past&kind=webinar") == ["Old webinar"]
    page = client.get("/events/?when=past&kind=webinar").content.decode()
    assert 'href="?when=past"><span>Kind' in page  # without the filter, still past
    assert 'href="/events/?kind=webinar"' in page  # the coming ones, by the same filter
    assert '<input type="hidden" name="when" value="past">' in page


def test_an_empty_list_says_what_will_stand_here_and_an_empty_result_how_to_widen(client):
    assert "The next summits, workshops and meetings will stand here" in client.get("/events/").content.decode()
    assert "Events that are over will stand here" in client.get("/events/?when=past").content.decode()
    make_event("One", kind=Event.Kind.SUMMIT)
    page = client.get("/events/?kind=webinar").content.decode()
    assert "No coming event matches" in page
    assert "Without “Kind”: 1 event" in page


def test_pages_and_one_that_is_not_there(client):
    for number in range(21):
        make_event(f"Event {number}", in_days=10 + number)
    assert len(titles(client)) == 20
    assert titles(client, "/events/?page=2") == ["Event 20"]
    response = client.get("/events/?page=3")
    assert response.status_code == 404
    assert 'href="?page=2"' in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("reader", "queries"), [(None, 5), ("ove", 9)])
def test_as_many_queries_for_one_as_for_three(client, django_assert_num_queries, count, reader, queries):
    if reader:
        client.force_login(cast.make_person(reader))
    for number in range(count):
        make_event(f"Event {number}", host=cast.make_city(["Aarhus", "Mombasa", "Ghent"][number]))
    titles(client)
    with django_assert_num_queries(queries):
        assert len(titles(client)) == count


# --- A row -----------------------------------------------------------------------------------------------------------


def test_a_row_says_how_many_seats_are_left(client):
    event = make_event(capacity=3)
    register(event, make_people(1)[0])
    assert "<span>2 of 3 seats left</span>" in facts(client)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "registration is open"),
        ({"registration_closes": timezone.now() - timedelta(hours=1)}, "registration is closed"),
        ({"registration_opens": datetime(2090, 5, 3, 10, tzinfo=UTC), "in_days": 30_000}, "registration opens on 3 May 2090"),
        ({"state": State.POSTPONED}, '<span class="stamp stamp--warn">postponed</span>'),
        ({"state": State.CANCELLED}, '<span class="stamp stamp--bad">cancelled</span>'),
        ({"audience": Event.Audience.PUBLIC, "is_online": True}, "also online"),
        ({"is_online": True, "venue": ""}, "<span>online</span>"),
        ({"is_sample": True}, '<span class="sample">Sample</span>'),
    ],
)
def test_a_row_says_how_the_event_stands(client, fields, said):
    make_event(**fields)
    assert said in facts(client)


def test_a_row_says_waiting_list_as_soon_as_somebody_waits(client):
    event = make_event(capacity=1)
    for person in make_people(2):
        register(event, person)
    assert "waiting list" in facts(client)
    assert "left" not in facts(client)


def test_a_row_says_what_the_reader_is_there(client):
    event, nadia = make_event(capacity=1), cast.make_person("nadia")
    register(event, make_people(1)[0])
    register(event, nadia)
    assert "you are on the waiting list" not in facts(client)
    client.force_login(nadia)
    assert '<span class="stamp stamp--good">you are on the waiting list</span>' in facts(client)


def test_the_days_are_those_of_the_place(client):
    """At 23:00 UTC on the 31st it is the next year already in Auckland."""
    late = datetime(2090, 12, 31, 23, tzinfo=UTC)
    make_event(starts=late, ends=late + timedelta(hours=3), zone="Pacific/Auckland")
    assert '<time class="days" datetime="2091-01-01"><b>1</b> <span>Jan 2091</span></time>' in client.get("/events/").content.decode()


def test_several_days_stand_as_from_to(client):
    begins = datetime(2090, 5, 12, 9, tzinfo=UTC)
    make_event("Three days", starts=begins, ends=begins + timedelta(days=2))
    make_event("Into June", starts=begins, ends=begins + timedelta(days=22))
    page = client.get("/events/").content.decode()
    assert "<b>12–14</b> <span>May 2090</span>" in page
    assert "<b>12–</b> <span>May 2090 – 3 Jun 2090</span>" in page


# --- Elsewhere -------------------------------------------------------------------------------------------------------


def test_a_series_shows_its_events_that_the_reader_sees(client):
    series = Series.objects.create(title="Annual summits", slug="annual-summits")
    make_event("Next", series=series)
    make_event("Secret", series=series, audience=Event.Audience.MEMBERS)
    make_past("First", series=series)
    make_event("Another")
    assert titles(client, "/events/series/annual-summits/") == ["Next", "First"]


def test_a_series_without_an_event_for_the_reader_is_not_there(client):
    series = Series.objects.create(title="Secret meetings", slug="secret")
    make_event("Secret", series=series, audience=Event.Audience.MEMBERS)
    assert client.get("/events/series/secret/").status_code == 404
    client.force_login(cast.make_staff())
    assert titles(client, "/events/series/secret/") == ["Secret"]


def test_a_city_shows_what_it_hosts_and_without_it_nothing(client):
    aarhus = cast.make_city("Aarhus")
    assert "Events here" not in client.get(aarhus.get_absolute_url()).content.decode()
    make_event("Here", host=aarhus)
    make_past("Was here", host=aarhus)
    make_event("A draft", host=aarhus, state=State.DRAFT)
    make_event("Elsewhere", host=cast.make_city("Mombasa"))
    client.force_login(cast.make_staff())
    assert titles(client, aarhus.get_absolute_url()) == ["Here", "Was here"]
    assert "Events here" in client.get(aarhus.get_absolute_url()).content.decode()


def test_the_committee_shows_its_meetings(client):
    make_event("Meeting", kind=Event.Kind.COMMITTEE)
    make_event("Closed meeting", kind=Event.Kind.COMMITTEE, audience=Event.Audience.COMMITTEE)
    make_event("Workshop")
    cast.make_body()
    cast.make_body("advisory-board")
    assert titles(client, "/governance/steering-committee/") == ["Meeting"]
    assert titles(client, "/governance/advisory-board/") == []


def test_the_front_page_shows_the_next_three_that_take_place(client):
    make_event("Postponed", in_days=5, state=State.POSTPONED)
    for number in range(4):
        make_event(f"Event {number}", in_days=10 + number)
    assert titles(client, "/") == ["Event 0", "Event 1", "Event 2"]


def test_events_have_a_door(client):
    page = client.get("/events/").content.decode()
    assert '<a href="/events/" aria-current="page">Events</a>' in page
