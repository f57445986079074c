"""What stands below an event to be read: its steps, what its page says of changes, and what it was before each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext, gettext_lazy as _

from events.admin.words import done
from events.models import Change, Event, EventTransition
from hub.admin.earlier import Earlier, ReadOnly

_EARLIER = Event.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory


class Steps(ReadOnly):
    model = EventTransition
    fields = readonly_fields = ("at", "what", "by", "why")
    verbose_name_plural = _("steps")

    @admin.display(description=_("what was done"))
    def what(self, step: EventTransition) -> str:
        return done(step.verb)


class Changes(ReadOnly):
    """What its page says changed after it was announced."""

    model = Change
    fields = readonly_fields = ("at", "what", "from_to", "by", "why")
    verbose_name_plural = _("changes that its page tells")

    @admin.display(description=_("from, to"))
    def from_to(self, change: Change) -> str:
        was, now = (gettext(", ").join(str(value) for value in side.values() if value not in ("", None)) for side in _both(change))
        return f"{was or '–'} → {now or '–'}"


def _both(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """Without what stayed the same."""
    same = {name for name, value in change.before.items() if change.after.get(name) == value}
    before, after = ({name: value for name, value in side.items() if name not in same} for side in (change.before, change.after))
    return before, after


class EarlierEvents(Earlier):
    model = _EARLIER
    fields = readonly_fields = ("when", "title", "state", "starts", "ends", "zone", "host", "venue", "capacity", "per_city")
