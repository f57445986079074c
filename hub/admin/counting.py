"""What is asked of the search, for the staff to read: the questions of many, and the figures."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_safe

from hub import charts, search_figures
from hub.models import Question
from members.querysets import today
from strongcities import sheets
from strongcities.admin import ToRead

PARTS = ("weeks", "questions", "unwritten", "filters")


@admin.register(Question)
class QuestionAdmin(ToRead):
    list_display = fields = readonly_fields = ("words", "searches", "nothing", "clicked", "last")
    search_fields = ("words",)
    actions = None
    change_list_template = "admin/hub/asked_list.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return search_figures.questions()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("searches in 90 days"), ordering="searches")
    def searches(self, question: Any) -> int:
        return int(question.searches)

    @admin.display(description=_("without a result"), ordering="nothing")
    def nothing(self, question: Any) -> int:
        return int(question.nothing)

    @admin.display(description=_("led to a practice"), ordering="clicked")
    def clicked(self, question: Any) -> int:
        return int(question.clicked)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("figures/", require_safe(view(self.figures)), name="hub_question_figures"),
            path("figures/<slug:part>.csv", require_safe(view(self.take_out)), name="hub_question_file"),
            *super().get_urls(),
        ]

    def figures(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        weeks, unwritten = search_figures.weeks(), search_figures.unwritten()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Figures of searching"),
            "opts": self.opts,
            "weeks": weeks,
            "chart": charts.of_weeks(weeks),
            "totals": search_figures.totals(),
            "questions": search_figures.questions()[: search_figures.MOST],
            "unwritten": unwritten,
            "bars": charts.of_words(unwritten),
            "filters": search_figures.filters(),
        }
        return render(request, "admin/hub/asked_figures.html", context)

    def take_out(self, request: HttpRequest, part: str) -> HttpResponse:
        """A part of the figures as CSV. Raises Http404 for a part that there is none of."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if part not in PARTS:
            raise Http404
        head, *rows = search_figures.as_rows(part)
        columns = [sheets.Column(name, is_text=place == 0 and part != "weeks") for place, name in enumerate(head)]
        response = HttpResponse(sheets.csv_file(columns, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="search-{part}-{today().isoformat()}.csv"'
        return response
