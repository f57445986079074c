"""What the page says of a question of very many words, and what it weighs on a slow line."""

import re

import pytest

from hub import panel
from hub.search import Query
from tests.hub.cast import make_city, make_practice

pytestmark = pytest.mark.django_db
HUB = "/hub/"
ORDER = "The 24 rarest of your words decide the order; the others only find."
SYNONYMS = "Words for the same are looked up for the first 64 of your words."
SPELLING = "In so many words no spelling is corrected."


def words(number):
    return " ".join(f"w{place:04}" for place in range(number - 1)) + " youth"


@pytest.fixture
def many(db):
    city = make_city()
    for number in range(41):
        make_practice(city, f"Youth council {number}")


@pytest.mark.parametrize(
    ("number", "said"),
    [(24, []), (25, [ORDER]), (64, [ORDER]), (65, [ORDER, SYNONYMS]), (100, [ORDER, SYNONYMS]), (101, [ORDER, SYNONYMS, SPELLING])],
)
def test_what_is_not_done_is_said(client, number, said):
    make_practice(make_city())
    page = client.get(HUB, {"q": words(number)}).text
    assert [one for one in (ORDER, SYNONYMS, SPELLING) if one in page] == said


def test_only_what_would_have_been_done_is_said_not_to_be(client):
    make_practice(make_city())
    page = client.get(HUB, {"q": words(101), "sort": "newest", "exact": "1"}).text
    assert [one for one in (ORDER, SYNONYMS, SPELLING) if one in page] == [SYNONYMS]
    assert SYNONYMS not in client.get(HUB, {"q": " ".join(["youth"] * 64) + " -" + "council"}).text


@pytest.mark.parametrize(
    "more", [{}, {"theme": "youth-engagement"}, {"page": 2}, {"all": "1"}, {"theme": "gender-equality", "type": "campaign"}]
)
def test_a_page_holds_a_long_question_once(client, many, more):
    page = client.get(HUB, {"q": words(10_000), **more}).text
    assert page.count("w0040") == 1
    assert len(page.encode()) < 150_000


@pytest.mark.parametrize(("asked", "status"), [({"page": 4}, 404), ({"theme": "no-such-theme"}, 400)])
def test_a_page_that_leads_back_holds_it_once(client, many, asked, status):
    response = client.get(HUB, {"q": words(10_000), **asked})
    assert (response.status_code, response.text.count("w0040")) == (status, 1)


def test_a_question_that_is_too_long_is_not_repeated(client):
    response = client.get(HUB, {"q": "x1234 " * 12_000})
    assert response.status_code == 400
    assert "x1234" not in response.text
    assert len(response.content) < 30_000


def test_the_form_leads_on(client, many):
    page = client.get(HUB, {"q": words(300), "theme": "youth-engagement", "exact": "1"}).text
    buttons = set(re.findall(r'<button[^>]* form="search" ((?:name|formaction)="[^>]*")', page))
    assert {one.split(" aria")[0] for one in buttons} == {
        'name="sort" value="newest"', 'name="sort" value="evidence"', 'name="page" value="2"', 'name="page" value="3"',
        'formaction="/hub/feed/"', 'formaction="/hub/export.csv"', 'formaction="/hub/practices.json"',
    }  # fmt: skip
    assert '<input type="hidden" name="exact" value="1">' in page
    assert '<span class="on">Youth engagement</span>' in page
    assert 'rel="alternate" type="application/atom+xml"' not in page


def test_a_button_says_what_the_form_said_before_it(client, many):
    """Of a name that is given twice the last counts: the button's."""
    asked = {"q": words(300), "all": ["1", "false"], "sort": ["newest", "evidence"]}
    answer = client.get(HUB, asked)
    assert (answer.context["query"].all_words, answer.context["query"].sort) == (False, "evidence")
    assert '<button class="link-button" form="search" name="all" value="false">' in client.get(HUB, {"q": words(300), "all": "1"}).text


def test_of_a_short_one_everything_is_a_link(client, many):
    page = client.get(HUB, {"q": "youth"}).text
    assert not re.search(r'<button[^>]* form="search" (name|formaction)=', page)
    assert 'rel="alternate" type="application/atom+xml"' in page
    assert '<a href="/ar/hub/?q=youth"' in page
    assert '<a href="/ar/hub/"' in client.get(HUB, {"q": words(300)}).text


def printed(page):
    """The address under a printed page, after the site's own."""
    (path,) = re.findall(r'print-address">http://[^/]*([^<]*)</p>', page.text)
    return path


def test_what_is_printed_bears_the_search(client, many):
    asked = {"theme": "youth-engagement", "q": 'a "b"', "x": "y"}
    assert printed(client.get(HUB, asked)) == "/hub/?q=a+%22b%22&amp;theme=youth-engagement"
    assert printed(client.get(HUB, {"q": "youth", "page": "2"})) == "/hub/?q=youth&amp;page=2"
    assert printed(client.get(HUB)) == "/hub/"
    room = 300 - len(panel.address(Query("y")).removesuffix("y"))
    assert printed(client.get(HUB, {"q": "y" * room})) == f"/hub/?q={'y' * room}"
    assert printed(client.get(HUB, {"q": "y" * (room + 1)})) == "/hub/"


NO_WORD = "There is no word in what you typed, so all practices are shown."


@pytest.mark.parametrize("typed", ['""', "?!... ;--", "- « »", "“”"])
def test_where_there_is_no_word_all_is_shown_and_said(client, typed):
    make_practice(make_city())
    page = client.get(HUB, {"q": typed}).text
    assert NO_WORD in page
    assert '<h2 class="kicker">1 practice</h2>' in page
    assert "<title>The hub: what cities do" in page
    assert client.get(HUB, {"q": typed}).context["typed"] == typed
    assert "so only the filters count" in client.get(HUB, {"q": typed, "theme": "youth-engagement"}).text
    assert client.get("/hub/practices.json", {"q": typed}).json()["count"] == 1


def test_it_is_said_of_nothing_else(client):
    make_practice(make_city())
    for typed in ("", "  ", "youth", "-police", '"youth'):
        assert NO_WORD not in client.get(HUB, {"q": typed}).text


@pytest.mark.parametrize(
    ("typed", "said"), [('"youth council', "youth council"), ('youth "" council', "youth council"), ('council" "youth', "council youth")]
)
def test_a_quote_that_is_no_quote_is_not_shown(client, typed, said):
    make_practice(make_city())
    page = client.get(HUB, {"q": typed}).text
    assert f"1 practice for “{said}”" in page
    assert f"<title>“{said}” in the hub" in page
    make_practice(make_city("Mombasa", "KE"), "Mentoring")
    page = client.get(HUB, {"q": '"yuoth council'}).text
    assert "Showing results for <strong>youth council</strong>" in page
    assert "Search instead for “yuoth council”" in page


def test_json_says_by_a_code_what_is_wrong(client):
    def codes(**asked):
        return {name: [one["code"] for one in said] for name, said in client.get("/hub/practices.json", asked).json()["error"].items()}

    assert codes(theme="none", sort="oldest", page="x", per_page="0") == {
        "theme": ["unknown_value"], "sort": ["invalid_choice"], "page": ["invalid"], "per_page": ["min_value"],
    }  # fmt: skip
    assert codes(q="x" * 70_001) == {"q": ["max_length"]}
    assert codes(q=" ".join(f"-w{number}" for number in range(40))) == {"q": ["too_many_parts"]}
    assert codes(q="\ufffd") == {"q": ["unreadable"]}
