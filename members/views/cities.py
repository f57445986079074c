"""`/cities/`: the directory of member cities, and a city's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.filters import CityFilter
from members.models import City
from members.querysets import CityQuerySet
from strongcities.access import public
from strongcities.caching import ask_each_time, visitors_may_cache
from strongcities.paging import Pages

PER_PAGE = 30


@public
@require_safe
@visitors_may_cache
def cities(request: HttpRequest) -> HttpResponse:
    """Member cities by name, narrowed by name, region, country, kind and size. A value that isn't known narrows nothing
    and is said beside its field; a page that isn't there answers 404 and names the last one."""
    every = City.objects.visible_to(request.user).members().with_joined()
    narrowed = CityFilter(request.GET, queryset=every)
    paginator = Paginator(narrowed.qs, PER_PAGE)
    try:
        page, status = paginator.page(request.GET.get("page", 1)), 200
    except (EmptyPage, PageNotAnInteger):
        page, status = paginator.page(1), 404
    used = narrowed.used()
    kept = {row["name"]: row["value"] for row in used}
    context = {
        "filter": narrowed,
        "page": page,
        "used": _with_links(used),
        "without": _without(every, used) if not paginator.count and used else [],
        "pages": Pages(page.number, paginator.num_pages, lambda number: "?" + urlencode({**kept, "page": number})),
        "no_such_page": status == 404,
    }
    return render(request, "members/cities.html", context, status=status)


def _with_links(used: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each filter with the query that is left without it."""
    return [row | {"drop": urlencode(row["others"])} for row in used]


def _without(every: CityQuerySet, used: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For an empty result: how many cities there would be without each of the filters, the most helpful one first."""
    rows = [row | {"count": CityFilter(row["others"], queryset=every).qs.count()} for row in _with_links(used)]
    return sorted((row for row in rows if row["count"]), key=lambda row: -row["count"])


@public
@require_safe
@visitors_may_cache
def city(request: HttpRequest, slug: str) -> HttpResponse:
    """A city: what it is, since when a member, and its officials as far as they agreed to be shown to the reader."""
    shown = get_object_or_404(City.objects.visible_to(request.user).with_joined(), slug=slug)
    officials = shown.posts.visible_to(request.user).select_related("official__user").order_by("-is_lead", "official__user__name")
    context = {"city": shown, "officials": officials, "memberships": shown.memberships.all(), "may_report": shown.can_report(request.user)}
    response = render(request, "members/city.html", context)
    return ask_each_time(response) if officials else response
