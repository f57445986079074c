"""How a calendar says what clocks in a zone show (VTIMEZONE, RFC 5545, section 3.6.5).

Made here, from the zone's own transitions, with the components of icalendar. Its `Timezone.from_tzinfo` (7.3.2) was tried: it writes the
hour at which clocks go forward as they show it afterwards (03:00 in Paris), where the standard has it as they showed it until then (02:00),
so that the change comes an hour late; and it knows only lists of dates (RDATE), which some programs read wrongly (vobject 0.9.9). What
comes every year by a rule is written as one; what doesn't, as in Morocco, each time by itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from strongcities import zones

STEP = timedelta(days=4)  # no clocks changed twice in so few days since 2000
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Kind:
    """What clocks change from and to, and what the time is called then."""

    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=1024)
def rules(name: str, first: int, last: int) -> bytes:
    """The component of the zone `name`, true from the year `first` to `last` at least. Kept: it takes milliseconds to look for."""
    there = zones.zone(name)
    begins = datetime(first, 1, 1, tzinfo=UTC)
    found: dict[Kind, list[datetime]] = {}
    for at in (begins, *_changes(name, begins, datetime(last + 1, 1, 1, tzinfo=UTC))):
        now = at.astimezone(there)
        after = now.utcoffset() or timedelta()
        before = (at - timedelta(seconds=1)).astimezone(there).utcoffset() or timedelta()
        summer = bool(now.dst()) and after > before - timedelta(seconds=1) and at != begins
        kind = Kind(after if at == begins else before, after, now.tzname() or "", summer)
        found.setdefault(kind, []).append((at + kind.before).replace(tzinfo=None))
    zone = Timezone()
    zone.add("tzid", there.key)
    for kind, onsets in found.items():
        rule = _rule(onsets, years=last - first + 1)
        for onset in onsets[:1] if rule else onsets:
            zone.add_component(_component(kind, onset, rule))
    return bytes(zone.to_ical())


def _changes(name: str, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The instants, to the second, at which clocks there change. Looked for step by step, then by halves."""
    there = zones.zone(name)
    at, was = begins, begins.astimezone(there).utcoffset()
    while at < ends:
        if (then := (at + STEP).astimezone(there).utcoffset()) != was:
            early, late = 0, int(STEP.total_seconds())
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (middle, late) if (at + timedelta(seconds=middle)).astimezone(there).utcoffset() == was else (early, middle)
            yield at + timedelta(seconds=late)
        at, was = at + STEP, then


def _component(kind: Kind, onset: datetime, rule: dict[str, object] | None) -> TimezoneStandard | TimezoneDaylight:
    """`onset`: as clocks showed it before, which is how the standard counts it."""
    component = TimezoneDaylight() if kind.is_summer else TimezoneStandard()
    component.DTSTART = onset
    component.TZOFFSETFROM, component.TZOFFSETTO = kind.before, kind.after
    component.add("tzname", kind.name)
    if rule:
        component.add("rrule", rule)
    return component


def _rule(onsets: list[datetime], years: int) -> dict[str, object] | None:
    """The yearly rule that gives just these, where there is one: the last or the n-th such day of the week in a month, in every year."""
    if len(onsets) < years or len({(at.month, at.weekday(), at.time()) for at in onsets}) > 1 or len({at.year for at in onsets}) < years:
        return None
    weeks = {(at.day - 1) // 7 + 1 for at in onsets}
    if all(at.day + 7 > monthrange(at.year, at.month)[1] for at in onsets):
        which = -1
    elif len(weeks) == 1:
        which = weeks.pop()
    else:
        return None
    return {"freq": "yearly", "bymonth": onsets[0].month, "byday": f"{which}{DAYS[onsets[0].weekday()]}"}
