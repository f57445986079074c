"""The feed of events keeps the rules of RFC 4287 (tests/hub/test_feed.py reads it by them), and tells what was announced or changed."""

from xml.etree import ElementTree

import pytest

from events.models import Event
from tests import cast as house
from tests.events import cast
from tests.events.test_calendar import AWKWARD
from tests.hub.test_feed import ATOM, faults

pytestmark = pytest.mark.django_db
FEED = "/events/feed/"


def sent(client, path=FEED, **asked):
    response = client.get(path, asked)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert faults(response.content) == []
    return ElementTree.fromstring(response.content)  # noqa: S314  our own


def told(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]


def links(feed):
    return {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}


@pytest.mark.parametrize("language", ["", "/ar"])
def test_it_keeps_the_rules_whatever_is_written(client, language):
    assert told(sent(client, f"{language}{FEED}")) == []
    for number, text in enumerate(AWKWARD):
        cast.make_event(
            text[:200].replace("\x00", ""), slug=f"e{number}", summary=text[:200].replace("\x00", ""), audience="public", is_sample=True
        )
    assert len(told(sent(client, f"{language}{FEED}"))) == len(AWKWARD)


def test_what_changed_last_stands_on_top_and_says_what(client):
    staff = house.make_staff()
    first = cast.make_event("First", slug="first", host=house.make_city("Paris", country="FR"))
    cast.make_event("Second", slug="second")
    cast.make_event("Draft", slug="draft", state="draft")
    cast.make_event("Members", slug="members", audience="members")
    assert told(sent(client)) == ["Second", "First"]
    before = sent(client).findall(f"{ATOM}entry")[1]
    first.change(by=staff, venue="Library", why="")
    feed = sent(client)
    assert told(feed) == ["First", "Second"]
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id") == f"tag:localhost,2026:event/{first.pk}"
    assert "Changed: Venue." in entry.findtext(f"{ATOM}summary")
    assert "Where: Library, Paris, France." in entry.findtext(f"{ATOM}summary")
    first.cancel(by=staff, why="Flood")
    assert told(sent(client)) == ["Cancelled: First", "Second"]


def test_it_comes_in_pages_and_is_chosen(client):
    for number in range(21):
        cast.make_event(f"Event {number}", slug=f"e{number}", kind="webinar" if number else "annual-summit")
    site = "http://localhost:8000/events/feed/"
    feed = sent(client)
    assert (len(told(feed)), links(feed)["self"], links(feed)["next"]) == (20, site, f"{site}?page=2")
    assert told(sent(client, page=2)) == ["Event 0"]
    chosen = sent(client, kind="webinar")
    assert (len(told(chosen)), links(chosen)["self"], "next" in links(chosen)) == (20, f"{site}?kind=webinar", False)
    assert [client.get(FEED, {"page": page}).status_code for page in ("3", "x", "0")] == [404, 404, 404]


def test_no_event_is_twice_what_it_is_not(client):
    Event.objects.all().delete()
    event = cast.make_event("Postponed one", slug="p", state="postponed")
    entry = sent(client).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Postponed: Postponed one"
    assert "When:" not in entry.findtext(f"{ATOM}summary")
    assert {term.get("term") for term in entry.findall(f"{ATOM}category")} == {event.kind, "postponed"}
