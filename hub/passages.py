"""Text with the words that were asked for marked, safe to show: it is escaped piece by piece, then marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.words import UNSPACED, WORD, fold, forms_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

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


def marked(practice: Practice, forms: AbstractSet[str]) -> Marked:
    """`forms` are folded words (words.Term.forms)."""
    elsewhere = _words(practice.title) | _words(practice.summary)
    return Marked(mark(practice.title, forms), mark(practice.summary, forms), _passage(practice.body, forms, forms - elsewhere))


def mark(text: str, forms: AbstractSet[str]) -> SafeString:
    """`text`, escaped, with each of the words in <mark>."""
    pieces, end = [], 0
    for word in WORD.finditer(text):
        for start, stop in _found(word[0], forms):
            pieces += [escape(text[end : word.start() + start]), "<mark>", escape(word[0][start:stop]), "</mark>"]
            end = word.start() + stop
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308  every piece of text was escaped


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


def _passage(body: str, forms: AbstractSet[str], missing: AbstractSet[str]) -> SafeString:
    """The stretch of some thirty words that holds the most of the different words."""
    if not missing:
        return SafeString("")
    plain = " ".join(_MARKS.sub("", _LINK.sub(r"\1", _HEADING.sub("", body))).split())
    words = list(WORD.finditer(plain))
    found = [(place, form) for place, word in enumerate(words) for form in forms_of(word[0]) if form in forms]
    starts = [place for place, folded in found if folded in missing]
    if not starts:
        return SafeString("")
    best = max(starts, key=lambda start: (len({folded for place, folded in found if start <= place < start + LENGTH - BEFORE}), -start))
    first, last = max(0, best - BEFORE), min(len(words), best + LENGTH - BEFORE) - 1
    start = words[first].start() if first else 0
    end = words[last].end() if last < len(words) - 1 else len(plain)
    return mark_safe(  # noqa: S308  mark() escapes
        ("… " if start else "") + mark(plain[start:end], forms) + (" …" if end < len(plain) else "")
    )
