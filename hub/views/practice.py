"""A practice's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from hub import counting, panel
from hub.forms import SearchForm
from hub.models import Practice
from hub.reading import read
from hub.successors import leads_to_successors
from strongcities.access import public
from strongcities.caching import visitors_may_cache


@public
@require_safe
@visitors_may_cache
@leads_to_successors
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    """A practice; where a search led here, with the way back to what it found: its words and filters stand in the address, as the
    search itself reads them, so there is nowhere else that it could lead."""
    practices = Practice.objects.visible_to(request.user).select_related("city")
    practice = get_object_or_404(practices, slug=slug)
    form = SearchForm(request.GET)
    way_back = panel.way_back(form.query, form.page_asked) if form.is_valid() else ""
    if way_back:
        counting.went_on(request, form.query)
    return render(request, "hub/practice.html", {"practice": practice, "text": read(practice.body), "way_back": way_back})
