"""How practices are found, counted and put in order: one statement for the page, the count, the counts of every facet, and what
dropping a filter would give.

Ranking is BM25 as Lucene computes it (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75), over
the places that words have in a practice, the title's counted twice. It is computed exactly for the best of them; what comes after
those follows in the order by which they were chosen.

In a small hub every row with one of the words is looked at, and the best are the BEST whose words are rarest in sum. In a large one
(from a few thousand practices on, once hub_settle() has run) what is settled is found and counted by bits, by hub_ask() of
migrations/0009_bits.py, which also chooses the best, FOREMOST by their weighed impacts; the few rows that are pending are looked at
beside.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from hub.lookup import Lookup
from hub.querysets import EntryQuerySet, Sight
from hub.taxonomy import CODED, FACETS
from hub.words import Term, either, lexeme

BEST = 1_000
FOREMOST = 500
PAGE = 20  # practices of a page; BEST and FOREMOST are whole pages
ARMS = 24  # words that are weighed one by one; the others of a long query only find
K1, B = 1.2, 0.75
PENDING = 5_000  # rows; where more wait to be settled, all are looked at

NAMES = tuple(facet.name for facet in FACETS)
BITS: dict[str, dict[str, int]] = {
    facet.name: {str(slug): 1 << place for place, slug in enumerate(facet.choices.values)} for facet in CODED if facet.choices
}
COLUMNS = ("practice_id", "for_members", "is_sample", "language", "fresh", "start_year", *(facet.name for facet in CODED))
_EVERY = (1 << len(NAMES)) - 1  # what GROUPING() says of the set without any facet: the count of all
_SETS = {_EVERY & ~(1 << (len(NAMES) - 1 - place)): name for place, name in enumerate(NAMES)}
_PAGE, _HAVE_ALL, _SETTLED = -1, -2, -3  # what else a row of the answer tells
_RANKED = "practice_id, is_sample, fresh, start_year, evidence"
_NEWEST = "is_sample, fresh DESC, start_year DESC NULLS LAST, practice_id"
# Samples, which only a demo has, stand behind what is real, however often they hold the words.
_ORDERS: dict[str, str] = {
    "relevance": f"is_sample, score DESC, {_NEWEST}",
    "newest": _NEWEST,
    "evidence": f"is_sample, evidence %% 32 DESC, score DESC, {_NEWEST}",  # 4 to 0, then x (bit 5): not effective is no place on that line
}


@dataclass
class Counts:
    """How many are left, by which chosen facets they fail (a bit each, at most one), in all and for each facet's values; and
    how many fail none and have all of the words."""

    total: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    by_facet: defaultdict[str, list[tuple[int, int | str, int]]] = field(default_factory=lambda: defaultdict(list))
    with_all: int = 0


@dataclass(frozen=True)
class _Sql:
    """A piece of a statement and its parameters."""

    text: str
    values: tuple[Any, ...] = ()


_PENDING = _Sql("SELECT practice_id FROM hub_pending")


def fails(name: str) -> int:
    """The bit by which a practice that fails the facet `name` is marked."""
    return 1 << NAMES.index(name)


def find(lookup: Lookup, visible: EntryQuerySet, sight: Sight | None, keys: Sequence[int] | None = None) -> tuple[list[int], Counts]:
    """The practices asked for, in order, and the counts. `visible` are those to look among, `sight` the same in a word; where there
    are `keys`, only these few. Who asks for some before and some after the last that is put in its exact order is answered in two
    statements, so that the order is one for however many are asked for at once."""
    kept = _kept(lookup, sight) if keys is None else None
    exact = _by_rows(lookup) if kept is None else _exact(lookup, visible)
    before = exact - lookup.skip
    if not 0 < before < lookup.want:
        return _find(replace(lookup, is_exact=before > 0), visible, sight, keys, kept)
    places, counts = _find(replace(lookup, want=before, is_exact=True), visible, sight, keys, kept)
    if len(places) == before:
        more = replace(lookup, skip=exact, want=lookup.want - before, is_exact=False)
        places += _find(more, visible, sight, keys, kept)[0]
    return places, counts


def _find(
    lookup: Lookup, visible: EntryQuerySet, sight: Sight | None, keys: Sequence[int] | None, kept: frozenset[str] | None
) -> tuple[list[int], Counts]:
    """By rows, or by bits where those `kept` are known."""
    if kept is None or sight is None:
        hits = _hits(lookup, visible, _among(lookup, keys))
        page = _page(lookup, hits_are_all=True)
        more = _Sql("")
    else:
        hits, asked = _hits(lookup, visible, _PENDING), _ask(lookup, sight, kept)
        hits = _Sql(f"{hits.text}, asked AS MATERIALIZED (SELECT * FROM {asked.text})", (*hits.values, *asked.values))  # noqa: S608
        page = _page(lookup, hits_are_all=False)
        told = "UNION ALL SELECT %s, 0, 0, concat_ws(':', kind, facet, value), number FROM asked WHERE kind <> 'practice'"
        more = _Sql(told, (_SETTLED,))
    have_all = _have_all(lookup, direct=kept is not None or keys is not None or bool(lookup.phrases))
    sql = f"""
        WITH {hits.text}
        SELECT {_PAGE}, 0, practice_id, '', 0 FROM ({page.text}) page
        UNION ALL
        SELECT GROUPING({", ".join(NAMES)}), fails, coalesce({", ".join(BITS)}), language, count(*)
        FROM hits GROUP BY GROUPING SETS ((fails), {", ".join(f"(fails, {name})" for name in NAMES)})
        {have_all.text} {more.text}
    """  # noqa: S608  names of this very file; every value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [*hits.values, *page.values, *have_all.values, *more.values])
        return _read(cursor.fetchall())


def _read(rows: list[tuple[Any, ...]]) -> tuple[list[int], Counts]:
    places, counts = list[int](), Counts()
    for grouping, failing, value, language, number in rows:
        if grouping == _PAGE:
            places.append(value)
        elif grouping == _HAVE_ALL:
            counts.with_all += number
        elif grouping == _SETTLED:
            _read_settled(counts, *language.split(":"), number=number)
        elif grouping == _EVERY:
            counts.total[failing] += number
        else:
            counts.by_facet[_SETS[grouping]].append((failing, language if value is None else value, number))
    return places, counts


def _read_settled(counts: Counts, kind: str, facet: str, value: str, *, number: int) -> None:
    if kind == "facet":
        counts.by_facet[facet].append((0, value, number))
    elif kind == "every":
        counts.with_all += number
    elif kind == "count":
        counts.total[0] += number
    else:  # only those that fail this facet
        counts.total[fails(facet)] += number


# --- The rows that are looked at ---------------------------------------------------------------------------------------
def _among(lookup: Lookup, keys: Sequence[int] | None) -> _Sql | None:
    """The rows that a phrase or keys leave, few enough to be looked at one by one; None where there is neither."""
    parts, values = [], list[Any]()
    if keys is not None:
        parts.append("SELECT unnest(%s::bigint[]) AS practice_id")
        values.append(list(keys))
    if lookup.phrases:
        parts.append(f"SELECT hub_match({' && '.join(['hub_phrase(%s)'] * len(lookup.phrases))}) AS practice_id")
        values += lookup.phrases
    return _Sql(" INTERSECT ".join(parts), tuple(values)) if parts else None


def _hits(lookup: Lookup, visible: EntryQuerySet, among: _Sql | None) -> _Sql:
    """The rows that hold what is asked for, and pass all chosen facets but one at most."""
    rows, parameters = visible.values(*COLUMNS).query.sql_with_params()
    failing, found, must = _failing(lookup), _found(lookup.terms, among), _must(lookup, direct=among is not None)
    return _Sql(
        f"""hits AS MATERIALIZED (
            SELECT * FROM (
                SELECT e.*, {"f.score" if lookup.terms else "0::float8 AS score"}, {failing.text} AS fails
                FROM ({rows}) e {found.text} {must.text}) seen
            WHERE fails & (fails - 1) = 0)""",  # noqa: S608
        (*failing.values, *parameters, *found.values, *must.values),
    )


def _found(terms: list[Term], among: _Sql | None) -> _Sql:
    """Those with any of the words, by the index; or among a few rows, by looking at each."""
    join = f"JOIN ({among.text}) few USING (practice_id)" if among else ""
    values = among.values if among else ()
    if not terms:
        return _Sql(join, values)
    arms = _arms(terms)
    if among is None:
        return _Sql("JOIN hub_find(%s::text[]::tsquery[], %s) f USING (practice_id)", arms)
    look = """CROSS JOIN LATERAL (
        SELECT sum(arm.weight) AS score FROM hub_entry w, unnest(%s::text[]::tsquery[], %s::float8[]) AS arm(query, weight)
        WHERE w.practice_id = e.practice_id AND w.words @@ arm.query HAVING count(*) > 0) f"""
    return _Sql(f"{join} {look}", (*values, *arms))


def _arms(terms: list[Term]) -> tuple[list[str], list[float]]:
    """What to look for, and what each counts."""
    arms = [(term.anywhere, term.weight) for term in terms[:ARMS]]
    if rest := terms[ARMS:]:
        arms.append((either(term.anywhere for term in rest), 0.1))
    return [query for query, _weight in arms], [weight for _query, weight in arms]


def _holds(query: str, *, direct: bool) -> str:
    """SQL of whether a row holds a tsquery: by the index, or by looking at it."""
    if direct:
        return f"(SELECT w.words @@ {query} FROM hub_entry w WHERE w.practice_id = e.practice_id)"  # noqa: S608
    return f"practice_id IN (SELECT hub_match({query}))"


def _must(lookup: Lookup, *, direct: bool) -> _Sql:
    """What a row must hold, or must not. (Phrases have chosen the rows.)"""
    parts = [f"{_holds('(SELECT hub_phrase(%s))', direct=direct)} IS NOT TRUE"] * len(lookup.without)  # once, not for each row
    values = [*lookup.without]
    if lookup.avoided:
        parts.append(f"{_holds('%s::tsquery', direct=direct)} IS NOT TRUE")
        values.append(either(lexeme(stem) for stem in sorted(frozenset[str]().union(*(term.stems for term in lookup.avoided)))))
    if lookup.all_words:
        parts.append(_holds("%s::tsquery", direct=direct))
        values.append(_every(lookup.terms))
    return _Sql("WHERE " + " AND ".join(parts) if parts else "", tuple(values))


def _every(terms: list[Term]) -> str:
    """A tsquery for what has every one of the words, or a synonym of the expression that they make."""
    by_word = {term.word: term for term in terms if not term.words}
    whole = [term for term in terms if term.words]
    alone = [word for word in by_word if not any(word in term.words for term in whole)]
    together = [" & ".join(f"({by_word[word].anywhere})" for word in term.words if word in by_word) for term in whole]
    parts = [f"{term.anywhere} | ({words})" if words else term.anywhere for term, words in zip(whole, together, strict=True)]
    return " & ".join(f"({part})" for part in (*(by_word[word].anywhere for word in alone), *parts) if part)


def _have_all(lookup: Lookup, *, direct: bool) -> _Sql:
    if len(lookup.words) < 2:
        return _Sql("")
    holds = _holds("%s::tsquery", direct=direct)
    return _Sql(
        f"UNION ALL SELECT {_HAVE_ALL}, 0, 0, '', count(*) FROM hits e WHERE fails = 0 AND {holds}",  # noqa: S608
        (_every(lookup.terms),),
    )


def _failing(lookup: Lookup) -> _Sql:
    """The bits of the chosen facets that an entry `e` has none of the chosen values of."""
    parts, values = [], list[Any]()
    for name, chosen in lookup.filters.items():
        if name in BITS:
            parts.append(f"CASE WHEN e.{name} & %s <> 0 THEN 0 ELSE {fails(name)} END")
            values.append(sum(BITS[name][value] for value in set(chosen)))
        else:
            parts.append(f"CASE WHEN e.{name} = ANY(%s) THEN 0 ELSE {fails(name)} END")
            values.append(list(chosen))
    return _Sql(" + ".join(parts) or "0", tuple(values))


# --- Their order -------------------------------------------------------------------------------------------------------
def _page(lookup: Lookup, *, hits_are_all: bool) -> _Sql:
    """The practices asked for, in order: of all hits, or of the pending ones and those that hub_ask() chose."""
    skip, want, exact = lookup.skip, lookup.want, lookup.is_exact
    if hits_are_all:
        chosen = "SELECT practice_id FROM hits WHERE fails = 0"
        if not (_weighs(lookup) and exact):
            return _Sql(f"{chosen} ORDER BY {_ORDERS[lookup.order]} LIMIT %s OFFSET %s", (want, skip))
        if lookup.order == "relevance":
            chosen = f"({chosen} ORDER BY {_ORDERS['relevance']} LIMIT {BEST})"
    else:
        chosen = "SELECT number FROM asked WHERE kind = 'practice'"
        chosen += " UNION ALL SELECT practice_id FROM hits WHERE fails = 0" if exact else ""
        skip = skip if exact else 0
    if not _weighs(lookup):
        ranked = f"SELECT {_RANKED}, 0::float8 AS score FROM hub_entry WHERE practice_id IN ({chosen})"  # noqa: S608
        return _Sql(f"SELECT practice_id FROM ({ranked}) ranked ORDER BY {_ORDERS[lookup.order]} LIMIT %s OFFSET %s", (want, skip))  # noqa: S608
    terms = lookup.terms[:ARMS]
    times = _times(terms)
    score = " + ".join(f"%s * t{place} / (t{place} + long)" for place in range(len(terms)))
    # `(ARRAY[words])[1]` unpacks the words once for all that is asked of them; OFFSET keeps the planner from doing it again for each.
    sql = f"""
        SELECT practice_id FROM (
            SELECT {_RANKED}, {score} AS score FROM (
                SELECT {_RANKED}, {times.text}, {K1 * (1 - B)} + {K1 * B} * size / %s AS long FROM (
                    SELECT {_RANKED}, (ARRAY[words])[1] AS words, size FROM hub_entry WHERE practice_id IN ({chosen}) OFFSET 0) unpacked
                OFFSET 0) weighed
        ) ranked ORDER BY {_ORDERS[lookup.order]} LIMIT %s OFFSET %s
    """  # noqa: S608
    return _Sql(sql, (*(term.weight for term in terms), *times.values, lookup.average, want, skip))


def _weighs(lookup: Lookup) -> bool:
    return bool(lookup.terms) and lookup.order != "newest"


def _times(terms: list[Term]) -> _Sql:
    """How often each term stands in `words`, in whatever form; to bear its name as a facet or country counts as once."""
    columns, values = [], list[str]()
    for place, term in enumerate(terms):
        parts = ["hub_times(words, %s::tsquery)"] * len(term.stems)
        values += map(lexeme, sorted(term.stems))
        for once, counts in ((either([*map(lexeme, sorted(term.codes)), *sorted(term.same)]), 1), (either(sorted(term.alike)), 0.5)):
            if once:
                parts.append(f"{counts} * (words @@ %s::tsquery)::integer")
                values.append(once)
        columns.append(f"({' + '.join(parts) or 0})::float8 AS t{place}")
    return _Sql(", ".join(columns), tuple(values))


# --- What is settled ---------------------------------------------------------------------------------------------------
def _kept(lookup: Lookup, sight: Sight | None) -> frozenset[str] | None:
    """Of the stems that are looked for or left out, those kept as bits. None where hub_ask() isn't to be called: nothing is settled,
    too much is not, or rows are quicker, for phrases, for signs that begin pairs, and for the few readers who see what nobody else
    does."""
    if sight is None or lookup.phrases or lookup.without or len(lookup.terms) > ARMS:
        return None
    stems = [stem for term in (*lookup.terms, *lookup.avoided) for stem in term.lexemes]
    if any(lexeme(stem).endswith("*") for stem in stems):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM hub_segment), (SELECT count(*) FROM (SELECT FROM hub_pending LIMIT %s) waiting),"
            " ARRAY(SELECT lexeme FROM hub_lexeme WHERE is_kept AND lexeme = ANY(%s))",
            [PENDING + 1, stems],
        )
        segments, pending, kept = cursor.fetchone()
    return frozenset(kept) if segments and pending <= PENDING else None


def _by_rows(lookup: Lookup) -> int:
    """How many rows are put in their exact order: all where nothing is to be weighed."""
    return BEST if _weighs(lookup) else lookup.skip + lookup.want


def _exact(lookup: Lookup, visible: EntryQuerySet) -> int:
    """How many are put in their exact order: those that hub_ask() chooses and all that wait, so many that no page of PAGE is half
    exact. (Those that wait are counted only for who asks so far.)"""
    return FOREMOST if lookup.skip + lookup.want <= FOREMOST else FOREMOST + _waiting(lookup, visible) // PAGE * PAGE


def _waiting(lookup: Lookup, visible: EntryQuerySet) -> int:
    """How many of the pending rows hold what is asked for."""
    hits = _hits(lookup, visible, _PENDING)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {hits.text} SELECT count(*) FROM hits WHERE fails = 0", hits.values)  # noqa: S608
        return int(cursor.fetchone()[0])


def _ask(lookup: Lookup, sight: Sight, kept: frozenset[str]) -> _Sql:
    each = [(stem, place) for place, term in enumerate(lookup.terms) for stem in sorted(term.lexemes)]
    bits, rows = [one for one in each if one[0] in kept], [(lexeme(stem), place) for stem, place in each if stem not in kept]
    rows += [(query, place) for place, term in enumerate(lookup.terms) for query in term.sequences]
    places = {term.word: place for place, term in enumerate(lookup.terms) if not term.words}
    inside = [(place, places[word]) for place, term in enumerate(lookup.terms) for word in term.words if word in places]
    weights = _few_bits([term.weight for term in lookup.terms])
    no = sorted({stem for term in lookup.avoided for stem in term.stems})
    waiting = "(SELECT count(*) FROM hits WHERE fails = 0)"
    if lookup.is_exact:
        skip, want = _Sql("0"), _Sql(f"%s::bigint - {waiting} %% %s", (FOREMOST, PAGE))
    else:
        skip, want = _Sql(f"%s::bigint - {waiting}", (lookup.skip,)), _Sql("%s::bigint", (lookup.want,))
    values = [
        *([pair[which] for pair in pairs] for pairs in (bits, rows) for which in (0, 1)),
        [whole for whole, _word in inside], [word for _whole, word in inside], weights, lookup.all_words,
        [stem for stem in no if stem in kept], [lexeme(stem) for stem in no if stem not in kept],
        sight == "all", json.dumps({name: sorted(set(values)) for name, values in lookup.filters.items()}), lookup.order,
    ]  # fmt: skip
    given = "%s::text[], %s::integer[], %s::text[]::tsquery[], %s::integer[], %s::integer[], %s::integer[], %s::integer[], %s, %s::text[]"
    return _Sql(
        f"hub_ask({given}, %s::text[]::tsquery[], %s, %s::jsonb, %s, {skip.text}, {want.text})", (*values, *skip.values, *want.values)
    )


def _few_bits(weights: list[float]) -> list[int]:
    """Whole numbers in the proportions of `weights`, within a tenth or so, that have few bits: each is an addition."""
    heaviest = max(weights, default=0) or 1.0
    whole = [min((1, 2, 3, 4, 5, 6, 8), key=lambda number: abs(number - 8 * weight / heaviest)) for weight in weights]
    return [number // math.gcd(*whole) for number in whole]
