"""Figures of what is asked, made up for the demo, so that staff see the tables and charts: the same each time.

Nothing else has any: a figure has no mark of being a sample, so the page of figures says in the demo that those of past weeks are made up.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import product

from django.conf import settings
from django.db import transaction

from hub.counting import keepable, key_of
from hub.models import FacetDay, Question, QuestionDay, SearchDay
from hub.models.counting import DAYS, READERS, TOGETHER, Found
from members.querysets import today

WEEKS = 12
_FOUND = {Found.NONE: 0.09, Found.FEW: 0.23, Found.MANY: 0.68}  # of a day's searches
_LANGUAGES = {"en": 1.0, "ar": 0.3}
_FACETS = {"theme": 0.3, "people": 0.18, "region": 0.15, "evidence": 0.11, "level": 0.08, "language": 0.05}
# How often a question is asked on a working day, and how often it finds nothing; the last ones are what no practice has a word for.
_QUESTIONS = {
    "youth work": (2.4, 0.0), "mentoring": (1.9, 0.0), "prevention in schools": (1.6, 0.0), "social cohesion": (1.4, 0.0),
    "online hate": (1.2, 0.0), "support for families": (1.0, 0.0), "الشباب": (0.9, 0.0), "after an attack": (0.7, 0.0),
    "reintegration": (0.7, 0.0), "التماسك الاجتماعي": (0.5, 0.0), "football": (0.5, 0.0), "esports": (0.6, 1.0),
    "chatbots": (0.5, 1.0), "livestreams": (0.3, 1.0),
}  # fmt: skip


@transaction.atomic
def make_figures() -> int:
    """Fill the weeks up to yesterday, where nothing was ever counted. Answers how many searches that makes. Raises ValueError outside the
    demo."""
    if not settings.DEMO:
        raise ValueError("figures are made up for a demo alone")
    if SearchDay.objects.exists() or Question.objects.exists():
        return 0
    days = [today() - timedelta(days=before) for before in range(WEEKS * 7, 0, -1)]
    chance = random.Random("figures")  # noqa: S311  the same each time is what is wanted
    searches = [row for place, day in enumerate(days) for row in _day(chance, day, 14 + place / 4)]
    SearchDay.objects.bulk_create(searches)
    FacetDay.objects.bulk_create(_filters(searches))
    for words, (often, nothing) in _QUESTIONS.items():
        _question(chance, words, days, often, nothing)
    return sum(row.searches for row in searches)


def _rest(day: date) -> float:
    """What is asked on a day beside a working day's: little at weekends."""
    return 0.25 if day.weekday() >= 5 else 1.0


def _day(chance: random.Random, day: date, busy: float) -> list[SearchDay]:
    rows = []
    for (language, share), (found, part) in product(_LANGUAGES.items(), _FOUND.items()):
        number = round(busy * share * part * _rest(day) * chance.uniform(0.7, 1.4))
        clicked = round(number * chance.uniform(0.45, 0.75)) if found else 0
        corrected = round(number * 0.08)
        rows.append(
            SearchDay(
                day=day, language=language, found=found, searches=number, clicked=clicked, corrected=corrected,
                led=min(clicked, corrected) if chance.random() < 0.6 else 0,
            )
        )  # fmt: skip
    return [row for row in rows if row.searches]


def _filters(searches: list[SearchDay]) -> list[FacetDay]:
    by_day = dict.fromkeys((row.day for row in searches), 0)
    for row in searches:
        by_day[row.day] += row.searches
    rows = [
        FacetDay(day=day, facet=name, searches=round(number * share)) for day, number in by_day.items() for name, share in _FACETS.items()
    ]
    return [row for row in rows if row.searches]


def _question(chance: random.Random, words: str, days: list[date], often: float, nothing: float) -> None:
    """One that enough have asked to be known; each day's numbers beside it."""
    kept = keepable(words)
    numbers = {day: round(often * _rest(day) * chance.uniform(0.3, 1.9)) for day in days}
    asked = {day: number for day, number in numbers.items() if number}
    question = Question.objects.create(
        key=key_of(kept),
        words=kept,
        days=max(DAYS, len(asked)),
        readers=max(READERS, sum(asked.values())),
        together=TOGETHER,
        last=max(asked),
    )
    QuestionDay.objects.bulk_create(
        QuestionDay(
            question=question, day=day, searches=number, nothing=round(number * nothing),
            clicked=0 if nothing else round(number * chance.uniform(0.4, 0.9)),
        )
        for day, number in asked.items()
    )  # fmt: skip
