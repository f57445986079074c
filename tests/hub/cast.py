"""The cast of the hub's tests: cities, people, practices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from hub.models import Practice
from hub.models.practice import State
from members.models import City, Membership, Official, Post, User
from members.regions import Region

PRACTICES = settings.BASE_DIR / "data" / "practices.jsonl"


def make_city(name: str = "Aarhus", country: str = "DK", *, member: bool = True, **fields: Any) -> City:
    slug = fields.pop("slug", name.lower().replace(" ", "-"))
    city = City.objects.create(name=name, country=country, slug=slug, **{"region": Region.EUROPE, "is_public": True, **fields})
    if member:
        Membership.objects.create(city=city, joined=date(2015, 9, 29))
    return city


def make_official(city: City, email: str = "olga@example.org", *, is_lead: bool = False) -> User:
    user = User.objects.create_user(email, name="Olga")
    official = Official.objects.create(user=user)
    Post.objects.create(official=official, city=city, title="Adviser", kind="policy", is_lead=is_lead, since=date(2020, 1, 1))
    return user


def make_staff(email: str = "sam@example.org") -> User:
    return User.objects.create_superuser(email, name="Sam")


def make_practice(city: City, title: str = "Youth council", **fields: Any) -> Practice:
    """A published one unless `state` says otherwise."""
    number = Practice.objects.count() + 1
    values = {
        "slug": f"practice-{number}",
        "summary": "Young people advise the city.",
        "body": "## What was done\n\nA council of pupils met each month.",
        "prevention_levels": ["primary"],
        "themes": ["youth-engagement"],
        "state": State.PUBLISHED,
        "published_at": timezone.now() - timedelta(days=number),
    }
    return Practice.objects.create(city=city, title=title, **{**values, **fields})
