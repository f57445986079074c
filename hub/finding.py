"""How practices are found, counted and put in order: one statement for the page, the count, the counts of every facet, and what
dropping a filter would give.

Ranking is BM25 as Lucene computes it (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; k1 1.2, b 0.75), over
the places that words have in a practice, the title's counted twice. It is computed exactly for the BEST practices; what comes
after them follows in the order by which those were chosen.

In a small hub every row with one of the words is looked at, and the BEST are those whose words are rarest in sum. In a large one
(from a few thousand practices on, once hub_settle() has run) what is settled is found and counted by bits, by hub_ask() of
migrations/0009_bits.py, which also chooses the BEST, by their weighed impacts; the few rows that are pending are looked at beside.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from hub import words
from hub.querysets import EntryQuerySet, Sight
from hub.question import Question
from hub.taxonomy import CODED, FACETS
from hub.words import Term, either, lexeme

BEST = 1_000
ARMS = 24  # words that are weighed one by one; the others of a long query only find
K1, B = 1.2, 0.75
PENDING = 5_000  # rows; where more wait to be settled, all are looked at

NAMES = tuple(facet.name for facet in FACETS)
BITS: dict[str, dict[str, int]] = {
    facet.name: {str(slug): 1 << place for place, slug in enumerate(facet.choices.values)} for facet in CODED if facet.choices
}
_COLUMNS = ("practice_id", "for_members", "is_sample", "language", "fresh", "start_year", *(facet.name for facet in CODED))
_EVERY = (1 << len(NAMES)) - 1  # what GROUPING() says of the set without any facet: the count of all
_SETS = {_EVERY & ~(1 << (len(NAMES) - 1 - place)): name for place, name in enumerate(NAMES)}
_PAGE, _HAVE_ALL, _SETTLED = -1, -2, -3  # what else a row of the answer tells
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


def find(question: Question, visible: EntryQuerySet, sight: Sight | None) -> tuple[list[int], Counts]:
    """The practices asked for, in order, and the counts. `visible` are those to look among, `sight` the same in a word."""
    question = replace(question, is_exact=question.skip < _exact(question.want))
    settled = _settled(question, visible, sight)
    if settled is None:
        hits = _hits(question, visible, _among(question))
        page = _page(question, hits_are_all=True)
        more = _Sql("")
    else:
        question, asked = settled
        hits = _hits(question, visible, _PENDING)
        hits = _Sql(f"{hits.text}, asked AS MATERIALIZED (SELECT * FROM {asked.text})", (*hits.values, *asked.values))  # noqa: S608
        page = _page(question, hits_are_all=False)
        told = "UNION ALL SELECT %s, 0, 0, concat_ws(':', kind, facet, value), number FROM asked WHERE kind <> 'practice'"
        more = _Sql(told, (_SETTLED,))
    have_all = _have_all(question, pending=settled is not None)
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
def _among(question: Question) -> _Sql | None:
    """The rows that a phrase leaves, few enough to be looked at one by one; None where there is no phrase."""
    if not question.phrases:
        return None
    return _Sql(f"SELECT hub_match({' && '.join(['hub_phrase(%s)'] * len(question.phrases))}) AS practice_id", question.phrases)


def _hits(question: Question, visible: EntryQuerySet, among: _Sql | None) -> _Sql:
    """The rows that hold what is asked for, and pass all chosen facets but one at most."""
    rows, parameters = visible.values(*_COLUMNS).query.sql_with_params()
    failing, found, must = _failing(question), _found(question.terms, among), _must(question, direct=among is not None)
    return _Sql(
        f"""hits AS MATERIALIZED (
            SELECT * FROM (
                SELECT e.*, {"f.score" if question.terms else "0::float8 AS score"}, {failing.text} AS fails
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


def _must(question: Question, *, direct: bool) -> _Sql:
    """What a row must hold, or must not. (Phrases have chosen the rows.)"""
    parts = [f"{_holds('hub_phrase(%s)', direct=direct)} IS NOT TRUE"] * len(question.without)
    values = [*question.without]
    if question.all_words:
        parts.append(_holds("%s::tsquery", direct=direct))
        values.append(_every(question.terms))
    return _Sql("WHERE " + " AND ".join(parts) if parts else "", tuple(values))


def _every(terms: list[Term]) -> str:
    """A tsquery for what has every one of the words."""
    return " & ".join(f"({term.anywhere})" for term in terms)


def _have_all(question: Question, *, pending: bool) -> _Sql:
    if len(question.terms) < 2:
        return _Sql("")
    holds = _holds("%s::tsquery", direct=pending or bool(question.phrases))
    return _Sql(
        f"UNION ALL SELECT {_HAVE_ALL}, 0, 0, '', count(*) FROM hits e WHERE fails = 0 AND {holds}",  # noqa: S608
        (_every(question.terms),),
    )


def _failing(question: Question) -> _Sql:
    """The bits of the chosen facets that an entry `e` has none of the chosen values of."""
    parts, values = [], list[Any]()
    for name, chosen in question.filters.items():
        if name in BITS:
            parts.append(f"CASE WHEN e.{name} & %s <> 0 THEN 0 ELSE {fails(name)} END")
            values.append(sum(BITS[name][value] for value in set(chosen)))
        else:
            parts.append(f"CASE WHEN e.{name} = ANY(%s) THEN 0 ELSE {fails(name)} END")
            values.append(list(chosen))
    return _Sql(" + ".join(parts) or "0", tuple(values))


# --- Their order -------------------------------------------------------------------------------------------------------
def _page(question: Question, *, hits_are_all: bool) -> _Sql:
    """The practices asked for, in order: of all hits, or of the pending ones and those that hub_ask() chose."""
    skip, want, exact = question.skip, question.want, question.is_exact
    if hits_are_all:
        best = f"SELECT * FROM hits WHERE fails = 0 ORDER BY {_ORDERS[question.order]}"  # noqa: S608
        best += f" LIMIT {_exact(want)}" if exact and question.order == "relevance" else ""
    else:
        chosen = "SELECT number FROM asked WHERE kind = 'practice'"
        chosen += " UNION ALL SELECT practice_id FROM hits WHERE fails = 0" if exact else ""
        best = f"SELECT {', '.join(_COLUMNS)}, 0::float8 AS score FROM hub_entry WHERE practice_id IN ({chosen})"  # noqa: S608
        skip = skip if exact else 0
    if question.order == "newest" or not question.terms or (hits_are_all and not exact):
        return _Sql(f"SELECT practice_id FROM ({best}) best ORDER BY {_ORDERS[question.order]} LIMIT %s OFFSET %s", (want, skip))  # noqa: S608
    terms = question.terms[:ARMS]
    times = _times(terms)
    score = " + ".join(f"%s * t{place} / (t{place} + long)" for place in range(len(terms)))
    # `words || ''` unpacks the words once for all that is asked of them; OFFSET keeps the planner from doing it again for each.
    sql = f"""
        SELECT practice_id FROM (
            SELECT practice_id, is_sample, fresh, start_year, evidence, {score} AS score FROM (
                SELECT h.*, {times.text}, {K1 * (1 - B)} + {K1 * B} * size / %s AS long FROM (
                    SELECT b.*, e.words || ''::tsvector AS words, e.size FROM ({best}) b JOIN hub_entry e USING (practice_id) OFFSET 0) h
                OFFSET 0) weighed
        ) ranked ORDER BY {_ORDERS[question.order]} LIMIT %s OFFSET %s
    """  # noqa: S608
    return _Sql(sql, (*(term.weight for term in terms), *times.values, question.average, want, skip))


def _exact(want: int) -> int:
    """How many are put in their exact order: so many that no page is half exact."""
    return max(BEST // want, 1) * want


def _times(terms: list[Term]) -> _Sql:
    """How often each term stands in `words`, in whatever form; to bear its name as a facet or country counts as once."""
    columns, values = [], list[str]()
    for place, term in enumerate(terms):
        parts = ["hub_times(words, %s::tsquery)"] * len(term.stems)
        values += map(lexeme, sorted(term.stems))
        if term.codes:
            parts.append("(words @@ %s::tsquery)::integer")
            values.append(either(map(lexeme, sorted(term.codes))))
        columns.append(f"({' + '.join(parts)})::float8 AS t{place}")
    return _Sql(", ".join(columns), tuple(values))


# --- What is settled ---------------------------------------------------------------------------------------------------
def _settled(question: Question, visible: EntryQuerySet, sight: Sight | None) -> tuple[Question, _Sql] | None:
    """The call of hub_ask(); None where nothing is settled, too much is not, or rows are quicker: for phrases, for signs
    that begin pairs, and for the few readers who see what nobody else does."""
    if sight is None or question.phrases or any(" " in each.strip() for each in question.without) or len(question.terms) > ARMS:
        return None
    avoided = words.read(" ".join(question.without)).terms if question.without else []
    stems = [stem for term in (*question.terms, *avoided) for stem in term.stems | term.codes]
    if any(lexeme(stem).endswith("*") for stem in stems):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM hub_segment), (SELECT count(*) FROM (SELECT FROM hub_pending LIMIT %s) waiting),"
            " ARRAY(SELECT lexeme FROM hub_lexeme WHERE is_kept AND lexeme = ANY(%s))",
            [PENDING + 1, stems],
        )
        segments, pending, kept = cursor.fetchone()
    if not segments or pending > PENDING:
        return None
    if not question.is_exact and question.skip < _exact(question.want) + _waiting(question, visible) // question.want * question.want:
        question = replace(question, is_exact=True)
    return question, _ask(question, sight, avoided, frozenset(kept))


def _waiting(question: Question, visible: EntryQuerySet) -> int:
    """How many of the pending rows hold what is asked for."""
    hits = _hits(question, visible, _PENDING)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {hits.text} SELECT count(*) FROM hits WHERE fails = 0", hits.values)  # noqa: S608
        return int(cursor.fetchone()[0])


def _ask(question: Question, sight: Sight, avoided: list[Term], kept: frozenset[str]) -> _Sql:
    each = [(stem, place) for place, term in enumerate(question.terms) for stem in sorted(term.stems | term.codes)]
    heaviest = max((term.weight for term in question.terms), default=1.0) or 1.0
    weights = [max(1, round(15 * term.weight / heaviest)) for term in question.terms]
    no = sorted({stem for term in avoided for stem in term.stems})
    # The exact ones are those that hub_ask() chooses and all that wait, so many together that no page is half exact.
    exact, waiting = _exact(question.want), "(SELECT count(*) FROM hits WHERE fails = 0)"
    if question.is_exact:
        skip, want = _Sql("0"), _Sql(f"%s::bigint - {waiting} %% %s", (exact, question.want))
    else:
        skip, want = _Sql(f"%s::bigint - {waiting}", (question.skip,)), _Sql("%s::bigint", (question.want,))
    return _Sql(
        "hub_ask(%s::text[], %s::integer[], %s::text[]::tsquery[], %s::integer[], %s::integer[], %s, %s::text[], %s::text[]::tsquery[],"
        f" %s, %s::jsonb, %s, {skip.text}, {want.text})",
        (
            [stem for stem, _place in each if stem in kept], [place for stem, place in each if stem in kept],
            [lexeme(stem) for stem, _place in each if stem not in kept], [place for stem, place in each if stem not in kept],
            weights, question.all_words, [stem for stem in no if stem in kept], [lexeme(stem) for stem in no if stem not in kept],
            sight == "all", json.dumps({name: sorted(set(values)) for name, values in question.filters.items()}), question.order,
            *skip.values, *want.values,
        ),
    )  # fmt: skip
