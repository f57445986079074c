"""The programme's verbs: a session changed, made, taken out; and everything of an event moved by some days.

Sessions are changed under the lock of their event, then their own: nobody takes or gives back a seat meanwhile, and the rule that a session
lies within its event (migration 0002_seats) is asked before anybody is told that it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from events import changing, seats, telling
from events.models import Event, Session
from strongcities import zones
from strongcities.workflow import MoveRefused

MOST_DAYS = 3_660  # that an event is moved by


def save_session(session: Session, *, by: Any, fields: Mapping[str, Any]) -> None:
    """Write `fields` to a session, a new one included; seats that came free are passed on, and those whom it concerns are told of its
    new hour or room.

    Raises PermissionDenied; MoveRefused in words where fewer seats would be left than are taken, seats are taken that it no longer has, or
    it lies outside of its event.
    """
    if not session.event.can_change(by):
        raise PermissionDenied
    is_new = session._state.adding
    try:
        with transaction.atomic():
            event = session.event.held()
            held = session if is_new else session.held()
            held.event = event
            stood = _standing(held)
            for name, value in fields.items():
                setattr(held, name, value)
            _refuse_unseated(held)
            held.save()
            if held.books:
                seats.pass_on(held)
            changing.ask_deferred_now()
            if not is_new and event.is_shown and not held.is_cancelled and _standing(held) != stood:
                telling.of_move(held)
    except IntegrityError as error:
        raise MoveRefused(changing.refused(session.event if is_new else session, error)) from error
    if not is_new:
        session.refresh_from_db()


def _standing(session: Session) -> tuple[Any, ...]:
    """What whoever goes there plans by."""
    return session.starts, session.ends, session.room_id


def _refuse_unseated(session: Session) -> None:
    if session.pk and not session.books and session.bookings.live().exists():
        raise MoveRefused(gettext("People have seats in it, or wait for one: it stays one with seats to be taken. It can be called off."))


def remove(session: Session, *, by: Any) -> None:
    """Take a session out of the programme that nobody ever asked for a seat in. Raises PermissionDenied; MoveRefused for any other."""
    if not session.event.can_change(by):
        raise PermissionDenied
    with transaction.atomic():
        session.event.held()
        held = session.held()
        if held.bookings.exists():
            raise MoveRefused(gettext("Somebody took a seat in it. Call it off instead: they are told, and it stays in the programme."))
        held.delete()


def move(event: Event, *, by: Any, days: int, why: str = "") -> None:
    """Everything by so many days, at the same hours of the clocks there: the event, its sessions, the dates of registration. The event is
    changed as by hand (events/changing.py): its page says so, and everyone registered is told.

    Raises PermissionDenied; MoveRefused where an hour doesn't exist on the new day, or comes twice.
    """
    if not event.can_change(by):
        raise PermissionDenied
    if not days or abs(days) > MOST_DAYS:
        raise MoveRefused(gettext("Say by how many days: at least one, and ten years at most."))
    with transaction.atomic():
        held = event.held()
        for session in held.sessions.select_for_update(of=("self",), no_key=True).order_by("pk"):
            session.starts, session.ends = (shifted(at, held.zone, days) for at in (session.starts, session.ends))
            session.save(update_fields=["starts", "ends"])
        dates = {name: getattr(held, name) for name in DATES}
        event.change(by=by, why=why, **{name: at and shifted(at, held.zone, days) for name, at in dates.items()})
        seats.pass_on_all(event)  # lists of sessions that had begun, and have not any more


DATES = ("starts", "ends", "registration_opens", "registration_closes", "changes_until", "follow_up_until")


def shifted(at: datetime, zone: str, days: int) -> datetime:
    """The same hour there, so many days later. Raises MoveRefused, in words, where clocks don't show it on that day or show it twice."""
    local = zones.wall(at, zone)
    try:
        return zones.instant(local.replace(fold=0) + timedelta(days=days), zone)
    except zones.HourTwice:  # nothing tells which is meant, and an hour is less than what everybody is told anyway: the first
        return zones.instant(local.replace(fold=0) + timedelta(days=days), zone, fold=local.fold)
    except (ValidationError, OverflowError) as error:
        words = error.messages[0] if isinstance(error, ValidationError) else gettext("That day lies too far away.")
        raise MoveRefused(words) from error
