"""A value of last year leads to the one that took its place."""

import pytest

from hub import successors
from hub.taxonomy import BY_NAME, SUCCESSORS

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
