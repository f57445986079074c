"""What this room does by itself: it tidies. Nothing that a person sees depends on whether it ran."""

from __future__ import annotations

from procrastinate.contrib.django import app

from members.models import Draft


@app.periodic(cron="20 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy drafts")
def tidy_drafts(timestamp: int) -> int:
    """Delete what was typed and left for thirty days; an application that came of it stays. Answers how many."""
    deleted, _each = Draft.objects.old().delete()
    return deleted
