"""What the staff's pages for members have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class NeverDeleted(_ModelAdmin):
    """Records that others rely on: they end by their dates or states, and stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QueueFilter(admin.SimpleListFilter):
    """Ways to look at a list: {value in the address: (words, which rows)}. It opens with the first, whatever else is asked for."""

    title = _("queue")
    parameter_name = "queue"
    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _rows) in self.WAYS.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, words in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: name})
            yield {"selected": name == self._chosen(), "query_string": query, "display": words}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return self.WAYS[self._chosen()][1](queryset)

    def _chosen(self) -> str:
        return str(self.value()) if self.value() in self.WAYS else next(iter(self.WAYS))


def go_on(request: HttpRequest, done: Model, said: str, following: Model | None) -> HttpResponse:
    """Say what was done, with the way back to it, and lead on to what waits next: to the queue where nothing does."""
    page = f"admin:{done._meta.app_label}_{done._meta.model_name}_change"
    messages.success(request, format_html('<a href="{}">{}</a> · {}', reverse(page, args=[done.pk]), done, said))
    if following is not None:
        return redirect(page, following.pk)
    messages.info(request, gettext("Nothing else waits for you here."))
    return redirect(f"admin:{done._meta.app_label}_{done._meta.model_name}_changelist")
