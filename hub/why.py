"""Why a practice was found: which of the words asked for it doesn't hold, and which it bears as a name alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from hub.models import Practice
from hub.passages import PIECE, Sought, mark
from hub.taxonomy import CODED
from hub.words import Term, fold, forms_of

NAMED = 8  # words asked for; of more it is said how many are there, not which are missing
_BY = {
    "level": _("Found by its prevention level: %(value)s"),
    "theme": _("Found by its theme: %(value)s"),
    "type": _("Found by its type: %(value)s"),
    "people": _("Found by the people it reached: %(value)s"),
    "sector": _("Found by a sector involved: %(value)s"),
    "setting": _("Found by where it takes place: %(value)s"),
    "form": _("Found by the form it addresses: %(value)s"),
    "evidence": _("Found by its evidence: %(value)s"),
    "region": _("Found by its region: %(value)s"),
    "population": _("Found by the population of its city: %(value)s"),
    "country": _("Found by its country: %(value)s"),
}


@dataclass(frozen=True)
class Word:
    """A word as it was typed, and where its terms stand among those that are looked for: one, but for the pairs of signs of a
    script without spaces."""

    shown: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Why:
    """`city` is its name, marked where it was asked for; `by` are sentences; `missing` are words, and empty where too many were
    asked for: then `held` of `asked` are there."""

    city: SafeString
    by: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    held: int = 0
    asked: int = 0

    @property
    def counts(self) -> bool:
        return self.asked > NAMED and self.held < self.asked


def typed(text: str, terms: list[Term]) -> list[Word]:
    """The words of `text` that are looked for, in the order in which they were typed."""
    where = {term.word: place for place, term in enumerate(terms) if not term.words}
    within = defaultdict[str, list[int]](list)
    for place, term in enumerate(terms):
        for word in term.words:
            within[word].append(place)
    found: dict[str, Word] = {}
    for word in PIECE.findall(text):
        parts = [part for part in forms_of(word) if part in where]
        if parts:
            places = (*(where[part] for part in parts), *(place for part in parts for place in within[part]))
            found.setdefault(fold(word), Word(word, places))
    return list(found.values())


def why(practice: Practice, words: list[Word], terms: list[Term], holds: list[bool], sought: Sought) -> Why:
    """`holds` says of each term whether the practice's own words have it; `words` are empty where there are too many to tell one by one.
    What nothing of the row shows, neither a mark nor a name, is said."""
    codes = codes_of(practice)
    by, missing = list[str](), list[str]()
    for word in words:
        if any(holds[place] for place in word.places):
            continue
        borne = frozenset[str]().union(*(terms[place].codes for place in word.places))
        code = next((code for code in codes if code in borne), None)
        if code is None:
            missing.append(word.shown)
        elif (sentence := _sentence(practice, code)) not in by:
            by.append(sentence)
    city = mark(practice.city.called, sought.forms, sought.longer)
    shown: Any = practice
    if not by and not any("<mark>" in text for text in (city, *shown.marked)):
        by = _otherwise(practice, codes, terms, sought)
    return Why(city, by, missing if len(words) <= NAMED else [], len(words) - len(missing), len(words))


def _otherwise(practice: Practice, codes: list[str], terms: list[Term], sought: Sought) -> list[str]:
    """By what it was found of which the row shows nothing."""
    borne = frozenset[str]().union(*(term.codes for term in terms))
    if code := next((code for code in codes if code in borne), None):
        return [_sentence(practice, code)]
    city = practice.city
    names = (city.name, city.own_name, city.official_name, *city.other_names)
    name = next((name for name in names if "<mark>" in mark(name, sought.forms, sought.longer)), None)
    return [gettext("Found by another name of its city: %(value)s") % {"value": name}] if name else []


def codes_of(practice: Practice) -> list[str]:
    """What the search's row bears beside words: `<facet>:<slug>` and `country:<code>`, themes first."""
    found = [f"theme:{slug}" for slug in practice.themes]
    for facet in CODED:
        if facet.name == "region":
            values = [practice.city.region]
        elif facet.name == "population":
            values = [practice.city.population_band]
        else:
            values = getattr(practice, facet.field) if facet.many else [getattr(practice, facet.field)]
        found += [f"{facet.name}:{value}" for value in values if value]
    return [*found, f"country:{practice.city.country.lower()}"]


def _sentence(practice: Practice, code: str) -> str:
    name, _colon, slug = code.partition(":")
    value = practice.city.country_name if name == "country" else next(facet for facet in CODED if facet.name == name).labels()[slug]
    return str(_BY[name]) % {"value": value}
