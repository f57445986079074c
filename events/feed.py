"""What was announced or changed, as an Atom feed (strongcities/feeds.py): an entry for each event, what changed last on top.

An entry keeps its id whatever the event's title, address or language. It is updated with whatever the page of the event shows of
itself; its words say what has become of it, and what changed last of that which readers plan by.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import escape
from django.utils.translation import gettext

from events import calendar
from events.models import Change, Event
from events.models.event import EventTransition
from events.querysets import EventQuerySet
from strongcities import feeds, moments
from strongcities.feeds import Feed, tag
from strongcities.text import fit_for_xml

PER_PAGE = 20


def told(events: EventQuerySet) -> EventQuerySet:
    """In the order of the feed, with all that an entry says. `announced`: when it was, for the first time."""
    first = EventTransition.objects.filter(subject=OuterRef("pk"), verb="announce").order_by("at", "pk").values("at")[:1]
    changes = Prefetch("changes", Change.objects.order_by("-at", "pk"))
    found = events.annotate(announced=Coalesce(Subquery(first), "changed")).order_by("-changed", "-pk")
    return found.select_related("host").prefetch_related(changes)


def mark(events: EventQuerySet) -> str:
    """Changes with whatever the feed shows: what calendars do. What was noted of an event was changed with it."""
    return f"feed|{calendar.mark(events)}"


def feed_of(events: Iterable[Event], *, title: str, page: str, own: str, first: str, pages: dict[str, str]) -> Feed:
    feed = feeds.begun(title=title, page=page, own=own, first=first, pages=pages)
    for event in events:
        _add(feed, event)
    return feed


def _add(feed: Feed, event: Event) -> None:
    host = f"{event.host.name}{gettext(', ')}{event.host.country_name}" if event.host else gettext("Strong Cities Network")
    feed.add_item(
        title=fit_for_xml(calendar.marked(event)),
        link=f"{settings.SITE_URL}{event.get_absolute_url()}",
        description=escape(fit_for_xml(" ".join(_sentences(event)))),  # which the writer says is HTML
        author_name=fit_for_xml(host),
        author_link=f"{settings.SITE_URL}{event.host.get_absolute_url()}" if event.host else settings.SITE_URL,
        pubdate=event.announced,  # type: ignore[attr-defined]
        updateddate=event.changed,
        unique_id=tag(f"event/{event.pk}"),
        language=event.language,
        terms=_terms(event),
        licence="",
    )


def _sentences(event: Event) -> list[str]:
    place = calendar.where(event)
    said = [event.summary, *([gettext("Where: %(place)s.") % {"place": place}] if place else [])]
    if event.state != Event.State.POSTPONED:
        said.append(gettext("When: %(when)s.") % {"when": moments.words(event.starts, event.ends, zone=event.zone)})
    changes = list(event.changes.all())
    last = [str(each.get_what_display()) for each in changes if each.at == changes[0].at]
    if last:
        said.append(gettext("Changed: %(what)s.") % {"what": gettext(", ").join(last)})
    return said


def _terms(event: Event) -> list[tuple[str, str, str]]:
    """(scheme, term, label) of its kind and themes, and of what it is: postponed, cancelled, a sample, not for everyone."""
    found = [("kind", event.kind, str(event.get_kind_display())), *(("theme", slug, label) for slug, label in event.theme_labels)]
    if event.state != Event.State.ANNOUNCED:
        found.append(("state", event.state, str(event.get_state_display())))
    if event.is_sample:
        found.append(("record", "sample", gettext("Sample")))
    if event.audience != Event.Audience.PUBLIC:
        found.append(("audience", event.audience, str(event.get_audience_display())))
    return [(tag(name), term, label) for name, term, label in found]
