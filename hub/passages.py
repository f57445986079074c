"""Text with the words that were asked for marked, safe to show: it is escaped piece by piece, then marked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.words import UNSPACED, WORD, Term, fold, forms_of

if TYPE_CHECKING:
    from hub.models import Practice

BEFORE, LENGTH = 8, 32  # words
_HEADING = re.compile(r"^ {0,3}#{1,6} .*$", re.MULTILINE)
# Bounded, so that a text made of nothing but brackets or empty lines holds nobody up.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^)]{0,500}\)")
_MARKS = re.compile(r"^[ \t]*+(?:[-*+>]|\d{1,9}\.)[ \t]++|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", re.MULTILINE)


@dataclass(frozen=True)
class Marked:
    """A practice's title and summary, and the passage of its text that holds a word which neither of them does ("" if none)."""

    title: SafeString
    summary: SafeString
    passage: SafeString


type Phrase = tuple[frozenset[str], ...]  # for each of its words the forms that will do


def as_forms(phrase: str, terms: Iterable[Term]) -> Phrase:
    """A phrase by the forms of its words, as they are looked for."""
    forms = {term.word: term.forms for term in terms}
    return tuple(forms.get(folded, frozenset({folded})) for folded in map(fold, WORD.findall(phrase)))


def marked(practice: Practice, forms: AbstractSet[str], phrases: tuple[Phrase, ...] = ()) -> Marked:
    """`forms` are folded words (words.Term.forms)."""
    shown = (practice.title, practice.summary)
    missing = forms - _words(practice.title) - _words(practice.summary)
    seen = {number for text in shown for _start, _stop, number in _places(WORD.findall(text), phrases)}
    unseen = tuple(phrase for number, phrase in enumerate(phrases) if number not in seen)
    return Marked(mark(practice.title, forms, phrases), mark(practice.summary, forms, phrases), _passage(practice, forms, missing, unseen))


def mark(text: str, forms: AbstractSet[str], phrases: tuple[Phrase, ...] = ()) -> SafeString:
    """`text`, escaped, with each of the words and of the phrases in <mark>."""
    pieces, end = [], 0
    for start, stop in _spans(text, forms, phrases):
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308  every piece of text was escaped


def _spans(text: str, forms: AbstractSet[str], phrases: tuple[Phrase, ...]) -> Iterator[tuple[int, int]]:
    """From where to where the words stand, and the phrases, in which also words stand that are not looked for by themselves."""
    words = list(WORD.finditer(text))
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


def _words(text: str) -> set[str]:
    return {form for word in WORD.findall(text) for form in forms_of(word)}


@dataclass(frozen=True)
class _Stretch:
    """Some thirty words of a text: how many of the phrases and of the different words stand in them."""

    score: tuple[int, int]
    text: str
    first: int
    last: int
    words: list[re.Match[str]]


def _passage(practice: Practice, forms: AbstractSet[str], missing: AbstractSet[str], phrases: tuple[Phrase, ...]) -> SafeString:
    """The stretch that holds the most, of the text, a lesson or a partner."""
    if not missing and not phrases:
        return SafeString("")
    plain = _MARKS.sub("", _LINK.sub(r"\1", _HEADING.sub("", practice.body)))
    texts = (" ".join(text.split()) for text in (plain, *practice.lessons, *practice.partners))
    best = max(filter(None, (_stretch(text, forms, missing, phrases) for text in texts)), key=lambda one: one.score, default=None)
    if best is None:
        return SafeString("")
    start = best.words[best.first].start() if best.first else 0
    end = best.words[best.last].end() if best.last < len(best.words) - 1 else len(best.text)
    return mark_safe(  # noqa: S308  mark() escapes
        ("… " if start else "") + mark(best.text[start:end], forms, phrases) + (" …" if end < len(best.text) else "")
    )


def _different[T](found: list[tuple[int, T]], start: int) -> int:
    """How many different ones stand in the stretch that begins there; `found` is in order of places."""
    within = slice(bisect_left(found, start, key=lambda one: one[0]), bisect_left(found, start + LENGTH - BEFORE, key=lambda one: one[0]))
    return len({one for _place, one in found[within]})


def _stretch(text: str, forms: AbstractSet[str], missing: AbstractSet[str], phrases: tuple[Phrase, ...]) -> _Stretch | None:
    """The best of a text: that begins before a phrase or a word which neither title nor summary holds."""
    words = list(WORD.finditer(text))
    found = [(place, form) for place, word in enumerate(words) for form in forms_of(word[0]) if form in forms]
    texts = [word[0] for word in words]
    whole = [(start, number) for start, _stop, number in _places(texts, phrases)]
    starts = [place for place, _number in whole] or [place for place, form in found if form in missing]
    if not starts:
        return None

    def score(start: int) -> tuple[int, int]:
        return _different(whole, start), _different(found, start)

    best = max(starts, key=lambda start: (*score(start), -start))
    first, last = max(0, best - BEFORE), min(len(words), best + LENGTH - BEFORE) - 1
    return _Stretch(score(best), text, first, last, words)
