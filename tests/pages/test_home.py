import re

import pytest
from django.urls import reverse

from tests.hub.cast import make_city, make_practice

pytestmark = pytest.mark.django_db
QUERIES = 7  # skyline, its practices, the newest, coming events, figures of cities, figures of practices, the themes first in the hub


def test_home_shows_members_practices_and_figures(client):
    aarhus = make_city()
    make_practice(aarhus)
    make_practice(aarhus, "Pupils talk", language="da")
    page = client.get("/").content.decode()
    assert re.findall(r'<ul class="skyline".*?</ul>', page, re.DOTALL)[0].count("<li>") == 1
    assert f'href="{aarhus.get_absolute_url()}"' in page
    assert "Youth council" in page
    assert [int(n) for n in re.findall(r"<dd>(\d+)</dd>", page)] == [1, 1, 2, 2]
    assert reverse("members:join") in page


def test_home_with_nothing_yet_says_what_will_stand_here(client):
    page = client.get("/").content.decode()
    assert "as soon as the first city has joined" in page
    assert "The first practices will appear here" in page
    assert "yours can be the first city" in page
    assert "<dd>" not in page


def test_home_shows_neither_drafts_nor_hidden_cities(client):
    make_practice(make_city("Seen"), "Seen practice")
    make_practice(make_city("Hidden", is_public=False), "Draft practice", state="draft", published_at=None)
    make_city("Applicant", member=False)
    page = client.get("/").content.decode()
    assert "Seen practice" in page
    assert "Draft practice" not in page
    assert re.findall(r"<span>(\w+)</span></a></li>", page) == ["Seen"]


def test_home_says_what_is_a_sample(client):
    make_practice(make_city("Real"), "Real practice")
    assert "made up for trying" not in client.get("/").content.decode()
    make_city("Testham", is_sample=True)
    page = client.get("/").content.decode()
    assert "Testham (sample)" in page
    assert "1 cities and 0 practices are made up for trying" in page


@pytest.mark.parametrize("many", [1, 3])
def test_home_asks_the_database_seven_times(client, many, django_assert_num_queries):
    for n in range(many):
        make_practice(make_city(f"City{n}"), f"Practice {n}")
    with django_assert_num_queries(QUERIES):
        client.get("/")


def test_visitor_gets_no_cookie(client):
    response = client.get("/")
    assert response.status_code == 200
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_skyline_shows_the_newest_and_links_all(client):
    for n in range(27):
        make_city(f"City{n:02}")
    page = client.get("/").content.decode()
    assert page.count('<li><a href="/cities/city') == 25
    assert "See all 27 cities" in page


def test_wrong_method(client):
    assert client.post("/").status_code == 405
