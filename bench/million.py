"""The hub's search over a million sample practices: how long the database takes for a first page with its exact total and all facet
counts, by one client and by eight; what suggestions and edits cost; and how many of the exact ten best are among the ten shown.

Makes the practices first, which takes an hour and 15 GB: SAMPLES of them, the rows of each then copied COPIES times with the facets of
another, for a million written texts would take a day. `--database NAME` takes a database that has them (of the server that DATABASE_URL
names) and leaves it there. Prints JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

ROUNDS = 40
SAMPLES, COPIES = 100_000, 9
WORDS = {"rare": (1, 1_000), "medium": (8_000, 12_000), "broad": (250_000, 400_000)}  # how many practices hold them


def pick(low: int, high: int) -> list[str]:
    """Words that so many practices hold, as they are written: those nearest the middle first."""
    from hub.models import Lexeme, Word  # settings are ready only now

    stems = Lexeme.objects.filter(records__range=(low, high)).exclude(lexeme__contains=":").order_by("records")
    found = list(stems.values_list("lexeme", flat=True))
    middle = len(found) // 2
    near = sorted(found, key=lambda stem: abs(found.index(stem) - middle))[:200] if len(found) < 5_000 else found[middle : middle + 200]
    words = [Word.objects.filter(stem=stem, is_stop=False).order_by("-records").values_list("word", flat=True).first() for stem in near]
    return [word for word in words if word][:40]


def timed(act: Callable[[], object]) -> float:
    """Milliseconds that the database takes for what `act` asks: the statements' own times, summed."""
    from django.db import connection  # as above

    spent = 0.0

    def clock(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent += time.perf_counter() - started

    with connection.execute_wrapper(clock):
        act()
    return spent * 1000


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def searches(words: list[str]) -> Iterator[Callable[[], object]]:
    from django.contrib.auth.models import AnonymousUser  # as above

    from hub.search import Query, search

    visitor = AnonymousUser()
    for number in range(ROUNDS):
        query = Query(words[number % len(words)], as_typed=False)
        yield partial(search, query, visitor)


def asked_for(act: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements, with their parameters, by which `act` asks the database."""
    from django.db import connection  # as above

    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return statements


def by_clients(words: list[str], clients: int) -> list[float]:
    """Milliseconds that the database takes for each of ROUNDS searches of every client, all of them asking at once. They ask again
    what those searches asked, so that nothing but the database is at work."""
    from django.db import connection  # as above

    questions = [asked_for(act) for act in searches(words)]
    times: list[float] = []

    def work(part: int) -> None:
        mine = []
        with connection.cursor() as cursor:
            for statements in [*questions[part * 3 :], *questions[: part * 3]]:
                started = time.perf_counter()
                for sql, params in statements:
                    cursor.execute(sql, params)
                    cursor.fetchall()
                mine.append((time.perf_counter() - started) * 1000)
        connection.close()
        times.extend(mine[2:])

    threads = [threading.Thread(target=work, args=(part,)) for part in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def yardstick() -> float:
    """Milliseconds that the machine takes just now for the `&` of all bits of facets, with nothing around it: between two runs it may be
    twice as fast."""
    from django.db import connection  # as above

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(bit_count(bits & bits)) FROM hub_facet_bits")

    return statistics.median(timed(act) for _ in range(ROUNDS))


def survival(words: list[str]) -> float:
    """Of the exact ten best for each, by BM25 of every practice that holds a word of it, the share that is shown."""
    from django.contrib.auth.models import AnonymousUser  # as above

    from hub import finding
    from hub.search import Query, search

    visitor, shares = AnonymousUser(), []
    kept, best = finding._kept, finding.BEST
    for text in words:
        shown = [practice.pk for practice in search(Query(text), visitor, 1, 10).results]
        finding._kept, finding.BEST = (lambda *_any: None), 10**7
        try:
            exact = [practice.pk for practice in search(Query(text), visitor, 1, 10).results]
        finally:
            finding._kept, finding.BEST = kept, best
        shares.append(len(set(shown) & set(exact)) / max(len(exact), 1))
    return sum(shares) / len(shares)


def edits() -> dict[str, float]:
    """Milliseconds to write one practice anew, and until it is found by a word that nobody else has."""
    from django.contrib.auth.models import AnonymousUser  # as above

    from hub.models import Practice
    from hub.search import Query, search

    written, found = [], []
    keys = list(Practice.objects.filter(audience="public").order_by("-pk").values_list("pk", flat=True)[:ROUNDS])
    for number, key in enumerate(keys):
        word = f"zzyx{number}q"
        started = time.perf_counter()
        written.append(timed(partial(Practice.objects.filter(pk=key).update, summary=f"Of {word}.")))
        if [practice.pk for practice in search(Query(word), AnonymousUser()).results] != [key]:
            raise SystemExit("what was written is not found")
        found.append((time.perf_counter() - started) * 1000)
    return {"written": p95(written), "found": p95(found)}


def suggestions(words: list[str]) -> dict[str, float]:
    """Milliseconds for what is offered to somebody who has typed the first letters of a word, by how many."""
    from django.contrib.auth.models import AnonymousUser  # as above

    from hub.suggest import completions

    visitor = AnonymousUser()
    return {str(letters): p95([timed(partial(completions, word[:letters], visitor)) for word in words]) for letters in (1, 2, 3, 4, 5)}


@contextlib.contextmanager
def database(name: str) -> Iterator[None]:
    if not name:
        with house.database():
            fill()
            yield
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection  # as above

    connection.settings_dict["NAME"] = name
    yield


def fill() -> None:
    from django.db import connection  # as above

    from hub.finding import COLUMNS
    from hub.samples import make_practices
    from hub.settling import settle
    from members.samples import make_cities

    of_another = {*COLUMNS} - {"practice_id", "for_members", "is_sample", "language"}
    make_cities(1_000)
    make_practices(SAMPLES)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; DROP INDEX entry_words")  # triggers and index would take the day as well
        for table, own in (("hub_practice", {"id", "slug", "external_id"}), ("hub_entry", {"practice_id"})):
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
                " ORDER BY ordinal_position", [table],
            )  # fmt: skip
            names = [name for (name,) in cursor if name not in own]
            for copy in range(1, COPIES + 1):
                cursor.execute((_COPY_PRACTICES if table == "hub_practice" else _COPY_ENTRIES).format(
                    names=", ".join(names), values=", ".join(f"{'b' if name in of_another else 'a'}.{name}" for name in names),
                    copy=copy, far=copy * 7_919,
                ))  # fmt: skip
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("CREATE INDEX entry_words ON hub_entry USING gin (words)")
        cursor.execute("SELECT hub_count_words()")
    house.analyze()
    settle()
    house.analyze()


_COPY_PRACTICES = """
INSERT INTO hub_practice (id, slug, external_id, {names}) OVERRIDING SYSTEM VALUE
SELECT id + {copy} * 1000000, slug || '-{copy}', external_id || '-{copy}', {names} FROM hub_practice WHERE id < 1000000
"""
_COPY_ENTRIES = """
WITH first AS (
    SELECT *, row_number() OVER (ORDER BY practice_id) AS number, count(*) OVER () AS many FROM hub_entry WHERE practice_id < 1000000
),
copied AS (
    INSERT INTO hub_entry (practice_id, {names})
    SELECT a.practice_id + {copy} * 1000000, {values} FROM first a JOIN first b ON b.number = (a.number + {far}) % a.many + 1
    RETURNING practice_id
)
INSERT INTO hub_pending (practice_id) SELECT practice_id FROM copied
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", default="")
    with database(parser.parse_args().database):
        words = {kind: pick(*range_) for kind, range_ in WORDS.items()}
        words["two broad"] = [f"{one} {other}" for one, other in zip(words["broad"], words["broad"][1:] + words["broad"][:1], strict=True)]
        words["broad and medium"] = [f"{one} {other}" for one in words["broad"][:8] for other in words["medium"][:5]]
        words["no words"] = [""]
        found: dict[str, Any] = {}
        for kind, some in words.items():
            if some:
                found[kind] = {
                    "words": len(some), "one": p95(by_clients(some, 1)), "eight": p95(by_clients(some, 8)), "yardstick": yardstick(),
                }  # fmt: skip
                print(kind, found[kind], file=sys.stderr, flush=True)
        found["edit"] = edits()
        found["suggest"] = suggestions(words["medium"] + words["broad"])
        for kind in ("medium", "broad", "two broad", "broad and medium"):
            if words[kind]:
                found[kind]["survival"] = survival(words[kind][:6])
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
