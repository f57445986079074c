"""Figures of the search as pictures, in pixels where they are drawn and in percent where they stretch. The same stands in tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.search_figures import Week

HIGH = 160  # the highest column
PITCH, GAP = 28, 6  # from one week to the next, and what of it stays free
DIGIT = 7  # so wide is a figure of the numbers above
BOTH_DATES = 190  # so much room the first and the last date need under the line
ABOVE, BELOW = 18, 20  # for the numbers, and for the dates
WORDS = 15  # that are drawn; the table has more


@dataclass(frozen=True)
class Column:
    """A week: how far from the side, how high, and from where down its parts begin."""

    week: Week
    x: int
    middle: int
    top: int
    height: int
    nothing: int
    nothing_top: int


@dataclass(frozen=True)
class Weeks:
    """Columns from the oldest week to the newest, as a line of time runs; `first` and `last` stand under the line, `last` only where
    there are more than one."""

    columns: list[Column]
    column: int  # how wide each is
    width: int
    height: int
    dates_at: int
    first: date
    last: date | None
    most: int

    high, above = HIGH, -ABOVE


def of_weeks(weeks: Sequence[Week]) -> Weeks | None:
    """Of weeks without a gap, the newest first; None where there are none."""
    if not weeks:
        return None
    most = max(week.searches for week in weeks)
    pitch = max(PITCH, DIGIT * (len(str(most)) + 1), BOTH_DATES // len(weeks) if len(weeks) > 1 else 0)
    columns = [_column(week, place * pitch, pitch, most or 1) for place, week in enumerate(reversed(weeks))]
    return Weeks(
        columns, pitch - GAP, max(pitch * len(weeks), BOTH_DATES), ABOVE + HIGH + BELOW, HIGH + BELOW - GAP,
        weeks[-1].first, weeks[0].first if len(weeks) > 1 else None, most,
    )  # fmt: skip


def _column(week: Week, left: int, pitch: int, most: int) -> Column:
    high, nothing = round(HIGH * week.searches / most), round(HIGH * week.nothing / most)
    return Column(week, left + GAP // 2, left + pitch // 2, HIGH - high, high, nothing, HIGH - nothing)


@dataclass(frozen=True)
class Bar:
    """A word, in how many searches it stands, and how long its bar is, in percent of the longest."""

    word: str
    searches: int
    length: int


def of_words(words: Sequence[tuple[str, int]]) -> list[Bar]:
    """The first of words that stand in their order, the most asked first."""
    return [Bar(word, searches, max(1, round(100 * searches / words[0][1]))) for word, searches in words[:WORDS]]
