"""Two versions of a text as one that can be read: what went is in <del>, what came in <ins>."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_AROUND = 2  # unchanged lines that stay before and after a change
_MOST_WORDS = 600  # beyond, two passages are shown whole: comparing word by word takes the product of their lengths


def difference(before: str, after: str) -> SafeString:
    """HTML of both, line by line, and word by word within lines that changed. Long unchanged stretches become "…"."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[SafeString] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if len(old) * len(new) < 4_000_000 else [_whole(old, new)]
    for number, (step, i, j, k, m) in enumerate(steps):
        if step == "equal":
            pieces.append(_unchanged(old[i:j], first=number == 0, last=number == len(steps) - 1))
        else:
            pieces.extend(_words("".join(old[i:j]), "".join(new[k:m])))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _whole(old: list[str], new: list[str]) -> tuple[str, int, int, int, int]:
    return "replace", 0, len(old), 0, len(new)


def _unchanged(lines: list[str], *, first: bool, last: bool) -> SafeString:
    before, after = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(lines) <= before + after + 1:
        return format_html("{}", "".join(lines))
    return format_html("{}…\n{}", "".join(lines[:before]), "".join(lines[len(lines) - after :]))


def _words(old: str, new: str) -> Iterator[SafeString]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if not before or not after or len(before) + len(after) > _MOST_WORDS:
        yield from _both(old, new)
        return
    for step, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            yield format_html("{}", "".join(before[i:j]))
        else:
            yield from _both("".join(before[i:j]), "".join(after[k:m]))


def _both(old: str, new: str) -> Iterator[SafeString]:
    if old:
        yield format_html("<del>{}</del>", old)
    if new:
        yield format_html("<ins>{}</ins>", new)
