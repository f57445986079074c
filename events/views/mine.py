"""`/events/mine/`: all that is about one person and events on one page; and who reads the name of somebody who speaks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events import seats
from events.forms.speaking import SpeakingForm
from events.models import Booking, Event, Registration, Speaker
from events.models.seated import LIVE
from events.views.loading import seen
from events.waiting import waiting_for
from strongcities.access import signed_in

PAST_SHOWN = 50


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    user: Any = request.user  # an account, for the view is for the signed in
    seats.settle_for(user)
    now = timezone.now()
    bookings = Booking.objects.live().select_related("session").order_by("session__starts", "pk")
    own = Registration.objects.of(user).select_related("event__host", "city")
    coming = own.filter(event__ends__gt=now, state__in=LIVE).with_place().order_by("event__starts", "pk")
    speaking = Speaker.objects.filter(official__user=user.pk, session__event__in=Event.objects.visible_to(user)).select_related(
        "session__event"
    )
    past = own.exclude(pk__in=coming.values("pk")).order_by("-event__starts", "-pk")
    context = {
        "waiting": waiting_for(user),
        "coming": coming.prefetch_related(Prefetch("bookings", bookings, to_attr="booked")),
        "speaking": speaking.filter(session__event__ends__gt=now).order_by("session__starts", "pk"),
        "past": past[:PAST_SHOWN],
    }
    return render(request, "events/mine.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def speaker_choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Who reads the reader's name with the sessions in which they speak."""
    event = seen(request, slug)
    speakers = list(Speaker.objects.filter(session__event=event, official__user=request.user.pk).select_related("session", "official"))
    if not speakers:
        raise Http404
    form = SpeakingForm(request.POST if request.method == "POST" else None, speakers=speakers)
    if form.is_bound and form.is_valid():
        for speaker in speakers:
            speaker.choose(named_to=form.chosen(speaker), by=request.user)
        messages.success(request, gettext("Your choice is kept."))
        return redirect("events:mine")
    return render(request, "events/speaking.html", {"event": event, "form": form})
