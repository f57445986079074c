"""Settling: practices get their places among the bits by which a large hub is searched (migrations/0009_bits.py)."""

from __future__ import annotations

from typing import Any

from django.db import connection

FROM = 5_000  # practices; below that rows are quicker
ROUNDS = 200  # segments in one go; what is left comes with the next
_LOCK = 6017548  # of migrations/0009_bits.py: whoever settles holds it for a transaction


def settle() -> int:
    """Give places to pending practices, a segment a transaction. Answers how many got one. Searches go on meanwhile, and see
    each practice once; another settling at the same time does nothing."""
    settled = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM hub_entry LIMIT %s) counted", [FROM])
        if cursor.fetchone()[0] < FROM:
            return 0
        cursor.execute("SELECT hub_keep()")
        for _round in range(ROUNDS):
            cursor.execute("SELECT hub_settle()")
            if not (placed := cursor.fetchone()[0]):
                break
            settled += placed
    return settled


def wait(cursor: Any) -> None:
    """Wait until nobody settles, and keep others from it until this transaction ends: for whoever writes many of the same rows, in
    an order of their own."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
