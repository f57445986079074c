"""Rebuilding the search: every practice is entered anew, as after a change of how texts are read, while people search.

A batch is a transaction, so a search sees a practice by its old entry or by its new one, and by one of them at every moment; nothing is
emptied first. Words are counted once, at the end, in one transaction as well. What has lost its place among the bits gets one as the
rebuilding goes on, so that a large hub stays quick.

A batch locks its practices and cities, so that none is entered as it was a moment ago. One that somebody is writing just then is left
for later instead of being waited for: two who wait for each other would cost one of them their work. A batch that is refused is tried
again one by one. It may be broken off at any moment, and run again: what was entered stays entered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction

from hub import importing, settling, spellings

BATCH = 500
UNSETTLED = 4_000  # practices that lost their places; of more than finding.PENDING a search would look at every row
TRIES = 30
PAUSE = 1.0  # seconds between two tries for practices that somebody is writing
_LOCK = 0x5C1_0C  # one rebuilding at a time, by PostgreSQL's advisory lock of a session
_WAITS_FOR_NOBODY = """
SELECT p.id FROM hub_practice p JOIN members_city c ON c.id = p.city_id WHERE p.id = ANY(%s) ORDER BY p.id FOR SHARE OF p, c SKIP LOCKED
"""
# Connection lost, no room left, ended by an operator, a failing disk: of no practice's making.
_NOBODY_S_FAULT = ("08", "53", "57", "58")
_ANOTHER_TIME = ("40", "55")  # a deadlock, a lock


class UnderWayError(Exception):
    """Another rebuilding is at it."""


@dataclass
class Tally:
    """What a rebuilding did: how many were `entered`, `of` how many there were at its beginning; the keys of those that the database
    refused, each with its reason, and of those that somebody was writing all the while."""

    of: int
    entered: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    busy: list[int] = field(default_factory=list)


def rebuild(report: Callable[[Tally], None]) -> Tally:
    """Enter every practice anew, and count the words. `report` is called after each batch. Raises UnderWayError."""
    with _alone(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM hub_practice")
        tally = Tally(of=cursor.fetchone()[0])
        left, unsettled = list[int](), 0
        for keys in _batches():
            entered = _enter_or_each(keys, tally)
            left += [key for key in keys if key not in entered and key not in tally.bad]
            unsettled += len(entered)
            report(tally)
            if unsettled >= UNSETTLED:
                settling.settle()
                unsettled = 0
        _enter_what_is_left(left, tally, report)
        count_words()
        settling.settle()
    return tally


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise UnderWayError
        try:
            yield
        finally:
            if connection.is_usable():  # else its end has ended the lock
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _batches() -> Iterator[list[int]]:
    """The keys of all practices, drafts too, since one may have an entry that it should not have."""
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT id FROM hub_practice WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH])
            keys = [key for (key,) in cursor.fetchall()]
            if not keys:
                return
            yield keys
            last = keys[-1]


def _enter(keys: Sequence[int]) -> set[int]:
    """In one transaction. Answers which were entered: all but those that somebody is writing, or that are gone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [importing.LOCK])  # an import holds rows of many cities
        settling.wait(cursor)  # which moves the same rows
        cursor.execute("SET LOCAL hub.counts_words = 'later'")
        cursor.execute(_WAITS_FOR_NOBODY, [list(keys)])
        held = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT hub_enter(%s::bigint[])", [held])
    return set(held)


def _enter_or_each(keys: Sequence[int], tally: Tally) -> set[int]:
    try:
        entered = _enter(keys)
        tally.entered += len(entered)
    except DatabaseError as error:
        _raise_unless_refused(error)
        entered = {key for key in keys if _enter_one(key, tally)}
    return entered


def _enter_one(key: int, tally: Tally) -> bool:
    try:
        entered = bool(_enter([key]))
    except DatabaseError as error:
        _raise_unless_refused(error)
        if not _sqlstate(error).startswith(_ANOTHER_TIME):
            tally.bad[key] = str(error).partition("\n")[0]
        return False
    tally.entered += entered
    return entered


def _raise_unless_refused(error: DatabaseError) -> None:
    if not (state := _sqlstate(error)) or state.startswith(_NOBODY_S_FAULT):
        raise error


def _sqlstate(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _enter_what_is_left(left: list[int], tally: Tally, report: Callable[[Tally], None]) -> None:
    """Those that somebody was writing: whoever it was is soon done."""
    for number in range(TRIES):
        left = _still_there(left)
        if not left:
            return
        if number:
            time.sleep(PAUSE)
        left = [key for key in left if not _enter_one(key, tally) and key not in tally.bad]
        report(tally)
    tally.busy = _still_there(left)


def _still_there(keys: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM hub_practice WHERE id = ANY(%s) ORDER BY id", [keys])
        return [key for (key,) in cursor.fetchall()]


def count_words() -> None:
    """The words of the hub, and how they are written. Until a count a new word is known, only how frequent it is not yet; and one that no
    practice has any more is still there, which nobody is led to."""
    with transaction.atomic(), connection.cursor() as cursor:
        settling.wait(cursor)  # which writes the same rows
        cursor.execute("SELECT hub_count_words()")
    spellings.tell()
