"""Real races: two callers, each with a connection of its own, started together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def race(*callers: Callable[[], Any]) -> list[Any]:
    """Call each in a thread of its own, at once; each one's answer, or the exception that it raised."""
    start = threading.Barrier(len(callers))
    results: list[Any] = [None] * len(callers)

    def run(place: int, caller: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[place] = caller()
        except Exception as error:  # noqa: BLE001  whatever it was is the result
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def without_locks(monkeypatch: Any) -> None:
    """The negative control: every SELECT … FOR UPDATE becomes a plain SELECT."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())


class Meeting:
    """A place where two threads wait for each other, so that both have read before either writes. One who is held back by
    a lock never comes; the other then goes on alone after `patience` seconds."""

    def __init__(self, patience: float = 1.0) -> None:
        self._barrier = threading.Barrier(2)
        self._patience = patience

    def pass_on[Thing](self, thing: Thing) -> Thing:
        """`thing`, once the other has come here too."""
        self.wait()
        return thing

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(self._patience)
