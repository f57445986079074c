"""What the Secretariat puts above the results of a question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from hub.models import Practice
from hub.models.promotion import MOST_PICKS, Phrasing, Pick, Promotion
from hub.search import Query
from hub.synonyms import MOST_ASKED, parts_of
from hub.words import WORD, fold


def for_query(query: Query, user: Any) -> list[Pick]:
    """Up to three picks of what is promoted today for the words of `query`, each visible to `user`; those of what was
    promoted last first. None where filters are chosen: who narrows wants what is left. One statement, none without words."""
    words = [fold(word) for word in WORD.findall(query.words)][:MOST_ASKED]
    if not words or any(query.filters.values()):
        return []
    asked = sorted({*words, *(part for word in words for part in parts_of(word))})
    phrasings = Phrasing.objects.filter(words__contained_by=asked, promotion=OuterRef("promotion"))
    picks = Pick.objects.filter(Exists(phrasings), promotion__in=Promotion.objects.today())
    seen = Practice.objects.listed().visible_to(user)
    found = picks.filter(Q(practice=None) | Q(practice__in=seen)).select_related("practice__city")
    return _first(found.annotate(begins=F("promotion__begins")).order_by("-begins", "promotion", "place"))


def _first(picks: Iterable[Pick]) -> list[Pick]:
    """The first three, none of them twice."""
    found: dict[tuple[Any, str], Pick] = {}
    for pick in picks:
        found.setdefault((pick.practice_id, pick.page), pick)
    return list(found.values())[:MOST_PICKS]
