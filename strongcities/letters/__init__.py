"""Letters as PDF, set by typst from a template that lies here.

    letters.pdf("visa_letter", {"full_name": "Årne *Bold*"}, dated=date(2026, 3, 9))    bytes, the same for the same data

What a letter says about somebody is data, never markup: it reaches the template as one JSON text, and what looks like typst's own
language in it is set as it was typed. A template begins with `letterhead.typ`, is one page of text in one language, and has a title.

It is set by a process of its own (press.py) that may open nothing once it has begun, no file and no connection, so a template
can neither read what lies beside it nor fetch a package; its time and its memory have an end. typst itself has no such limits.

Fonts are those that come with typst, so that a letter is the same on every machine: Libertinus Serif (SIL Open Font License), which
has all Latin letters, Greek and Cyrillic, those of today's languages. A letter of any other script would be a box on the paper of whoever
receives it, so the letter isn't made: `Unprintable` names the characters, for whoever typed them. Nothing is transliterated: how a name
is written in Latin letters says its owner's passport.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

SECONDS = 20  # for a letter; one takes a tenth
MEMORY = 1 << 29  # bytes of addresses; a letter takes less than a third

_FOLDER = Path(__file__).parent
_BOXES = re.compile(r'the text `"(.*?)"` could not be displayed')  # in typst's words, pinned with it


class Unprintable(ValueError):
    """`characters` that the letters' font doesn't have, or that turn or hide others, in the order of their code points."""

    def __init__(self, characters: set[str]) -> None:
        self.characters = sorted(characters)
        super().__init__(", ".join(f"{character!r} (U+{ord(character):04X})" for character in self.characters))


class Unset(RuntimeError):
    """The letter can't be set: its template is wrong, or it took too long or too much. Nothing that its reader could mend."""


def pdf(template: str, data: dict[str, Any], *, dated: date) -> bytes:
    """The letter `<template>.typ` with `data`, which is whatever JSON can hold, as a tagged PDF (PDF/UA-1). `dated` is the day that it
    bears as a file, so the same letter is the same bytes. Raises Unprintable, and Unset."""
    return _set(_source(template), data, dated=dated)


def _source(template: str) -> str:
    if not re.fullmatch(r"[a-z_]+", template):
        raise Unset(f"no name of a template: {template!r}")
    return "\n".join((_FOLDER / f"{name}.typ").read_text() for name in ("letterhead", template))


def _set(source: str, data: dict[str, Any], *, dated: date) -> bytes:
    if unseen := set(_unseen(data)):
        raise Unprintable(unseen)
    order = {
        "source": source, "data": json.dumps(data), "memory": MEMORY, "seconds": SECONDS,
        "timestamp": int(datetime.combine(dated, time(), UTC).timestamp()),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_FOLDER / "press.py")], input=json.dumps(order).encode(), capture_output=True, timeout=SECONDS,
            env={"RAYON_NUM_THREADS": "1"}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unset(f"took longer than {SECONDS} seconds") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        if boxes := set("".join(_literal(found) for found in _BOXES.findall(said))):
            raise Unprintable({sign for sign in boxes if not sign.isascii()} or boxes)  # a mark is missing, not the letter beneath
        raise Unset(said[-2000:] or f"ended with {done.returncode}")
    return done.stdout


def _unseen(data: Any) -> Iterator[str]:
    """Control and format characters: they need no glyph, so the font would not miss them, but they break lines, turn names or hide
    in them."""
    if isinstance(data, str):
        yield from (sign for sign in data if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
    elif isinstance(data, dict | list | tuple):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _unseen(value)


def _literal(quoted: str) -> str:
    """What typst quotes as Rust does: \\u{301} for what can't be seen by itself."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), quoted)
