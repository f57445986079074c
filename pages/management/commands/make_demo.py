"""manage.py make_demo: everything that the demo shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from events.demo import make_events
from hub.models import Practice
from hub.sample_figures import make_figures
from hub.samples import make_practices
from members.demo import make_people
from members.models import City
from members.samples import make_cities, make_seats

CITIES, PRACTICES = 200, 1_000  # in all, the real ones included


class Command(BaseCommand):
    help = "Fill the demo: cities, practices, samples up to 200 cities and 1,000 practices, people, seats, events, figures of searches."

    def handle(self, *args: Any, **options: Any) -> None:
        """What is there already stays as it is, changes made by trying the demo included."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: sample records and known passwords have no place here. Set DEMO=1 for one.")
        data = settings.BASE_DIR / "data"
        if not City.objects.filter(memberships__is_founding=True).exists():
            call_command("import_cities", data / "founding_cities.csv")
        if not Practice.objects.filter(is_sample=False).exists():
            call_command("import_practices", data / "practices.jsonl")
        make_people()
        make_cities(CITIES - City.objects.filter(is_sample=False).count())
        make_seats()
        make_practices(PRACTICES - Practice.objects.filter(is_sample=False).count())
        make_events()
        make_figures()
