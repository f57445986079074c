"""`manage.py import_cities FILE`: founding cities from a file like data/founding_cities.csv, read as the staff's spreadsheets are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils.translation import override

from members.imports import room
from members.imports.city_rows import joined
from members.imports.plan import Line, Outcome, Plan
from members.models import City
from members.models.imported import Kind
from strongcities import sheets
from strongcities.sheets import Row

FOUNDING = {"joined": "2015-09-29", "founding": "yes", "shown": "yes"}
_KEPT = ("official_name", "own_name", "own_language")  # an empty cell leaves what is there
_SHOWN = 50  # faults named one by one; the rest are counted


class Command(BaseCommand):
    help = (
        "Imports founding cities from a CSV or XLSX whose columns are those of the staff's spreadsheets: name and country, and if you "
        "like kind, network_region, latitude, longitude, time_zone, population, other_names (separated by |), official_name, own_name, "
        "own_language and more. A city that is here is brought up to date; one that never was a member becomes one as of the launch. "
        "All rows or none: each bad one is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Whoever runs the site decides alone here; in the admin two people do."""
        path = options["file"]
        try:
            with override("en"):  # the report is read beside the file, whose columns are English
                plan = _bring_in(path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except sheets.NotASheet as error:
            raise CommandError(f"{path}: {error} Nothing was imported.") from error
        except IntegrityError as error:
            words = "Nothing was imported: two rows don’t go together, or somebody wrote the same this very moment."
            raise CommandError(words) from error
        made = plan.count(Outcome.NEW)
        self.stdout.write(f"{made} cities made, {len(plan.lines) - made} brought up to date.")


@transaction.atomic
def _bring_in(path: Path) -> Plan:
    """Write the file's rows; what was done. Raises CommandError where a row is bad; OSError, sheets.NotASheet, IntegrityError."""
    with path.open("rb") as file:
        columns, rows = sheets.read(file.read(sheets.LARGEST + 1))
    cities = room(Kind.CITIES)
    cities.check(columns)
    cities.lock(rows)
    rows = list(_completed(rows, cities.plan(columns, rows, by=None).lines))
    plan = cities.plan(columns, rows, by=None)
    if plan.count(Outcome.BAD):
        raise CommandError(_report(plan))
    for line in plan.to_write:
        cities.write(line, by=None)
    return plan


def _completed(rows: Sequence[Row], lines: Sequence[Line]) -> Iterator[Row]:
    """The rows with what the file leaves unsaid. `lines` are what they would do without it: they know which city each is about."""
    known = City.objects.prefetch_related("memberships").in_bulk([line.record for line in lines if line.record])
    for row, line in zip(rows, lines, strict=True):
        city = known.get(line.record or 0)
        cells = {column: cell for column, cell in row.cells.items() if cell or column not in _KEPT}
        if city is None or not city.memberships.all():
            cells = FOUNDING | {column: cell for column, cell in cells.items() if cell or column not in FOUNDING}
        if "other_names" in line.values:
            cells["other_names"] = joined(sorted({*line.values["other_names"], *(city.other_names if city else ())}))
        yield Row(row.line, cells)


def _report(plan: Plan) -> str:
    bad = [
        f"line {line.line}, column {column}: {words}" if column else f"line {line.line}: {words}"
        for line in plan.lines for column, words in line.faults
    ]  # fmt: skip
    more = [f"and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
    return "\n".join(["Nothing was imported. Bad rows:", *bad[:_SHOWN], *more])
