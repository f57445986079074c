"""manage.py import_practices FILE"""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub import importing, rows
from hub.rows import Fault
from strongcities import sheets
from strongcities.sheets import Column

SHOWN = 100  # bad rows named one by one; a million would bury what matters. The file of --bad-rows has all of them
BAD_ROWS = (Column("line", is_text=False), Column("column"), Column("reason"))


class Command(BaseCommand):
    help = f"""Import practices from CSV or JSON Lines, in UTF-8.

Columns: {", ".join(rows.COLUMNS)}.
Needed: {", ".join(rows.REQUIRED)}. Facets are given by slug, cities by name and country by code. In CSV the slugs of
one cell stand apart by | or ;, lessons and partners by | alone, and sources are a JSON list of title, url, publisher.

A practice whose external_id is known is changed, another one is new and published. A city that isn't known is made, as one
that is no member. All or nothing: with bad rows nothing is imported, unless --skip-bad keeps the good ones. Each bad row is
named by line, column and reason: the first {SHOWN} here, all of them in the file of --bad-rows. Exit status: 0 when something was
imported or nothing was to do, 1 when nothing was imported because of bad rows."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--skip-bad", action="store_true", help="import the good rows and leave out the bad ones")
        parser.add_argument("--bad-rows", type=Path, metavar="FILE", help="write what is wrong with each bad row to FILE, as CSV")

    def handle(self, *args: Any, file: Path, skip_bad: bool, bad_rows: Path | None, **options: Any) -> None:
        self.told = 0
        self.bad_rows = bad_rows
        try:
            with self.reporting(file) as report:
                tally = importing.import_file(file, skip_bad=skip_bad, report=report)
        except importing.NothingImportedError as error:
            self.say_left_out()
            advice = "" if skip_bad else " --skip-bad imports the others."
            raise CommandError(f"Nothing imported: {error.tally.bad:,} of {error.tally.read:,} rows are bad.{advice}") from None
        except (OSError, rows.NotRowsError) as error:
            raise CommandError(f"Nothing imported from {file}: {error}") from None
        self.say_left_out()
        self.stdout.write(
            f"{tally.read:,} rows: {tally.new:,} new practices, {tally.changed:,} changed, {tally.unchanged:,} unchanged, "
            f"{tally.bad:,} bad; {tally.cities:,} new cities."
        )

    @contextmanager
    def reporting(self, file: Path) -> Iterator[Callable[[Sequence[Fault]], None]]:
        """What takes the faults of a bad row: to the terminal and, where it is named, to the file of bad rows."""
        if self.bad_rows is None:
            yield self.show
            return
        if self.bad_rows.exists() and file.exists() and self.bad_rows.samefile(file):
            raise CommandError("--bad-rows names the file that is read. Name another one.")
        with sheets.csv_stream(self.bad_rows, BAD_ROWS) as write:

            def report(faults: Sequence[Fault]) -> None:
                self.show(faults)
                for fault in faults:
                    write([fault.line, fault.where, fault.reason])

            yield report

    def show(self, faults: Sequence[Fault]) -> None:
        self.told += 1
        if self.told <= SHOWN:
            for fault in faults:
                self.stderr.write(str(fault))

    def say_left_out(self) -> None:
        if self.told > SHOWN:
            advice = f"All of them are in {self.bad_rows}." if self.bad_rows else "--bad-rows FILE writes all of them to a file."
            self.stderr.write(f"… and {self.told - SHOWN:,} more bad rows. {advice}")
