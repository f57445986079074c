"""A booking: a seat in a session that has seats to be taken, for somebody who has one at the event.

| verb     | from                        | to                 | who                                       |
|----------|-----------------------------|--------------------|-------------------------------------------|
| book     | (nothing)                   | confirmed, waiting | the person, registered and confirmed (events/booking.py) |
| offer    | waiting                     | offered            | the house, in order (events/seats.py)     |
| accept   | offered, in time            | confirmed          | the person                                |
| decline  | offered                     | declined           | the person                                |
| expire   | offered, over by its date   | expired            | the house                                 |
| withdraw | waiting, offered, confirmed | withdrawn          | the person; with their registration       |
| cancel   | waiting, offered, confirmed | cancelled          | the house, where the session or the event is cancelled; staff |

Held by the database: one live booking per registration and session, of one event; a seat holder's only; the session's seats.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from events.models.event import Event
from events.models.programme import Session
from events.models.registration import Registration
from events.models.seated import LIVE, Place, PlaceQuerySet, State
from strongcities.workflow import Move, MoveRefused, Step, Transition, locked

NEVER = (State.REQUESTED, State.REFUSED, State.ATTENDED)  # what no booking is: nobody decides on it, and no session has a list at its door


class BookingQuerySet(PlaceQuerySet["Booking"]):
    def visible_to(self, user: Any) -> BookingQuerySet:
        return self.filter(registration__in=Registration.objects.visible_to(user))

    def of(self, user: Any) -> BookingQuerySet:
        return self.filter(registration__user=user.pk)


class Booking(Place):
    EVENT = "session__event"
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "offer": Move({State.WAITING}, State.OFFERED),
        "accept": Move({State.OFFERED}, State.CONFIRMED),
        "decline": Move({State.OFFERED}, State.DECLINED),
        "expire": Move({State.OFFERED}, State.EXPIRED),
        "withdraw": Move({State.WAITING, State.OFFERED, State.CONFIRMED}, State.WITHDRAWN),
        "cancel": Move({State.WAITING, State.OFFERED, State.CONFIRMED}, State.CANCELLED),
    }

    session = models.ForeignKey(Session, models.PROTECT, related_name="bookings", verbose_name=_("session"))
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="bookings", verbose_name=_("registration"))

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking of a session")
        verbose_name_plural = _("bookings of sessions")
        ordering = ["session", "number", "pk"]
        constraints = [
            *Place.Meta.constraints,
            models.UniqueConstraint(fields=["session", "registration"], condition=Q(state__in=LIVE), name="booking_one_live_per_session"),
            models.CheckConstraint(condition=~Q(state__in=NEVER), name="booking_is_not_moderated"),
        ]
        indexes = [
            models.Index(fields=["session", "number"], condition=Q(state=State.WAITING), name="booking_line"),
            models.Index(fields=["session", "offered_until"], condition=Q(state=State.OFFERED), name="booking_offers"),
        ]

    def __str__(self) -> str:
        return gettext("%(person)s, %(session)s") % {"person": self.registration.user, "session": self.session}

    def can_withdraw(self, user: Any) -> bool:
        return self.registration.is_of(user)

    can_accept = can_decline = can_withdraw

    def can_cancel(self, user: Any) -> bool:
        return Event.may_keep(user)

    def can_offer(self, user: Any) -> bool:
        """The house alone offers and lets expire, in order."""
        return False

    can_expire = can_offer

    @contextmanager
    def seat_held(self, verb: str, *, by: Any, why: str = "") -> Iterator[Step[Booking]]:
        """The move `verb`, with the registration and the session locked first. A seat that it frees is passed on before the locks go."""
        from events import seats  # it moves bookings

        with transaction.atomic():
            locked(self.registration)
            session = self.session.held()
            with self.move(verb, by=by, why=why) as step:
                step.record.session = session
                if step.target != State.OFFERED:
                    step.record.offered_until = None
                yield step
            seats.pass_on(session)

    def accept(self, *, by: Any) -> None:
        """Take the seat that was offered. Raises MoveRefused where the offer is over by its date, or where the person has a seat in
        another session at that time."""
        from events import booking, seats  # they move bookings

        with transaction.atomic():
            locked(self.registration)
            session = self.session.held()
            self.refresh_from_db(fields=["state", "offered_until"])
            over = self.is_due
            if over:
                seats.pass_on(session)
        if over:
            self.refresh_from_db()
            raise MoveRefused(gettext("The offer is over. The seat went to the next in line."))
        with self.seat_held("accept", by=by) as step:
            booking.refuse_clash(step.record.registration, step.record.session)

    def decline(self, *, by: Any) -> None:
        with self.seat_held("decline", by=by):
            pass

    def withdraw(self, *, by: Any) -> None:
        with self.seat_held("withdraw", by=by):
            pass


class BookingTransition(Transition):
    subject = models.ForeignKey(Booking, models.CASCADE, related_name="transitions", verbose_name=_("booking"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
