"""Finding the city that somebody means: Århus finds Aarhus, Koeln finds Köln, Roterdam finds Rotterdam.

In this order: the same name but for case and accents; another name that the city has; another spelling of either (aa/å,
oe/ö/ø, ue/ü, doubled letters: `skeleton()` in the migration city_names); and names that look alike, by pg_trgm's word similarity.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from members.models import City
from members.querysets import CityQuerySet

MOST = 8


class How(IntEnum):
    NAME = 0
    OTHER_NAME = 1
    SPELLING = 2
    LOOKS_LIKE = 3


@dataclass(frozen=True)
class Match:
    """A city that may be meant. `similarity` is 1 for all but LOOKS_LIKE, there between 0 and 1."""

    city: City
    typed: str
    name: str  # the one of the city's names that matched
    how: How
    similarity: float

    @property
    def why(self) -> str:
        """What matched, in words."""
        words = {"typed": self.typed, "name": self.name, "city": self.city.name}
        if self.how == How.NAME:
            return gettext("The name is the same.")
        if self.how == How.OTHER_NAME:
            return gettext("“%(typed)s” is another name of %(city)s.") % words
        if self.how == How.SPELLING:
            return gettext("“%(typed)s” is another spelling of %(name)s.") % words
        return gettext("“%(typed)s” looks like %(name)s.") % words

    @property
    def percent(self) -> int:
        return round(self.similarity * 100)


def find(typed: str, *, country: str = "", cities: CityQuerySet) -> list[Match]:
    """The cities among `cities` that `typed` may mean, best first, eight at most; each with what matched.

    With a `country`, a city elsewhere is named only if it has the very name or spelling, after those in the country.
    """
    found = _find(typed, country, cities)
    if not any(match.how < How.LOOKS_LIKE for match in found) and (bare := _without_office(typed)) != typed:
        known = {match.city.pk for match in found}
        found += [match for match in _find(bare, country, cities) if match.city.pk not in known]
    found.sort(key=lambda match: (match.city.country != country if country else False, match.how, -match.similarity, match.city.folded))
    return found[:MOST]


def _find(typed: str, country: str, cities: CityQuerySet) -> list[Match]:
    skeleton = _skeleton(typed)
    if not skeleton:
        return []
    same = Q(spellings__contains=f"|{skeleton}|")
    alike = Q(spellings__trigram_word_similar=skeleton)
    if country:
        alike &= Q(country=country)
    candidates = cities.with_joined().filter(same | alike)
    # "San José" would have a hundred cities like it in a large network: the very spelling first, then a page of others.
    found = {city.pk: city for city in [*candidates.filter(same)[:50], *candidates.filter(~same)[:200]]}
    return [_best(typed, city, rows) for city, rows in _compare(typed, list(found.values()))]


def _without_office(typed: str) -> str:
    """`typed` without the words around a city's name ("City of …"), unless nothing else is in it."""
    return _told("SELECT without_office(%s)", typed)


def _skeleton(typed: str) -> str:
    return _told("SELECT skeleton(%s)", typed)


def _told(sql: str, typed: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [typed])
        return str(cursor.fetchone()[0])


def _compare(typed: str, cities: list[City]) -> list[tuple[City, list[tuple[str, bool, bool, float]]]]:
    """Each city with its names: (name, same but for accents, same spelling, similarity)."""
    pairs = [
        (place, name, office)
        for place, city in enumerate(cities)
        for office, names in ((False, (city.name, *city.other_names)), (True, (city.official_name, city.own_name)))
        for name in names
        if name
    ]
    rows: dict[int, list[tuple[str, bool, bool, float]]] = {place: [] for place in range(len(cities))}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place, name, fold(name) = fold(%(typed)s), skeleton(bare) = skeleton(%(typed)s),
                   similarity(skeleton(bare), skeleton(%(typed)s))
            FROM unnest(%(places)s::int[], %(names)s::text[], %(offices)s::boolean[]) AS known (place, name, office)
            CROSS JOIN LATERAL (SELECT CASE WHEN office THEN without_office(name) ELSE name END AS bare) AS without
            """,
            {
                "typed": typed,
                "places": [place for place, _name, _office in pairs],
                "names": [name for _place, name, _office in pairs],
                "offices": [office for _place, _name, office in pairs],
            },
        )
        for place, *row in cursor.fetchall():
            rows[place].append((row[0], row[1], row[2], row[3]))
    return [(cities[place], names) for place, names in rows.items()]


def _best(typed: str, city: City, rows: list[tuple[str, bool, bool, float]]) -> Match:
    def match(row: tuple[str, bool, bool, float]) -> Match:
        name, same, spelling, similarity = row
        if same:
            # Accents that differ are worth saying: who typed "Montreal" shall see that "Montréal" is theirs.
            how = How.OTHER_NAME if name != city.name else How.NAME if typed.casefold() == name.casefold() else How.SPELLING
        else:
            how = How.SPELLING if spelling else How.LOOKS_LIKE
        return Match(city, typed, name, how, 1.0 if same or spelling else similarity)

    return min((match(row) for row in rows), key=lambda found: (found.how, -found.similarity))
