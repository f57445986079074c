"""`/cities/`: the directory of member cities with its map, and a city's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from members.atlas import Atlas
from members.filters import CityFilter, address
from members.locator import Locator
from members.models import City
from members.querysets import CityQuerySet
from strongcities.access import public
from strongcities.caching import ask_each_time, visitors_may_cache
from strongcities.paging import Pages, asked_for

PER_PAGE = 30
PARTS = 30  # authorities within one that its page names


@public
@require_safe
@visitors_may_cache
def cities(request: HttpRequest) -> HttpResponse:
    """Member cities by name and on a map, narrowed by any number of values of each filter. A value that isn't known narrows
    nothing and is said beside its field; a page that isn't there answers 404 and names the last one."""
    every = City.objects.visible_to(request.user).members()
    narrowed = CityFilter(request.GET, queryset=every)
    page, status = asked_for(request, narrowed.qs.with_joined(), PER_PAGE)
    chosen = narrowed.chosen
    context = {
        "filter": narrowed,
        "page": page,
        "used": narrowed.used(),
        "filters": sum(len(values) for name, values in chosen.items() if name != "q"),  # words are no filter
        "without": narrowed.without(every) if not page.paginator.count and chosen else [],
        "pages": Pages(page.number, page.paginator.num_pages, lambda number: address(chosen, page=[number])),
        "atlas": Atlas.of(narrowed, chosen) if page.paginator.count else None,
        "no_such_page": status == 404,
    }
    return render(request, "members/cities.html", context, status=status)


@public
@require_safe
@visitors_may_cache
def city(request: HttpRequest, slug: str) -> HttpResponse:
    """A city: its picture and profile, what it is, since when a member, the authorities over it and within it, and its
    officials as far as they agreed to be shown to the reader."""
    if other := City.objects.merged_at(slug):
        return redirect(other)  # 302: a merge can be undone
    visible = City.objects.visible_to(request.user)
    shown = get_object_or_404(visible.with_joined(), slug=slug)
    officials = shown.posts.visible_to(request.user).select_related("official__user").order_by("-is_lead", "official__user__name")
    context = {
        "city": shown,
        "over": visible.over(shown),
        "parts": _parts(visible.filter(within=shown)),
        "officials": officials,
        "memberships": shown.memberships.all(),
        "seats": shown.seats.visible_to(request.user).dated().select_related("body").order_by("-is_held", "-since"),
        "locator": Locator.of_city(shown) if shown.latitude is not None else None,
        "may_edit": shown.can_edit(request.user),
        "manages": shown.can_manage_people(request.user),
        "may_report": shown.can_report(request.user),
    }
    response = render(request, "members/city.html", context)
    return ask_each_time(response) if officials else response


def _parts(parts: CityQuerySet) -> dict[str, Any]:
    """The authorities within a city: as many as a line holds, and how many more there are."""
    found = list(parts[: PARTS + 1])
    more = parts.count() - PARTS if len(found) > PARTS else 0
    return {"shown": found[:PARTS], "more": more}
