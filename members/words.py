"""Plain text that one person writes to another."""

from __future__ import annotations

import re
import unicodedata

# Between letters: what makes a mail program take a text for a link or an address.
_LINKING = re.compile(r"(?<=\w)([.:@])(?=[\w/])")
_HOLDS_APART = "\u2060"  # the word joiner: no width, no break
_UNSEEN = {"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"}
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # Hangul's fillers and Braille without a dot: letters and signs to Unicode
_KEPT = frozenset("\n\t\u200c\u200d")  # Persian and several Indian scripts spell with the last two


def shows(text: str) -> bool:
    """Whether anything of `text` can be seen: more than spaces, joiners, fillers and marks that stand on nothing."""
    return any(each not in _BLANK and unicodedata.category(each) not in _UNSEEN for each in text)


def plain(text: str) -> str:
    """`text` with one kind of line end, and without control and direction characters: what is read is what was written."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in text if each in _KEPT or unicodedata.category(each) not in {"Cc", "Cf", "Cs"})


def unlinked(text: str) -> str:
    """`text` as it reads, without anything that mail programs make into a link."""
    return _LINKING.sub(rf"\1{_HOLDS_APART}", text)
