"""Seats: three ways to give them, side by side, in storms on one event. Prints JSON.

In the database: 1,000 people by fifty connections, a hundred seats, by
  "one statement": UPDATE … SET taken = taken + 1 WHERE taken < capacity feeding the INSERT;
  "trigger": the house's way (events/migrations/0002_seats): the INSERT itself takes the seat, or a place in line;
  "for update": SELECT … FOR UPDATE, a look at what is there, an INSERT and an UPDATE.
Each on copies of the house's tables, with their indexes and checks, in turn, so that a slow moment of the machine slows all.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

PEOPLE, AT_ONCE, SEATS, ROUNDS = 1_000, 50, 100, 5
TABLES = """
CREATE TABLE {way}_event (LIKE events_event INCLUDING ALL);
CREATE TABLE {way}_registration (LIKE events_registration INCLUDING ALL);
INSERT INTO {way}_event SELECT * FROM events_event;
"""
INSERT = """
INSERT INTO {way}_registration (event_id, user_id, state, number, listed_to, companions, interpretation, made)
SELECT %(event)s, %(person)s, {state}, {number}, 'nobody', '{{}}', '', now()
"""
STATEMENT = """
WITH seat AS (UPDATE statement_event SET taken = taken + 1, asked = asked + 1
    WHERE id = %(event)s AND taken < capacity AND waiting = 0 RETURNING asked) {insert} FROM seat
""".format(insert=INSERT.format(way="statement", state="'confirmed'", number="asked"))  # noqa: S608  names of its own tables
# Whoever finds no seat waits, by a second statement.
LINE = """
WITH line AS (UPDATE statement_event SET waiting = waiting + 1, asked = asked + 1 WHERE id = %(event)s RETURNING asked) {insert} FROM line
""".format(insert=INSERT.format(way="statement", state="'waiting'", number="asked"))  # noqa: S608  names of its own tables


def by_statement(connection: Any, asked: dict[str, int]) -> None:
    if not connection.execute(STATEMENT, asked).rowcount:
        connection.execute(LINE, asked)


def by_trigger(connection: Any, asked: dict[str, int]) -> None:
    connection.execute(INSERT.format(way="trigger", state="''", number="0"), asked)


def by_lock(connection: Any, asked: dict[str, int]) -> None:
    with connection.transaction():
        row = connection.execute("SELECT capacity, taken, waiting, asked FROM lock_event WHERE id = %(event)s FOR UPDATE", asked).fetchone()
        capacity, taken, waiting, number = row
        state = "confirmed" if taken < capacity and not waiting else "waiting"
        insert = INSERT.format(way="lock", state="%(state)s", number="%(number)s")
        connection.execute(insert, {**asked, "state": state, "number": number + 1})
        counter = "taken" if state == "confirmed" else "waiting"
        connection.execute(f"UPDATE lock_event SET asked = asked + 1, {counter} = {counter} + 1 WHERE id = %(event)s", asked)  # noqa: S608  names of its own tables


WAYS: dict[str, Callable[[Any, dict[str, int]], None]] = {"statement": by_statement, "trigger": by_trigger, "lock": by_lock}


def storm(connections: list[Any], event: int, act: Callable[[Any, dict[str, int]], None]) -> tuple[float, float]:
    """(people per second, milliseconds in which 95 of 100 were answered)."""
    people, took = deque(range(1, PEOPLE + 1)), list[float]()

    def run(connection: Any) -> None:
        while True:
            try:
                person = people.popleft()
            except IndexError:
                return
            started = time.perf_counter()
            act(connection, {"event": event, "person": person})
            took.append(time.perf_counter() - started)

    threads = [threading.Thread(target=run, args=[connection]) for connection in connections]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return PEOPLE / (time.perf_counter() - started), statistics.quantiles(took, n=20)[-1] * 1000


def prepare(connection: Any) -> None:
    """The copies; the house's trigger, written for its own."""
    for way in WAYS:
        connection.execute(TABLES.format(way=way))
    text = connection.execute("SELECT pg_get_functiondef('events_place_registration'::regproc)").fetchone()[0]
    text = text.replace("events_place_registration", "trigger_place").replace("UPDATE events_event", "UPDATE trigger_event")
    connection.execute(text)
    connection.execute(
        "CREATE TRIGGER place BEFORE INSERT ON trigger_registration FOR EACH ROW EXECUTE FUNCTION trigger_place();"
        "CREATE FUNCTION trigger_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TRIGGER keep BEFORE UPDATE ON trigger_event FOR EACH ROW EXECUTE FUNCTION trigger_keep();"
    )


def outcome(connection: Any, way: str, event: int) -> dict[str, int]:
    rows = connection.execute(f"SELECT state, count(*) FROM {way}_registration WHERE event_id = %s GROUP BY state", [event])  # noqa: S608  names of its own tables
    return dict(rows.fetchall())


def in_the_database() -> dict[str, Any]:
    """Of each way: people per second and p95 (medians of the rounds), and as a multiple of "for update"."""
    import psycopg
    from django.db import connection as django_connection
    from django.utils import timezone

    from events.models import Event

    begins = timezone.now() + timedelta(days=30)
    fields = {"starts": begins, "ends": begins + timedelta(hours=8), "zone": "UTC", "state": "announced", "is_online": True}
    for number in range(ROUNDS + 1):
        Event.objects.create(title="Storm", slug=f"storm-{number}", kind="webinar", summary="S", capacity=SEATS, **fields)
    events = list(Event.objects.order_by("pk").values_list("pk", flat=True))
    given = django_connection.get_connection_params()
    where = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if name in given}
    connections = [psycopg.connect(**where, autocommit=True) for _ in range(AT_ONCE)]
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    try:
        prepare(connections[0])
        for number, event in enumerate(events):
            for way, act in WAYS.items():
                figures = storm(connections, event, act)
                if (states := outcome(connections[0], way, event)) != {"confirmed": SEATS, "waiting": PEOPLE - SEATS}:
                    raise SystemExit(f"{way}: {states}")
                if number:  # the first round warms up
                    found[way].append(figures)
    finally:
        for connection in connections:
            connection.close()
    return {way: _medians(figures, found["lock"]) for way, figures in found.items()}


def _medians(figures: list[tuple[float, float]], beside: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "people per second": statistics.median(rate for rate, _p95 in figures),
        "p95 ms": statistics.median(p95 for _rate, p95 in figures),
        "times for update": statistics.median(mine[0] / theirs[0] for mine, theirs in zip(figures, beside, strict=True)),
    }


def main() -> None:
    with house.that_keeps():
        found = in_the_database()
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
