"""Seats that came free go to those who wait, in the order in which they asked. And why the list does, or doesn't, move.

What is called here with `what` is an event or a session; the caller has `held()` it. A group that comes to an event together is offered
seats at the same time or not at all; where not enough are free for the one in front, the list waits for it: nobody is overtaken. Those
alone are passed over whose city has all of its seats. Whoever brings people along for whom there are no seats any more is offered their
own (Registration.leave_out).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from events.models import Booking, CitySeats, Event, Registration, Session
from events.models.seated import State
from members.models import City

type Seats = Event | Session
type Asking = Registration | Booking


def places_of(what: Seats) -> Any:
    """Who asked for a seat there."""
    return what.registrations if isinstance(what, Event) else what.bookings


def has_one_for(registration: Registration) -> bool:
    """Whether there is a seat that `registration` may take at once, by its number. The database says it, as to whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_has_seat(%s, %s, %s)", [registration.event_id, registration.city_id, registration.number])
        return bool(cursor.fetchone()[0])


def settle(what: Seats) -> None:
    """Where offers are over by their date, note it and pass their seats on. For pages and verbs, before they look: so nothing
    depends on a job having run."""
    if places_of(what).due().exists():
        with transaction.atomic():
            pass_on(what.held())


def settle_all(event: Event) -> None:
    """The same for an event and each of its sessions."""
    settle(event)
    for session in event.sessions.filter(pk__in=Booking.objects.due().values("session")).select_related("event"):
        settle(session)


def settle_for(user: Any) -> None:
    """The same for every event at which `user` is registered."""
    own = Event.objects.filter(pk__in=Registration.objects.of(user).live().values("event"))
    over = Q(pk__in=Registration.objects.due().values("event")) | Q(pk__in=Booking.objects.due().values("session__event"))
    for event in own.filter(over):
        settle_all(event)


def pass_on(what: Seats) -> int:
    """Note which offers are over, then offer what is free. Answers how many seats were offered."""
    from events import telling  # it tells of what is done here

    for place in places_of(what).due().order_by("number"):
        with place.move("expire", by=None) as step:
            step.record.offered_until = None
    if isinstance(what, Event):
        _drop_closed(what)
    what.refresh_from_db(fields=what.COUNTERS)
    if not moves(what):
        return 0
    until, offered = answer_until(what), 0
    for place in _next(what):
        left_out = place.offer_until(until)
        telling.of_offer(place, left_out=left_out)
        offered += 1
    return offered


def _drop_closed(event: Event) -> None:
    """Whose account was closed waits no longer: nobody could answer the offer."""
    for place in event.registrations.in_line().filter(user__is_active=False):
        with place.move("cancel", by=None, why=gettext("The account is closed.")):
            pass


def prolong(event: Event) -> None:
    """Offers that were open while the event was postponed are open again for as long as a new one is. The caller holds the event."""
    open_ones = {"state": State.OFFERED}
    event.registrations.filter(**open_ones, offered_until__lt=answer_until(event)).update(offered_until=answer_until(event))
    for session in event.sessions.filter(bookings__state=State.OFFERED).distinct():
        session.event = event
        session.bookings.filter(**open_ones, offered_until__lt=answer_until(session)).update(offered_until=answer_until(session))


def pass_on_all(event: Event) -> None:
    """The same for the event, whose lists rested until now, and each of its sessions. The caller holds the event."""
    pass_on(event)
    for session in event.sessions.filter(waiting__gt=0).order_by("pk"):
        held = session.held()
        held.event = event
        pass_on(held)


def moves(what: Seats) -> bool:
    """Whether its list moves at all: it is announced and has not begun."""
    event = what if isinstance(what, Event) else what.event
    stands = event.state == Event.State.ANNOUNCED and (isinstance(what, Event) or not what.is_cancelled)
    return stands and what.starts > timezone.now()


def answer_until(what: Seats) -> datetime:
    """Until when an offer that is made now is to be answered: the event's number of hours, at most up to its beginning."""
    event = what if isinstance(what, Event) else what.event
    return min(timezone.now() + timedelta(hours=event.offer_hours), what.starts)


def _next(what: Seats) -> Iterator[Asking]:
    """Those who are offered a seat now, the first first; as many as there are seats."""
    if not what.waiting:
        return
    free, shares = what.free, shares_of(what)
    for group in in_groups(what):
        city = registration_of(group[0]).city_id if shares is not None else None
        left = shares.get(city) if shares is not None else None
        if left is not None and left < len(group):
            continue
        if free is not None and free < len(group):
            return
        if left is not None and shares is not None:
            shares[city] = left - len(group)
        if free is not None:
            free -= len(group)
        yield from group


def in_groups(what: Seats) -> Iterator[list[Asking]]:
    """Who waits, in order: each by themselves, or with whom they come together, at the place of the first of them."""
    waiting = list(places_of(what).in_line().select_related(*_NEAR[type(what)]))
    fellows: dict[int, list[Asking]] = {}
    for place in waiting:
        if party := party_of(place):
            fellows.setdefault(party, []).append(place)
    for place in waiting:
        party = party_of(place)
        if not party:
            yield [place]
        elif group := fellows.pop(party, None):
            yield group


_NEAR: dict[type, tuple[str, ...]] = {
    Event: ("user", "party", "event"),
    Session: ("registration__user", "registration__event", "session__event"),
}


def registration_of(place: Asking) -> Registration:
    return place if isinstance(place, Registration) else place.registration


def party_of(place: Asking) -> int | None:
    """With whom they come together. In a session each asks for themselves, perhaps after others: nobody is taken to the front there."""
    party = place.party if isinstance(place, Registration) else None
    return party.pk if party and party.together else None


def share_of(event: Event, city: City | None) -> CitySeats:
    """The seats that `city` has at `event`; whole as long as nobody of it asked, and without a limit where there is none by city."""
    share = event.shares.filter(city=city).first() if city and event.per_city is not None else None
    return share or CitySeats(event=event, city=city, capacity=event.per_city if city else None)


def shares_of(what: Seats) -> dict[int | None, int] | None:
    """What each city has left of its own seats, by its key; None where nothing is shared out by city."""
    if isinstance(what, Session) or what.per_city is None:
        return None
    return {share.city_id: share.free or 0 for share in what.shares.all()}
