"""Faults: a page that helps for each of them, at the right status, made without session or database. To a program the same in a
word, as JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from strongcities.access import public
from strongcities.sealed import Unreadable

MAX_BODY = 12_000_000  # bytes; what the largest form with its files may send
_BROKEN = re.compile(r"\x00|%[89A-F][0-9A-F]")  # Django quotes again what it can't decode in a path


class BadInputMiddleware:
    """Refuses what no person types and PostgreSQL can't store: NUL, and bytes that are no UTF-8, in the address and in
    cookies (400); and bodies larger than any form of the house sends (413). In a form, NUL is for the form to refuse,
    so that what else was typed stays (it comes along when text is pasted from a PDF)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        cookies = (text for item in request.COOKIES.items() for text in item)
        if _BROKEN.search(request.path) or not _is_text(query) or any("\x00" in text for text in cookies):
            return bad_request(request)
        if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:  # no browser sends another one
            return bad_request(request)
        if _length(request) > MAX_BODY:
            return bad_request(request, RequestDataTooBig())
        return self.get_response(request)


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw.decode()
    except UnicodeDecodeError:
        return False


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def for_a_program(request: HttpRequest) -> bool:
    """Whether JSON is wanted: by the address, or because the reader takes it and no page."""
    takes = request.accepts
    return request.path.endswith(".json") or (takes("application/json") and not takes("text/html"))


def _answer(request: HttpRequest, status: int, words: str, page: str, **context: Any) -> HttpResponse:
    if for_a_program(request):
        return JsonResponse({"error": words}, status=status)
    return HttpResponse(render_to_string(page, context), status=status)


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What came can't be read (400), or is too much (413): the page says so, and that nothing was saved."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return _answer(request, 413, gettext("That was too much at once"), "400.html", too_much=True)
    return _answer(request, 400, gettext("We could not read that"), "400.html")


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret no longer fits (an old tab, cookies off): nothing was changed, and the page says what to do."""
    return _answer(request, 403, gettext("The form was too old"), "403_csrf.html")


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error that nobody caught, wherever it was raised: a view, a template or another middleware.

    A database that can't be reached is 503, with a hint when to try again, and so is a secret for which the key is missing,
    without one; a text that can't be stored is 400; anything else is 500. Django logs the error with its trace.
    """
    error = sys.exception()
    if isinstance(error, (DataError, ValueError)) and "NUL (0x00)" in str(error):  # past every form, into a query
        return bad_request(request)
    if isinstance(error, (OperationalError, InterfaceError)):
        response = _answer(request, 503, gettext("Back in a moment"), "503.html")
        response["Retry-After"] = "30"
        return response
    if isinstance(error, Unreadable):
        return _answer(request, 503, gettext("A key is missing on our side"), "503.html", locked=True)
    return _answer(request, 500, gettext("Something broke on our side"), "500.html")
