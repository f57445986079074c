"""Spreadsheets of cities and officials: what they would change is seen first, then written as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from post_office.models import Email

from members import joining
from members.imports import room
from members.imports.plan import By, Outcome
from members.jobs import tidy_imports
from members.models import AddressChange, Body, City, Import, Membership, Post, User, Vacancy
from members.models.imported import ImportTransition, Kind
from strongcities import sheets, workflow
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def bring(by, text, kind=Kind.CITIES, name="cities.csv"):
    return Import.bring(kind=kind, name=name, file=text.encode(), by=by)


def people(by, text):
    return bring(by, text, Kind.OFFICIALS, "people.csv")


def line(by, text, kind=Kind.CITIES):
    """What the only row of a file would do."""
    (only,) = bring(by, text, kind).plan(by=by).lines
    return only


def changes(line):
    return {change.column: (change.before, change.after) for change in line.changes}


def write(record, by, **more):
    record.write(by=by, seen=record.plan(by=by).mark, **more)


@contextmanager
def mails() -> Iterator[list[Email]]:
    """What is mailed within."""
    sent: list[Email] = []
    before = len(outbox())
    yield sent
    sent += outbox()[before:]


@pytest.fixture
def everyone(db):
    """The whole cast, with names in their own language and an authority within another."""
    for name in cast.CITIES:
        cast.make_city(name)
    state = cast.make_city("Victoria", country="AU", kind="state", joined=date(2016, 1, 1), own_name="ولاية", own_language="ar")
    cast.make_city("Melbourne", country="AU", within=state, other_names=["Naarm", "=Melb"], latitude="-37.814", longitude="144.9633")
    for who in cast.PEOPLE:
        cast.make_person(who)
    cast.make_post(cast.make_person("nadia"), cast.make_city("Oslo"), since=date(2016, 1, 1), until=date(2019, 1, 1))


# --- There and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("made", [sheets.csv_file, lambda columns, rows: sheets.xlsx_file(columns, rows, title="All")])
@pytest.mark.parametrize(("kind", "model", "count"), [(Kind.CITIES, City, 7), (Kind.OFFICIALS, Post, 4)])
def test_what_comes_back_unchanged_changes_nothing(everyone, sam, made, kind, model, count, language):  # noqa: PLR0917  each by each
    with translation.override(language):
        file = made(room(kind).described(), list(room(kind).taken_out(model.objects.all())))
        record = Import.bring(kind=kind, name="all", file=file, by=sam)
        plan = record.plan(by=sam)
    assert [(each.outcome, each.changes, each.faults, each.hints) for each in plan.lines] == [(Outcome.SAME, [], [], [])] * count
    assert plan.unread == []
    with pytest.raises(MoveRefused, match="nothing to write"):
        write(record, sam)


@pytest.mark.parametrize(
    ("column", "cell", "before", "after"),
    [
        ("official_name", "City of Aarhus", "", "City of Aarhus"),
        ("other_names", "Århus| Arhus ", "", "Århus | Arhus"),
        ("population", "300,000", "285273", "300000"),
        ("population", "", "285273", ""),
        ("kind", "Municipality", "city", "municipality"),
        ("network_region", "Western Balkans", "europe", "western-balkans"),
        ("latitude,longitude", "56.1572,10.2107", "", "56.1572"),
        ("time_zone", "Europe/Copenhagen", "", "Europe/Copenhagen"),
        ("time_zone", "Europe/Kiev", "", "Europe/Kyiv"),
        ("time_zone", "europe/copenhagen", "", "Europe/Copenhagen"),
        ("website", "https://aarhus.example/", "https://www.aarhus.dk/", "https://aarhus.example/"),
        ("shown", "No", "yes", "no"),
        ("joined", "2015-09-28", "2015-09-29", "2015-09-28"),
        ("founding", "no", "yes", "no"),
        ("own_name,own_language", "Aarhus Kommune,da", "", "Aarhus Kommune"),
    ],
)
def test_each_column_is_written(sam, aarhus, column, cell, before, after):  # noqa: PLR0917  a row of the table above
    columns, row = column.replace(",", ";"), cell.replace(",", ";") if "," in column else cell
    text = f"address;name;country;{columns}\n{aarhus.slug};Aarhus;DK;{row}\n"
    record = bring(sam, text)
    plan = record.plan(by=sam)
    assert changes(plan.lines[0])[column.partition(",")[0]] == (before, after), plan.lines[0].faults
    write(record, sam)
    assert record.state == Import.State.WRITTEN
    assert line(sam, text).outcome == Outcome.SAME


def test_a_zone_that_was_renamed_since_is_brought_to_its_present_name(sam, aarhus):
    City.objects.filter(pk=aarhus.pk).update(time_zone="Asia/Calcutta")
    for cell in ("Asia/Calcutta", "Asia/Kolkata"):
        found = changes(line(sam, f"name,country,time_zone\nAarhus,DK,{cell}\n"))
        assert found == {"time_zone": ("Asia/Calcutta", "Asia/Kolkata")}
    City.objects.filter(pk=aarhus.pk).update(time_zone="Asia/Kolkata")
    assert line(sam, "name,country,time_zone\nAarhus,DK,Asia/Calcutta\n").outcome == Outcome.SAME


def test_the_band_follows_from_the_inhabitants(sam, aarhus):
    found = changes(line(sam, "name,country,population\nAarhus,DK,2000000\n"))
    assert found == {"population": ("285273", "2000000"), "population_band": ("250-000-to-1-million", "1-to-5-million")}


# --- Which city ------------------------------------------------------------------------------------------------------


def test_a_city_is_found_by_its_address_and_renamed(sam, aarhus):
    assert changes(line(sam, f"address,name,country\n{aarhus.slug},Århus,DK\n")) == {"name": ("Aarhus", "Århus")}


@pytest.mark.parametrize("name", ["Ghent", "GHENT", "Ghént", "Gent", "Gand"])
def test_a_city_is_found_by_any_of_its_names_and_keeps_its_own(sam, name):
    ghent = cast.make_city("Ghent")
    found = line(sam, f"name,country,population\n{name},Belgium,260000\n")
    assert (found.record, changes(found)["population"]) == (ghent.pk, ("", "260000"))
    assert "name" not in changes(found)


@pytest.mark.parametrize("name", ["Århus", "AARHUUS"])
def test_another_spelling_is_no_new_city(sam, aarhus, name):
    found = line(sam, f"name,country\n{name},DK\n")
    assert found.outcome == Outcome.BAD
    assert found.faults == [
        (
            "name",
            f"“{name}” is another spelling of Aarhus. It is here already: if you mean it, write {aarhus.slug} in the column “address”.",
        )
    ]
    assert (found.told.city, found.told.typed, found.told.by, found.record) == (aarhus, name, By.NOT_SURE, None)


@pytest.mark.parametrize(
    ("typed", "by"), [("Ghént", By.SPELLING), ("GHENT", None), ("Ghent", None), ("Gand", By.OTHER_NAME), ("gent", By.OTHER_NAME)]
)
@pytest.mark.parametrize("kind", Kind)
def test_a_city_that_was_told_otherwise_than_by_its_name_says_so(sam, typed, by, kind):
    ghent = cast.make_city("Ghent", joined=date(2020, 1, 1))
    head, row = ("name,country", f"{typed},BE") if kind == Kind.CITIES else ("mail,city,name,title,kind", f"a@b.be,{typed},A,T,policy")
    found = line(sam, f"{head}\n{row}\n", kind)
    assert found.faults == []
    assert (found.told and (found.told.city, found.told.typed, found.told.by)) == (by and (ghent, typed, by))


def test_a_name_of_look_alike_letters_is_refused(sam, aarhus):
    for name in ("Аarhus", "Aarhus\u200e"):
        assert line(sam, f"name,country\n{name},DK\n").outcome == Outcome.BAD


def test_a_county_of_the_same_name_is_new_and_says_so(sam, aarhus):
    found = line(sam, "name,country,kind\nAarhus,DK,county\n")
    assert (found.outcome, found.hints) == (Outcome.NEW, ["Aarhus (City) is here already."])


def test_a_new_city_that_looks_like_one_says_so_where_it_is_looked_at(sam, aarhus):
    found = line(sam, "name,country\nAarhusk,DK\n")
    room(Kind.CITIES).hint([found])
    assert len(found.hints) == 1
    assert "Aarhus (City)" in found.hints[0]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("nowhere,Aarhus,DK,,,,,,,,", "address", "No city has this address"),
        (",,DK,,,,,,,,", "name", "A city has a name."),
        (",Bonn,ZZ,,,,,,,,", "country", "“ZZ” is no country"),
        (",Bonn,DE,village,,,,,,,", "kind", "“village” is none of: City, Municipality,"),
        (",Bonn,DE,,nowhere,,,,,,", "within", "No city has the address “nowhere”"),
        (",Bonn,DE,,aarhus-dk,,,,,,", "within", "Aarhus lies in another country."),
        (",Bonn,DE,,,-5,,,,,", "population", "no number of inhabitants"),
        (",Bonn,DE,,,99999999999,,,,,", "population", "no number of inhabitants"),
        (",Bonn,DE,,,400000001,,,,,", "population", "no number of inhabitants"),
        (",Bonn,DE,,,0,,,,,", "population", "no number of inhabitants"),
        (",Bonn,DE,,,285.273,,,,,", "population", "no number of inhabitants"),
        (",Bonn,DE,,,,91,0,,,", "latitude", "no number from −90 to 90"),
        (",Bonn,DE,,,,nan,0,,,", "latitude", "no number from −90 to 90"),
        (",Bonn,DE,,,,50,,,,", "longitude", "go together"),
        (",Bonn,DE,,,,,,1/2/2020,,", "joined", "“1/2/2020” is no date such as 2015-09-29."),
        (",Bonn,DE,,,,,,2999-01-01,,", "joined", "yet to come"),
        (",Bonn,DE,,,,,,2020-01-02,2020-01-01,", "left", "left before it joined"),
        (",Bonn,DE,,,,,,,2020-01-01,", "joined", "The day on which it joined is missing."),
        (",Bonn,DE,,,,,,,,maybe", "founding", "neither yes nor no"),
        (",Aarhus,DK,,,,,,2015-09-29,2020-01-01,", "left", "That a city leaves is said on its page"),
        (",Oslo,NO,,,,,,2015-09-29,2021-01-01,", "left", "This membership is over."),
        (",Oslo,NO,,,,,,2019-01-01,,", "joined", "It was a member then already."),
    ],
)
def test_what_is_wrong_is_said_by_column(sam, aarhus, row, column, words):
    cast.make_city("Oslo")
    found = line(sam, f"address,name,country,kind,within,population,latitude,longitude,joined,left,founding\n{row}\n")
    assert found.outcome == Outcome.BAD
    assert [told for where, told in found.faults if where == column and words in told], found.faults


def test_of_two_rows_about_one_city_the_first_stands(sam, aarhus):
    plan = bring(sam, f"address,name,country\n,Bonn,DE\n,BONN,DE\n{aarhus.slug},Aarhus,DK\n,Aarhus,DK\n").plan(by=sam)
    assert [each.faults for each in plan.lines] == [
        [], [("name", "Line 2 is about the same city.")], [], [("name", "Line 4 is about the same city.")],
    ]  # fmt: skip


def test_a_rename_to_a_name_that_is_taken_is_refused(sam, aarhus):
    cast.make_city("Ribe")
    assert line(sam, f"address,name,country\n{aarhus.slug},Ribe,DK\n").faults == [
        ("name", "A city of this name, kind and country is there already.")
    ]


def test_an_empty_cell_takes_nothing_that_there_has_to_be(sam, aarhus):
    found = line(sam, "name,country,kind,network_region,shown,joined,left,founding\nAarhus,DK,,,,,,\n")
    assert (found.outcome, found.faults) == (Outcome.SAME, [])


def test_columns_that_nobody_knows_are_named(sam):
    assert bring(sam, "name,country,popluation\nBonn,DE,5\n").plan(by=sam).unread == ["popluation"]


def test_a_file_without_the_columns_is_refused(sam):
    with pytest.raises(sheets.NotASheet, match="no column country"):
        bring(sam, "name\nBonn\n")


def test_a_city_with_a_first_approval_stays_as_it_is(sam, toni):
    ghent = cast.make_city("Ghent")
    cast.make_application(city=ghent).approve(by=sam)
    found = line(toni, f"address,name,country,population\n{ghent.slug},Gent,BE,3\n")
    assert [column for column, _words in found.faults] == ["name"]
    assert line(toni, f"address,name,country,population\n{ghent.slug},Ghent,BE,3\n").outcome == Outcome.CHANGED


RING = "one-dk,One,DK,county,two-dk\ntwo-dk,Two,DK,county,three-dk\n"
TOGETHER = ("within", "By this row and others together it would be part of itself.")


def rings(sam, rows):
    return bring(sam, f"address,name,country,kind,within\n{rows}")


@pytest.mark.parametrize("by", ["the file", "what is here"])
def test_a_ring_of_authorities_is_told_before_anything_is_written(sam, by):
    one = cast.make_city("One", kind="county")
    cast.make_city("Two", kind="county")
    cast.make_city("Three", kind="county", within=one if by == "what is here" else None)
    lines = rings(sam, RING + ("three-dk,Three,DK,county,one-dk\n" if by == "the file" else "")).plan(by=sam).lines
    assert [each.faults for each in lines] == [[TOGETHER]] * len(lines)


@pytest.mark.parametrize("rows", [f"three-dk,Three,DK,county,\n{RING}", f"{RING}three-dk,Three,DK,county,\n"], ids=["first", "last"])
def test_a_ring_that_the_file_undoes_is_none(sam, rows):
    cast.make_city("Two", kind="county")
    cast.make_city("Three", kind="county", within=cast.make_city("One", kind="county"))
    record = rings(sam, rows)
    assert [each.faults for each in record.plan(by=sam).lines] == [[], [], []]
    write(record, sam)
    assert dict(City.objects.values_list("name", "within__name")) == {"One": "Two", "Two": "Three", "Three": None}


def test_who_hangs_on_a_ring_is_not_in_it(sam):
    """It would be put within one of them, and is no part of itself."""
    for name in ("One", "Two", "Three", "Four"):
        cast.make_city(name, kind="county")
    plan = rings(sam, f"{RING}three-dk,Three,DK,county,one-dk\nfour-dk,Four,DK,county,one-dk\n").plan(by=sam)
    assert [each.faults for each in plan.lines] == [[TOGETHER], [TOGETHER], [TOGETHER], []]


# --- All that is wrong, at once --------------------------------------------------------------------------------------

EVERY_CITY = "address,name,country,own_name,own_language,kind,within,population,website,latitude,longitude,joined,left,founding\n"


def places(line):
    return [column for column, _words in line.faults]


def test_cells_and_what_only_the_database_knows_are_told_together(sam, aarhus):
    found = line(sam, EVERY_CITY + "nowhere,Bonn,DE,,,village,atlantis,many,bonn.de,91,7,1/2/2020,,maybe\n")
    assert places(found) == ["kind", "population", "website", "latitude", "joined", "founding", "address", "within"]
    known = line(sam, EVERY_CITY + f"{aarhus.slug},Aarhus,DK,,,village,atlantis,many,,,,2015-09-29,2020-01-01,\n")
    assert (places(known), known.record) == (["kind", "population", "within", "left"], aarhus.pk)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",Bonn,DE,,,,,,,91,7,,,", ["latitude"]),  # not also: latitude and longitude go together
        (",Bonn,DE,Bonn,german,,,,,,,,,", ["own_language"]),
        (",Bonn,DE,,,,,,,,,1/2/2020,2021-01-01,", ["joined"]),  # not also: the day on which it joined is missing
        (",Bonn,ZZ,,,,,,,,,,2021-01-01,yes", ["country"]),  # which city it is can't be told, so it may have joined
        (",Bonn,ZZ,,,,,,,,,2021-01-01,2020-01-01,", ["country", "left"]),  # but no city leaves before it joins
        (",Bonn,ZZ,Bonn,de,,,,,50,7,,,", ["country"]),
        ("nowhere,Bonn,DE,,,,,,,50,,,,", ["address", "longitude"]),  # both cells are known
        (",,DK,,,,,,,,,,,", ["name"]),
        (",,ZZ,,,village,,,,,,,,", ["name", "kind", "country"]),
    ],
)
def test_what_only_follows_from_a_bad_cell_is_not_told_as_well(sam, row, told):
    assert places(line(sam, EVERY_CITY + row + "\n")) == told


def test_a_row_about_the_city_of_a_bad_row_is_told_too(sam):
    """It would be bad as soon as the first one is put right."""
    plan = bring(sam, "name,country,population\nBonn,DE,many\nBonn,DE,5\n").plan(by=sam)
    assert [places(each) for each in plan.lines] == [["population"], ["name"]]


EVERY_PERSON = "mail,name,city,country,title,department,kind,lead,since,until,languages\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("no address,,Atlantis,Nowhere,,,boss,perhaps,2/3/2020,2019-01-01,xx", ["mail", "country", "kind", "lead", "since", "languages"]),
        ("no address,,Atlantis,,,,,,2020-02-03,2019-01-01,", ["mail", "city", "until"]),
        ("a@b.dk,,Atlantis,,,,,,2999-01-01,,xx", ["languages", "city", "title", "kind", "name", "since"]),
        ("a@b.dk,A,Aarhus,SE,,,boss,,,,", ["kind", "country", "title"]),
        ("lene@aarhus.dk,,Atlantis,,,,,,,,", ["city"]),  # she may have a post there: nothing is needed for one
        ("lene@aarhus.dk,,Aarhus,,,,,no,,2999-01-01,", ["lead", "until", "until"]),
        ("a@b.dk,A,Aarhus,,T,,policy,,1/1/2020,2019-01-01,", ["since"]),  # not also: it ends before it begins
    ],
)
def test_all_that_is_wrong_with_an_official_is_told_together(sam, lene, row, told):
    assert places(line(sam, f"{EVERY_PERSON}{row}\n", Kind.OFFICIALS)) == told


def test_another_spelling_of_a_city_is_no_official_s(sam, aarhus):
    """Who may act for it hangs on that: an accent or a name that is kept tells it, letters that differ only ask."""
    found = line(sam, "mail,city,name,title,kind\na@b.dk,Aarhuus,A,T,policy\n", Kind.OFFICIALS)
    words = f"“Aarhuus” is another spelling of Aarhus. If you mean it, write its address: {aarhus.slug}."
    assert (found.faults, found.told.by, found.told.city) == ([("city", words)], By.NOT_SURE, aarhus)


def test_a_name_of_two_cities_is_neither_s(sam, aarhus):
    cast.make_city("Ribe", other_names=["Twin"])
    cast.make_city("Lund", other_names=["Twin"])
    found = line(sam, "mail,city,name,title,kind\na@b.dk,Twin,A,T,policy\n", Kind.OFFICIALS)
    assert found.faults == [("city", "Several cities have this name. Name one by its address: lund-se, ribe-dk.")]
    assert line(sam, "mail,city,country,name,title,kind\na@b.dk,Twin,SE,A,T,policy\n", Kind.OFFICIALS).told.city.slug == "lund-se"


@pytest.mark.parametrize("kind", Kind)
def test_of_a_row_with_more_cells_than_columns_nothing_else_is_told(sam, kind):
    head, row = ("name,country", "Washington, D.C.,US") if kind == Kind.CITIES else ("mail,city", "a@b.us,Washington, D.C.")
    plan = bring(sam, f"{head}\n{row}\n" + ("Bonn,ZZ\n" if kind == Kind.CITIES else "a,Bonn\n"), kind).plan(by=sam)
    words = "The row has more cells than there are columns. Does a text with a comma in it lack its quotation marks?"
    assert plan.lines[0].faults == [("", words)]
    assert plan.lines[1].faults  # and the next row is read all the same


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("www.bonn.de", "“www.bonn.de” lacks the https:// before it. Write https://www.bonn.de."),
        ("//bonn.de/x", "“//bonn.de/x” lacks the https:// before it. Write https://bonn.de/x."),
        ("bonn", "“bonn” is no address of a website. One looks like https://www.aarhus.dk/."),
        ("htp:/bonn.de", "“htp:/bonn.de” is no address of a website. One looks like https://www.aarhus.dk/."),
        ("ftp://bonn.de", "“ftp://bonn.de” is no address of a website. One looks like https://www.aarhus.dk/."),
        ("javascript://bonn.de/%0aalert(1)", "“javascript://bonn.de/%0aalert(1)” is no address of a website."),
        ("https://bonn.de/", None),
        ("http://bonn.de", None),
    ],
)
def test_a_website_is_told_what_is_wrong_with_it(sam, cell, words):
    found = line(sam, f"name,country,website\nBonn,DE,{cell}\n")
    assert [(column, said.startswith(words)) for column, said in found.faults] == ([("website", True)] if words else [])


def test_words_in_english_are_read_whatever_the_language_of_the_page(sam, aarhus):
    with translation.override("ar"):
        found = line(sam, "name,country,kind,network_region\nBonn,Germany,District or borough,western BALKANS\n")
    assert (found.faults, found.values["kind"], found.values["network_region"]) == ([], "district", "western-balkans")


# --- The corrected file ----------------------------------------------------------------------------------------------

WRONG, RIGHT = "name,country\nBonn,ZZ\nUlm,DE\n", b"name,country\nBonn,DE\nUlm,DE\n"


def test_a_corrected_file_comes_in_place_of_one_with_faults(sam, toni):
    record = bring(sam, WRONG)
    instead = record.replace(name="mended.csv", file=RIGHT, by=toni)
    assert (record.state, record.rows, record.decided_by, record.successor) == (Import.State.REPLACED, [], toni, instead)
    assert (instead.kind, instead.file_name, instead.by, instead.state) == (Kind.CITIES, "mended.csv", toni, Import.State.READY)
    assert instead.replaces == record
    assert [step.words for step in record.transitions.all()] == ["Brought in", "Replaced by a corrected file"]
    assert [each.faults for each in instead.plan(by=toni).lines] == [[], []]
    for again in (lambda: record.replace(name="x", file=RIGHT, by=sam), lambda: write(record, sam), lambda: record.discard(by=sam)):
        with pytest.raises(MoveRefused, match="now “replaced”"):
            again()
    assert Import.objects.count() == 2


def test_what_cannot_be_read_replaces_nothing(sam):
    record = bring(sam, WRONG)
    for file in (b"", b"name\nBonn\n", b"name,country\n"):
        with pytest.raises(sheets.NotASheet):
            record.replace(name="mended.csv", file=file, by=sam)
    record.refresh_from_db()
    assert (record.state, len(record.rows), Import.objects.count()) == (Import.State.READY, 2, 1)


def test_a_first_approval_is_not_of_the_corrected_file(sam, toni):
    record = bring(sam, NEW_MEMBER)
    write(record, sam)
    instead = record.replace(name="mended.csv", file=NEW_MEMBER.encode(), by=toni)
    write(instead, toni)
    assert (instead.state, instead.first_approver, City.objects.count()) == (Import.State.HALF, toni, 0)


def test_the_database_holds_one_successor(sam):
    record = bring(sam, WRONG)
    record.replace(name="mended.csv", file=RIGHT, by=sam)
    with pytest.raises(IntegrityError, match="import_replaced_once"):
        Import.objects.create(kind="cities", columns=[], by=sam, replaces=record)


# --- Deciding --------------------------------------------------------------------------------------------------------

NEW_MEMBER = "name,country,joined\nBonn,DE,2020-05-01\n"


def test_a_new_member_needs_two_people(sam, toni):
    record = bring(sam, NEW_MEMBER)
    write(record, sam)
    assert (record.state, City.objects.filter(name="Bonn").exists()) == (Import.State.HALF, False)
    with pytest.raises(MoveRefused, match="You approved it already"):
        write(record, sam)
    write(record, toni)
    bonn = City.objects.get(name="Bonn")
    assert (record.state, record.made, bonn.is_public, bonn.member_since) == (Import.State.WRITTEN, 1, True, date(2020, 5, 1))
    assert record.rows == []
    assert [(step.by, step.words) for step in record.transitions.all()] == [
        (sam, "Brought in"), (sam, "Approved by the first of two"), (toni, "Written"),
    ]  # fmt: skip


def test_a_membership_that_is_over_needs_one(sam):
    record = bring(sam, "name,country,joined,left\nBonn,DE,2015-05-01,2017-05-01\n")
    write(record, sam)
    assert record.state == Import.State.WRITTEN
    assert not City.objects.get(name="Bonn").is_member


def test_a_city_joins_again_by_two(sam, toni):
    oslo = cast.make_city("Oslo")
    record = bring(sam, "name,country,joined\nOslo,NO,2022-01-01\n")
    write(record, sam)
    write(record, toni)
    assert [(term.joined, term.left) for term in oslo.memberships.order_by("joined")] == [
        (date(2015, 9, 29), date(2020, 1, 1)), (date(2022, 1, 1), None),
    ]  # fmt: skip


def test_a_first_approval_of_what_changed_since_is_none(sam, toni):
    cast.make_city("Aarhus")
    record = bring(sam, NEW_MEMBER + "Aarhus,DK,2015-09-29\n")
    write(record, sam)
    Membership.objects.filter(city__name="Aarhus").update(joined=date(2015, 1, 1))
    write(record, toni)
    assert (record.state, record.first_approver) == (Import.State.HALF, toni)
    write(record, sam)
    assert record.state == Import.State.WRITTEN


def test_the_database_holds_the_two(sam):
    with pytest.raises(IntegrityError, match="import_of_new_members_by_two_people"):
        Import.objects.create(kind="cities", state="written", columns=[], by=sam, needs_two=True, first_approver=sam, decided_by=sam)


def test_the_database_keeps_no_rows_of_what_is_over(sam):
    with pytest.raises(IntegrityError, match="import_keeps_no_rows"):
        Import.objects.create(kind="cities", state="discarded", columns=[], rows=[[2, {}]], by=sam)


def test_something_else_than_what_was_seen_is_not_written(sam, aarhus):
    record = bring(sam, "name,country,population\nAarhus,DK,5\n")
    seen = record.plan(by=sam).mark
    City.objects.filter(pk=aarhus.pk).update(population=4)
    with pytest.raises(MoveRefused, match="Something changed since you looked"):
        record.write(by=sam, seen=seen)
    aarhus.refresh_from_db()
    assert aarhus.population == 4


def test_bad_rows_are_left_out_as_they_were_seen(sam, aarhus):
    record = bring(sam, "name,country,population\nAarhus,DK,5\nBonn,ZZ,\n")
    write(record, sam)
    aarhus.refresh_from_db()
    assert (aarhus.population, record.made, record.changed, record.left_out) == (5, 0, 1, 1)


def test_one_bad_row_more_than_was_seen_stops_all_of_it(sam, aarhus):
    record = bring(sam, "name,country,within\nAarhus,DK,\nRibe,DK,\nOdense,DK,aarhus-dk\n")
    seen = record.plan(by=sam).mark
    City.objects.filter(pk=aarhus.pk).update(slug="elsewhere")
    assert [each.outcome for each in record.plan(by=sam).lines] == [Outcome.SAME, Outcome.NEW, Outcome.BAD]
    with pytest.raises(MoveRefused, match="Something changed since you looked"):
        record.write(by=sam, seen=seen)
    assert City.objects.count() == 1


def test_a_file_of_bad_rows_alone_writes_nothing(sam):
    record = bring(sam, "name,country\nBonn,ZZ\n")
    with pytest.raises(MoveRefused, match="No row can be written"):
        write(record, sam)


def test_it_is_written_whole_or_not_at_all(sam, aarhus, monkeypatch):
    record = bring(sam, "name,country,population\nAarhus,DK,5\nBonn,DE,\n")

    def fail(**_fields):
        raise IntegrityError("two at once")

    monkeypatch.setattr(City, "make", fail)
    with pytest.raises(MoveRefused, match="Nothing was written"):
        write(record, sam)
    aarhus.refresh_from_db()
    record.refresh_from_db()
    assert (aarhus.population, record.state) == (285_273, Import.State.READY)


def test_what_is_written_or_discarded_is_over(sam, toni, aarhus):
    record = bring(sam, "name,country,population\nAarhus,DK,5\n")
    record.discard(by=toni)
    assert (record.rows, record.decided_by) == ([], toni)
    with pytest.raises(MoveRefused, match="discarded"):
        write(record, sam)
    with pytest.raises(MoveRefused, match="discarded"):
        record.discard(by=sam)


@pytest.mark.parametrize("kind", Kind)
def test_others_than_the_secretariat_may_not(kind, sam, aarhus, lene):
    record = bring(sam, "name,country\nAarhus,DK\n") if kind == Kind.CITIES else people(sam, "mail,city\nlene@aarhus.dk,Aarhus\n")
    for who in (lene, cast.make_staff("events", vets=False), cast.make_person("nadia")):
        assert not Import.may_bring(who, kind)
        verbs = (
            lambda who=who: write(record, who), lambda who=who: record.discard(by=who),
            lambda who=who: record.replace(name="mended.csv", file=RIGHT, by=who),
        )  # fmt: skip
        for verb in verbs:
            with pytest.raises(PermissionDenied):
                verb()
        assert not Import.objects.visible_to(who).exists()


def test_the_history_says_who(sam, aarhus, client):
    """Through the page, as its middleware notes who it is."""
    record = bring(sam, "name,country,population\nAarhus,DK,5\n")
    client.force_login(sam)
    client.post(f"/admin/members/import/{record.pk}/write/", {"seen": record.plan(by=sam).mark})
    assert aarhus.history.order_by("-pgh_id").first().pgh_context.metadata["user"] == sam.pk


def test_what_nobody_decided_on_goes_after_thirty_days(sam):
    old, new = bring(sam, NEW_MEMBER), bring(sam, NEW_MEMBER)
    Import.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    assert tidy_imports(0) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.rows, new.state) == (Import.State.DISCARDED, [], Import.State.READY)


# --- Officials -------------------------------------------------------------------------------------------------------

NEW_PERSON = (
    "mail,name,city,title,kind,lead,mandate,since,languages,mail_language\n"
    "mia@aarhus.dk,Mia Meyer,aarhus-dk,Head,policy,yes,yes,2021-02-03,da|en,ar\n"
)


def test_a_new_official_gets_an_account_and_hears_of_it(sam, aarhus):
    record = people(sam, NEW_PERSON)
    with mails() as sent:
        write(record, sam)
    post = Post.objects.get(official__user__email="mia@aarhus.dk")
    user = post.official.user
    assert (user.name, user.language, user.has_usable_password(), post.official.languages) == ("Mia Meyer", "ar", False, ["da", "en"])
    assert (post.city, post.title, post.is_lead, post.has_mandate, post.since) == (aarhus, "Head", True, True, date(2021, 2, 3))
    assert (post.official.shown_to, post.official.wants_newsletter, post.official.open_to_peers) == ("nobody", False, False)
    assert [step.words for step in post.transitions.all()] == ["Brought in from a list"]
    assert [mail.to for mail in sent] == [["mia@aarhus.dk"]]
    assert not Vacancy.objects.open().exists()


def test_who_was_brought_in_signs_in_by_a_mailed_code(sam, aarhus, client):
    write(people(sam, NEW_PERSON), sam)
    with mails() as sent:
        client.post("/account/login/code/", {"email": "mia@aarhus.dk"})
    code = sent[0].message.splitlines()[2]
    answer = client.post("/account/login/code/confirm/", {"code": code}, follow=True)
    assert answer.wsgi_request.user.email == "mia@aarhus.dk"


def test_a_known_official_keeps_what_is_theirs(sam, lene):
    found = line(sam, "mail,name,city,title,languages\nLENE@aarhus.dk,Someone Else,Aarhus,Director,fr\n", Kind.OFFICIALS)
    assert changes(found) == {"title": ("Prevention officer", "Director")}
    assert found.hints == ["“name” stays as it is: that is theirs to change.", "“languages” stays as it is: that is theirs to change."]


def test_a_free_mailbox_is_a_hint_never_a_fault(sam, aarhus):
    found = line(sam, "mail,name,city,title,kind\nmia@gmail.com,Mia,Aarhus,Head,policy\n", Kind.OFFICIALS)
    assert (found.outcome, found.hints) == (Outcome.NEW, ["gmail.com gives mailboxes to anyone: are you sure that it is theirs?"])


def test_a_person_is_found_by_another_confirmed_address(sam, lene):
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=lene, email="Lene@Private.dk", verified=True)
    found = line(sam, "mail,city,title\nlene@private.dk,Aarhus,Director\n", Kind.OFFICIALS)
    assert (found.record, changes(found)) == (lene.official.posts.get().pk, {"title": ("Prevention officer", "Director")})


def test_an_official_is_made_lead_corrected_and_ended_by_the_verbs(sam, lene):
    ove = cast.make_person("ove")
    post = ove.official.posts.get()
    write(people(sam, "mail,city,lead,department,since\nove@aarhus.dk,Aarhus,yes,Schools,2019-01-01\n"), sam)
    post.refresh_from_db()
    assert (post.is_lead, post.department, post.since) == (True, "Schools", date(2019, 1, 1))
    with mails() as sent:
        write(people(sam, "mail,city,until\nove@aarhus.dk,Aarhus,2024-01-01\n"), sam)
    post.refresh_from_db()
    assert (post.until, post.is_today) == (date(2024, 1, 1), False)
    assert sorted(mail.to[0] for mail in sent) == ["lene@aarhus.dk", "ove@aarhus.dk"]
    assert [step.verb for step in post.transitions.all()] == ["correct", "appoint", "end"]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",Aarhus,,,,,,", "mail", "is missing"),
        ("no address,Aarhus,,,,,,", "mail", "“no address” is no mail address."),
        ("ü@aarhus.dk,Aarhus,N,T,policy,,,", "mail", "no mail address"),
        (f"a@{'ü' * 60}.dk,Aarhus,N,T,policy,,,", "mail", "no mail address"),
        ("a@b.dk,,,,,,,", "city", "The city is missing."),
        ("a@b.dk,Atlantis,,,,,,", "city", "No city here has this address or name."),
        ("a@b.dk,Twice,N,T,policy,,,", "city", "Several cities have this name. Name one by its address: twice-dk, twice-se"),
        ("a@b.dk,Ghent,N,T,policy,,,", "city", "Ghent is no member"),
        ("a@b.dk,Aarhus,,T,policy,,,", "name", "new account"),
        ("a@b.dk,Aarhus,N,,policy,,,", "title", "new post"),
        ("a@b.dk,Aarhus,N,T,,,,", "kind", "new post"),
        ("a@b.dk,Aarhus,N,T,boss,,,", "kind", "“boss” is none of"),
        ("a@b.dk,Aarhus,N,T,policy,,2999-01-01,", "since", "yet to come"),
        ("a@b.dk,Aarhus,N,T,policy,,2020-01-01,2019-01-01", "until", "ends before it begins"),
        ("a@b.dk,Aarhus,N,T,policy,yes,2018-01-01,2019-01-01", "lead", "Of a post that is over"),
        ("lene@aarhus.dk,Aarhus,,,,no,,", "lead", "handed over on the city’s page"),
        ("sam@isd.example,Aarhus,N,T,policy,,,", "mail", "That is you"),
        ("gone@aarhus.dk,Aarhus,N,T,policy,,,", "mail", "This account is closed."),
        ("nadia@gent.be,Aarhus,N,T,policy,,,", "mail", "There is an open application of theirs"),
        ("old@aarhus.dk,Aarhus,,Other,,,2016-01-01,", "until", "This post is over"),
        ("old@oslo.no,Oslo,,Other,,,2016-01-01,", "city", "Oslo is no member today."),
    ],
)
def test_what_is_wrong_with_an_official_is_said_by_column(sam, aarhus, row, column, words):
    cast.make_person("lene")
    cast.make_city("Twice", joined=date(2020, 1, 1))
    cast.make_city("Twice", country="SE", joined=date(2020, 1, 1))
    cast.make_city("Ghent")
    cast.make_user("gone@aarhus.dk", "Gone", is_active=False)
    cast.make_post(cast.make_user("old@aarhus.dk", "Old"), aarhus, since=date(2016, 1, 1), until=date(2017, 1, 1))
    cast.make_post(cast.make_user("old@oslo.no", "Old"), cast.make_city("Oslo"), since=date(2016, 1, 1))
    cast.make_application(cast.make_person("nadia"), aarhus)
    found = line(sam, f"mail,city,name,title,kind,lead,since,until\n{row}\n", Kind.OFFICIALS)
    assert found.outcome == Outcome.BAD
    assert [told for where, told in found.faults if where == column and words in told], found.faults


def test_of_two_rows_about_one_post_the_first_stands(sam, aarhus):
    plan = people(sam, "mail,city,name,title,kind\na@b.dk,Aarhus,A,T,policy\nA@b.dk,aarhus-dk,A,T,policy\n").plan(by=sam)
    assert [each.faults for each in plan.lines] == [[], [("mail", "Line 2 is about the same post.")]]


def test_one_person_for_two_cities_is_one_account(sam, aarhus):
    cast.make_city("Mombasa")
    record = people(sam, "mail,city,name,title,kind\na@b.dk,Aarhus,A,T,policy\na@b.dk,Mombasa,A,T,policy\n")
    write(record, sam)
    assert User.objects.get(email="a@b.dk").official.posts.count() == 2


def test_addresses_with_plus_and_domains_beyond_ascii_are_taken(sam, aarhus):
    record = people(sam, "mail,city,name,title,kind\nmia+scn@aarhus.dk,Aarhus,A,T,policy\nmia@århus.example,Aarhus,A,T,policy\n")
    assert [each.faults for each in record.plan(by=sam).lines] == [[], []]
    write(record, sam)
    assert set(Post.objects.values_list("official__user__email", flat=True)) == {"mia+scn@aarhus.dk", "mia@xn--rhus-poa.example"}


def test_an_address_that_somebody_is_about_to_have_is_theirs(sam, lene):
    """Between the two presses of a change: else a second account would stand in its way."""
    AddressChange.objects.create(account=lene, old=lene.email, new="lene@new.dk", confirmed=timezone.now())
    assert line(sam, "mail,city,title\nlene@new.dk,Aarhus,Director\n", Kind.OFFICIALS).record == lene.official.posts.get().pk


# --- Many ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        (Kind.CITIES, "name,country,within,joined", "Place {0},DE,,2020-01-01"),
        (Kind.OFFICIALS, "mail,city,name,title,kind", "p{0}@aarhus.dk,Aarhus,P,T,policy"),
    ],
)
def test_a_thousand_rows_are_looked_at_with_as_many_statements_as_one(sam, aarhus, kind, head, row):
    counts = []
    for many in (1, 1000):
        names = (f"{chr(65 + n % 26)}q{chr(97 + n // 26 % 26)}z{chr(97 + n // 676)}" for n in range(many))
        record = bring(sam, "\n".join([head, *map(row.format, names)]), kind)
        with CaptureQueriesContext(connection) as asked:
            plan = record.plan(by=sam)
        assert plan.count(Outcome.NEW) == many, [each.faults for each in plan.lines if each.faults][:3]
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Races -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_second_people_at_once_write_it_once(monkeypatch, locked):
    sam, toni, uma = (cast.make_staff(who) for who in ("sam", "toni", "uma"))
    cast.make_city("Aarhus")
    record = people(sam, NEW_PERSON)
    seen = record.plan(by=toni).mark
    meeting = Meeting()
    find = Import.plan
    monkeypatch.setattr(Import, "plan", lambda self, **who: meeting.pass_on(find(self, **who)))
    if not locked:
        without_locks(monkeypatch)
    answers = race(*(lambda who=who: Import.objects.get(pk=record.pk).write(by=who, seen=seen) for who in (toni, uma)))
    refused = [answer for answer in answers if isinstance(answer, MoveRefused)]
    assert len(refused) == 1
    if locked:
        assert "already settled" in str(refused[0])
    else:  # only the post's own constraint is left to refuse it
        assert "Nothing was written" in str(refused[0])
    assert Post.objects.filter(official__user__email="mia@aarhus.dk").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_a_city_that_changes_while_it_is_written_is_not_overwritten(monkeypatch, locked):
    """Whoever edits the city meanwhile waits for the import; with the lock off the edit is lost under it."""
    sam, aarhus = cast.make_staff("sam"), cast.make_city("Aarhus")
    record = bring(sam, "name,country,population\nAarhus,DK,5\n")
    seen = record.plan(by=sam).mark
    meeting = Meeting()
    edited, find = Meeting(), Import.plan

    def plan(self, **who):
        found = find(self, **who)
        meeting.wait()
        return edited.pass_on(found)

    monkeypatch.setattr(Import, "plan", plan)
    if not locked:
        without_locks(monkeypatch)

    def edit():
        meeting.wait()  # it has looked; now the edit
        City.objects.filter(pk=aarhus.pk, population=285_273).update(population=7)
        edited.wait()

    race(lambda: record.write(by=sam, seen=seen), edit)
    aarhus.refresh_from_db()
    assert aarhus.population == 5
    kept = [row.population for row in aarhus.history.order_by("pgh_id")]  # type: ignore[attr-defined]  # by pghistory
    assert (7 in kept) is not locked


# --- A thousand rows, against whoever writes one of them, and a failure halfway ---------------------------------------

real = pytest.mark.django_db(transaction=True)
MANY = 1_000


def place(number):
    """A name like no other one's, nor another spelling of it."""
    return f"{chr(65 + number % 26)}q{chr(97 + number // 26 % 26)}z{chr(97 + number // 676)}"


def thousand_cities(by, many=MANY):
    return bring(by, "\n".join(["name,country,population", *(f"{place(number)},DE,1000" for number in range(many))]))


def once_looked_at(monkeypatch, act):
    """`act`, on a connection of its own, between the last look under lock and the first row that is written."""
    find = Import.plan

    def plan(self, **who):
        found = find(self, **who)
        assert race(act) == [None]
        return found

    monkeypatch.setattr(Import, "plan", plan)


def somebody_adds(number):
    """Another one of the staff adds one of the cities by hand, with what they know of it."""
    City.propose(name=place(number), country="DE", kind="city")
    City.objects.filter(name=place(number)).update(population=7, website="https://own.example/")


@real
def test_a_city_that_somebody_adds_between_look_and_write_is_neither_overwritten_nor_the_rest_half_written(monkeypatch):
    sam = cast.make_staff("sam")
    record = thousand_cities(sam)
    seen = record.plan(by=sam).mark
    with monkeypatch.context() as patch:
        once_looked_at(patch, lambda: somebody_adds(30))
        with pytest.raises(MoveRefused, match="Nothing was written"):
            record.write(by=sam, seen=seen)
    record.refresh_from_db()
    assert (record.state, len(record.rows), record.transitions.count()) == (Import.State.READY, MANY, 1)
    assert list(City.objects.values_list("name", "population", "website")) == [(place(30), 7, "https://own.example/")]
    with pytest.raises(MoveRefused, match="Something changed since you looked"):
        record.write(by=sam, seen=seen)
    plan = record.plan(by=sam)  # looked at again: that one is known now, and what would change of it is seen
    assert (plan.count("new"), plan.count("changed")) == (MANY - 1, 1)


@real
def test_nobody_gives_a_seat_while_memberships_are_written(monkeypatch):
    """One that is made longer makes seats longer: what is given meanwhile would be counted without them, and they without it."""
    Body.objects.get_or_create(kind="steering-committee", defaults={"most_cities": 25})
    sam = cast.make_staff("sam")
    record = thousand_cities(sam, 40)
    seen = record.plan(by=sam).mark

    def is_held():
        with pytest.raises(OperationalError, match="could not obtain lock"), transaction.atomic():
            list(Body.objects.select_for_update(nowait=True, no_key=True))

    once_looked_at(monkeypatch, is_held)
    record.write(by=sam, seen=seen)


@real
def test_negative_control_a_row_that_takes_what_it_finds_overwrites_what_was_added(monkeypatch):
    sam = cast.make_staff("sam")
    record = thousand_cities(sam, 40)
    seen = record.plan(by=sam).mark
    make = City.make

    def take(**told):
        """As `make`, but for a city that is here already, which once was taken for the row's own."""
        if City.objects.named(told["name"]).update(**told):
            return City.objects.get(name=told["name"])
        return make(**told)

    monkeypatch.setattr(City, "make", take)
    once_looked_at(monkeypatch, lambda: somebody_adds(30))
    record.write(by=sam, seen=seen)
    assert City.objects.get(name=place(30)).population == 1000


@real
def test_an_official_whom_somebody_admits_after_the_look_stops_all_of_it():
    """Once it is written nobody can come between: who gives a post holds the city, and so does the import."""
    sam, toni, aarhus = cast.make_staff("sam"), cast.make_staff("toni"), cast.make_city("Aarhus")
    rows = (f"p{number}@aarhus.dk,Aarhus,Person,Adviser,policy" for number in range(MANY))
    record = people(sam, "\n".join(["mail,city,name,title,kind", *rows]))
    seen = record.plan(by=sam).mark
    application = cast.make_application(cast.make_user("p30@aarhus.dk", "Pia"), aarhus, title="Own words")
    assert race(lambda: application.approve(by=toni)) == [None]
    before = len(outbox())
    with pytest.raises(MoveRefused, match="Something changed since you looked"):
        record.write(by=sam, seen=seen)
    record.refresh_from_db()
    assert (record.state, len(record.rows), record.transitions.count()) == (Import.State.READY, MANY, 1)
    assert [post.title for post in Post.objects.all()] == ["Own words"]
    assert len(outbox()) == before  # nobody was told of a post that they don't have
    plan = record.plan(by=sam)
    assert (plan.count("new"), plan.count("changed")) == (MANY - 1, 1)


def a_row_and_a_button(monkeypatch):
    """Mia is new here: a row makes her account, and so does her own button, at once."""
    sam, aarhus = cast.make_staff("sam"), cast.make_city("Aarhus")
    record = people(sam, NEW_PERSON)
    seen = record.plan(by=sam).mark
    token = joining.token_for(cast.make_draft(email="mia@aarhus.dk", choice=str(aarhus.pk)))
    meeting, find, make = Meeting(), Import.plan, joining.make_account
    monkeypatch.setattr(Import, "plan", lambda self, **who: meeting.pass_on(find(self, **who)))
    monkeypatch.setattr(joining, "make_account", lambda *given, **told: meeting.pass_on(make(*given, **told)))
    return race(
        lambda: Import.objects.get(pk=record.pk).write(by=sam, seen=seen),
        lambda: joining.confirm(token, user=AnonymousUser(), password=cast.PASSWORD),
    )


@real
def test_a_row_and_the_person_s_own_button_at_once_make_one_account(monkeypatch):
    """Whoever comes second hears it in words: sign in first, or look again."""
    written, pressed = a_row_and_a_button(monkeypatch)
    if written is None:
        assert isinstance(pressed, joining.SignInFirst)
    else:
        assert isinstance(written, MoveRefused)
        assert "Something changed since you looked" in str(written)
    assert User.objects.filter(email="mia@aarhus.dk").count() == 1


@real
def test_negative_control_where_the_button_holds_the_city_last_each_waits_for_the_other(monkeypatch):
    held, early = City.held, [True]
    monkeypatch.setattr(City, "held", lambda pk: City.objects.get(pk=pk) if early and early.pop() else held(pk))
    outcomes = a_row_and_a_button(monkeypatch)
    assert sum(isinstance(outcome, OperationalError) for outcome in outcomes) == 1  # the database ends one of the two


@real
def test_an_account_that_somebody_makes_between_look_and_write_is_the_row_s(monkeypatch):
    sam = cast.make_staff("sam")
    cast.make_city("Aarhus")
    record = people(sam, NEW_PERSON)
    seen = record.plan(by=sam).mark
    once_looked_at(monkeypatch, lambda: cast.make_user("mia@aarhus.dk", "Mia M.") and None)
    record.write(by=sam, seen=seen)
    assert Post.objects.get().official.user == User.objects.get(email="mia@aarhus.dk")


def fails_at(monkeypatch, number, how):
    """The row of this number is about to be written, and `how` happens."""
    make = City.make

    def fail(**told):
        if told["name"] == place(number):
            how()
        return make(**told)

    monkeypatch.setattr(City, "make", fail)


def line_is_cut():
    """The server ends this very connection, as when it is restarted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def program_fails():
    raise RuntimeError("a fault of the program")


@real
@pytest.mark.parametrize(("how", "error", "many"), [(line_is_cut, OperationalError, MANY), (program_fails, RuntimeError, 40)])
def test_a_failure_halfway_leaves_nothing_and_it_can_be_run_again(monkeypatch, how, error, many):
    sam = cast.make_staff("sam")
    record = thousand_cities(sam, many)
    seen = record.plan(by=sam).mark
    with monkeypatch.context() as patch:
        fails_at(patch, many // 2, how)
        (outcome,) = race(lambda: Import.objects.get(pk=record.pk).write(by=sam, seen=seen))
    assert isinstance(outcome, error)
    record.refresh_from_db()
    assert (record.state, len(record.rows), City.objects.count()) == (Import.State.READY, many, 0)
    assert [(step.verb, step.to_state) for step in record.transitions.all()] == [("bring", "ready")]
    record.write(by=sam, seen=seen)  # what was seen still holds, since nothing of it was written
    assert (record.state, record.made, record.rows, City.objects.count()) == (Import.State.WRITTEN, many, [], many)


@real
def test_negative_control_without_the_transaction_half_of_it_is_written(monkeypatch):
    sam = cast.make_staff("sam")
    record = thousand_cities(sam, 40)
    seen = record.plan(by=sam).mark
    without_locks(monkeypatch)
    monkeypatch.setattr(workflow, "transaction", SimpleNamespace(atomic=nullcontext))
    fails_at(monkeypatch, 20, program_fails)
    with pytest.raises(RuntimeError):
        record.write(by=sam, seen=seen)
    record.refresh_from_db()
    assert (record.state, City.objects.count()) == (Import.State.READY, 20)  # it says that nothing was done


# --- Settled once ----------------------------------------------------------------------------------------------------


def write_and_settle(monkeypatch, other):
    """One of the staff writes it, another one discards or replaces it; both have read that it is open."""
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    record = thousand_cities(sam, 1)
    seen = record.plan(by=sam).mark
    meeting, allows = Meeting(), Import.allows
    monkeypatch.setattr(Import, "allows", lambda self, verb: meeting.pass_on(allows(self, verb)))

    def settle() -> None:
        own = Import.objects.get(pk=record.pk)
        if other == "discarded":
            own.discard(by=toni)
        else:
            own.replace(name="mended.csv", file=RIGHT, by=toni)

    outcomes = race(lambda: Import.objects.get(pk=record.pk).write(by=sam, seen=seen), settle)
    record.refresh_from_db()
    settled = record.transitions.filter(to_state__in=["written", other]).count()
    return outcomes, settled, (record.state, City.objects.count())


@real
@pytest.mark.parametrize("other", ["discarded", "replaced"])
def test_it_is_written_or_not(monkeypatch, other):
    outcomes, settled, end = write_and_settle(monkeypatch, other)
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, MoveRefused)
    assert "already settled" in str(refused)
    assert settled == 1
    assert end in (("written", 1), (other, 0))


@real
@pytest.mark.parametrize("other", ["discarded", "replaced"])
def test_without_the_lock_the_constraint_keeps_it_settled_once(monkeypatch, other):
    without_locks(monkeypatch)
    outcomes, settled, end = write_and_settle(monkeypatch, other)
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, MoveRefused | IntegrityError)  # writing tells it in words
    assert settled == 1
    assert end in (("written", 1), (other, 0))


@real
@pytest.mark.parametrize("other", ["discarded", "replaced"])
def test_negative_control_without_lock_and_constraint_it_is_both(monkeypatch, other):
    without_locks(monkeypatch)
    with without_rules(ImportTransition, "import_settled_once"):
        outcomes, settled, _end = write_and_settle(monkeypatch, other)
    assert (outcomes, settled) == ([None, None], 2)
