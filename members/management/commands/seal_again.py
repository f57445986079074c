"""After a new key was put before the old ones: everything sealed is sealed by it, so that the old ones may go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members import sealing


class Command(BaseCommand):
    help = "Seal secrets in the database anew by the first of ENCRYPTION_KEYS. The others may go once it says that it is done."

    def handle(self, *args: Any, **options: Any) -> None:
        done, unreadable = sealing.seal_again()
        if unreadable:
            raise CommandError(f"{done} sealed anew; {unreadable} that none of ENCRYPTION_KEYS opens. One is missing: keep all of them.")
        self.stdout.write(f"{done} sealed anew. Everything opens by the first of ENCRYPTION_KEYS.")
