"""What the hub does by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hub import alerts, rebuilding, search_figures, settling
from hub.models import SavedSearch


@app.periodic(cron="17 3 * * *")
@app.task(queue="hub", queueing_lock="count-words")
def count_words(timestamp: int) -> None:
    """Every night: count the words of the hub anew. Until then a new word is known, only how frequent it is not yet; and
    one that no practice has any more is still there, which nobody is led to."""
    rebuilding.count_words()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="hub", queueing_lock="settle")
def settle(timestamp: int) -> None:
    """Every five minutes: give places to practices that were written, so that few are looked at row by row."""
    settling.settle()


@app.periodic(cron="20 0 * * *")
@app.task(queue="hub", queueing_lock="sum-searches")
def sum_searches(timestamp: int) -> None:
    """Every night, in UTC: sum what was asked of the search, and drop what told readers of the day apart."""
    search_figures.sum_up()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="hub", queueing_lock="tell-news")
def tell_news(timestamp: int) -> int:
    """Every ten minutes: mail people what is new to the searches that they saved, each at its pace. Answers how many mails."""
    return alerts.tell_news()


@app.periodic(cron="55 3 * * *")
@app.task(queue="hub", queueing_lock="tidy-saved-searches")
def tidy_saved_searches(timestamp: int) -> int:
    """Every night: saved searches of people who left a month ago go. Answers how many."""
    return SavedSearch.objects.left_behind().delete()[1].get("hub.SavedSearch", 0)
