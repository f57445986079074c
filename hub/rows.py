"""Rows of a file of practices: read one by one, checked, and each fault named by line, column and reason.

CSV or JSON Lines, in UTF-8, with the columns of COLUMNS. Nothing here touches the database, and no more than one row is
held at a time.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from hub import taxonomy
from hub.models.practice import BODY_LENGTH, SUMMARY_LENGTH, Status, validate_sources
from hub.taxonomy import Evidence, Form, Sector
from members import countries
from members.names import clean_name
from strongcities import languages
from strongcities.sheets import without_apostrophe

LONGEST_LINE = 1_000_000  # bytes; a practice is some thousands
FACETS = {facet.field: facet.choices for facet in taxonomy.FACETS if facet.many and facet.choices}  # by the practice's field
REQUIRED = ("external_id", "title", "summary", "body", "language", "city", "country")
COLUMNS = (
    *REQUIRED, "start_year", "end_year", "status", *FACETS, "lead_sector", "evidence", "partners", "lessons", "sources",
)  # fmt: skip
# What a file of a search has beside them (hub/export.py); an import looks at `audience` and `is_sample` and passes the others by.
ONLY_OUT = ("url", "city_slug", "published", "last_confirmed", "changed", "state", "audience", "licence", "is_sample")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line. `column` is "" where it is the line as a whole."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.reason}"

    @property
    def where(self) -> str:
        return self.column or "the whole row"


class NotRowsError(Exception):
    """The file can't be read as rows at all; `str(error)` says why."""


@dataclass(frozen=True)
class Row:
    """A row as it came: its line, and what stands in it, or why it can't be read."""

    line: int
    values: dict[str, Any]
    unreadable: str = ""


def read(path: Path) -> Iterator[Row]:
    """The rows of a file. Raises NotRowsError where the first line can't be that of such a file, OSError as `open` does."""
    with path.open("rb") as file:
        start = file.read(3)
        if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise NotRowsError("the file is in UTF-16: save it as UTF-8")
        file.seek(3 if start == b"\xef\xbb\xbf" else 0)
        yield from _read_json(file) if _is_json(path, file) else _read_csv(file)


def _is_json(path: Path, file: BinaryIO) -> bool:
    if path.suffix.lower() in {".csv", ".jsonl", ".ndjson", ".json"}:
        return path.suffix.lower() != ".csv"
    here = file.tell()
    first = file.read(1000).lstrip()
    file.seek(here)
    return first.startswith(b"{")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file, each cut at LONGEST_LINE; what was cut off is left out."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def _read_json(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        if len(line) == LONGEST_LINE:
            yield Row(number, {}, f"longer than {LONGEST_LINE:,} bytes")
            continue
        try:
            values = json.loads(line.decode())
        except UnicodeDecodeError as error:
            yield Row(number, {}, f"not UTF-8 at byte {error.start + 1}")
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"not JSON: {error}")
        else:
            yield Row(number, values) if isinstance(values, dict) else Row(number, {}, "not a JSON object")


def _read_csv(file: BinaryIO) -> Iterator[Row]:
    lines = (line.decode(errors="surrogateescape") for line in _lines(file))  # what isn't UTF-8 is named with its column
    header = next(lines, "")
    separator = ";" if ";" in header and "," not in header else ","
    columns = [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    _check_header(columns)
    csv.field_size_limit(4 * BODY_LENGTH)
    reader = csv.reader(lines, delimiter=separator)
    while True:
        line = reader.line_num + 2  # the header is the first
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, f"not CSV: {error}")
            continue
        if len(cells) == len(columns):
            yield Row(line, dict(zip(columns, map(without_apostrophe, cells), strict=True)))
        elif cells:
            yield Row(line, {}, f"{len(cells)} cells, where the header has {len(columns)}")


def _check_header(columns: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in columns]:
        raise NotRowsError(f"the first line has no column {', '.join(missing)}")
    if unknown := [name for name in columns if name not in COLUMNS and name not in ONLY_OUT]:
        raise NotRowsError(f"the first line names unknown columns: {', '.join(map(ascii, unknown))}")
    if len(set(columns)) < len(columns):
        raise NotRowsError("the first line names a column twice")


class _WrongError(Exception):
    """`str(error)` is what is wrong with one value."""


def _text(given: Any, longest: int, *, required: bool = False) -> str:
    if not isinstance(given, str | None):
        raise _WrongError(f"text is expected, not {type(given).__name__}")
    value = given or ""
    if "\x00" in value:
        raise _WrongError("holds a NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise _WrongError(f"not UTF-8 at character {error.start + 1}") from None
    value = value.strip()
    if required and not value:
        raise _WrongError("is empty")
    if len(value) > longest:
        raise _WrongError(f"{len(value):,} characters, where {longest:,} are allowed")
    return value


def _year(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.strip().isdigit() and len(value) < 10 else value
    if not isinstance(value, int) or isinstance(value, bool) or not 1900 <= value <= 2100:
        raise _WrongError(f"{_short(value)} is not a year from 1900 to 2100")
    return value


def _list(value: Any, separators: str) -> list[Any]:
    """A list, also one written as JSON, or text in which items stand apart by the first of `separators` that occurs in it."""
    if value is None:
        return []
    if isinstance(value, str) and value.startswith("["):
        value = _written_as_json(value) or value
    if isinstance(value, str):
        separator = next((mark for mark in separators if mark in value), separators[0])
        return [item.strip() for item in value.split(separator) if item.strip()]
    if not isinstance(value, list):
        raise _WrongError(f"a list is expected, not {type(value).__name__}")
    return value


def _written_as_json(text: str) -> list[str]:
    """The list of texts that a cell holds as JSON; none where it is something else, such as a lesson that begins with a bracket."""
    try:
        written = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return written if isinstance(written, list) and all(isinstance(item, str) for item in written) else []


def list_as_text(items: list[str]) -> str:
    """A list as one cell that `_list` reads as the same list."""
    text = " | ".join(items)
    return text if not any("|" in item for item in items) and not text.startswith("[") else json.dumps(items, ensure_ascii=False)


def _slugs(value: Any, choices: type[models.TextChoices]) -> list[str]:
    slugs = [_text(item, 100) for item in _list(value, "|;")]
    known = _values(choices)
    if unknown := [slug for slug in slugs if slug not in known]:
        raise _WrongError(f"unknown: {', '.join(map(_short, unknown))}")
    return list(dict.fromkeys(slugs))


@lru_cache(maxsize=10_000)
def _city(name: str) -> str:
    try:
        return clean_name(name)
    except ValidationError as error:
        raise _WrongError(" ".join(error.messages)) from None


def _texts(value: Any, longest: int) -> list[str]:
    return [text for item in _list(value, "|") if (text := _text(item, longest))]


def _one(value: Any, choices: type[models.TextChoices], default: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # evidence written as a number
    text = _text(value, 100).lower() or default
    if text and text not in _values(choices):
        raise _WrongError(f"unknown: {_short(text)}")
    return text


def _language(value: Any) -> str:
    code = _text(value, 100, required=True).lower()
    if not languages.exists(code):
        raise _WrongError(f"{_short(code)} is not the code of a language, such as en or fr")
    return code


def _country(value: Any) -> str:
    code = _code_of(_text(value, 100, required=True))
    if not code:
        raise _WrongError(f"{_short(value)} is not the code of a country, such as DK or KE")
    return code


def _sources(value: Any) -> str:
    """The sources as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except (ValueError, RecursionError):
            raise _WrongError("not a JSON list of sources") from None
    value = [] if value is None else value
    try:
        validate_sources(value)
    except ValidationError as error:
        raise _WrongError(" ".join(error.messages)) from None
    for source in value:
        for text in source.values():
            _text(text, 2_000)
    return json.dumps(value, ensure_ascii=False)


@lru_cache
def _values(choices: type[models.TextChoices]) -> frozenset[str]:
    return frozenset(choices.values)


@lru_cache(maxsize=1_000)
def _code_of(text: str) -> str:
    return countries.code_of(text)


def _short(value: Any) -> str:
    """A value as a message shows it: short, and with nothing in it that a terminal obeys."""
    shown = str(value)[:40]
    return "“" + "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in shown) + "”"


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "external_id": lambda value: _text(value, 100, required=True),
    "title": lambda value: _text(value, 200, required=True),
    "summary": lambda value: _text(value, SUMMARY_LENGTH, required=True),
    "body": lambda value: _text(value, BODY_LENGTH),
    "language": _language,
    "city": lambda value: _city(_text(value, 120, required=True)),
    "country": _country,
    "start_year": _year,
    "end_year": _year,
    "status": lambda value: _one(value, Status, Status.UNKNOWN),
    **{name: lambda value, choices=choices: _slugs(value, choices) for name, choices in FACETS.items()},  # type: ignore[misc]
    "lead_sector": lambda value: _one(value, Sector, ""),
    "evidence": lambda value: _one(value, Evidence, Evidence.DESCRIBED),
    "partners": lambda value: _texts(value, 300),
    "lessons": lambda value: _texts(value, 1_000),
    "sources": _sources,
}
# What an empty cell comes to, worked out once: most cells of most files are empty. The lists among them are never changed.
_EMPTY = {name: checked(None) for name, checked in _CHECKS.items() if name not in REQUIRED}


def check(row: Row) -> dict[str, Any] | list[Fault]:
    """A row's values, ready to be written, with the address (`slug`) it gets; or all of its faults."""
    if row.unreadable:
        return [Fault(row.line, "", row.unreadable)]
    faults = [Fault(row.line, _short(name), "unknown column") for name in row.values if name not in _CHECKS and name not in ONLY_OUT]
    faults += _not_to_be_published(row)
    values: dict[str, Any] = {}
    for name, checked in _CHECKS.items():
        given = row.values.get(name)
        if (given is None or given == "") and name in _EMPTY:
            values[name] = _EMPTY[name]
            continue
        try:
            values[name] = checked(given)
        except _WrongError as error:
            faults.append(Fault(row.line, name, str(error)))
    if faults:
        return faults
    if values["start_year"] and values["end_year"] and values["end_year"] < values["start_year"]:
        faults.append(Fault(row.line, "end_year", f"{values['end_year']} is before the start in {values['start_year']}"))
    if values["lead_sector"] and values["lead_sector"] not in values["sectors"]:
        faults.append(Fault(row.line, "lead_sector", f"“{values['lead_sector']}” is not among the sectors of the row"))
    values["forms_addressed"] = values["forms_addressed"] or [Form.ALL.value]
    values["slug"] = address(values["external_id"])
    return faults or values


def _not_to_be_published(row: Row) -> list[Fault]:
    """What an import publishes is for everyone, and real: a file that was taken out may hold what is neither."""
    said = {name: str(row.values.get(name) or "").lower() for name in ("audience", "is_sample")}
    faults = []
    if said["audience"] not in {"", "public"}:
        faults.append(Fault(row.line, "audience", "for member cities only; an import would show it to everyone"))
    if said["is_sample"] not in {"", "no", "false"}:
        faults.append(Fault(row.line, "is_sample", "a sample, made up; an import would make it a real practice"))
    return faults


def address(external_id: str) -> str:
    """The address of an imported practice: its external_id where that is a slug; else what is left of it, and a hash, so
    that two names never share one."""
    slug = slugify(external_id)
    if slug == external_id:
        return slug
    return f"{slug}-{hashlib.blake2s(external_id.encode(), digest_size=5).hexdigest()}".lstrip("-")
