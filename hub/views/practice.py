"""A practice's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from hub.models import Practice
from hub.reading import read
from strongcities.access import public
from strongcities.caching import visitors_may_cache


@public
@require_safe
@visitors_may_cache
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    practices = Practice.objects.visible_to(request.user).select_related("city")
    practice = get_object_or_404(practices, slug=slug)
    return render(request, "hub/practice.html", {"practice": practice, "text": read(practice.body)})
