"""manage.py import_practices: real files, and every kind of bad one."""

import csv
import json
import subprocess
import sys
from io import StringIO

import pytest
from django.contrib.postgres.search import SearchQuery
from django.core.management import CommandError, call_command

from hub import importing, rows
from hub.models import Entry, Practice, PracticeTransition, Word
from members.models import City
from strongcities import sheets
from tests.cast import make_merge
from tests.house import ROOT, environment_here
from tests.hub.cast import PRACTICES, make_city

pytestmark = pytest.mark.django_db
GOOD = {
    "external_id": "youth-council",
    "title": "Youth council",
    "summary": "Young people advise the city.",
    "body": "## What was done\n\nPupils met.",
    "language": "en",
    "city": "Aarhus",
    "country": "DK",
}


def row(number=1, **fields):
    return {**GOOD, "external_id": f"practice-{number}", **fields}


def jsonl(tmp_path, *records, name="practices.jsonl"):
    path = tmp_path / name
    path.write_bytes(b"".join((r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode()) + b"\n" for r in records))
    return path


def table(tmp_path, *records, delimiter=",", start=""):
    path = tmp_path / "practices.csv"
    with path.open("w", newline="") as file:
        file.write(start)
        writer = csv.DictWriter(file, list(records[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(records)
    return path


def run(path, **options):
    """What was said on both channels, and the error that ended it ("" if none)."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_practices", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), str(error)
    return out.getvalue(), err.getvalue(), ""


def test_the_real_records():
    assert run(PRACTICES) == ("45 rows: 45 new practices, 0 changed, 0 unchanged, 0 bad; 44 new cities.\n", "", "")
    assert Practice.objects.listed().count() == Entry.objects.count() == 45
    assert set(PracticeTransition.objects.values_list("verb", "from_state", "to_state")) == {("import", "", "published")}
    assert PracticeTransition.objects.count() == 45
    practice = Practice.objects.get(external_id="medellin-parceros")
    record = next(json.loads(line) for line in PRACTICES.read_text().splitlines() if "medellin-parceros" in line)
    kept = {name: getattr(practice, name) for name in record if name not in {"city", "country"}}
    assert kept == {name: value for name, value in record.items() if name not in {"city", "country"}}
    assert (practice.city.name, practice.city.region, practice.slug) == ("Medellín", "latin-america-caribbean", "medellin-parceros")
    with_word = Practice.objects.filter(language="en", entry__spelt=SearchQuery("families", config="simple")).count()
    assert Word.objects.get(word="families", language="en").records == with_word > 5


def test_again_changes_nothing_and_a_changed_row_is_changed(tmp_path):
    run(jsonl(tmp_path, row(1), row(2)))
    first = Practice.objects.get(external_id="practice-1")
    Practice.objects.filter(pk=first.pk).update(slug="kept", state="archived")
    out, _err, _error = run(jsonl(tmp_path, row(1, title="New title"), row(2), row(3)))
    assert out == "3 rows: 1 new practices, 1 changed, 1 unchanged, 0 bad; 0 new cities.\n"
    first.refresh_from_db()
    assert (first.title, first.slug, first.state) == ("New title", "kept", "archived"), "address and state are the house's own"
    assert first.transitions.count() == 1


def test_cities_are_found_before_they_are_made(tmp_path):
    here = make_city("Medellín", "CO", slug="medellin", member=False)
    other = make_city("København", "DK", slug="copenhagen", other_names=["Copenhagen"], member=False)
    City.objects.update(is_public=False)
    out, _err, _error = run(
        jsonl(
            tmp_path,
            row(1, city="MEDELLIN", country="CO"),
            row(2, city="Copenhagen", country="Denmark"),
            row(3, city="Tripoli", country="LB"),
            row(4, city="Trípoli", country="LB"),
            row(5, city="Tripoli", country="LY"),
            row(6, city="طرابلس", country="LY"),
        )
    )
    assert "3 new cities" in out
    cities = {p.external_id: p.city for p in Practice.objects.select_related("city")}
    assert (cities["practice-1"], cities["practice-2"]) == (here, other)
    assert cities["practice-3"] == cities["practice-4"] != cities["practice-5"] != cities["practice-6"]
    assert cities["practice-3"].slug == "tripoli"
    assert all(city.is_public for city in cities.values())
    assert not cities["practice-5"].is_member


@pytest.mark.parametrize("name", ["Århus", "AARHUUS", "Smílets-By"])
def test_a_city_is_found_by_another_spelling(tmp_path, name):
    aarhus = make_city("Aarhus", other_names=["Smiletsby"])
    make_city("Aarhus", country="NO", slug="elsewhere")
    make_merge(aarhus, make_city("Aarhuss", member=False))  # one that was merged is no second one that fits
    assert "0 new cities" in run(jsonl(tmp_path, row(1, city=name)))[0]
    assert Practice.objects.get().city == aarhus


def test_a_spelling_that_two_cities_have_is_neither(tmp_path):
    make_city("Aarhus")
    make_city("Aarhus", kind="county", slug="county", member=False)
    assert "1 new cities" in run(jsonl(tmp_path, row(1, city="Århus")))[0]
    assert Practice.objects.get().city.name == "Århus"


def test_two_spellings_of_a_city_that_is_not_here_are_two(tmp_path, monkeypatch):
    """Whichever of them comes first, and however many are made at once: what a file holds is compared with what was here before."""
    monkeypatch.setattr(importing, "BATCH", 1)
    assert "2 new cities" in run(jsonl(tmp_path, row(1, city="Aarhus"), row(2, city="Århus")))[0]
    assert set(Practice.objects.values_list("external_id", "city__name")) == {("practice-1", "Aarhus"), ("practice-2", "Århus")}


def test_a_record_that_was_merged_leads_to_what_it_is_part_of(tmp_path):
    """Through every merge of a chain, by its name as by the official one, which the city that stays didn't take over."""
    aarhus = make_city("Aarhus")
    first = make_city("Smilets By", member=False, official_name="Municipality of Smiles")
    second = make_city("Århus Kommune", member=False)
    for kept, dropped in ((second, first), (aarhus, second)):
        make_merge(kept, dropped)
    City.objects.filter(pk=aarhus.pk).update(other_names=[], is_public=False)
    names = ("SMILETS BY", "Municipality of Smiles", "Århus Kommune")
    assert "0 new cities" in run(jsonl(tmp_path, *(row(number, city=name) for number, name in enumerate(names))))[0]
    assert {practice.city for practice in Practice.objects.select_related("city")} == {aarhus}
    assert set(City.objects.public()) == {aarhus}


def test_a_name_is_that_of_the_record_that_stays(tmp_path):
    gone, ribe = make_city("Ribe", slug="gone", member=False, kind="county"), make_city("Ribe", member=False)
    make_merge(make_city("Aarhus"), gone)
    run(jsonl(tmp_path, row(1, city="Ribe")))
    assert Practice.objects.get().city == ribe


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"themes": ["youth-engagement", "nonsense"]}, "themes", "unknown: “nonsense”"),
        ({"evidence": "9"}, "evidence", "unknown"),
        ({"evidence": True}, "evidence", "text is expected, not bool"),
        ({"title": ""}, "title", "is empty"),
        ({"title": None}, "title", "is empty"),
        ({"title": 5}, "title", "text is expected, not int"),
        ({"summary": "x" * 201}, "summary", "201 characters, where 200 are allowed"),
        ({"body": "x" * 50_001}, "body", "50,001 characters"),
        ({"body": "a\x00b"}, "body", "NUL"),
        ({"language": "xx"}, "language", "not the code of a language"),
        ({"city": "P\u0430ris"}, "city", "mixes letters of different alphabets"),
        ({"country": "Atlantis"}, "country", "not the code of a country"),
        ({"start_year": "long ago"}, "start_year", "not a year"),
        ({"start_year": 20.5}, "start_year", "not a year"),
        ({"start_year": 2010, "end_year": 2009}, "end_year", "before the start"),
        ({"lead_sector": "police"}, "lead_sector", "not among the sectors"),
        ({"sectors": {"police": 1}}, "sectors", "a list is expected, not dict"),
        ({"sources": "[{"}, "sources", "not a JSON list"),
        ({"sources": [{"title": "x", "url": "javascript:alert(1)"}]}, "sources", "https://"),
        ({"nonsense": 1}, "“nonsense”", "unknown column"),
        ({"status": "gone"}, "status", "unknown: “gone”"),
        ({"external_id": "\x1b[31mred"}, None, None),
    ],
)
def test_each_bad_value_is_named(tmp_path, fields, column, reason):
    out, err, error = run(jsonl(tmp_path, row(1), row(2, **fields), row(3)))
    if column is None:
        assert error == ""
        return
    assert err.startswith(f"line 2, {column}: ")
    assert reason in err
    assert error == "Nothing imported: 1 of 3 rows are bad. --skip-bad imports the others."
    assert (out, Practice.objects.count(), City.objects.count()) == ("", 0, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"external_id": "x", "title": "\xff"}', "not UTF-8 at byte 32"),
        (b"{broken", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b'{"title": "' + b"x" * 1_000_001, "longer than 1,000,000 bytes"),
        (json.dumps(row(2)).encode().replace(b"Aarhus", b"\\ud800"), "not UTF-8"),
    ],
)
def test_lines_that_are_no_rows(tmp_path, line, reason):
    _out, err, error = run(jsonl(tmp_path, row(1), line, row(3)))
    assert err.startswith("line 2, ")
    assert reason in err
    assert "1 of 3 rows" in error
    assert "2 new practices" in run(jsonl(tmp_path, row(1), line, row(3)), skip_bad=True)[0]


def test_doubles_in_a_file_are_named_and_the_first_stands(tmp_path):
    path = jsonl(tmp_path, row(1), row(2), row(1, title="Again"))
    assert run(path)[1] == "line 3, external_id: stands in line 1 already\n"
    run(path, skip_bad=True)
    assert set(Practice.objects.values_list("external_id", "title")) == {("practice-1", "Youth council"), ("practice-2", "Youth council")}


MEASURED = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(ended, peak // 1024 if sys.platform == "darwin" else peak, file=sys.stderr)
"""


def test_a_bad_row_among_a_million(tmp_path):
    """As somebody at a terminal does it: the row is named, nothing is written, and memory doesn't grow with the file."""
    path = tmp_path / "practices.csv"
    with path.open("w") as file:
        file.write("external_id,title,summary,body,language,city,country,evidence\n")
        for line in range(2, 1_000_002):
            file.write(f"p{line},Youth council,Young people advise.,,en,Aarhus,DK,{'z' if line == 777_777 else 1}\n")
    command = (sys.executable, "manage.py", "import_practices", path)
    # Started by a program of its own: a child counts what its parent held when it was made as memory that it had.
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        cwd=ROOT,
        env=environment_here(),
        capture_output=True,
        text=True,
        check=False,
    )
    *said, measured = ran.stderr.splitlines()
    ended, peak = map(int, measured.split())
    assert ran.stdout == ""
    assert said == [
        "line 777777, evidence: unknown: “z”",
        "CommandError: Nothing imported: 1 of 1,000,000 rows are bad. --skip-bad imports the others.",
    ]
    assert ended == 1
    assert (Practice.objects.count(), City.objects.count()) == (0, 0)
    assert peak < 300_000, "kB: some 108,000 whatever the file; its lines alone, held at once, took 558,000"


def test_the_good_rows_of_many_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    path = jsonl(tmp_path, *(row(n, evidence="z" if n in {3, 7} else "1") for n in range(1, 10)), row(1))
    out, err, _error = run(path, skip_bad=True)
    assert err.count("unknown: “z”") == 2
    assert out == "10 rows: 7 new practices, 0 changed, 0 unchanged, 3 bad; 1 new cities.\n"
    assert {f"practice-{n}" for n in (1, 2, 4, 5, 6, 8, 9)} == set(Practice.objects.values_list("external_id", flat=True))
    assert Entry.objects.count() == 7


def test_many_bad_rows_are_counted_and_the_first_hundred_shown(tmp_path):
    _out, err, error = run(jsonl(tmp_path, *(row(n, evidence="z") for n in range(1, 151))), skip_bad=True)
    assert err.count("\n") == 101
    assert err.endswith("… and 50 more bad rows. --bad-rows FILE writes all of them to a file.\n")
    assert error == "Nothing imported: 150 of 150 rows are bad."


@pytest.mark.parametrize("skip_bad", [True, False])
def test_every_bad_row_is_written_to_a_file(tmp_path, skip_bad):
    bad = tmp_path / "bad.csv"
    bad.write_text("an older report, and longer\n" * 1_000)
    records = [row(n, evidence="z", title="") for n in range(1, 151)]
    path = jsonl(tmp_path, *records, {"=HYPERLINK()": 1, **row(151)}, b"{broken", row(153), row(153))
    _out, err, error = run(path, skip_bad=skip_bad, bad_rows=bad)
    assert err.count("\n") == 201, "the terminal is not flooded"
    assert err.endswith(f"… and 53 more bad rows. All of them are in {bad}.\n")
    assert (error == "") is skip_bad
    columns, written = sheets.read(bad.read_bytes())
    assert columns == ["line", "column", "reason"]
    found = [tuple(line.cells.values()) for line in written]
    assert found[:-3] == [(str(n), *fault) for n in range(1, 151) for fault in (("title", "is empty"), ("evidence", "unknown: “z”"))]
    assert found[-3] == ("151", "“=HYPERLINK()”", "unknown column")
    assert found[-2][:2] == ("152", "the whole row")
    assert found[-1] == ("154", "external_id", "stands in line 153 already")


def test_without_bad_rows_the_file_holds_none(tmp_path):
    bad = tmp_path / "bad.csv"
    assert run(jsonl(tmp_path, row(1)), bad_rows=bad)[1:] == ("", "")
    assert bad.read_bytes() == b"\xef\xbb\xbfline,column,reason\r\n"


def test_a_bad_row_is_in_the_file_before_anything_is_written(tmp_path, monkeypatch):
    """So a disk that is full undoes the import, and one that is ended leaves what it found."""
    bad = tmp_path / "bad.csv"
    seen = []
    monkeypatch.setattr(importing, "_write", lambda tally: seen.append(bad.read_text()))
    run(jsonl(tmp_path, row(1), row(2, title="")), skip_bad=True, bad_rows=bad)
    assert seen == ["\ufeffline,column,reason\n2,title,is empty\n"]


def test_the_file_of_bad_rows_is_not_the_one_that_is_read(tmp_path):
    path = jsonl(tmp_path, row(1), row(2, title=""))
    before = path.read_bytes()
    (tmp_path / "same").symlink_to(path)
    assert "--bad-rows names the file that is read" in run(path, bad_rows=tmp_path / "same")[2]
    assert path.read_bytes() == before


def test_a_file_of_bad_rows_that_cannot_be_written(tmp_path):
    _out, _err, error = run(jsonl(tmp_path, row(1)), bad_rows=tmp_path / "none" / "bad.csv")
    assert error.startswith("Nothing imported")
    assert "none/bad.csv" in error
    assert not Practice.objects.exists()


def test_csv_with_lists_sources_and_line_breaks(tmp_path):
    record = row(
        1,
        body="One\n\nTwo, with a comma",
        themes="youth-engagement|gender-equality",
        sectors="police; education",
        lead_sector="police",
        lessons="Begin early; stay late|Listen",
        sources='[{"title": "A", "url": "https://a.example", "publisher": "B"}]',
        start_year="2007",
        end_year="",
        evidence="X",
    )
    assert run(table(tmp_path, record, start="\ufeff"))[2] == ""
    practice = Practice.objects.get()
    assert practice.themes == ["youth-engagement", "gender-equality"]
    assert (practice.sectors, practice.lead_sector) == (["police", "education"], "police")
    assert practice.lessons == ["Begin early; stay late", "Listen"]
    assert practice.sources == [{"title": "A", "url": "https://a.example", "publisher": "B"}]
    assert (practice.start_year, practice.end_year, practice.evidence, practice.status) == (2007, None, "x", "unknown")
    assert practice.forms_addressed == ["all-forms"]
    assert practice.body == "One\n\nTwo, with a comma"


def test_csv_of_other_offices_is_parted_by_semicolons(tmp_path):
    assert run(table(tmp_path, row(1), delimiter=";"))[2] == ""


def test_lines_of_a_csv_are_counted_as_an_editor_does(tmp_path):
    path = table(tmp_path, row(1, body="a\nb\nc"), row(2, title=""), row(3))
    assert run(path)[1] == "line 5, title: is empty\n"


def test_broken_csv_rows(tmp_path):
    path = table(tmp_path, *(row(n, body="") for n in range(1, 5)))
    lines = path.read_bytes().split(b"\r\n")
    lines[2] = lines[2].replace(b"Youth council", b"Youth \xff council")
    lines[3] = b"too,few"
    path.write_bytes(b"\r\n".join(lines))
    assert run(path)[1] == "line 3, title: not UTF-8 at character 7\nline 4, the whole row: 2 cells, where the header has 7\n"


def test_an_open_quote_does_not_swallow_the_machine(tmp_path):
    path = table(tmp_path, row(1), *(row(n, body="x" * 40_000) for n in range(2, 30)))
    path.write_bytes(path.read_bytes().replace(b"practice-2,", b'"practice-2,', 1))
    _out, err, error = run(path)
    assert "not CSV: field larger than field limit" in err
    assert error.startswith("Nothing imported")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column external_id, title"),
        (b"title\nx\n", "no column external_id"),
        ((",".join(GOOD) + ",nonsense\n").encode(), "unknown columns: 'nonsense'"),
        ((",".join(GOOD) + ",title\n").encode(), "names a column twice"),
        ("\ufeff{}".encode("utf-16"), "UTF-16"),
    ],
)
def test_files_that_are_no_tables(tmp_path, content, reason):
    path = tmp_path / "practices.csv"
    path.write_bytes(content)
    assert reason in run(path)[2]


def test_a_file_that_is_not_there(tmp_path):
    assert "No such file" in run(tmp_path / "none.csv")[2]


def test_an_empty_file_is_nothing_to_do(tmp_path):
    assert run(jsonl(tmp_path))[0].startswith("0 rows")


@pytest.mark.parametrize(("external_id", "slug"), [("aarhus-info-house", "aarhus-info-house"), ("A B", "a-b-"), ("بيت", "")])
def test_addresses_follow_from_names(external_id, slug):
    address = rows.address(external_id)
    assert address.startswith(slug)
    assert address == external_id or len(address) == len(slug) + 10


def test_an_address_that_is_taken_is_not_taken_away(tmp_path):
    run(jsonl(tmp_path, row(1)))
    Practice.objects.update(external_id="")
    assert run(jsonl(tmp_path, row(1)))[2] == ""
    assert len(set(Practice.objects.values_list("slug", flat=True))) == 2


def test_nothing_is_left_of_an_import_that_fails_half_way(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    calls = []

    def fail(*args):
        calls.append(args)
        raise RuntimeError

    monkeypatch.setattr(importing, "_write", lambda tally: (importing_write(tally), fail()))
    with pytest.raises(RuntimeError):
        run(jsonl(tmp_path, *(row(n) for n in range(1, 8))))
    assert calls
    assert (Practice.objects.count(), City.objects.count(), Entry.objects.count()) == (0, 0, 0)


importing_write = importing._write
