"""What the search page shows around its results: groups of filters with counts, chips, links to other pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext

from hub.finding import ARMS
from hub.models.theme_order import in_order
from hub.query_text import PHRASE, QUOTES, take_apart
from hub.search import Answer, Query
from hub.spelling import TYPED
from hub.synonyms import MOST_ASKED
from hub.taxonomy import BY_NAME, FACETS, Facet
from hub.words import WORD, forms_of
from strongcities.site import LONGEST_LINK

SHOWN = 6  # values of a filter that are seen at once; more are folded
_QUOTED = re.compile(rf"{PHRASE}|[{QUOTES}]")


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
    """What was asked, to stand in quotes: its own become those within. One that is never closed and those around nothing, which ask
    for nothing, are left out."""
    within = gettext("‘%(words)s’")

    def shown(found: re.Match[str]) -> str:
        return within % {"words": found["phrase"]} if WORD.search(found["phrase"] or "") else " "

    return " ".join(_QUOTED.sub(shown, text).split())


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
    return found if len(found) > 1 and not is_long(found) else ""


def is_long(address: str) -> bool:
    """Whether an address is too long to stand in many links of a page: buttons of the page's form, which has the question once, lead on
    then."""
    return len(address) > LONGEST_LINK


def of_many_words(query: Query, answer: Answer) -> list[str]:
    """What isn't done for a question of so many words, in sentences."""
    typed = WORD.findall(take_apart(query.words).words)
    said = []
    if answer.words > ARMS and query.order != "newest":
        said.append(gettext("The %(number)s rarest of your words decide the order; the others only find.") % {"number": ARMS})
    if len(typed) > MOST_ASKED:
        said.append(gettext("Words for the same are looked up for the first %(number)s of your words.") % {"number": MOST_ASKED})
    if not query.as_typed and len({form for word in typed for form in forms_of(word)}) > TYPED:
        said.append(gettext("In so many words no spelling is corrected."))
    return said


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
