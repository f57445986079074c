"""A search as a file: everything that it finds, in the columns that import_practices reads, and a few that it passes by.

What is found is settled first, as keys in the order of the page; then the records are read and sent in batches of BATCH, each by one
statement that asks once more what the reader may see. So memory is bounded, and a practice that is withdrawn meanwhile is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from hub import rows
from hub.models import Practice
from hub.search import Query, search
from strongcities.sheets import Column, csv_lines

MOST = 5_000  # rows of a file, whoever asks for it
BATCH = 200
_NUMBERS = {"start_year", "end_year", "published", "last_confirmed", "changed"}
COLUMNS = tuple(Column(name, is_text=name not in _NUMBERS) for name in (*rows.COLUMNS, *rows.ONLY_OUT))


def found(query: Query, user: Any) -> tuple[int, list[int]]:
    """How many practices a search finds, and the keys of the first MOST, in the order of the page."""
    answer = search(query, user, 1, MOST, bare=True)
    return answer.count, answer.keys


def lines(keys: list[int], user: Any) -> Iterator[bytes]:
    """The file of these practices, piece by piece."""
    return csv_lines(COLUMNS, _rows(keys, user))


def _rows(keys: list[int], user: Any) -> Iterator[list[Any]]:
    practices = Practice.objects.visible_to(user).select_related("city")
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        there = practices.in_bulk(batch)
        yield from (_row(there[key]) for key in batch if key in there)


def _row(practice: Practice) -> list[Any]:
    city = practice.city
    told = {
        "city": city.name,
        "country": city.country,
        **{name: "|".join(getattr(practice, name)) for name in rows.FACETS},
        "partners": rows.list_as_text(practice.partners),
        "lessons": rows.list_as_text(practice.lessons),
        "sources": json.dumps(practice.sources, ensure_ascii=False) if practice.sources else "",
        "url": f"{settings.SITE_URL}{practice.get_absolute_url()}",
        "city_slug": city.slug,
        "published": practice.published_at,
        "changed": practice.updated,
    }
    return [told[name] if name in told else getattr(practice, name) for name in (column.name for column in COLUMNS)]
