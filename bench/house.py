"""What the measurements inside one process share: a database of their own on the test cluster, and times beside a constant page."""

from __future__ import annotations

import contextlib
import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONSTANT = "/about/"
ROUNDS = 9


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Django, set up on an empty database, which goes at the end."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from strongcities import postgres  # found only now
    from tests.settings import BASE, TEST_CLUSTER

    if TEST_CLUSTER:
        postgres.ensure_running(BASE, postgres.TEST)
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


@contextlib.contextmanager
def that_keeps() -> Iterator[None]:
    """The same on the project's own server unless DATABASE_URL names another, for what the test cluster leaves out of writing costs
    more there."""
    from strongcities import postgres  # found only now

    if not os.environ.get("DATABASE_URL", "").strip():
        postgres.ensure_running(ROOT)
        os.environ["DATABASE_URL"] = postgres.url(ROOT)
    with database():
        yield


@contextlib.contextmanager
def hub(practices: int) -> Iterator[None]:
    """The same with a hundred cities and so many sample practices."""
    with that_keeps():
        from hub.samples import make_practices
        from members.samples import make_cities

        make_cities(100)
        make_practices(practices)
        analyze()
        yield


def analyze() -> None:
    from django.db import connection  # settings are ready only now

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def page(client: Any, path: str) -> dict[str, Any]:
    """Of a page: statements, milliseconds, its time as a multiple of the constant page, each round asked in turn; and the answer."""
    from django.db import connection  # as above
    from django.test.utils import CaptureQueriesContext

    times: list[tuple[float, float]] = []
    for number in range(ROUNDS + 1):
        pair = seconds(client, path), seconds(client, CONSTANT)
        if number:  # the first round warms up
            times.append(pair)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    return {
        "statements": len(asked),
        "ms": statistics.median(mine for mine, _constant in times) * 1000,
        "constants": statistics.median(mine / constant for mine, constant in times),
        "answer": answer,
    }


def seconds(client: Any, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}")
    return time.perf_counter() - started
