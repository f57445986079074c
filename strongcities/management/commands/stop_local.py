"""`make stop`: end everything that `make run` and `make test` left running in this clone."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from strongcities import postgres, processes


class Command(BaseCommand):
    help = "Stop the site that `make run` started here, and the embedded PostgreSQL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        running = processes.living()
        processes.register(processes.STOP)
        processes.end(pid for pid, role in running.items() if role == "runner")  # it ends its children
        processes.end(pid for pid, role in processes.living().items() if role != processes.STOP)
        stopped = [postgres.stop(settings.BASE_DIR, name) for name in (postgres.RUN, postgres.TEST)]
        self.stdout.write("Stopped, the database too." if any(stopped) else "Stopped." if running else "Nothing was running.")
