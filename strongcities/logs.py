"""Logs: one JSON line an event, with the request's id and without personal data.

Nothing here writes a query string, a body, an address of a reader or an account; mail addresses that a library puts into
its messages are blotted out, and so are tokens in paths.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_TOKEN = re.compile(r"[A-Za-z0-9_:-]{24,}")
_KNOWN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
logger = logging.getLogger("strongcities.request")


def without_people(text: str) -> str:
    """`text` with every mail address blotted out."""
    return _MAIL.sub("[mail]", text)


def without_tokens(path: str) -> str:
    """A path with every long step that can be a token blotted out, unless it reads like a slug (has a hyphenated word)."""
    return "/".join(
        "[token]" if _TOKEN.fullmatch(step) and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", step) else step for step in path.split("/")
    )


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
        if record.exc_info:
            line["trace"] = without_people(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


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
                        "path": without_tokens(request.path),
                        "view": match.view_name if match else "",
                        "status": response.status_code,
                        "ms": round((time.monotonic() - started) * 1000, 1),
                    }
                },
            )
            return response
        finally:
            request_id.reset(token)
