"""What a visitor's page may be kept for. A page for somebody signed in is theirs alone, and never is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag
from django.utils.http import quote_etag

from strongcities.access import View

VISITORS_FOR = 60  # seconds; how long a change may stay unseen


class PrivateMiddleware:
    """What is answered to somebody signed in is kept by nobody: no proxy, and no browser that others use after them. Views
    that say so themselves are left as they are; this is for all the others, pages that aren't there included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


def ask_each_time(response: HttpResponse) -> HttpResponse:
    """For a page that names people who agreed to it: whoever keeps it asks, each time before it is shown, whether it still
    holds. So a consent that was taken back hides at once, and the page is still sent only once."""
    patch_cache_control(response, public=True, no_cache=True)
    return response


def unless_known(request: HttpRequest, mark: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """What `make` answers, marked by its ETag; 304, without making it, to whoever has the one of this `mark` already: a short text that
    changes with whatever the answer shows. It bears no Last-Modified: no date that is at hand changes when something is deleted or
    hidden, so a 304 by date would be wrong. For files; pages carry words for one reader alone (`visitors_may_cache`)."""
    etag = quote_etag(hashlib.sha256(f"{mark}|{request.get_full_path()}".encode()).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = make()
    response["ETag"] = etag
    patch_vary_headers(response, ["Cookie"])
    if "Cache-Control" not in response:
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=VISITORS_FOR)
    return response


def visitors_may_cache(view: View) -> View:
    """A page that is the same for every visitor: kept for a minute, then asked about by its ETag, which is made from what
    the page holds, so it is right whatever the page depends on; one with `ask_each_time` is asked about from the first time
    on. What the house says to one reader alone (a message, a form's secret) is not for keeping."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        if request.method not in {"GET", "HEAD"} or response.status_code != 200:
            return response
        if request.user.is_authenticated:
            del response["Cache-Control"]
            patch_cache_control(response, private=True, no_store=True)
            return response
        said = getattr(getattr(request, "_messages", None), "used", False)
        if said or response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
            del response["Cache-Control"]
            return response
        if "Cache-Control" not in response:
            patch_cache_control(response, public=True, max_age=VISITORS_FOR)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response) or response

    return wrapper
