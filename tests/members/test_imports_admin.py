"""The staff's pages for spreadsheets: bringing one in, what it would change, the buttons, and taking records out."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import City, Export, Import, Post
from members.models.imported import Kind
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
    assert "Leave out 1 row that can’t be written" in first
    changed = text(desk.get(f"{page(record)}?show=changed"))
    assert "<del>285273</del>" in changed
    assert "<ins>5</ins>" in changed
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
    assert [sum(f"<bdi>{name}</bdi>" in one for name in names) for one in shown] == [50, 50, 20]
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
    read = [NEW, page(record), "/admin/members/import/", "/admin/members/import/form/cities.xlsx", "/admin/members/export/"]
    files = ["/admin/members/city/file.csv", "/admin/members/post/file.xlsx"]
    act = [NEW, f"{here}/write/", f"{here}/discard/"]
    for method, url in [*(("get", url) for url in read + files), *(("post", url) for url in act)]:
        assert getattr(client, method)(url).status_code == expected, url
    record.refresh_from_db()
    assert (record.state, Export.objects.count()) == ("ready", 0)


def test_wrong_methods_and_addresses(desk, sam):
    record = bring(sam, "name,country\nBonn,DE\n")
    assert desk.post(page(record)).status_code == 405
    assert desk.put(NEW).status_code == 405
    assert desk.get(reverse("admin:members_import_write", args=[record.pk])).status_code == 405
    assert desk.post("/admin/members/city/file.csv").status_code == 405
    for nothing in ("/admin/members/import/999999/change/", "/admin/members/import/x/change/", "/admin/members/import/form/people.xlsx",
                    "/admin/members/import/form/cities.ods", "/admin/members/city/file.exe"):  # fmt: skip
        assert desk.get(nothing).status_code == 404, nothing


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", Kind)
def test_an_empty_file_to_fill_in(desk, kind, suffix):
    answer = desk.get(f"/admin/members/import/form/{kind}.{suffix}")
    assert f'filename="{kind}-' in answer["Content-Disposition"]
    with pytest.raises(sheets.NotASheet, match="nothing below"):
        sheets.read(answer.content)


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
