"""Real races: two callers, each with a connection of its own, started together.

Nothing here hopes that a time is long enough. Two who are to meet wait until both have come, or until the database says that the
other one waits for a lock of the first: then a lock holds it back, and it never will. Time only ends a test that hangs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

PATIENCE = 60.0  # seconds; nothing lasts so long unless it hangs
_OWN = threading.local()


class _Racers:
    """Those who run in one race, and how many of them still do."""

    def __init__(self, running: int) -> None:
        self.running = running
        self._door = threading.Lock()

    def leave(self) -> None:
        with self._door:
            self.running -= 1


def race(*callers: Callable[[], Any]) -> list[Any]:
    """Call each in a thread of its own, at once; each one's answer, or the exception that it raised."""
    start = threading.Barrier(len(callers))
    racers = _Racers(len(callers))
    results: list[Any] = [None] * len(callers)

    def run(place: int, caller: Callable[[], Any]) -> None:
        _OWN.racers = racers
        try:
            start.wait(PATIENCE)
            results[place] = caller()
        except Exception as error:  # noqa: BLE001  whatever it was is the result
            results[place] = error
        finally:
            connection.close()
            racers.leave()

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3 * PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "they hang: each waits for the other"
    return results


def without_locks(monkeypatch: Any) -> None:
    """The negative control: every SELECT … FOR UPDATE becomes a plain SELECT."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())


@contextmanager
def without_rules(model: type[models.Model], *names: str) -> Iterator[None]:
    """The negative control: the constraints of these names are not there. What was written meanwhile goes before they return."""
    rules = [rule for rule in model._meta.constraints if rule.name in names]
    assert len(rules) == len(names), names
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.remove_constraint(model, rule)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
            for rule in rules:
                editor.add_constraint(model, rule)


@contextmanager
def without_trigger(model: type[models.Model], *names: str) -> Iterator[None]:
    """The negative control, of what a trigger holds."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER {name}")
        try:
            yield
        finally:
            for name in names:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER {name}")


def _somebody_waits_for_us() -> bool:
    """Whether another connection waits for a lock that this thread's transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))")
        return bool(cursor.fetchone()[0])


class Meeting:
    """A place where two threads wait for each other, once, so that both have read before either writes. Where one waits for a lock
    of the other, or is done without having come, the other goes on."""

    def __init__(self) -> None:
        self._come = 0
        self._door = threading.Lock()
        self._over = threading.Event()

    def pass_on[Thing](self, thing: Thing) -> Thing:
        """`thing`, once the other has come here too."""
        self.wait()
        return thing

    def wait(self) -> None:
        with self._door:
            self._come += 1
            if self._come == 2:
                self._over.set()
        racers = getattr(_OWN, "racers", None)
        until = time.monotonic() + PATIENCE
        while not self._over.wait(0.02):
            if (racers is not None and racers.running < 2) or _somebody_waits_for_us():
                self._over.set()
            assert time.monotonic() < until, "the other neither comes, nor waits, nor is done"
