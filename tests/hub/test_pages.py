"""The hub's pages as a visitor, a member and a broken link see them; and the same search for programs."""

import html
import re
import time
from datetime import timedelta
from itertools import product
from string import ascii_lowercase

import pytest
from django.urls import reverse
from django.utils import timezone

from hub.forms import LONGEST_QUERY, MOST_PARTS
from hub.models import Practice
from hub.models.practice import State
from hub.passages import Sought, mark, marked
from hub.reading import read
from hub.templatetags import practices
from tests.cast import make_staff
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db
HUB, JSON = "/hub/", "/hub/practices.json"


@pytest.fixture
def three():
    city = make_city(population_band="250-000-to-1-million")
    return [
        make_practice(city, "Youth council", evidence="3"),
        make_practice(city, "Parents at the table", themes=["family-and-psychosocial-support"], prevention_levels=["secondary"]),
        make_practice(make_city("Bergen", "NO"), "Médiation de rue", language="fr", summary="Des médiateurs dans la rue."),
    ]


def test_addresses():
    assert (reverse("hub:search"), reverse("hub:practices_json"), reverse("hub:practice", args=["a"])) == (HUB, JSON, "/hub/practices/a/")


@pytest.mark.parametrize("url", [HUB, JSON])
def test_only_reading(client, url):
    assert client.post(url).status_code == 405
    assert client.head(url).status_code == 200


def test_the_page_shows_practices_filters_and_what_is_chosen(client, three):
    page = client.get(HUB, {"level": "secondary"}).content.decode()
    assert "Parents at the table" in page
    assert "Youth council" not in page
    box = '<input type="checkbox" form="search" name="level" value="{}><span>{}</span><span>{}</span>'
    assert box.format('secondary" checked', "Secondary: people at higher risk", 1) in page
    assert box.format('primary"', "Primary: whole population", 2) in page
    assert "Filters (1)" in page
    assert '<a class="on" href="?"><span' in page, "the chip leads to the search without it"


def test_words_are_marked_and_escaped(client):
    make_practice(
        make_city(), "Tables <b>first</b> & chairs", body="## Heading\n\nWhat <i>mothers</i> said [there](https://a.example) *helped*."
    )
    page = client.get(HUB, {"q": "first mother <script>"}).content.decode()
    assert "Tables &lt;b&gt;<mark>first</mark>&lt;/b&gt; &amp; chairs" in page
    assert "What &lt;i&gt;<mark>mothers</mark>&lt;/i&gt; said there helped." in page
    assert "<script>" not in page


@pytest.mark.parametrize("filling", ["[" * 45_000, "\n" * 45_000, "[a](" * 11_000, " " * 45_000, "1" * 45_000])
def test_a_passage_costs_no_time_whatever_the_text_is(filling):
    practice = Practice(title="A title", summary="", body=f"# Head\n{filling} river")
    before = time.process_time()
    assert "<mark>river</mark>" in marked(practice, Sought(frozenset({"river"}))).passage
    assert time.process_time() - before < 3


def test_a_passage_is_cut_around_the_words(client):
    body = " ".join(["alpha"] * 100 + ["river", "boat"] + ["omega"] * 100)
    practice = Practice(title="T", summary="S", body=body)
    found = marked(practice, Sought(frozenset({"river", "boat"}))).passage
    assert found.startswith("… alpha")
    assert found.endswith("omega …")
    assert "<mark>river</mark> <mark>boat</mark>" in found
    assert len(found.split()) < 40
    assert marked(Practice(title="River", summary="boat", body=body), Sought(frozenset({"river", "boat"}))).passage == ""
    assert mark("Über-Straße", frozenset({"uber", "strasse"})) == "<mark>Über</mark>-<mark>Straße</mark>"


def heading(client, **asked):
    """What stands above the results: how many there are, and what they have of the words."""
    page = client.get(HUB, asked).content.decode()
    (found,) = re.findall(r'<h2 class="kicker">(.*?)</h2>\s*(?:<p class="hint">(.*?)</p>)?', page, re.DOTALL)
    return " / ".join(" ".join(part.split()) for part in found if part)


def test_any_of_the_words_is_said_to_be_any(client):
    city = make_city()
    for title in ("Youth council", "Youth theatre", "City theatre", "Parents at the table"):
        make_practice(city, title, summary="In brief.", body="", themes=["gender-equality"])
    some = "3 practices with any of these words: “youth theatre”"
    only = '<a href="?q=youth+theatre&amp;all=1">Show only that one</a>'
    assert heading(client, q="youth theatre") == f"{some} / 1 has all of them. {only}"
    assert heading(client, q="youth theatre", sort="newest").startswith(f"{some} / 1 has all of them.")
    make_practice(city, "Theatre of the youth", summary="In brief.", body="", themes=["gender-equality"])
    assert " / 2 have all of them. " in heading(client, q="youth theatre")
    assert heading(client, q="council parents").endswith("“council parents” / None has all of them.")


def test_only_those_with_all_of_the_words(client):
    city = make_city()
    for title in ("Youth council", "Youth theatre", "City theatre"):
        make_practice(city, title, summary="In brief.", body="", themes=["gender-equality"])
    words = "1 practice with all of these words: “youth theatre”"
    assert heading(client, q="youth theatre", all="1") == f'{words} / <a href="?q=youth+theatre">Show those with some of them too</a>'
    page = client.get(HUB, {"q": "council theatre", "all": "1", "theme": "gender-equality"}).content.decode()
    assert '<input type="hidden" name="all" value="1">' in page
    page = client.get(HUB, {"q": "council theatre", "all": "1"}).content.decode()
    assert "No practice has all of these words" in page
    assert '<a href="?q=council+theatre">Show those with some of them</a>' in page


def test_a_phrase_that_stands_nowhere_leads_to_its_words(client):
    make_practice(make_city(), "Youth council")
    page = client.get(HUB, {"q": '"council youth" -parents'}).content.decode()
    assert "No practice has this exact phrase without the words you left out" in page
    assert '<a href="?q=council+youth">Search for any of the words</a>' in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('"council youth"', "No practice has this exact phrase"),
        ("council -youth", "No practice has your words without those you left out"),
        ('"council youth" -parents', "No practice has this exact phrase without the words you left out"),
    ],
)
def test_what_stands_nowhere_is_said_as_it_was_asked(client, words, said):
    make_practice(make_city(), "Youth council")
    assert f"<h2>{said}</h2>" in client.get(HUB, {"q": words}).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"q": "council"}, "1 practice for “council”"),
        ({"q": "the council"}, "1 practice for “the council”"),
        ({"q": "youth council"}, "1 practice for “youth council”"),
        ({"q": "Aarhus at"}, "2 practices for “Aarhus at”"),
        ({}, "2 practices"),
    ],
)
def test_where_all_have_all_of_the_words_nothing_more_is_said(client, asked, said):
    city = make_city()
    make_practice(city, "Youth council", summary="In brief.", body="", themes=["gender-equality"])
    make_practice(city, "Parents at the table", summary="In brief.", body="", themes=["gender-equality"])
    assert heading(client, **asked) == said


def test_rows_say_what_they_are(client):
    city = make_city()
    make_practice(city, "Old", state=State.ARCHIVED)
    make_practice(city, "Shared", audience="members")
    make_practice(city, "Made up", is_sample=True)
    page = client.get(HUB).content.decode()
    assert "Shared" not in page
    assert page.count('class="sample"') == 1
    assert page.count('class="stamp">archived') == 1
    client.force_login(make_official(city))
    page = client.get(HUB).content.decode()
    assert page.count("member cities only") == 1


@pytest.mark.parametrize(("evidence", "filled"), [("1", 1), ("2", 2), ("3", 3), ("4", 4)])
def test_the_meter_is_filled_up_to_the_step(evidence, filled):
    drawn = practices.meter(evidence)
    assert (drawn.count('<i class="on">'), drawn.count("<i")) == (filled, 4)
    assert drawn.rindex('class="on"') < drawn.index("<i></i>") if filled < 4 else "<i></i>" not in drawn


@pytest.mark.parametrize("evidence", ["0", "x"])
def test_no_meter_is_drawn_where_no_step_is_reached(client, evidence):
    """Four empty boxes would look like letters that the browser hasn't got, and x is no place on that line."""
    assert practices.meter(evidence) == ""
    practice = make_practice(make_city(), evidence=evidence)
    for url in (HUB, practice.get_absolute_url()):
        page = client.get(url).content.decode()
        assert practice.get_evidence_display() in html.unescape(page)
        assert "meter" not in page
    Practice.objects.update(evidence="2")
    assert 'class="meter"' in client.get(HUB).content.decode()


def test_text_of_another_language_says_so(client, three):
    assert '<h3 lang="fr" dir="ltr"><a href="/hub/practices/practice-3/">Médiation de rue</a>' in client.get(HUB).content.decode()


def test_an_empty_result_says_which_filter_to_drop(client, three):
    page = client.get(HUB, {"q": "parents", "level": "primary"}).content.decode()
    assert "Nothing matches all of these filters" in page
    assert '<a href="?q=parents">Drop “Prevention level”: 1 practice</a>' in page
    page = client.get(HUB, {"q": "parents", "level": "primary", "language": "fr"}).content.decode()
    assert "Dropping any one of them would not help" in page
    assert "No practice has any of these words" in client.get(HUB, {"q": "qqqqqq"}).content.decode()


def test_filters_stand_there_only_with_something_to_choose(client, three):
    assert "Show results" in client.get(HUB).content.decode()
    assert "Show results" in client.get(HUB, {"q": "qqqqqq", "level": "primary"}).content.decode()
    assert "Show results" not in client.get(HUB, {"q": "qqqqqq"}).content.decode()


def test_what_is_made_up_is_said_before_all_else(client, three):
    Practice.objects.filter(pk=three[0].pk).update(is_sample=True)
    page = client.get(HUB).content.decode()
    assert page.count('<p class="facts"><span class="sample">Sample</span>') == 1


def test_an_empty_hub_says_what_will_stand_there(client):
    assert "Practices of cities will appear here" in client.get(HUB).content.decode()


def test_what_is_searched_for_instead_is_said_and_filters_stay(client, three):
    page = client.get(HUB, {"q": "councl", "level": "primary"}).content.decode()
    assert "Showing results for <strong>council</strong>." in page
    assert '<a href="?q=councl&amp;level=primary&amp;exact=1">Search instead for “councl”</a>' in page
    assert 'value="councl"' in page, "what was typed stays in the field"
    page = client.get(HUB, {"q": "councl", "level": "primary", "exact": "1"}).content.decode()
    assert "Showing results" not in page
    assert "<h2>No practice has any of these words</h2>" in page


def test_unknown_values_are_refused_by_name(client, three):
    response = client.get(HUB, {"q": "council", "level": ["primary", "nonsense"], "theme": "youth-engagement"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "<li><strong>Prevention level</strong>: Not a value of this filter: nonsense</li>" in page
    assert "<title>The hub could not read this search" in page
    assert '<p class="acts"><a class="button" href="/hub/?q=council&amp;theme=youth-engagement"' in page, (
        "what is left of the search is kept"
    )


@pytest.mark.parametrize(
    "query",
    [
        "theme=nonsense",
        "language=zzz",
        "language=EN",
        "evidence=5",
        "region=mars",
        "page=abc",
        "page=0",
        "page=-1",
        "page=1.5",
        "sort=size",
        "q=" + "x" * (LONGEST_QUERY + 1),
        "q=" + "+".join(f"-x{number}" for number in range(MOST_PARTS + 1)),
        "q=" + "+".join(f"%22x{number}%22" for number in range(MOST_PARTS + 1)),
        "level=%3Cscript%3E",
    ],
)
@pytest.mark.parametrize("url", [HUB, JSON])
def test_what_is_not_understood_is_400(client, url, query):
    response = client.get(f"{url}?{query}")
    assert response.status_code == 400
    assert b"<script>" not in response.content or url == JSON
    if url == JSON:
        assert response["Content-Type"] == "application/json"
        assert list(response.json()["error"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("url", [HUB, JSON])
@pytest.mark.parametrize("query", ["q=a%00b", "level=%00", "q=%FF%FE"])
def test_what_nobody_types_is_400(client, url, query):
    assert client.get(f"{url}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["theme=", "utm_source=x", "q=+++", "q=%27%22--", "q=the", "q=" + "-x+" * 200, "q=" + "%22x%22" * 200])
def test_what_says_nothing_is_no_fault(client, three, query):
    """Common words find what holds them; where nothing is asked, or only what may not be there, all are found."""
    found = {"q=the": {"Parents at the table", "Youth council"}, "q=" + "%22x%22" * 200: set()}
    response = client.get(f"{HUB}?{query}")
    assert response.status_code == 200
    assert {practice.title for practice in response.context["answer"].results} == found.get(query, {practice.title for practice in three})


# A word of six letters each, of which no practice has any.
MANY = ["qx" + "".join(letters) + "z" for letters in product(ascii_lowercase, repeat=3)][:9_999]


def test_ten_thousand_words(client, three, django_assert_num_queries):
    """No more statements than for two, and the last of them finds what it finds."""
    words = " ".join([*MANY, "parents"])
    assert len(words) == LONGEST_QUERY
    client.get(JSON, {"q": "parents"})
    for url, asked in ((JSON, 1 + 4), (HUB, 1 + 6)):
        with django_assert_num_queries(asked):
            response = client.get(url, {"q": words})
        assert response.status_code == 200
    assert [practice.title for practice in response.context["answer"].results] == ["Parents at the table"]
    assert response.context["answer"].words == 10_000
    assert client.get(JSON, {"q": " ".join(MANY)}).json()["count"] == 0


def test_a_page_beyond_the_end(client, three):
    response = client.get(HUB, {"page": 7, "level": "primary"})
    assert response.status_code == 404
    assert '<a class="button" href="/hub/?level=primary">' in response.content.decode()
    assert client.get(HUB, {"page": "9" * 30}).status_code == 404
    answer = client.get(JSON, {"page": 7}).json()
    assert (answer["count"], answer["results"]) == (3, [])


def test_pages_lead_on(client):
    city = make_city()
    for number in range(41):
        make_practice(city, f"Number {number}")
    page = client.get(HUB, {"page": 2}).content.decode()
    assert '<a href="?" rel="prev">' in page
    assert '<a href="?page=3" rel="next">' in page
    assert page.count("<li><svg") == 20


@pytest.mark.parametrize("number", [1, 3])
def test_one_number_of_queries(client, django_assert_num_queries, number):
    for name in ("Aarhus", "Bergen", "Kano")[:number]:
        make_practice(make_city(name), f"Council of {name}")
    client.get(HUB, {"q": "council"})
    # A page that is only opened is not counted; a search is, in one statement, and so is each answer to a program. A page asks for
    # the order of themes, and where there are words for what is promoted; a word that few hold is completed as well.
    for url, words, queries in [(HUB, "", 4), (HUB, "council", 1 + 8), (JSON, "", 1 + 3), (JSON, "council", 1 + 5)]:
        with django_assert_num_queries(queries):
            client.get(url, {"q": words})


def test_visitors_have_no_session_and_may_keep_the_page(client, three):
    for url in (HUB, JSON, three[0].get_absolute_url()):
        response = client.get(url)
        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=60"
        assert "Cookie" in response["Vary"]
        again = client.get(url, headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    Practice.objects.update(title="Another")
    for url in (HUB, JSON, three[0].get_absolute_url()):
        assert client.get(url, headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_a_page_for_somebody_is_theirs_alone(client, three):
    client.force_login(make_staff())
    response = client.get(HUB)
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response


def test_json_is_as_agreed(client, three):
    def told(moment):  # as JSON has a moment: to the millisecond
        return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"

    answer = client.get(JSON, {"theme": "youth-engagement", "language": "fr", "per_page": 1}).json()
    assert answer == {
        "count": 1,
        "page": 1,
        "pages": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "slug": "practice-3",
                "external_id": "",
                "title": "Médiation de rue",
                "summary": "Des médiateurs dans la rue.",
                "city": "Bergen",
                "country": "NO",
                "language": "fr",
                "evidence": "0",
                "url": "http://localhost:8000/hub/practices/practice-3/",
                "state": "published",
                "audience": "public",
                "is_sample": False,
                "published": told(three[2].published_at),
                "updated": told(three[2].updated),
            }
        ],
        "facets": {
            "level": {"primary": 1},
            "theme": {"youth-engagement": 1},
            "type": {},
            "people": {},
            "sector": {},
            "setting": {},
            "form": {},
            "evidence": {"0": 1},
            "region": {"europe": 1},
            "population": {},
            "language": {"en": 1, "fr": 1},
        },
        "did_you_mean": None,
    }
    assert client.get(JSON, {"per_page": 101}).status_code == 400


def test_json_stands_in_the_order_of_the_page(client, three):
    for query in ({"q": "council parents"}, {"sort": "evidence"}, {}):
        slugs = [result["slug"] for result in client.get(JSON, query).json()["results"]]
        page = client.get(HUB, query).content.decode()
        places = [page.index(f"/hub/practices/{slug}/") for slug in slugs]
        assert slugs
        assert places == sorted(places)


def test_json_shows_members_what_is_theirs(client):
    city = make_city()
    make_practice(city, "Shared", audience="members")
    assert client.get(JSON).json()["count"] == 0
    client.force_login(make_official(city))
    assert client.get(JSON).json()["count"] == 1


def test_a_practice_in_full(client):
    practice = make_practice(
        make_city(),
        body="Before.\n\n## What was done\n\nWork.\n\n## What was *done* & said\n\n<script>alert(1)</script>",
        lessons=["Begin early."],
        partners=["The library"],
        evidence="2",
        sources=[{"title": "A report", "url": "https://a.example/?a=1&b=2", "publisher": "The city"}, {"title": "No address"}],
        start_year=2007,
        status="unknown",
    )
    page = client.get(practice.get_absolute_url()).content.decode()
    assert '<h2 id="text-1-what-was-done">What was done</h2>' in page
    assert '<a href="#text-2-what-was-done-said"><bdi lang="en" dir="ltr">What was done &amp; said</bdi></a>' in page
    assert "<script>alert" not in page
    assert '<a href="https://a.example/?a=1&amp;b=2" rel="noopener external nofollow">A report</a>, The city' in page
    assert "Not known" in page, "the status is told honestly"
    for words in (
        "Begin early.",
        "The library",
        "Monitored: data shows change",
        "began in 2007",
        "No address",
        "/hub/?theme=youth-engagement",
    ):
        assert words in page, words
    assert "over three years ago" not in page


def test_headings_of_one_name_have_places_of_their_own():
    assert [place for place, _words in read("## A\n\n## A\n\n## شبكة\n\n## !").contents] == [
        "text-1-a",
        "text-2-a",
        "text-3-شبكة",
        "text-4",
    ]


def test_banners(client):
    city = make_city()
    long_ago = timezone.now() - timedelta(days=1_200)
    old = make_practice(city, published_at=long_ago)
    archived = make_practice(city, state=State.ARCHIVED)
    sample = make_practice(city, is_sample=True)
    assert "over three years ago" in client.get(old.get_absolute_url()).content.decode()
    assert "This practice is archived" in client.get(archived.get_absolute_url()).content.decode()
    assert 'class="sample">Sample' in client.get(sample.get_absolute_url()).content.decode()


def test_who_may_open_it(client):
    city = make_city()
    shared, draft = make_practice(city, audience="members"), make_practice(city, state=State.DRAFT, published_at=None)
    for practice in (shared, draft):
        assert client.get(practice.get_absolute_url()).status_code == 404
    client.force_login(make_official(make_city("Bergen", "NO"), "other@example.org"))
    assert client.get(shared.get_absolute_url()).status_code == 200
    assert client.get(draft.get_absolute_url()).status_code == 404
    client.force_login(make_official(city))
    page = client.get(draft.get_absolute_url())
    assert "Seen only by the city" in page.content.decode()
    assert client.get("/hub/practices/none/").status_code == 404


def test_arabic_has_its_prefix_and_direction(client, three):
    response = client.get("/ar/hub/", {"q": "council"})
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert 'href="/ar/hub/practices/practice-1/?q=council"' in response.content.decode()


def test_a_city_s_page_shows_its_practices(client):
    city, other = make_city("Here", "DE"), make_city("There", "FI")
    here, hidden = make_practice(city, "Of here"), make_practice(city, "For members", audience="members")
    make_practice(other, "Of there")
    page = client.get(city.get_absolute_url()).content.decode()
    assert here.get_absolute_url() in page
    assert "For members" not in page
    assert "Of there" not in page
    client.force_login(make_staff())
    assert hidden.get_absolute_url() in client.get(city.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("count", "shown", "more"), [(10, 10, False), (11, 10, True)])
def test_a_city_with_many_practices_leads_to_the_hub(client, count, shown, more):
    city = make_city("Here", "DE")
    for number in range(count):
        make_practice(city, f"Practice number {number}")
    page = client.get(city.get_absolute_url()).content.decode()
    assert page.count("Practice number") == shown
    assert (f"{reverse('hub:search')}?q=Here" in page) is more


# --- The way back to the results -------------------------------------------------------------------------------------


def test_a_practice_leads_back_to_the_search_that_found_it(client, three):
    family = "theme=family-and-psychosocial-support"
    for query in ("?q=council", f"?q=parents&{family}&sort=newest", f"?{family}", "?sort=evidence"):
        link, *_more = re.findall(r'href="(/hub/practices/[^"?]+/\?[^"]+)"', client.get(f"{HUB}{query}").content.decode())
        assert link == html.escape(html.unescape(link))
        page = client.get(html.unescape(link)).content.decode()
        (back,) = re.findall(r'href="([^"]+)">Back to the results', page)
        assert html.unescape(back) == f"{HUB}{query}"


def test_the_page_of_the_results_is_kept(client, three):
    page = client.get(f"{three[0].get_absolute_url()}?q=council&page=3").content.decode()
    assert 'href="/hub/?q=council&amp;page=3">Back to the results' in page


@pytest.mark.parametrize(
    "query", ["", "?", "?next=https://evil.example", "?theme=nonsense", "?page=0", "?page=x", "?q=%00", f"?q={'x' * 2000}", "?per_page=999"]
)
def test_without_a_search_that_can_be_read_there_is_no_way_back(client, three, query):
    response = client.get(f"{three[0].get_absolute_url()}{query}")
    page = response.content.decode()
    assert "Back to the results" not in page
    assert "evil.example" not in page.replace("hreflang", "").split("<main", 1)[1].split("<footer", 1)[0]


def test_what_is_typed_is_text_in_every_link(client, three):
    found = client.get(HUB, {"q": '"><script>council'}).content.decode()
    assert "<script>council" not in found
    page = client.get(three[0].get_absolute_url(), {"q": '"><script>council'}).content.decode()
    assert "<script>council" not in page
    assert 'href="/hub/?q=%22%3E%3Cscript%3Ecouncil">Back to the results' in page


def test_rows_elsewhere_carry_no_search(client, three):
    client.get(HUB, {"theme": "family-and-psychosocial-support"})
    for page in (client.get("/"), client.get(three[0].city.get_absolute_url()), client.get(HUB)):
        assert f'href="{three[0].get_absolute_url()}"' in page.content.decode()
        assert re.findall(r'href="/hub/practices/[^"]*\?', page.content.decode()) == []
