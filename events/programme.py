"""An event's programme: its days, what begins when and where, and what clashes.

Sessions are told by the day and the hour in the event's zone. Those that begin at once stand side by side, in the order of the rooms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import formats
from django.utils.translation import gettext

from events import standing
from events.models import Booking, Event, Session
from events.naming import Naming, Person, with_people
from strongcities import languages, zones

MOST_IN_FULL = 60  # sessions whose speakers and texts the event's own page tells; of more it names them, and each has a page
COLUMNS = 4  # rooms that stand side by side


@dataclass(frozen=True)
class Clash:
    """Two sessions at once that ask for the same room or person. `what` names it, for the staff."""

    first: Session
    second: Session
    what: str

    @property
    def words(self) -> str:
        words = {"what": self.what, "first": self.first.title, "second": self.second.title}
        return gettext("%(what)s: “%(first)s” and “%(second)s” are at the same time.") % words


def clashes(sessions: Iterable[Session]) -> list[Clash]:
    """Where a room or a person is needed twice at a time, in the order of the programme. Of sessions with their speakers."""
    taking_place = sorted((each for each in sessions if not each.is_cancelled), key=lambda each: (each.starts, each.pk))
    needed: dict[Hashable, list[Session]] = defaultdict(list)
    names: dict[Hashable, str] = {}
    for session in taking_place:
        for key, name in _needs(session):
            needed[key].append(session)
            names[key] = name
    found = [Clash(first, second, names[key]) for key, some in needed.items() for first, second in _at_once(some)]
    return sorted(found, key=lambda clash: (clash.first.starts, clash.first.pk, clash.second.pk, clash.what))


def _needs(session: Session) -> Iterator[tuple[Hashable, str]]:
    """The room and the people that a session needs, each once."""
    if session.room:
        yield ("room", session.room_id), session.room.name
    people: dict[Hashable, str] = {}
    for speaker in session.speakers.all():
        key = ("official", speaker.official_id) if speaker.official_id else ("guest", speaker.name.casefold())
        people[key] = str(speaker)
    yield from people.items()


def _at_once(sessions: list[Session]) -> Iterator[tuple[Session, Session]]:
    """The pairs among `sessions`, which are by beginning, that are at the same time."""
    for place, first in enumerate(sessions):
        for second in sessions[place + 1 :]:
            if second.starts >= first.ends:
                break
            yield first, second


@dataclass
class Entry:
    """A session as the page tells it to one reader."""

    session: Session
    people: list[Person]
    hidden: int  # speakers of whom the reader learns nothing else
    column: int  # of its room; 0 where rooms don't stand side by side
    booking: Booking | None
    beside: list[Session]  # other sessions at that time in which the reader has asked for a seat

    @property
    def seats(self) -> str:
        """Of one that is booked: how it stands, for the reader first of all."""
        if not self.session.books or self.session.is_cancelled:
            return ""
        return standing.of_booking(self.booking) or standing.left(self.session) or gettext("seats to be taken")

    @property
    def begins(self) -> str:
        return formats.time_format(zones.wall(self.session.starts, self.session.event.zone))

    @property
    def ends(self) -> str:
        return formats.time_format(zones.wall(self.session.ends, self.session.event.zone))

    @property
    def spoken(self) -> str:
        """Only where it isn't what the whole event speaks."""
        return (
            languages.name(self.session.language)
            if self.session.language and [self.session.language] != self.session.event.languages
            else ""
        )


@dataclass
class Slot:
    begins: str
    entries: list[Entry]


@dataclass
class Day:
    day: date
    slots: list[Slot]
    is_open: bool = True

    @property
    def sessions(self) -> int:
        return sum(len(slot.entries) for slot in self.slots)


@dataclass
class Programme:
    days: list[Day]
    columns: int
    in_full: bool
    names: bool  # whether somebody is named in it
    clashes: list[Clash] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.days)


def entries_of(
    sessions: list[Session], naming: Naming, bookings: dict[int, Booking], columns: dict[int | None, int] | None = None
) -> list[Entry]:
    """`sessions`, with their speakers, as the reader of `naming` sees them. `bookings`: the reader's live ones by session."""
    booked = [booking.session for booking in bookings.values()]
    found = []
    for session in sessions:
        session.event = naming.event
        speakers = list(session.speakers.all())
        for speaker in speakers:
            speaker.session = session
        people = [] if naming.hides_speakers else [naming.person(speaker) for speaker in speakers]
        hidden = len(speakers) if naming.hides_speakers else 0
        own = bookings.get(session.pk)
        beside = [other for other in booked if own and other.pk != session.pk and other.overlaps(session)]
        found.append(Entry(session, people, hidden, (columns or {}).get(session.room_id, 0), own, beside))
    return found


def programme(event: Event, naming: Naming, user: Any) -> Programme:
    """The programme of `event` for one reader, in as many queries however long it is."""
    sessions = list(event.sessions.in_order().select_related("room").prefetch_related(with_people()))
    bookings = own_bookings(event, user) if sessions else {}
    rooms = list(dict.fromkeys(session.room_id for session in sorted(sessions, key=_by_room) if session.room_id))
    columns: dict[int | None, int] = {room: place for place, room in enumerate(rooms, 1)} if 1 < len(rooms) <= COLUMNS else {}
    entries = entries_of(sessions, naming, bookings, columns)
    in_full = len(entries) <= MOST_IN_FULL
    days = _days(entries, event.zone)
    if not in_full:
        _fold(days, event.zone)
    names = any(person.name for entry in entries for person in entry.people)
    return Programme(days, len(columns), in_full, names, clashes(sessions) if naming.keeps else [])


def own_bookings(event: Event, user: Any) -> dict[int, Booking]:
    """The reader's live bookings there, by session."""
    if not user.is_authenticated:
        return {}
    return {
        booking.session_id: booking for booking in Booking.objects.of(user).live().filter(session__event=event).select_related("session")
    }


def _by_room(session: Session) -> tuple[int, str, int]:
    return (session.room.position, session.room.name, session.room.pk) if session.room else (0, "", 0)


def _days(entries: list[Entry], zone: str) -> list[Day]:
    def day_of(entry: Entry) -> date:
        return zones.wall(entry.session.starts, zone).date()

    def hour_of(entry: Entry) -> datetime:
        return entry.session.starts

    return [
        Day(day, [Slot(some[0].begins, some) for some in (list(group) for _hour, group in groupby(of_day, hour_of))])
        for day, of_day in groupby(entries, day_of)
    ]


def _fold(days: list[Day], zone: str) -> None:
    """Of a long programme only one day stands open: today's, or else the first."""
    today = zones.wall(datetime.now().astimezone(), zone).date()
    opened = next((day for day in days if day.day == today), days[0])
    for day in days:
        day.is_open = day is opened
