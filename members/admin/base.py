"""What the staff's pages for members have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import SuspiciousOperation
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


def number(text: str) -> int:
    """The key that a text is; 0, which no record has, for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


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


class LeadsOn(_ModelAdmin):
    """A list whose records are decided on one after the other, each on a page of its own, that keeps the filters of the list from
    which its reader came: as Django's own pages do, by what stands in the address."""

    def within(self, request: HttpRequest) -> Any:
        """The records that those filters leave, in whichever queue."""
        there = copy(request)
        filters = QueryDict(request.GET.get("_changelist_filters", "")).copy()
        filters.pop(QueueFilter.parameter_name, None)
        there.GET = filters  # type: ignore[assignment]  # whose address this is, is the list's
        try:
            return admin.ModelAdmin.get_changelist_instance(self, there).get_queryset(there)
        except (IncorrectLookupParameters, SuspiciousOperation):  # typed by hand: the list itself drops what it doesn't know
            return self.get_queryset(request)

    def next_after(self, request: HttpRequest, done: Model) -> Any:
        """The record that waits for the reader after `done`; None where none does."""
        return self.within(request).next_for(request.user, done)

    def go_on(self, request: HttpRequest, done: Model, said: str) -> HttpResponse:
        """Say what was done, with the way back to it, and lead on to what waits next: to the queue where nothing does."""
        messages.success(request, format_html('<a href="{}">{}</a> · {}', self.page_of(request, done), done, said))
        if following := self.next_after(request, done):
            return redirect(self.page_of(request, following))
        messages.info(request, gettext("Nothing else waits for you here."))
        return redirect(self._filtered(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")))

    def page_of(self, request: HttpRequest, record: Model) -> str:
        """The address of a record's own page."""
        return self._filtered(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]))

    def _filtered(self, request: HttpRequest, address: str) -> str:
        kept: dict[str, Any] = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return add_preserved_filters(kept, address)
