"""What became of an event since it was announced, for its page: what changed, from what to what, and why; and that it was postponed,
resumed or cancelled. Changes are kept as values, and put into words in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext

from events.models import Change, Event
from strongcities import moments

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One line of it. `before` and `after` are empty where nothing but the fact is told."""

    at: datetime | None  # none where the day is not on record
    what: str
    before: str = ""
    after: str = ""
    why: str = ""


def of(event: Event) -> list[Told]:
    """All of it, the latest first. Of an event that was postponed and resumed both are told."""
    changes = [of_change(change) for change in event.changes.all()]
    said = {"postpone": gettext("Postponed"), "resume": gettext("Takes place after all"), "cancel": gettext("Cancelled")}
    steps = [Told(step.at, said[step.verb], why=step.why) for step in event.transitions.filter(verb__in=said)]
    return sorted([*changes, *steps], key=lambda told: told.at or _BEFORE_ALL, reverse=True)


def why(event: Event) -> str:
    """Why it is postponed or cancelled, as the staff told; "" of any other."""
    if event.state not in {Event.State.POSTPONED, Event.State.CANCELLED}:
        return ""
    step = event.transitions.filter(to_state=event.state).last()
    return step.why if step else ""


def of_change(change: Change) -> Told:
    before, after = (_words(change.what, values) for values in (change.before, change.after))
    return Told(change.at, str(change.get_what_display()), before, after, change.why)


def _words(what: str, values: dict[str, Any]) -> str:
    if what == Change.What.WHEN:
        return moments.words(*(datetime.fromisoformat(values[name]) for name in ("starts", "ends")), zone=values["zone"])
    if what == Change.What.ONLINE:
        return gettext("possible") if values["is_online"] else gettext("not possible")
    if what == Change.What.LINK:
        return ""  # for those who have a seat alone
    said = gettext(", ").join(str(value) for value in values.values() if value)
    return said or gettext("none yet")
