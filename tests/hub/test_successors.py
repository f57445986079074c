"""A value of last year leads to the one that took its place."""

import pytest
from django.utils import timezone

from hub import jobs, saved_searches, successors
from hub.models import SavedSearch
from hub.search import Query
from hub.taxonomy import BY_NAME, SUCCESSORS
from tests.hub.cast import make_city, make_official, make_practice
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def last_year(monkeypatch):
    """Two themes became one, which was named anew after that."""
    then = {("theme", "youth"): "young-people", ("theme", "schools"): "young-people", ("theme", "young-people"): "youth-engagement"}
    monkeypatch.setattr(successors, "SUCCESSORS", then)


@pytest.mark.parametrize("path", ["/hub/", "/ar/hub/", "/hub/practices.json", "/hub/feed/", "/ar/hub/feed/", "/hub/export.csv"])
def test_it_leads_to_the_same_search_by_the_value_of_now(client, path):
    response = client.get(f"{path}?q=caf%C3%A9+%26+%22tea%22&theme=youth&level=primary&theme=gender-equality&page=2&more=x&more=y")
    assert response.status_code == 301
    assert response["Location"] == (
        f"{path}?q=caf%C3%A9+%26+%22tea%22&theme=youth-engagement&theme=gender-equality&level=primary&page=2&more=x&more=y"
    )


def test_two_that_became_one_are_one(client):
    response = client.get("/hub/?theme=youth&theme=schools&theme=youth-engagement")
    assert response["Location"] == "/hub/?theme=youth-engagement"
    assert client.get(response["Location"]).status_code == 200


def test_only_in_its_own_facet_and_what_is_unknown_stays_refused(client):
    for query in ("people=youth", "theme=nothing", "theme=youth-engagement2"):
        assert client.get(f"/hub/?{query}").status_code == 400
    assert client.get("/hub/?q=youth").status_code == 200
    assert client.get("/hub/?theme=youth-engagement&theme=youth-engagement").status_code == 200
    assert client.get("/hub/?theme=youth&theme=nothing")["Location"] == "/hub/?theme=youth-engagement&theme=nothing"


def test_a_practice_is_led_back_from_to_the_search_of_now(client):
    path = make_practice(make_city()).get_absolute_url()
    response = client.get(f"{path}?theme=youth&page=2")
    assert (response.status_code, response["Location"]) == (301, f"{path}?theme=youth-engagement&page=2")
    assert client.get(response["Location"]).context["way_back"] == "?theme=youth-engagement&page=2"


def test_a_search_that_is_saved_is_one_of_now_and_a_form_that_was_open_meanwhile_is_sent_there(client):
    olga = make_official(make_city())
    client.force_login(olga)
    new = "/hub/saved/new/"
    response = client.get(f"{new}?theme=youth")
    assert (response.status_code, response["Location"]) == (301, f"{new}?theme=youth-engagement")
    sent = {"name": "Youth", "pace": "daily"}
    response = client.post(f"{new}?theme=youth", sent)
    assert (response.status_code, response["Location"]) == (308, f"{new}?theme=youth-engagement")
    client.post(f"{new}?theme=youth", sent, follow=True)
    assert list(SavedSearch.objects.values_list("owner", "search")) == [(olga.pk, "?theme=youth-engagement")]


def test_one_that_was_saved_last_year_goes_on_telling_what_is_new(client):
    city = make_city()
    olga = make_official(city)
    saved = saved_searches.save(Query("", {"theme": ("youth-engagement",)}), by=olga, name="Youth", pace="hourly")
    SavedSearch.objects.update(search="?theme=youth", due=timezone.now())
    make_practice(city, "Youth parliament", published_at=timezone.now())
    make_practice(city, "Another theme", themes=["gender-equality"], published_at=timezone.now())
    assert jobs.tell_news(0) == 1
    (mail,) = outbox()
    assert mail.subject == "1 new practice: Youth"
    assert "Youth parliament" in mail.message
    client.force_login(olga)
    page = client.get("/hub/saved/").text
    assert "Youth engagement" in page
    assert "no longer knows" not in page
    assert saved_searches.left_of("?theme=youth&theme=schools&level=none").filters == {"theme": ("youth-engagement",)}
    assert "Youth engagement" in client.get(f"/hub/saved/{saved.pk}/").text


def test_it_stays_on_this_site(client):
    assert client.get("/hub/?theme=youth&next=//evil.example")["Location"] == "/hub/?theme=youth-engagement&next=%2F%2Fevil.example"


def test_each_has_a_successor_that_is_there_in_the_end():
    """An endless row of them would never answer."""
    for facet, then in SUCCESSORS:
        choices = BY_NAME[facet].choices
        assert choices is not None
        assert then not in choices.values, "what is still a value has no successor"
        seen, slug = set[str](), then
        while (facet, slug) in SUCCESSORS:
            assert slug not in seen
            seen.add(slug)
            slug = SUCCESSORS[facet, slug]
        assert slug in choices.values
