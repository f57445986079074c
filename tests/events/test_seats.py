"""Seats: who has one, who waits, and what happens to one that comes free. Races are in test_storms.py."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events import adding, booking, inviting, jobs, registering, seats
from events.inviting import Address
from events.models import CitySeats, Event, Registration
from events.models.seated import State
from events.registering import Told
from members.models import User
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast.make_people(6)


@pytest.fixture
def full(people):
    """Two seats, taken; persons 3 and 4 wait."""
    event = cast.make_event(capacity=2)
    for person in people[:4]:
        cast.register(event, person)
    return event


def of(event, number):
    return Registration.objects.get(event=event, user__email=f"person{number}@example.org")


def test_seats_are_given_in_the_order_of_asking_and_then_there_is_a_list(full):
    assert cast.stands(full) == [("person1", "confirmed"), ("person2", "confirmed"), ("person3", "waiting"), ("person4", "waiting")]
    assert cast.counted(full) == (2, 2)
    assert [(step.verb, step.from_state, step.to_state) for step in of(full, 3).transitions.all()] == [("register", "", "waiting")]


def test_a_seat_given_back_is_offered_to_the_first_in_line_with_an_end(full):
    before = timezone.now()
    of(full, 1).withdraw(by=of(full, 1).user)
    assert cast.stands(full) == [("person1", "withdrawn"), ("person2", "confirmed"), ("person3", "offered"), ("person4", "waiting")]
    assert cast.counted(full) == (2, 1)
    until = of(full, 3).offered_until
    assert before + timedelta(hours=48) <= until <= timezone.now() + timedelta(hours=48)


def test_an_offer_is_accepted(full):
    of(full, 1).withdraw(by=of(full, 1).user)
    of(full, 3).accept(by=of(full, 3).user)
    assert (of(full, 3).state, of(full, 3).offered_until) == ("confirmed", None)
    assert cast.counted(full) == (2, 1)


def test_a_declined_offer_goes_to_the_next_at_once(full):
    of(full, 1).withdraw(by=of(full, 1).user)
    of(full, 3).decline(by=of(full, 3).user)
    assert cast.stands(full)[2:] == [("person3", "declined"), ("person4", "offered")]
    assert cast.counted(full) == (2, 0)


def test_an_offer_whose_time_is_over_can_no_longer_be_accepted_and_goes_on_although_no_job_ran(full):
    of(full, 1).withdraw(by=of(full, 1).user)
    cast.rush(of(full, 3))
    assert of(full, 3).stands == "expired"
    with pytest.raises(MoveRefused, match="over"):
        of(full, 3).accept(by=of(full, 3).user)
    assert cast.stands(full)[2:] == [("person3", "expired"), ("person4", "offered")]
    assert cast.counted(full) == (2, 0)


def test_whoever_looks_settles_what_is_over_by_its_date(full):
    of(full, 1).withdraw(by=of(full, 1).user)
    cast.rush(of(full, 3))
    seats.settle(full)
    assert cast.stands(full)[2:] == [("person3", "expired"), ("person4", "offered")]


def test_a_newcomer_does_not_overtake_even_while_a_seat_is_free(people):
    """A group of two is in front and one seat is free: the list waits for it, and so does whoever comes now."""
    event, city = cast.make_event(capacity=3), house.make_city("Aarhus")
    lead, ove = house.make_person("lene"), house.make_person("ove")
    for person in people[:2]:
        cast.register(event, person)
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    newcomer = cast.register(event, people[2])
    assert (newcomer.state, *cast.counted(event)) == ("waiting", 2, 3)


def test_a_group_is_offered_seats_together(people):
    event, city = cast.make_event(capacity=2), house.make_city("Aarhus")
    lead, ove = house.make_person("lene"), house.make_person("ove")
    for person in people[:2]:
        cast.register(event, person)
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    of(event, 1).withdraw(by=people[0])
    assert event.registrations.filter(state="offered").count() == 0  # one seat is free, two are needed
    of(event, 2).withdraw(by=people[1])
    assert set(event.registrations.filter(state="offered").values_list("user__email", flat=True)) == {"lene@aarhus.dk", "ove@aarhus.dk"}
    event.registrations.get(user=ove).accept(by=lead)  # who registered the group answers for it
    assert event.registrations.get(user=ove).state == "confirmed"


def test_a_group_that_may_come_apart_takes_what_there_is(people):
    event, city = cast.make_event(capacity=2), house.make_city("Aarhus")
    lead, ove = house.make_person("lene"), house.make_person("ove")
    for person in people[:2]:
        cast.register(event, person)
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    of(event, 1).withdraw(by=people[0])
    party = event.parties.get()
    with pytest.raises(PermissionDenied):
        registering.come_apart(party, by=ove)
    registering.come_apart(party, by=lead)
    assert [state for _who, state in cast.stands(event)] == ["withdrawn", "confirmed", "offered", "waiting"]


def test_who_registered_whom_is_written_down_and_an_invitation_is_answered_for_them():
    event, city, sam = cast.make_event(), house.make_city("Aarhus"), house.make_staff()
    lead, ove = house.make_person("lene"), house.make_person("ove")
    inviting.invite(event, [Address(ove.email)], by=sam)
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    first = event.registrations.get(user=ove).transitions.first()
    answered = event.invitations.get().transitions.last()
    assert first is not None
    assert answered is not None
    assert (first.verb, first.by, answered.verb, answered.by) == ("register", lead, "accept", None)


def test_a_group_larger_than_the_event_is_refused_with_words():
    event, city = cast.make_event(capacity=1), house.make_city("Aarhus")
    lead, ove = house.make_person("lene"), house.make_person("ove")
    with pytest.raises(MoveRefused, match="1 seat"):
        registering.register_group(event, by=lead, city=city, people=[lead, ove])
    with pytest.raises(PermissionDenied):
        registering.register_group(event, by=ove, city=city, people=[lead, ove])
    with pytest.raises(PermissionDenied):  # one is not of the city
        registering.register_group(cast.make_event(), by=lead, city=city, people=[lead, house.make_person("leila")])
    assert not Registration.objects.exists()


# --- Seats of a city ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shared():
    """Ten seats, two a city: of Aarhus three people asked, of Mombasa one."""
    event = cast.make_event(capacity=10, per_city=2)
    aarhus, mombasa = house.make_city("Aarhus"), house.make_city("Mombasa")
    for name in ("ada", "bo", "cy"):
        cast.register(event, cast.make_official(aarhus, f"{name}@aarhus.dk"), aarhus)
    cast.register(event, cast.make_official(mombasa, "dee@mombasa.go.ke"), mombasa)
    return event


def test_a_city_that_has_its_seats_waits_and_holds_up_nobody_else(shared):
    assert cast.stands(shared) == [("ada", "confirmed"), ("bo", "confirmed"), ("cy", "waiting"), ("dee", "confirmed")]
    assert cast.counted(shared) == (3, 1)
    assert {(share.city.name, share.taken, share.waiting) for share in shared.shares.all()} == {("Aarhus", 2, 1), ("Mombasa", 1, 0)}


def test_whoever_stands_for_no_city_is_not_held_up_by_one(shared, people):
    assert cast.register(shared, people[0]).state == "confirmed"


def test_more_seats_released_later_reach_those_who_wait(shared):
    staff = house.make_staff()
    shared.change(by=staff, per_city=3)
    assert cast.stands(shared)[2] == ("cy", "offered")
    assert shared.shares.get(city__name="Aarhus").taken == 3


def test_a_city_can_have_a_number_of_its_own(shared):
    share = shared.shares.get(city__name="Aarhus")
    CitySeats.objects.filter(pk=share.pk).update(capacity=3, is_own=True)
    with transaction.atomic():
        seats.pass_on(shared.held())
    assert cast.stands(shared)[2] == ("cy", "offered")
    shared.change(by=house.make_staff(), per_city=2)
    assert shared.shares.get(city__name="Aarhus").capacity == 3


def test_a_seat_of_a_city_given_back_goes_to_that_city(shared):
    ada = Registration.objects.get(user__email="ada@aarhus.dk")
    ada.withdraw(by=ada.user)
    assert cast.stands(shared)[2] == ("cy", "offered")
    assert {(share.city.name, share.taken, share.waiting) for share in shared.shares.all()} == {("Aarhus", 2, 0), ("Mombasa", 1, 0)}


def test_shares_are_counted_when_they_are_introduced_and_go_when_they_are_dropped(people):
    event, aarhus = cast.make_event(capacity=10), house.make_city("Aarhus")
    for name in ("ada", "bo"):
        cast.register(event, cast.make_official(aarhus, f"{name}@aarhus.dk"), aarhus)
    assert not event.shares.exists()
    staff = house.make_staff()
    with pytest.raises(MoveRefused, match="A city has more"):
        event.change(by=staff, per_city=1)
    event.change(by=staff, per_city=2)
    assert [(share.taken, share.capacity) for share in event.shares.all()] == [(2, 2)]
    assert cast.register(event, cast.make_official(aarhus, "cy@aarhus.dk"), aarhus).state == "waiting"
    event.change(by=staff, per_city=None)
    assert not event.shares.exists()
    assert cast.stands(event)[2] == ("cy", "offered")


def test_two_records_of_a_city_made_one_keep_their_seats_counted(shared):
    aarhus, other = house.make_city("Aarhus"), house.make_city("Arhus", kind="municipality")
    cast.register(shared, cast.make_official(house.make_city("Mombasa"), "eve@mombasa.go.ke"), house.make_city("Mombasa"))
    double = Registration.objects.get(user__email="cy@aarhus.dk")
    Registration.objects.filter(pk=double.pk).update(city=other)
    house.make_merge(aarhus, other)
    assert {(share.city.name, share.taken, share.waiting) for share in shared.shares.filter(taken__gt=0)} == {
        ("Aarhus", 2, 1),
        ("Mombasa", 2, 0),
    }


# --- More and fewer ----------------------------------------------------------------------------------------------------


def test_more_seats_are_offered_in_order(full):
    full.change(by=house.make_staff(), capacity=3)
    assert cast.stands(full)[2:] == [("person3", "offered"), ("person4", "waiting")]
    full.change(by=house.make_staff(), capacity=None)
    assert cast.stands(full)[2:] == [("person3", "offered"), ("person4", "offered")]


def test_there_are_no_fewer_seats_than_are_taken_or_offered(full):
    staff = house.make_staff()
    full.change(by=staff, capacity=3)  # offered to person 3
    with pytest.raises(MoveRefused, match="3 seats are taken or offered"):
        full.change(by=staff, capacity=2)
    assert (full.capacity, *cast.counted(full)) == (3, 3, 1)
    of(full, 3).decline(by=of(full, 3).user)
    of(full, 4).decline(by=of(full, 4).user)
    full.change(by=staff, capacity=2)
    assert (full.capacity, *cast.counted(full)) == (2, 2, 0)


def test_what_is_written_into_a_counter_by_hand_is_left_out(full):
    """A form of the admin that was opened before somebody registered writes what it saw then."""
    stale = Event.objects.get(pk=full.pk)
    of(full, 2).withdraw(by=of(full, 2).user)
    of(full, 3).decline(by=of(full, 3).user)
    of(full, 4).decline(by=of(full, 4).user)
    stale.summary = "Another sentence."
    stale.save()
    assert cast.counted(full) == (1, 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET taken = 0, waiting = 7, asked = 0 WHERE id = %s", [full.pk])
    assert cast.counted(full) == (1, 0)


def test_the_database_refuses_the_seat_too_many_whoever_writes_it(full):
    with pytest.raises(IntegrityError, match="event_seats_are_not_oversold"), transaction.atomic():
        Registration.objects.filter(pk=of(full, 3).pk).update(state=State.CONFIRMED)
    with pytest.raises(IntegrityError, match="event_seats_are_not_oversold"), transaction.atomic():
        Registration.objects.create(event=full, user=cast.make_people(1, "late")[0], state=State.CONFIRMED)
    with pytest.raises(IntegrityError, match="registration_one_live_of_a_person"), transaction.atomic():
        Registration.objects.create(event=full, user=of(full, 1).user, state=State.WAITING)
    with pytest.raises(IntegrityError, match="registration_stays_whose_it_is"), transaction.atomic():
        Registration.objects.filter(pk=of(full, 3).pk).update(number=1)
    assert cast.counted(full) == (2, 2)


def test_counters_follow_a_registration_that_is_deleted(full):
    of(full, 4).transitions.all().delete()
    Registration.objects.filter(pk=of(full, 4).pk).delete()
    assert cast.counted(full) == (2, 1)


# --- Asking ------------------------------------------------------------------------------------------------------------


def test_the_same_press_twice_is_one_registration(people):
    event = cast.make_event(capacity=1)
    first, second = cast.register(event, people[0]), cast.register(event, people[0])
    assert first == second
    assert cast.stands(event) == [("person1", "confirmed")]


def test_who_left_may_come_back_at_the_end_of_the_list(full, people):
    of(full, 3).withdraw(by=of(full, 3).user)
    assert cast.register(full, people[2]).state == "waiting"
    assert cast.stands(full)[2:] == [("person3", "withdrawn"), ("person4", "waiting"), ("person3", "waiting")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"way": "none"}, "no registration"),
        ({"way": "invited"}, "invited"),
        ({"audience": "invitation"}, "invited"),
        ({"audience": "members"}, "for: Officials of member cities"),
        ({"audience": "committee"}, "Steering Committee"),
        ({"state": "postponed"}, "rests"),
        ({"state": "cancelled"}, "cancelled"),
        ({"in_days": -1}, "closed"),
        ({"registration_closes": timezone.now() - timedelta(seconds=1)}, "closed"),
        ({"registration_opens": timezone.now() + timedelta(days=1)}, "not opened"),
    ],
)
def test_who_may_not_register_is_told_why(people, fields, words):
    event = cast.make_event(**fields)
    with pytest.raises(MoveRefused, match=words):
        cast.register(event, people[0])
    assert not event.registrations.exists()


def test_a_second_after_the_deadline_is_too_late_for_the_database_as_well(people, monkeypatch):
    """The form was opened in time, and sent a second too late: what Python asked before no longer holds."""
    event = cast.make_event(registration_closes=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr(registering, "obstacle", lambda event, user: "")
    with pytest.raises(MoveRefused, match="closed while you were filling in"):
        cast.register(event, people[0])
    assert not event.registrations.exists()
    assert cast.counted(event) == (0, 0)


def test_nobody_registers_for_a_city_that_is_not_theirs():
    event, lene = cast.make_event(), house.make_person("lene")
    for not_theirs in (house.make_city("Mombasa"), None):  # for none: the seats of a city are counted for all of its people
        with pytest.raises(PermissionDenied):
            cast.register(event, lene, not_theirs)
        with pytest.raises(PermissionDenied):
            adding.add(event, user=lene, city=not_theirs, by=house.make_staff(), why="She rang.")
    assert cast.register(event, lene, house.make_city("Aarhus")).state == "confirmed"


def test_a_moderated_event_has_no_seat_for_whom_nobody_approved(people):
    event, staff = cast.make_event(way="moderated", capacity=1), house.make_staff()
    first, second = cast.register(event, people[0]), cast.register(event, people[1])
    assert cast.stands(event) == [("person1", "requested"), ("person2", "requested")]
    with pytest.raises(PermissionDenied):
        first.approve(by=people[0])
    second.approve(by=staff)
    first.approve(by=staff)
    assert cast.stands(event) == [("person1", "waiting"), ("person2", "confirmed")]
    with pytest.raises(MoveRefused):
        first.refuse(by=staff, why="Settled already.")
    with pytest.raises(ValueError, match="say why"):
        cast.register(event, people[2]).refuse(by=staff, why=" ")


def test_companions_have_seats_of_their_own(people):
    event = cast.make_event(capacity=5, companions_each=2, companions_capacity=3)
    cast.register(event, people[0], companions=["Ann", "Ben"])
    event.refresh_from_db()
    assert (event.taken, event.companions_taken) == (1, 2)
    with pytest.raises(MoveRefused, match="1 accompanying person"):
        cast.register(event, people[1], companions=["Cyd", "Dan"])
    with pytest.raises(MoveRefused, match="accompanying"):
        cast.register(cast.make_event(companions_each=1), people[1], companions=["Cyd", "Dan"])
    told = Told(companions=["Ann", "Ben", "Cyd"])  # more than two each, whatever a form says
    with pytest.raises(MoveRefused, match="accompanying"):
        of(event, 1).change(by=people[0], told=told)
    assert of(event, 1).companions == ["Ann", "Ben"]
    of(event, 1).withdraw(by=people[0])
    event.refresh_from_db()
    assert (event.taken, event.companions_taken) == (0, 0)


def test_fewer_companions_allowed_later_take_nobody_off_who_was_named(people):
    event = cast.make_event(companions_each=2)
    cast.register(event, people[0], companions=["Ann", "Ben"])
    event.change(by=house.make_staff(), companions_each=1)
    of(event, 1).change(by=people[0], told=Told(companions=["Ann", "Bea"]))
    assert of(event, 1).companions == ["Ann", "Bea"]


def test_interpretation_is_into_a_language_that_there_is(people):
    event = cast.make_event(interpretation=["ar"])
    with pytest.raises(ValueError, match="not interpreted"):
        cast.register(event, people[0], interpretation="fr")
    cast.register(event, people[0], interpretation="ar")
    with pytest.raises(ValueError, match="not interpreted"):
        of(event, 1).change(by=people[0], told=Told(interpretation="fr"))
    assert [each.interpretation for each in event.registrations.all()] == ["ar"]


# --- Leaving, and what goes with it ------------------------------------------------------------------------------------


def test_a_cancelled_event_leaves_no_one_with_a_seat(full):
    staff = house.make_staff()
    session = cast.make_session(full)
    booking.book(session, registration=of(full, 1), by=of(full, 1).user)
    with pytest.raises(ValueError, match="say why"):
        full.cancel(by=staff, why="")
    with pytest.raises(PermissionDenied):
        full.cancel(by=of(full, 1).user, why="No")
    full.cancel(by=staff, why="The venue burnt down.")
    assert {state for _who, state in cast.stands(full)} == {"cancelled"}
    assert cast.counted(full) == (0, 0)
    assert cast.counted(session) == (0, 0)
    with pytest.raises(MoveRefused):
        full.cancel(by=staff, why="Again")


def test_who_was_taken_off_by_the_staff_passes_the_seat_on(full):
    of(full, 1).cancel(by=house.make_staff(), why="Registered twice under two names.")
    assert cast.stands(full)[:3] == [("person1", "cancelled"), ("person2", "confirmed"), ("person3", "offered")]


def test_once_it_begins_no_seat_is_offered_any_more(full):
    Event.objects.filter(pk=full.pk).update(starts=timezone.now() - timedelta(hours=1), ends=timezone.now() + timedelta(hours=1))
    of(full, 1).withdraw(by=of(full, 1).user)
    assert cast.stands(full)[2:] == [("person3", "waiting"), ("person4", "waiting")]


def test_an_offer_ends_when_the_event_begins_at_the_latest(people):
    event = cast.make_event(capacity=1, starts=timezone.now() + timedelta(hours=5), ends=timezone.now() + timedelta(hours=8))
    first, second = cast.register(event, people[0]), cast.register(event, people[1])
    first.withdraw(by=people[0])
    second.refresh_from_db()
    assert second.offered_until == event.starts


def test_offers_rest_while_the_event_is_postponed_and_are_open_anew_when_it_takes_place(full):
    staff = house.make_staff()
    of(full, 1).withdraw(by=of(full, 1).user)
    full.postpone(by=staff, why="The hall is flooded.")
    cast.rush(of(full, 3))
    seats.settle(full)
    assert (of(full, 3).stands, of(full, 3).state) == ("offered", "offered")
    full.resume(by=staff)
    assert of(full, 3).offered_until > timezone.now() + timedelta(hours=47)
    cast.rush(of(full, 3))
    assert of(full, 3).stands == "expired"


def test_whose_account_is_closed_waits_no_longer(full):
    User.objects.filter(pk=of(full, 3).user_id).update(is_active=False)
    of(full, 1).withdraw(by=of(full, 1).user)
    assert cast.stands(full)[2:] == [("person3", "cancelled"), ("person4", "offered")]
    assert cast.counted(full) == (2, 0)


def test_one_list_that_cannot_move_holds_up_no_other(people, monkeypatch):
    stuck, other = cast.make_event(capacity=1), cast.make_event(capacity=1)
    for event in (stuck, other):
        for person in people[:3]:
            cast.register(event, person)
        of(event, 1).withdraw(by=people[0])
        cast.rush(of(event, 2))
    settle = seats.settle

    def breaks(what):
        if what == stuck:
            raise IntegrityError
        settle(what)

    monkeypatch.setattr(seats, "settle", breaks)
    jobs.pass_seats_on.func(0)
    assert [state for _who, state in cast.stands(other)] == ["withdrawn", "expired", "offered"]
    assert [state for _who, state in cast.stands(stuck)] == ["withdrawn", "offered", "waiting"]


@pytest.mark.parametrize("verb", ["refuse", "cancel"])
def test_whom_the_staff_turned_down_does_not_undo_it_by_asking_again(people, verb):
    event = cast.make_event(way="moderated")
    getattr(cast.register(event, people[0]), verb)(by=house.make_staff(), why="Seats are for practitioners.")
    with pytest.raises(MoveRefused, match="did not accept"):
        cast.register(event, people[0])
    assert cast.register(event, people[1]).state == "requested"


def test_staff_do_not_decide_on_their_own(people):
    event, sam, toni = cast.make_event(way="moderated"), house.make_staff(), house.make_staff("toni")
    own = cast.register(event, sam)
    for act in (lambda: own.approve(by=sam), lambda: own.refuse(by=sam, why="No.")):
        with pytest.raises(PermissionDenied):
            act()
    own.approve(by=toni)
    assert own.state == "confirmed"


# --- Sessions ----------------------------------------------------------------------------------------------------------


def test_a_session_has_seats_and_a_list_of_its_own(people):
    event = cast.make_event()
    session = cast.make_session(event, capacity=1)
    one, two, three = (cast.register(event, person) for person in people[:3])
    states = [booking.book(session, registration=each, by=each.user).state for each in (one, two, three)]
    assert (states, *cast.counted(session)) == (["confirmed", "waiting", "waiting"], 1, 2)
    assert booking.book(session, registration=one, by=one.user) == one.bookings.get()
    one.bookings.get().withdraw(by=one.user)
    assert two.bookings.get().state == "offered"
    cast.rush(two.bookings.get())
    with pytest.raises(MoveRefused, match="over"):
        two.bookings.get().accept(by=two.user)
    assert three.bookings.get().state == "offered"
    three.bookings.get().accept(by=three.user)
    assert cast.counted(session) == (1, 0)


def test_whoever_leaves_the_event_leaves_its_sessions(people):
    event = cast.make_event()
    session = cast.make_session(event, capacity=1)
    one, two = (cast.register(event, person) for person in people[:2])
    for each in (one, two):
        booking.book(session, registration=each, by=each.user)
    one.withdraw(by=one.user)
    assert (one.bookings.get().state, two.bookings.get().state) == ("withdrawn", "offered")


def test_sessions_are_for_those_who_have_a_seat_at_the_event(full):
    session = cast.make_session(full)
    with pytest.raises(MoveRefused):
        booking.book(session, registration=of(full, 3), by=of(full, 3).user)
    with pytest.raises(PermissionDenied):
        booking.book(session, registration=of(full, 1), by=of(full, 2).user)
    with pytest.raises(PermissionDenied):
        booking.book(cast.make_session(cast.make_event()), registration=of(full, 1), by=of(full, 1).user)
    assert cast.counted(session) == (0, 0)


def test_nobody_has_seats_in_two_sessions_at_once(people):
    event = cast.make_event()
    one, two = cast.make_session(event, "First", after=1), cast.make_session(event, "Second", after=1)
    here = cast.register(event, people[0])
    booking.book(one, registration=here, by=here.user)
    with pytest.raises(MoveRefused, match="“First” at that time"):
        booking.book(two, registration=here, by=here.user)
    here.bookings.get().withdraw(by=here.user)
    assert booking.book(two, registration=here, by=here.user).state == "confirmed"


def test_a_session_that_is_called_off_leaves_nobody_with_a_seat(people):
    event, staff = cast.make_event(), house.make_staff()
    session = cast.make_session(event, capacity=1)
    one, two = (cast.register(event, person) for person in people[:2])
    for each in (one, two):
        booking.book(session, registration=each, by=each.user)
    with pytest.raises(PermissionDenied):
        booking.call_off(session, by=one.user)
    booking.call_off(session, by=staff)
    assert ([each.bookings.get().state for each in (one, two)], *cast.counted(session)) == (["cancelled", "cancelled"], 0, 0)
    with pytest.raises(MoveRefused):
        booking.book(session, registration=one, by=one.user)


def test_a_session_lies_within_its_event():
    event = cast.make_event()
    session = cast.make_session(event, after=1)
    with pytest.raises(MoveRefused, match="outside"):
        event.change(by=house.make_staff(), starts=event.starts + timedelta(hours=2))
    with pytest.raises(IntegrityError, match="session_lies_within_its_event"), transaction.atomic():
        type(session).objects.filter(pk=session.pk).update(ends=event.ends + timedelta(hours=1))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_whoever_waits_is_offered_their_own_seat_though_there_is_none_for_who_comes_along(people):
    event = cast.make_event(capacity=2, companions_each=2, companions_capacity=3)
    cast.register(event, people[0], companions=["Ada", "Bo"])
    cast.register(event, people[1])
    cast.register(event, people[2], companions=["Cy", "Di"])
    of(event, 2).withdraw(by=people[1])
    assert cast.stands(event)[1:] == [("person2", "withdrawn"), ("person3", "offered")]
    event.refresh_from_db()
    assert (of(event, 3).companions, event.companions_taken) == (["Cy"], 3)
    (offer,) = [mail for mail in outbox() if mail.to == [people[2].email] and "kept for you" in mail.message]
    assert "Left out: Di." in offer.message
    assert "Left out: Di." in offer.html_message


def test_whoever_is_approved_has_their_own_seat_though_there_is_none_for_who_comes_along(people):
    event = cast.make_event(way="moderated", companions_each=1, companions_capacity=1)
    for person in people[:2]:
        cast.register(event, person, companions=["Ada"])
    for number in (1, 2):
        of(event, number).approve(by=house.make_staff())
    assert [(each.state, each.companions) for each in event.registrations.order_by("number")] == [("confirmed", ["Ada"]), ("confirmed", [])]
    assert [("Left out: Ada." in mail.message) for mail in outbox() if "You have a seat" in mail.message] == [False, True]


def test_seats_that_came_free_while_it_was_postponed_are_passed_on_once_it_takes_place(full, people):
    session = cast.make_session(full, capacity=1)
    for number in (1, 2):
        booking.book(session, registration=of(full, number), by=people[number - 1])
    full.postpone(by=house.make_staff(), why="A strike.")
    of(full, 1).withdraw(by=people[0])
    assert [state for _who, state in cast.stands(full)] == ["withdrawn", "confirmed", "waiting", "waiting"]
    full.resume(by=house.make_staff())
    assert [state for _who, state in cast.stands(full)] == ["withdrawn", "confirmed", "offered", "waiting"]
    assert [each.state for each in session.bookings.order_by("number")] == ["withdrawn", "offered"]


def test_in_a_session_nobody_is_taken_to_the_front_by_their_group(people):
    lead, ove = house.make_person("lene"), house.make_person("ove")
    event = cast.make_event()
    session = cast.make_session(event, capacity=1)
    registering.register_group(event, by=lead, city=house.make_city("Aarhus"), people=[lead, ove])
    first, other = (cast.register(event, person) for person in people[:2])
    mine, his = event.registrations.get(user=lead), event.registrations.get(user=ove)
    for each in (first, mine, other, his):
        booking.book(session, registration=each, by=each.user)
    session.change(by=house.make_staff(), capacity=2)
    first.bookings.get().withdraw(by=first.user)
    assert [each.state for each in session.bookings.order_by("number")] == ["withdrawn", "offered", "offered", "waiting"]


def test_whoever_leads_the_city_no_more_answers_for_no_group_of_theirs(people):
    lead, ove = house.make_person("lene"), house.make_person("ove")
    event = cast.make_event(capacity=2)
    guests = [cast.register(event, person) for person in people[:2]]
    registering.register_group(event, by=lead, city=house.make_city("Aarhus"), people=[lead, ove])
    for each in guests:
        each.withdraw(by=each.user)
    lead.official.posts.update(is_lead=False)
    with pytest.raises(PermissionDenied):
        event.registrations.get(user=ove).decline(by=lead)
    with pytest.raises(PermissionDenied):
        registering.come_apart(event.parties.get(), by=lead)
    assert set(Registration.objects.visible_to(lead)) == {event.registrations.get(user=lead)}
