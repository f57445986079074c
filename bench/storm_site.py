"""The site as bench/storms.py serves it: limits that one machine with a thousand people on it doesn't reach, and, where SEATS_BY says
"lock", seats given by SELECT … FOR UPDATE instead of the house's way."""

import os
from typing import Any

from strongcities.wsgi import application

__all__ = ["application"]


def unlimited() -> None:
    from members import limits  # the site is ready only now

    wide = limits.Rate(10**9, 600, limits.reader)
    limits.SENT = (wide, wide)
    limits.DOORS = dict.fromkeys(limits.DOORS, ())


def by_lock() -> None:
    from events import registering
    from events.models.seated import State

    insert = registering._insert

    def locked(event: Any, **fields: Any) -> Any:
        held = event.held()
        return insert(held, **{**fields, "state": State.WAITING if held.waiting or held.is_full else State.CONFIRMED})

    registering._insert = locked


unlimited()
if os.environ.get("SEATS_BY") == "lock":
    by_lock()
