"""What a letter for a visa says: what the person told, what the event is, and who signs (strongcities/letters/visa.py)."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from events.models.event import Event
from members import countries
from strongcities import zones
from strongcities.letters.visa import LONGEST, VisaLetter

# What the person tells, by the names that the letter has for it. Nothing else of theirs is sealed.
ASKED = ("full_name", "nationality", "born", "passport_number", "post", "city", "addressee")
INVITES = "Strong Cities Network"
_DAYS = {"written", "born", "starts", "ends"}


def of_event(event: Event, language: str) -> dict[str, str]:
    """What a letter in `language` says of the event as it is now. A title that is too long for a line is cut at its end."""
    starts, ends = (zones.wall(at, event.zone).date() for at in (event.starts, event.ends))
    with override(language):
        where = f"{event.host.name}, {countries.name(event.host.country)}" if event.host else ""
    place = ", ".join(words for words in (event.venue, event.venue_address, where) if words)
    return {
        "event": _fitting(event.title, LONGEST["event"]),
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "place": _fitting(place, LONGEST["place"]),
        "invited_by": INVITES,
    }


def _fitting(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def day_of(event: Event) -> date:
    """Today, where the event takes place."""
    return zones.wall(timezone.now(), event.zone).date()


def letter(told: dict[str, Any]) -> VisaLetter:
    """The letter that says `told`, days as text. Raises ValidationError by field."""
    known = {field.name for field in fields(VisaLetter)}
    said: dict[str, Any] = {name: date.fromisoformat(value) if name in _DAYS else value for name, value in told.items() if name in known}
    return VisaLetter(**said)


def as_kept(signed: VisaLetter) -> dict[str, str]:
    """All that it says, days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(signed).items()}
