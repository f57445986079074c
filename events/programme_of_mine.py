"""The sessions of an event as somebody who is registered sees them: what they have a seat in, what they may still choose."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from events import waiting_list
from events.models import Booking, Registration, Session
from events.models.seated import HOLDS, State


@dataclass(frozen=True)
class Mine:
    """A session that is booked, with the person's `booking` in it (None: they asked for no seat), their `place` in line and `why` it moves
    or waits, and the session in which they have a seat at that time (`clash`)."""

    session: Session
    booking: Booking | None
    clash: Session | None = None
    place: tuple[int, int] | None = None
    why: str = ""

    @property
    def has_begun(self) -> bool:
        return self.session.starts <= timezone.now()

    @property
    def may_ask(self) -> bool:
        return self.booking is None and self.clash is None and not self.has_begun


def sessions_for(registration: Registration) -> list[Mine]:
    """In the order of the programme; empty where they have no seat at the event, since seats in sessions are for those who do."""
    if not registration.is_seated:
        return []
    asked = {booking.session_id: booking for booking in registration.bookings.live().select_related("session__room")}
    found = registration.event.sessions.filter(books=True, is_cancelled=False).select_related("room").in_order()
    held = [booking.session for booking in asked.values() if booking.state in HOLDS]
    rows = []
    for session in found:
        session.event, booking = registration.event, asked.get(session.pk)
        clash = next((other for other in held if other.pk != session.pk and other.overlaps(session)), None)
        if booking is None or booking.state != State.WAITING:
            rows.append(Mine(session, booking, clash))
            continue
        booking.session, booking.registration = session, registration
        rows.append(Mine(session, booking, clash, waiting_list.place_of(booking), waiting_list.why(booking)))
    return rows
