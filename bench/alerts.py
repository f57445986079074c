"""News of saved searches: 10,000 of them, no two alike, over 2,000 practices, when 20 new ones have come. Seconds in all, of this
process's own work, and of one search; statements of a hundred searches; how many mails were queued. Prints JSON.

On a server that keeps what it is told, as bench/doors.py.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

PRACTICES, NEW, OWNERS, EACH = 2_000, 20, 500, 20
TOPICS = (
    *("prevention", "youth", "school", "families", "police", "mentor", "training", "network", "trust", "hate", "violence", "parents"),
    *("teachers", "advice", "council", "safety", "media", "victims", "evaluation", "sport", "culture", "refugees", "women"),
)


def questions() -> Iterator[str]:
    """Addresses of searches, each another one: one to three words, filters, or both."""
    from hub import panel  # settings are ready only now
    from hub.search import Query
    from hub.taxonomy import CODED

    chance, seen = random.Random(1), set[str]()  # noqa: S311  the same each time is what is wanted
    values = {facet.name: list(facet.labels()) for facet in CODED}
    while True:
        words = " ".join(chance.sample(TOPICS, chance.choice([0, 1, 1, 2, 3])))
        names = chance.sample(list(values), chance.choice([0, 1, 1, 2, 2] if words else [1, 2, 2, 3]))
        filters = {name: tuple(sorted(chance.sample(values[name], chance.choice([1, 1, 2])))) for name in names}
        if (address := panel.address(Query(words, filters))) not in seen:
            seen.add(address)
            yield address


def save_all() -> None:
    """Searches of officials of member cities, that know of all that is there."""
    from django.utils import timezone  # as above

    from hub.models import Practice, SavedSearch
    from hub.models.saved import packed
    from members.models import City, Official, Post, User

    asked, now = questions(), timezone.now()
    known = packed(Practice.objects.values_list("pk", flat=True))
    cities = list(City.objects.order_by("pk")[:100])
    for number in range(OWNERS):
        user = User.objects.create_user(f"a{number}@city{number}.example", name=f"Ada {number}")
        Post.objects.create(
            official=Official.objects.create(user=user), city=cities[number % 100], title="Officer", kind=Post.Kind.POLICY, since=now.date()
        )
        SavedSearch.objects.bulk_create(
            SavedSearch(
                owner=user, number=each + 1, name=f"Search {each}", search=next(asked), pace="hourly", due=now, looked=now, known=known,
                saw_members_only=True,
            )
            for each in range(EACH)
        )  # fmt: skip


def tell() -> dict[str, Any]:
    from hub import jobs  # as above
    from hub.models import SavedSearch, Told

    mails, runs, started, worked = 0, 0, time.perf_counter(), time.process_time()
    while SavedSearch.objects.due().exists():
        mails += jobs.tell_news(0)
        runs += 1
    took = time.perf_counter() - started
    return {
        "seconds": round(took, 1), "of them this process's own": round(time.process_time() - worked, 1),
        "ms of one search": round(1000 * took / (OWNERS * EACH), 2), "mails": mails, "runs of the job": runs,
        "practices named": Told.objects.count(),
    }  # fmt: skip


def statements() -> dict[str, int]:
    """Of one more turn, in which no search has news, and of a turn with one practice more; for each search."""
    from django.db import connection  # as above
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from hub import jobs
    from hub.models import Practice, SavedSearch

    found = {}
    some = list(SavedSearch.objects.filter(told_last=None).values_list("pk", flat=True)[:100])
    for name in ("without news", "where nothing was written"):
        SavedSearch.objects.filter(pk__in=some).update(due=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            jobs.tell_news(0)
        found[name] = len(asked)
        Practice.objects.update(updated=timezone.now() - timedelta(days=9))
    return found


def main() -> None:
    from strongcities.settings import MAILERS  # found only now

    with house.hub(PRACTICES):
        from django.test import override_settings  # as above
        from django.utils import timezone

        from hub.models import Practice
        from hub.samples import make_practices

        save_all()
        Practice.objects.update(updated=timezone.now() - timedelta(days=9))
        make_practices(PRACTICES + NEW)
        house.analyze()
        with override_settings(MAILERS=MAILERS):  # the house's outbox, which tests would have in memory
            found = {"of 10,000": tell(), "statements of a hundred": statements()}
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
