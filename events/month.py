"""A month of events, in weeks: each event on the days of its own zone, as it is told on its page."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils.formats import get_format, time_format
from django.utils.translation import gettext

from events.models import Event
from events.querysets import EventQuerySet
from strongcities import zones

YEARS = range(2000, 2101)
MOST_AHEAD = timedelta(hours=14)  # no clocks are further from UTC
THURSDAY = 3


@dataclass(frozen=True)
class Shown:
    """An event on one of its `days`, the `number`-th."""

    event: Event
    number: int
    days: int
    starts: datetime  # as clocks show it there

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def hour(self) -> str:
        """When it begins there: "14:00 (Paris time)". The day is its place in the month; the reader's own hour stands on its page."""
        when, city = time_format(self.starts), zones.city(self.event.zone)
        return f"{when} ({city})" if city.startswith("UTC") else gettext("%(when)s (%(city)s time)") % {"when": when, "city": city}


@dataclass
class Day:
    date: date
    is_in: bool  # of this month; others fill its first and last week
    is_today: bool
    events: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    number: int  # by ISO 8601: of the year in which its Thursday lies
    days: list[Day]

    @property
    def is_empty(self) -> bool:
        return not any(day.events for day in self.days)


def read(text: str) -> date | None:
    """The first day of the month "2026-11"; None of anything else, and of years that are not shown."""
    year, _dash, month = text.partition("-")
    if not (len(year) == 4 and len(month) == 2 and text.isascii() and (year + month).isdigit()):
        return None
    return date(int(year), int(month), 1) if int(year) in YEARS and 1 <= int(month) <= 12 else None


def beside(first: date, step: int) -> date | None:
    """The month before (-1) or after (1); None at the end of what is shown."""
    year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return date(year, month + 1, 1) if year in YEARS else None


def overlapping(events: EventQuerySet, first: date) -> EventQuerySet:
    """Those with a day in this month, wherever on earth; and a few more, since days are told by each one's own zone."""
    begins = datetime.combine(first, time(), UTC) - MOST_AHEAD
    ends = datetime.combine(first + timedelta(days=calendar.monthrange(first.year, first.month)[1]), time(), UTC) + MOST_AHEAD
    return events.filter(starts__lt=ends, ends__gt=begins).select_related("host").order_by("starts", "pk")


def weeks(first: date, events: Iterable[Event], today: date) -> list[Week]:
    """The weeks of the month, each beginning as readers of the active language have it."""
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # Django counts from Sunday, Python from Monday
    rows = calendar.Calendar(begins).monthdatescalendar(first.year, first.month)
    days = {day: Day(day, day.month == first.month, day == today) for row in rows for day in row}
    for event in events:
        _place(event, days)
    return [Week(next(day for day in row if day.weekday() == THURSDAY).isocalendar().week, [days[day] for day in row]) for row in rows]


def _place(event: Event, days: dict[date, Day]) -> None:
    starts = zones.wall(event.starts, event.zone)
    last = zones.wall(event.ends - timedelta(microseconds=1), event.zone).date()  # one that ends at midnight has no part of that day
    count = (last - starts.date()).days + 1
    for day in days.values():
        if day.is_in and starts.date() <= day.date <= last:
            day.events.append(Shown(event, (day.date - starts.date()).days + 1, count, starts))
