"""Spreadsheets that staff bring in, looked at before anything is written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
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
from members.admin.exports import FORMATS, file_of, whole_lists
from members.forms.imports import CorrectedForm, FileForm
from members.imports import room
from members.imports.plan import Outcome
from members.models import Import
from members.models.imported import Kind
from strongcities import sheets
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused

LINES = 50  # of a plan on one page


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
            path("<int:pk>/replace/", require_POST(view(self.replace)), name="members_import_replace"),
            path("<int:pk>/bad.<slug:suffix>", require_safe(view(self.bad_rows)), name="members_import_bad"),
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
            "kinds": [
                {
                    "kind": kind,
                    "label": kind.label,
                    "columns": room(kind).described(),
                    "whole": whole_lists(request.user, kind),
                    "empty": [(suffix, reverse("admin:members_import_form", args=[kind, suffix])) for suffix in FORMATS],
                }
                for kind in kinds
            ],
        }
        return render(request, "admin/members/import/new.html", context, status=422 if form.errors else 200)

    def empty(self, request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
        """An empty file with the columns, to fill in."""
        if kind not in Kind.values:
            raise Http404
        if not Import.may_bring(request.user, kind):
            raise PermissionDenied
        return file_of(room(kind).described(), [], title=str(Kind(kind).label), name=f"{kind}-empty", suffix=suffix)

    # --- One file ----------------------------------------------------------------------------------------------------

    def _load(self, request: HttpRequest, pk: str | int) -> Import:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Import.objects.visible_to(request.user).select_related("by", "first_approver", "decided_by", "replaces")
        record = found.filter(pk=pk if str(pk).isdecimal() and len(str(pk)) < 19 else 0).first()
        if record is None:
            raise Http404
        return record

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._load(request, object_id))

    def _page(self, request: HttpRequest, record: Import, corrected: CorrectedForm | None = None) -> HttpResponse:
        """`corrected`: the form with what is wrong with a file that was sent in place of this one."""
        context = {
            **self.admin_site.each_context(request),
            "title": str(record),
            "opts": self.opts,
            "record": record,
            "transitions": record.transitions.select_related("by"),
            "corrected": corrected or CorrectedForm(),
        }
        if record.allows("write"):
            context |= self._looked_at(request, record)
        return render(request, "admin/members/import/one.html", context, status=422 if corrected else 200)

    def _looked_at(self, request: HttpRequest, record: Import) -> dict[str, Any]:
        user: Any = request.user
        plan = record.plan(by=user)
        shown = request.GET.get("show", "")
        if shown not in Outcome.values:
            shown = next((outcome.value for outcome in Outcome if plan.count(outcome)), Outcome.SAME.value)
        page = Paginator([line for line in plan.lines if line.outcome == shown], LINES).get_page(request.GET.get("page"))
        lines = list(page)
        room(record.kind).hint(lines)
        return {
            "plan": plan,
            "shown": shown,
            "counts": [(outcome.value, outcome.label, plan.count(outcome)) for outcome in Outcome if plan.count(outcome)],
            "page": page,
            "lines": room(record.kind).words(lines).shown(lines),
            "bad": plan.count(Outcome.BAD),
            "same": plan.count(Outcome.SAME),
            "made": plan.count(Outcome.NEW),
            "changed": plan.count(Outcome.CHANGED),
            "new_members": sum(line.makes_member for line in plan.to_write),
            "bad_files": [(suffix, reverse("admin:members_import_bad", args=[record.pk, suffix])) for suffix in FORMATS],
            "may_write": record.can_write(user),
            "first_holds": record.first_approver_id is not None and record.first_mark == plan.mark,
            "was_first": record.first_approver_id == user.pk and record.first_mark == plan.mark,
        }

    def write(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._load(request, pk)
        try:
            with transaction.atomic():
                record.write(by=request.user, seen=request.POST.get("seen", ""))
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

    def replace(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The corrected file, in place of this one."""
        record = self._load(request, pk)
        form = CorrectedForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, record, form)
        file = form.cleaned_data["file"]
        try:
            instead = record.replace(name=file.name, file=file.read(sheets.LARGEST + 1), by=request.user)
        except sheets.NotASheet as error:
            form.add_error("file", str(error))
            return self._page(request, record, form)
        except MoveRefused as error:
            messages.error(request, str(error))
            return redirect("admin:members_import_change", pk)
        messages.success(
            request, gettext("This file is here in place of “%(name)s”, of which nothing was written.") % {"name": record.file_name}
        )
        return redirect("admin:members_import_change", instead.pk)

    def bad_rows(self, request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
        """The rows that can't be written, as the file has them, each with what is wrong: to be put right and brought in."""
        record = self._load(request, pk)
        if not record.allows("write"):
            raise Http404
        columns, rows = record.plan(by=request.user).bad_rows(record.columns)
        name = f"{record.kind}-to-put-right"
        return file_of(columns, rows, title=str(record.get_kind_display()), name=name, suffix=suffix)
