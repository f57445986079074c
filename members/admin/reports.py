"""The queue of reports of abuse, with a page to decide on each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from members.admin.base import LeadsOn, NeverDeleted, QueueFilter
from members.forms.relay import WordsForm
from members.models import Report
from strongcities import ages
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused

# Verb: what the button says, what is asked for, what is said afterwards, whether it can't be undone.
VERBS: dict[str, tuple[Any, Any, Any, bool]] = {
    "dismiss": (_("Dismiss"), _("Who reported reads it by mail."), _("It is dismissed; who reported was told why."), False),
    "settle": (_("Note as put right"), _("What you put right. The staff alone read it."), _("It is noted; who reported was told."), False),
    "warn": (_("Warn by mail"), _("The person reads it by mail. Don’t tell who reported."), _("They were warned by mail."), False),
    "bar": (
        _("Bar from writing"),
        _("The person reads it by mail, and can’t write to anybody here from now on. Don’t tell who reported."),
        _("They can’t write here any more, and were told why."),
        True,
    ),
    "lift": (_("Lift the bar"), _("The person reads it by mail."), _("The bar is lifted."), False),
}


class ReportFilter(QueueFilter):
    """What waits first."""

    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "waiting": (_("To be decided"), lambda rows: rows.waiting()),
        "barred": (_("Bars that hold"), lambda rows: rows.filter(state=Report.State.BARRED)),
        "all": (_("All"), lambda rows: rows),
    }


@admin.register(Report)
class ReportAdmin(LeadsOn, NeverDeleted):
    """Nothing here is changed by a form: each verb has its own address, and the model decides whether it may be."""

    list_display = ("about", "what", "stands", "age")
    list_display_links = ("about",)
    list_filter = (ReportFilter, "kind")
    search_fields = ("person__user__name", "city__name")
    list_select_related = ("person__user", "city")
    list_per_page = 50
    ordering = ("at", "pk")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return Report.objects.visible_to(request.user)

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = Report.objects.waiting().visible_to(request.user).aggregate(count=Count("pk"), oldest=Min("at"))
        url = reverse("admin:members_report_changelist")
        return [Queue(gettext("Reports of abuse"), row["count"], row["oldest"], gettext("Read it, and decide."), url)]

    # --- The queue ---------------------------------------------------------------------------------------------------

    @admin.display(description=_("about"))
    def about(self, report: Report) -> str:
        return report.about

    @admin.display(description=_("what is wrong"), ordering="kind")
    def what(self, report: Report) -> str:
        return report.get_kind_display()

    @admin.display(description=_("state"), ordering="state")
    def stands(self, report: Report) -> str:
        return format_html('<span class="stamp stamp--{}">{}</span>', report.state, report.get_state_display())

    @admin.display(description=_("age"), ordering="at")
    def age(self, report: Report) -> str:
        return ages.age(report.at)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    # --- One report --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{verb}/",
                require_POST(self.admin_site.admin_view(partial(self._decide, verb=verb))),
                name=f"members_report_{verb}",
            )
            for verb in VERBS
        ]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page where a report is decided on. It only shows; see the verbs below."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._load(request, object_id))

    def _load(self, request: HttpRequest, pk: str | int) -> Report:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("by", "person__user", "city", "contact__sender__user", "contact__receiver__user")
        try:
            report: Report = found.get(pk=int(pk))
        except (Report.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return report

    def _page(self, request: HttpRequest, report: Report, wrong: tuple[str, WordsForm] | None = None) -> HttpResponse:
        forms = {verb: WordsForm(prefix=verb, help_text=asked) for verb, (_button, asked, _said, _hard) in VERBS.items()}
        forms.update([wrong] if wrong else [])
        person = report.person
        context = {
            **self.admin_site.each_context(request),
            "title": str(report),
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "report": report,
            "next": self.next_after(request, report),
            "transitions": report.transitions.select_related("by"),
            "others": Report.objects.visible_to(request.user).filter(person=person).exclude(pk=report.pk) if person else (),
            "verbs": [
                {
                    "button": button, "form": forms[verb], "hard": hard,
                    "url": reverse(f"admin:members_report_{verb}", args=[report.pk]),
                }
                for verb, (button, _asked, _said, hard) in VERBS.items()
                if report.allows(verb) and report.may(verb, request.user)
            ],
        }  # fmt: skip
        return render(request, "admin/members/report/review.html", context)

    def _decide(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """One verb, by POST, with words; what the model refuses is said."""
        report, (_button, asked, said, _hard) = self._load(request, pk), VERBS[verb]
        form = WordsForm(request.POST, prefix=verb, help_text=asked)
        if not form.is_valid():
            return self._page(request, report, wrong=(verb, form))
        try:
            getattr(report, verb)(by=request.user, why=form.cleaned_data["why"])
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("You may not do this: nobody decides on a report of their own, or without the right to."))
        else:
            if verb != "lift":
                return self.go_on(request, report, said)
            messages.success(request, said)
        return redirect(self.page_of(request, report))
