"""manage.py make_sample --cities N --practices M"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub import samples
from members.samples import make_cities


class Command(BaseCommand):
    help = "See to it that there are so many sample cities, and sample practices in them: plainly marked, for trying and measuring."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cities", type=int, default=0, metavar="N", help="how many sample cities there should be at least")
        parser.add_argument("--practices", type=int, default=0, metavar="M", help="how many sample practices there should be at least")
        parser.add_argument("--remove", action="store_true", help="take all sample practices away first")

    def handle(self, *args: Any, cities: int, practices: int, remove: bool, **options: Any) -> None:
        if cities < 0 or practices < 0:
            raise CommandError("Give numbers of 0 or more.")
        started = time.monotonic()
        if remove:
            self.stdout.write(f"{samples.remove_practices():,} sample practices removed.")
        made = make_cities(cities)
        try:
            written = samples.make_practices(practices)
        except ValueError as error:
            raise CommandError(f"No sample practices made: {error}. Make some with --cities.") from None
        self.stdout.write(f"{made:,} sample cities and {written:,} sample practices made in {time.monotonic() - started:.1f} s.")
