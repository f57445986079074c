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

from hub.models.synonym import LANGUAGES, MOST_WORDS

type Kind = Literal["same", "also"]

MOST_ASKED = 64  # words of a question that are looked at; whoever pastes a whole page is found by the page's own words
LONGEST_RUN = 40  # characters of a run of Chinese that are looked at
LONGEST_INSIDE = 12  # characters of an expression inside such a run
SHORTEST_STEM = 4  # letters of a word that is taken for another form of an expression; 3 in Arabic
STEMMED = [code for code, _name in LANGUAGES if code != "zh"]
# Chinese has no spaces: an expression may stand anywhere in a run of its characters.
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]{2,}")


@dataclass(frozen=True)
class Match:
    """An expression of a group that stands in a question.

    `start` and `length` say where, counted in the question's words. `asked` is the expression, folded, of which another form may
    stand there. Chinese may be part of one word: `length` is 1 then and `asked` shorter than the word, and one word may hold several,
    which don't overlap.
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
    An expression stands there as it is, or in other forms of its words (школе, школа). The longest wins where two overlap, of two as
    long the one that stands as it is, then the first. One statement; none where there are no words.
    """
    words = folded_words[:MOST_ASKED]
    if not words:
        return []
    kept, stems = _known(words)
    standing = [(place, False, asked, kept.groups[asked]) for asked, place in _candidates(words) if asked in kept.groups]
    for language, own in stems.items():
        found = ((place, kept.by_stems.get((language, stem))) for stem, place in _runs(own))
        standing += [(place, True, *said) for place, said in found if said]
    standing.sort(key=lambda one: (-one[0].length, one[1], one[0].first - one[0].last, one[0]))
    taken: list[tuple[_Place, str, _Group]] = []
    for place, _is_other_form, asked, group in standing:
        if not any(place.overlaps(other) for other, *_more in taken):
            taken.append((place, asked, group))
    taken.sort(key=lambda one: (one[0].start, one[0].first))
    return [Match(place.start, place.length, asked, group.kind, group.expressions, group.codes) for place, asked, group in taken]


def _candidates(words: Sequence[str]) -> Iterator[tuple[str, _Place]]:
    """Every run of words that may be an expression, and every part of a run of Chinese."""
    yield from _runs(words)
    for start, word in enumerate(words):
        for first, last in _inside(word):
            yield word[first:last], _Place(start, 1, first, last)


def _runs(words: Sequence[str | None]) -> Iterator[tuple[str, _Place]]:
    """Every run of words, joined; none with None in it."""
    for start in range(len(words)):
        for length in range(1, min(MOST_WORDS, len(words) - start) + 1):
            run = [word for word in words[start : start + length] if word is not None]
            if len(run) < length:
                break
            yield " ".join(run), _Place(start, length, 0, len(run[0])) if length == 1 else _Place(start, length)


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
SELECT g.codes, array_agg(e.folded ORDER BY e.id), array_agg(e.language ORDER BY e.id), array_agg(e.only_found ORDER BY e.id),
    array_agg(s.stems ORDER BY e.id)
FROM hub_synonymgroup g JOIN hub_expression e ON e.group_id = g.id
CROSS JOIN LATERAL (
    SELECT string_agg(hub_stem(word, e.language), ' ' ORDER BY place) AS stems
    FROM string_to_table(e.folded, ' ') WITH ORDINALITY AS w(word, place)) s
GROUP BY g.id ORDER BY g.id
"""
# A word that the hub writes is read in the languages in which it is written there (for everyone), any other in all of them.
_STEMS = """
SELECT version, ARRAY(
    SELECT CASE WHEN written.of IS NULL OR language = ANY(written.of) THEN hub_stem(word, language) END
    FROM unnest(%s::text[]) WITH ORDINALITY AS l(language, first)
    CROSS JOIN (
        SELECT word, place, (SELECT array_agg(language) FROM hub_word WHERE hub_word.word = asked.word AND public > 0) AS of
        FROM unnest(%s::text[]) WITH ORDINALITY AS asked(word, place)
    ) written
    ORDER BY first, place)
FROM hub_synonyms_version
"""


@dataclass(frozen=True)
class _Kept:
    """What a process keeps, as of a version: each expression that may be asked by, and its group; and the same by the stems of the
    expression in its language, where they belong to one group alone."""

    version: UUID | None
    groups: dict[str, _Group]
    by_stems: dict[tuple[str, str], tuple[str, _Group]]


_kept = [_Kept(None, {}, {})]  # replaced as a whole, so a thread never sees half of it


def _known(words: Sequence[str]) -> tuple[_Kept, dict[str, list[str | None]]]:
    """What is kept; and by language, the stems of `words`."""
    kept = _kept[0]
    with connection.cursor() as cursor:
        cursor.execute(_STEMS, [STEMMED, list(words)])
        version, stems = cursor.fetchone()
        if version != kept.version:
            cursor.execute(_READ)  # after the version: what is newer than it is read again by the next question
            kept = _kept[0] = _keep(version, cursor.fetchall())
    return kept, {language: stems[place * len(words) :][: len(words)] for place, language in enumerate(STEMMED)}


def _keep(version: UUID, rows: list[tuple[list[str], list[str], list[str], list[bool], list[str]]]) -> _Kept:
    groups: dict[str, _Group] = {}
    by_stems: dict[tuple[str, str], tuple[str, _Group]] = {}
    of_several = set[tuple[str, str]]()
    for codes, folded, languages, only_found, stems in rows:
        expressions = tuple((tuple(one.split(" ")), language) for one, language in zip(folded, languages, strict=True))
        group = _Group("also" if any(only_found) else "same", expressions, frozenset(codes))
        for one, language, only, stem in zip(folded, languages, only_found, stems, strict=True):
            if only:
                continue
            groups[one] = group
            if _tells(stem, language) and by_stems.setdefault((language, stem), (one, group))[1] is not group:
                of_several.add((language, stem))
    return _Kept(version, groups, {key: said for key, said in by_stems.items() if key not in of_several})


def _tells(stem: str, language: str) -> bool:
    """Whether other forms of an expression can be told by its stems: maras and mar, the sea, have one stem."""
    return language in STEMMED and len(stem) >= (SHORTEST_STEM if language != "ar" else SHORTEST_STEM - 1)
