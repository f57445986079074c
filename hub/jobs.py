"""What the hub does by itself."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from hub import settling, spellings


@app.periodic(cron="17 3 * * *")
@app.task(queue="hub", queueing_lock="count-words")
def count_words(timestamp: int) -> None:
    """Every night: count the words of the hub anew. Until then a new word is known, only how frequent it is not yet; and
    one that no practice has any more is still there, which nobody is led to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hub_count_words()")
    spellings.tell()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="hub", queueing_lock="settle")
def settle(timestamp: int) -> None:
    """Every five minutes: give places to practices that were written, so that few are looked at row by row."""
    settling.settle()
