"""Events by month."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import month as months
from events.models import Event
from strongcities import zones
from strongcities.access import public
from strongcities.caching import visitors_may_cache
from strongcities.site import reader_zone


@public
@require_safe
def this_month(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("events:month", args=[f"{_today(request):%Y-%m}"]))


@public
@require_safe
@visitors_may_cache
def month(request: HttpRequest, month: str) -> HttpResponse:
    first = months.read(month)
    if first is None:
        raise Http404
    today = _today(request)
    this = today.replace(day=1)
    events = months.overlapping(Event.objects.visible_to(request.user).shown(), first)
    weeks = months.weeks(first, events, today)
    around = {"previous": months.beside(first, -1), "next": months.beside(first, 1)}
    is_empty = all(week.is_empty for week in weeks)
    context = {"first": first, "weeks": weeks, "is_empty": is_empty, "is_over": first < this, "is_now": first == this}
    return render(request, "events/month.html", {**context, **around})


def _today(request: HttpRequest) -> date:
    """Where the reader is, as far as that is known."""
    return zones.wall(timezone.now(), reader_zone(request) or "UTC").date()
