"""The staff's pages for spreadsheets: bringing one in, what it would change, the buttons, and taking records out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members import limits
from members.models import City, Export, Import, Post
from members.models.imported import Kind
from members.querysets import today
from strongcities import sheets
from tests import cast

pytestmark = pytest.mark.django_db
NEW = "/admin/members/import/add/"


def text(response):
    return response.content.decode()


def bring(by, text, kind=Kind.CITIES):
    return Import.bring(kind=kind, name="cities.csv", file=text.encode(), by=by)


def page(record):
    return reverse("admin:members_import_change", args=[record.pk])


def mark(shown):
    """What the button carries of what was seen."""
    (found,) = re.findall(r'name="seen" value="(\w+)"', shown)
    return found


def buttons(shown):
    return [" ".join(words.split()) for words in re.findall(r'<button class="button[^"]*">(.*?)</button>', shown, re.DOTALL)]


def cells(shown):
    """The tables of a page, each a list of rows, the head among them."""
    tables = re.findall(r'<table class="table table--cells".*?</table>', shown, re.DOTALL)
    rows = [re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL) for table in tables]
    return [[[plain(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)] for row in table] for table in rows]


def plain(html):
    return " ".join(unescape(re.sub("<.*?>", " ", html)).split())


@pytest.fixture
def desk(client, sam):
    """Sam, signed in."""
    client.force_login(sam)
    return client


def send(client, content, kind="cities", name="cities.csv"):
    return client.post(NEW, {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_a_file_is_brought_in_and_leads_to_what_it_would_change(desk, sam, aarhus):
    answer = send(desk, "name,country,population,popluation\nAarhus,DK,5,5\nBonn,DE,,\nX,ZZ,,\n".encode("utf-16"))
    record = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(record))
    assert (record.by, record.file_name, record.state) == (sam, "cities.csv", "ready")
    assert City.objects.filter(population=5).count() == 0
    first = text(desk.get(page(record)))
    assert "they are not read: popluation" in first
    assert "“ZZ” is no country" in first  # what is bad comes first
    assert buttons(first) == ["Write 2 rows, leave out 1", "Send the corrected file", "Discard the file"]
    changed = text(desk.get(f"{page(record)}?show=changed"))
    assert "<del><bdi>285,273</bdi></del>" in changed
    assert "<ins><bdi>5</bdi></ins>" in changed
    assert "Bonn" not in changed
    assert "Bonn" in text(desk.get(f"{page(record)}?show=new"))


ODD = 'name{0}country{0}official_name{0}population\nBonn{0}DE{0}"Bundesstadt; „Bonn“, am Rhein"{0}331885\nMålselv{0}NO{0}{0}6800\n'


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-16", "\t"), ("utf-16", ";"), ("utf-16-le", ","), ("utf-16-be", ";"), ("utf-8-sig", ";"), ("utf-8", ";")],
)
def test_what_other_offices_write_is_read_whole_and_written(desk, encoding, separator):
    """Excel's “Unicode text” is UTF-16 with tabs; where the comma is for decimals, its CSV has semicolons. From the file to the
    records, through the pages."""
    answer = send(desk, ODD.format(separator).encode(encoding))
    record = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(record))
    shown = desk.get(page(record))
    assert shown.status_code == 200
    assert "they are not read" not in text(shown)
    assert all(words in text(shown) for words in ("Bonn", "Målselv", "Bundesstadt; „Bonn“, am Rhein"))
    written = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": mark(text(shown))}, follow=True)
    assert (written.status_code, "Written: 2 new, 0 changed." in text(written)) == (200, True)
    assert set(City.objects.values_list("name", "country", "official_name", "population")) == {
        ("Bonn", "DE", "Bundesstadt; „Bonn“, am Rhein", 331_885), ("Målselv", "NO", "", 6800),
    }  # fmt: skip


def test_an_encoding_that_cannot_be_told_is_refused_with_words(desk):
    answer = send(desk, ODD.format(";").replace("„Bonn“", "Bonn").encode("latin-1"))
    assert (answer.status_code, "neither UTF-8 nor UTF-16" in text(answer)) == (422, True)
    assert not Import.objects.exists()
    assert not City.objects.exists()


def test_what_cannot_be_read_is_said_at_the_field(desk):
    for content, words in ((b"", "names no columns"), (b"name\n1", "no column country"), (b"PK\x03\x04", "no workbook")):
        answer = send(desk, content)
        assert answer.status_code == 422
        assert words in text(answer)
    assert desk.post(NEW, {"kind": "cities"}).status_code == 422
    assert send(desk, b"name,country\nA,DK\n", kind="practices").status_code == 422
    assert not Import.objects.exists()


def test_the_button_writes_what_was_seen(desk, aarhus):
    record = bring(cast.make_staff("sam"), "name,country,population\nAarhus,DK,5\n")
    seen = mark(text(desk.get(page(record))))
    answer = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": seen}, follow=True)
    assert "Written: 0 new, 1 changed." in text(answer)
    aarhus.refresh_from_db()
    assert aarhus.population == 5
    again = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": seen}, follow=True)
    assert "already settled" in text(again)


def test_the_second_person_is_told_of_the_first(client, sam, toni):
    record = bring(sam, "name,country,joined\nBonn,DE,2020-01-01\n")
    write = reverse("admin:members_import_write", args=[record.pk])
    client.force_login(sam)
    first = text(client.get(page(record)))
    assert "two people of the staff decide, each by themselves" in first
    assert "becomes a member" in first
    seen = mark(first)
    assert "Your approval is recorded." in text(client.post(write, {"seen": seen}, follow=True))
    assert 'name="seen"' not in text(client.get(page(record)))  # there is nothing left to press for the first one
    client.force_login(toni)
    assert "Sam Staff approved exactly this." in text(client.get(page(record)))
    assert "Written: 1 new" in text(client.post(write, {"seen": seen}, follow=True))


def test_a_stale_mark_is_refused_with_words(desk, sam, aarhus):
    record = bring(sam, "name,country,population\nAarhus,DK,5\n")
    answer = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": "stale"}, follow=True)
    assert "Something changed since you looked." in text(answer)


def test_a_refusal_of_a_verb_is_said_and_nothing_is_written(desk, sam, aarhus, monkeypatch):
    from django.core.exceptions import PermissionDenied

    record = bring(sam, "mail,city,name,title,kind\na@b.dk,Aarhus,A,T,policy\n", Kind.OFFICIALS)

    def refuse(**_fields):
        raise PermissionDenied

    monkeypatch.setattr(Post, "bring_in", refuse)
    seen = record.plan(by=sam).mark
    answer = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": seen}, follow=True)
    assert "nothing was written" in text(answer)
    record.refresh_from_db()
    assert record.state == "ready"


def test_it_is_discarded_by_a_button(desk, sam):
    record = bring(sam, "name,country\nBonn,DE\n")
    discard = reverse("admin:members_import_discard", args=[record.pk])
    assert "It is discarded" in text(desk.post(discard, follow=True))
    assert "already settled" in text(desk.post(discard, follow=True))
    assert "Bonn" not in text(desk.get(page(record)))


def test_long_files_have_pages(desk, sam):
    names = [f"{chr(65 + n % 26)}q{chr(97 + n // 26)}z" for n in range(120)]
    record = bring(sam, "name,country\n" + "".join(f"{name},DE\n" for name in names))
    shown = [text(desk.get(f"{page(record)}?show=new&page={number}")) for number in (1, 2, 3)]
    assert [sum(f"<h2><bdi>{name}</bdi>" in one for name in names) for one in shown] == [50, 50, 20]
    for wrong in ("?page=99", "?page=x", "?show=nothing", "?page=-1"):
        assert desk.get(page(record) + wrong).status_code == 200


def test_words_in_a_file_are_only_text(desk, sam):
    record = bring(sam, 'name,country,official_name\n"Bonn",DE,"<script>alert(1)</script>"\n')
    assert "&lt;script&gt;" in text(desk.get(page(record)))
    assert "<script>alert" not in text(desk.get(page(record)))


def test_what_waits_stands_on_the_first_page(desk, sam):
    record = bring(sam, "name,country,joined\nBonn,DE,2020-01-01\n")
    first = text(desk.get("/admin/"))
    assert "Spreadsheets brought in" in first
    (link,) = set(re.findall(r'href="(/admin/members/import/\?[^"]+)"', first))
    assert "cities.csv" in text(desk.get(link))
    record.write(by=sam, seen=record.plan(by=sam).mark)
    toni = cast.make_staff("toni")
    assert [list(Import.objects.waiting_for(who)) for who in (sam, toni)] == [[], [record]]


@pytest.mark.parametrize("who", ["nobody", "lene", "events"])
def test_others_get_nowhere(client, sam, who):
    record = bring(sam, "name,country\nBonn,DE\n")
    if who != "nobody":
        client.force_login(cast.make_person("lene") if who == "lene" else cast.make_staff("events", vets=False))
    expected = 403 if who == "events" else 302  # the admin sends everyone else to sign in
    here = f"/admin/members/import/{record.pk}"
    form, bad = "/admin/members/import/form/cities.xlsx", f"{here}/bad.csv"
    read = [NEW, page(record), "/admin/members/import/", form, bad, "/admin/members/export/"]
    files = [f"/admin/members/{one}" for one in ("city/file.csv", "post/file.xlsx", "official/file.csv", "application/file.xlsx")]
    act = [NEW, f"{here}/write/", f"{here}/discard/", f"{here}/replace/"]
    for method, url in [*(("get", url) for url in read + files), *(("post", url) for url in act)]:
        assert getattr(client, method)(url).status_code == expected, url
    record.refresh_from_db()
    assert (record.state, Export.objects.count()) == ("ready", 0)


def test_wrong_methods_and_addresses(desk, sam):
    record = bring(sam, "name,country\nBonn,DE\n")
    assert desk.post(page(record)).status_code == 405
    assert desk.put(NEW).status_code == 405
    for verb in ("write", "discard", "replace"):
        assert desk.get(f"/admin/members/import/{record.pk}/{verb}/").status_code == 405
    for file in ("city/file.csv", "official/file.csv", "application/file.csv", f"import/{record.pk}/bad.csv"):
        assert desk.post(f"/admin/members/{file}").status_code == 405
    for nothing in ("/admin/members/import/999999/change/", "/admin/members/import/x/change/", "/admin/members/import/form/people.xlsx",
                    "/admin/members/import/form/cities.ods", "/admin/members/city/file.exe", "/admin/members/application/file.exe",
                    "/admin/members/import/999999/bad.csv", f"/admin/members/import/{record.pk}/bad.exe"):  # fmt: skip
        assert desk.get(nothing).status_code == 404, nothing


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", Kind)
def test_an_empty_file_to_fill_in(desk, kind, suffix):
    answer = desk.get(f"/admin/members/import/form/{kind}.{suffix}")
    assert answer["Content-Disposition"] == f'attachment; filename="{kind}-empty.{suffix}"'
    with pytest.raises(sheets.NotASheet, match="nothing below"):
        sheets.read(answer.content)


# --- As people read it -----------------------------------------------------------------------------------------------


def test_what_changes_is_said_in_words_under_heads(desk, sam, aarhus):
    cast.make_city("Jutland", kind="region")
    head = "name,country,kind,within,network_region,population,own_name,own_language,shown,joined\n"
    row = "Aarhus,Denmark,city,jutland-dk,western-balkans,1000000,Aarhus Kommune,da,no,2015-09-30\n"
    record = bring(sam, head + row + "Bonn,DE,county,,,5,,,,\n")
    assert cells(text(desk.get(f"{page(record)}?show=changed"))) == [
        [
            ["Column", "Before", "After"],
            ["Name in its own language own_name", "(empty)", "Aarhus Kommune"],
            ["Its own language own_language", "(empty)", "Danish"],
            ["Part of within", "(empty)", "Jutland"],
            ["Network region network_region", "Europe", "Western Balkans"],
            ["Inhabitants population", "285,273", "1,000,000"],
            ["Population band population_band", "250,000 to 1 million", "1 to 5 million"],
            ["Shown to everyone shown", "yes", "no"],
            ["Joined joined", "29 September 2015", "30 September 2015"],
        ]
    ]
    assert cells(text(desk.get(f"{page(record)}?show=new"))) == [
        [
            ["Column", "After"],
            ["Name name", "Bonn"], ["Kind kind", "County"], ["Country country", "Germany"], ["Network region network_region", "Europe"],
            ["Inhabitants population", "5"], ["Population band population_band", "Under 50,000"], ["Shown to everyone shown", "no"],
        ]
    ]  # fmt: skip


def test_an_official_s_row_is_said_in_words(desk, sam, aarhus):
    record = bring(sam, "mail,city,name,title,kind,lead,since,languages\na@b.dk,Aarhus,A,T,policy,yes,2020-02-03,da|en\n", Kind.OFFICIALS)
    assert cells(text(desk.get(page(record)))) == [
        [
            ["Column", "After"],
            ["Mail address mail", "a@b.dk"], ["Name name", "A"], ["City city", "Aarhus"], ["Post title", "T"],
            ["Kind of work kind", "Policy"], ["Lead official lead", "yes"], ["Since since", "3 February 2020"],
            ["Languages languages", "Danish, English"],
        ]
    ]  # fmt: skip


def test_what_was_not_understood_stands_beside_what_is_wrong_with_it(desk, sam):
    record = bring(sam, "name,country,website,population\nBonn,ZZ,www.bonn.de,\n,DE,,\n")
    shown = cells(text(desk.get(page(record))))
    assert shown == [
        [
            ["Column", "In the file", "What is wrong"],
            ["Country country", "ZZ", "“ZZ” is no country, nor the code of one."],
            ["Website website", "www.bonn.de", "“www.bonn.de” lacks the https:// before it. Write https://www.bonn.de."],
        ],
        [["Column", "In the file", "What is wrong"], ["Name name", "(empty)", "A city has a name."]],
    ]


def test_words_are_in_the_language_of_the_page_and_the_button_works_in_any(desk, sam, toni, aarhus):
    record = bring(sam, "name,country,network_region\nAarhus,DK,western-balkans\nBonn,ZZ,\n")
    shown = text(desk.get(f"/ar{page(record)}?show=changed"))
    assert [row[-1] for row in cells(shown)[0][1:]] == ["غرب البلقان"]
    desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": mark(shown)})
    aarhus.refresh_from_db()
    assert aarhus.region == "western-balkans"


@pytest.mark.parametrize(("typed", "words"), [("Ghént", "by another spelling"), ("Gand", "by another of its names")])
def test_a_match_by_another_name_is_said_with_a_link(desk, sam, typed, words):
    ghent = cast.make_city("Ghent")
    shown = text(desk.get(page(bring(sam, f"name,country,population\n{typed},BE,5\n"))))
    assert f"“{typed}” was matched with Ghent (Belgium) {words}." in re.sub(r" (?=[”)])|(?<=“) ", "", plain(shown))
    assert shown.count(f'href="/admin/members/city/{ghent.pk}/change/"') == 2  # at its name, and in the sentence


def test_one_button_says_what_is_written_and_what_is_left_out(desk, sam, aarhus):
    record = bring(sam, "name,country,population\nAarhus,DK,285273\nBonn,DE,5\nUlm,DE,6\nX,ZZ,\nY,ZZ,\n")
    shown = text(desk.get(page(record)))
    assert buttons(shown) == ["Write 2 rows, leave out 2", "Send the corrected file", "Discard the file"]
    assert re.findall("<li>([^<]*?: [0-9]+)", shown) == ["New: 2", "Can’t be written: 2", "Stand here already, word for word: 1"]
    assert 'type="checkbox"' not in shown
    answer = desk.post(reverse("admin:members_import_write", args=[record.pk]), {"seen": mark(shown)}, follow=True)
    assert "Written: 2 new, 0 changed." in text(answer)
    assert "Left out: 2" in text(answer)


def test_two_people_approve_the_same_numbers(desk, sam):
    record = bring(sam, "name,country,joined\nBonn,DE,2020-01-01\nX,ZZ,\n")
    assert buttons(text(desk.get(page(record))))[0] == "Approve 1 row as the first of two, leave out 1"


def test_cells_that_would_be_emptied_are_counted(desk, sam, aarhus):
    cast.make_city("Oslo")
    rows = "Aarhus,DK,,,\nBonn,DE,,,\nOslo,NO,,oslo.no,\n"  # the last one is left out
    shown = text(desk.get(page(bring(sam, f"name,country,population,website,official_name\n{rows}"))))
    assert "Cells that become empty: 2." in shown  # the inhabitants and the website; a new city has nothing to lose
    assert "become empty" not in text(desk.get(page(bring(sam, "name,country,population\nAarhus,DK,5\n"))))


# --- Put right -------------------------------------------------------------------------------------------------------


def replace(client, record, content, name="mended.csv"):
    url = reverse("admin:members_import_replace", args=[record.pk])
    return client.post(url, {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_corrected_file_is_sent_from_the_page_of_the_one_with_faults(desk, sam):
    record = bring(sam, "name,country\nBonn,ZZ\n")
    shown = text(desk.get(page(record)))
    assert "No row can be written" in shown
    assert buttons(shown) == ["Send the corrected file", "Discard the file"]
    answer = replace(desk, record, b"name,country\nBonn,DE\n")
    instead = Import.objects.get(replaces=record)
    assert answer.redirect_chain == [(page(instead), 302)]
    assert "This file is here in place of “cities.csv”, of which nothing was written." in text(answer)
    assert buttons(text(answer)) == ["Write 1 row", "Discard the file"]
    old, new = text(desk.get(page(record))), text(desk.get(page(instead)))
    assert f'<a href="{page(instead)}"><bdi>mended.csv</bdi></a> came in its place.' in old
    assert f'In place of <a href="{page(record)}"><bdi>cities.csv</bdi></a>' in new
    assert "ZZ" not in old
    again = replace(desk, record, b"name,country\nBonn,DE\n")
    assert "already settled" in text(again)
    assert Import.objects.count() == 2


def test_what_cannot_be_read_is_said_where_it_was_sent(desk, sam):
    record = bring(sam, "name,country\nBonn,ZZ\nUlm,DE\n")
    for content, words in ((b"", "names no columns"), (b"name\n1", "no column country")):
        answer = replace(desk, record, content)
        assert (answer.status_code, text(answer).count(words)) == (422, 2)  # on top, with a link, and at the field
        assert f'href="{page(record)}?show=bad"' in text(answer)  # the page stands at another address, which takes files alone
    assert desk.post(reverse("admin:members_import_replace", args=[record.pk])).status_code == 422
    record.refresh_from_db()
    assert (record.state, Import.objects.count()) == ("ready", 1)


def test_a_file_without_faults_asks_for_no_other_one(desk, sam):
    assert buttons(text(desk.get(page(bring(sam, "name,country\nBonn,DE\n"))))) == ["Write 1 row", "Discard the file"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_bad_rows_are_taken_out_with_what_is_wrong_and_come_back(desk, sam, suffix):
    record = bring(sam, "name,country,website,notes\nBonn,ZZ,bonn.de,=1+1\nUlm,DE,,\n")
    assert f"/admin/members/import/{record.pk}/bad.{suffix}" in text(desk.get(page(record)))
    answer = desk.get(f"/admin/members/import/{record.pk}/bad.{suffix}")
    assert answer["Content-Disposition"] == f'attachment; filename="cities-to-put-right.{suffix}"'
    columns, rows = sheets.read(answer.content)
    assert columns == ["name", "country", "website", "notes", "what_is_wrong"]
    wrong = (
        "country: “ZZ” is no country, nor the code of one.\n"
        "website: “bonn.de” lacks the https:// before it. Write https://bonn.de."
    )  # fmt: skip
    assert [row.cells for row in rows] == [{"name": "Bonn", "country": "ZZ", "website": "bonn.de", "notes": "=1+1", "what_is_wrong": wrong}]
    if suffix == "csv":
        assert b"'=1+1" in answer.content
    again = Import.bring(kind="cities", name="again", file=answer.content, by=sam)
    assert again.plan(by=sam).unread == ["notes"]
    assert desk.get(f"/admin/members/import/{again.pk}/bad.{suffix}").status_code == 200  # the column is there once
    record.discard(by=sam)
    assert desk.get(f"/admin/members/import/{record.pk}/bad.{suffix}").status_code == 404


def test_files_of_bad_rows_are_counted(desk, sam, monkeypatch):
    """The general test meets none, since it has no import with faults."""
    monkeypatch.setattr(limits, "DOWNLOAD", (limits.Rate(1, 60, limits.account),))
    file = reverse("admin:members_import_bad", args=[bring(sam, "name,country\nBonn,ZZ\n").pk, "csv"])
    assert [desk.get(file).status_code for _each in range(2)] == [200, 429]


# --- Taking out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("room", "whole"), [("city", ""), ("official", ""), ("post", "?queue=all"), ("application", "?queue=all")])
def test_a_list_is_taken_out_where_it_is_looked_at(desk, lene, room, whole):
    cast.make_application()
    shown = text(desk.get(f"/admin/members/{room}/{whole}"))
    files = re.findall(rf'href="(/admin/members/{room}/file\.[^"]+)"', shown)
    assert files == [f"/admin/members/{room}/file.{suffix}{whole}" for suffix in ("xlsx", "csv")]
    assert ("/admin/members/import/add/" in shown.split('class="lists"')[1]) == (room != "application")
    for file in files:
        assert desk.get(file).status_code == 200
    assert Export.objects.count() == 2


def test_a_list_that_shows_nothing_offers_all_there_are(desk, lene):
    """Posts begin with those of today, of which there are none any more."""
    Post.objects.update(since=today() - timedelta(days=9), until=today())
    shown = text(desk.get("/admin/members/post/"))
    assert re.findall(r'href="(/admin/members/post/file\.[^"]+)"', shown) == ["/admin/members/post/file.xlsx?queue=all"]


def test_where_a_file_is_brought_in_the_list_and_an_empty_form_are_at_hand(desk, lene):
    shown = text(desk.get(NEW))
    found = re.findall(r'href="(/admin/members/[^"]+\.(?:xlsx|csv)[^"]*)"', shown.split("<details")[0] + shown.split("</details>")[1])
    assert found == [
        "/admin/members/city/file.xlsx", "/admin/members/city/file.csv",
        "/admin/members/import/form/cities.xlsx", "/admin/members/import/form/cities.csv",
        "/admin/members/post/file.xlsx?queue=all", "/admin/members/post/file.csv?queue=all",
        "/admin/members/import/form/officials.xlsx", "/admin/members/import/form/officials.csv",
    ]  # fmt: skip
    names = [desk.get(url)["Content-Disposition"].split('"')[1] for url in found if url.endswith("xlsx")]
    assert len(names) == len(set(names))
    assert sheets.read(desk.get("/admin/members/post/file.xlsx?queue=all").content)[1][0].cells["mail"] == "lene@aarhus.dk"


def test_who_may_not_take_out_is_offered_the_empty_form_alone(client, sam):
    cast.secretariat().permissions.remove(*cast.secretariat().permissions.filter(codename="take_out_export"))
    client.force_login(type(sam).objects.get(pk=sam.pk))
    assert set(re.findall(r'href="[^"]+/(\w+/\w+)\.(?:xlsx|csv)', text(client.get(NEW)))) == {"form/cities", "form/officials"}
    for room in ("official", "application"):
        assert client.get(f"/admin/members/{room}/file.csv").status_code == 403


def test_applications_are_taken_out_in_words_by_the_queue_that_is_shown(desk, sam, lene):
    cast.make_application(signatory="=1+1", themes=["youth-engagement", "online-harms-and-disinformation"])
    decided = cast.make_application(cast.make_user("x@aarhus.dk", "Xenia"), cast.make_city("Aarhus"))
    decided.decline(by=sam, why="No.")
    columns, rows = sheets.read(desk.get("/admin/members/application/file.csv").content)
    waiting = {
        "submitted": today().isoformat(), "state": "submitted", "name": "Nadia Nys", "mail": "nadia@gent.be",
        "title": "Prevention officer", "department": "", "kind": "Policy", "languages": "English", "city": "Ghent",
        "city_address": "ghent-be", "city_kind": "City", "country": "Belgium", "network_region": "Europe",
        "themes": "Youth engagement, Online harms and disinformation", "head_knows": "yes", "signatory": "=1+1", "mandate": "no",
        "second_contact": "", "needs_two": "yes", "first_approver": "", "decided": "", "decided_by": "",
    }  # fmt: skip
    assert columns == list(waiting)
    assert [row.cells for row in rows] == [waiting]
    every = sheets.read(desk.get("/admin/members/application/file.xlsx?queue=all").content)[1]
    assert [(row.cells["mail"], row.cells["decided_by"]) for row in every] == [("nadia@gent.be", ""), ("x@aarhus.dk", "Sam Staff")]
    assert list(Export.objects.order_by("pk").values_list("kind", "rows", "chosen_by")) == [
        ("applications", 1, ""), ("applications", 2, "queue=all"),
    ]  # fmt: skip


def test_officials_of_the_list_are_taken_out_with_their_posts(desk, lene, sam):
    cast.make_person("ove")
    cast.make_post(lene, cast.make_city("Mombasa"), title="Adviser", since=date(2021, 1, 1))
    lene.official.shown_to = "everyone"
    lene.official.save()
    _columns, rows = sheets.read(desk.get("/admin/members/official/file.csv?shown_to__exact=everyone").content)
    assert [(row.cells["mail"], row.cells["city"]) for row in rows] == [("lene@aarhus.dk", "mombasa-ke"), ("lene@aarhus.dk", "aarhus-dk")]
    assert desk.get("/admin/members/official/file.csv?q=ove").content.count(b"ove@aarhus.dk") == 1
    record = Import.bring(kind="officials", name="all", file=desk.get("/admin/members/official/file.xlsx").content, by=sam)
    assert [line.outcome for line in record.plan(by=sam).lines] == ["same"] * 3


def test_a_list_is_taken_out_as_it_is_filtered(desk, sam, aarhus):
    for name in ("Mombasa", "Oslo", "Lund"):
        cast.make_city(name)
    answer = desk.get("/admin/members/city/file.xlsx?region__exact=europe&is_public__exact=1&q=")
    _columns, rows = sheets.read(answer.content)
    assert [row.cells["name"] for row in rows] == ["Aarhus", "Oslo"]
    told = Export.objects.get()
    assert (told.kind, told.by, told.rows, told.chosen_by) == ("cities", sam, 2, "region__exact=europe&is_public__exact=1&q=")
    assert "region__exact=europe" in text(desk.get("/admin/members/city/?region__exact=europe"))
    assert "region__exact=europe" in text(desk.get("/admin/members/export/"))


@pytest.mark.parametrize("narrowed", ["nonsense=1", "kind__exact=nonsense&nonsense=2", "is_public__exact=perhaps"])
def test_what_a_list_cannot_be_narrowed_by_takes_nothing_out(desk, aarhus, narrowed):
    answer = desk.get(f"/admin/members/city/file.csv?{narrowed}", follow=True)
    assert answer.redirect_chain == [("/admin/members/city/", 302)]
    assert "Nothing was taken out." in answer.content.decode()
    assert not Export.objects.exists()


def test_officials_are_taken_out(desk, aarhus, lene):
    cast.make_person("ove")
    _columns, rows = sheets.read(desk.get("/admin/members/post/file.csv?queue=all").content)
    assert {row.cells["mail"] for row in rows} == {"lene@aarhus.dk", "ove@aarhus.dk"}
    waiting = sheets.read(desk.get("/admin/members/post/file.csv?queue=all&is_lead__exact=1").content)[1]
    assert [row.cells["mail"] for row in waiting] == ["lene@aarhus.dk"]


def test_an_export_cannot_carry_a_formula(desk, lene):
    City.objects.filter(name="Aarhus").update(official_name='=HYPERLINK("https://x.example")')
    assert b"'=HYPERLINK" in desk.get("/admin/members/city/file.csv").content
    lene.name = "@SUM(1)"
    lene.save()
    assert b"'@SUM(1)" in desk.get("/admin/members/post/file.csv?queue=all").content


def test_a_long_list_is_taken_out_with_a_constant_number_of_statements(desk, django_assert_num_queries, aarhus):
    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            desk.get("/admin/members/city/file.csv")
        return len(asked)

    one = count()
    for number in range(20):
        cast.make_city(f"City {chr(65 + number)}", joined=date(2020, 1, 1))
    assert count() == one


def test_without_the_right_nothing_is_offered(client, sam):
    cast.secretariat().permissions.remove(*cast.secretariat().permissions.filter(codename__in=["take_out_export", "add_import"]))
    client.force_login(type(sam).objects.get(pk=sam.pk))
    shown = text(client.get("/admin/members/city/"))
    assert "file.csv" not in shown
    assert "members/import/add" not in shown
    assert client.get("/admin/members/city/file.csv").status_code == 403
    assert client.get(NEW).status_code == 403


def test_officials_go_out_with_their_posts_only_for_who_may_see_both(client, sam, lene):
    files = ["/admin/members/official/file.csv", "/admin/members/post/file.csv"]
    client.force_login(sam)
    assert [client.get(url).status_code for url in files] == [200, 200]
    cast.secretariat().permissions.remove(*cast.secretariat().permissions.filter(codename="view_post"))
    client.force_login(type(sam).objects.get(pk=sam.pk))
    assert [client.get(url).status_code for url in files] == [403, 403]
    assert files[0] not in client.get("/admin/members/official/").content.decode()
