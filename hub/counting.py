"""Counting what is asked of the search: without who, and without ever being in a search's way.

A person's search is a row of one day (hub.models.counting.Asking), and so is each step from its results to a practice, which the search in
the practice's address tells. Neither scripts nor cookies are needed. At night the rows are summed and dropped (hub.jobs).
Not counted: programs, what a browser fetches ahead, staff, and whoever's browser asks not to be (Global Privacy Control, Do Not Track).
"""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from hub import panel
from hub.models import Salt
from hub.models.counting import DAYS, READERS, TOGETHER, Found
from hub.search import Answer, Query
from hub.words import WORD, fold
from members.limits import account
from members.querysets import today

MOST_WORDS, LONGEST = 8, 80  # of a question whose words may be kept; a longer one may be anything, a name among it
# What may be an address or a number of somebody's: a mail address, five digits and more with anything but letters between them (years
# from … to … among it).
_PRIVATE = re.compile(r"@|\d(?:[\W_]*\d){4}")
_PROGRAM = re.compile(r"bot|crawl|spider|slurp|preview|fetch|monitor|curl|wget|python|java/|http|scrap|headless", re.IGNORECASE)
log = logging.getLogger(__name__)


def counts(request: HttpRequest) -> bool:
    """Whether this reader is counted."""
    told = request.headers
    agent = told.get("User-Agent", "")
    return not (
        request.method != "GET"
        or told.get("Sec-GPC") == "1"
        or told.get("DNT") == "1"
        or "prefetch" in told.get("Sec-Purpose", told.get("Purpose", ""))
        or not agent
        or _PROGRAM.search(agent)
        or (request.user.is_authenticated and request.user.is_staff)
    )


def keepable(text: str) -> str:
    """The words of a question as they may be kept some day, folded; "" where they may never be. Looked at as typed, in plain signs (① is
    1, ﹫ is @), and as it would be kept: folding takes away what stands between digits."""
    if len(text) > 2 * LONGEST:
        return ""
    words = [fold(word) for word in WORD.findall(text)]
    kept = " ".join(words)
    if len(words) > MOST_WORDS or len(kept) > LONGEST:
        return ""
    return "" if _PRIVATE.search(unicodedata.normalize("NFKC", text)) or _PRIVATE.search(kept) else kept


def searched(request: HttpRequest, query: Query, answer: Answer) -> None:
    """Count a search of words or by filters: its first page."""
    facets = [name for name, values in query.filters.items() if values]
    if (query.words.strip() or facets) and counts(request):
        _note(request, query, found=Found.of(answer.count), facets=facets, is_corrected=answer.corrected is not None)


def went_on(request: HttpRequest, query: Query) -> None:
    """Count the step from a search to a practice."""
    if (query.words.strip() or any(query.filters.values())) and counts(request):
        _note(request, query, is_click=True)


_INSERT = """
WITH asked AS (
    INSERT INTO hub_asking (day, mark, once, is_click, key, language, found, facets, is_corrected)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s))
UPDATE hub_question SET words = %s WHERE key = (
    SELECT key FROM hub_question
    WHERE key = %s AND words = '' AND days >= %s AND readers >= %s AND together >= %s FOR UPDATE SKIP LOCKED)
"""


def _note(
    request: HttpRequest,
    query: Query,
    *,
    is_click: bool = False,
    found: Found = Found.NONE,
    facets: Sequence[str] = (),
    is_corrected: bool = False,
) -> None:
    """One statement, which waits for nobody: a row more, and the words where enough have asked them by now. Whatever happens here, the
    reader gets their page."""
    day, words = today(), keepable(query.words)
    key = key_of(words)
    try:
        salt = _salt(day)
        with transaction.atomic():
            mark, once = _hash(salt, f"reader {account(request)}"), _hash(salt, f"search {panel.address(query)}")
            row: list[Any] = [day, mark, once, is_click, key, get_language() or "en", int(found), list(facets), is_corrected]
            with connection.cursor() as cursor:
                cursor.execute(_INSERT, [*row, words, key if words and not is_click else "", DAYS, READERS, TOGETHER])
    except DatabaseError:
        log.exception("A search could not be counted.")


def key_of(words: str) -> str:
    return salted_hmac("hub.asked", words, algorithm="sha256").hexdigest()[:32] if words else ""


def _hash(salt: str, text: str) -> str:
    return blake2b(text.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _salt(day: date) -> str:
    """The day's own, made by whoever comes first. Committed by itself: what is kept here stays, whatever becomes of a row."""
    with transaction.atomic():
        Salt.objects.bulk_create([Salt(day=day, salt=secrets.token_hex(32))], ignore_conflicts=True)
        return Salt.objects.get(day=day).salt
