"""The search of the hub: the one way by which practices are found, by words and by facets.

Words are joined by OR, so whatever shares a word with a practice finds it, unless all of them are asked for. Facets: OR within
one, AND across. The counts of a facet's values are those that the other facets' choices leave, so that a count says what
choosing it would give. How it is done stands in finding.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from hub import finding, spelling, words
from hub.finding import BITS, NAMES, Counts, fails
from hub.found import results, unmarked
from hub.lookup import Lookup, Query
from hub.models import Entry, Practice
from hub.query_text import QueryText, take_apart
from hub.querysets import EntryQuerySet
from hub.words import WORD, Reading, either, fold
from members.querysets import sees_members_only

__all__ = ["EVERY", "PER_PAGE", "Answer", "Query", "search"]

PER_PAGE = finding.PAGE  # results, unless a program asks for more or fewer
EVERY = 1_000_000_000  # in place of `per_page`, where all are wanted


@dataclass(frozen=True)
class Answer:
    """What was found: how many in all, those of the page (where words were asked for each with `marked`, its texts with the words
    marked, and `why` it was found), how many each value of each facet would give (only those above 0), how many there would be
    without a chosen facet, how many `words` were looked for (common ones left out), and how many of `count` have all of them.

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
    keys: list[int] = field(default_factory=list)  # of the page's practices, in order
    last: int | None = None
    only_common: bool = False

    def pages(self, per_page: int = PER_PAGE) -> int:
        """How many pages the results fill; the first one is there even if it is empty."""
        return max(1, -(-self.count // per_page))


def search(
    query: Query,
    user: Any,
    page: int = 1,
    per_page: int = PER_PAGE,
    *,
    among: Sequence[int] | None = None,
    marks: bool = True,
    bare: bool = False,
) -> Answer:
    """Practices visible to `user`. A page beyond the end has no results, and the count all the same. `among` narrows them to those
    of these few keys, once it is settled from all what is looked for. Where nobody looks at them, `marks` aren't made; `bare` gives
    keys alone.

    Costs three statements; with words five, some more where a word is unknown or has synonyms, or nothing but common words is found.
    """
    visible = Entry.objects.visible_to(user)
    sees_all = sees_members_only(user)
    asked, reading = _read(query.words, sees_all=sees_all)
    last = _last(query.words, reading)
    corrected = None
    if not query.as_typed and (right := spelling.right(query.words, reading.terms, visible, sees_all=sees_all)):
        corrected = right
        asked, reading = _read(corrected, sees_all=sees_all)
    skip = min((page - 1) * per_page, 2**62)
    single = " ".join(text for text in asked.without if len(WORD.findall(text)) < 2)
    avoided = words.read(single, sees_all=sees_all).terms if single else []
    lookup = replace(_lookup(query, asked, reading), avoided=avoided, skip=skip, want=per_page)
    sight = visible.sight(user)
    places, counts = finding.find(lookup, visible, sight, among)
    if not any(counts.total.values()) and len(lookup.terms) < len(reading.terms) and not _finds(lookup, visible):
        lookup = replace(lookup, terms=reading.terms, all_words=query.all_words and len(reading.terms) > 1)
        places, counts = finding.find(lookup, visible, sight, among)
    count = counts.total[0]
    return Answer(
        count=count,
        results=[] if bare else results(places, lookup, asked, reading, user) if marks else unmarked(places, user),
        facets={name: _values(counts, name) for name in NAMES},
        without={name: count + counts.total[fails(name)] for name in lookup.filters},
        corrected=corrected,
        words=len(lookup.words),
        with_all=counts.with_all if len(lookup.words) > 1 else count,
        keys=places,
        last=last,
        only_common=bool(lookup.terms) and all(term.is_stop for term in lookup.terms),
    )


def _read(text: str, *, sees_all: bool) -> tuple[QueryText, Reading]:
    asked = take_apart(text)
    return asked, words.read(asked.words, sees_all=sees_all) if asked.words.strip() else Reading([], 1.0)


def _lookup(query: Query, asked: QueryText, reading: Reading) -> Lookup:
    """Common words are left out where there are others."""
    return Lookup(
        terms=reading.asked, phrases=asked.phrases, without=tuple(text for text in asked.without if len(WORD.findall(text)) > 1),
        all_words=query.all_words and len(reading.asked) > 1, average=reading.average,
        filters={name: query.filters[name] for name in NAMES if query.filters.get(name)}, order=query.order,
    )  # fmt: skip


def _last(text: str, reading: Reading) -> int | None:
    """In how many practices the last word of what was typed stands, as far as the reader may know."""
    typed = WORD.findall(text)[-1:]
    terms = [term for term in reading.terms if typed and term.word == fold(typed[0])]
    return next((term.records for term in terms), None)


def _finds(lookup: Lookup, visible: EntryQuerySet) -> bool:
    any_of_them = RawSQL("words @@ %s::tsquery", [either(term.anywhere for term in lookup.terms)], BooleanField())
    return visible.filter(any_of_them).exists()


def _values(counts: Counts, name: str) -> dict[str, int]:
    """How many practices each value of a facet would give, in the order shown (languages: the most frequent first)."""
    numbers: defaultdict[str, int] = defaultdict(int)
    for failing, value, number in counts.by_facet[name]:
        if failing & ~fails(name):
            continue  # dropped by another facet's choice
        if isinstance(value, str):
            numbers[value] += number
        else:
            for slug, bit in BITS[name].items():
                if value & bit:
                    numbers[slug] += number
    if name in BITS:
        return {slug: numbers[slug] for slug in BITS[name] if slug in numbers}
    return dict(sorted(numbers.items(), key=lambda item: (-item[1], item[0])))
