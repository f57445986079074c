"""Spreadsheets: whatever comes in is read or refused with words; what goes out comes back the same and carries no formula."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import Workbook, load_workbook

from strongcities import sheets
from strongcities.sheets import SURPLUS, Column, NotASheet, Row

COLUMNS = [
    Column("name", "Its name"),
    Column("kind", choices=("city", "county")),
    Column("people", is_text=False),
    Column("day", is_text=False),
]
ROWS = [["Århus", "city", 285_273, date(2015, 9, 29)], ["مومباسا", "county", Decimal("-4.0550"), None]]
READ = [
    Row(2, {"name": "Århus", "kind": "city", "people": "285273", "day": "2015-09-29"}),
    Row(3, {"name": "مومباسا", "kind": "county", "people": "-4.055", "day": ""}),
]


def csv_file(columns, rows):
    return sheets.csv_file(columns, rows)


def xlsx_file(columns, rows):
    return sheets.xlsx_file(columns, rows, title="Cities")


def first_sheet(file) -> Any:
    return load_workbook(io.BytesIO(file)).active


@pytest.fixture(params=[csv_file, xlsx_file])
def made(request):
    return request.param


def refused(file):
    with pytest.raises(NotASheet) as told:
        sheets.read(file)
    return str(told.value)


def test_a_column_without_a_name_is_told_by_its_letter_where_anything_stands_in_it():
    columns, rows = sheets.read("name,,kind,,(x)\nÅrhus,,city,by hand,\nGhent,,city\n".encode())
    assert columns == ["name", "kind", "(D)", "(x)"]
    assert [row.cells for row in rows] == [
        {"name": "Århus", "kind": "city", "(D)": "by hand", "(x)": ""},
        {"name": "Ghent", "kind": "city", "(D)": "", "(x)": ""},
    ]


@pytest.mark.parametrize("name", ['=hyperlink("http://evil.example")', "+1", "@x"])
def test_a_column_s_name_is_no_formula_either(name):
    columns = [sheets.Column("name"), sheets.Column(name)]
    assert f"'{name}" in next(csv.reader(io.StringIO(csv_file(columns, []).decode("utf-8-sig"))))
    cell = first_sheet(xlsx_file(columns, []))["B1"]
    assert (cell.value, cell.data_type, cell.quotePrefix, cell.font.bold) == (name, "s", True, True)


def test_a_column_s_name_with_signs_that_no_workbook_holds():
    assert first_sheet(xlsx_file([sheets.Column("a\x01b"), sheets.Column("\x01")], []))["A1"].value == "ab"


def test_what_goes_out_comes_back(made):
    assert sheets.read(made(COLUMNS, ROWS)) == (["name", "kind", "people", "day"], READ)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_of_every_kind_is_read(encoding, separator, end):
    text = end.join(
        separator.join(cells) for cells in (["Name", "Own name", "n"], ["Århus", "Aarhus Kommune", "1"], ["", "", ""], ["Łódź", "", ""])
    )
    assert sheets.read(text.encode(encoding)) == (
        ["name", "own_name", "n"],
        [Row(2, {"name": "Århus", "own_name": "Aarhus Kommune", "n": "1"}), Row(4, {"name": "Łódź", "own_name": "", "n": ""})],
    )


def test_a_separator_that_the_file_names_is_taken():
    assert sheets.read(b"sep=;\nname;n\nA, B;1\n") == (["name", "n"], [Row(3, {"name": "A, B", "n": "1"})])


def test_a_line_is_named_as_the_program_shows_it():
    """A cell may have several lines; the next row's number is the line it begins in."""
    _columns, rows = sheets.read(b'name,n\n"a\nb",1\nc,2\n')
    assert [(row.line, row.cells["name"]) for row in rows] == [(2, "a\nb"), (4, "c")]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "names no columns"),
        (b",,\n1,2,3\n", "names no columns"),
        (b"name\n", "nothing below"),
        (b"name,Name\n1,2\n", "names “name” twice"),
        (b'name\n"never closed\n', "Line 2 is no CSV"),
        ("name\nÅrhus\n".encode("latin-1"), "Line 2 can’t be read"),
        ("name\nعدن\n".encode("cp1256"), "Line 2 can’t be read"),
        (b"n\x00a\x00m\x00e", "can’t be read"),
        (b"name\n" + b"x" * 10_001, "Line 2 has a cell of more than 10,000"),
        (b"name\n" + b"x\n" * 5_001, "more than 5,000 rows"),
        (b",".join(b"c%d" % number for number in range(101)) + b"\n1\n", "more than 100 columns"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "old kind"),
        (b"PK\x03\x04 no archive", "no workbook"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(file, words):
    assert words in refused(file)


def test_a_nul_is_refused():
    assert "NUL" in refused(b"name\n" + b"a" * 300 + b"\x00\n")


def packed(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_an_archive_that_is_no_workbook_is_refused():
    assert "no workbook" in refused(packed(picture="<svg/>"))


def test_a_bomb_is_not_unfolded():
    assert "unfolds to more" in refused(packed(bomb=b"0" * (sheets.UNFOLDED + 1)))


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_sheet_that_says_it_is_endless_is_read_as_far_as_it_goes():
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["name"])
    sheet["A4"] = "Ghent"
    sheet["XFD9"] = "far out"
    assert sheets.read(saved(book)) == (["name"], [Row(4, {"name": "Ghent"})])
    sheet["A1000000"] = "far down"
    assert "more than 5,000 rows" in refused(saved(book))


def test_numbers_dates_and_answers_of_a_workbook_become_text():
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["n", "d", "yes", "f"])
    sheet.append([12.0, date(2020, 2, 29), True, 3.25])
    assert sheets.read(saved(book))[1] == [Row(2, {"n": "12", "d": "2020-02-29", "yes": "yes", "f": "3.25"})]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused(place, byte):
    file = bytearray(xlsx_file(COLUMNS, ROWS))
    file[place % len(file)] = byte
    with contextlib.suppress(NotASheet):
        sheets.read(bytes(file))


FORMULAS = ["=1+1", "+45 12", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "''=1", '=HYPERLINK("http://x.example";"here")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text):
    columns = [Column("name")]
    book = load_workbook(io.BytesIO(xlsx_file(columns, [[text]])))
    cell = book.worksheets[0]["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)  # and stays one if it is edited
    with zipfile.ZipFile(io.BytesIO(xlsx_file(columns, [[text]]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    rows = list(csv.reader(io.StringIO(csv_file(columns, [[text]]).decode("utf-8-sig"))))
    assert rows[1] == [f"'{text}"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_in_a_column_of_numbers_becomes_none_either(text):
    assert list(csv.reader(io.StringIO(csv_file([Column("n", is_text=False)], [[text]]).decode("utf-8-sig"))))[1] == [f"'{text}"]
    book = load_workbook(io.BytesIO(xlsx_file([Column("n", is_text=False)], [[text]])))
    assert book.worksheets[0]["A2"].data_type == "s"


def test_nothing_goes_out_by_another_door():
    """Whoever writes a spreadsheet writes it here: no other part of the house makes a CSV or a workbook."""
    root = Path(sheets.__file__).resolve().parents[1]
    apps = [path.parent for path in root.glob("*/apps.py")]
    doors = re.compile(r"csv\.writer|csv\.DictWriter|Workbook\(|text/csv")
    found = {str(path.relative_to(root)) for app in apps for path in app.rglob("*.py") if doors.search(path.read_text(encoding="utf-8"))}
    assert found == {
        "strongcities/sheets.py",
        "members/admin/exports.py",
        "hub/views/programs.py",
        "hub/admin/counting.py",
        "hub/admin/synonyms.py",
        "strongcities/document_kinds.py",
    }  # these name the types of what they hand on


def test_numbers_are_no_formulas():
    """Of a column of numbers the minus stays: it is what it says."""
    assert csv_file([Column("n", is_text=False)], [[Decimal("-4.05")]]).decode("utf-8-sig").split() == ["n", "-4.05"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1).map(str.strip).filter(bool), min_size=1, max_size=5)
)
def test_every_text_comes_back(texts):
    for made in (csv_file, xlsx_file):
        assert [row.cells["name"] for row in sheets.read(made([Column("name")], [[text] for text in texts]))[1]] == texts


def test_a_workbook_says_what_belongs_where():
    book = load_workbook(io.BytesIO(xlsx_file(COLUMNS, ROWS)))
    sheet, told = book.worksheets
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Cities", "A2", "A1:D3")
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"city,county"', "B2:B5001")
    assert [cell.value for cell in told["A"]] == ["Column", "name", "kind", "people", "day"]
    assert told["B2"].value == "Its name"


def test_cells_beyond_the_last_column_are_kept_and_told():
    columns, rows = sheets.read(b"name,n\nA, B,1,,2\nC,3,,,\n,,x\n")
    assert columns == ["name", "n"]
    assert rows == [
        Row(2, {"name": "A", "n": "B", SURPLUS: "1 | 2"}), Row(3, {"name": "C", "n": "3"}), Row(4, {"name": "", "n": "", SURPLUS: "x"}),
    ]  # fmt: skip


def test_csv_is_marked_as_utf_8_for_excel():
    assert csv_file(COLUMNS, ROWS).startswith(b"\xef\xbb\xbf")
