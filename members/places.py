"""Where a city lies: how people write a place, and whether it can be right.

Two ways are read, as maps, telephones and Wikipedia give them: "48.8566, 2.3522" and 48°51′24″N 2°21′8″E, with any of the marks that
keyboards have for °, ′ and ″, digits of any script, and a comma in place of the point. What could mean two things isn't guessed.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from functools import cache
from math import floor
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from members import countries

_LANDS = Path(__file__).parent / "data" / "lands.csv"  # made by tools/lands.py
LONGEST = 100  # characters of a place, with every mark and digit that any map gives
MARGIN = 2  # degrees about a country within which a place may be its own: islands, and borders that are in dispute
_DIGITS = Decimal("0.0001")  # some ten metres, as the column keeps it

Place = tuple[Decimal, Decimal]  # latitude and longitude, in degrees

_MARKS = str.maketrans(
    {
        **dict.fromkeys("−–‒‐", "-"), **dict.fromkeys("º˚", "°"), **dict.fromkeys("′’‘ʹ´`", "'"),
        **dict.fromkeys("″”“ʺ", '"'), "،": ",", "؛": ";", "٫": ".",
    }
)  # fmt: skip


def _half(which: int, number: str, *, letter_first: bool) -> str:
    """A latitude or a longitude, its parts named with `which`: 48 ° 51 ' 24 " N, or N 48 ° 51 ' 24 "."""
    letter = rf"(?P<letter{which}>[NSEW])?"
    degrees = rf"(?P<sign{which}>[-+])?\s*(?P<degrees{which}>{number})\s*°?\s*"
    parts = rf"(?:(?P<minutes{which}>{number})\s*'\s*(?:(?P<seconds{which}>{number})\s*(?:\"|'')\s*)?)?"
    return rf"{letter}\s*{degrees}{parts}" if letter_first else rf"{degrees}{parts}{letter}"


def _pair(number: str, apart: str, *, letter_first: bool) -> re.Pattern[str]:
    one, other = (_half(which, number, letter_first=letter_first) for which in (1, 2))
    return re.compile(f"{one}(?:{apart}){other}", re.IGNORECASE)


_WAYS = tuple(
    _pair(number, apart, letter_first=letter_first)
    for letter_first in (False, True)
    for number, apart in (
        (r"\d{1,3}(?:\.\d{1,20})?", r"\s*[,;/]\s*|\s+|(?<=[NSEW])|(?=[NSEW])"),
        (r"\d{1,3}(?:,\d{1,20})?", r"\s*[;/]\s*|\s*,?\s+|(?<=[NSEW])|(?=[NSEW])"),
    )
)
_AMBIGUOUS = re.compile(r"\d+,\d+")  # two whole degrees, or one with a comma in it


def read(text: str) -> Place:
    """The place that `text` means, to some ten metres. Raises ValidationError for what is none, or could be two."""
    plain = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text).translate(_MARKS).strip(" ()")
    plain = " ".join(plain.split())  # runs of spaces fit the patterns in so many ways that trying them all takes minutes
    if len(plain) > LONGEST:
        plain = ""
    found = next((match for way in _WAYS if (match := way.fullmatch(plain))), None)
    if found is None or _AMBIGUOUS.fullmatch(plain):
        raise ValidationError(_("This could not be read as a place. Write it like 48.8566, 2.3522 or 48°51′24″N 2°21′8″E."), code="place")
    (first, one), (second, other) = _degrees(found, 1), _degrees(found, 2)
    if not (one in "NS" and other in "EW"):  # where there is no letter, "" is in both
        if not (one in "EW" and other in "NS"):
            raise ValidationError(_("One of the two is north or south, the other east or west."), code="letters")
        first, second = second, first
    if abs(first) > 90 or abs(second) > 180:
        raise ValidationError(_("A latitude lies between −90 and 90, a longitude between −180 and 180."), code="range")
    return first, second


def _degrees(found: re.Match[str], which: int) -> tuple[Decimal, str]:
    """A half's degrees, negative in the south and west, and its letter, "" without one."""
    part = {name: found[f"{name}{which}"] or "" for name in ("sign", "degrees", "minutes", "seconds", "letter")}
    degrees, minutes, seconds = (Decimal(part[name].replace(",", ".") or 0) for name in ("degrees", "minutes", "seconds"))
    letter = part["letter"].upper()
    if minutes >= 60 or seconds >= 60 or (letter and part["sign"]):
        raise ValidationError(_("Minutes and seconds stay below 60, and a letter or a minus says the direction, not both."), code="parts")
    size = (degrees + minutes / 60 + seconds / 3600).quantize(_DIGITS)
    return (-size if letter in {"S", "W"} or part["sign"] == "-" else size), letter


def written(latitude: Decimal | None, longitude: Decimal | None) -> str:
    """A place as the form shows it, and reads it again; "" for none."""
    return "" if latitude is None or longitude is None else f"{latitude.normalize():f}, {longitude.normalize():f}"


@cache
def _lands() -> dict[str, set[tuple[int, int]]]:
    """The squares of a degree, by their southern and western edges, that each country's land lies in."""
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    with _LANDS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for wests in row["wests"].split():
                start, end = map(int, wests.split(":"))
                found[row["code"]] |= {(int(row["south"]), west) for west in range(start, end + 1)}
    return found


def near(country: str, latitude: Decimal, longitude: Decimal) -> bool:
    """Whether a place lies in a country or within some MARGIN degrees of it, as far as a table of squares can tell."""
    middle = countries.place_of(country)
    squares = _lands().get(country) or {(floor(middle[0]), floor(middle[1]))}  # islands too small for the table
    south, west = floor(latitude), floor(longitude)
    steps = range(-MARGIN, MARGIN + 1)
    return any((south + up, (west + along + 180) % 360 - 180) in squares for up in steps for along in steps)


def doubt(country: str, latitude: Decimal | None, longitude: Decimal | None) -> str:
    """Why a place is hardly one of `country`, in words; "" where nothing speaks against it."""
    if latitude is None or longitude is None or near(country, latitude, longitude):
        return ""
    words = {"place": written(latitude, longitude), "country": countries.name(country), "turned": written(longitude, latitude)}
    if abs(longitude) <= 90 and near(country, longitude, latitude):
        return gettext("%(place)s lies far from %(country)s; the other way round, %(turned)s, it would lie there.") % words
    return gettext("%(place)s lies far from %(country)s.") % words
