"""What is asked, taken apart as people know it from elsewhere: words; “phrases in quotes”, which must stand as they are; and
-words or -“phrases” that must not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.words import WORD

_OPEN, _CLOSE = '"“”„«»＂「『', '"“”«»＂」』'
QUOTES = "".join(dict.fromkeys(_OPEN + _CLOSE))
PHRASE = rf"[{_OPEN}](?P<phrase>[^{QUOTES}]*)[{_CLOSE}]"
# A minus counts before a word only, not within one (P-CVE) nor by itself; a quote that is never closed is no quote.
_PARTS = re.compile(rf"(?P<minus>(?<!\S)[-−])?{PHRASE}|(?<!\S)[-−](?P<without>[^\s\-−{QUOTES}]\S*)")


@dataclass(frozen=True)
class QueryText:
    """`words` is the text of all that is looked for, phrases included; `phrases` must all be there, `without` may not."""

    words: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def take_apart(text: str) -> QueryText:
    """What somebody typed, as words, phrases and what may not be there; a phrase with a minus is of the last."""
    phrases, without = list[str](), list[str]()

    def take(part: re.Match[str]) -> str:
        if part["without"] is not None or part["minus"]:
            without.append(part["without"] or part["phrase"])
            return " "
        if WORD.search(part["phrase"]):  # quotes around nothing ask for nothing
            phrases.append(part["phrase"])
        return f" {part['phrase']} "

    words = _PARTS.sub(take, text)
    return QueryText(words, tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(without)))
