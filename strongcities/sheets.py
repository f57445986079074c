"""Spreadsheets that staff bring in and take out: CSV and XLSX to rows of text, and rows to files that open cleanly in Excel.

What comes in is hostile until it is read: size, rows, columns and what a packed file unfolds to are limited, and whatever is wrong
with a file is said in a sentence for the person who chose it. What goes out carries no formula: in XLSX every text is a text
by its type, in CSV a text that a program would take for a formula begins with an apostrophe, which reading takes off again.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from strongcities.text import fit_for_xml

LARGEST = 5 * 1024 * 1024  # bytes of a file
UNFOLDED = 60 * 1024 * 1024  # bytes of all that an XLSX file unfolds to
MOST_ROWS = 5_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000  # characters
SURPLUS = ""  # the column of what stands in a row beyond the last one that the first line names
# OWASP, "CSV injection": what makes a spreadsheet program read a cell as a formula; the wide forms do in East Asian editions.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_OFFERED = 255  # characters of a list to choose from that a cell may have
_XLSX = b"PK\x03\x04"
_OLD_XLS = b"\xd0\xcf\x11\xe0"


class NotASheet(Exception):
    """The file can't be read as a spreadsheet; `str(error)` says why, to the person who chose it."""


@dataclass(frozen=True)
class Row:
    """A row of a spreadsheet: its line as the program shows it (the head is line 1), and a text for each column; where it has more
    cells than the head has columns, what stands in them, as `SURPLUS`."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Column:
    """A column of a file that goes out. `choices` are offered in its cells; `hint` says what belongs there."""

    name: str
    hint: str = ""
    choices: Sequence[str] = ()
    is_text: bool = True  # what stands in it is to be kept letter by letter; numbers and dates are their own


def read(file: bytes) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV or XLSX file; rows without anything in them are left out.

    Columns are named by the first line, in lower case, with _ for spaces; one without a name, by its letter in brackets as a
    program shows it, (D), where anything stands in it. Raises NotASheet.
    """
    if len(file) > LARGEST:
        raise NotASheet(gettext("The file is larger than %(megabytes)d MB. Split it.") % {"megabytes": LARGEST // 1024 // 1024})
    if file.startswith(_OLD_XLS):
        raise NotASheet(gettext("This is a workbook of the old kind (.xls), or one with a password. Save it as .xlsx without a password."))
    lines = _from_xlsx(file) if file.startswith(_XLSX) else _from_csv(file)
    head = next(lines, None)
    if head is None or not any(head[1]):
        raise NotASheet(gettext("The first line names no columns."))
    columns = _columns(head[1])
    rows: list[Row] = []
    for line, cells in lines:
        if not any(cells):
            continue
        if len(rows) == MOST_ROWS:
            raise NotASheet(gettext("The file has more than %(most)s rows. Split it.") % {"most": f"{MOST_ROWS:,}"})
        told = {name: cells[place] if place < len(cells) else "" for place, name in enumerate(columns)}
        if surplus := " | ".join(filter(None, cells[len(columns) :])):
            told[SURPLUS] = surplus[:LONGEST_CELL]
        rows.append(Row(line, told))
    if not rows:
        raise NotASheet(gettext("There is nothing below the first line."))
    return _without_gaps(columns, {name for name, said in zip(columns, head[1], strict=False) if not said}, rows)


def _without_gaps(columns: list[str], nameless: set[str], rows: list[Row]) -> tuple[list[str], list[Row]]:
    """Without those columns that have no name and nothing below it either, as people leave them between others."""
    gaps = {name for name in nameless if not any(row.cells[name] for row in rows)}
    if gaps:
        rows = [Row(row.line, {name: cell for name, cell in row.cells.items() if name not in gaps}) for row in rows]
    return [name for name in columns if name not in gaps], rows


def _columns(head: list[str]) -> list[str]:
    while head and not head[-1]:
        head = head[:-1]
    if len(head) > MOST_COLUMNS:
        raise NotASheet(gettext("The first line names more than %(most)d columns.") % {"most": MOST_COLUMNS})
    columns = ["_".join(name.lower().split()) or f"({get_column_letter(place)})" for place, name in enumerate(head, 1)]
    for name in columns:
        if columns.count(name) > 1:
            raise NotASheet(gettext("The first line names “%(column)s” twice.") % {"column": name})
    return columns


def _text(value: str, line: int) -> str:
    """A cell's text as it is kept. Raises NotASheet for one that no record could hold."""
    if "\x00" in value:
        raise NotASheet(gettext("Line %(line)d holds a character (NUL) that no text has: the file is damaged.") % {"line": line})
    if len(value) > LONGEST_CELL:
        words = {"line": line, "most": f"{LONGEST_CELL:,}"}
        raise NotASheet(gettext("Line %(line)d has a cell of more than %(most)s characters.") % words)
    return value.strip()


# --- CSV -------------------------------------------------------------------------------------------------------------


def _decoded(file: bytes) -> str:
    """The text of a CSV file: UTF-8, or UTF-16 as Excel's “Unicode text” is. Any other encoding would have to be guessed,
    and a wrong guess turns names into other names."""
    if file[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    elif b"\x00" in file[:200]:
        encoding = "utf-16-be" if file[:1] == b"\x00" else "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        return file.decode(encoding)
    except UnicodeDecodeError as error:
        line = file.count(b"\n", 0, error.start) + 1
        raise NotASheet(
            gettext(
                "Line %(line)d can’t be read: the file is neither UTF-8 nor UTF-16. "
                "In Excel, save it as “CSV UTF-8” or as a workbook (.xlsx)."
            )
            % {"line": line}
        ) from error


def _from_csv(file: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(file)
    first, _end, rest = text.partition("\n")
    before = 0
    if first.strip().lower() in {"sep=,", "sep=;", "sep=\t", "sep="}:  # Excel's own way of naming it
        separator, text, before = first.rstrip("\r\n")[4:5] or "\t", rest, 1
    else:
        separator = max(",;\t", key=first.count)  # of equal ones, the comma
    csv.field_size_limit(LONGEST_CELL * 2)  # one longer is a quote that nobody closed, or no text of ours
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1 + before
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NotASheet(gettext("Line %(line)d is no CSV: is a quotation mark missing?") % {"line": line}) from error
        yield line, [without_apostrophe(_text(cell, line)) for cell in cells]


def without_apostrophe(text: str) -> str:
    """A cell as it was before `csv_file` or `csv_lines` made it harmless."""
    return text[1:] if text[:1] == "'" and _could_be_formula(text) else text


def _could_be_formula(text: str) -> bool:
    """Whether a program could take it for one: also behind apostrophes, so that one that belongs to the text isn't taken off
    in place of ours."""
    return text.lstrip("'").startswith(_FORMULA)


def csv_file(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV that Excel opens with its accents: UTF-8 with a mark at its start, commas, one line a row."""
    file = io.StringIO(newline="")
    write = _csv_writer(file, columns)
    for row in rows:
        write(row)
    return file.getvalue().encode("utf-8-sig")


@contextmanager
def csv_stream(path: Path, columns: Sequence[Column]) -> Iterator[Callable[[Sequence[Any]], None]]:
    """The same for any number of rows, as they come: what writes one to the file at `path`, where it stands at once.

    Raises OSError where the file can't be written.
    """
    with path.open("w", encoding="utf-8-sig", newline="", buffering=1) as file:
        yield _csv_writer(file, columns)


def csv_lines(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same for any number of rows, as they come: the bytes of each, to be sent at once."""
    file = io.StringIO(newline="")
    write = _csv_writer(file, columns)
    yield file.getvalue().encode("utf-8-sig")
    for row in rows:
        file.seek(0)
        file.truncate()
        write(row)
        yield file.getvalue().encode()


def _csv_writer(file: TextIO, columns: Sequence[Column]) -> Callable[[Sequence[Any]], None]:
    writer = csv.writer(file)
    writer.writerow([_harmless(column.name) for column in columns])

    def write(row: Sequence[Any]) -> None:
        writer.writerow([_csv_cell(value, column) for column, value in zip(columns, row, strict=True)])

    return write


def _csv_cell(value: Any, column: Column) -> str:
    """Only what is a number or a day by its type, in a column of such, is written without the door's apostrophe."""
    return _harmless(said(value)) if column.is_text or isinstance(value, str) else said(value)


def _harmless(text: str) -> str:
    return f"'{text}" if _could_be_formula(text) else text


def said(value: Any) -> str:
    """A value as a cell has it: yes and no, dates as 2015-09-29, numbers without noughts at their end."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):  # the day alone, of a moment too
        return value.isoformat()[:10]
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


# --- XLSX ------------------------------------------------------------------------------------------------------------


def _from_xlsx(file: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows. Formulas are read as what they last gave."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNFOLDED:
                raise NotASheet(gettext("The workbook unfolds to more than we read. Copy the rows into a new one."))
        book = load_workbook(io.BytesIO(file), read_only=True, data_only=True, keep_links=False)
        sheets = book.worksheets
        if not sheets:
            raise NotASheet(gettext("The workbook has no sheet."))
        sheets[0].reset_dimensions()  # what a file says of its own size is often wrong
        for line, cells in enumerate(sheets[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), 1):
            if line > 20 * MOST_ROWS:
                raise NotASheet(gettext("The file has more than %(most)s rows. Split it.") % {"most": f"{MOST_ROWS:,}"})
            yield line, [_text(said(_whole(cell)), line) for cell in cells]
    except NotASheet:
        raise
    except Exception as error:  # the library raises whatever a broken part of a file leads to
        raise NotASheet(gettext("This is no workbook that can be read. Save it once more as .xlsx, or as “CSV UTF-8”.")) from error


def _whole(value: Any) -> Any:
    """Excel has numbers with a point alone: 12.0 is 12. Of a moment at midnight, the day."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.date()
    return value


def xlsx_file(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str) -> bytes:
    """Rows as a workbook: the first sheet, called `title`, keeps its head in sight and offers the words that are fixed; the
    second one says what belongs into each column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(12, min(len(column.name) + 4, 40))
        offered = ",".join(column.choices)
        if offered and len(offered) <= _OFFERED:
            choice = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.data_validations.append(choice)
    sheet.append([_bold(sheet, column.name) for column in columns])
    last = 1
    for row in rows:
        sheet.append([_cell(sheet, value, column) for column, value in zip(columns, row, strict=True)])
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    _explain(book, columns)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _explain(book: Workbook, columns: Sequence[Column]) -> None:
    sheet = book.create_sheet(gettext("Columns"))
    for letter, width in {"A": 20, "B": 70, "C": 70}.items():
        sheet.column_dimensions[letter].width = width
    sheet.append([_bold(sheet, words) for words in (gettext("Column"), gettext("What belongs there"), gettext("One of"))])
    for column in columns:
        sheet.append([_words(sheet, words) for words in (column.name, column.hint, ", ".join(column.choices))])


def _bold(sheet: Any, words: str) -> Any:
    cell = _words(sheet, words)
    if cell is not None:
        cell.font = Font(bold=True)
    return cell


def _words(sheet: Any, text: str) -> Any:
    """A cell whose text stays a text, also when somebody edits it and whatever it begins with."""
    text = fit_for_xml(text)
    if not text:
        return None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # the library would make a formula of what begins with =
    cell.number_format = "@"
    cell.quotePrefix = _could_be_formula(text)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _cell(sheet: Any, value: Any, column: Column) -> Any:
    if column.is_text or value is None or isinstance(value, str | bool):
        return _words(sheet, said(value))
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell
