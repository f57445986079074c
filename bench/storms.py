"""Storms through HTTP: 1,000 people, 100 at a time, register for an event of 100 seats, on the site as it is served. Prints JSON.

The house's way (the INSERT takes the seat) beside SELECT … FOR UPDATE, storm by storm in turn, so that a slow moment slows both. Each
storm must end with exactly 100 confirmed and 900 waiting, the confirmed first by their numbers, and without an answer but a redirect.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house
from bench.run import free_port

PEOPLE, AT_ONCE, SEATS = 1_000, 100, 100
SECRET = "a" * 32  # of forms: any, as long as cookie and form say the same


@contextlib.contextmanager
def served(way: str) -> Iterator[int]:
    """The site with seats given in this `way`, on a free port."""
    from tests.house import environment_here

    port = free_port()
    environment = {**environment_here(), "DEMO": "1", "SEATS_BY": way, "BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", "WEB_THREADS": "8"}
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "2", "bench.storm_site:application"]
    process = subprocess.Popen(command, cwd=house.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit("the site did not answer")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def signed_in() -> list[str]:
    """The session cookies of a thousand people."""
    from django.conf import settings
    from django.test import Client

    from tests.events import cast

    client, cookies = Client(), []
    for person in cast.make_people(PEOPLE):
        client.cookies.clear()
        client.force_login(person)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return cookies


def storm(port: int, slug: str, cookies: list[str]) -> tuple[float, float]:
    """(people per second, milliseconds in which 95 of 100 were answered). Ends the run where an answer is no redirect."""
    from django.conf import settings

    people, took, faults = deque(cookies), list[float](), list[int]()
    body = urlencode({"listed_to": "nobody", "csrfmiddlewaretoken": SECRET})

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            try:
                cookie = people.popleft()
            except IndexError:
                return
            headers = {
                "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={SECRET}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            started = time.perf_counter()
            connection.request("POST", f"/events/{slug}/register/", body, headers)
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - started)
            if answer.status != 302 or "/registration/" not in answer.headers["Location"]:
                faults.append(answer.status)

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults or len(took) != PEOPLE:
        raise SystemExit(f"{len(faults)} answers were none (first: {faults[:1]}); {len(took)} in all")
    return PEOPLE / (time.perf_counter() - started), statistics.quantiles(took, n=20)[-1] * 1000


def in_order(slug: str) -> bool:
    from events.models import Registration

    rows = Registration.objects.filter(event__slug=slug).order_by("number").values_list("number", "state")
    wanted = [(number, "confirmed" if number <= SEATS else "waiting") for number in range(1, PEOPLE + 1)]
    return list(rows) == wanted


def measure(storms: int) -> dict[str, dict[str, float]]:
    from django.utils import timezone

    from events.models import Event

    cookies = signed_in()
    begins = timezone.now() + timedelta(days=30)
    fields = {"starts": begins, "ends": begins + timedelta(hours=8), "zone": "UTC", "state": "announced", "is_online": True}
    found: dict[str, list[tuple[float, float]]] = {"house": [], "lock": []}
    with served("house") as house_port, served("lock") as lock_port:
        for number in range(storms + 1):
            for way, port in (("house", house_port), ("lock", lock_port)):
                slug = f"storm-{way}-{number}"
                Event.objects.create(title="Storm", slug=slug, kind="webinar", summary="S", capacity=SEATS, audience="public", **fields)
                figures = storm(port, slug, cookies)
                if not in_order(slug):
                    raise SystemExit(f"{slug}: not exactly {SEATS} confirmed and the rest waiting, in order")
                if number:  # the first warms up
                    found[way].append(figures)
    ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in zip(found["house"], found["lock"], strict=True))
    told = {
        way: {
            "storms": len(figures),
            "people per second": statistics.median(rate for rate, _p95 in figures),
            "p95 ms": statistics.median(p95 for _rate, p95 in figures),
        }
        for way, figures in found.items()
    }
    return {**told, "house beside lock": {"times the people per second": ratio}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--storms", type=int, default=20)
    options = parser.parse_args()
    os.chdir(house.ROOT)
    with house.that_keeps():
        found = measure(options.storms)
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
