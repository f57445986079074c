"""What a calendar of a thousand events costs: whole, for the first time and again, and unchanged (304), each beside the constant page.

By Django's client in this process, so nothing but the house's own work is measured. Prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

PATH = "/events/calendar.ics"
EVENTS = 1_000
ZONES = ("Europe/Paris", "America/New_York", "Africa/Nairobi", "Asia/Kathmandu", "Africa/Casablanca")
ROUNDS = 50


def make_events(count: int) -> None:
    from events.models import Event  # settings are ready only now
    from members.models import City

    hosts = list(City.objects.all()[:50])
    begins = datetime(2026, 1, 1, 9, tzinfo=UTC)
    Event.objects.bulk_create(
        Event(
            title=f"Workshop {number} on what cities do together", slug=f"workshop-{number}", kind=Event.Kind.WORKSHOP, state="announced",
            summary="Cities look at each other’s work and take home what they can use.", host=hosts[number % len(hosts)],
            venue="Town hall", venue_address="1, Market place", starts=begins + timedelta(days=number),
            ends=begins + timedelta(days=number, hours=8), zone=ZONES[number % len(ZONES)], audience=Event.Audience.PUBLIC,
            themes=["youth-engagement"], languages=["en"],
        )
        for number in range(count)
    )  # fmt: skip


def unchanged(client: Any, etag: str) -> float:
    """Milliseconds of a 304, in the middle."""
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        status = client.get(PATH, headers={"If-None-Match": etag}).status_code
        times.append(time.perf_counter() - started)
        if status != 304:
            raise SystemExit(f"{PATH} answers {status}")
    return statistics.median(times) * 1000


def main() -> None:
    with house.hub(1):
        from django.test import Client  # as above

        make_events(EVENTS)
        house.analyze()
        client = Client()
        client.get(house.CONSTANT)
        first = house.seconds(client, PATH) * 1000
        found = house.page(client, PATH)
        answer = found.pop("answer")
        constant = statistics.median(house.seconds(client, house.CONSTANT) for _round in range(ROUNDS)) * 1000
        quiet = unchanged(client, answer["ETag"])
    told = {"events": EVENTS, "first_ms": first, **found, "kilobytes": len(answer.content) / 1000}
    print("\n" + json.dumps({**told, "unchanged_ms": quiet, "unchanged_constants": quiet / constant}))


if __name__ == "__main__":
    main()
