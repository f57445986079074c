"""What this room does by itself: it tidies, and tells. What a person may see or do never depends on whether it ran."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from members.models import AddressChange, Contact, Draft, Import, Knock, Message, Report, Vacancy
from strongcities.workflow import MoveRefused


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


@app.periodic(cron="30 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy contacts")
def tidy_contacts(timestamp: int) -> int:
    """Delete what people wrote to each other a year after the last word. Where one of the two wants to hear no more of the
    other, that stays known, without the words. Answers how many words went."""
    with transaction.atomic():
        old = list(Contact.objects.old().select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        deleted, _each = Message.objects.filter(contact__in=old).delete()
        Contact.objects.filter(pk__in=old).exclude(state__in=[Contact.State.IGNORED, Contact.State.REPORTED]).delete()
    return deleted


@app.periodic(cron="35 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy reports")
def tidy_reports(timestamp: int) -> int:
    """Delete reports two years after they were decided, but for bars that hold. Answers how many."""
    return Report.objects.old().delete()[1].get("members.Report", 0)


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


@app.periodic(cron="40 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy imports")
def tidy_imports(timestamp: int) -> int:
    """Discard spreadsheets that nobody decided on for thirty days, with the names and addresses in them. Answers how many."""
    gone = 0
    for one in Import.objects.old():
        with suppress(MoveRefused):  # somebody decided this very moment
            one.discard(by=None)
            gone += 1
    return gone
