"""How long something took, or is ago, in the reader's language.

By CLDR (through Babel) and not by Django's `timesince`, which translates the number and its unit as one text with a figure
in it: that reads "2 two days" in Arabic, where two is a form of the noun and takes no figure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_timedelta
from django.utils import timezone
from django.utils.translation import get_language, to_locale

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONTH, YEAR = timedelta(days=30), timedelta(days=365)  # as Babel counts them
# (from how much on, unit, its length). Days up to two months: who works through a queue wants to tell 9 from 13.
type Unit = Literal["year", "month", "day", "hour", "minute"]
_UNITS: tuple[tuple[timedelta, Unit, timedelta], ...] = (
    (YEAR, "year", YEAR),
    (MONTH * 2, "month", MONTH),
    (DAY, "day", DAY),
    (HOUR, "hour", HOUR),
)


def _say(span: timedelta, *, is_ago: bool) -> str:
    least: tuple[Unit, timedelta] = ("minute", MINUTE)
    unit, length = next(((name, length) for start, name, length in _UNITS if span >= start), least)
    whole = max(span // length, 1) * length  # nobody says that it was 0 minutes ago
    # Babel goes down its units to the first that is reached or the one asked for: with a threshold out of reach, ours.
    locale = to_locale(get_language() or "en")
    return format_timedelta(-whole, granularity=unit, threshold=float("inf"), add_direction=is_ago, locale=locale)


def duration(span: timedelta) -> str:
    """Its largest unit, rounded down, a minute at least: "3 days". Stands alone, as a nominative, not after a preposition."""
    return _say(span, is_ago=False)


def days(number: int) -> str:
    """A number of days: "14 days"."""
    return duration(number * DAY)


def after(end: datetime, start: datetime) -> str:
    """How long `end` comes after `start`."""
    return duration(end - start)


def age(moment: datetime) -> str:
    """How long `moment` has been past: "3 days", as `duration` says it."""
    return duration(timezone.now() - moment)


def ago(moment: datetime) -> str:
    """How long `moment` has been past, in words that can follow a verb: "3 days ago"."""
    return _say(timezone.now() - moment, is_ago=True)
