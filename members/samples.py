"""Sample cities: plainly marked, for trying and measuring."""

from __future__ import annotations

import random

from members import countries
from members.models import City
from members.regions import population_band


def make_cities(count: int) -> None:
    """Add `count` sample cities."""
    first = City.objects.filter(is_sample=True).count() + 1
    codes = [code for code, _name in countries.choices()]
    cities = []
    for number in range(first, first + count):
        chance = random.Random(number)  # noqa: S311  samples are meant to be the same each time
        country = chance.choice(codes)
        people = int(10 ** chance.uniform(4, 7))
        cities.append(
            City(name=f"Sample city {number:03}", slug=f"sample-city-{number:03}", country=country, region=countries.region_of(country),
                 population=people, population_band=population_band(people), is_public=True, is_sample=True)
        )  # fmt: skip
    City.objects.bulk_create(cities, batch_size=1000)
