"""The search for programs and for spreadsheets: JSON, Atom, CSV. The same answer under the same visibility as the page.

What isn't understood is 400 and said: in JSON where JSON was asked for, else in a line of text for each parameter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub import export, panel, saved_searches
from hub.feed import feed_of
from hub.forms import SearchForm
from hub.models import Practice
from hub.search import PER_PAGE, Query, search as find
from hub.successors import leads_to_successors
from members.querysets import today
from strongcities.access import public
from strongcities.caching import visitors_may_cache


def _whole(view: str, query: Query, page: int = 1, per_page: int | None = None) -> str:
    """The address of a search as another page or program has to have it."""
    asked = panel.address(query, page)
    if per_page:
        asked += f"{'' if asked == '?' else '&'}per_page={per_page}"
    return f"{settings.SITE_URL}{reverse(view)}{asked.removesuffix('?')}"


def _around(view: str, query: Query, page: int, pages: int, per_page: int | None) -> dict[str, str]:
    """The addresses of the next and the previous page, "" where there is none. From beyond the end the last one is the previous."""
    return {
        "next": _whole(view, query, page + 1, per_page) if page < pages else "",
        "previous": _whole(view, query, min(page - 1, pages), per_page) if page > 1 else "",
    }


def _refused(form: SearchForm) -> HttpResponse:
    """What could not be read, as text: a program that asked for XML or a table can do nothing with a page."""
    said = [f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
    return HttpResponse("\n".join([gettext("The hub could not read this search"), *said, ""]), status=400, content_type=_TEXT)


_TEXT = "text/plain; charset=utf-8"


@public
@require_safe
@visitors_may_cache
@leads_to_successors
def practices_json(request: HttpRequest) -> JsonResponse:
    """A page beyond the end has no results; what isn't understood is 400, with what and why."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors.get_json_data()}, status=400)
    page, asked_for = form.page_asked, form.cleaned_data["per_page"]
    per_page = asked_for or PER_PAGE
    answer = find(form.query, request.user, page, per_page, marks=False)
    pages = answer.pages(per_page)
    around = _around("hub:practices_json", form.query, page, pages, asked_for)
    return JsonResponse(
        {
            "count": answer.count,
            "page": page,
            "pages": pages,
            "next": around["next"] or None,
            "previous": around["previous"] or None,
            "results": [_result(practice) for practice in answer.results],
            "facets": answer.facets,
            "did_you_mean": answer.corrected,
        }
    )


def _result(practice: Practice) -> dict[str, Any]:
    return {
        "slug": practice.slug,
        "external_id": practice.external_id,
        "title": practice.title,
        "summary": practice.summary,
        "city": practice.city.name,
        "country": practice.city.country,
        "language": practice.language,
        "evidence": practice.evidence,
        "url": f"{settings.SITE_URL}{practice.get_absolute_url()}",
        "state": practice.state,
        "audience": practice.audience,
        "is_sample": practice.is_sample,
        "published": practice.published_at,
        "updated": practice.updated,
    }


@public
@require_safe
@visitors_may_cache
@leads_to_successors
def feed(request: HttpRequest) -> HttpResponse:
    """The search as an Atom feed, the newest first unless an order is asked for. A page beyond the end is 404.

    Whether it changed is told by the ETag of what it shows, by which visitors_may_cache answers 304. It bears no Last-Modified: no date
    that is at hand changes when a practice is deleted or hidden, or a city renamed, so a 304 by date would be wrong.
    """
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _refused(form)
    query, page, asked_for = form.query, form.page_asked, form.cleaned_data["per_page"]
    per_page = asked_for or PER_PAGE
    answer = find(replace(query, sort=query.sort or "newest"), request.user, page, per_page, marks=False)
    pages = answer.pages(per_page)
    if page > pages:
        return HttpResponse(gettext("There is no such page") + "\n", status=404, content_type=_TEXT)
    made = feed_of(
        answer.results,
        title=f"{saved_searches.name_for(query)} · {gettext('Strong Cities Network')}",
        page=_whole("hub:search", query),
        own=_whole("hub:feed", query, page, asked_for),
        first=_whole("hub:feed", query, per_page=asked_for),
        pages=_around("hub:feed", query, page, pages, asked_for),
    )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


@public
@require_safe
@leads_to_successors
def export_csv(request: HttpRequest) -> HttpResponse:
    """All that the search finds, as a table: the first `export.MOST` in the order of the page. Where that is not all, the file's name
    says so, and headers say how many there are."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _refused(form)
    count, keys = export.found(form.query, request.user)
    part = f"-first-{export.MOST}-of-{count}" if count > export.MOST else ""
    response = StreamingHttpResponse(export.lines(keys, request.user), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="practices-{today().isoformat()}{part}.csv"'
    response["X-Total-Count"], response["X-Row-Count"] = str(count), str(len(keys))
    patch_cache_control(response, private=True, no_store=True)
    return cast("HttpResponse", response)  # which to type checkers it is not
