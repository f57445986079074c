"""Who changed what: django-pghistory keeps the versions of the main records, this names the person and the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as PgHistoryMiddleware

from strongcities.logs import path_of


class HistoryMiddleware(PgHistoryMiddleware):
    """Of a page's address it keeps what is no secret: links that confirm something carry a token."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_context(request), "url": path_of(request)}
