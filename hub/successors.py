"""Addresses with a value of last year lead to its successor, so a search that was mailed then is still one."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict

from hub.taxonomy import BY_NAME, SUCCESSORS
from strongcities.access import View


def successor(facet: str, slug: str) -> str:
    """The value that stands for `slug` today: itself, where it still does."""
    while (facet, slug) in SUCCESSORS:
        slug = SUCCESSORS[facet, slug]
    return slug


def of_today(asked: QueryDict) -> QueryDict:
    """What is asked, with the successors of values that have some in their place and all else kept. Two that became one are one. A
    copy, which may be written to."""
    today = asked.copy()
    for name in BY_NAME:
        now = [successor(name, slug) for slug in asked.getlist(name)]
        if now != asked.getlist(name):
            today.setlist(name, list(dict.fromkeys(now)))
    return today


def leads_to_successors(view: View) -> View:
    """A view that takes facets in its address; asked by values that have successors it answers 301, to the same address with those in
    their place; 308 to a form that is sent, which is sent there once more."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = of_today(request.GET)
        if asked != request.GET:
            is_sent = request.method not in ("GET", "HEAD")
            return HttpResponsePermanentRedirect(f"{request.path}?{asked.urlencode()}", preserve_request=is_sent)
        return view(request, *args, **kwargs)

    return wrapper
