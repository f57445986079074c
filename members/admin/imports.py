"""Spreadsheets that staff bring in, looked at before anything is written, and take out; and who took out what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from members.admin.base import NeverDeleted
from members.forms.imports import FileForm
from members.imports import room
from members.imports.plan import Outcome
from members.models import Export, Import
from members.models.imported import Kind
from members.querysets import today
from strongcities import sheets
from strongcities.admin import Queue, ToRead
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

LINES = 50  # of a plan on one page
FORMATS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.xlsx_file),
    "csv": ("text/csv; charset=utf-8", lambda columns, rows, title: sheets.csv_file(columns, rows)),
}


def file_of(kind: str, suffix: str, rows: Any) -> HttpResponse:
    """Rows of a kind of record as a file to save. Raises Http404 for a format that there is none of."""
    if suffix not in FORMATS:
        raise Http404
    content_type, made = FORMATS[suffix]
    title = str(Kind(kind).label)
    response = HttpResponse(made(room(kind).described(), rows, title=title), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{kind}-{today().isoformat()}.{suffix}"'
    return response


class TakesOut(_ModelAdmin):
    """A list whose records staff take out as a file: those that it shows, by the filters and words in its address."""

    taken_out_as: Kind
    change_list_template = "admin/members/import/list.html"

    def get_urls(self) -> list[URLPattern]:
        view = require_safe(self.admin_site.admin_view(self.take_out))
        return [path("file.<slug:suffix>", view, name=f"{self.opts.app_label}_{self.opts.model_name}_file"), *super().get_urls()]

    def take_out(self, request: HttpRequest, suffix: str) -> HttpResponse:
        user: Any = request.user
        if not (self.has_view_permission(request) and user.has_perm("members.take_out_export")):
            raise PermissionDenied
        try:
            chosen = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # the list itself drops what it doesn't know; a file would be of more than was asked for
            messages.error(request, gettext("The list can’t be narrowed like that; here it is whole. Nothing was taken out."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        rows = list(room(self.taken_out_as).taken_out(chosen))
        response = file_of(self.taken_out_as, suffix, rows)
        Export.objects.create(kind=self.taken_out_as, by=user, rows=len(rows), chosen_by=request.GET.urlencode()[:1000])
        return response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        user: Any = request.user
        files = f"admin:{self.opts.app_label}_{self.opts.model_name}_file"
        context = {
            "title": self.opts.verbose_name_plural,
            "files": [(suffix, reverse(files, args=[suffix])) for suffix in FORMATS] if user.has_perm("members.take_out_export") else [],
            "query": request.GET.urlencode(),
            "brings": self.taken_out_as if Import.may_bring(user, self.taken_out_as) else "",
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


@admin.register(Import)
class ImportAdmin(NeverDeleted):
    """Brought in on a page of its own; what it would do is shown, and done by a button."""

    list_display = ("file_name", "kind", "state", "by", "at", "made", "changed", "left_out")
    list_filter = ("state", "kind")
    list_select_related = ("by",)
    search_fields = ("file_name", "by__name", "by__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return any(Import.may_bring(request.user, kind) for kind in Kind)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return Import.objects.visible_to(request.user).defer("rows")

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = Import.objects.waiting_for(request.user).aggregate(count=Count("pk"), oldest=Min("at"))
        url = f"{reverse('admin:members_import_changelist')}?state__in=ready,half"
        return [
            Queue(
                gettext("Spreadsheets brought in"),
                row["count"],
                row["oldest"],
                gettext("See what each would change; write or discard it."),
                url,
            )
        ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("form/<slug:kind>.<slug:suffix>", require_safe(view(self.empty)), name="members_import_form"),
            path("<int:pk>/write/", require_POST(view(self.write)), name="members_import_write"),
            path("<int:pk>/discard/", require_POST(view(self.discard)), name="members_import_discard"),
            *super().get_urls(),
        ]

    # --- Bringing in -------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        kinds = [kind for kind in Kind if Import.may_bring(request.user, kind)]
        if not kinds:
            raise PermissionDenied
        asked = request.GET.get("kind")
        initial = {"kind": asked if asked in kinds else kinds[0]}
        form = FileForm(request.POST or None, request.FILES or None, kinds=kinds, initial=initial)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                content = file.read(sheets.LARGEST + 1)
                record = Import.bring(kind=form.cleaned_data["kind"], name=file.name, file=content, by=request.user)
            except sheets.NotASheet as error:
                form.add_error("file", str(error))
            else:
                return redirect("admin:members_import_change", record.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring in a spreadsheet"),
            "opts": self.opts,
            "form": form,
            "kinds": [(kind, kind.label, room(kind).described()) for kind in kinds],
        }
        return render(request, "admin/members/import/new.html", context, status=422 if form.errors else 200)

    def empty(self, request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
        """An empty file with the columns, to fill in."""
        if kind not in Kind.values:
            raise Http404
        if not Import.may_bring(request.user, kind):
            raise PermissionDenied
        return file_of(kind, suffix, [])

    # --- One file ----------------------------------------------------------------------------------------------------

    def _load(self, request: HttpRequest, pk: str | int) -> Import:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Import.objects.visible_to(request.user).select_related("by", "first_approver", "decided_by")
        record = found.filter(pk=pk if str(pk).isdecimal() and len(str(pk)) < 19 else 0).first()
        if record is None:
            raise Http404
        return record

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        record = self._load(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(record),
            "opts": self.opts,
            "record": record,
            "transitions": record.transitions.select_related("by"),
        }
        if record.allows("write"):
            context |= self._looked_at(request, record)
        return render(request, "admin/members/import/one.html", context)

    def _looked_at(self, request: HttpRequest, record: Import) -> dict[str, Any]:
        user: Any = request.user
        plan = record.plan(by=user)
        shown = request.GET.get("show", "")
        if shown not in Outcome.values:
            shown = next((outcome.value for outcome in Outcome if plan.count(outcome)), Outcome.SAME.value)
        page = Paginator([line for line in plan.lines if line.outcome == shown], LINES).get_page(request.GET.get("page"))
        room(record.kind).hint(list(page))
        return {
            "plan": plan,
            "shown": shown,
            "counts": [(outcome.value, outcome.label, plan.count(outcome)) for outcome in Outcome if plan.count(outcome)],
            "page": page,
            "bad": plan.count(Outcome.BAD),
            "may_write": record.can_write(user),
            "first_holds": record.first_approver_id is not None and record.first_mark == plan.mark,
            "was_first": record.first_approver_id == user.pk and record.first_mark == plan.mark,
        }

    def write(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._load(request, pk)
        try:
            with transaction.atomic():
                record.write(by=request.user, seen=request.POST.get("seen", ""), leave_out=request.POST.get("leave_out") == "on")
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("You may not do this to one of the records: nothing was written."))
        else:
            if record.state == Import.State.HALF:
                messages.success(request, gettext("Your approval is recorded. A second person of the staff sees the same and writes it."))
            else:
                words = {"made": record.made, "changed": record.changed}
                messages.success(request, gettext("Written: %(made)d new, %(changed)d changed.") % words)
        return redirect("admin:members_import_change", pk)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._load(request, pk)
        try:
            record.discard(by=request.user)
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("It is discarded; nothing of it was written."))
        return redirect("admin:members_import_change", pk)


@admin.register(Export)
class ExportAdmin(ToRead):
    """Who took out a file of people or cities, to read."""

    list_display = fields = readonly_fields = ("kind", "by", "at", "rows", "chosen_by")
    list_filter = ("kind",)
    list_select_related = ("by",)
    search_fields = ("by__name", "by__email")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
