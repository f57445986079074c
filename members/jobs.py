"""What this room does by itself: it tidies. Nothing that a person sees depends on whether it ran."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from members.models import AddressChange, Draft, Knock


@app.periodic(cron="20 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy drafts")
def tidy_drafts(timestamp: int) -> int:
    """Delete what was typed and left for thirty days; an application that came of it stays. Answers how many."""
    deleted, _each = Draft.objects.old().delete()
    return deleted


@app.periodic(cron="25 * * * *")
@app.task(queue="tidy", queueing_lock="tidy knocks")
def tidy_knocks(timestamp: int) -> int:
    """Delete counts of windows that are over. Answers how many."""
    deleted, _each = Knock.objects.filter(until__lt=timezone.now()).delete()
    return deleted


@app.periodic(cron="30 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy address changes")
def tidy_address_changes(timestamp: int) -> int:
    """Delete changes of addresses ninety days after they were asked for: they name mailboxes that nobody uses any more."""
    deleted, _each = AddressChange.objects.old().delete()
    return deleted
