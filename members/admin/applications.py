"""The queue of applications to join. The page to decide on each: decisions.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from members import evidence, figures
from members.admin.base import NeverDeleted, QueueFilter
from members.admin.decisions import Decides
from members.admin.exports import TakesOut
from members.admin.together import Together, for_reader
from members.models import Application, ApplicationTransition
from members.models.application_state import DECIDED, WAITING, State
from members.models.imported import Taken
from strongcities import ages
from strongcities.admin import Queue


class ApplicationFilter(QueueFilter):
    """What waits for the staff first."""

    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "waiting": (_("Waiting for us"), lambda rows: rows.filter(state__in=WAITING)),
        "applicant": (_("Waiting for the applicant"), lambda rows: rows.filter(state=State.INFORMATION_ASKED)),
        "decided": (_("Decided"), lambda rows: rows.filter(state__in=DECIDED)),
        "all": (_("All"), lambda rows: rows),
    }


@admin.register(Application)
class ApplicationAdmin(TakesOut, Decides, Together, NeverDeleted):
    """Nothing here is changed by a form: each verb has its own address, and the model decides whether it may be."""

    taken_out_as = Taken.APPLICATIONS
    whole = "queue=all"
    list_display = ("person", "city", "stands", "age", "marks")
    list_display_links = ("person",)
    list_filter = (ApplicationFilter, "needs_two", "city__region")
    change_list_template = "admin/members/application/queue.html"
    search_fields = ("applicant__name", "applicant__email", "city__name")
    list_select_related = ("applicant", "city", "first_approver")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("submitted_at", "pk")
    actions = ("take_up", "approve_together")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """With `reader`: the name of who took it up last, so that no two work on one unknowingly."""
        steps = ApplicationTransition.objects.filter(subject=OuterRef("pk"), verb__in=("review", "approve")).order_by("-at", "-pk")
        return Application.objects.visible_to(request.user).annotate(reader=Subquery(steps.values("by__name")[:1]))

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = Application.objects.waiting().visible_to(request.user).aggregate(count=Count("pk"), oldest=Min("submitted_at"))
        url = reverse("admin:members_application_changelist")
        return [Queue(gettext("Applications to join"), row["count"], row["oldest"], gettext("Vet, and decide or ask."), url)]

    # --- The queue ---------------------------------------------------------------------------------------------------

    @admin.display(description=_("person"), ordering="applicant__name")
    def person(self, application: Application) -> str:
        return format_html("{}<br>{}", application.applicant, application.title)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, application: Application) -> str:
        stamp = format_html('<span class="stamp stamp--{}">{}</span>', application.state, application.get_state_display())
        if not application.is_open:
            return stamp
        if application.first_approver:
            more = gettext("%(person)s approved; needs another") % {"person": application.first_approver}
        elif reader := vars(application)["reader"]:
            more = gettext("%(person)s reads it") % {"person": reader}
        else:
            more = gettext("needs two approvals") if application.needs_two else ""
        return format_html("{}<br>{}", stamp, more)

    @admin.display(description=_("age"), ordering="submitted_at")
    def age(self, application: Application) -> str:
        return ages.age(application.submitted_at)

    @admin.display(description=_("speaks for, against"))
    def marks(self, application: Application) -> str:
        seen = vars(application)["evidence"]  # put there for the whole page at once by get_changelist_instance
        rows = [("+", words) for words in seen.speaks_for] + [("−", words) for words in seen.speaks_against]
        counts = gettext("%(for)d for, %(against)d against") % {"for": len(seen.speaks_for), "against": len(seen.speaks_against)}
        if seen.about_person:
            rows += [("?", words) for words in seen.about_person]
            known = ngettext("%(count)d hint about the person", "%(count)d hints about the person", len(seen.about_person))
            counts = gettext("%(counts)s; %(hints)s") % {"counts": counts, "hints": known % {"count": len(seen.about_person)}}
        return format_html("<details><summary>{}</summary><ul>{}</ul></details>", counts, format_html_join("", "<li>{} {}</li>", rows))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"lately": figures.lately(), **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page of the queue, with the evidence of all its rows fetched at once."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        seen = evidence.of_many(rows)
        for application in rows:
            vars(application)["evidence"] = for_reader(application, seen[application.pk], request.user)
        changelist.result_list = rows
        return changelist

    # --- Its addresses -----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("together/", require_POST(self.admin_site.admin_view(self.together)), name="members_application_together"),
            path("figures/", require_safe(self.admin_site.admin_view(self.figures)), name="members_application_figures"),
        ]
        return own + super().get_urls()

    def figures(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Time to a decision"),
            "opts": self.opts,
            "lately": figures.lately(),
            "months": figures.by_month(),
        }
        return render(request, "admin/members/application/figures.html", context)
