"""What is asked of the hub's search: by a person (Query), and what is looked for because of it (Lookup)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hub.words import Term

type Sort = Literal["relevance", "newest", "evidence"]


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
class Lookup:
    """What is looked for: any (or all) of `terms`, every one of `phrases`, and none of `avoided` and of the phrases of `without`, within
    the chosen `filters`; and `want` practices of it from `skip` on, in their `order`. `average` is how many places words have in a
    practice; `is_exact` says whether they are among the first, which are put in their exact order."""

    terms: list[Term]
    phrases: tuple[str, ...]
    without: tuple[str, ...]
    all_words: bool
    average: float
    filters: dict[str, tuple[str, ...]]
    order: Sort
    avoided: list[Term] = field(default_factory=list)
    skip: int = 0
    want: int = 0
    is_exact: bool = True

    @property
    def words(self) -> list[Term]:
        """The terms that are words, without those that several of them make together."""
        return [term for term in self.terms if not term.words]
