"""What somebody registered for, as their own calendar has it: each event with what has become of their registration, and each session that
they booked as an entry of its own.

An entry's SEQUENCE is the event's version and the number of steps that their registrations for it took: it rises with either. What they
withdrew, or was cancelled, refused or not answered, stays for `KEPT` as cancelled, so that a program that looks then takes it off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events import calendar
from events.calendar import Entry
from events.models import Booking, Registration
from events.models.booking import BookingTransition
from events.models.registration import RegistrationTransition
from events.models.seated import LIVE, SEATED, State
from events.querysets import SHOWN

KEPT = timedelta(days=90)

# What stands before the title; by programs that show no states that is all one sees.
WORDS = {
    State.REQUESTED: _("To be decided: %(event)s"),
    State.WAITING: _("Waiting list: %(event)s"),
    State.OFFERED: _("Seat offered, please answer: %(event)s"),
}
OFF = _("Not taking part: %(event)s")


def registrations(user: Any) -> QuerySet[Registration]:
    """The last registration of `user` for each event, `counted`."""
    last = Registration.objects.of(user).filter(event=OuterRef("event")).order_by("-pk").values("pk")[:1]
    rows = counted(Registration.objects.of(user).filter(event__state__in=SHOWN, pk=Subquery(last)))
    return rows.filter(Q(state__in=LIVE) | Q(moved__gt=timezone.now() - KEPT)).order_by("event__starts", "pk")


def counted(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Registrations with the `steps` of all of this person's for the event, and when the last was taken (`moved`)."""
    steps = RegistrationTransition.objects.filter(subject__user=OuterRef("user"), subject__event=OuterRef("event")).order_by()
    of_all = steps.values("subject__event").annotate(steps=Count("pk"), moved=Max("at"))
    rows = rows.annotate(steps=Coalesce(Subquery(of_all.values("steps")), 0), moved=Subquery(of_all.values("moved")))
    return rows.select_related("event__host")


def as_told(registration: Registration) -> Registration:
    """`counted`, as a mail tells of it in the transaction of a move, which writes the state and its step only afterwards."""
    row = counted(Registration.objects.filter(pk=registration.pk)).get()
    if row.state != registration.state:
        row.state, row.offered_until = registration.state, None
        row.steps, row.moved = row.steps + 1, timezone.now()  # type: ignore[attr-defined]
    return row


def bookings(user: Any) -> QuerySet[Booking]:
    """The same of the sessions that they asked for."""
    of_session = BookingTransition.objects.filter(subject__registration__user=user.pk, subject__session=OuterRef("session")).order_by()
    counted = of_session.values("subject__session").annotate(steps=Count("pk"), moved=Max("at"))
    last = Booking.objects.of(user).filter(session=OuterRef("session")).order_by("-pk").values("pk")[:1]
    rows = Booking.objects.of(user).filter(session__event__state__in=SHOWN, pk=Subquery(last))
    rows = rows.annotate(steps=Coalesce(Subquery(counted.values("steps")), 0), moved=Subquery(counted.values("moved")))
    rows = rows.filter(Q(state__in=LIVE) | Q(moved__gt=timezone.now() - KEPT))
    return rows.select_related("session__event__host", "session__room").order_by("session__starts", "pk")


def entries(user: Any) -> list[Entry]:
    return [*map(of_registration, registrations(user)), *map(of_booking, bookings(user))]


def mark(user: Any) -> str:
    """Changes with whatever their calendar shows, without reading it: by which registrations and bookings there are, how they stand by
    date, and what of events, hosts, sessions and rooms they show."""
    shown = [f"event__{name}" for name in calendar.SHOWN_OF_EVENT]
    due = Q(offered_until__lte=timezone.now())
    rows = registrations(user).annotate(is_over=due).values_list("pk", "state", "is_over", "steps", "moved", *shown)
    of_session = ["session__version", "session__summary", "session__room__name", *(f"session__{name}" for name in shown)]
    booked = bookings(user).annotate(is_over=due).values_list("pk", "state", "is_over", "steps", "moved", *of_session)
    return hashlib.sha256(repr((calendar.written_in(), list(rows), list(booked))).encode()).hexdigest()


def of_registration(registration: Any) -> Entry:
    """`registration` with its `steps` and `moved` (`registrations`)."""
    base = calendar.entry(registration.event)
    stood = _standing(base, registration, registration.stands)
    has_link = registration.stands in SEATED and registration.event.link and base.status != "CANCELLED"
    if not has_link:
        return stood
    told = gettext("To take part online: %(link)s") % {"link": registration.event.link}
    return replace(stood, description=f"{stood.description}\n\n{told}")


def of_booking(booking: Any) -> Entry:
    session = booking.session
    base = calendar.entry(session.event)
    called = gettext("%(session)s (%(event)s)") % {"session": session.title, "event": session.event.title}
    room = f"{session.room.name}{gettext(', ')}" if session.room else ""
    page = f"{base.url}#session-{session.pk}"
    own = replace(
        base,
        uid=calendar.named(f"session-{session.pk}"),
        sequence=base.sequence + session.version,
        starts=session.starts,
        ends=session.ends,
        summary=called,
        description=f"{session.summary}\n\n{page}".strip(),
        location=f"{room}{base.location}",
        url=page,
        status="CANCELLED" if session.is_cancelled else base.status,
    )
    if own.status != "CONFIRMED":
        marks = {"CANCELLED": gettext("Cancelled: %(event)s"), "TENTATIVE": gettext("Postponed: %(event)s")}
        own = replace(own, summary=marks[own.status] % {"event": called})
    return _standing(own, booking, booking.stands)


def _standing(entry: Entry, place: Any, stands: str) -> Entry:
    """An entry of an event or a session, as it stands with somebody's `place` there."""
    entry = replace(
        entry,
        sequence=entry.sequence + place.steps + (stands != place.state),  # an offer that is over, and that nobody has noted yet
        changed=max(entry.changed, place.moved or entry.changed),
        is_public=False,
    )
    if entry.status == "CANCELLED":
        return entry
    if stands not in LIVE:
        return replace(entry, status="CANCELLED", summary=str(OFF) % {"event": entry.summary})
    if stands in SEATED:
        return replace(entry, is_busy=entry.status == "CONFIRMED")
    return replace(entry, status="TENTATIVE", summary=str(WORDS[State(stands)]) % {"event": entry.summary})


def as_file(chosen: Iterable[Entry], *, off: bool = False) -> bytes:
    """Entries to go with a mail. `off`: taken off the calendar again, by the METHOD that says so.

    Published, not asked for (REQUEST): an answer that a program sends to an invitation would reach nobody, for who takes part is said
    on the page of the event.
    """
    return calendar.calendar(list(chosen), method="CANCEL" if off else "PUBLISH")
