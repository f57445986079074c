"""Events for the demo: the network's first ones, as facts in our own words, and samples, each marked as one, that show every state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from babel.core import get_global
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from events import booking, registering
from events.kinds import Audience, Kind, ListedTo, SessionKind, Way
from events.models import Change, Event, EventInvitation, Registration, Room, Series, Session, Speaker
from events.registering import Told
from members.models import City, Official, User
from strongcities import zones
from strongcities.themes import Theme

_GUESTS = 9
_FAR = timedelta(days=400)  # where past samples are made, so that people can register; then they are moved


@transaction.atomic
def make_events() -> None:
    """Make the demo's events; what is there stays as it is. Raises ImproperlyConfigured outside the demo."""
    if not settings.DEMO:
        raise ImproperlyConfigured("Sample events, and people registered for them, are for the demo alone.")
    if Event.objects.filter(slug="global-launch").exists():
        return
    by = User.objects.get(email="staff@example.org")
    _first_ones(by)
    _samples(by)


def _announced(by: User, **fields: Any) -> Event:
    event = Event.objects.create(**{"languages": ["en"], **fields})
    event.begin("make", by=by)
    event.announce(by=by)
    return event


# --- What was ----------------------------------------------------------------------------------------------------------

_HOURS = "The days are on record, the hours are not: those given here are a whole working day.\n\n"


def _city(name: str, country: str) -> City:
    city: City = City.objects.named(name).get(country=country)
    return city


def _first_ones(by: User) -> None:
    new_york, summits = _city("New York", "US"), Series.objects.create(
        title="Annual summits", slug="annual-summits", summary="Once a year the network’s cities meet in one of them."
    )  # fmt: skip
    there = {
        "host": new_york,
        "zone": "America/New_York",
        "venue": "United Nations Headquarters",
        "way": Way.NONE,
        "audience": Audience.PUBLIC,
    }
    _announced(
        by, **there, slug="global-launch", title="Global launch of the Strong Cities Network", kind=Kind.CONFERENCE,
        summary="Mayors and officials from 25 cities found a network of their own.",
        starts=datetime(2015, 9, 29, 13, tzinfo=UTC), ends=datetime(2015, 9, 30, 22, tzinfo=UTC), themes=[Theme.STRATEGY],
        body=f"The network was launched at the United Nations in New York on 29 and 30 September 2015.\n\n{_HOURS}",
        outcomes="The founding cities agreed to address violent extremism in all its forms, and to tie it to no religion, "
        "nationality or ethnic group.",
    )  # fmt: skip
    _announced(
        by, **there, slug="first-steering-committee-meeting", title="First meeting of the Steering Committee", kind=Kind.COMMITTEE,
        summary="Local leaders from 25 cities meet for the first time to steer the network.",
        starts=datetime(2015, 9, 30, 13, tzinfo=UTC), ends=datetime(2015, 9, 30, 21, tzinfo=UTC),
        body=f"It met on the second day of the launch.\n\n{_HOURS}",
    )  # fmt: skip
    summit = _announced(
        by, slug="first-annual-summit", title="First Annual Summit", kind=Kind.SUMMIT, series=summits, host=_city("Paris", "FR"),
        summary="The first yearly meeting of all member cities.", zone="Europe/Paris", way=Way.NONE, audience=Audience.PUBLIC,
        starts=datetime(2016, 5, 11, 6, tzinfo=UTC), ends=datetime(2016, 5, 12, 15, tzinfo=UTC),
        body=f"It was planned for spring 2016 in cooperation with the City of Paris, and was held in Antalya in the end.\n\n{_HOURS}",
    )  # fmt: skip
    summit.change(
        by=by,
        host=_city("Antalya", "TR"),
        why="Planned in Paris, held in Antalya.",
    )
    Event.objects.filter(pk=summit.pk).update(zone="Europe/Istanbul")
    Change.objects.filter(event=summit).update(at=None)


# --- Samples -----------------------------------------------------------------------------------------------------------


def _samples(by: User) -> None:
    cities = list(City.objects.filter(is_sample=True, is_public=True).order_by("pk")[:8])
    if len(cities) < 8:
        return
    _summit(by, cities[0])
    _full(by, cities[1])
    _others(by, cities[2:])
    _past(by, cities[7])


def _sample(by: User, slug: str, title: str, *, in_days: int, days: int = 1, hour: int = 9, hours: int = 8, **fields: Any) -> Event:
    host = fields.get("host")
    zone = fields.get("zone") or zones.canonical(get_global("territory_zones").get(host.country, ["UTC"])[0] if host else "Europe/Brussels")
    there = zones.wall(timezone.now(), zone).replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    starts = zones.instant(there + timedelta(days=in_days), zone)
    values: dict[str, Any] = {
        "slug": f"sample-{slug}", "title": f"Sample: {title}", "kind": Kind.WORKSHOP, "is_sample": True, "zone": zone,
        "starts": starts, "ends": starts + timedelta(days=days - 1, hours=hours), "audience": Audience.PUBLIC, "venue": "Town hall",
        "body": "A made-up event, to try the site.",
    }  # fmt: skip
    return _announced(by, **{**values, **fields})


def _account(mail: str) -> User:
    return User.objects.get(email=mail)


def _register(event: Event, user: User, **told: Any) -> Registration:
    cities = registering.cities_of(user)
    return registering.register(event, user=user, city=cities[0] if cities else None, told=Told(**told))


def _guests() -> list[User]:
    """Accounts that nobody signs in to, for seats to be taken."""
    for number in range(1, _GUESTS + 1):
        User.objects.get_or_create(email=f"guest{number}@example.org", defaults={"name": f"Guest {number} (sample)", "password": "!"})
    return list(User.objects.filter(email__startswith="guest", email__endswith="@example.org").order_by("pk")[:_GUESTS])


_PROGRAMME: tuple[tuple[int, int, str, str, int | None], ...] = (
    # hour after it began, minutes, kind, title, room
    (0, 60, SessionKind.PLENARY, "Opening: what cities can do that states can’t", 0),
    (1, 30, SessionKind.BREAK, "Coffee", None),
    (2, 90, SessionKind.WORKSHOP, "Youth councils that last", 0),
    (2, 90, SessionKind.WORKSHOP, "Reading a local risk without naming a group", 1),
    (2, 90, SessionKind.SHOWCASE, "Five projects in five minutes each", 2),
    (4, 60, SessionKind.BREAK, "Lunch", None),
    (5, 120, SessionKind.EXERCISE, "The first 48 hours after an attack", 0),
    (5, 90, SessionKind.WORKSHOP, "Talking with parents who worry", 1),
    (24, 60, SessionKind.PLENARY, "What was heard yesterday", 0),
    (25, 90, SessionKind.WORKSHOP, "Measuring what prevention does", 0),
    (25, 90, SessionKind.SHOWCASE, "Libraries, clubs, parks: places that hold a town together", 1),
    (25, 90, SessionKind.WORKSHOP, "Hate online, and the street next to it", 2),
    (28, 60, SessionKind.PLENARY, "What we take home", 0),
)


def _summit(by: User, host: City) -> None:
    event = _sample(
        by, "summit", "summit of neighbours", in_days=60, days=2, host=host, kind=Kind.SUMMIT,
        series=Series.objects.get(slug="annual-summits"),
        summary="Two days, three rooms, and time to talk between them.", capacity=120, per_city=4, companions_each=1,
        languages=["en", "fr"], interpretation=["ar", "es"], themes=[Theme.YOUTH, Theme.CRISIS], venue="Congress hall",
        offers_travel=True, offers_letters=True,
        registration_closes=timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=45),
    )  # fmt: skip
    rooms = [
        Room.objects.create(event=event, name=name, position=place, holds=holds)
        for place, (name, holds) in enumerate((("Great hall", 300), ("Garden room", 40), ("Library", 25)))
    ]
    sessions = [_session(event, rooms, *row) for row in _PROGRAMME]
    _speakers(sessions)
    for mail, listed_to in (("lead@example.org", ListedTo.EVERYONE), ("official@example.org", ListedTo.PARTICIPANTS)):
        registration = _register(event, _account(mail), listed_to=listed_to)
        booking.book(sessions[2], registration=registration, by=_account(mail))
    for guest in _guests()[:5]:
        _register(event, guest, listed_to=ListedTo.EVERYONE)


def _session(event: Event, rooms: Sequence[Room], after: int, minutes: int, kind: str, title: str, room: int | None) -> Session:  # noqa: PLR0917  a row of the table
    begins = event.starts + timedelta(hours=after)
    books = kind in {SessionKind.WORKSHOP, SessionKind.EXERCISE}
    return Session.objects.create(
        event=event, kind=kind, title=title, starts=begins, ends=begins + timedelta(minutes=minutes), books=books,
        room=None if room is None else rooms[room], capacity=25 if books else None, summary="" if kind == SessionKind.BREAK else
        "A sample session: what would be done here, and by whom, stands in one paragraph.",
    )  # fmt: skip


def _speakers(sessions: list[Session]) -> None:
    for place, mail in enumerate(("lead@example.org", "lead2@example.org", "official@example.org")):
        levels = (ListedTo.EVERYONE, ListedTo.PARTICIPANTS, ListedTo.NOBODY)
        official = Official.objects.get(user__email=mail)
        for session in (sessions[0], sessions[2 + place]):
            role = Speaker.Role.MODERATOR if place == 0 else Speaker.Role.SPEAKER
            Speaker.objects.create(session=session, official=official, named_to=levels[place], role=role, position=place)
    guest = {"name": "Gia Guest (sample)", "standing": "Sample organisation", "named_to": ListedTo.EVERYONE}
    for session in (sessions[6], sessions[8]):
        Speaker.objects.create(session=session, **guest)


def _full(by: User, host: City) -> None:
    event = _sample(
        by, "seminar", "seminar on families", in_days=30, host=host, kind=Kind.SEMINAR, capacity=_GUESTS, themes=[Theme.YOUTH],
        summary="A small seminar: its seats are taken, and some wait.",
    )  # fmt: skip
    for guest in _guests():
        _register(event, guest)
    for mail in ("official@example.org", "lead2@example.org"):
        _register(event, _account(mail))


def _others(by: User, hosts: list[City]) -> None:
    visit = _sample(
        by, "exchange-visit", "a week in another town’s youth service", in_days=80, days=5, host=hosts[0], kind=Kind.VISIT,
        way=Way.MODERATED, audience=Audience.MEMBERS, capacity=6, summary="Three officials at a time see how it is done elsewhere.",
    )  # fmt: skip
    _register(visit, _account("lead@example.org"))
    meeting = _sample(
        by, "committee-meeting", "meeting of the Steering Committee", in_days=45, hours=3, host=hosts[1], kind=Kind.COMMITTEE,
        audience=Audience.INVITATION, way=Way.INVITED, is_online=True, summary="For those who were invited.",
    )  # fmt: skip
    EventInvitation.objects.create(event=meeting, email="lead2@example.org", user=_account("lead2@example.org"), invited_by=by).begin(
        "invite", by=by
    )
    _sample(
        by, "webinar", "webinar on counter-narratives", in_days=14, hour=13, hours=2, venue="", is_online=True, kind=Kind.WEBINAR,
        zone="UTC", languages=["en"], interpretation=["fr", "ar"], summary="Two hours on a screen, for everyone.",
        link="https://www.example.org/webinar",
    )  # fmt: skip
    _sample(by, "not-yet", "workshop that opens later", in_days=120, host=hosts[2], registration_opens=timezone.now() + timedelta(days=30),
            summary="Its registration opens in a month.")  # fmt: skip
    postponed = _sample(by, "postponed", "regional workshop", in_days=25, host=hosts[3], summary="It has no date for now.")
    _register(postponed, _account("official@example.org"))
    postponed.postpone(by=by, why="Sample: the hall is being repaired.")
    cancelled = _sample(
        by, "cancelled", "conference by the sea", in_days=40, host=hosts[4], kind=Kind.CONFERENCE, summary="It doesn’t take place."
    )
    cancelled.cancel(by=by, why="Sample: too few could come. The next one is planned for another season.")


def _past(by: User, host: City) -> None:
    event = _sample(
        by, "dialogue", "a day of hard questions", in_days=_FAR.days - 20, host=host, chatham_house=True, kind=Kind.WORKSHOP,
        summary="Held under the Chatham House rule: what was said, not who said it.", themes=[Theme.POLARISATION], capacity=30,
        outcomes="This is a sample. Here stands, in a few paragraphs, what a day of talking came to.",
        for_cities="- A sample of what a city can take up.\n- Another one.", next_steps="A sample: who does what until when.",
    )  # fmt: skip
    for mail in ("lead@example.org", "lead2@example.org"):
        _register(event, _account(mail), listed_to=ListedTo.EVERYONE)
    Event.objects.filter(pk=event.pk).update(starts=F("starts") - _FAR, ends=F("ends") - _FAR)
    event.refresh_from_db()
    session = _session(event, [], 1, 90, SessionKind.PLENARY, "Questions without an audience", None)
    Speaker.objects.create(session=session, official=Official.objects.get(user__email="lead2@example.org"), named_to=ListedTo.EVERYONE)
    event.transitions.update(at=timezone.now() - timedelta(days=90))
    for registration in event.registrations.all():
        registration.check_in(by=by)
