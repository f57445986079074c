"""Practices in bulk: a stream of rows into the database, all or nothing, in bounded memory.

The rows are copied into a temporary table first, where doubles and unknown cities are found by SQL; then they are written
batch by batch, each by one statement, so that the search's triggers run once a batch. Everything is one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from hub import rows, spellings
from hub.rows import Fault, Row
from members import countries
from members.models import City

BATCH = 2_000
LOCK = 0x5C1_0B  # one bulk writer at a time, by PostgreSQL's advisory lock
_FIELDS = tuple(name for name in rows.COLUMNS if name not in {"city", "country"})
_CHANGED = tuple(name for name in _FIELDS if name != "external_id")  # a known practice keeps its address and its state
_STAGE = f"""
DROP TABLE IF EXISTS hub_stage, hub_stage_double, hub_stage_city, hub_stage_merged;  -- an earlier import's within one transaction
CREATE TEMPORARY TABLE hub_stage (
    line integer, slug text, external_id text, title text, summary text, body text, language text, city text, country text,
    start_year smallint, end_year smallint, status text, {", ".join(f"{name} text[]" for name in rows.FACETS)},
    lead_sector text, evidence text, partners text[], lessons text[], sources jsonb
) ON COMMIT DROP
"""
# Each record of a city that was merged, with the one that it is part of now, through every merge.
_MERGED = """
CREATE TEMPORARY TABLE hub_stage_merged ON COMMIT DROP AS
WITH RECURSIVE way (id, city_id) AS (
    SELECT id, merged_into_id FROM members_city WHERE merged_into_id IS NOT NULL
    UNION
    SELECT way.id, c.merged_into_id FROM way JOIN members_city c ON c.id = way.city_id WHERE c.merged_into_id IS NOT NULL
)
SELECT way.id, way.city_id FROM way JOIN members_city c ON c.id = way.city_id WHERE c.merged_into_id IS NULL;
CREATE UNIQUE INDEX ON hub_stage_merged (id);
ANALYZE hub_stage_merged;
"""
_STAGED = ("line", "slug", *rows.COLUMNS)


class NothingImportedError(Exception):
    """There were bad rows, so nothing was written. `tally` says how many."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(f"{tally.bad} of {tally.read} rows are bad")
        self.tally = tally


@dataclass
class Tally:
    """What an import did."""

    read: int = 0
    bad: int = 0
    new: int = 0
    changed: int = 0
    cities: int = 0

    @property
    def unchanged(self) -> int:
        return self.read - self.bad - self.new - self.changed


def import_file(path: Path, *, skip_bad: bool, report: Callable[[list[Fault]], None]) -> Tally:
    """Write the practices of a file, new ones as published, by `external_id` (hub/rows.py reads and checks them).

    `report` is called with the faults of each bad row. Raises NothingImportedError where rows are bad and `skip_bad` is off,
    or all of them are; rows.NotRowsError and OSError where the file can't be read.
    """
    tally = Tally()
    with bulk():
        _stage(_good(rows.read(path), tally, report))
        _drop_doubles(tally, report)
        if tally.bad and (not skip_bad or tally.bad == tally.read):
            raise NothingImportedError(tally)
        tally.cities = _find_cities()
        _write(tally)
    return tally


@contextmanager
def bulk() -> Iterator[None]:
    """A transaction for writing in bulk: one such writer at a time, and the words of the search counted once, at its end,
    if entries were written at all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SET LOCAL hub.counts_words = 'later'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # references are checked as rows come, not all remembered for the end
        yield
        cursor.execute("SELECT current_setting('hub.counts_words') = 'due'")
        if cursor.fetchone()[0]:
            cursor.execute("SELECT hub_count_words()")
            cursor.execute("ANALYZE hub_practice, hub_entry, hub_word")
            spellings.tell()
        cursor.execute("SET LOCAL hub.counts_words = 'now'")


def _good(read: Iterable[Row], tally: Tally, report: Callable[[list[Fault]], None]) -> Iterator[dict[str, Any]]:
    for row in read:
        tally.read += 1
        checked = rows.check(row)
        if isinstance(checked, list):
            tally.bad += 1
            report(checked)
        else:
            yield {"line": row.line, **checked}


def _stage(good: Iterable[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY hub_stage ({', '.join(_STAGED)}) FROM STDIN") as copy:
            for values in good:
                copy.write_row([values[name] for name in _STAGED])
        cursor.execute("CREATE INDEX ON hub_stage (line)")
        cursor.execute("ANALYZE hub_stage")


def _drop_doubles(tally: Tally, report: Callable[[list[Fault]], None]) -> None:
    """Of rows with one external_id the first stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE hub_stage_double ON COMMIT DROP AS SELECT line, first"
            " FROM (SELECT line, min(line) OVER (PARTITION BY external_id) AS first FROM hub_stage) s WHERE line > first"
        )
        cursor.execute("DELETE FROM hub_stage s USING hub_stage_double d WHERE s.line = d.line")
        last = 0
        while True:
            cursor.execute("SELECT line, first FROM hub_stage_double WHERE line > %s ORDER BY line LIMIT %s", [last, BATCH])
            doubles = cursor.fetchall()
            for line, first in doubles:
                tally.bad += 1
                report([Fault(line, "external_id", f"stands in line {first} already")])
            if len(doubles) < BATCH:
                return
            last = doubles[-1][0]


def _find_cities() -> int:
    """Each row's city, by its name, another one or another spelling, in its country; those not there yet are made. Returns how many.

    A record that was merged stands for the one that it is part of now. All are shown to everyone, since a practice of theirs now is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE hub_stage_city ON COMMIT DROP AS"
            " SELECT fold(city) AS folded, country, (array_agg(city ORDER BY line))[1] AS name, NULL::bigint AS city_id"
            " FROM hub_stage GROUP BY 1, 2"
        )
        cursor.execute("ANALYZE hub_stage_city")
        cursor.execute(_MERGED)
        _match_cities(cursor)
        _match_spellings(cursor)
        made = 0
        while True:
            cursor.execute("SELECT name, country FROM hub_stage_city WHERE city_id IS NULL ORDER BY country, folded LIMIT %s", [BATCH])
            missing = cursor.fetchall()
            if not missing:
                break
            City.objects.bulk_create(_new_cities(missing))
            _match_cities(cursor)
            made += len(missing)
        cursor.execute("UPDATE members_city SET is_public = true WHERE NOT is_public AND id IN (SELECT city_id FROM hub_stage_city)")
    return made


def _match_cities(cursor: Any) -> None:
    cursor.execute("""
        UPDATE hub_stage_city s SET city_id = (
            SELECT coalesce(m.city_id, c.id) FROM members_city c LEFT JOIN hub_stage_merged m ON m.id = c.id
            WHERE c.country = s.country AND c.folded = s.folded ORDER BY m.id IS NOT NULL, c.id LIMIT 1)
        WHERE city_id IS NULL
    """)
    cursor.execute("""
        UPDATE hub_stage_city s SET city_id = coalesce(m.city_id, c.id)
        FROM members_city c LEFT JOIN hub_stage_merged m ON m.id = c.id
            CROSS JOIN LATERAL unnest(c.other_names || ARRAY[c.official_name, c.own_name]::varchar[]) AS other(name)
        WHERE s.city_id IS NULL AND c.country = s.country AND fold(other.name) = s.folded
    """)


def _match_spellings(cursor: Any) -> None:
    """By another spelling (`skeleton()`: Århus finds Aarhus), where it is that of one city alone. Done once, before cities are
    made, so that what a file names is compared with what was here, not with the file's own rows."""
    cursor.execute("""
        UPDATE hub_stage_city s SET city_id = found.city_id
        FROM (
            SELECT asked.folded, asked.country, fits.city_id
            FROM hub_stage_city asked
            CROSS JOIN LATERAL (SELECT skeleton(asked.name) AS skeleton OFFSET 0) AS told  -- worked out once, not for each city
            CROSS JOIN LATERAL (
                SELECT min(c.id) AS city_id, count(*) AS cities FROM members_city c
                WHERE c.country = asked.country AND c.merged_into_id IS NULL AND c.spellings LIKE '%|' || told.skeleton || '|%') AS fits
            WHERE asked.city_id IS NULL AND told.skeleton <> '' AND fits.cities = 1
        ) AS found
        WHERE s.folded = found.folded AND s.country = found.country
    """)


def _new_cities(missing: list[tuple[str, str]]) -> list[City]:
    """Cities that are no members, for (name, country)s."""
    plain = {slugify(name) for name, _country in missing}
    used = set(City.objects.filter(slug__in=plain).values_list("slug", flat=True)) | {""}
    cities = []
    for name, country in missing:
        slug = slugify(name)
        if slug in used:  # not plain, but never shared: names of one spelling and country are one city
            name_and_country = hashlib.blake2s(f"{name}, {country}".encode(), digest_size=4).hexdigest()
            slug = f"{slug}-{country.lower()}-{name_and_country}".lstrip("-")
        used.add(slug)
        cities.append(City(name=name, slug=slug, country=country, region=countries.region_of(country), is_public=True))
    return cities


_WRITE = f"""
WITH written AS (
    INSERT INTO hub_practice (
        slug, city_id, audience, licence, state, published_at, is_sample, created, updated, {", ".join(_FIELDS)})
    SELECT
        CASE WHEN EXISTS (SELECT FROM hub_practice o WHERE o.slug = s.slug AND o.external_id <> s.external_id)
            THEN s.slug || '-' || left(md5(s.external_id), 10) ELSE s.slug END,
        c.city_id, 'public', '', 'published', now(), false, now(), now(), {", ".join(f"s.{name}" for name in _FIELDS)}
    FROM hub_stage s JOIN hub_stage_city c ON c.folded = fold(s.city) AND c.country = s.country
    WHERE s.line > %s AND s.line <= %s
    ON CONFLICT (external_id) WHERE external_id <> '' DO UPDATE
        SET city_id = excluded.city_id, updated = now(), {", ".join(f"{name} = excluded.{name}" for name in _CHANGED)}
        WHERE (hub_practice.city_id, {", ".join(f"hub_practice.{name}" for name in _CHANGED)})
            IS DISTINCT FROM (excluded.city_id, {", ".join(f"excluded.{name}" for name in _CHANGED)})
    RETURNING id, xmax = 0 AS is_new
), told AS (
    INSERT INTO hub_practicetransition (subject_id, verb, from_state, to_state, why, at)
    SELECT id, 'import', '', 'published', '', now() FROM written WHERE is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""  # noqa: S608  names of columns of this very file


def _write(tally: Tally) -> None:
    with connection.cursor() as cursor:
        line = 0
        while True:
            cursor.execute("SELECT max(line) FROM (SELECT line FROM hub_stage WHERE line > %s ORDER BY line LIMIT %s) s", [line, BATCH])
            end = cursor.fetchone()[0]
            if end is None:
                return
            cursor.execute(_WRITE, [line, end])
            new, changed = cursor.fetchone()
            tally.new += new
            tally.changed += changed
            line = end
