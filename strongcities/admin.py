"""The admin site, under the house's own first page: queues of work before lists of records.

A room's admin class that has work waiting says so with `queues(request)`; the first page asks each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from strongcities.door import OneDoor


@dataclass(frozen=True)
class Queue:
    """Work that waits: what, how much, since when the oldest, what is asked, and where."""

    title: str
    count: int
    oldest: datetime | None
    asked: str
    url: str


class Site(OneDoor):
    site_header = _("Strong Cities Network: staff")
    site_title = _("Strong Cities Network: staff")
    index_title = _("What waits")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page. Queues with something in them come first, the one with the oldest on top."""
        queues = sorted(self._queues(request), key=lambda queue: (queue.oldest is None, queue.oldest))
        return super().index(request, {**(extra_context or {}), "queues": queues})

    def _queues(self, request: HttpRequest) -> Iterator[Queue]:
        for model_admin in self._registry.values():
            if hasattr(model_admin, "queues") and model_admin.has_view_permission(request):
                yield from model_admin.queues(request)
