"""Atom feeds (RFC 4287), in pages (RFC 5005), of whatever a room has to tell.

By Django's own writer of feeds, which escapes and orders; it knows neither labels of categories, nor the language of an entry, nor
pages, so these are written here. The library feedgen was weighed: it needs lxml, and the same lines.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from strongcities.text import fit_for_xml

NOTHING_YET = datetime(2015, 9, 29, tzinfo=UTC)  # a feed has a date, even an empty one: the day on which the network began


class Feed(Atom1Feed):
    """`pages`: the addresses of the next and the previous page, "" where there is none. An item has a `language`, `terms` (scheme, term,
    label), and the address of its `licence`, or ""."""

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


def begun(*, title: str, page: str, own: str, first: str, pages: dict[str, str]) -> Feed:
    """A feed of the network, without items so far. All addresses are whole ones: of the `page` for people, of the feed as it is (`own`),
    of its `first` page, by which the feed as a whole is known, and of the `next` and the `previous` of its `pages`."""
    return Feed(
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
