"""A database that can't be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def database_down() -> Iterator[None]:
    """In here this thread's connection leads nowhere."""
    real = connections["default"]
    dead = real.copy()
    dead.settings_dict = {**real.settings_dict, "HOST": "/nowhere", "PORT": "1", "OPTIONS": {}}
    connections["default"] = dead
    try:
        yield
    finally:
        connections["default"] = real
