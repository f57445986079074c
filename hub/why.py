"""Why a practice was found: which of the words asked for it doesn't hold, and which it bears as a name alone."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub.models import Practice
from hub.passages import mark
from hub.taxonomy import CODED
from hub.words import WORD, Term, fold, forms_of

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
    where = {term.word: place for place, term in enumerate(terms)}
    found: dict[str, Word] = {}
    for word in WORD.findall(text):
        if places := tuple(where[part] for part in forms_of(word) if part in where):
            found.setdefault(fold(word), Word(word, places))
    return list(found.values())


def why(practice: Practice, words: list[Word], terms: list[Term], holds: list[bool], forms: AbstractSet[str]) -> Why:
    """`holds` says of each term whether the practice's own words have it; `forms` are all that are marked."""
    codes = codes_of(practice)
    by, missing = list[str](), list[str]()
    called_otherwise = {word for term, held in zip(terms, holds, strict=True) if held for word in term.words}
    for word in words:
        if any(holds[place] or terms[place].word in called_otherwise for place in word.places):
            continue
        borne = frozenset[str]().union(*(terms[place].codes for place in word.places))
        code = next((code for code in codes if code in borne), None)
        if code is None:
            missing.append(word.shown)
        elif (sentence := _sentence(practice, code)) not in by:
            by.append(sentence)
    return Why(mark(practice.city.called, forms), by, missing if len(words) <= NAMED else [], len(words) - len(missing), len(words))


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
