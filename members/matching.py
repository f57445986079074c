"""Finding the city that somebody means: Århus finds Aarhus, Koeln finds Köln, Roterdam finds Rotterdam.

In this order: the same name but for case and accents; another name that the city has; another spelling of either (aa/å,
oe/ö/ø, ue/ü, doubled letters: `skeleton()` in migration 0001); and names that look alike, by pg_trgm's word similarity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from members import names
from members.models import City
from members.querysets import CityQuerySet

MOST = 8
# What people write around the name of their city ("City of Atlanta", "Aarhus Kommune", "Mairie de Paris"), folded.
_AROUND = frozenset(
    """
    ajuntament alcaldia ayuntamiento belediyesi by city comune concello council county de del di du gemeente kommun kommune
    landeshauptstadt mairie metropolitan municipal municipalidad municipality municipio of prefeitura stad stadt the ville
    """.split()  # noqa: SIM905  a line of words reads better than a line of quotes
)


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
    if not any(match.how < How.LOOKS_LIKE for match in found) and (bare := _without_office([typed])[typed]) != typed:
        known = {match.city.pk for match in found}
        found += [match for match in _find(bare, country, cities) if match.city.pk not in known]
    found.sort(key=lambda match: (match.city.country != country if country else False, match.how, -match.similarity, match.city.folded))
    return found[:MOST]


def twins(proposed: Iterable[City], among: CityQuerySet) -> dict[int, list[Match]]:
    """The cities `among` that each of `proposed` may be a second time, best first: of the same country, and not itself.

    By the key of the proposed city; in four queries, however many there are.
    """
    proposed = list(proposed)
    bare = _without_office(city.name for city in proposed)
    typed = {city.pk: bare[city.name] for city in proposed}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, alike.id
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS p (id, typed, country)
            CROSS JOIN LATERAL (
                SELECT c.id FROM members_city c
                WHERE c.country = p.country AND c.id <> p.id
                    AND (c.spellings LIKE '%%|' || skeleton(p.typed) || '|%%' OR skeleton(p.typed) <%% c.spellings)
                ORDER BY c.spellings LIKE '%%|' || skeleton(p.typed) || '|%%' DESC, skeleton(p.typed) <<-> c.spellings, c.id
                LIMIT %s) alike
            WHERE skeleton(p.typed) <> ''
            """,
            [list(typed), list(typed.values()), [city.country for city in proposed], MOST],
        )
        pairs = cursor.fetchall()
    known = among.with_joined().in_bulk({other for _own, other in pairs})
    pairs = [(own, known[other]) for own, other in pairs if other in known]
    found: dict[int, list[Match]] = defaultdict(list)
    for (own, city), rows in zip(pairs, _compare([(typed[own], city) for own, city in pairs]), strict=True):
        found[own].append(_best(typed[own], city, rows))
    for matches in found.values():
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
    candidates = cities.with_joined().filter(same | alike)
    # "San José" would have a hundred cities like it in a large network: the very spelling first, then a page of others.
    found = {city.pk: city for city in [*candidates.filter(same)[:50], *candidates.filter(~same)[:200]]}
    asked = [(typed, city) for city in found.values()]
    return [_best(typed, city, rows) for (_typed, city), rows in zip(asked, _compare(asked), strict=True)]


def _without_office(typed: Iterable[str]) -> dict[str, str]:
    """Each text without the words around a city's name, unless nothing else is in it. One query."""
    typed = list(typed)
    folded = names.folded(word for text in typed for word in text.split())
    return {text: " ".join(word for word in text.split() if folded[word] not in _AROUND) or text for text in typed}


def _skeleton(typed: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT skeleton(%s)", [typed])
        return str(cursor.fetchone()[0])


def _compare(asked: list[tuple[str, City]]) -> list[list[tuple[str, bool, bool, float]]]:
    """For each (what was typed, a city) the city's names: (name, same but for accents, same spelling, similarity)."""
    pairs = [(place, typed, name) for place, (typed, city) in enumerate(asked) for name in (city.name, *city.other_names)]
    rows: list[list[tuple[str, bool, bool, float]]] = [[] for _pair in asked]
    if not pairs:
        return rows
    places, typed, names = map(list, zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place, name, fold(name) = fold(typed), skeleton(name) = skeleton(typed), similarity(skeleton(name), skeleton(typed))
            FROM unnest(%s::int[], %s::text[], %s::text[]) AS known (place, typed, name)
            """,
            [places, typed, names],
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
