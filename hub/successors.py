"""Addresses with a value of last year lead to its successor, so a search that was mailed then is still one."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from hub.taxonomy import BY_NAME, SUCCESSORS
from strongcities.access import View


def successor(facet: str, slug: str) -> str:
    """The value that stands for `slug` today: itself, where it still does."""
    while (facet, slug) in SUCCESSORS:
        slug = SUCCESSORS[facet, slug]
    return slug


def leads_to_successors(view: View) -> View:
    """A view that takes facets in its address; asked by values that have successors it answers 301, to the same address with those in
    their place and all else kept. Two that became one are one."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.copy()
        for name in BY_NAME:
            now = [successor(name, slug) for slug in asked.getlist(name)]
            if now != asked.getlist(name):
                asked.setlist(name, list(dict.fromkeys(now)))
        if asked != request.GET:
            return HttpResponsePermanentRedirect(f"{request.path}?{asked.urlencode()}")
        return view(request, *args, **kwargs)

    return wrapper
