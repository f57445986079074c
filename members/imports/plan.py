"""What writing a spreadsheet would do, line by line: found anew each time somebody looks, and once more under lock before it is done."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, override

from members.imports.words import Words
from strongcities.sheets import SURPLUS, Column, NotASheet, Row

WRONG = "what_is_wrong"  # the column of faults, in the file of rows that couldn't be written


class Outcome(models.TextChoices):
    BAD = "bad", _("can’t be written")
    NEW = "new", _("new")
    CHANGED = "changed", _("changes")
    SAME = "same", _("stays as it is")


class By(StrEnum):
    """How a city was told from what a row calls it, where that isn't its name letter by letter."""

    SPELLING = "spelling"
    OTHER_NAME = "other-name"
    NOT_SURE = "not-sure"  # too like it to be another one, and not enough to be it


@dataclass(frozen=True)
class Change:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """The city that a row means by another name or spelling than the city's own."""

    city: Any
    typed: str
    by: By

    @property
    def url(self) -> str:
        return reverse("admin:members_city_change", args=[self.city.pk])


@dataclass
class Line:
    """What a row would do. `record` is the key of what it is about, None for what is new; `cells` are what the file says, `values`
    what was understood of it."""

    line: int
    label: str
    cells: dict[str, str] = field(default_factory=dict)
    record: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)  # (column, what is wrong)
    hints: list[str] = field(default_factory=list)
    told: Told | None = None
    makes_member: bool = False
    turn: int = 0  # the lower, the earlier it is written
    url: str = ""

    @property
    def outcome(self) -> Outcome:
        if self.faults:
            return Outcome.BAD
        if self.record is None:
            return Outcome.NEW
        return Outcome.CHANGED if self.changes else Outcome.SAME

    def fault(self, column: str, words: str) -> None:
        self.faults.append((column, words))

    def faulty(self, *columns: str) -> bool:
        """Whether something was found wrong with one of these columns. What follows from such a cell isn't said as well: it would
        be gone as soon as the cell is right."""
        return any(column in columns for column, _words in self.faults)


@dataclass
class Plan:
    lines: list[Line]
    unread: list[str]  # columns that nobody knows

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(line.outcome.value for line in self.lines)

    def count(self, outcome: str) -> int:
        return self.counts[outcome]

    @property
    def to_write(self) -> list[Line]:
        """In the order in which it is written."""
        found = [line for line in self.lines if line.outcome in {Outcome.NEW, Outcome.CHANGED}]
        return sorted(found, key=lambda line: line.turn)

    @property
    def emptied(self) -> int:
        """Cells of records that would lose what stands in them: easily overlooked, where a form wasn't filled in whole."""
        return sum(not change.after for line in self.to_write for change in line.changes)

    @property
    def makes_members(self) -> bool:
        return any(line.makes_member for line in self.to_write)

    def bad_rows(self, columns: Sequence[str]) -> tuple[list[Column], list[list[str]]]:
        """The rows that can't be written, with the file's own `columns` and one more that says what is wrong and isn't read when
        they come back."""
        rows = [
            [*(line.cells.get(column, "") for column in columns if column != WRONG), "\n".join(_fault_words(line))]
            for line in self.lines if line.outcome == Outcome.BAD
        ]  # fmt: skip
        told = Column(WRONG, gettext("What is wrong with the row. Not read."))
        return [*(Column(column) for column in columns if column != WRONG), told], rows

    @cached_property
    def mark(self) -> str:
        """Changes with whatever the plan would do, and not with the language it is read in."""
        told = [
            (line.line, line.outcome.value, line.record, line.makes_member, [column for column, _words in line.faults],
             [(change.column, change.before, change.after) for change in line.changes])
            for line in self.lines
        ]  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()


def _fault_words(line: Line) -> list[str]:
    return [f"{column}: {words}" if column else words for column, words in line.faults]


class TakenOut:
    """How one kind of record is taken out."""

    def described(self) -> list[Column]:
        """The columns as they go out, each with what belongs there."""
        raise NotImplementedError

    def taken_out(self, chosen: Any) -> Iterable[list[Any]]:
        """A row for each of the records `chosen` (a queryset), in the order of `described`."""
        raise NotImplementedError


class Room(TakenOut):
    """How one kind of record is brought in too."""

    columns: ClassVar[tuple[str, ...]]
    needed: ClassVar[tuple[str, ...]]
    told: ClassVar[tuple[str, ...]] = ()  # columns that go out and aren't read when they come back

    def check(self, columns: Iterable[str]) -> None:
        """Raises NotASheet where a needed column is missing."""
        if missing := [name for name in self.needed if name not in columns]:
            words = {"columns": ", ".join(missing), "known": ", ".join(self.columns)}
            raise NotASheet(gettext("The first line has no column %(columns)s. Columns are: %(known)s.") % words)

    def unread(self, columns: Iterable[str]) -> list[str]:
        return [name for name in columns if name not in {*self.columns, *self.told, WRONG}]

    def plan(self, columns: Sequence[str], rows: Sequence[Row], *, by: Any) -> Plan:
        """What writing the rows would do, done by `by`: one of the staff; None, of cities alone, is whoever runs the site."""
        raise NotImplementedError

    def lock(self, rows: Sequence[Row]) -> None:
        """Hold what the rows are about until the transaction ends."""
        raise NotImplementedError

    def hint(self, lines: Sequence[Line]) -> None:
        """Add to lines that somebody looks at what costs too much to find out for all of them."""

    def words(self, lines: Sequence[Line]) -> Words:
        """How these lines' columns and cells are said to whoever looks."""
        raise NotImplementedError

    def write(self, line: Line, *, by: Any) -> None:
        """Do what the line would do."""
        raise NotImplementedError


# --- Cells -----------------------------------------------------------------------------------------------------------


def read_cells(line: Line, cells: dict[str, str], readers: dict[str, Callable[[str], Any]]) -> None:
    """Each known cell of a row, read into the line's values; what can't be read is a fault of the line. Of a row with more cells than
    columns nothing is read: mostly a comma moved what stands behind it, so which cell is meant for which column can't be told."""
    if cells.get(SURPLUS):
        words = gettext("The row has more cells than there are columns. Does a text with a comma in it lack its quotation marks?")
        line.fault(SURPLUS, words)
        return
    for column, reader in readers.items():
        if column in cells:
            try:
                line.values[column] = reader(cells[column])
            except ValidationError as error:
                line.fault(column, " ".join(error.messages))


def text(most: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > most:
            raise ValidationError(gettext("%(length)d characters, where %(most)d are allowed.") % {"length": len(cell), "most": most})
        return cell

    return read


def one_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    """The slug that a cell means: a slug, or a label in the reader's language or in English, as in data/founding_cities.csv."""

    def read(cell: str) -> str:
        if not cell:
            return ""
        wanted = cell.casefold()
        for choice in choices:
            if wanted in {str(choice.value), str(choice.label).casefold(), _in_english(choice)}:
                return str(choice.value)
        words = {"cell": cell[:60], "known": gettext(", ").join(map(str, choices.labels))}
        raise ValidationError(gettext("“%(cell)s” is none of: %(known)s.") % words)

    return read


@cache
def _in_english(choice: models.TextChoices) -> str:
    with override("en"):
        return str(choice.label).casefold()


def yes_or_no(cell: str) -> bool | None:
    """True, False, or None where nothing is said."""
    said = cell.casefold()
    if not said:
        return None
    if said in {"yes", "true", "1", "x", gettext("yes").casefold()}:
        return True
    if said in {"no", "false", "0", gettext("no").casefold()}:
        return False
    raise ValidationError(gettext("“%(cell)s” is neither yes nor no.") % {"cell": cell[:60]})


def day(cell: str) -> date | None:
    """A date; None for an empty cell. 1/2/2020 is read by nobody: half of the world would mean another day."""
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValidationError(gettext("“%(cell)s” is no date such as 2015-09-29.") % {"cell": cell[:60]}) from None


def parts(cell: str) -> list[str]:
    """The items of a cell, which stand apart by |."""
    return [part.strip() for part in cell.split("|") if part.strip()]
