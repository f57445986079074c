"""What the search page shows around its results: groups of filters with counts, chips, links to other pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext

from hub.models.theme_order import in_order
from hub.query_text import PHRASE, take_apart
from hub.search import Answer, Query
from hub.taxonomy import BY_NAME, FACETS, Facet

LONGEST_WAY_BACK = 1_000  # characters of an address
SHOWN = 6  # values of a filter that are seen at once; more are folded
_PHRASE = re.compile(PHRASE)


@dataclass(frozen=True)
class Option:
    """A value of a filter, how many practices choosing it would give, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    """One filter: what is seen at once, and what is folded behind “More”."""

    facet: Facet
    options: list[Option]
    more: list[Option]


@dataclass(frozen=True)
class Chip:
    """What a press would change about the search, in words, and the address of the search that it leads to."""

    label: str
    url: str


@dataclass(frozen=True)
class Advice:
    """A chosen filter, and how many practices there would be without it."""

    facet: Facet
    count: int
    url: str


def address(query: Query, page: int = 1) -> str:
    """The search's address after the path, "?" included; the same question always has the same one."""
    words = [("q", query.words)] if query.words else []
    filters = [(name, value) for name in BY_NAME for value in query.filters.get(name, ())]
    rest = [("all", "1")] * query.all_words + [("exact", "1")] * query.as_typed
    rest += ([("sort", str(query.sort))] if query.sort else []) + ([("page", str(page))] if page > 1 else [])
    return "?" + urlencode([*words, *filters, *rest])


def quoted(text: str) -> str:
    """What was asked, to stand in quotes: its own become those within."""
    within = gettext("‘%(words)s’")
    return _PHRASE.sub(lambda found: within % {"words": found["phrase"]}, text)


def loosened(query: Query) -> str:
    """The search for any of its words, without phrases and exclusions; "" where it has none."""
    asked = take_apart(query.words)
    if not (asked.phrases or asked.without):
        return ""
    return address(replace(query, words=" ".join(asked.words.split()), all_words=False))


def way_back(query: Query, page: int = 1) -> str:
    """The search that a practice's page leads back to, as `address` has it; "" for the whole hub, to which another link leads, and
    for a question too long to be carried through every link."""
    found = address(query, page)
    return found if 1 < len(found) <= LONGEST_WAY_BACK else ""


def groups(query: Query, answer: Answer) -> list[Group]:
    """The filters that have a value to choose or a chosen one. Values that would give nothing are left out, unless chosen."""
    return [group for facet in FACETS if (group := _group(facet, query.filters.get(facet.name, ()), answer.facets[facet.name])).options]


def _group(facet: Facet, chosen: tuple[str, ...], counts: dict[str, int]) -> Group:
    labels = facet.labels()
    order: Iterable[str] = labels if facet.choices else [*counts, *(value for value in chosen if value not in counts)]
    if facet.name == "theme":
        order = in_order(labels)
    options = [Option(value, labels[value], counts.get(value, 0), value in chosen) for value in order if value in counts or value in chosen]
    if len(options) <= SHOWN + 1:  # folding one away would save nothing
        return Group(facet, options, [])
    first = [option for place, option in enumerate(options) if place < SHOWN or option.chosen]
    return Group(facet, first, [option for option in options if option not in first])


def chips(query: Query) -> list[Chip]:
    """One for each chosen value: its label, and the search without it."""
    found = []
    for name, values in query.filters.items():
        labels = BY_NAME[name].labels()
        for value in values:
            left = tuple(other for other in values if other != value)
            found.append(Chip(labels[value], address(replace(query, filters={**query.filters, name: left}))))
    return found


def advice(query: Query, answer: Answer) -> list[Advice]:
    """For a search that finds nothing: the filters without which it finds something, the most first."""
    found = [
        Advice(BY_NAME[name], count, address(replace(query, filters={**query.filters, name: ()})))
        for name, count in answer.without.items()
        if count
    ]
    return sorted(found, key=lambda one: -one.count)
