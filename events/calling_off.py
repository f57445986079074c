"""An event is cancelled: nobody has a seat any more, and everybody who had asked for one is told."""

from __future__ import annotations

from typing import Any

from events import following, telling
from events.models import Booking, Event, Registration


def cancel(event: Event, *, by: Any, why: str) -> None:
    """All at once or not at all. Raises ValueError without words, PermissionDenied, MoveRefused."""
    if not why.strip():
        raise ValueError("say why")
    with event.move("cancel", by=by, why=why) as step:
        telling.of_state(step)
        asked = event.registrations.live().exclude(state=Registration.State.ATTENDED)
        list(asked.select_for_update(of=("self",), no_key=True).order_by("pk"))  # before the sessions, as whoever books locks them
        list(event.sessions.select_for_update(of=("self",), no_key=True).order_by("pk"))
        Booking.move_all("cancel", Booking.objects.live().filter(session__event=event), by=by, why=why, offered_until=None)
        gone = Registration.move_all("cancel", asked, by=by, why=why, offered_until=None)
        following.end_all([each.pk for each in gone])
