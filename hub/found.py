"""The practices of a page of results, each with its words marked and the reasons why it was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from hub.finding import ARMS
from hub.lookup import Lookup
from hub.models import Practice
from hub.passages import PIECE, Phrase, Sought, marked
from hub.query_text import QueryText
from hub.why import typed, why
from hub.words import UNSPACED, Reading, Term, either, fold, lexeme

# Of the words that are looked for, which a practice's own words have; and by which stems it was found, each with the words in which its
# language writes it: only the database knows them. `(ARRAY[words])[1]` unpacks the words once for all.
_BORNE = """(
    SELECT jsonb_build_object(
        'holds', (
            SELECT jsonb_agg(own.words @@ asked.query::tsquery ORDER BY place)
            FROM unnest(%s::text[]) WITH ORDINALITY AS asked(query, place)),
        'written', (
            SELECT coalesce(jsonb_object_agg(borne.stem, written.words), '{}')
            FROM unnest(tsvector_to_array(own.words)) AS borne(stem)
            CROSS JOIN LATERAL (
                SELECT jsonb_agg(w.word) AS words FROM hub_word w WHERE w.stem = borne.stem AND w.language = hub_practice.language
            ) written
            WHERE borne.stem = ANY(%s)))
    FROM (SELECT (ARRAY[words])[1] AS words FROM hub_entry WHERE practice_id = hub_practice.id OFFSET 0) own)"""
_STEM = re.compile(r"'((?:[^'\\]|''|\\\\)+)'")

type Written = Mapping[str, list[str] | None]  # by stem


def results(places: list[int], lookup: Lookup, asked: QueryText, reading: Reading, user: Any) -> list[Practice]:
    """Those of `places` that are visible to `user`, in that order; where words are looked for each with `marked` and `why`. Costs
    one statement."""
    if not lookup.terms:
        return unmarked(places, user)
    terms = lookup.terms[:ARMS]
    queries = [either([*map(lexeme, sorted(term.stems)), *sorted(term.same | term.alike)]) for term in terms]
    sequences = sorted({tuple(_stems(query)) for term in lookup.terms for query in term.sequences}, key=lambda one: (len(one), one))
    stems = frozenset[str]().union(*(term.stems for term in reading.terms), *(term.lexemes for term in lookup.terms), *sequences)
    borne = RawSQL(_BORNE, [queries, sorted(stems)], JSONField())  # noqa: S611  its parameters are values
    found = Practice.objects.visible_to(user).select_related("city").annotate(borne=borne).in_bulk(places)
    words = typed(asked.words, terms) if len(lookup.terms) <= ARMS else []
    shown: list[Any] = [found[key] for key in places if key in found]
    for practice in shown:  # what is put on them is for the rows of this answer only
        sought = _sought(practice.borne["written"], lookup.terms, sequences, asked.phrases, reading.terms)
        practice.marked = marked(practice, sought)
        practice.why = why(practice, words, lookup.terms, practice.borne["holds"], sought)
    return shown


def unmarked(places: list[int], user: Any) -> list[Practice]:
    """The same without marks and reasons, and without their long texts."""
    found = Practice.objects.visible_to(user).select_related("city").defer("body", "lessons", "partners", "sources").in_bulk(places)
    return [found[key] for key in places if key in found]


def _stems(query: str) -> Iterable[str]:
    """Those of several words in a row, from a tsquery."""
    return (stem.replace("''", "'").replace("\\\\", "\\") for stem in _STEM.findall(query))


def _sought(written: Written, terms: list[Term], sequences: list[tuple[str, ...]], phrases: tuple[str, ...], every: list[Term]) -> Sought:
    """What is marked in a practice, by the forms in which its language has the words that were asked for."""
    typed_forms = frozenset[str]().union(*(_forms(term, written) for term in terms if not term.words))
    also = {form for term in terms for stem in term.lexemes - term.stems for form in written.get(stem) or ()}
    said = list[Phrase]()
    for stems in sequences:
        if not all(stem in written for stem in stems):
            continue
        if any(UNSPACED.match(stem) for stem in stems):  # pairs of signs: a text shows them within a run
            also.update(form for stem in stems for form in written[stem] or ())
        else:
            said.append(tuple(frozenset(written[stem] or ()) for stem in stems))
    return Sought(typed_forms, tuple(_phrase(text, every, written) for text in phrases), frozenset(also) - typed_forms, tuple(said))


def _forms(term: Term, written: Written) -> frozenset[str]:
    return frozenset({term.word}).union(*(written.get(stem) or () for stem in term.stems))


def _phrase(text: str, terms: list[Term], written: Written) -> Phrase:
    by_word = {term.word: term for term in terms if not term.words}
    return tuple(
        _forms(by_word[folded], written) if folded in by_word else frozenset({folded}) for folded in map(fold, PIECE.findall(text))
    )
