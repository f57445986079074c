"""The search as a feed, as a table and as JSON: the same answer as the page's, under the same visibility."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.utils import timezone

from hub import export, rows
from hub.forms import LONGEST_QUERY
from hub.models import Practice
from hub.models.practice import State
from members.models import City
from strongcities import sheets
from tests.cast import make_staff
from tests.hub.cast import PRACTICES, make_city, make_official, make_practice

pytestmark = pytest.mark.django_db
HUB, JSON, FEED, CSV = "/hub/", "/hub/practices.json", "/hub/feed/", "/hub/export.csv"
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SITE = "http://localhost:8000"
OF_ATOM = {"title", "link", "published", "updated", "author", "id", "summary", "category", "rights"}


@pytest.fixture
def three():
    city = make_city(population_band="250-000-to-1-million")
    return [
        make_practice(city, "Youth council", evidence="3", licence="cc-by-4.0"),
        make_practice(city, "Parents at the table", themes=["family-and-psychosocial-support"], prevention_levels=["secondary"]),
        make_practice(make_city("Bergen", "NO"), "Médiation de rue", language="fr", summary="Des médiateurs & <b>autres</b>."),
    ]


def atom(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314  our own


def entries(client, path=FEED, **asked):
    return atom(client.get(path, asked)).findall(f"{ATOM}entry")


def titles(client, **asked):
    return [entry.findtext(f"{ATOM}title") for entry in entries(client, **asked)]


def table(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.getvalue().decode("utf-8")
    assert text.startswith("\ufeff"), "Excel takes it for UTF-8"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def named(client, **asked):
    return [row["title"] for row in table(client.get(CSV, asked))]


def links(feed):
    return {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}


# --- One answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [{}, {"q": "council parents"}, {"level": ["primary", "secondary"]}, {"language": "fr"}, {"sort": "evidence"}, {"q": "the"}]
)
@pytest.mark.parametrize("who", ["visitor", "official", "staff"])
def test_all_four_give_one_answer(client, three, who, asked):
    make_practice(three[0].city, "Only for members", audience="members")
    make_practice(three[0].city, "A draft", state=State.DRAFT, published_at=None)
    make_practice(three[0].city, "Laid down", state=State.ARCHIVED)
    if who != "visitor":
        client.force_login(make_official(make_city("Kiel", "DE")) if who == "official" else make_staff())
    told = [result["title"] for result in client.get(JSON, asked).json()["results"]]
    page = client.get(HUB, asked).content.decode()
    on_page = [re.sub(r"</?mark>", "", title) for title in re.findall(r'<h3 [^>]*><a href="[^"]+">(.*?)</a>', page)]
    assert told == on_page == named(client, **asked)
    assert "A draft" not in told
    assert ("Only for members" in named(client)) is (who != "visitor")
    newest = asked if asked.get("sort") else {**asked, "sort": "newest"}
    assert titles(client, **asked) == [result["title"] for result in client.get(JSON, newest).json()["results"]]


# --- Atom ------------------------------------------------------------------------------------------------------------


def test_a_feed_is_valid_and_says_what_it_is(client, three):
    feed = atom(client.get(FEED, {"theme": "youth-engagement", "q": "council"}))
    assert (feed.tag, feed.get(LANG)) == (f"{ATOM}feed", "en")
    asked = "?q=council&theme=youth-engagement"
    assert links(feed) == {"alternate": f"{SITE}/hub/{asked}", "self": f"{SITE}/hub/feed/{asked}"}
    assert feed.findtext(f"{ATOM}id") == f"{SITE}/hub/feed/{asked}"
    assert feed.findtext(f"{ATOM}title") == "“council”, Youth engagement · Strong Cities Network"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Strong Cities Network"
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated")) == three[2].updated
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1


def test_an_entry_says_whose_it_is_when_and_in_what_language(client, three):
    practice = three[0]
    entry = next(entry for entry in entries(client) if entry.findtext(f"{ATOM}title") == "Youth council")
    assert {child.tag for child in entry} == {f"{ATOM}{name}" for name in OF_ATOM}
    assert [len(entry.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated", "published", "summary", "rights")] == [1] * 6
    assert entry.get(LANG) == "en"
    assert entry.findtext(f"{ATOM}id") == f"tag:localhost,2026:practice/{practice.pk}"
    assert links(entry) == {
        "alternate": f"{SITE}{practice.get_absolute_url()}",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert entry.findtext(f"{ATOM}rights") == "Creative Commons Attribution 4.0"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Aarhus, Denmark"
    assert entry.findtext(f"{ATOM}author/{ATOM}uri") == f"{SITE}/cities/aarhus-dk/"
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}published")) == practice.published_at
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) == practice.updated
    categories = [(one.get("term"), one.get("label"), one.get(LANG)) for one in entry.findall(f"{ATOM}category")]
    assert categories == [("primary", "Primary: whole population", "en"), ("youth-engagement", "Youth engagement", "en")]
    french = next(entry for entry in entries(client) if entry.get(LANG) == "fr")
    summary = french.find(f"{ATOM}summary")
    assert (summary.get("type"), summary.text) == ("html", "Des médiateurs &amp; &lt;b&gt;autres&lt;/b&gt;.")


def test_what_a_record_is_is_marked(client):
    make_practice(make_city(), "Laid down", state=State.ARCHIVED)
    make_practice(make_city(), "Made up", is_sample=True)
    marks = {
        entry.findtext(f"{ATOM}title"): {
            one.get("term")
            for one in entry.findall(f"{ATOM}category")
            if "theme" not in one.get("scheme") and "level" not in one.get("scheme")
        }
        for entry in entries(client)
    }
    assert marks == {"Laid down": {"archived"}, "Made up": {"sample"}}


def test_a_feed_speaks_the_language_of_its_address_and_its_entries_keep_their_ids(client, three):
    ids = [entry.findtext(f"{ATOM}id") for entry in entries(client)]
    feed = atom(client.get("/ar/hub/feed/", {"theme": "youth-engagement"}))
    assert feed.get(LANG) == "ar"
    assert links(feed)["alternate"] == f"{SITE}/ar/hub/?theme=youth-engagement"
    found = feed.findall(f"{ATOM}entry")
    assert {entry.findtext(f"{ATOM}id") for entry in found} == {ids[0], ids[2]}
    assert found[0].findall(f"{ATOM}category")[1].get("label") != "Youth engagement"
    three[0].title, three[0].slug = "Another", "elsewhere"
    three[0].save()
    assert [entry.findtext(f"{ATOM}id") for entry in entries(client)] == ids


def test_the_newest_stand_first_unless_an_order_is_asked_for(client):
    city = make_city()
    make_practice(city, "Council council council", summary="Council", published_at=timezone.now() - timedelta(days=90))
    make_practice(city, "Of late", body="A council.", published_at=timezone.now())
    assert titles(client, q="council") == ["Of late", "Council council council"]
    assert titles(client, q="council", sort="relevance") == ["Council council council", "Of late"]


def test_characters_that_xml_cannot_hold_are_left_out(client):
    practice = make_practice(make_city(), "Bell\x07 and\x1b[0m \ufffe escape", summary="Form\x0cfeed ]]> & <é>")
    Practice.objects.filter(pk=practice.pk).update(licence="cc0-1.0")
    City.objects.update(name="Aar\x01hus")
    (entry,) = entries(client)
    assert entry.findtext(f"{ATOM}title") == "Bell and[0m  escape"
    assert entry.findtext(f"{ATOM}summary") == "Formfeed ]]&gt; &amp; &lt;é&gt;"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Aarhus, Denmark"
    assert atom(client.get(FEED, {"q": "bell\x07"})).findtext(f"{ATOM}title") == "“bell” · Strong Cities Network"


def test_a_feed_has_pages(client):
    city = make_city()
    for number in range(5):
        make_practice(city, f"Number {number}")
    asked, seen = {"per_page": 2}, []
    own = f"{SITE}/hub/feed/?per_page=2"
    path = f"{FEED}?per_page=2"
    for number in range(1, 4):
        feed = atom(client.get(path))
        found = links(feed)
        assert feed.findtext(f"{ATOM}id") == own
        assert set(found) == {"alternate", "self"} | ({"next"} if number < 3 else set()) | ({"previous"} if number > 1 else set())
        assert urlsplit(found["self"]).query == urlsplit(path).query
        seen += [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
        path = found.get("next", "").removeprefix(SITE)
    assert seen == [f"Number {number}" for number in range(5)]
    assert links(atom(client.get(FEED, {**asked, "page": 2})))["previous"] == own


def test_nothing_found_is_a_feed_too(client):
    feed = atom(client.get(FEED, {"q": "qqqqqq"}))
    assert (feed.findall(f"{ATOM}entry"), feed.findtext(f"{ATOM}updated")) == ([], "2015-09-29T00:00:00+00:00")


def test_the_page_leads_to_the_same_search(client, three):
    page = client.get(HUB, {"q": "council & co", "theme": "youth-engagement", "page": 1}).content.decode()
    asked = "?q=council+%26+co&amp;theme=youth-engagement"
    assert re.search(rf'<link rel="alternate" type="application/atom\+xml" href="{SITE}/hub/feed/{re.escape(asked)}"', page)
    for path in (FEED, CSV, JSON):
        assert f'<a href="{path}{asked}"' in page
        assert client.get(path, {"q": "council & co", "theme": "youth-engagement"}).status_code == 200
    assert "Save as CSV" not in client.get(HUB, {"q": "qqqqqq"}).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_a_feed_asks_one_number_of_queries(client, django_assert_num_queries, number):
    for name in ("Aarhus", "Bergen", "Kano")[:number]:
        make_practice(make_city(name), f"Council of {name}")
    client.get(FEED, {"q": "council"})
    for asked, queries in (({}, 1 + 3), ({"q": "council"}, 1 + 5)):  # each answer to a program is counted
        with django_assert_num_queries(queries):
            assert len(entries(client, **asked)) == number


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_a_table_has_the_columns_of_an_import_and_some_more(client, three):
    (row,) = table(client.get(CSV, {"evidence": "3"}))
    assert list(row) == [*rows.COLUMNS, *rows.ONLY_OUT]
    assert {name: value for name, value in row.items() if value} == {
        "title": "Youth council",
        "summary": "Young people advise the city.",
        "body": three[0].body,
        "language": "en",
        "city": "Aarhus",
        "country": "DK",
        "status": "unknown",
        "prevention_levels": "primary",
        "themes": "youth-engagement",
        "evidence": "3",
        "url": f"{SITE}/hub/practices/practice-1/",
        "city_slug": "aarhus-dk",
        "published": three[0].published_at.date().isoformat(),
        "changed": three[0].updated.date().isoformat(),
        "state": "published",
        "audience": "public",
        "licence": "cc-by-4.0",
        "is_sample": "no",
    }


def test_what_is_archived_a_sample_or_for_members_is_marked(client):
    make_practice(make_city(), "Laid down", state=State.ARCHIVED)
    make_practice(make_city(), "Made up", is_sample=True)
    make_practice(make_city(), "Shared", audience="members")
    client.force_login(make_official(make_city()))
    marks = {row["title"]: (row["state"], row["is_sample"], row["audience"]) for row in table(client.get(CSV))}
    assert marks == {
        "Laid down": ("archived", "no", "public"),
        "Made up": ("published", "yes", "public"),
        "Shared": ("published", "no", "members"),
    }


def test_no_cell_is_a_formula(client):
    make_practice(make_city(), '=HYPERLINK("http://evil.example")', summary="@SUM(1)", body="- one\n- two", partners=["+1", "-2"])
    (row,) = table(client.get(CSV))
    assert (row["title"], row["summary"]) == ('\'=HYPERLINK("http://evil.example")', "'@SUM(1)")
    assert (row["body"], row["partners"]) == ("'- one\n- two", "'+1 | -2")
    assert [sheets.without_apostrophe(row[name]) for name in ("title", "body")] == ['=HYPERLINK("http://evil.example")', "- one\n- two"]


def imported(path, **options):
    out = StringIO()
    call_command("import_practices", path, stdout=out, stderr=out, **options)
    return out.getvalue()


HARD: dict[str, Any] = {
    "title": "=1+1 & “quoted”, with; marks",
    "summary": "'- an apostrophe first",
    "body": '- a list\r\n- of two\n\n## A | B\n\n\'"quoted" | bar',
    "partners": ["One | two", "[three]", "четыре"],
    "lessons": ["[1, 2]"],
    "sources": [{"title": "=A", "url": "https://a.example/?a=1;b", "publisher": ""}],
    "start_year": 2010,
    "end_year": 2012,
    "sectors": ["police", "education"],
    "lead_sector": "police",
    "forms_addressed": ["all-forms"],
    "evidence": "x",
    "status": "ended",
    "external_id": "-hard",
}
FIELDS = [name for name in rows.COLUMNS if name not in {"city", "country"}]


def test_a_table_comes_in_again_as_it_went_out(client, tmp_path):
    make_practice(make_city(), **HARD)
    make_practice(make_city("Århus Kommune", "DK"), external_id="plain", forms_addressed=["all-forms"])
    before = list(Practice.objects.order_by("pk").values(*FIELDS, "city"))
    path = tmp_path / "out.csv"
    path.write_bytes(client.get(CSV).getvalue())
    assert "2 rows: 0 new practices, 0 changed, 2 unchanged, 0 bad" in imported(path)
    assert list(Practice.objects.order_by("pk").values(*FIELDS, "city")) == before
    Practice.objects.all().delete()
    assert "2 rows: 2 new practices" in imported(path)
    assert list(Practice.objects.order_by("pk").values(*FIELDS, "city")) == sorted(before, key=lambda one: one["external_id"] != "-hard")


def test_the_real_records_come_in_again(client, tmp_path):
    assert "45 new practices" in imported(PRACTICES)
    path = tmp_path / "out.csv"
    path.write_bytes(client.get(CSV).getvalue())
    assert "45 rows: 0 new practices, 0 changed, 45 unchanged, 0 bad" in imported(path)


def test_what_is_for_members_or_made_up_does_not_come_in_as_public_and_real(client, tmp_path):
    make_practice(make_city(), "Shared", audience="members", external_id="shared")
    make_practice(make_city(), "Made up", is_sample=True, external_id="made-up")
    make_practice(make_city(), "Open", external_id="open")
    client.force_login(make_official(make_city()))
    path = tmp_path / "out.csv"
    path.write_bytes(client.get(CSV).getvalue())
    Practice.objects.all().delete()
    said = imported(path, skip_bad=True)
    assert list(Practice.objects.values_list("title", flat=True)) == ["Open"]
    assert "audience: for member cities only; an import would show it to everyone" in said
    assert "is_sample: a sample, made up; an import would make it a real practice" in said


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(export, "MOST", 3)
    monkeypatch.setattr(export, "BATCH", 2)


def test_a_table_that_is_cut_says_so(client, few):
    for number in range(4):
        make_practice(make_city(), f"Number {number}")
    response = client.get(CSV)
    assert [row["title"] for row in table(response)] == ["Number 0", "Number 1", "Number 2"]
    assert re.fullmatch(r'attachment; filename="practices-\d{4}-\d\d-\d\d-first-3-of-4\.csv"', response["Content-Disposition"])
    assert (response["X-Total-Count"], response["X-Row-Count"]) == ("4", "3")
    assert "Save the first 3 as CSV" in client.get(HUB).content.decode()
    Practice.objects.filter(title="Number 3").delete()
    response = client.get(CSV)
    assert re.fullmatch(r'attachment; filename="practices-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"])
    assert (response["X-Total-Count"], response["X-Row-Count"]) == ("3", "3")


def test_a_table_is_read_batch_by_batch(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export, "BATCH", 2)
    for number in range(5):
        make_practice(make_city(), f"Number {number}")
    # counted, then found by two statements; words are read first, by two more
    for asked, before in (({}, 1 + 2), ({"q": "number"}, 1 + 4)):
        with django_assert_num_queries(before):
            response = client.get(CSV, asked)
        with django_assert_num_queries(3):
            assert len(response.getvalue().splitlines()) == 1 + 5 * 3


def test_by_relevance_a_table_stands_in_the_order_of_the_pages(client, monkeypatch):
    """Also beyond those that are put in their exact order."""
    monkeypatch.setattr("hub.finding.BEST", 2)
    for number in range(5):
        make_practice(
            make_city(), f"Number {number}", body="mediation " * (number + 1), published_at=timezone.now() - timedelta(days=number)
        )
    pages = [client.get(JSON, {"q": "mediation", "per_page": 2, "page": page}).json()["results"] for page in (1, 2, 3)]
    assert named(client, q="mediation") == [result["title"] for page in pages for result in page]


def test_what_is_withdrawn_meanwhile_is_left_out(client, three):
    response = client.get(CSV)
    Practice.objects.filter(pk=three[1].pk).update(audience="members")
    assert [row["title"] for row in table(response)] == ["Youth council", "Médiation de rue"]


def test_a_table_is_kept_by_nobody(client, three):
    response = client.get(CSV)
    assert (response["Cache-Control"], "ETag" in response) == ("private, no-store", False)


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_json_leads_on(client):
    for number in range(5):
        make_practice(make_city(), f"Number {number}")
    answer = client.get(JSON, {"q": "number", "per_page": 2}).json()
    seen = []
    while True:
        seen += [result["title"] for result in answer["results"]]
        if answer["next"] is None:
            break
        assert answer["next"].startswith(f"{SITE}{JSON}?q=number&page={answer['page'] + 1}&per_page=2")
        answer = client.get(answer["next"].removeprefix(SITE)).json()
    assert len(set(seen)) == 5
    assert (answer["page"], answer["pages"]) == (3, 3)
    assert answer["previous"] == f"{SITE}{JSON}?q=number&page=2&per_page=2"
    beyond = client.get(JSON, {"page": 10_000}).json()
    assert (beyond["next"], beyond["previous"], beyond["results"]) == (None, f"{SITE}{JSON}", [])


# --- What comes wrong ------------------------------------------------------------------------------------------------

WRONG = [
    "theme=nonsense",
    "theme=youth-engagement&theme=",
    "level=%3Cscript%3E",
    "page=0",
    "page=x",
    "sort=size",
    "language=zzz",
    "q=" + "x" * (LONGEST_QUERY + 1),
]


@pytest.mark.parametrize("path", [FEED, CSV, "/ar/hub/feed/"])
@pytest.mark.parametrize("query", [query for query in WRONG if "theme=&" not in query and not query.endswith("theme=")])
def test_what_is_not_understood_is_400_in_plain_text(client, three, path, query):
    response = client.get(f"{path}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert f"\n{query.partition('=')[0]}: " in response.content.decode()


@pytest.mark.parametrize("path", [FEED, CSV, JSON])
@pytest.mark.parametrize("query", ["q=a%00b", "q=%FF%FE", "level=%00"])
def test_what_nobody_types_is_400(client, path, query):
    assert client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", [FEED, CSV, JSON])
@pytest.mark.parametrize(
    "query", ["theme=", "utm_source=x", "q=%27%22--", "q=the", "q=%01%1b%EF%BF%BE", "q=" + "word+" * 3_900, "q=%22-+-%22"]
)
def test_what_is_odd_is_answered(client, three, path, query):
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200
    if path == FEED:
        atom(response)
    elif path == CSV:
        table(response)
    else:
        json.loads(response.content)


def test_a_page_beyond_the_end(client, three):
    response = client.get(FEED, {"page": 10_000})
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert len(table(client.get(CSV, {"page": 10_000}))) == 3, "a table has no pages"


@pytest.mark.parametrize("path", [FEED, CSV, JSON])
def test_the_head_alone_and_nothing_but_reading(client, three, path):
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.getvalue()) == (200, b"")
    for name in ("Content-Type", "Cache-Control", "ETag", "Last-Modified", "Content-Disposition", "X-Total-Count"):
        assert head.get(name) == whole.get(name)
    assert client.post(path).status_code == 405
