"""`manage.py check_worker`: whether a worker is alive, as the health check of its container asks."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateWorker

SILENCE = timedelta(minutes=1)  # a worker shows itself every ten seconds


class Command(BaseCommand):
    help = "Fail unless a worker has shown itself in the database within the last minute."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # By the database's clock, which the worker's sign was written by. Which of several workers it was, nothing tells.
        if not ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - SILENCE).exists():
            raise CommandError("No worker has shown itself for a minute.")
