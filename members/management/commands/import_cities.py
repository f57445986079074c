"""`manage.py import_cities FILE`: founding cities from a CSV like data/founding_cities.csv."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import override

from members import countries
from members.models import City, Membership
from members.names import clean_name
from members.regions import Region, population_band
from strongcities import languages

COLUMNS = ("name", "country", "kind", "network_region", "latitude", "longitude", "time_zone", "population")
EXTRA = ("other_names", "official_name", "own_name", "own_language")
LAUNCH = date(2015, 9, 29)
_SHOWN = 50  # bad rows named one by one; the rest are counted


@dataclass(frozen=True)
class Bad(Exception):
    """A row that can't be taken: in which column, and why."""

    column: str
    reason: str


class Command(BaseCommand):
    help = (
        "Imports founding cities from a CSV (columns: name, country, kind, network_region, latitude, longitude, time_zone, "
        "population; if you like also other_names, separated by |, official_name, own_name and own_language). "
        "A city of the same name, country and kind is brought up to date. All rows or none: each bad one is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        bad: list[str] = []
        made = changed = 0
        try:
            with transaction.atomic(), override("en"):  # regions are read by their English names
                for line, row in _rows(options["file"]):
                    try:
                        new = _take(row)
                    except Bad as error:
                        bad.append(f"line {line}, column {error.column}: {error.reason}")
                        continue
                    made, changed = made + new, changed + (not new)
                if bad:
                    raise CommandError(_report(bad))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']} is not UTF-8: byte {error.start} can't be read. Nothing was imported.") from error
        self.stdout.write(f"{made} cities made, {changed} brought up to date.")


def _report(bad: list[str]) -> str:
    more = [f"and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
    return "\n".join(["Nothing was imported. Bad rows:", *bad[:_SHOWN], *more])


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of the file, read as it is needed. A byte order mark is no part of the first column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or [])]:
            raise CommandError(f"{path}: line 1: missing columns: {', '.join(missing)}")
        try:
            for row in reader:
                yield reader.line_num, {column: (row.get(column) or "").strip() for column in (*COLUMNS, *EXTRA)}
        except csv.Error as error:
            raise CommandError(f"line {reader.line_num}: {error}. Nothing was imported.") from error


def _take(row: dict[str, str]) -> bool:
    """Bring one row in; answers whether its city is new. Raises Bad."""
    name, country, kind = _name(row), _country(row), _kind(row)
    city = City.objects.named(name).filter(country=country, kind=kind).first()
    new = city is None
    city = City.propose(name=name, country=country, kind=kind)
    people = _number(row, "population", int)
    city.other_names = sorted({*city.other_names, *_other_names(row)})
    city.official_name = _long_name(row, "official_name") or city.official_name
    city.own_name, city.own_language = _own(row) or (city.own_name, city.own_language)
    city.region = _region(row, country)
    city.latitude, city.longitude = _number(row, "latitude", Decimal, 90), _number(row, "longitude", Decimal, 180)
    city.time_zone = row["time_zone"]
    city.population = people
    city.population_band = population_band(people) if people is not None else city.population_band
    city.is_public = True
    city.save()
    if not city.memberships.exists():
        Membership.objects.create(city=city, joined=LAUNCH, is_founding=True)
    return new


def _name(row: dict[str, str]) -> str:
    try:
        name = clean_name(row["name"])
    except ValidationError as error:
        raise Bad("name", " ".join(error.messages)) from error
    if not name or len(name) > 120:
        raise Bad("name", "is empty" if not name else "is longer than 120 characters")
    return name


def _other_names(row: dict[str, str]) -> list[str]:
    try:
        names = [clean_name(name) for name in row["other_names"].split("|") if name.strip()]
    except ValidationError as error:
        raise Bad("other_names", " ".join(error.messages)) from error
    if any(len(name) > 120 for name in names):
        raise Bad("other_names", "holds one longer than 120 characters")
    return names


def _long_name(row: dict[str, str], column: str) -> str:
    try:
        name = clean_name(row[column])
    except ValidationError as error:
        raise Bad(column, " ".join(error.messages)) from error
    if len(name) > 200:
        raise Bad(column, "is longer than 200 characters")
    return name


def _own(row: dict[str, str]) -> tuple[str, str] | None:
    """The name in the city's own language and that language; None where neither is given."""
    name, language = _long_name(row, "own_name"), row["own_language"]
    if bool(name) != bool(language):
        raise Bad("own_language", "goes with own_name: both are given or neither")
    if language and not languages.exists(language):
        raise Bad("own_language", f"{language!r} is no language code")
    return (name, language) if name else None


def _country(row: dict[str, str]) -> str:
    if not countries.exists(row["country"]):
        raise Bad("country", f"{row['country']!r} is no country code")
    return row["country"]


def _kind(row: dict[str, str]) -> str:
    if row["kind"] not in City.Kind.values:
        raise Bad("kind", f"{row['kind']!r} is none of: {', '.join(City.Kind.values)}")
    return row["kind"]


def _region(row: dict[str, str], country: str) -> str:
    """The region by its English name or its slug; where none is given, the country's."""
    given = row["network_region"]
    if not given:
        return countries.region_of(country)
    for region in Region:
        if given in {region.value, str(region.label)}:
            return region.value
    raise Bad("network_region", f"{given!r} is no region of the network")


def _number(row: dict[str, str], column: str, kind: Any, most: int | None = None) -> Any:
    if not row[column]:
        return None
    try:
        number = kind(row[column])
    except (ValueError, InvalidOperation) as error:
        raise Bad(column, f"{row[column]!r} is no number") from error
    limits = (-most, most) if most else (0, 2**31 - 1)
    if not math.isfinite(number) or not limits[0] <= number <= limits[1]:
        raise Bad(column, f"{row[column]!r} is not between {limits[0]} and {limits[1]}")
    return number
