"""What the views of an event share: the event, or a registration of one's own there, loaded with access; and the one verb on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from events import seats
from events.models import Event, Registration
from strongcities.workflow import MoveRefused


def seen(request: HttpRequest, slug: str) -> Event:
    """404 for an event that the reader doesn't see."""
    event: Event = get_object_or_404(Event.objects.visible_to(request.user).select_related("host", "series"), slug=slug)
    return event


def own(request: HttpRequest, slug: str) -> Registration:
    """The reader's registration there: the live one, or else their last. 404 where they have none."""
    event = seen(request, slug)
    registration: Registration | None = event.registrations.of(request.user).select_related("city", "party__made_by", "user").live_or_last()
    if registration is None:
        raise Http404
    registration.event = event
    return registration


def settled(event: Event) -> None:
    """What is over by its date is noted, and its seats passed on, before the reader is told how things stand."""
    seats.settle_all(event)
    event.refresh_from_db(fields=event.COUNTERS)


def done(request: HttpRequest, verb: Callable[[], Any], said: str, to: str, *args: Any) -> HttpResponse:
    """One verb, then on to the page `to`; what the model refuses is said there."""
    try:
        verb()
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(to, *args)
