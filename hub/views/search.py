"""The search, as a page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub import counting, export, panel, saved_searches
from hub.forms import SORTS, SearchForm
from hub.models import Pick, SavedSearch
from hub.promoted import for_query
from hub.query_text import take_apart
from hub.search import Answer, Query, search as find
from hub.successors import leads_to_successors
from hub.suggest import offered
from strongcities.access import public
from strongcities.caching import visitors_may_cache
from strongcities.paging import Pages

LONGEST_PRINTED = 300  # characters of a question that stand under a printed page


@public
@require_safe
@visitors_may_cache
@leads_to_successors
def search(request: HttpRequest) -> HttpResponse:
    """Unknown values are refused with 400 and named; a page beyond the end is 404 and leads back."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "hub/refused.html", {"form": form, "rest": panel.address(form.query)}, status=400)
    query, page = form.query, form.page_asked
    answer = find(query, request.user, page)
    pages = answer.pages()
    if page > pages:
        return render(request, "hub/beyond.html", {"page": page, "pages": pages, "last": panel.address(query, pages)}, status=404)
    if page == 1:
        counting.searched(request, query, answer)
    promoted = for_query(replace(query, words=answer.corrected or query.words), request.user) if page == 1 else []
    context = {**_context(query, answer, page, pages, promoted), **_to_take_along(request, query, answer, page)}
    context |= _typed(form.cleaned_data["q"], query, answer)
    context["offered"] = [] if context["by_form"] else offered(query, answer, request.user)
    return render(request, "hub/search.html", context)


def _context(query: Query, answer: Answer, page: int, pages: int, promoted: list[Pick]) -> dict[str, Any]:
    return {
        "query": query,
        "answer": answer,
        "promoted": promoted,
        "groups": panel.groups(query, answer),
        "chips": panel.chips(query),
        "no_filters": panel.address(replace(query, filters={})),
        "words_alone": len(answer.without) == 1,  # nothing without the one filter either: so it isn't the filter
        "advice": panel.advice(query, answer) if not answer.count else [],
        "sorts": [(value, label, panel.address(replace(query, sort=value))) for value, label in SORTS],
        "as_typed": panel.address(replace(query, as_typed=True)),
        "only_all": panel.address(replace(query, all_words=True)),
        "apart": take_apart(query.words),
        "loosened": panel.loosened(query),
        "also_some": panel.address(replace(query, all_words=False)),
        "page": page,
        "way_back": panel.way_back(query, page),
        "pages": Pages(page, pages, partial(panel.address, query)),
    }


def _typed(typed: str, query: Query, answer: Answer) -> dict[str, Any]:
    """What the page says of what was typed."""
    return {
        "typed": typed,
        "typed_in_quotes": panel.quoted(query.words),
        "searched": panel.quoted(answer.corrected or query.words),
        "no_word": bool(typed.strip()) and not query.words,
        "of_many_words": panel.of_many_words(query, answer),
    }


def _to_take_along(request: HttpRequest, query: Query, answer: Answer, page: int) -> dict[str, Any]:
    """What the page offers beside its results: the same search for programs and as a file, and to keep it."""
    address = panel.address(query).removesuffix("?")
    print_asked = panel.address(query, page).removesuffix("?")
    return {
        "asked": address,
        "by_form": panel.is_long(address),
        "print_asked": print_asked if len(print_asked) <= LONGEST_PRINTED else "",
        "cut_at": export.MOST if answer.count > export.MOST else 0,
        "may_save": SavedSearch.can_save(request.user) and saved_searches.fits(address),
    }
