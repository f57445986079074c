"""`/events/`: what is coming and what was, narrowed; and the page of a series."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.filters import EventFilter
from events.models import Event, Series
from members.filters import address
from strongcities.access import public
from strongcities.caching import visitors_may_cache
from strongcities.paging import Pages, asked_for

PER_PAGE = 20


@public
@require_safe
@visitors_may_cache
def index(request: HttpRequest) -> HttpResponse:
    """Coming events, the next first; with `?when=past` those that are over, the last first. A value that isn't known narrows nothing
    and is said beside its field; a page that isn't there answers 404 and names the last one."""
    is_past = request.GET.get("when") == "past"
    visible = Event.objects.visible_to(request.user)
    every = visible.past() if is_past else visible.coming()
    narrowed = EventFilter(request.GET, queryset=every, user=request.user)
    page, status = asked_for(request, narrowed.qs.for_rows(request.user), PER_PAGE)
    when = {"when": ["past"]} if is_past else {}
    chosen = narrowed.chosen
    context = {
        "filter": narrowed,
        "page": page,
        "is_past": is_past,
        "used": [row | {"drop": _within(row["drop"], is_past)} for row in narrowed.used()],
        "without": [row | {"drop": _within(row["drop"], is_past)} for row in narrowed.without(every)]
        if chosen and not page.paginator.count
        else [],
        "filters": sum(map(len, chosen.values())),
        "asked": address(chosen),
        "asked_past": address({**chosen, "when": ["past"]}),
        "pages": Pages(page.number, page.paginator.num_pages, lambda number: address({**when, **chosen}, page=[number])),
        "no_such_page": status == 404,
    }
    return render(request, "events/index.html", context, status=status)


def _within(link: str, is_past: bool) -> str:
    """The address of the same list without a filter: past ones stay past."""
    return f"{link}{'&' if len(link) > 1 else ''}when=past" if is_past else link


@public
@require_safe
@visitors_may_cache
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """Events that follow each other, the last first. A series of which the reader sees no event isn't there, for them."""
    shown = get_object_or_404(Series, slug=slug)
    events = list(shown.shown_to(request.user).for_rows(request.user).reverse())
    if not events and not Event.may_keep(request.user):
        raise Http404
    context = {
        "series": shown,
        "coming": [event for event in reversed(events) if not event.is_over],
        "past": [event for event in events if event.is_over],
    }
    return render(request, "events/series.html", context)
