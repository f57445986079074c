"""The practices of a page of results, each with its words marked and the reasons why it was found."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from hub.finding import ARMS
from hub.lookup import Lookup
from hub.models import Practice
from hub.passages import as_forms, marked
from hub.query_text import QueryText
from hub.why import typed, why
from hub.words import Reading, either, lexeme

# Of the words that are looked for, which a practice's own words have; `(ARRAY[words])[1]` unpacks them once for all.
_HOLDS = """ARRAY(
    SELECT own.words @@ asked.query::tsquery
    FROM (SELECT (ARRAY[words])[1] AS words FROM hub_entry WHERE practice_id = hub_practice.id OFFSET 0) own,
        unnest(%s::text[]) WITH ORDINALITY AS asked(query, place)
    ORDER BY place)"""


def results(places: list[int], lookup: Lookup, asked: QueryText, reading: Reading, user: Any) -> list[Practice]:
    """Those of `places` that are visible to `user`, in that order; where words are looked for each with `marked` and `why`. Costs
    one statement."""
    terms = lookup.terms[:ARMS]
    if not terms:
        return unmarked(places, user)
    practices = Practice.objects.visible_to(user).select_related("city")
    queries = [either([*map(lexeme, sorted(term.stems)), *sorted(term.same | term.alike)]) for term in terms]
    holds = RawSQL(_HOLDS, [queries], ArrayField(BooleanField()))  # noqa: S611  its parameters are values
    found = practices.annotate(holds=holds).in_bulk(places)
    words = typed(asked.words, terms) if len(lookup.terms) <= ARMS else []
    said = sorted(frozenset[tuple[str, ...]]().union(*(term.said for term in terms)))
    phrases = (
        *(as_forms(phrase, reading.terms) for phrase in asked.phrases),
        *(tuple(frozenset({word}) for word in expression) for expression in said),
    )
    forms = lookup.forms
    shown = [found[key] for key in places if key in found]
    for practice in shown:
        practice.marked = marked(practice, forms, phrases)  # type: ignore[attr-defined]  # for the rows of this answer only
        practice.why = why(practice, words, terms, practice.holds, forms)  # type: ignore[attr-defined]
    return shown


def unmarked(places: list[int], user: Any) -> list[Practice]:
    """The same without marks and reasons, and without their long texts."""
    found = Practice.objects.visible_to(user).select_related("city").defer("body", "lessons", "partners", "sources").in_bulk(places)
    return [found[key] for key in places if key in found]
