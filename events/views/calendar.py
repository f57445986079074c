"""Events for calendar programs: one, all that the reader may see, a person's own; and the page of the address of these."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from events import calendar as ical, own_calendar as own
from events.filters import EventChoice
from events.models import CalendarAddress, Event
from strongcities.access import public, signed_in
from strongcities.caching import unless_known

TEXT = "text/plain; charset=utf-8"


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=ical.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def refused(form: EventChoice) -> HttpResponse:
    """What could not be read of an address, as text: a program that asked for a calendar or a feed can do nothing with a page."""
    said = [f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
    return HttpResponse("\n".join([gettext("We could not read this choice of events"), *said, ""]), status=400, content_type=TEXT)


@public
@require_safe
def ics(request: HttpRequest, slug: str) -> HttpResponse:
    """One event, to be put into a calendar. Not what only those with a seat may know."""
    found = Event.objects.visible_to(request.user).shown()
    event = get_object_or_404(found.select_related("host"), slug=slug)
    mark = ical.mark(found.filter(pk=event.pk))
    return unless_known(request, mark, lambda: _file(ical.calendar([ical.alone(ical.entry(event))]), event.slug))


@public
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Everything announced that the reader may see, past and coming; `kind`, `region`, `theme` and `language` choose among it."""
    form = EventChoice(request.GET)
    if not form.is_valid():
        return refused(form)
    events = form.among(Event.objects.visible_to(request.user).shown())

    def make() -> HttpResponse:
        address = f"{settings.SITE_URL}{reverse('events:calendar')}{form.address}"
        return _file(ical.calendar(ical.entries(events), name=ical.title(form.words), own=address), "strong-cities-events")

    return unless_known(request, ical.mark(events), make)


@public
@require_safe
def own_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever knows the address reads it, so it says nothing of whose it is, and no program that finds addresses is to keep it."""
    user = get_object_or_404(CalendarAddress.objects.select_related("user"), token=token, user__is_active=True).user

    def make() -> HttpResponse:
        name = gettext("My events · Strong Cities Network")
        return _file(ical.calendar(own.entries(user), name=name), "my-events")

    response = unless_known(request, own.mark(user), make)
    del response["Cache-Control"]
    patch_cache_control(response, private=True, no_cache=True)
    response["X-Robots-Tag"] = "noindex"
    return response


@signed_in
@require_safe
def calendar_address(request: HttpRequest) -> HttpResponse:
    address = CalendarAddress.objects.filter(user=request.user.pk).first()
    whole = f"{settings.SITE_URL}{address.get_absolute_url()}" if address else ""
    webcal = f"webcal:{whole.partition(':')[2]}" if whole else ""
    return render(request, "events/calendar_address.html", {"address": address, "whole": whole, "webcal": webcal})


@signed_in
@require_POST
def calendar_address_renew(request: HttpRequest) -> HttpResponse:
    had_one = CalendarAddress.objects.filter(user=request.user.pk).exists()
    CalendarAddress.renew(request.user)
    done = gettext("Your calendar has a new address. The old one has ended.") if had_one else gettext("Your calendar has an address now.")
    messages.success(request, done)
    return HttpResponseRedirect(reverse("events:calendar_address"))
