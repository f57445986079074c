"""Rows of the hub's rooms that are read and never written: steps, and what a record was before each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # generic for the type checker alone
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


class ReadOnly(_TabularInline):
    template = "admin/edit_inline/rows.html"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Earlier(ReadOnly):
    """What the record was before each change; `model` is its history, as pghistory made it, and `fields` begin with "when"."""

    fk_name = "pgh_obj"
    ordering = ("-pgh_created_at", "-pgh_id")
    verbose_name_plural = _("what it was before each change")

    @admin.display(description=_("When"))
    def when(self, event: Any) -> str:
        """In words: what a row only reads is not put into them by the admin."""
        return date_format(event.pgh_created_at, "DATETIME_FORMAT")
