"""Seats in sessions, for those who have one at the event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from events import seats, telling
from events.models import Booking, Registration, Session
from events.models.seated import HOLDS
from strongcities.constraints import broken
from strongcities.workflow import MoveRefused, locked


def book(session: Session, *, registration: Registration, by: Any) -> Booking:
    """Ask for a seat in `session`. Answers the booking: confirmed or waiting; the one that is there already, where there is a live one.

    Raises PermissionDenied; MoveRefused where the session can't be booked any more, or is at the time of another one in which
    the person has a seat.
    """
    if not registration.is_of(by) or session.event_id != registration.event_id:
        raise PermissionDenied
    seats.settle(session)
    try:
        with transaction.atomic():
            held = locked(registration)
            if there := held.bookings.live().filter(session=session).first():
                return there
            refuse_clash(held, session)
            new = Booking(session=session, registration=held, state="")
            new.save(force_insert=True)
            new.refresh_from_db(fields=["state", "number"])
            new.begin("book", by=by)
            return new
    except IntegrityError as error:
        if not broken(error).startswith("booking_"):
            raise
        raise MoveRefused(gettext("There are no seats to be taken in this session any more.")) from error


def book_all(sessions: Iterable[Session], *, registration: Registration, by: Any) -> list[str]:
    """Ask for a seat in each of `sessions`. Answers, in words, what was refused: the others are booked all the same."""
    refused = []
    for session in sessions:
        try:
            book(session, registration=registration, by=by)
        except MoveRefused as error:
            refused.append(str(error))
    return refused


def refuse_clash(registration: Registration, session: Session) -> None:
    """Raise MoveRefused where they have a seat in another session at that time. The caller holds the registration."""
    at_that_time = {"session__starts__lt": session.ends, "session__ends__gt": session.starts}
    held = registration.bookings.filter(state__in=HOLDS, **at_that_time).exclude(session=session)
    if clash := held.select_related("session").first():
        raise MoveRefused(gettext("You have a seat in “%(session)s” at that time. Give it back first.") % {"session": clash.session})


def give_back_all(registration: Registration, *, by: Any) -> None:
    """All bookings of somebody who leaves the event, whose seats are passed on. The caller holds event and registration."""
    bookings = list(registration.bookings.live().select_related("session__event").order_by("session_id"))
    verb = "withdraw" if registration.is_of(by) else "cancel"
    for each in bookings:
        session = each.session.held()
        with each.move(verb, by=by) as step:
            step.record.offered_until = None
        seats.pass_on(session)


def call_off(session: Session, *, by: Any) -> None:
    """The session does not take place: nobody has a seat in it any more, and whoever had one is told. Raises PermissionDenied."""
    if not session.event.can_change(by):
        raise PermissionDenied
    with transaction.atomic():
        held = session.held()
        if held.is_cancelled:
            raise MoveRefused(gettext("It was called off already."))
        gone = Booking.move_all("cancel", held.bookings.live(), by=by, offered_until=None)
        held.is_cancelled = True
        held.save(update_fields=["is_cancelled"])
        telling.of_session(held, gone)
    session.refresh_from_db()
