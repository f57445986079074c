"""How long applicants wait for a decision: what the staff see of their own work.

Counted from the sending to the decision, the applicant's own time to answer included, for that is what an applicant lives
through; without those that were withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from members.models import Application
from members.models.application_state import State
from strongcities import ages

LATELY = timedelta(days=90)
MONTHS = 12
_MONTH = ages.MONTH.days


class _Percentile(Aggregate):
    """The value below which a `share` of all lie, by PostgreSQL's percentile_cont."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: str, share: float) -> None:
        super().__init__(expression, share=share)


@dataclass(frozen=True)
class Waits:
    """Of `count` decisions: the days within which half of them, and nine in ten, were made. None where there was none."""

    count: int
    half: float | None
    nine_in_ten: float | None

    @property
    def half_in_words(self) -> str:
        return _at_most(self.half)

    @property
    def nine_in_ten_in_words(self) -> str:
        return _at_most(self.nine_in_ten)


@dataclass(frozen=True)
class Month:
    """The decisions of one month; `width` is the length of its bar, up to 100, and 1 at least, so that there is one."""

    first: date
    waits: Waits
    width: float


def lately() -> Waits:
    """The decisions of the last ninety days."""
    row = _decided().filter(decided_at__gte=timezone.now() - LATELY).aggregate(**_MEASURES)
    return _waits(row)


def by_month() -> list[Month]:
    """The last twelve months with a decision in them, the newest first."""
    rows = _decided().annotate(month=TruncMonth("decided_at")).values("month").annotate(**_MEASURES).order_by("-month")[:MONTHS]
    waits = [(row["month"].date(), _waits(row)) for row in rows]
    longest = max((each.half or 0 for _month, each in waits), default=0)
    return [Month(month, each, max(100 * (each.half or 0) / longest if longest else 0, 1)) for month, each in waits]


_MEASURES = {"count": Count("pk"), "half": _Percentile("wait", 0.5), "nine_in_ten": _Percentile("wait", 0.9)}


def _decided() -> QuerySet[Any]:
    wait = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    decided = Application.objects.filter(state__in=[State.APPROVED, State.DECLINED])
    waited: QuerySet[Any] = decided.order_by().annotate(wait=wait)
    return waited


def _waits(row: Mapping[str, Any]) -> Waits:
    return Waits(row["count"], _days(row["half"]), _days(row["nine_in_ten"]))


def _days(wait: timedelta | None) -> float | None:
    return None if wait is None else wait / timedelta(days=1)


def _at_most(days: float | None) -> str:
    """Rounded up, since it is said that something took this or less: whole days, and months from two of them on."""
    whole = max(ceil(days or 0), 1)
    return ages.days(whole if whole < 2 * _MONTH else ceil(whole / _MONTH) * _MONTH)
