"""Seats under storms of real connections; each with a negative control, which shows what happens without what holds it."""

import random
import threading
from collections import Counter, deque
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from events import booking, jobs, registering, seats
from events.models import Booking, CitySeats, Event, Registration, Session
from events.models.seated import HOLDS, LIVE
from events.registering import Told
from members.models import merge
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 16


def storm(acts):
    """Do `acts` by as many connections as there are at once, each taking the next; what each answered or raised, in their order."""
    waiting: deque[Any] = deque(enumerate(acts))
    results: list[Any] = [None] * len(acts)

    def run():
        while True:
            try:
                place, act = waiting.popleft()
            except IndexError:
                return
            try:
                results[place] = act()
            except MoveRefused as error:
                results[place] = error

    assert [failed for failed in race(*[run] * min(AT_ONCE, len(acts))) if failed] == []
    return results


def ask(event, person, city=None):
    return lambda: registering.register(Event.objects.get(pk=event.pk), user=person, city=city, told=Told())


def truth(event):
    """What the rows say, against what the counters say."""
    event.refresh_from_db()
    states = Counter(event.registrations.values_list("state", flat=True))
    held = sum(states[state] for state in HOLDS)
    assert (event.taken, event.waiting) == (held, states["waiting"])
    for share in event.shares.all():
        of_city = Counter(event.registrations.filter(city=share.city).values_list("state", flat=True))
        assert (share.taken, share.waiting) == (sum(of_city[state] for state in HOLDS), of_city["waiting"])
        assert share.taken <= share.capacity
    for session in event.sessions.all():
        booked = Counter(session.bookings.values_list("state", flat=True))
        assert (session.taken, session.waiting) == (sum(booked[state] for state in HOLDS), booked["waiting"])
        assert session.capacity is None or session.taken <= session.capacity
    assert event.capacity is None or held <= event.capacity
    live = list(event.registrations.filter(state__in=LIVE).values_list("user", flat=True))
    assert len(live) == len(set(live))
    return states


@contextmanager
def rewritten(function, *changes):
    """The negative control: the database's function without what makes it wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        was = now = cursor.fetchone()[0]
        for before, after in changes:
            assert before in now, before
            now = now.replace(before, after)
        cursor.execute(now.replace("%", "%%"))
        try:
            yield
        finally:
            cursor.execute(was.replace("%", "%%"))


# Reads first and writes then, as a program would that asks whether there is a seat.
READS_FIRST = """SELECT waiting = 0 AND (capacity IS NULL OR taken < capacity) INTO has_seat FROM {table} WHERE id = NEW.{key};
        PERFORM pg_sleep(0.002);
        UPDATE {table} SET asked = asked + 1, taken = taken + has_seat::integer, waiting = waiting + (NOT has_seat)::integer
        WHERE id = NEW.{key} RETURNING asked, has_seat INTO NEW.number, has_seat;"""


def reads_first(function, table, key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        text = cursor.fetchone()[0]
    start = text.index(f"UPDATE {table} SET asked")  # noqa: S608  looked for, not run
    end = text.index("INTO NEW.number, has_seat;", start) + len("INTO NEW.number, has_seat;")
    return rewritten(function, (text[start:end], READS_FIRST.format(table=table, key=key)))


def test_a_storm_on_an_event_gives_each_seat_once_in_order():
    event, people = cast.make_event(capacity=10), cast.make_people(60)
    storm([ask(event, person) for person in people])
    assert truth(event) == {"confirmed": 10, "waiting": 50}
    rows = event.registrations.order_by("number").values_list("number", "state")
    assert list(rows) == [(number, "confirmed" if number <= 10 else "waiting") for number in range(1, 61)]


def test_without_the_lock_the_same_storm_oversells():
    event, people = cast.make_event(capacity=10), cast.make_people(60)
    with reads_first("events_place_registration", "events_event", "event_id"), without_rules(Event, "event_seats_are_not_oversold"):
        storm([ask(event, person) for person in people])
        assert event.registrations.filter(state="confirmed").count() > 10


def test_with_the_check_alone_nothing_is_oversold_though_some_are_told_of_a_fault():
    event, people = cast.make_event(capacity=10), cast.make_people(60)

    def tries(person):
        def act():
            try:
                return ask(event, person)()
            except IntegrityError as error:
                return error

        return act

    with reads_first("events_place_registration", "events_event", "event_id"):
        results = storm([tries(person) for person in people])
    assert any(isinstance(each, IntegrityError) for each in results)
    assert truth(event)["confirmed"] == 10


def make_delegations(cities, people):
    """(city, official) of so many cities with so many people each."""
    found = []
    for number in range(cities):
        city = house.make_city(f"City {number}", country="DK", joined=timezone.now().date().replace(year=2015))
        found += [(city, cast.make_official(city, f"p{each}c{number}@example.org")) for each in range(people)]
    return found


def test_a_storm_by_city_gives_each_city_its_seats_and_no_more():
    event = cast.make_event(capacity=12, per_city=2)
    delegates = make_delegations(8, 4)
    random.Random(1).shuffle(delegates)
    storm([ask(event, person, city) for city, person in delegates])
    assert truth(event) == {"confirmed": 12, "waiting": 20}
    assert max(Counter(event.registrations.filter(state="confirmed").values_list("city", flat=True)).values()) == 2


def test_without_the_lock_a_city_gets_more():
    event = cast.make_event(capacity=100, per_city=2)
    delegates = make_delegations(2, 16)
    unlocked = ("WHERE id = NEW.event_id FOR NO KEY UPDATE", "WHERE id = NEW.event_id AND pg_sleep(0.005) IS NOT NULL")
    with rewritten("events_place_registration", unlocked), without_rules(CitySeats, "cityseats_seats_are_not_oversold"):
        storm([ask(event, person, city) for city, person in delegates])
        assert max(Counter(event.registrations.filter(state="confirmed").values_list("city", flat=True)).values()) > 2


def book(session, registration):
    return lambda: booking.book(Session.objects.get(pk=session.pk), registration=registration, by=registration.user)


@pytest.fixture
def hall():
    """A session of five seats, at an event at which thirty people are confirmed."""
    event = cast.make_event()
    session = cast.make_session(event, capacity=5)
    return session, [cast.register(event, person) for person in cast.make_people(30)]


def test_a_storm_on_a_session_gives_each_seat_once(hall):
    session, registered = hall
    storm([book(session, each) for each in registered])
    truth(session.event)
    assert Counter(session.bookings.values_list("state", flat=True)) == {"confirmed": 5, "waiting": 25}
    assert max(session.bookings.filter(state="confirmed").values_list("number", flat=True)) == 5


def test_without_the_lock_a_session_is_oversold(hall):
    session, registered = hall
    with reads_first("events_place_booking", "events_session", "session_id"), without_rules(Session, "session_seats_are_not_oversold"):
        storm([book(session, each) for each in registered])
        assert session.bookings.filter(state="confirmed").count() > 5


def test_the_same_press_many_times_at_once_is_one_registration():
    event, (person,) = cast.make_event(capacity=10), cast.make_people(1)
    results = storm([ask(event, person)] * 12)
    assert len({each.pk for each in results}) == 1
    assert truth(event) == {"confirmed": 1}


def test_without_the_rule_the_same_press_is_several(monkeypatch):
    event, (person,) = cast.make_event(capacity=10), cast.make_people(1)
    meeting = Meeting()
    settle = seats.settle
    monkeypatch.setattr(seats, "settle", lambda what: meeting.pass_on(settle(what)))
    with without_rules(Registration, "registration_one_live_of_a_person"):
        race(ask(event, person), ask(event, person))
        assert event.registrations.count() == 2


@pytest.fixture
def queue():
    """Four seats, taken by persons 1 to 4; persons 5 to 10 wait."""
    event = cast.make_event(capacity=4)
    people = cast.make_people(10)
    return event, [cast.register(event, person) for person in people]


def test_seats_freed_at_once_go_to_different_people_in_order(queue):
    event, registered = queue
    storm([lambda each=each: each.withdraw(by=each.user) for each in registered[:3]])
    assert cast.stands(event)[4:] == [
        *((f"person{number}", "offered") for number in (5, 6, 7)),
        *((f"person{number}", "waiting") for number in (8, 9, 10)),
    ]
    truth(event)


def leave_both_ends(registered, monkeypatch):
    """Who has a seat leaves; before the seat is passed on, who would be called for it leaves as well."""
    meeting, reached, pass_on = Meeting(), threading.Event(), seats.pass_on

    def late(what):
        reached.set()
        meeting.wait()
        return pass_on(what)

    monkeypatch.setattr(seats, "pass_on", late)
    holder, called = registered[0], registered[4]
    return race(lambda: holder.withdraw(by=holder.user), lambda: reached.wait(60) and called.withdraw(by=called.user))


def test_whoever_leaves_while_they_are_called_is_passed_over(queue, monkeypatch):
    event, registered = queue
    assert leave_both_ends(registered, monkeypatch) == [None, None]
    assert cast.stands(event)[4:6] == [("person5", "withdrawn"), ("person6", "offered")]
    truth(event)


def test_without_the_lock_the_two_wait_for_each_other_until_the_database_ends_one(queue, monkeypatch):
    _event, registered = queue
    without_locks(monkeypatch)
    assert [type(each) for each in leave_both_ends(registered, monkeypatch) if each] == [OperationalError]


def test_newcomers_never_overtake_those_who_wait(queue):
    """Seats come free and people come in at the same time: as long as somebody waits, whoever comes is put behind them."""
    event, registered = queue
    newcomers = cast.make_people(12, "newcomer")
    leaving = [lambda each=each: each.withdraw(by=each.user) for each in registered[:4]]
    acts = [*leaving, *(ask(event, person) for person in newcomers)]
    random.Random(2).shuffle(acts)
    storm(acts)
    truth(event)
    first = {each.transitions.first().to_state for each in event.registrations.filter(user__in=newcomers)}
    assert first == {"waiting"}
    assert [who for who, state in cast.stands(event) if state == "offered"] == ["person5", "person6", "person7", "person8"]


def test_of_two_who_accept_what_was_offered_once_one_is_in(queue):
    """The same person in two windows, and the offer's end in between: one seat, taken once."""
    event, registered = queue
    registered[0].withdraw(by=registered[0].user)
    offered = Registration.objects.get(pk=registered[4].pk)
    results = storm([lambda: Registration.objects.get(pk=offered.pk).accept(by=offered.user)] * 4)
    assert sum(isinstance(each, MoveRefused) for each in results) == 3
    assert Counter(step.verb for step in offered.transitions.all()) == {"register": 1, "offer": 1, "accept": 1}
    truth(event)


def test_without_the_lock_an_offer_is_accepted_twice(queue, monkeypatch):
    _event, registered = queue
    registered[0].withdraw(by=registered[0].user)
    offered = Registration.objects.get(pk=registered[4].pk)
    without_locks(monkeypatch)
    meeting, move = Meeting(), Registration.allows
    monkeypatch.setattr(Registration, "allows", lambda self, verb: meeting.pass_on(move(self, verb)))
    race(*[lambda: Registration.objects.get(pk=offered.pk).accept(by=offered.user)] * 2)
    assert offered.transitions.filter(verb="accept").count() == 2


def test_an_offer_that_is_over_is_passed_on_once_whoever_notices(queue):
    """The job, the page of whoever waits, and the late press itself: one next person, and nobody is called twice."""
    event, registered = queue
    registered[0].withdraw(by=registered[0].user)
    late = Registration.objects.get(pk=registered[4].pk)
    cast.rush(late)
    acts = [
        lambda: jobs.pass_seats_on.func(0),
        lambda: seats.settle(Event.objects.get(pk=event.pk)),
        lambda: Registration.objects.get(pk=late.pk).accept(by=late.user),
        ask(event, cast.make_people(1, "newcomer")[0]),
    ] * 3
    storm(acts)
    assert cast.stands(event)[4:7] == [("person5", "expired"), ("person6", "offered"), ("person7", "waiting")]
    assert Counter(step.verb for step in late.transitions.all()) == {"register": 1, "offer": 1, "expire": 1}
    truth(event)


def test_whoever_registers_while_the_event_is_cancelled_has_no_seat():
    event, people, staff = cast.make_event(capacity=30), cast.make_people(40), house.make_staff()
    storm([ask(event, person) for person in people[:5]])
    acts = [ask(event, person) for person in people[5:]]
    acts.insert(10, lambda: Event.objects.get(pk=event.pk).cancel(by=staff, why="No venue."))
    storm(acts)
    assert set(truth(event)) == {"cancelled"}
    assert event.registrations.count() >= 5


def test_without_the_lock_somebody_keeps_a_seat_at_a_cancelled_event(monkeypatch):
    """Whoever came between the look at who is registered and the end of the cancellation."""
    event, (person,), staff = cast.make_event(capacity=30), cast.make_people(1), house.make_staff()
    without_locks(monkeypatch)
    looked, came, move_all = threading.Event(), threading.Event(), Registration.move_all.__func__  # type: ignore[attr-defined]

    def late(cls, *args, **options):
        done = move_all(cls, *args, **options)
        if cls is Registration:
            looked.set()
            came.wait(60)
        return done

    def register():
        looked.wait(60)
        ask(event, person)()
        came.set()

    monkeypatch.setattr(Registration, "move_all", classmethod(late))
    race(lambda: Event.objects.get(pk=event.pk).cancel(by=staff, why="No venue."), register)
    assert event.registrations.get().state == "confirmed"


def test_fewer_and_more_seats_while_people_come_and_go():
    """Everything at once: nothing is oversold, nobody hangs, nobody meets a fault."""
    event, staff = cast.make_event(capacity=6, per_city=3), house.make_staff()
    session = cast.make_session(event, capacity=2)
    delegates = make_delegations(5, 6)
    chance = random.Random(3)
    for city, person in delegates[::2]:
        registering.register(event, user=person, city=city, told=Told())

    def own(person):
        return Registration.objects.filter(event=event, user=person, state__in=LIVE).first()

    def one(delegate, verb):
        city, person = delegate

        def act():
            there = own(person)
            if there is None:
                return ask(event, person, city)()
            if verb == "book":
                return booking.book(session, registration=there, by=person)
            answers = verb in {"accept", "decline"} and there.state != "offered"
            return getattr(there, "withdraw" if answers else verb)(by=person)

        return act

    def resize(capacity, share):
        return lambda: Event.objects.get(pk=event.pk).change(by=staff, capacity=capacity, per_city=share)

    acts = [one(chance.choice(delegates), chance.choice(["withdraw", "accept", "decline", "book", "book"])) for _ in range(150)]
    acts += [resize(chance.randint(3, 12), chance.randint(1, 5)) for _ in range(15)]
    acts += [lambda: jobs.pass_seats_on.func(0)] * 5
    chance.shuffle(acts)
    storm(acts)
    truth(event)
    with transaction.atomic():
        assert seats.pass_on(event.held()) == 0  # whatever was free has been passed on
    assert Booking.objects.exists()


def holding_the_event(event, act, meanwhile):
    """`act` waits for the event, which is held until `meanwhile` is done to it."""
    gone = threading.Event()

    def first():
        with transaction.atomic():
            event.held()
            gone.set()
            Meeting().wait()
            meanwhile()

    def second():
        gone.wait()
        return act()

    return race(first, second)


def test_a_group_that_waited_while_the_event_was_cancelled_has_no_seats():
    lead, ove = house.make_person("lene"), house.make_person("ove")
    event, city, staff = cast.make_event(), house.make_city("Aarhus"), house.make_staff()

    def register():
        return registering.register_group(Event.objects.get(pk=event.pk), by=lead, city=city, people=[lead, ove])

    _done, refused = holding_the_event(event, register, lambda: Event.objects.get(pk=event.pk).cancel(by=staff, why="A strike."))
    assert isinstance(refused, MoveRefused)
    assert event.registrations.count() == 0


def test_who_books_while_the_event_is_cancelled_and_the_cancelling_do_not_wait_for_each_other():
    (person,) = cast.make_people(1)
    event, staff = cast.make_event(), house.make_staff()
    session, registration = cast.make_session(event, capacity=2), cast.register(event, person)
    held = threading.Event()

    def book_slowly():
        with transaction.atomic():
            Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
            held.set()
            Meeting().wait()
            booking.book(session, registration=registration, by=person)

    def cancel():
        held.wait()
        Event.objects.get(pk=event.pk).cancel(by=staff, why="A strike.")

    assert race(book_slowly, cancel) == [None, None]
    assert session.bookings.get().state == "cancelled"
    truth(event)


def merge_while_one_leaves(monkeypatch):
    """Two records of a city are made one; once the registrations have moved, and before the end of it, somebody leaves."""
    event, aarhus, other = cast.make_event(capacity=4, per_city=2), house.make_city("Aarhus"), house.make_city("Arhus", kind="municipality")
    leaver = registering.register(event, user=cast.make_people(1)[0], city=None, told=Told())
    Registration.objects.filter(pk=leaver.pk).update(city=other)
    keeper, seen = house.make_staff("kai", is_superuser=True), merge.Merge.preview(aarhus, other).mark
    meeting, until_they_wait, moving = Meeting(), Meeting(), merge._update

    def late(foreign, keys, target):
        if foreign.model is Registration:
            meeting.wait()
        return moving(foreign, keys, target)

    held = Event.held

    def holds(self):
        found = held(self)
        meeting.wait()
        until_they_wait.wait()
        return found

    monkeypatch.setattr(merge, "_update", late)
    monkeypatch.setattr(Event, "held", holds)
    results = race(
        lambda: merge.Merge.merge(kept=aarhus, dropped=other, by=keeper, seen=seen) and None,
        lambda: Registration.objects.get(pk=leaver.pk).withdraw(by=leaver.user),
    )
    return event, results


def test_a_city_is_merged_while_somebody_of_it_leaves(monkeypatch):
    event, results = merge_while_one_leaves(monkeypatch)
    assert [each for each in results if isinstance(each, OperationalError)] == []
    truth(event)


def test_without_the_lock_before_the_merge_the_two_wait_for_each_other(monkeypatch):
    monkeypatch.delattr(Registration, "hold_before_merge")
    _event, results = merge_while_one_leaves(monkeypatch)
    assert [type(each) for each in results if isinstance(each, Exception)] == [OperationalError]
