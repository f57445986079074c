"""Finding the city that somebody means: Århus finds Aarhus, Koeln finds Köln, Roterdam finds Rotterdam.

In this order: the same name but for case and accents; another name that the city has; another spelling of either (aa/å,
oe/ö/ø, ue/ü, doubled letters: `skeleton()` in the migration city_names); and names that look alike, by pg_trgm's word similarity.
A record that was merged is never found: the one that it is part of took over its names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
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


def twins(proposed: Iterable[City], among: CityQuerySet) -> dict[int, list[Match]]:
    """The cities `among` that each of `proposed` may be a second time, best first: of the same country, not itself, and no
    authority of another kind over the same place (as CityQuerySet.that_may_be says it for one).

    By the key of the proposed city; in three queries, however many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, bare.typed, alike.id
            FROM members_city p CROSS JOIN LATERAL (SELECT without_office(p.name) AS typed) AS bare
            CROSS JOIN LATERAL (SELECT skeleton(bare.typed) AS skeleton OFFSET 0) AS told  -- worked out once, not for each city
            CROSS JOIN LATERAL (
                SELECT c.id FROM members_city c
                WHERE c.country = p.country AND c.id <> p.id AND c.merged_into_id IS NULL
                    AND (c.spellings LIKE '%%|' || told.skeleton || '|%%' OR told.skeleton <%% c.spellings)
                    AND (c.kind = p.kind OR NOT (c.id IN (SELECT over.id FROM cities_over(p.id) AS over)
                        OR p.id IN (SELECT over.id FROM cities_over(c.id) AS over)))
                ORDER BY c.spellings LIKE '%%|' || told.skeleton || '|%%' DESC, told.skeleton <<-> c.spellings, c.id
                LIMIT %s) alike
            WHERE p.id = ANY(%s) AND told.skeleton <> ''
            """,
            [MOST, [city.pk for city in proposed]],
        )
        rows = cursor.fetchall()
    known = among.with_joined().in_bulk({other for _own, _typed, other in rows})
    pairs = [(own, typed, known[other]) for own, typed, other in rows if other in known]
    found: dict[int, list[Match]] = defaultdict(list)
    for (own, typed, city), names in zip(pairs, _compare([(typed, city) for _own, typed, city in pairs]), strict=True):
        found[own].append(_best(typed, city, names))
    for matches in found.values():
        matches.sort(key=lambda match: (match.how, -match.similarity, match.city.folded))
    return found


def of_names(asked: Sequence[tuple[str, str]], among: CityQuerySet, *, alike: bool) -> list[list[Match]]:
    """For each (name, country) the cities `among` those of that country (of any, where it is empty) that have the very name or spelling,
    best first; with `alike` those that look like it too. In a handful of queries for all, of which `alike` is the slow one: some ms a name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place, alike.id
            FROM unnest(%s::int[], %s::text[], %s::text[]) AS asked (place, typed, country)
            CROSS JOIN LATERAL (SELECT skeleton(typed) AS typed, skeleton(without_office(typed)) AS bare OFFSET 0) AS told
            CROSS JOIN LATERAL (
                SELECT c.id FROM members_city c
                WHERE (c.country = asked.country OR asked.country = '') AND c.merged_into_id IS NULL AND told.typed <> ''
                    AND (c.spellings LIKE '%%|' || told.typed || '|%%'
                        OR (%s AND (told.typed <%% c.spellings OR told.bare <%% c.spellings)))
                ORDER BY c.spellings LIKE '%%|' || told.typed || '|%%' DESC, told.bare <<-> c.spellings, c.id
                LIMIT %s) alike
            """,
            [list(range(len(asked))), [typed for typed, _country in asked], [country for _typed, country in asked], alike, MOST],
        )
        rows = cursor.fetchall()
    known = among.in_bulk({city for _place, city in rows})
    pairs = [(place, asked[place][0], known[city]) for place, city in rows if city in known]
    found: list[list[Match]] = [[] for _name in asked]
    for (place, typed, city), names in zip(pairs, _compare([(typed, city) for _place, typed, city in pairs]), strict=True):
        match = _best(typed, city, names)
        if alike or match.how < How.LOOKS_LIKE:
            found[place].append(match)
    for matches in found:
        matches.sort(key=lambda match: (match.how, -match.similarity, match.city.folded))
    return found


def _find(typed: str, country: str, cities: CityQuerySet) -> list[Match]:
    skeleton = _skeleton(typed)
    if not skeleton:
        return []
    same = Q(spellings__contains=f"|{skeleton}|")
    alike = Q(spellings__trigram_word_similar=skeleton)
    if country:
        alike &= Q(country=country)
    candidates = cities.standing().with_joined().filter(same | alike)
    # "San José" would have a hundred cities like it in a large network: the very spelling first, then a page of others.
    found = {city.pk: city for city in [*candidates.filter(same)[:50], *candidates.filter(~same)[:200]]}
    asked = [(typed, city) for city in found.values()]
    return [_best(typed, city, rows) for (_typed, city), rows in zip(asked, _compare(asked), strict=True)]


def _without_office(typed: str) -> str:
    """`typed` without the words around a city's name ("City of …"), unless nothing else is in it."""
    return _told("SELECT without_office(%s)", typed)


def _skeleton(typed: str) -> str:
    return _told("SELECT skeleton(%s)", typed)


def _told(sql: str, typed: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [typed])
        return str(cursor.fetchone()[0])


def _compare(asked: list[tuple[str, City]]) -> list[list[tuple[str, bool, bool, float]]]:
    """For each (what was typed, a city) the city's names: (name, same but for accents, same spelling, similarity)."""
    pairs = [
        (place, typed, name, office)
        for place, (typed, city) in enumerate(asked)
        for office, names in ((False, (city.name, *city.other_names)), (True, (city.official_name, city.own_name)))
        for name in names
        if name
    ]
    rows: list[list[tuple[str, bool, bool, float]]] = [[] for _pair in asked]
    if not pairs:
        return rows
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place, name, fold(name) = fold(typed), skeleton(bare) = skeleton(typed), similarity(skeleton(bare), skeleton(typed))
            FROM unnest(%s::int[], %s::text[], %s::text[], %s::boolean[]) AS known (place, typed, name, office)
            CROSS JOIN LATERAL (SELECT CASE WHEN office THEN without_office(name) ELSE name END AS bare) AS without
            """,
            [list(column) for column in zip(*pairs, strict=True)],
        )
        for place, *row in cursor.fetchall():
            rows[place].append((row[0], row[1], row[2], row[3]))
    return rows


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
