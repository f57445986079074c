"""Addresses of people to be invited: pasted from anywhere, a line each, or in a file. What is wrong is named by its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from events.inviting import Address
from members.mailboxes import normal
from strongcities import sheets

MOST = 1_000  # in one go: each is a mail
LONGEST_NAME = 120
_ADDRESS = re.compile(r"[^\s<>,;\"()]+@[^\s<>,;\"()]+")
_NAMES = ("email", "mail", "e-mail", "address")


@dataclass
class Read:
    """What stands in a list: whom to invite, each once, and what is wrong, as (line, why)."""

    people: list[Address] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    twice: int = 0


def pasted(text: str, *, language: str) -> Read:
    """Lines such as "Amina Diallo <amina@city.example>", "amina@city.example, Amina Diallo", or the address alone."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return _read((number, *_parted(line), language) for number, line in lines if line)


def in_file(file: bytes, *, language: str) -> Read:
    """A workbook or CSV with a column "email", and if wanted "name" and "language". Raises NotASheet."""
    columns, rows = sheets.read(file)
    column = next((name for name in _NAMES if name in columns), None)
    if column is None:
        raise sheets.NotASheet(gettext("The first line has no column “email”. Columns may be: email, name, language."))
    told = ((row.line, row.cells[column], row.cells.get("name", ""), row.cells.get("language", "") or language) for row in rows)
    return _read(told)


def _parted(line: str) -> tuple[str, str]:
    """(address, name) of a pasted line; the whole line as the address where none is in it."""
    found = _ADDRESS.findall(line)
    if len(found) != 1:
        return line, ""
    name = " ".join(line.replace(found[0], " ").translate(dict.fromkeys(map(ord, '<>,;"()'), " ")).split())
    return found[0], name


def _read(lines: Iterable[tuple[int, str, str, str]]) -> Read:
    result, seen = Read(), set[str]()
    for line, typed, name, language in lines:
        address = normal(typed)
        if fault := next(_faults(address, typed, name, language), ""):
            result.faults.append((line, fault))
        elif address in seen:
            result.twice += 1
        elif len(seen) == MOST:
            result.faults.append((line, gettext("These are more than %(most)d addresses. Send the rest once more.") % {"most": MOST}))
            return result
        else:
            seen.add(address)
            result.people.append(Address(address, name, language))
    return result


def _faults(address: str, typed: str, name: str, language: str) -> Iterator[str]:
    shown = typed[:60]
    if typed.count("@") > 1:
        yield gettext("“%(typed)s” holds more than one address: one a line.") % {"typed": shown}
    try:
        validate_email(address)
    except ValidationError:
        yield gettext("“%(typed)s” is no mail address.") % {"typed": shown}
    if len(address) > 254:
        yield gettext("“%(typed)s” is too long for a mail address.") % {"typed": shown}
    if len(name) > LONGEST_NAME:
        yield gettext("The name is longer than %(most)d characters.") % {"most": LONGEST_NAME}
    if language not in dict(settings.LANGUAGES):
        yield gettext("“%(language)s” is no language of our mails.") % {"language": language[:20]}
