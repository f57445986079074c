"""The directory of cities with 100 members and with 10,000: statements, time and bytes of its pages.

In a database of its own on the test cluster, by Django's client in this process, so nothing but the directory is measured.
Each time is given as a multiple of the page with 100 members, each page asked in turn with a constant one (/about/). Prints JSON.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "/cities/, the whole world": "/cities/",
    "/cities/?region=europe": "/cities/?region=europe",
    "/cities/?country=KE": "/cities/?country=KE",
    "/cities/?bbox=…, a section of Europe": "/cities/?bbox=0,45,15,55",
    "/cities/?q=harbour&theme=…&kind=…": "/cities/?q=harbour&theme=youth-engagement&kind=city&kind=county",
}
CONSTANT = "/about/"
ROUNDS = 9


def measure() -> dict[str, dict[str, Any]]:
    """Of each page: statements, its time as a multiple of the constant page, bytes as sent (gzip) and marks on its map."""
    from django.db import connection  # settings are ready only now
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, found = Client(), {}
    for name, path in PAGES.items():
        times: list[tuple[float, float]] = []
        for number in range(ROUNDS + 1):
            if number:  # the first round warms up
                times.append((seconds(client, path), seconds(client, CONSTANT)))
            else:
                client.get(path)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        atlas = answer.context["atlas"]
        found[name] = {
            "statements": len(asked),
            "ms": statistics.median(page for page, _constant in times) * 1000,
            "constants": statistics.median(page / constant for page, constant in times),
            "bytes": len(gzip.compress(answer.content, 6)),
            "marks": len(atlas.spots) if atlas else 0,
        }
    return found


def seconds(client: Any, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}")
    return time.perf_counter() - started


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from strongcities import postgres  # found only now
    from tests.settings import BASE, TEST_CLUSTER

    if TEST_CLUSTER:
        postgres.ensure_running(BASE, postgres.TEST)
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from members.samples import make_cities

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        rows = {}
        for members in (100, 10_000):
            make_cities(members)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            rows[members] = measure()
    finally:
        teardown_databases(made, verbosity=0)
    print("\n" + json.dumps({name: {size: rows[size][name] for size in rows} for name in PAGES}))


if __name__ == "__main__":
    main()
