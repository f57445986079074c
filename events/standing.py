"""How an event and a session stand with their seats, in words, as lists and pages say it."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from events.kinds import Way
from events.models import Booking, Event, Session
from events.models.seated import State
from strongcities import zones
from strongcities.templatetags.house import number


def of_own(state: str) -> str:
    """What the reader's own registration is; "" where there is none that counts."""
    said = {
        State.CONFIRMED: gettext("you are registered"),
        State.ATTENDED: gettext("you were there"),
        State.OFFERED: gettext("a seat is kept for you"),
        State.WAITING: gettext("you are on the waiting list"),
        State.REQUESTED: gettext("your registration is to be decided"),
    }
    return str(said.get(State(state), "")) if state else ""


def of_seats(event: Event) -> str:
    """Whether one may still come, in words; "" of an event that is over, rests, or takes no registrations here."""
    now = timezone.now()
    if event.state != Event.State.ANNOUNCED or event.is_over or event.way == Way.NONE:
        return ""
    if event.registration_opens and event.registration_opens > now:
        day = formats.date_format(zones.wall(event.registration_opens, event.zone))
        return gettext("registration opens on %(day)s") % {"day": day}
    if event.closes <= now:
        return gettext("registration is closed")
    return left(event) or gettext("registration is open")


def left(what: Event | Session) -> str:
    """Seats left, or the waiting list; "" where there is no limit. Who comes new doesn't overtake, so whoever waits shows the list."""
    if what.capacity is None:
        return ""
    if what.waiting or what.is_full:
        return gettext("waiting list")
    counts = {"left": number(what.free or 0), "all": number(what.capacity)}
    return ngettext("%(left)s of %(all)s seat left", "%(left)s of %(all)s seats left", what.capacity) % counts


def of_booking(booking: Booking | None) -> str:
    """What the reader's own booking of a session is."""
    said = {
        State.CONFIRMED: gettext("you have a seat"),
        State.OFFERED: gettext("a seat is kept for you"),
        State.WAITING: gettext("you are on its waiting list"),
    }
    return str(said.get(State(booking.state), "")) if booking else ""
