"""When something is, in words: the hour where it is, with its zone, and beside it the reader's own.

"30 September 2015, 14:00 (Paris time) · 15:00 your time (Nairobi)". The zone of a reader is known from their city (`reader_zone`, set for
every page by strongcities/site.py). Of whoever isn't known nothing is asked: their browser knows the zone, and static/js/local-time.js, on
each page that shows moments, writes the same there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from strongcities import zones


def words(*instants: datetime, zone: str, reader_zone: str = "") -> str:
    """One instant, or the two between which something lasts, for a mail or a file: in the zone, and in the reader's where it is known and
    its clocks show otherwise."""
    there = _walls(instants, zone)
    placed, yours = _placed(_joined(_told(there, zone)), zone), _yours(instants, there, reader_zone)
    return f"{placed} · {yours}" if yours else placed


def html(*instants: datetime, zone: str, reader_zone: str = "") -> SafeString:
    """The same for a page. Where the reader's zone isn't known, it carries what local-time.js needs."""
    there = _walls(instants, zone)
    told = [_time_element(*point) for point in zip(instants, there, _told(there, zone), strict=True)]
    placed = mark_safe(_placed(_joined(told), zone))  # noqa: S308  what is told is escaped; the patterns are ours, a city's name CLDR's
    if not reader_zone:
        return format_html('<span class="moment"{}>{}</span>', _for_the_browser(), placed)
    yours = _yours(instants, there, reader_zone)
    if yours:
        placed = format_html('{}<span class="moment-dot">&nbsp;· </span><span class="moment-yours">{}</span>', placed, yours)
    return format_html('<span class="moment">{}</span>', placed)


def _time_element(at: datetime, wall: datetime, said: str) -> SafeString:
    utc = at.astimezone(UTC)
    ahead = round((wall - utc.replace(tzinfo=None)).total_seconds() / 60)
    return format_html('<time datetime="{}" data-offset="{}">{}</time>', f"{utc:%Y-%m-%dT%H:%M:%SZ}", ahead, said)


def _walls(instants: Sequence[datetime], zone: str) -> list[datetime]:
    return [zones.wall(at, zone) for at in instants]


def _joined(points: Sequence[str]) -> str:
    return points[0] if len(points) == 1 else gettext("%(start)s to %(end)s") % {"start": points[0], "end": points[1]}


def _placed(when: str, zone: str) -> str:
    """With the zone: "14:00 (Paris time)", "14:00 (UTC)"."""
    city = zones.city(zone)
    return f"{when} ({city})" if city.startswith("UTC") else gettext("%(when)s (%(city)s time)") % {"when": when, "city": city}


def _told(walls: Sequence[datetime], zone: str) -> list[str]:
    """The words of each wall time: a day that is the same stands once, and so does a year."""
    start, end = walls[0], walls[-1]
    goes_on = start.year == end.year and start.date() != end.date()
    told = [_day_and_time(start, zone, formats.date_format(start, "MONTH_DAY_FORMAT" if goes_on else "DATE_FORMAT"))]
    if len(walls) > 1:
        told.append(_time(end, zone) if end.date() == start.date() else _day_and_time(end, zone, formats.date_format(end)))
    return told


def _time(wall: datetime, zone: str) -> str:
    """ "14:00"; "02:30 UTC+2" where clocks there show it twice."""
    both = zones.twice(wall, zone)
    return both[wall.fold] if both else formats.time_format(wall)


def _day_and_time(wall: datetime, zone: str, day: str) -> str:
    return gettext("%(day)s, %(time)s") % {"day": day, "time": _time(wall, zone)}


def _yours(instants: Sequence[datetime], there: Sequence[datetime], reader_zone: str) -> str:
    """What is said beside; "" where the reader's clocks show the same, or where the zone isn't known."""
    here = _walls(instants, reader_zone) if reader_zone else there
    if list(here) == list(there):
        return ""
    days = {wall.date() for wall in (*here, *there)}
    day: date | None = days.pop() if len(days) == 1 else None
    told = []
    for wall in here:
        if wall.date() == day:
            told.append(_time(wall, reader_zone))
        else:
            day = wall.date()
            told.append(_day_and_time(wall, reader_zone, formats.date_format(wall, "MONTH_DAY_FORMAT")))
    return gettext("%(when)s your time (%(city)s)") % {"when": _joined(told), "city": zones.city(reader_zone)}


def _for_the_browser() -> SafeString:
    """The patterns of what it says, as attributes, each with its places in braces."""
    return format_html(
        ' data-yours="{}" data-day="{}" data-span="{}"',
        gettext("%(when)s your time (%(city)s)") % {"when": "{when}", "city": "{city}"},
        gettext("%(day)s, %(time)s") % {"day": "{day}", "time": "{time}"},
        gettext("%(start)s to %(end)s") % {"start": "{start}", "end": "{end}"},
    )
