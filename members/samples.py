"""Sample cities: any number, the same every time, marked as samples, for trying and measuring."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pgtrigger
from django.db import transaction

from members import countries
from members.models import City, Membership
from members.regions import population_band

_FIRST = "North South East West Upper Lower New Old Great Little Far Bright".split()  # noqa: SIM905  reads better
_LAST = "Harbour Bridge Market Hill Ford Field Garden Gate Meadow Mill Port Spring Lake River Square Tower".split()  # noqa: SIM905
_BATCH = 2000


def make_cities(n: int) -> int:
    """See to it that at least `n` sample cities are there, all members. Answers how many were made.

    Each is named and numbered plainly, "Upper Harbour (sample 0017)"; number, country, size and day of joining follow from
    the number alone. Their history is not kept: they have none.
    """
    have = City.objects.filter(is_sample=True).count()
    with transaction.atomic(), pgtrigger.ignore("members.City:insert_insert", "members.Membership:insert_insert"):
        for start in range(have, n, _BATCH):
            made = City.objects.bulk_create(_cities(start, min(start + _BATCH, n)))
            Membership.objects.bulk_create(Membership(city=city, joined=_joined(number)) for number, city in enumerate(made, start))
    return max(n - have, 0)


def _cities(start: int, end: int) -> Iterator[City]:
    codes = [code for code, _name in sorted(countries.choices())]
    kinds = (
        [City.Kind.CITY] * 5 + [City.Kind.MUNICIPALITY] * 3 + [City.Kind.DISTRICT, City.Kind.COUNTY, City.Kind.PROVINCE, City.Kind.REGION]
    )
    for number in range(start, end):
        chance = random.Random(number)  # noqa: S311  the same every time is the point
        country = chance.choice(codes)
        people = int(10 ** chance.uniform(4, 7.2))
        yield City(
            name=f"{chance.choice(_FIRST)} {chance.choice(_LAST)} (sample {number:04})",
            slug=f"sample-{number:04}",
            kind=chance.choice(kinds),
            country=country,
            region=countries.region_of(country),
            population=people,
            population_band=population_band(people),
            is_public=True,
            is_sample=True,
        )


def _joined(number: int) -> date:
    return date(2015, 9, 30) + timedelta(days=random.Random(-number - 1).randrange(365 * 9))  # noqa: S311  as above
