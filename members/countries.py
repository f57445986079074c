"""Countries by their ISO 3166 code: region from the committed table, names from CLDR in the reader's language.

`data/countries.csv` holds code, UN subregion (M49), network region, and a point in the middle of its largest land (Natural
Earth, public domain). Two codes are the house's reading: Western Balkans by the network's usage, and Türkiye, Cyprus and the
South Caucasus in Europe, as in the founding cities' list.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from django.utils.translation import get_language, to_locale

from members.regions import Region

_TABLE = Path(__file__).parent / "data" / "countries.csv"


@dataclass(frozen=True)
class _Country:
    region: Region
    place: tuple[float, float]


@cache
def _rows() -> dict[str, _Country]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: _Country(Region(row["region"]), (float(row["latitude"]), float(row["longitude"]))) for row in csv.DictReader(file)
        }


@cache
def _names(language: str) -> dict[str, str]:
    locale = Locale.parse(to_locale(language))
    return {code: locale.territories.get(code, code) for code in _rows()}


def name(code: str) -> str:
    """The country's name in the active language; the code itself where it is unknown."""
    return _names(get_language() or "en").get(code, code)


def region_of(code: str) -> Region:
    """The network region of a country. Raises KeyError for an unknown code."""
    return _rows()[code].region


def place_of(code: str) -> tuple[float, float]:
    """Latitude and longitude of a point in the country. Raises KeyError for an unknown code."""
    return _rows()[code].place


def choices() -> list[tuple[str, str]]:
    """(code, name) of every country, by name in the active language, for a select; Türkiye beside Tunisia, not behind Z."""
    return sorted(_names(get_language() or "en").items(), key=lambda item: _by_letters(item[1]))


def _by_letters(name: str) -> str:
    """The name without case, accents and apostrophes, to sort by."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalnum() or letter.isspace())


def code_of(text: str) -> str:
    """The code that a text means: a code in any case, or a name in English or in the active language; "" if none."""
    text = text.strip()
    if text.upper() in _rows():
        return text.upper()
    wanted = text.casefold()
    for language in ("en", get_language() or "en"):
        for code, label in _names(language).items():
            if label.casefold() == wanted:
                return code
    return ""
