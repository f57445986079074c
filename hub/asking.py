"""What is asked, taken apart as people know it from elsewhere: words; “phrases in quotes”, which must stand as they are; and
-words or -“phrases” that must not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN, _CLOSE = '"“”„«»＂「『', '"“”«»＂」』'
# A minus counts before a word only, not within one (P-CVE) nor by itself; a quote that is never closed is no quote.
_PARTS = re.compile(
    rf"(?P<minus>(?<!\S)[-−])?[{_OPEN}](?P<phrase>[^{_OPEN}{_CLOSE}]*)[{_CLOSE}]|(?<!\S)[-−](?P<without>[^\s\-−{_OPEN}{_CLOSE}]\S*)"
)


@dataclass(frozen=True)
class Asked:
    """`words` is the text of all that is looked for, phrases included; `phrases` must all be there, `without` may not."""

    words: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def take_apart(text: str) -> Asked:
    phrases, without = list[str](), list[str]()

    def take(part: re.Match[str]) -> str:
        if part["without"] is not None or part["minus"]:
            without.append(part["without"] or part["phrase"])
            return " "
        phrases.append(part["phrase"])
        return f" {part['phrase']} "

    words = _PARTS.sub(take, text)
    return Asked(words, tuple(phrases), tuple(without))
