"""What the events' tests add to the house's cast (tests/cast.py): events, and people who register for them, in few words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from events import registering
from events.models import Event, Registration, Session
from events.models.event import State
from events.registering import Told
from members.models import City, User
from tests import cast


def make_event(title: str = "Spring workshop", **fields: Any) -> Event:
    """An announced one in thirty days, for a day, for everyone; open, without a limit, unless told otherwise. `in_days` moves it."""
    begins = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=fields.pop("in_days", 30))
    values = {
        "kind": Event.Kind.WORKSHOP,
        "slug": f"event-{Event.objects.count() + 1}",
        "summary": "Cities look at each other’s work.",
        "state": State.ANNOUNCED,
        "venue": "Town hall",
        "starts": begins,
        "ends": begins + timedelta(hours=8),
        "zone": "Europe/Paris",
        "audience": Event.Audience.PUBLIC,
    }
    return Event.objects.create(title=title, **{**values, **fields})


def make_session(event: Event, title: str = "Youth councils", *, after: int = 0, hours: int = 1, **fields: Any) -> Session:
    """One that is booked, `after` hours after the event began, unless told otherwise."""
    begins = event.starts + timedelta(hours=after)
    return Session.objects.create(
        event=event, title=title, **{"books": True, "starts": begins, "ends": begins + timedelta(hours=hours), **fields}
    )


def make_people(count: int, prefix: str = "person") -> list[User]:
    """Accounts that stand for no city."""
    return User.objects.bulk_create(
        User(email=f"{prefix}{number}@example.org", name=f"{prefix.title()} {number}", password="!") for number in range(1, count + 1)
    )


def make_official(city: City, email: str, **post: Any) -> User:
    return cast.make_post(cast.make_user(email, name=email.partition("@")[0].title()), city, **post).official.user


OWN: Any = object()


def register(event: Event, user: User, city: City | None = OWN, **told: Any) -> Registration:
    """For the first city that they stand for, or none, unless one is named."""
    if city is OWN:
        city = next(iter(registering.cities_of(user)), None)
    return registering.register(event, user=user, city=city, told=Told(**told))


def stands(event: Event) -> list[tuple[str, str]]:
    """Who is what, in the order of asking: [("person1", "confirmed"), …]."""
    rows = event.registrations.order_by("number", "pk").values_list("user__email", "state")
    return [(email.partition("@")[0], state) for email, state in rows]


def counted(what: Any) -> tuple[int, int]:
    """(taken, waiting) as the database counts them."""
    what.refresh_from_db()
    return what.taken, what.waiting


def rush(place: Any, **offset: Any) -> None:
    """An offer's end moved: by default a second ago."""
    until = timezone.now() + timedelta(**(offset or {"seconds": -1}))
    type(place).objects.filter(pk=place.pk).update(offered_until=until)
