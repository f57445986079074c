"""Time zones: what they are called, and what the clocks in one of them show.

Everything is read from the package `tzdata`, which is pinned: a machine's own list may be years older, and then the same meeting would
begin at another hour on each machine. For the same reason no query asks PostgreSQL for the hour in a zone: it has a list of its own.

What is kept of a zone is its name, and an instant is kept in UTC. A zone is named for a place as zone.tab has it today. It was called
otherwise before (Europe/Kiev), or somebody knows it by its country (US/Eastern): such a name is accepted, and the present one is kept.
A place whose clocks have long shown the same as another one's (Copenhagen, Berlin) is a link in the list too, but a place still: it
keeps its own name.
"""

from __future__ import annotations

import unicodedata
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, to_locale

zoneinfo.reset_tzpath(to=())  # the package alone, for whoever asks Python for a zone in this process

YEARS = range(2000, 2101)  # of what is planned or was held: before, clocks were set by rules that nobody here needs
LONGEST = 60  # characters of what was typed that are said back
# Names that no zone.tab has and that lead, in the list, to nothing or to a place far away which only has the same clock: where they belong.
_MOVED = {
    "Africa/Asmera": "Africa/Asmara", "Africa/Timbuktu": "Africa/Bamako", "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas", "Antarctica/South_Pole": "Antarctica/McMurdo", "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik", "Pacific/Ponape": "Pacific/Pohnpei", "Pacific/Truk": "Pacific/Chuuk", "Pacific/Yap": "Pacific/Chuuk",
    "EST5EDT": "America/New_York", "CST6CDT": "America/Chicago", "MST7MDT": "America/Denver", "PST8PDT": "America/Los_Angeles",
    "Etc/UTC": "UTC", "Etc/GMT": "UTC", "US/Pacific-New": "America/Los_Angeles", "Canada/East-Saskatchewan": "America/Regina",
}  # fmt: skip


class NoSuchZone(ValidationError):
    """What was named is no zone of a place."""


class NoSuchHour(ValidationError):
    """Clocks there went past this hour."""


class HourTwice(ValidationError):
    """Clocks there showed this hour twice, and it wasn't said which of the two is meant."""


# --- Names -----------------------------------------------------------------------------------------------------------


def _lines(file: str, start: str = "") -> Iterator[str]:
    """The lines of a file of the package that begin with `start`, without remarks."""
    with resources.files("tzdata.zoneinfo").joinpath(file).open(encoding="utf-8") as lines:
        yield from (line.rstrip() for line in lines if line.startswith(start) and not line.startswith("#"))


@cache
def _places() -> frozenset[str]:
    return frozenset(line.split("\t")[2] for line in _lines("zone.tab")) | {"UTC"}


@cache
def _links() -> dict[str, str]:
    """What a name leads to. Some are places all the same: who asks for a place looks there first."""
    links = {name: target for _link, target, name in map(str.split, _lines("tzdata.zi", "L "))}
    return {**links, **_MOVED}


@cache
def _present() -> dict[str, str]:
    """Every name that is accepted, as `_key` has it: the present one."""
    places, links = _places(), _links()

    def now(name: str) -> str:
        return name if name in places else now(links[name])

    return {_key(name): now(name) for name in (*places, *links)}


def _key(name: str) -> str:
    return name.strip().replace(" ", "_").casefold()


def said_back(typed: str) -> str:
    """The beginning of what somebody typed, fit for a sentence: without what no page can show."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in typed[:LONGEST])


def canonical(name: str) -> str:
    """The present name of the zone that was called `name`, in capitals or not, with spaces or not. Raises NoSuchZone, in words."""
    if not (key := _key(name)):
        raise NoSuchZone(gettext("A time zone has a name, such as Africa/Nairobi."), code="zone")
    if key not in _present():
        raise NoSuchZone(gettext("There is no time zone “%(cell)s”.") % {"cell": said_back(name)}, code="zone")
    return _present()[key]


def zone(name: str) -> ZoneInfo:
    """The zone of a name as it was kept, whatever it is called by now. Raises NoSuchZone for what never was one."""
    try:
        return _read(canonical(name))
    except NoSuchZone:
        if name in _hours_from_utc():
            return _read(name)  # kept before only places' were taken: Etc/GMT-3
        raise


@cache
def _read(name: str) -> ZoneInfo:
    return ZoneInfo(name)  # which itself keeps eight, and a list of all of them asks for each


@cache
def _hours_from_utc() -> frozenset[str]:
    return frozenset(line.split()[1] for line in _lines("tzdata.zi", "Z Etc/"))


@cache
def _cities(language: str) -> dict[str, str]:
    """Each place's name in `language`, by CLDR: it has some under what the zone was called long ago, and in English only those whose
    name isn't in the zone's."""
    known = Locale.parse(to_locale(language)).time_zones
    names = {place: place.rpartition("/")[2].replace("_", " ") for place in _places()}
    for name in (*_links(), *_places()):
        if name in known and (city := known[name].get("city")):
            names[_present()[_key(name)]] = city
    return names


def city(name: str) -> str:
    """The place that a zone is named for, in the active language: "Nairobi"; "UTC" for that, and for hours counted from it."""
    try:
        return _cities(get_language() or "en")[canonical(name)]
    except NoSuchZone:
        return offset_words(_offset(datetime.now(UTC), name))


def _offset(at: datetime, name: str) -> timedelta:
    return at.astimezone(zone(name)).utcoffset() or timedelta()


def offset_words(offset: timedelta) -> str:
    """How far clocks are ahead of UTC: "UTC+3", "UTC−3:30", "UTC+0"."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def label(name: str, at: datetime | None = None) -> str:
    """A zone as it is chosen: "Nairobi, UTC+3", by the offset at `at`, now unless said."""
    if canonical(name) == "UTC":
        return "UTC"
    words = {"city": city(name), "offset": offset_words(_offset(at or timezone.now(), name))}
    return gettext("%(city)s, %(offset)s") % words


def names(at: datetime | None = None) -> dict[str, str]:
    """Every zone that is offered: its name and its label, by label in the active language."""
    at = at or timezone.now()
    found = {name: label(name, at) for name in _places()}
    return dict(sorted(found.items(), key=lambda each: unicodedata.normalize("NFKD", each[1]).casefold()))


def choices() -> list[tuple[str, Any]]:
    """The same for a select: UTC, then the places of each part of the world."""
    parts = _parts(get_language() or "en")
    groups: dict[str, list[tuple[str, str]]] = {words: [] for words in parts.values()}
    for name, words in names().items():
        if name != "UTC":
            groups[parts[name.partition("/")[0]]].append((name, words))
    return [("UTC", "UTC"), *groups.items()]


def _parts(language: str) -> dict[str, str]:
    """What the first part of a zone's name says, in words, in the order of a list."""
    world = Locale.parse(to_locale(language)).territories
    return {
        "Africa": world["002"], "America": world["019"], "Asia": world["142"], "Europe": world["150"], "Arctic": world["150"],
        "Australia": world["AU"], "Pacific": gettext("Pacific Ocean"), "Indian": gettext("Indian Ocean"),
        "Atlantic": gettext("Atlantic Ocean"), "Antarctica": world["AQ"],
    }  # fmt: skip


# --- What clocks show ------------------------------------------------------------------------------------------------


def wall(instant: datetime, name: str) -> datetime:
    """What clocks in the zone show at `instant` (aware): naive, its `fold` 1 where they show it for the second time."""
    return instant.astimezone(zone(name)).replace(tzinfo=None)


def instant(local: datetime, name: str, *, fold: int | None = None) -> datetime:
    """When clocks in the zone show `local` (naive), in UTC. `fold` says which is meant of an hour that comes twice: 0 the first, 1 the
    second; of any other it says nothing. Raises, in words, NoSuchHour, HourTwice, NoSuchZone, or ValidationError for a far year."""
    if local.year not in YEARS:
        raise ValidationError(gettext("The year is one from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]}, code="year")
    first, second = (local.replace(tzinfo=zone(name), fold=which) for which in (0, 1))
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if before < after:
        raise NoSuchHour(_past(local, name, before, after), code="no_such_hour")
    if before > after and fold is None:
        words = {"place": city(name), "day": formats.date_format(local), "time": formats.time_format(local)}
        one, two = twice(local, name)
        said = gettext("Clocks in %(place)s go back on %(day)s, so %(time)s comes twice. Say which you mean: %(first)s or %(second)s.")
        raise HourTwice(said % {**words, "first": one, "second": two}, code="hour_twice")
    return (second if fold else first).astimezone(UTC)


def twice(local: datetime, name: str) -> tuple[str, ...]:
    """Of a time that comes twice in the zone, both in words, the first first: "02:30 UTC+2", "02:30 UTC+1". Of another one nothing."""
    there = zone(name)
    offsets = [local.replace(tzinfo=there, fold=which).utcoffset() or timedelta() for which in (0, 1)]
    if offsets[0] <= offsets[1]:
        return ()
    time = formats.time_format(local)
    return tuple(f"{time} {offset_words(offset)}" for offset in offsets)


def _past(local: datetime, name: str, before: timedelta, after: timedelta) -> str:
    """What happened to an hour that doesn't exist. Looked for by halves: the instant at which the offset becomes `after`."""
    there = zone(name)
    early, late = (local - after).replace(tzinfo=UTC), (local - before).replace(tzinfo=UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if middle.astimezone(there).utcoffset() == before else (early, middle)
    changed = (late + timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=None)
    start, end = changed + before, changed + after
    time, day = formats.time_format, formats.date_format
    words = {"place": city(name), "day": day(start), "from": time(start), "time": time(local), "to": time(end)}
    if start.date() != end.date():
        words["to"] = formats.date_format(end, "DATETIME_FORMAT")
    return gettext("On %(day)s clocks in %(place)s go from %(from)s to %(to)s: %(time)s does not exist.") % words
