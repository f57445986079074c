"""Logs: one JSON line an event, with the request's id and without personal data.

Nothing here writes a query string, a body, an address of a reader or an account. What libraries put into their messages
is blotted: mail addresses, tokens, and of a database error everything but its code and the names of what it broke, since
its details quote the row.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SECRET = {"code", "key", "token", "uidb36"}  # so are secrets named in routes, allauth's and ours
# From the beginning of a word on, and never taking back a letter: strangers choose how long a path is.
_MAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]++(?:@|%40)[\w-]++(?:\.[\w-]++)+")
_WORD = re.compile(r"[A-Za-z0-9_:=.~-]{20,}")
_KNOWN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
logger = logging.getLogger("strongcities.request")


def without_people(text: str) -> str:
    """`text` with every mail address, and everything that can be a token, blotted out."""
    return without_tokens(_MAIL.sub("[mail]", text))


def without_tokens(text: str) -> str:
    """`text` with every word that can be a token blotted out: 20 characters or more that don't read like words, names
    of modules or slugs."""
    return _WORD.sub(lambda found: "[token]" if _is_token(found[0]) else found[0], text)


def _is_token(word: str) -> bool:
    """A token mixes digits with letters, or capitals with small letters all over, as no word, name or slug does."""
    mixed = 0
    for part in re.split(r"[-_.:=~]", word):
        has_both = re.search(r"\d", part) and re.search(r"[A-Za-z]", part)
        if has_both or len(re.findall(r"[a-z][A-Z]", part)) * 6 >= len(part) > 0:
            mixed += len(part)
    coded = all(re.search(letters, word) for letters in ("[A-Z]", "[a-z]", "[-_]"))
    return mixed >= 6 or coded


def said(error: BaseException) -> str:
    """What an exception says, without what it quotes of a row."""
    origin: Any = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(origin, psycopg.Error) and origin.sqlstate:
        diag = origin.diag
        names = (diag.constraint_name, diag.table_name, diag.column_name)
        return " ".join(["SQLSTATE", origin.sqlstate, *(name for name in names if name)])
    return without_people(str(error))


def trace(error: BaseException) -> str:
    """The traceback of `error` and of those that it came from, in the usual order, with `said()` for each message."""
    parts: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        frames = "".join(traceback.format_tb(link.__traceback__))
        parts.append(f"{frames}{type(link).__module__}.{type(link).__qualname__}: {said(link)}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\nwhich led to\n".join(reversed(parts))


class JSONFormatter(logging.Formatter):
    """One line of JSON: time, level, logger, message, request id, what was given as `extra={"data": {...}}`, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "says": without_people(record.getMessage()),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if isinstance(data := getattr(record, "data", None), dict):
            line |= data
        if record.exc_info and record.exc_info[1]:
            line["trace"] = trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def configuration(*, level: str, loggers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """How `logging` is told to write everything from `level` on as JSON to stderr, and what holds for some `loggers`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "strongcities.logs.JSONFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": loggers,
    }


def path_of(request: HttpRequest) -> str:
    """The path of a request without what is secret in it: by the names in its route, and by its look where none fits."""
    path, match = request.path, getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET:
            path = path.replace(str(value), "[token]")
    return without_people(path)


class RequestLogMiddleware:
    """Gives each request an id (a proxy's X-Request-ID where it is well formed), answers with it, logs one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if _KNOWN_ID.fullmatch(given) else secrets.token_hex(8))
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            match = getattr(request, "resolver_match", None)
            logger.info(
                "request",
                extra={
                    "data": {
                        "method": request.method,
                        "path": path_of(request),
                        "view": match.view_name if match else "",
                        "status": response.status_code,
                        "ms": round((time.monotonic() - started) * 1000, 1),
                    }
                },
            )
            return response
        finally:
            request_id.reset(token)
