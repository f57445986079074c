"""Events as calendar programs read them (iCalendar, RFC 5545; published as RFC 5546 has it), by the library icalendar.

An event is the same entry wherever it stands, by its UID, whatever becomes of its title or address; programs take over what has a
higher SEQUENCE than what they have. Times stand in the zone of the event, whose rules come along (zone_rules.py); but for the hour
that clocks show a second time, which only UTC can tell.

All that an entry says is in `Entry`, so that it is written once and kept for as long as it is the same. The library writes the head and the
rules of zones; entries are written here, as it would write them, for a thousand of its own take a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Func, TextField, Value
from django.db.models.aggregates import StringAgg
from django.urls import reverse
from django.utils.translation import get_language, gettext
from icalendar import Calendar, vText, vUri

from events.kinds import Audience, Kind
from events.models import Event
from events.models.event import State
from events.querysets import EventQuerySet
from events.zone_rules import rules
from strongcities import zones
from strongcities.themes import Theme

FOLDED = 74  # octets of a line, without the space before it
PRODUCT = "-//Strong Cities Network//Events//EN"
FIRST_YEAR = 2014  # of the rules of zones: the network began in 2015
WRITTEN = 1  # raised with what is written here, so that whoever has it already is sent it again
REFRESH = timedelta(hours=4)  # how often programs are asked to look again
STATUS = {State.POSTPONED: "TENTATIVE", State.CANCELLED: "CANCELLED"}
CONTENT_TYPE = "text/calendar; charset=utf-8"

# What ends a line for some reader of text files, and what no calendar has a place for.
_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """`starts` and `ends` are instants; `is_busy`: whoever has it in their calendar is busy then."""

    uid: str
    sequence: int
    changed: datetime
    starts: datetime
    ends: datetime
    zone: str
    status: str
    summary: str
    description: str
    location: str
    url: str
    categories: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    is_public: bool = True
    is_busy: bool = False


# --- What is said ------------------------------------------------------------------------------------------------------


def entry(event: Event) -> Entry:
    """An event as everybody who sees it may have it; with its host at hand (select_related)."""
    page = f"{settings.SITE_URL}{_before_slugs(get_language())}{event.slug}/"
    return Entry(
        uid=named(f"event-{event.pk}"),
        sequence=event.version,
        changed=event.changed,
        starts=event.starts,
        ends=event.ends,
        zone=event.zone,
        status=STATUS.get(State(event.state), "CONFIRMED"),
        summary=marked(event),
        description=f"{event.summary}\n\n{page}",
        location=where(event),
        url=page,
        categories=_categories(get_language(), event.kind, tuple(event.themes)),
        place=_place(event),
        is_public=event.audience == Audience.PUBLIC,
    )


@lru_cache(maxsize=64)
def _before_slugs(_language: str | None) -> str:
    """What the addresses of all events begin with in the language that is active (the argument, so that each is kept by itself): asked
    once, for to ask it of each takes a fifth of a calendar's time."""
    return reverse("events:event", args=["x"]).removesuffix("x/")


@lru_cache(maxsize=1024)
def _categories(_language: str | None, kind: str, themes: tuple[str, ...]) -> tuple[str, ...]:
    """Its kind and themes in the language that is active, as above."""
    return str(Kind(kind).label), *(str(Theme(slug).label) for slug in themes)


_known: dict[tuple[Any, ...], Entry] = {}


def entries(events: EventQuerySet) -> list[Entry]:
    """Of all `events`, by date, in one statement. What was made of an event in this process is kept for as long as nothing of it changed,
    as `mark` knows it."""
    here, found = written_in(), []
    for event in events.select_related("host").only(*READ).order_by("starts", "pk"):
        host = event.host
        key = (here, event.pk, event.version, event.changed, host and tuple(getattr(host, name) for name in SHOWN_OF_HOST))
        if key not in _known:
            if len(_known) >= KEPT:
                _known.clear()
            _known[key] = entry(event)
        found.append(_known[key])
    return found


def named(what: str) -> str:
    """A name that never changes, whatever the address of the thing: as a tag (strongcities/feeds.py), but without its comma, which some
    programs compare as it is escaped."""
    return f"{what}@{urlsplit(settings.SITE_URL).hostname}"


def marked(event: Event) -> str:
    """Its title, with what has become of it: programs that show no states show titles."""
    if event.state == State.CANCELLED:
        return gettext("Cancelled: %(event)s") % {"event": event.title}
    if event.state == State.POSTPONED:
        return gettext("Postponed: %(event)s") % {"event": event.title}
    return event.title


def where(event: Event) -> str:
    parts = [event.venue, event.venue_address, *((event.host.name, event.host.country_name) if event.host else ())]
    if event.is_online:
        parts.append(gettext("Online"))
    return gettext(", ").join(part for part in parts if part)


def _place(event: Event) -> tuple[float, float] | None:
    if event.host is None or event.host.latitude is None or event.host.longitude is None:
        return None
    return float(event.host.latitude), float(event.host.longitude)


# --- Whether it changed ------------------------------------------------------------------------------------------------

SHOWN_OF_HOST = ("name", "slug", "country", "latitude", "longitude")
SHOWN_OF_EVENT = ("pk", "version", "changed", *(f"host__{name}" for name in SHOWN_OF_HOST))
READ = (
    "version", "changed", "starts", "ends", "zone", "state", "title", "slug", "summary", "venue", "venue_address", "is_online", "kind",
    "themes", "audience", *(f"host__{name}" for name in SHOWN_OF_HOST),
)  # fmt: skip
KEPT = 8192  # entries in a process: some ten megabytes


def mark(events: EventQuerySet) -> str:
    """Changes with whatever a calendar of these shows, in one statement, without reading them. The database says `changed` of every change
    of an event; what an entry has from elsewhere is its host's."""
    row = Func(Value("|"), *map(F, SHOWN_OF_EVENT), function="concat_ws", output_field=TextField())
    rows = Func(StringAgg(row, Value(","), order_by="pk"), function="md5", output_field=TextField())
    return f"{written_in()}|{events.order_by().aggregate(mark=rows)['mark']}"


def written_in() -> str:
    """What else an entry depends on: how it is written, in which language, under which address."""
    return f"{WRITTEN}|{get_language()}|{settings.SITE_URL}"


# --- How it is written -------------------------------------------------------------------------------------------------


def calendar(entries: Sequence[Entry], *, name: str = "", method: str = "PUBLISH", own: str = "") -> bytes:
    """A calendar, called `name`, that is fetched anew at the address `own`; without these, entries to be put into a calendar."""
    head = Calendar()
    head.add("prodid", PRODUCT)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    head.add("method", method)
    if name:
        called = vText(fit(name, one_line=True))
        head.add("name", called)  # RFC 7986; what begins with X is what programs read before
        head.add("x-wr-calname", called)
        head.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
        head.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    if own:
        head.add("url", vUri(own))
    names = {each.zone for each in entries}
    if len(names) == 1:
        head.add("x-wr-timezone", zones.zone(names.pop()).key)
    begin, _end, rest = head.to_ical().partition(b"END:VCALENDAR")
    return b"".join([begin, *_rules(entries), *map(_written, entries), _end, rest])


def _rules(entries: Iterable[Entry]) -> list[bytes]:
    """Of each zone in which there is an entry, for the same span of years wherever it can be: some programs keep the first rules that they
    are sent of a zone, for all that comes after."""
    years: dict[str, list[int]] = {}
    for each in entries:
        years.setdefault(zones.zone(each.zone).key, []).extend((each.starts.year, each.ends.year))
    spans = {name: (min(FIRST_YEAR, min(of) - 1), -(-(max(of) + 1) // 10) * 10) for name, of in years.items() if name != "UTC"}
    return [rules(name, *spans[name]) for name in sorted(spans)]


@lru_cache(maxsize=KEPT)
def _written(entry: Entry) -> bytes:
    """By hand, byte for byte as the library writes it (tests/events/test_calendar.py), which takes a millisecond for each: its properties
    in the library's order, its texts escaped and its lines folded."""
    stamp = f"{entry.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    said = [
        "BEGIN:VEVENT",
        f"SUMMARY:{_escaped(fit(entry.summary, one_line=True))}",
        f"DTSTART{_when(entry.starts, entry.zone)}",
        f"DTEND{_when(entry.ends, entry.zone)}",
        f"DTSTAMP:{stamp}",
        f"UID:{_escaped(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"CATEGORIES:{','.join(_escaped(fit(each, one_line=True)) for each in entry.categories)}" if entry.categories else "",
        f"CLASS:{'PUBLIC' if entry.is_public else 'PRIVATE'}",
        f"DESCRIPTION:{_escaped(fit(entry.description))}",
        "GEO:{};{}".format(*entry.place) if entry.place else "",
        f"LAST-MODIFIED:{stamp}",
        f"LOCATION:{_escaped(fit(entry.location, one_line=True))}" if entry.location else "",
        # RFC 5546 asks for one of whatever is published (3.2.1) and cancelled (3.2.5), though nobody answers it.
        f'ORGANIZER;CN="Strong Cities Network":mailto:{settings.CONTACT_MAIL}',
        f"STATUS:{entry.status}",
        f"TRANSP:{'OPAQUE' if entry.is_busy else 'TRANSPARENT'}",
        f"URL:{entry.url}",
        "END:VEVENT",
    ]
    return b"".join(_folded(line.encode()) + b"\r\n" for line in said if line)


def _when(at: datetime, zone: str) -> str:
    """In the zone; in UTC where clocks there show this hour for the second time: without more, the first is understood."""
    there = zones.zone(zone)
    wall = at.astimezone(there)
    if wall.fold or there.key == "UTC":
        return f":{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f";TZID={there.key}:{wall:%Y%m%dT%H%M%S}"


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11; its one way to write the end of a line has a second form, which the library reads before all else."""
    return text.replace(r"\N", "\n").replace("\\", "\\\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


def _folded(line: bytes) -> bytes:
    """In lines of at most 75 octets, the space that begins each further one counted, that cut neither a sign nor an escape in two."""
    if len(line) <= FOLDED:
        return line
    parts, at = [], 0
    while len(line) - at > FOLDED:
        end = at + FOLDED
        while line[end] & 0xC0 == 0x80:  # within a sign
            end -= 1
        end -= line[end - 1] in b"\\^"
        parts.append(line[at:end])
        at = end
    return b"\r\n ".join([*parts, line[at:]])


def fit(text: str, *, one_line: bool = False) -> str:
    """A text as a calendar can hold it: its lines ended as the library escapes them, and no sign that isn't text."""
    text = _NOT_TEXT.sub("", _ENDS.sub("\n", text))
    return " ".join(text.split()) if one_line else text


def alone(entry: Entry) -> Entry:
    """As somebody has it who puts this one into their calendar: they mean to go."""
    return replace(entry, is_busy=entry.status == "CONFIRMED")


def title(kept: str) -> str:
    """What the calendar, or the feed, of a choice of events is called, `kept` in words."""
    return gettext("Events: %(what)s · Strong Cities Network") % {"what": kept} if kept else gettext("Events · Strong Cities Network")
