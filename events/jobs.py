"""What the worker does for events. Nothing depends on it having run: states are right by date (events/seats.py)."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from events import forgetting, seats, telling
from events.models import Booking, Event, Notice, Registration, Session

logger = logging.getLogger("events.jobs")


@app.task(queue="mail", retry=RetryStrategy(max_attempts=5, wait=10))
def tell(notice: int) -> None:
    """Write the mails of a notice, once."""
    with transaction.atomic():
        found = Notice.objects.select_for_update(of=("self",)).select_related("event", "session__room").filter(pk=notice, told=None).first()
        if found is not None:
            telling.tell(found)
            found.told = timezone.now()
            found.save(update_fields=["told"])


@app.periodic(cron="* * * * *")
@app.task(queue="seats", queueing_lock="pass-seats-on")
def pass_seats_on(timestamp: int) -> None:
    """Every minute: offers that nobody answered in time go to the next."""
    events = Event.objects.filter(pk__in=Registration.objects.due().values("event"))
    sessions = Session.objects.filter(pk__in=Booking.objects.due().values("session")).select_related("event")
    for what in (*events, *sessions):
        try:
            seats.settle(what)
        except Exception:  # one list that can't move holds up no other
            logger.exception("seats of %s %s could not be passed on", what._meta.label, what.pk)


@app.periodic(cron="25 4 * * *")
@app.task(queue="events", queueing_lock="forget-who-came")
def forget(timestamp: int) -> int:
    """Every night: personal details of those who came are deleted, a month after the event. Answers of how many rows."""
    return forgetting.forget()
