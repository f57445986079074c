"""Which place somebody has, and why the list moves or waits: one sentence for each reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import booking, registering, seats, waiting_list
from events.models import CitySeats, Registration
from events.models.seated import State
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db
WAITS = State.WAITING


@pytest.fixture
def people(db):
    return cast.make_people(6)


@pytest.fixture
def full(people):
    event = cast.make_event(capacity=2)
    for person in people[:5]:
        cast.register(event, person)
    return event


def of(event, email):
    event.refresh_from_db()
    found = Registration.objects.select_related("event", "party", "city", "user").get(event=event, user__email=email)
    found.event = event
    return found


def person(event, number):
    return of(event, f"person{number}@example.org")


def why(event, who):
    return waiting_list.why(who if isinstance(who, Registration) else person(event, who))


def test_the_place_is_counted_among_those_who_wait(full):
    assert [waiting_list.place_of(person(full, number)) for number in (3, 4, 5)] == [(1, 3), (2, 3), (3, 3)]
    person(full, 3).withdraw(by=person(full, 3).user)
    assert [waiting_list.place_of(person(full, number)) for number in (4, 5)] == [(1, 2), (2, 2)]


def test_the_query_counts_as_the_function_does(full):
    found = Registration.objects.filter(event=full, state=WAITS).with_place().order_by("number")
    assert list(found.values_list("place", flat=True)) == [1, 2, 3]


def test_all_seats_are_taken(full):
    assert why(full, 4) == "All seats are taken. One comes free when somebody gives theirs back, or when there are more seats."


def test_offers_are_open_and_the_first_of_them_ends(full):
    person(full, 1).withdraw(by=person(full, 1).user)
    person(full, 2).withdraw(by=person(full, 2).user)
    until = timezone.now().replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(days=1)
    Registration.objects.filter(pk=person(full, 3).pk).update(offered_until=until)
    Registration.objects.filter(pk=person(full, 4).pk).update(offered_until=until + timedelta(hours=5))
    said = why(full, 5)
    assert said.startswith("All seats are taken or offered. 2 offers are open, the first of them until ")
    assert "(Paris time). A seat that is not accepted by then goes to the next in line." in said
    Registration.objects.filter(pk=person(full, 4).pk).update(state=State.CONFIRMED, offered_until=None)
    assert why(full, 5).startswith("All seats are taken or offered. 1 offer is open, until ")


def test_the_end_of_an_offer_is_told_by_the_reader_s_clock_too(people):
    event = cast.make_event(capacity=1)
    official = cast.make_official(house.make_city("Mombasa", time_zone="Africa/Nairobi"), "amina@mombasa.go.ke")
    for who in (people[0], people[1], official):
        cast.register(event, who)
    person(event, 1).withdraw(by=people[0])
    assert "your time (Nairobi)" in why(event, of(event, "amina@mombasa.go.ke"))


def test_a_group_in_front_waits_for_enough_seats(people):
    event, city, lead = cast.make_event(capacity=3), house.make_city("Aarhus"), house.make_person("lene")
    fellows = [cast.make_official(city, f"fellow{number}@aarhus.dk") for number in range(3)]
    cast.register(event, people[0])
    cast.register(event, people[1])
    registering.register_group(event, by=lead, city=city, people=fellows)
    cast.register(event, people[2])
    said = "1 seat is free. In front of you is a group of 3 that comes together, and nobody is overtaken: the list waits for it."
    assert why(event, 3) == said
    own = "1 seat is free, and your group of 3 comes together or not at all: it waits until there are enough for all."
    assert why(event, of(event, "fellow1@aarhus.dk")) == own
    registering.come_apart(of(event, "fellow1@aarhus.dk").party, by=lead)
    assert of(event, "fellow0@aarhus.dk").state == State.OFFERED
    assert why(event, of(event, "fellow1@aarhus.dk")).startswith("All seats are taken or offered. 1 offer is open")


def test_a_city_has_all_of_its_seats(people):
    event, city = cast.make_event(capacity=9, per_city=2), house.make_city("Aarhus")
    officials = [cast.make_official(city, f"fellow{number}@aarhus.dk") for number in range(3)]
    for official in officials:
        cast.register(event, official, city)
    more = "You move up when one of them comes free, or when your city is given more; others pass you until then."
    assert why(event, of(event, "fellow2@aarhus.dk")) == f"Aarhus has all of its 2 seats. {more}"
    CitySeats.objects.filter(event=event, city=city).update(capacity=3, is_own=True)
    seats.pass_on(event)
    assert of(event, "fellow2@aarhus.dk").state == State.OFFERED


def test_a_city_has_fewer_seats_left_than_the_group_needs(people):
    event, city, lead = cast.make_event(capacity=9, per_city=3), house.make_city("Aarhus"), house.make_person("lene")
    fellows = [cast.make_official(city, f"fellow{number}@aarhus.dk") for number in range(3)]
    cast.register(event, fellows[2], city)
    registering.register_group(event, by=lead, city=city, people=fellows[:2])
    CitySeats.objects.filter(event=event, city=city).update(capacity=4, is_own=True)
    lone = [cast.make_official(city, f"more{number}@aarhus.dk") for number in range(2)]
    assert cast.register(event, lone[0], city).state == State.CONFIRMED
    CitySeats.objects.filter(event=event, city=city).update(capacity=5)
    registering.register_group(event, by=lead, city=city, people=[lone[1], lead])
    said = "1 seat of Aarhus is free, and your group of 2 comes together or not at all: it waits until there are enough for all."
    assert why(event, of(event, "more1@aarhus.dk")) == said


@pytest.mark.parametrize(
    ("state", "starts", "said"),
    [
        ("postponed", 30, "The event is postponed. The list rests until there is a new date, and everyone keeps their place."),
        ("cancelled", 30, "The event is cancelled: no seats are given any more."),
        ("announced", -0.1, "It has begun: no seats are offered any more."),
    ],
)
def test_a_list_that_rests_says_why(full, state, starts, said):
    begins = timezone.now() + timedelta(days=starts)
    type(full).objects.filter(pk=full.pk).update(state=state, starts=begins, ends=begins + timedelta(hours=8))
    assert why(full, 4) == said


def test_a_session_has_a_list_of_its_own(full):
    session = cast.make_session(full, capacity=1)
    one, two = (booking.book(session, registration=person(full, number), by=person(full, number).user) for number in (1, 2))
    two.session = type(session).objects.select_related("event").get(pk=session.pk)
    assert (one.state, two.state, waiting_list.place_of(two)) == (State.CONFIRMED, WAITS, (1, 1))
    assert waiting_list.why(two).startswith("All seats are taken. One comes free")


# --- What is said before somebody presses ----------------------------------------------------------------------------


def test_what_comes_of_pressing_is_said_before(people):
    event = cast.make_event(capacity=1)
    assert waiting_list.ahead(event, []) == "You get a seat at once, as long as nobody is quicker than you."
    for who in people[:3]:
        cast.register(event, who)
    event.refresh_from_db()
    said = "You will be on the waiting list, with place 3. Seats that come free are offered in order."
    assert waiting_list.ahead(event, []) == said
    assert cast.register(event, people[3]).state == WAITS
    assert waiting_list.place_of(person(event, 4)) == (3, 3)
    moderated = cast.make_event(way="moderated")
    assert waiting_list.ahead(moderated, []).startswith("The Secretariat decides on each registration.")


def test_of_two_cities_one_may_have_a_seat_left(people):
    event = cast.make_event(per_city=1)
    aarhus, mombasa = house.make_city("Aarhus"), house.make_city("Mombasa")
    cast.register(event, cast.make_official(aarhus, "ove@aarhus.dk"), aarhus)
    event.refresh_from_db()
    said = "There is a seat for Mombasa. For another city you will be on the waiting list, with place 1."
    assert waiting_list.ahead(event, [aarhus, mombasa]) == said
