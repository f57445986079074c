"""The search of the hub: the one way by which practices are found, by words and by facets.

Words are joined by OR, so whatever shares a word with a practice finds it, unless all of them are asked for. Facets: OR within
one, AND across. The counts of a facet's values are those that the other facets' choices leave, so that a count says what
choosing it would give.

Ranking is BM25 as Lucene computes it (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75), over
the places that words have in a practice, the title's counted twice. It is computed for the BEST practices, which are those whose
words are rarest in sum; what comes after them follows in that order.

One statement answers all: the page, the count, the counts of every facet, and what dropping a filter would give.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from hub import spelling, words
from hub.asking import Asked, take_apart
from hub.models import Entry, Practice
from hub.passages import as_forms, marked
from hub.querysets import EntryQuerySet
from hub.taxonomy import CODED, FACETS
from hub.why import typed, why
from hub.words import WORD, Reading, Term, either, fold, lexeme
from members.querysets import sees_members_only

type Sort = Literal["relevance", "newest", "evidence"]

BEST = 1_000
ARMS = 24  # words that are weighed one by one; the others of a long query only find
K1, B = 1.2, 0.75

_COLUMNS = ("practice_id", "for_members", "is_sample", "language", "fresh", "start_year", *(facet.name for facet in CODED))
_NAMES = tuple(facet.name for facet in FACETS)
_EVERY = (1 << len(_NAMES)) - 1  # what GROUPING() says of the set without any facet: the count of all
_FOUND = "JOIN hub_find(%s::text[]::tsquery[], %s) f USING (practice_id)"
_HAVE_ALL = "UNION ALL SELECT -2, 0, count(*), '', 0 FROM hits WHERE fails = 0 AND practice_id IN (SELECT hub_match(%s::tsquery))"
_NEWEST = "is_sample, fresh DESC, start_year DESC NULLS LAST, practice_id"
# Samples, which only a demo has, stand behind what is real, however often they hold the words.
_ORDERS: dict[str, str] = {
    "relevance": f"is_sample, score DESC, {_NEWEST}",
    "newest": _NEWEST,
    "evidence": f"is_sample, evidence %% 32 DESC, score DESC, {_NEWEST}",  # 4 to 0, then x (bit 5): not effective is no place on that line
}
_BITS: dict[str, dict[str, int]] = {
    facet.name: {str(slug): 1 << place for place, slug in enumerate(facet.choices.values)} for facet in CODED if facet.choices
}


@dataclass(frozen=True)
class Query:
    """What is asked: words, and for each facet the chosen values, all of them known (SearchForm sees to that); whether only
    practices that hold all of the words will do, and whether words are taken as they are typed, even where nobody writes them."""

    words: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort | None = None  # by relevance where there are words, else the newest
    all_words: bool = False
    as_typed: bool = False

    @property
    def order(self) -> Sort:
        return self.sort or ("relevance" if self.words.strip() else "newest")


@dataclass(frozen=True)
class Answer:
    """What was found: how many in all, those of the page (each with `marked`, its texts with the words marked, where words
    were asked for), how many each value of each facet would give (only those above 0), how many there would be without a
    chosen facet, how many `words` were looked for (common ones left out), and how many of `count` have all of them.

    `corrected` is the text that was searched for in place of what was typed, where nobody writes a word of it. `last` is in how
    many practices the last word of the text stands, None where there is none; `only_common` if nothing but common words was asked
    for."""

    count: int
    results: list[Practice]
    facets: dict[str, dict[str, int]]
    without: dict[str, int]
    corrected: str | None = None
    words: int = 0
    with_all: int = 0
    last: int | None = None
    only_common: bool = False


@dataclass
class _Counts:
    """How many are left, by which chosen facets they fail (a bit each, at most one), in all and for each facet's values; and
    how many fail none and have all of the words."""

    total: dict[int, int] = field(default_factory=dict)
    by_facet: defaultdict[str, list[tuple[int, int | str, int]]] = field(default_factory=lambda: defaultdict(list))
    with_all: int = 0


@dataclass(frozen=True)
class _Question:
    """What is looked for: any (or all) of `terms`, every one of `phrases` and none of `without` (texts, to be led to stems)."""

    terms: list[Term]
    phrases: tuple[str, ...]
    without: tuple[str, ...]
    all_words: bool
    average: float

    @property
    def forms(self) -> frozenset[str]:
        return frozenset[str]().union(*(term.forms for term in self.terms))


def search(query: Query, user: Any, page: int = 1, per_page: int = 20) -> Answer:
    """Practices visible to `user`. A page beyond the end has no results, and the count all the same.

    Costs two statements; with words three, two more where a word is unknown, and one where nothing but common words is found.
    """
    visible = Entry.objects.visible_to(user)
    sees_all = sees_members_only(user)
    asked, reading = _read(query.words)
    last = _last(query.words, reading, sees_all=sees_all)
    corrected = None
    if not query.as_typed and (right := spelling.right(query.words, reading.terms, visible, sees_all=sees_all)):
        corrected = right
        asked, reading = _read(corrected)
    question = _question(query, asked, reading, common=False)
    places, counts = _ask(query, question, visible, page, per_page)
    if not counts.total and len(question.terms) < len(reading.terms) and not _finds(question, visible):
        question = _question(query, asked, reading, common=True)
        places, counts = _ask(query, question, visible, page, per_page)
    count = counts.total.get(0, 0)
    return Answer(
        count=count,
        results=_results(places, question, asked, reading, user),
        facets={name: _values(counts, name) for name in _NAMES},
        without={name: count + counts.total.get(_fails(name), 0) for name in _chosen(query)},
        corrected=corrected,
        words=len(question.terms),
        with_all=counts.with_all if len(question.terms) > 1 else count,
        last=last,
        only_common=bool(question.terms) and all(term.is_stop for term in question.terms),
    )


def _last(text: str, reading: Reading, *, sees_all: bool) -> int | None:
    """In how many practices the last word of what was typed stands, as far as the reader may know."""
    typed = WORD.findall(text)[-1:]
    terms = [term for term in reading.terms if typed and term.word == fold(typed[0])]
    return next((term.records if sees_all or term.is_public else 0 for term in terms), None)


def _read(text: str) -> tuple[Asked, Reading]:
    asked = take_apart(text)
    return asked, words.read(asked.words) if asked.words.strip() else Reading([], 1.0)


def _question(query: Query, asked: Asked, reading: Reading, *, common: bool) -> _Question:
    """Common words are left out where there are others, or unless `common`."""
    terms = reading.terms if common else [term for term in reading.terms if not term.is_stop] or reading.terms
    return _Question(terms, asked.phrases, asked.without, query.all_words and len(terms) > 1, reading.average)


# Of the words that are looked for, which a practice's own words have; `words || ''` unpacks them once for all.
_HOLDS = """ARRAY(
    SELECT own.words @@ asked.query::tsquery
    FROM (SELECT words || ''::tsvector AS words FROM hub_entry WHERE practice_id = hub_practice.id OFFSET 0) own,
        unnest(%s::text[]) WITH ORDINALITY AS asked(query, place)
    ORDER BY place)"""


def _results(places: list[int], question: _Question, asked: Asked, reading: Reading, user: Any) -> list[Practice]:
    """The practices, where words are looked for each with `marked` and `why`."""
    practices = Practice.objects.visible_to(user).select_related("city")
    terms = question.terms[:ARMS]
    if not terms:
        found = practices.defer("body", "lessons", "partners", "sources").in_bulk(places)
        return [found[key] for key in places if key in found]
    queries = [either(map(lexeme, sorted(term.stems))) for term in terms]
    holds = RawSQL(_HOLDS, [queries], ArrayField(BooleanField()))  # noqa: S611  its parameters are values
    found = practices.annotate(holds=holds).in_bulk(places)
    results = [found[key] for key in places if key in found]
    words = typed(asked.words, terms) if len(question.terms) <= ARMS else []
    phrases = tuple(as_forms(phrase, reading.terms) for phrase in asked.phrases)
    for practice in results:
        practice.marked = marked(practice, question.forms, phrases)  # type: ignore[attr-defined]  # for the rows of this answer only
        practice.why = why(practice, words, terms, practice.holds)  # type: ignore[attr-defined]
    return results


def _chosen(query: Query) -> list[str]:
    return [name for name in _NAMES if query.filters.get(name)]


def _fails(name: str) -> int:
    """The bit by which a practice that fails the facet `name` is marked."""
    return 1 << _NAMES.index(name)


def _finds(question: _Question, visible: EntryQuerySet) -> bool:
    return visible.extra(where=["words @@ %s::tsquery"], params=[either(term.anywhere for term in question.terms)]).exists()


def _ask(query: Query, question: _Question, visible: EntryQuerySet, page: int, per_page: int) -> tuple[list[int], _Counts]:
    """The practices of the page, in order, and the counts."""
    rows, parameters = visible.values(*_COLUMNS).query.sql_with_params()
    terms = question.terms
    must, must_parameters = _must(question)
    fails, failing_parameters = _failing(query)
    chosen, chosen_parameters = _page(query, question, page, per_page)
    every = len(terms) > 1
    sql = f"""
        WITH hits AS MATERIALIZED (
            SELECT * FROM (
                SELECT e.*, {"f.score" if terms else "0 AS score"}, {fails} AS fails
                FROM ({rows}) e {_FOUND if terms else ""} {must}) seen
            WHERE fails & (fails - 1) = 0)
        SELECT -1, 0, practice_id, '', 0 FROM ({chosen}) page
        UNION ALL
        SELECT GROUPING({", ".join(_NAMES)}), fails, coalesce({", ".join(_BITS)}), language, count(*)
        FROM hits GROUP BY GROUPING SETS ((fails), {", ".join(f"(fails, {name})" for name in _NAMES)})
        {_HAVE_ALL if every else ""}
    """  # noqa: S608  names of this very file; every value is a parameter
    places: list[int] = []
    counts = _Counts()
    sets = {_EVERY & ~(1 << (len(_NAMES) - 1 - place)): name for place, name in enumerate(_NAMES)}
    with connection.cursor() as cursor:
        values = [
            *failing_parameters,
            *parameters,
            *_arms(terms),
            *must_parameters,
            *chosen_parameters,
            *([_every(terms)] if every else []),
        ]
        cursor.execute(sql, values)
        for grouping, failing, value, language, number in cursor:
            if grouping == -1:
                places.append(value)
            elif grouping == -2:
                counts.with_all = value
            elif grouping == _EVERY:
                counts.total[failing] = number
            else:
                counts.by_facet[sets[grouping]].append((failing, language if value is None else value, number))
    return places, counts


def _arms(terms: list[Term]) -> list[Any]:
    """The parameters of _FOUND: what to look for, and what each counts."""
    arms = [(term.anywhere, term.weight) for term in terms[:ARMS]]
    if rest := terms[ARMS:]:
        arms.append((either(term.anywhere for term in rest), 0.1))
    return [list(column) for column in zip(*arms, strict=True)]


def _every(terms: list[Term]) -> str:
    """A tsquery for what has every one of the words."""
    return " & ".join(f"({term.anywhere})" for term in terms)


def _must(question: _Question) -> tuple[str, list[Any]]:
    """SQL of what a practice must hold, or must not."""
    parts = ["practice_id IN (SELECT hub_match(hub_phrase(%s)))"] * len(question.phrases)
    parts += ["NOT practice_id IN (SELECT hub_match(hub_phrase(%s)))"] * len(question.without)
    parameters: list[Any] = [*question.phrases, *question.without]
    if question.all_words:
        parts.append("practice_id IN (SELECT hub_match(%s::tsquery))")
        parameters.append(_every(question.terms))
    return ("WHERE " + " AND ".join(parts) if parts else ""), parameters


def _page(query: Query, question: _Question, page: int, per_page: int) -> tuple[str, list[Any]]:
    """SQL of the practices of a page, in order."""
    offset = min((page - 1) * per_page, 2**62)
    exact = BEST // per_page * per_page  # so that no page is half exact
    if query.order != "relevance" or offset >= exact or not question.terms:
        order = _ORDERS[query.order]
        return f"SELECT practice_id FROM hits WHERE fails = 0 ORDER BY {order} LIMIT %s OFFSET %s", [per_page, offset]  # noqa: S608
    best = f"SELECT * FROM hits WHERE fails = 0 ORDER BY {_ORDERS['relevance']} LIMIT {exact}"  # noqa: S608
    terms = question.terms[:ARMS]
    times, parameters = _times(terms)
    score = " + ".join(f"%s * t{place} / (t{place} + long)" for place in range(len(terms)))
    # `words || ''` unpacks the words once for all that is asked of them; OFFSET keeps the planner from doing it again for each.
    sql = f"""
        SELECT practice_id FROM (
            SELECT h.*, {times}, {K1 * (1 - B)} + {K1 * B} * size / %s AS long FROM (
                SELECT b.*, e.words || ''::tsvector AS words, e.size FROM ({best}) b JOIN hub_entry e USING (practice_id) OFFSET 0) h
            OFFSET 0) weighed
        ORDER BY is_sample, {score} DESC, {_NEWEST} LIMIT %s OFFSET %s
    """  # noqa: S608
    return sql, [*parameters, question.average, *(term.weight for term in terms), per_page, offset]


def _times(terms: list[Term]) -> tuple[str, list[Any]]:
    """SQL of how often each term stands in `words`, in whatever form; to bear its name as a facet or country counts as once."""
    columns, parameters = [], list[Any]()
    for place, term in enumerate(terms):
        parts = ["hub_times(words, %s::tsquery)"] * len(term.stems)
        parameters += map(lexeme, sorted(term.stems))
        if term.codes:
            parts.append("(words @@ %s::tsquery)::integer")
            parameters.append(either(map(lexeme, sorted(term.codes))))
        columns.append(f"({' + '.join(parts)})::float8 AS t{place}")
    return ", ".join(columns), parameters


def _failing(query: Query) -> tuple[str, list[Any]]:
    """SQL of the bits of the chosen facets that an entry `e` has none of the chosen values of."""
    parts, parameters = [], list[Any]()
    for name in _chosen(query):
        values = query.filters[name]
        if name in _BITS:
            parts.append(f"CASE WHEN e.{name} & %s <> 0 THEN 0 ELSE {_fails(name)} END")
            parameters.append(sum(_BITS[name][value] for value in set(values)))
        else:
            parts.append(f"CASE WHEN e.{name} = ANY(%s) THEN 0 ELSE {_fails(name)} END")
            parameters.append(list(values))
    return " + ".join(parts) or "0", parameters


def _values(counts: _Counts, name: str) -> dict[str, int]:
    """How many practices each value of a facet would give, in the order shown (languages: the most frequent first)."""
    numbers: defaultdict[str, int] = defaultdict(int)
    for failing, value, number in counts.by_facet[name]:
        if failing & ~_fails(name):
            continue  # dropped by another facet's choice
        if isinstance(value, str):
            numbers[value] += number
        else:
            for slug, bit in _BITS[name].items():
                if value & bit:
                    numbers[slug] += number
    if name in _BITS:
        return {slug: numbers[slug] for slug in _BITS[name] if slug in numbers}
    return dict(sorted(numbers.items(), key=lambda item: (-item[1], item[0])))
