"""What the hub's tests add to the house's cast (tests/cast.py): practices, and whoever reads them in as few words as may be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hub import synonym_file
from hub.models import Practice, SynonymGroup
from hub.models.practice import State
from members.models import City, User
from strongcities import sheets
from tests import cast

PRACTICES = settings.BASE_DIR / "data" / "practices.jsonl"


def first_synonyms() -> None:
    """The ones that the migrations brought, where a test with transactions of its own emptied them."""
    if not SynonymGroup.objects.exists():
        synonym_file.bring(*sheets.read((settings.BASE_DIR / "hub" / "data" / "synonyms.csv").read_bytes()))


def make_city(name: str = "Aarhus", country: str = "DK", *, member: bool = True, **fields: Any) -> City:
    """A public city that is a founding member, or never was one."""
    return cast.make_city(name, **{"country": country, "joined": date(2015, 9, 29) if member else None, "left": None, **fields})


def make_official(city: City, email: str = "olga@example.org", *, is_lead: bool = False) -> User:
    """Somebody new with a post at `city`."""
    return cast.make_post(cast.make_user(email, name="Olga"), city, is_lead=is_lead).official.user


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


def make_synonyms(name: str, codes: list[str] | None = None, **expressions: list[str]) -> SynonymGroup:
    """A group with expressions by language; one in brackets is only found."""
    group = SynonymGroup.objects.create(name=name, codes=codes or [])
    for language, texts in expressions.items():
        for text in texts:
            group.expressions.create(language=language, text=text.strip("()"), only_found=text.startswith("("))
    return group


def run(sql: str, *values: Any) -> Any:
    """The first value of what the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
