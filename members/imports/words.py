"""What a file's columns and cells are called where somebody reads them: a region by its name, a day as people write it. What is kept,
compared and written is the cell itself, whatever the language of whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext

from strongcities import languages
from strongcities.sheets import SURPLUS

if TYPE_CHECKING:
    from members.imports.plan import Line


@dataclass(frozen=True)
class ShownChange:
    label: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownFault:
    label: str
    column: str
    cell: str  # as the file says it
    words: str


@dataclass(frozen=True)
class Shown:
    """A line as somebody reads it."""

    line: Line
    changes: list[ShownChange]
    faults: list[ShownFault]


class Words:
    """What each column is called (`labels`), and how a cell of it is said (`said`, for those that aren't said as they stand)."""

    def __init__(self, labels: dict[str, str], said: dict[str, Callable[[str], str]]) -> None:
        self.labels, self.said = labels, said

    def label(self, column: str) -> str:
        return gettext("Beyond the last column") if column == SURPLUS else capfirst(self.labels.get(column, column))

    def cell(self, column: str, text: str) -> str:
        return self.said.get(column, str)(text) if text else ""

    def shown(self, lines: Iterable[Line]) -> list[Shown]:
        return [Shown(line, self._changes(line), self._faults(line)) for line in lines]

    def _changes(self, line: Line) -> list[ShownChange]:
        return [
            ShownChange(self.label(each.column), each.column, self.cell(each.column, each.before), self.cell(each.column, each.after))
            for each in line.changes
        ]

    def _faults(self, line: Line) -> list[ShownFault]:
        return [ShownFault(self.label(column), column, line.cells.get(column, ""), words) for column, words in line.faults]


def names_of(model: type[models.Model], fields: dict[str, str]) -> dict[str, str]:
    """What the columns that hold a model's `fields` ({column: field}) are called: as on its own pages."""
    found: Any = model._meta
    return {column: str(found.get_field(name).verbose_name) for column, name in fields.items()}


# --- How a cell is said ----------------------------------------------------------------------------------------------


def label_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    labels = {str(choice.value): str(choice.label) for choice in choices}
    return lambda cell: labels.get(cell, cell)


def said_yes(said: bool) -> str:
    return gettext("yes") if said else gettext("no")


def yes_no(cell: str) -> str:
    return said_yes(cell == "yes")


def day(cell: str) -> str:
    return formats.date_format(date.fromisoformat(cell))


def count(cell: str) -> str:
    return formats.number_format(int(cell), force_grouping=True)


def named_languages(cell: str) -> str:
    return gettext(", ").join(languages.name(code) for code in cell.split(" | "))
