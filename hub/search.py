"""The search of the hub: the one way by which practices are found, by words and by facets.

Words are joined by OR, so whatever shares a word with a practice finds it. Facets: OR within one, AND across. The counts
of a facet's values are those that the other facets' choices leave, so that a count says what choosing it would give.

Ranking: each word counts by how rare it is (BM25's inverse document frequency), more in the title than elsewhere, summed
over the words asked for, so a practice that holds more of them stands higher. That much the index alone answers, for
any number of rows; the first FINE of them are then ordered by where and how often the words stand in them (ts_rank).

One statement answers all: the page, the count, the counts of every facet, and what dropping a filter would give.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import connection

from hub import words
from hub.models import Entry, Practice
from hub.passages import marked
from hub.querysets import EntryQuerySet
from hub.taxonomy import CODED, FACETS
from hub.words import Term
from members.querysets import sees_members_only

type Sort = Literal["relevance", "newest", "evidence"]

FINE = 300
ARMS = 12  # words that are weighed one by one; the others of a long query only find
IN_TITLE = 1.0  # what a word adds by standing in the title, to the 1 that it counts anywhere
PLACES = "{0.6,0.6,0.8,1.0}"  # text and names of facets; (no words have the second); summary and city; title

_COLUMNS = ("practice_id", "for_members", "is_sample", "language", "fresh", "start_year", *(facet.name for facet in CODED))
_NAMES = tuple(facet.name for facet in FACETS)
_EVERY = (1 << len(_NAMES)) - 1  # what GROUPING() says of the set without any facet: the count of all
_FOUND = "JOIN hub_find(%s::text[]::tsquery[], %s) f USING (practice_id)"
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
    """What is asked: words, and for each facet the chosen values, all of them known (SearchForm sees to that)."""

    words: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort | None = None  # by relevance where there are words, else the newest

    @property
    def order(self) -> Sort:
        return self.sort or ("relevance" if self.words.strip() else "newest")


@dataclass(frozen=True)
class Answer:
    """What was found: how many in all, those of the page (each with `marked`, its texts with the words marked, where words
    were asked for), how many each value of each facet would give (only those above 0), how many there would be without a
    chosen facet, how many `words` were looked for (common ones left out), and how many of `count` have all of them."""

    count: int
    results: list[Practice]
    facets: dict[str, dict[str, int]]
    without: dict[str, int]
    did_you_mean: str | None = None
    words: int = 0
    with_all: int = 0
    keys: list[int] = field(default_factory=list)  # of the page's practices, in order


@dataclass
class _Counts:
    """How many are left, by which chosen facets they fail (a bit each, at most one), in all and for each facet's values; and
    how many fail none and have all of the words."""

    total: dict[int, int] = field(default_factory=dict)
    by_facet: defaultdict[str, list[tuple[int, int | str, int]]] = field(default_factory=lambda: defaultdict(list))
    with_all: int = 0


def search(query: Query, user: Any, page: int = 1, per_page: int = 20, *, among: Any = None, bare: bool = False) -> Answer:
    """Practices visible to `user`. A page beyond the end has no results, and the count all the same. `among` narrows them to those
    of these keys, once it is settled from all what is looked for; `bare` gives their keys alone.

    Costs two statements; with words three, and one more where a word is unknown or nothing but common words is found.
    """
    terms = words.read(query.words) if query.words.strip() else []
    asked = [term for term in terms if not term.is_stop] or terms
    visible = Entry.objects.visible_to(user)
    narrowed = visible if among is None else visible.filter(practice__in=among)
    places, counts = _ask(query, asked, narrowed, page, per_page)
    if not counts.total and len(asked) < len(terms) and not _finds(asked, visible):
        places, counts = _ask(query, asked := terms, narrowed, page, per_page)
    forms = frozenset[str]().union(*(term.forms for term in asked))
    practices = Practice.objects.visible_to(user).select_related("city")
    found = (practices if forms else practices.defer("body", "lessons", "partners", "sources")).in_bulk([] if bare else places)
    results = [found[key] for key in places if key in found]
    for practice in results if forms else ():
        practice.marked = marked(practice, forms)  # type: ignore[attr-defined]  # for the rows of this answer only
    count = counts.total.get(0, 0)
    return Answer(
        count=count,
        results=results,
        facets={name: _values(counts, name) for name in _NAMES},
        without={name: count + counts.total.get(_fails(name), 0) for name in _chosen(query)},
        did_you_mean=words.nearest(query.words, terms, visible, sees_all=sees_members_only(user)),
        words=len(asked),
        with_all=counts.with_all if len(asked) > 1 else count,
        keys=places,
    )


def _chosen(query: Query) -> list[str]:
    return [name for name in _NAMES if query.filters.get(name)]


def _fails(name: str) -> int:
    """The bit by which a practice that fails the facet `name` is marked."""
    return 1 << _NAMES.index(name)


def _finds(terms: list[Term], visible: EntryQuerySet) -> bool:
    return visible.extra(where=["words @@ %s::tsquery"], params=[" | ".join(term.anywhere for term in terms)]).exists()


def _ask(query: Query, terms: list[Term], visible: EntryQuerySet, page: int, per_page: int) -> tuple[list[int], _Counts]:
    """The practices of the page, in order, and the counts."""
    rows, parameters = visible.values(*_COLUMNS).query.sql_with_params()
    fails, failing_parameters = _failing(query)
    chosen, chosen_parameters = _page(query, terms, page, per_page)
    sql = f"""
        WITH hits AS MATERIALIZED (
            SELECT * FROM (
                SELECT e.*, {"f.score" if terms else "0 AS score"}, {fails} AS fails
                FROM ({rows}) e {_FOUND if terms else ""}) seen
            WHERE fails & (fails - 1) = 0)
        SELECT -1, 0, practice_id, '', 0 FROM ({chosen}) page
        UNION ALL
        SELECT GROUPING({", ".join(_NAMES)}), fails, coalesce({", ".join(_BITS)}), language, count(*)
        FROM hits GROUP BY GROUPING SETS ((fails), {", ".join(f"(fails, {name})" for name in _NAMES)})
        {f"UNION ALL SELECT -2, 0, count(*), '', 0 FROM hits {_FOUND} WHERE fails = 0" if len(terms) > 1 else ""}
    """  # noqa: S608  names of this very file; every value is a parameter
    places: list[int] = []
    counts = _Counts()
    sets = {_EVERY & ~(1 << (len(_NAMES) - 1 - place)): name for place, name in enumerate(_NAMES)}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*failing_parameters, *parameters, *_arms(terms), *chosen_parameters, *_every(terms)])
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
    arms: list[tuple[str, float]] = []
    for term in terms[:ARMS]:
        arms += [(term.anywhere, term.weight), (term.in_title, IN_TITLE * term.weight)]
    if rest := terms[ARMS:]:
        arms.append((" | ".join(term.anywhere for term in rest), 0.1))
    return [list(column) for column in zip(*arms, strict=True)]


def _every(terms: list[Term]) -> list[Any]:
    """The parameters of _FOUND for what has every one of several words."""
    return [[" & ".join(f"({term.anywhere})" for term in terms)], [1]] if len(terms) > 1 else []


def _page(query: Query, terms: list[Term], page: int, per_page: int) -> tuple[str, list[Any]]:
    """SQL of the practices of a page, in order."""
    offset = min((page - 1) * per_page, 2**62)
    fine = FINE // per_page * per_page  # so that no page is half fine
    if query.order != "relevance" or offset >= fine or not terms:
        order = _ORDERS[query.order]
        return f"SELECT practice_id FROM hits WHERE fails = 0 ORDER BY {order} LIMIT %s OFFSET %s", [per_page, offset]  # noqa: S608
    # ts_rank shares a query's 1 among its words, but one form of a word is as good as all of them
    rank = " + ".join([f"%s * least(1, %s * ts_rank('{PLACES}', e.words, %s::tsquery))"] * len(terms[:ARMS]))
    weights = [value for term in terms[:ARMS] for value in (term.weight, len(term.forms | term.codes), term.anywhere)]
    best = f"SELECT * FROM hits WHERE fails = 0 ORDER BY {_ORDERS['relevance']} LIMIT {fine}"  # noqa: S608
    sql = f"""
        SELECT h.practice_id FROM ({best}) h JOIN hub_entry e USING (practice_id)
        ORDER BY h.is_sample, {rank} DESC, h.score DESC, h.practice_id LIMIT %s OFFSET %s
    """  # noqa: S608
    return sql, [*weights, per_page, offset]


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
