"""A search as an Atom feed (strongcities/feeds.py).

Entries stand in the order of the page; where none is asked for, the newest first, also for a search by words, since a reader of feeds
looks for what is new at its top. An entry keeps its id whatever its title, address or language; it is updated when its record was.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext

from hub.models import Practice
from strongcities import feeds
from strongcities.feeds import Feed, tag
from strongcities.licences import deed
from strongcities.text import fit_for_xml


def feed_of(practices: Iterable[Practice], *, title: str, page: str, own: str, first: str, pages: dict[str, str]) -> Feed:
    """The feed of a page of a search, at addresses as `feeds.begun` takes them."""
    feed = feeds.begun(title=title, page=page, own=own, first=first, pages=pages)
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
