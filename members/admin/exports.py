"""Lists that staff take out as a file, and who took out which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members.admin.base import NeverDeleted
from members.imports import out
from members.models import Export, Import
from members.models.imported import Kind, Taken
from members.querysets import today
from strongcities import sheets
from strongcities.admin import ToRead

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

FORMATS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.xlsx_file),
    "csv": ("text/csv; charset=utf-8", lambda columns, rows, title: sheets.csv_file(columns, rows)),
}


def file_of(columns: Any, rows: Any, *, title: str, name: str, suffix: str) -> HttpResponse:
    """Rows as a file to save, called `name`. Raises Http404 for a format that there is none of."""
    if suffix not in FORMATS:
        raise Http404
    content_type, made = FORMATS[suffix]
    response = HttpResponse(made(columns, rows, title=title), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


class TakesOut(_ModelAdmin):
    """A list whose records staff take out as a file: those that it shows, by the filters and words in its address."""

    taken_out_as: Taken
    whole: ClassVar[str] = ""  # what stands in the address of the list when it shows all there is
    change_list_template = "admin/members/import/list.html"

    def get_urls(self) -> list[URLPattern]:
        view = require_safe(self.admin_site.admin_view(self.take_out))
        return [path("file.<slug:suffix>", view, name=f"{self.opts.app_label}_{self.opts.model_name}_file"), *super().get_urls()]

    def to_take_out(self, chosen: Any) -> Any:
        """What goes out for the records `chosen`: the same, where no other list is written from them."""
        return chosen

    def may_take_out(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(self.has_view_permission(request) and user.has_perm("members.take_out_export"))

    def take_out(self, request: HttpRequest, suffix: str) -> HttpResponse:
        """The file, and a record of who took it out, for those with the permission to. Raises Http404 for a format that there is
        none of."""
        user: Any = request.user
        if not self.may_take_out(request):
            raise PermissionDenied
        try:
            chosen = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # the list itself drops what it doesn't know; a file would be of more than was asked for
            messages.error(request, gettext("The list can’t be narrowed like that; here it is whole. Nothing was taken out."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        kind = self.taken_out_as
        rows = list(out(kind).taken_out(self.to_take_out(chosen)))
        name = f"{kind}-{today().isoformat()}"
        response = file_of(out(kind).described(), rows, title=str(kind.label), name=name, suffix=suffix)
        Export.objects.create(kind=kind, by=user, rows=len(rows), chosen_by=request.GET.urlencode()[:1000])
        return response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        user: Any = request.user
        context = {
            "title": self.opts.verbose_name_plural,
            "file": f"admin:{self.opts.app_label}_{self.opts.model_name}_file" if self.may_take_out(request) else "",
            "query": request.GET.urlencode(),
            "whole": self.whole,
            "brings": self.taken_out_as if self.taken_out_as in Kind.values and Import.may_bring(user, self.taken_out_as) else "",
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


def whole_lists(user: Any, kind: str) -> list[tuple[str, str]]:
    """(format, address) of the file with all there is of a kind that is brought in; none for whoever may not take it out."""
    if not user.has_perm("members.take_out_export"):
        return []
    model, query = {Kind.CITIES.value: ("city", ""), Kind.OFFICIALS.value: ("post", "?queue=all")}[kind]
    return [(suffix, reverse(f"admin:members_{model}_file", args=[suffix]) + query) for suffix in FORMATS]


@admin.register(Export)
class ExportAdmin(NeverDeleted, ToRead):
    """Who took out a file of people or cities, to read."""

    list_display = fields = readonly_fields = ("kind", "by", "at", "rows", "chosen_by")
    list_filter = ("kind",)
    list_select_related = ("by",)
    search_fields = ("by__name", "by__email")
    actions = None
