"""The search, as a page and for programs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hub import panel
from hub.forms import SORTS, SearchForm
from hub.models import Practice
from hub.search import Answer, Query, search as find
from hub.suggest import offered
from strongcities.access import public
from strongcities.caching import visitors_may_cache
from strongcities.paging import Pages

PER_PAGE = 20


@public
@require_safe
@visitors_may_cache
def search(request: HttpRequest) -> HttpResponse:
    """Unknown values are refused with 400 and named; a page beyond the end is 404 and leads back."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "hub/refused.html", {"form": form, "rest": panel.address(form.query)}, status=400)
    query, page = form.query, form.page_asked
    answer = find(query, request.user, page, PER_PAGE)
    pages = max(1, -(-answer.count // PER_PAGE))
    if page > pages:
        return render(request, "hub/beyond.html", {"page": page, "pages": pages, "last": panel.address(query, pages)}, status=404)
    return render(request, "hub/search.html", {**_context(query, answer, page, pages), "offered": offered(query, answer, request.user)})


def _context(query: Query, answer: Answer, page: int, pages: int) -> dict[str, Any]:
    return {
        "query": query,
        "answer": answer,
        "searched": panel.quoted(answer.corrected or query.words),
        "groups": panel.groups(query, answer),
        "chips": panel.chips(query),
        "no_filters": panel.address(replace(query, filters={})),
        "words_alone": len(answer.without) == 1,  # nothing without the one filter either: so it isn't the filter
        "advice": panel.advice(query, answer) if not answer.count else [],
        "sorts": [(value, label, panel.address(replace(query, sort=value))) for value, label in SORTS],
        "as_typed": panel.address(replace(query, as_typed=True)),
        "only_all": panel.address(replace(query, all_words=True)),
        "loosened": panel.loosened(query),
        "also_some": panel.address(replace(query, all_words=False)),
        "page": page,
        "way_back": panel.way_back(query, page),
        "pages": Pages(page, pages, partial(panel.address, query)),
    }


@public
@require_safe
@visitors_may_cache
def practices_json(request: HttpRequest) -> JsonResponse:
    """The same search for programs. A page beyond the end has no results; what isn't understood is 400, with what and why."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors.get_json_data()}, status=400)
    answer = find(form.query, request.user, form.page_asked, form.cleaned_data["per_page"] or PER_PAGE)
    return JsonResponse(
        {
            "count": answer.count,
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
        "url": f"{settings.SITE_URL}{reverse('hub:practice', args=[practice.slug])}",
    }
