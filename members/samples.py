"""Sample cities: any number, the same every time, marked as samples, for trying and measuring."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain, zip_longest
from typing import Any

import pgtrigger
from django.db import connection, transaction

from members import countries
from members.models import Body, City, Membership, Seat
from members.regions import Region, population_band
from strongcities.themes import Theme

_FIRST = "North South East West Upper Lower New Old Great Little Far Bright".split()  # noqa: SIM905  reads better
_LAST = "Harbour Bridge Market Hill Ford Field Garden Gate Meadow Mill Port Spring Lake River Square Tower".split()  # noqa: SIM905
_COLUMNS = (
    "name", "slug", "other_names", "kind", "country", "region", "population", "population_band", "website", "time_zone",
    "is_public", "is_sample", "profile", "official_name", "own_name", "own_language", "themes", "latitude", "longitude",
)  # fmt: skip
_ORGANISATIONS = (
    ("Sample association 1", Seat.Sort.ASSOCIATION, Region.EUROPE),
    ("Sample association 2", Seat.Sort.ASSOCIATION, Region.EAST_AFRICA),
    ("Sample organisation 3", Seat.Sort.NON_GOVERNMENTAL, ""),
)
_PROFILE = """This profile is made up, like the city, to show what one may look like.

## How we are organised
A small team in the mayor's office brings schools, social services, police and civil society to one table every month.

## What we would like to learn
How cities of our size keep a prevention network alive **after** the first funding has ended.
"""


def make_cities(n: int) -> int:
    """See to it that at least `n` sample cities are there, all members. Answers how many were made.

    Each is named and numbered plainly, "Upper Harbour (sample 0017)"; number, country, size and day of joining follow from
    the number alone. Written by COPY, without a history: they have none.
    """
    samples = City.objects.filter(is_sample=True)
    with transaction.atomic(), pgtrigger.ignore("members.City:insert_insert", "members.Membership:insert_insert"):
        have = samples.count()  # pgtrigger tells the transaction what to ignore with a statement like this; COPY then heeds it
        if have < n:
            _copy("members_city", _COLUMNS, _cities(have, n))
            numbers = ((key, int(slug.removeprefix("sample-"))) for key, slug in samples.values_list("pk", "slug").order_by("pk"))
            rows = [(key, _joined(number), False) for key, number in numbers if number >= have]
            _copy("members_membership", ("city_id", "joined", "is_founding"), rows)
    return max(n - have, 0)


def _copy(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _cities(start: int, end: int) -> Iterator[tuple[Any, ...]]:
    codes = [code for code, _name in sorted(countries.choices())]
    kinds = (
        [City.Kind.CITY] * 5 + [City.Kind.MUNICIPALITY] * 3 + [City.Kind.DISTRICT, City.Kind.COUNTY, City.Kind.PROVINCE, City.Kind.REGION]
    )
    for number in range(start, end):
        chance = random.Random(number)  # noqa: S311  the same every time is the point
        country = chance.choice(codes)
        people = int(10 ** chance.uniform(4, 7.2))
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} (sample {number:04})"
        kind, band = chance.choice(kinds), population_band(people)
        region = countries.region_of(country)
        themes = sorted(theme.value for theme in chance.sample(list(Theme), chance.randrange(4)))
        yield (
            name, f"sample-{number:04}", [], kind.value, country, region.value, people, band.value, "", "", True, True, _PROFILE,
            "", "", "", themes, *_place(chance, country),
        )  # fmt: skip


def _place(chance: random.Random, country: str) -> tuple[float, float] | tuple[None, None]:
    """A place near the middle of the country; every fiftieth city has none."""
    if chance.random() < 0.02:
        return None, None
    latitude, longitude = countries.place_of(country)
    north, east = chance.gauss(latitude, 1.2), chance.gauss(longitude, 1.6)
    return round(max(-89.0, min(89.0, north)), 4), round((east + 180) % 360 - 180, 4)


def _joined(number: int) -> date:
    return date(2015, 9, 30) + timedelta(days=random.Random(-number - 1).randrange(365 * 9))  # noqa: S311  as above


@transaction.atomic
def make_seats() -> int:
    """Give sample cities of every region seats on the committee: twelve today, two of them as co-chairs, and two that ended;
    and three sample organisations seats on the board. Nothing where anybody has a seat already. Answers how many were given."""
    if Seat.objects.exists():
        return 0
    members = (
        Membership.objects.today().filter(city__is_sample=True, city__merged_into=None).select_related("city").order_by("joined", "pk")
    )
    by_region = ([member for member in members if member.city.region == region] for region in Region)
    first = [member for member in chain.from_iterable(zip_longest(*by_region)) if member][:14]  # the first of each region, the second, …
    committee, board = (Body.objects.get(kind=kind) for kind in (Body.Kind.STEERING_COMMITTEE, Body.Kind.ADVISORY_BOARD))
    for place, member in enumerate(first):
        since = date(member.joined.year + 1, 1, 1)
        until = None if place < 12 else since.replace(year=since.year + 1)
        Seat.objects.create(body=committee, city=member.city, is_co_chair=place < 2, since=since, until=until)
    for name, sort, region in _ORGANISATIONS:
        Seat.objects.create(body=board, organisation=name, sort=sort, region=region, since=date(2016, 1, 1))
    return len(first) + len(_ORGANISATIONS)
