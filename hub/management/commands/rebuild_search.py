"""manage.py rebuild_search"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub import rebuilding
from hub.models import Practice
from hub.rebuilding import Tally

SAID_EACH = 5.0  # seconds
SHOWN = 100  # practices named one by one


class Command(BaseCommand):
    help = """Enter every practice into the search anew, and count its words.

For when the search's own tables are damaged or in doubt. Searches work all the while, on what was there. It can be broken off at any
moment, and run again. A practice that the database refuses keeps its old entry and is named in the end; the others are entered. Exit
status: 0 when every practice was entered, 1 when some were not or another rebuild is under way."""

    def handle(self, *args: Any, **options: Any) -> None:
        self.tally, self.said, started = Tally(of=0), time.monotonic(), time.monotonic()
        try:
            tally = rebuilding.rebuild(self.report)
        except rebuilding.UnderWayError:
            raise CommandError("Nothing done: a rebuild of the search is under way already. Wait until it ends.") from None
        except KeyboardInterrupt:
            message = f"Broken off after {self.tally.entered:,} practices. The search works; run this again to enter all of them."
            raise CommandError(message, returncode=130) from None
        seconds = time.monotonic() - started
        self.stdout.write(f"{tally.entered:,} practices entered anew and their words counted in {seconds:.1f} s.")
        self.name_what_is_left(tally)

    def report(self, tally: Tally) -> None:
        self.tally = tally
        if time.monotonic() - self.said >= SAID_EACH:
            self.said = time.monotonic()
            self.stdout.write(f"{tally.entered:,} of {tally.of:,} practices entered …")

    def name_what_is_left(self, tally: Tally) -> None:
        reasons = {**tally.bad, **dict.fromkeys(tally.busy, "somebody was writing it all the while; run this again")}
        if not reasons:
            return
        shown = sorted(reasons)[:SHOWN]
        slugs = dict(Practice.objects.filter(pk__in=shown).values_list("pk", "slug"))
        for key in shown:
            self.stderr.write(f"practice {key} ({slugs.get(key, 'gone since')}): {reasons[key]}")
        if len(reasons) > SHOWN:
            self.stderr.write(f"… and {len(reasons) - SHOWN:,} more")
        raise CommandError(f"{len(reasons):,} of {tally.of:,} practices could not be entered. Their old entries stay; all others are new.")
