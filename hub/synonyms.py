"""Which groups of synonyms a question touches: the search asks with its words, and is told what else to look for.

All groups are kept in the process, some thousand expressions; each question asks the database one thing, whether they are still the
same (migrations/0028_synonyms_version.py), which takes a twentieth of what looking the expressions up there takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from django.db import connection

from hub.models.synonym import MOST_WORDS

type Kind = Literal["same", "also"]

MOST_ASKED = 64  # words of a question that are looked at; whoever pastes a whole page is found by the page's own words
LONGEST_RUN = 40  # characters of a run of Chinese that are looked at
LONGEST_INSIDE = 12  # characters of an expression inside such a run
# Chinese has no spaces: an expression may stand anywhere in a run of its characters.
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]{2,}")


@dataclass(frozen=True)
class Match:
    """An expression of a group that stands in a question.

    `start` and `length` say where, counted in the question's words. `asked` is the expression, folded. Chinese may be part of one
    word: `length` is 1 then and `asked` shorter than the word, and one word may hold several, which don't overlap.
    `kind` is "same" where each expression of the group finds all, "also" where some are only found: there the one
    that was asked is the better answer. `expressions` are all of the group's, the one that was asked among them: its folded words
    and its language. `codes` are what the group leads to, as the search's rows bear it ("theme:youth-engagement").
    """

    start: int
    length: int
    asked: str
    kind: Kind
    expressions: tuple[tuple[tuple[str, ...], str], ...]
    codes: frozenset[str]


@dataclass(frozen=True)
class _Group:
    kind: Kind
    expressions: tuple[tuple[tuple[str, ...], str], ...]
    codes: frozenset[str]


class _Place(NamedTuple):
    """Where an expression stands: from word to word, and within one word from character to character."""

    start: int
    length: int
    first: int = 0
    last: int = 0

    def overlaps(self, other: _Place) -> bool:
        if self.last and other.last and self.start == other.start:
            return self.first < other.last and other.first < self.last
        return self.start < other.start + other.length and other.start < self.start + self.length


def groups_in(folded_words: Sequence[str]) -> list[Match]:
    """The groups that the words of a question touch, in the order in which they stand there.

    `folded_words` are all its words in their order, common ones too, folded as by hub.words.fold; a run of Chinese is one word.
    The longest expression wins where two overlap, the first of two as long. One statement; none where there are no words.
    """
    if not folded_words:
        return []
    groups = _groups()
    standing = [(place, asked) for asked, place in _candidates(folded_words[:MOST_ASKED]) if asked in groups]
    standing.sort(key=lambda one: (-one[0].length, one[0].first - one[0].last, one[0]))
    taken: list[tuple[_Place, str]] = []
    for place, asked in standing:
        if not any(place.overlaps(other) for other, _asked in taken):
            taken.append((place, asked))
    taken.sort(key=lambda one: (one[0].start, one[0].first))
    found = ((place, asked, groups[asked]) for place, asked in taken)
    return [Match(place.start, place.length, asked, group.kind, group.expressions, group.codes) for place, asked, group in found]


def _candidates(words: Sequence[str]) -> Iterator[tuple[str, _Place]]:
    """Every run of words that may be an expression, and every part of a run of Chinese."""
    for start, word in enumerate(words):
        yield word, _Place(start, 1, 0, len(word))
        for length in range(2, min(MOST_WORDS, len(words) - start) + 1):
            yield " ".join(words[start : start + length]), _Place(start, length)
        for first, last in _inside(word):
            yield word[first:last], _Place(start, 1, first, last)


def _inside(word: str) -> Iterator[tuple[int, int]]:
    """From where to where each part of a run of Chinese goes, the word as a whole left out."""
    for run in _RUN.finditer(word):
        for first in range(run.start(), min(run.end(), run.start() + LONGEST_RUN)):
            for last in range(first + 2, min(first + LONGEST_INSIDE, run.end()) + 1):
                if last - first < len(word):
                    yield first, last


def parts_of(word: str) -> list[str]:
    """What may stand inside a word without spaces around it: parts of a run of Chinese."""
    return [word[first:last] for first, last in _inside(word)]


_READ = """
SELECT g.codes, array_agg(e.folded ORDER BY e.id), array_agg(e.language ORDER BY e.id), array_agg(e.only_found ORDER BY e.id)
FROM hub_synonymgroup g JOIN hub_expression e ON e.group_id = g.id GROUP BY g.id
"""


@dataclass(frozen=True)
class _Kept:
    """What a process keeps: each expression that may be asked by, and its group, as of a version."""

    version: UUID | None
    groups: dict[str, _Group]


_kept = [_Kept(None, {})]  # replaced as a whole, so a thread never sees half of it


def _groups() -> dict[str, _Group]:
    kept = _kept[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM hub_synonyms_version")
        (version,) = cursor.fetchone()
        if version != kept.version:
            cursor.execute(_READ)  # after the version: what is newer than it is read again by the next question
            kept = _kept[0] = _Kept(version, dict(_asked_by(cursor)))
    return kept.groups


def _asked_by(rows: Iterator[tuple[list[str], list[str], list[str], list[bool]]]) -> Iterator[tuple[str, _Group]]:
    for codes, folded, languages, only_found in rows:
        expressions = tuple((tuple(one.split(" ")), language) for one, language in zip(folded, languages, strict=True))
        group = _Group("also" if any(only_found) else "same", expressions, frozenset(codes))
        yield from ((one, group) for one, only in zip(folded, only_found, strict=True) if not only)
