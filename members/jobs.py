"""What this room does by itself: it tidies, and tells. What a person may see or do never depends on whether it ran."""

from __future__ import annotations

from procrastinate.contrib.django import app

from members.models import Draft, Vacancy


@app.periodic(cron="20 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy drafts")
def tidy_drafts(timestamp: int) -> int:
    """Delete what was typed and left for thirty days; an application that came of it stays. Answers how many."""
    deleted, _each = Draft.objects.old().delete()
    return deleted


@app.periodic(cron="*/5 * * * *")
@app.task(queue="mail", queueing_lock="tell vacancies")
def tell_vacancies(timestamp: int) -> int:
    """Every five minutes: mail the Secretariat which cities came to be without a lead official. Answers how many."""
    return Vacancy.tell()


@app.periodic(cron="10 0 * * *")
@app.task(queue="tidy", queueing_lock="look for vacancies")
def look_for_vacancies(timestamp: int) -> None:
    """Just after midnight (UTC): a post that was to end today has ended, and no statement told the database."""
    Vacancy.look()
