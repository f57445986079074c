"""A search as an Atom feed (RFC 4287), in pages (RFC 5005).

By Django's own writer of feeds, which escapes and orders; it knows neither labels of categories, nor the language of an entry, nor
pages, so these are written here. The library feedgen was weighed: it needs lxml, and the same lines.

Entries stand in the order of the page; where none is asked for, the newest first, also for a search by words, since a reader of feeds
looks for what is new at its top. An entry keeps its id whatever its title, address or language; it is updated when its record was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language, gettext

from hub.models import Practice
from strongcities.licences import deed
from strongcities.text import fit_for_xml

NOTHING_YET = datetime(2015, 9, 29, tzinfo=UTC)  # a feed has a date, even an empty one: the day on which the network began


class Feed(Atom1Feed):
    """`pages`: the addresses of the next and the previous page, "" where there is none."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=NOTHING_YET)

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        for rel, href in self.feed["pages"].items():
            if href:
                handler.addQuickElement("link", "", {"rel": rel, "href": href})

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for scheme, term, label in item["terms"]:
            handler.addQuickElement("category", "", {"scheme": scheme, "term": term, "label": label, "xml:lang": get_language() or "en"})
        if item["licence"]:
            handler.addQuickElement("link", "", {"rel": "license", "href": item["licence"]})  # RFC 4946


def tag(what: str) -> str:
    """A name that never changes (RFC 4151), whatever the address of the thing."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{what}"


def feed_of(practices: Iterable[Practice], *, title: str, page: str, own: str, first: str, pages: dict[str, str]) -> Feed:
    """The feed of a page of a search. All addresses are whole ones: of the `page` for people, of the feed as it is (`own`), of its
    `first` page, by which the feed as a whole is known, and of the `next` and the `previous` of its `pages`."""
    feed = Feed(
        title=fit_for_xml(title),
        link=page,
        description=None,
        language=get_language() or "en",
        feed_url=own,
        feed_guid=first,
        author_name=gettext("Strong Cities Network"),
        author_link=settings.SITE_URL,
        pages=pages,
    )
    for practice in practices:
        _add(feed, practice)
    return feed


def _add(feed: Feed, practice: Practice) -> None:
    city = practice.city
    feed.add_item(
        title=fit_for_xml(practice.title),
        link=f"{settings.SITE_URL}{practice.get_absolute_url()}",
        description=escape(fit_for_xml(practice.summary)),  # which the writer says is HTML
        author_name=fit_for_xml(f"{city.name}{gettext(', ')}{city.country_name}"),
        author_link=f"{settings.SITE_URL}{city.get_absolute_url()}",
        pubdate=practice.published_at,
        updateddate=practice.updated,
        unique_id=tag(f"practice/{practice.pk}"),
        item_copyright=practice.get_licence_display() if practice.licence else None,
        language=practice.language,
        terms=_terms(practice),
        licence=deed(practice.licence),
    )


def _terms(practice: Practice) -> list[tuple[str, str, str]]:
    """(scheme, term, label) of each theme and level, and of what its record is: archived, a sample, for member cities only."""
    facets = [
        (facet.name, slug, str(label))
        for facet, values in practice.classified
        if facet.name in {"theme", "level"}
        for slug, label in values
    ]
    marks = [
        ("state", "archived", gettext("archived"), practice.state == "archived"),
        ("record", "sample", gettext("Sample"), practice.is_sample),
        ("audience", "members", gettext("member cities only"), practice.audience == "members"),
    ]
    found = [*facets, *((name, term, label) for name, term, label, holds in marks if holds)]
    return [(tag(name), term, label) for name, term, label in found]
