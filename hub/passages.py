"""Text with the words that were asked for marked, safe to show: it is escaped piece by piece, then marked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.words import UNSPACED, WORD, fold, forms_of

if TYPE_CHECKING:
    from hub.models import Practice

BEFORE, LENGTH = 8, 32  # words
# A word as texts are split: one of a script without spaces and one of another are two, although nothing stands between them.
PIECE = re.compile(f"{UNSPACED.pattern}|{WORD.pattern.removesuffix(']+')}{UNSPACED.pattern[1:]}")
_HEADING = re.compile(r"^ {0,3}#{1,6} (.*)$", re.MULTILINE)
# Bounded, so that a text made of nothing but brackets or empty lines holds nobody up.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^)]{0,500}\)")
# Marks of a list and of emphasis; not what stands within a word, where the search sees two.
_MARKS = re.compile(r"^[ \t]*+(?:[-*+>]|\d{1,2}\.)[ \t]++|(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)", re.MULTILINE)

type Phrase = tuple[frozenset[str], ...]  # for each of its words the forms that will do


@dataclass(frozen=True)
class Sought:
    """What is marked, by folded words: what was `typed`, in whatever form, and `phrases` of it in quotes; then, by synonyms, what
    means the same: `also` words, and `said` expressions of several."""

    typed: frozenset[str]
    phrases: tuple[Phrase, ...] = ()
    also: frozenset[str] = frozenset()
    said: tuple[Phrase, ...] = ()

    @cached_property
    def forms(self) -> frozenset[str]:
        return self.typed | self.also

    @cached_property
    def longer(self) -> tuple[Phrase, ...]:
        return self.phrases + self.said


class Marked(NamedTuple):
    """A practice's title and summary, and the passage of its text that holds a word which neither of them does ("" if none)."""

    title: SafeString
    summary: SafeString
    passage: SafeString


def marked(practice: Practice, sought: Sought) -> Marked:
    return Marked(
        mark(practice.title, sought.forms, sought.longer), mark(practice.summary, sought.forms, sought.longer), _passage(practice, sought)
    )


def mark(text: str, forms: AbstractSet[str], phrases: tuple[Phrase, ...] = ()) -> SafeString:
    """`text`, escaped, with each of the words and of the phrases in <mark>."""
    pieces, end = [], 0
    for start, stop in _spans(text, forms, phrases):
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308  every piece of text was escaped


def _spans(text: str, forms: AbstractSet[str], phrases: tuple[Phrase, ...]) -> Iterator[tuple[int, int]]:
    """From where to where the words stand, and the phrases, in which also words stand that are not looked for by themselves."""
    words = list(PIECE.finditer(text))
    whole = {start: stop for start, stop, _number in _places([word[0] for word in words], phrases)}
    until = 0
    for place, word in enumerate(words):
        if place < until:
            continue
        if place in whole:
            until = whole[place]
            yield word.start(), words[until - 1].end()
        else:
            yield from ((word.start() + start, word.start() + stop) for start, stop in _found(word[0], forms))


def _places(words: list[str], phrases: tuple[Phrase, ...]) -> Iterator[tuple[int, int, int]]:
    """Where the words of a phrase stand one after the other, from which word to before which; and the phrase's number."""
    if not (begin := _by_first(phrases)):
        return
    folded = [fold(word) for word in words]
    for place, word in enumerate(folded):
        for number, phrase in begin.get(word, ()):
            here = folded[place : place + len(phrase)]
            if len(here) == len(phrase) and all(one in will for one, will in zip(here, phrase, strict=True)):
                yield place, place + len(phrase), number


@lru_cache(maxsize=100)
def _by_first(phrases: tuple[Phrase, ...]) -> dict[str, list[tuple[int, Phrase]]]:
    """The phrases and their numbers by the forms of their first words."""
    begin = defaultdict[str, list[tuple[int, Phrase]]](list)
    for number, phrase in enumerate(phrases):
        for form in phrase[0] if phrase else ():
            begin[form].append((number, phrase))
    return dict(begin)


def _found(word: str, forms: AbstractSet[str]) -> list[tuple[int, int]]:
    """Where in a word the forms stand: the whole of it, or in a script without spaces the stretches of signs that pairs make."""
    if not UNSPACED.search(word):
        return [(0, len(word))] if fold(word) in forms else []
    stretches: list[tuple[int, int]] = []
    for place in range(len(word)):
        size = 2 if fold(word[place : place + 2]) in forms else 1 if fold(word[place]) in forms else 0
        if size and stretches and stretches[-1][1] >= place:
            stretches[-1] = (stretches[-1][0], place + size)
        elif size:
            stretches.append((place, place + size))
    return stretches


class _Missing:
    """Of what is sought, what neither title nor summary shows."""

    def __init__(self, practice: Practice, sought: Sought) -> None:
        shown = [PIECE.findall(text) for text in (practice.title, practice.summary)]
        words = {form for text in shown for word in text for form in forms_of(word)}
        self.typed, self.also = sought.typed - words, sought.also - words
        self.longer = set(range(len(sought.longer))) - {number for text in shown for *_, number in _places(text, sought.longer)}
        self.quoted = {number for number in self.longer if number < len(sought.phrases)}


@dataclass(frozen=True)
class _Stretch:
    """Some thirty words of a text: how many different phrases stand in them, how many words that were typed, and how much else."""

    score: tuple[int, int, int]
    text: str
    first: int
    last: int
    words: list[re.Match[str]]


def _passage(practice: Practice, sought: Sought) -> SafeString:
    """The stretch that holds the most, of the text, a lesson or a partner; what was typed comes before what means the same."""
    missing = _Missing(practice, sought)
    if not (missing.typed or missing.also or missing.longer):
        return SafeString("")
    stretches = (_stretch(text, sought, missing) for text in _texts(practice))
    best = max(filter(None, stretches), key=lambda one: one.score, default=None) or _stretch(_whole(practice), sought, missing)
    if best is None:
        return SafeString("")
    start = best.words[best.first].start() if best.first else 0
    end = best.words[best.last].end() if best.last < len(best.words) - 1 else len(best.text)
    return mark_safe(  # noqa: S308  mark() escapes
        ("… " if start else "") + mark(best.text[start:end], sought.forms, sought.longer) + (" …" if end < len(best.text) else "")
    )


def _texts(practice: Practice) -> Iterator[str]:
    """What reads well: the text without its headings and the addresses of its links, each lesson, each partner."""
    for text in (_LINK.sub(r"\1", _HEADING.sub("", practice.body)), *practice.lessons, *practice.partners):
        yield _plain(text)


def _whole(practice: Practice) -> str:
    """All that the search knows beside title and summary, in its order: words of headings and of links find as well, and expressions
    from the end of a lesson into the next."""
    return _plain("\n".join((_HEADING.sub(r"\1", practice.body), *practice.lessons, *practice.partners)))


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _different[T](found: list[tuple[int, T]], start: int) -> int:
    """How many different ones stand in the stretch that begins there; `found` is in order of places."""
    within = slice(bisect_left(found, start, key=lambda one: one[0]), bisect_left(found, start + LENGTH - BEFORE, key=lambda one: one[0]))
    return len({one for _place, one in found[within]})


def _stretch(text: str, sought: Sought, missing: _Missing) -> _Stretch | None:
    """The best of a text: that begins before a phrase, else a word, else what means the same, which neither title nor summary shows."""
    words = list(PIECE.finditer(text))
    found = [(place, form) for place, word in enumerate(words) for form in forms_of(word[0]) if form in sought.forms]
    longer = [(start, number) for start, _stop, number in _places([word[0] for word in words], sought.longer)]
    quoted = [one for one in longer if one[1] < len(sought.phrases)]
    typed = [one for one in found if one[1] in sought.typed]
    starts = (
        [place for place, number in quoted if number in missing.quoted]
        or [place for place, form in typed if form in missing.typed]
        or [place for place, number in longer if number in missing.longer]
        or [place for place, form in found if form in missing.also]
    )
    if not starts:
        return None

    def score(start: int) -> tuple[int, int, int]:
        return _different(quoted, start), _different(typed, start), _different(longer, start) + _different(found, start)

    best = max(starts, key=lambda start: (*score(start), -start))
    first, last = max(0, best - BEFORE), min(len(words), best + LENGTH - BEFORE) - 1
    return _Stretch(score(best), text, first, last, words)
