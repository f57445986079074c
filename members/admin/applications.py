"""The queue of applications to join, with a page to decide on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from members import evidence, figures
from members.admin.base import NeverDeleted
from members.admin.exports import TakesOut
from members.admin.together import Together, for_reader, number
from members.forms.decisions import CheckedForm, NoteForm, QuestionForm, ReasonForm
from members.models import Application, ApplicationTransition, City, Reason
from members.models.application_state import DECIDED, WAITING, State
from members.models.imported import Taken
from strongcities import ages
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused


class QueueFilter(admin.SimpleListFilter):
    """What waits for the staff, unless something else is asked for."""

    title = _("queue")
    parameter_name = "queue"
    QUEUES: ClassVar[dict[str, tuple[Any, dict[str, Any]]]] = {
        "waiting": (_("Waiting for us"), {"state__in": WAITING}),
        "applicant": (_("Waiting for the applicant"), {"state": State.INFORMATION_ASKED}),
        "decided": (_("Decided"), {"state__in": DECIDED}),
        "all": (_("All"), {}),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _lookup) in self.QUEUES.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, words in self.lookup_choices:
            yield {"selected": name == self._chosen(), "query_string": changelist.get_query_string({"queue": name}), "display": words}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        return queryset.filter(**self.QUEUES[self._chosen()][1])

    def _chosen(self) -> str:
        return str(self.value()) if self.value() in self.QUEUES else "waiting"


@admin.register(Application)
class ApplicationAdmin(TakesOut, Together, NeverDeleted):
    """Nothing here is changed by a form: each verb has its own address, and the model decides whether it may be."""

    taken_out_as = Taken.APPLICATIONS
    whole = "queue=all"
    list_display = ("person", "city", "stands", "age", "marks")
    list_display_links = ("person",)
    list_filter = (QueueFilter, "needs_two", "city__region")
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

    # --- One application ---------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        verbs = ("review", "approve", "ask", "decline", "match", "note")
        own = [
            path(f"<int:pk>/{verb}/", require_POST(self.admin_site.admin_view(getattr(self, verb))), name=f"members_application_{verb}")
            for verb in verbs
        ]
        own += [
            path("together/", require_POST(self.admin_site.admin_view(self.together)), name="members_application_together"),
            path("figures/", require_safe(self.admin_site.admin_view(self.figures)), name="members_application_figures"),
        ]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page where an application is decided on. It only shows; see the verbs below."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        application = self._load(request, object_id)
        return self._page(request, application, **self._ready_words(request, application))

    def _ready_words(self, request: HttpRequest, application: Application) -> dict[str, forms.Form]:
        """The form with the words that staff picked among those kept ready: `?ask=<key>` or `?decline=<key>`."""
        offered = {"ask": Reason.objects.to_ask(), "decline": Reason.objects.to_decline()}
        filled: dict[str, forms.Form] = {}
        for use, (name, form) in {"ask": ("question", QuestionForm), "decline": ("reason", ReasonForm)}.items():
            picked = offered[use].filter(pk=number(request.GET.get(use, ""))).first()
            if picked:
                filled[name] = form(prefix=use, initial={"why": picked.words_for(application)})
        return filled

    def _load(self, request: HttpRequest, pk: str | int) -> Application:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("city", "applicant", "first_approver", "decided_by")
        try:
            application: Application = found.get(pk=int(pk))
        except (Application.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return application

    def _page(self, request: HttpRequest, application: Application, **filled: forms.Form) -> HttpResponse:
        """`filled`: a form with errors in it, or with words put in, in place of an empty one."""
        user: Any = request.user
        context = {
            **self.admin_site.each_context(request),
            "title": str(application),
            "opts": self.opts,
            "application": application,
            "evidence": for_reader(application, evidence.of(application), user),
            "transitions": application.transitions.select_related("by"),
            "notes": application.notes.select_related("by"),
            "may_note": application.can_note(user),
            "may": {verb: application.may(verb, user) and application.allows(verb) for verb in Application.MOVES},
            "approved_already": application.needs_two and application.first_approver_id == user.pk,
            "confirms_mandate": application.can_confirm_mandate(user),
            "question": QuestionForm(prefix="ask"),
            "reason": ReasonForm(prefix="decline"),
            "note": NoteForm(prefix="note"),
            "checked": CheckedForm(),
            "to_ask": Reason.objects.to_ask(),
            "to_decline": Reason.objects.to_decline(),
            **filled,
        }
        return render(request, "admin/members/application/review.html", context)

    def _do(self, request: HttpRequest, pk: int, verb: Callable[[Application], None], said: str) -> HttpResponse:
        """One verb, by POST; what the model refuses is said, never a bare 403 after a press of a button."""
        application = self._load(request, pk)
        try:
            verb(application)
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(
                request, gettext("You may not do this: nobody decides on an application of their own, or without the right to vet.")
            )
        else:
            messages.success(request, said)
        return redirect("admin:members_application_change", pk)

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(
            request, pk, lambda application: application.review(by=request.user), gettext("You took it up; the applicant was told.")
        )

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = CheckedForm(request.POST)
        if not form.is_valid():
            return self._page(request, self._load(request, pk), checked=form)
        mandate, seen, checked = request.POST.get("mandate") == "on", request.POST.get("seen", ""), form.cleaned_data["checked"]
        return self._do(
            request,
            pk,
            lambda application: application.approve(by=request.user, mandate=mandate, seen=seen, checked=checked),
            gettext("Your approval is recorded."),
        )

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = QuestionForm(request.POST, prefix="ask")
        if not form.is_valid():
            return self._page(request, self._load(request, pk), question=form)
        why = form.cleaned_data["why"]
        return self._do(request, pk, lambda application: application.ask(by=request.user, why=why), gettext("Your question is sent."))

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReasonForm(request.POST, prefix="decline")
        if not form.is_valid():
            return self._page(request, self._load(request, pk), reason=form)
        why = form.cleaned_data["why"]
        return self._do(
            request,
            pk,
            lambda application: application.decline(by=request.user, why=why),
            gettext("It is declined; the applicant was told why."),
        )

    def match(self, request: HttpRequest, pk: int) -> HttpResponse:
        city = City.objects.visible_to(request.user).standing().filter(pk=number(request.POST.get("city", ""))).first()
        if city is None:
            raise Http404
        return self._do(
            request,
            pk,
            lambda application: application.match(by=request.user, city=city),
            gettext("It is now for %(city)s.") % {"city": city},
        )

    def note(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = NoteForm(request.POST, prefix="note")
        if not form.is_valid():
            return self._page(request, self._load(request, pk), note=form)
        text = form.cleaned_data["text"]
        return self._do(request, pk, lambda application: application.note(by=request.user, text=text), gettext("Your note is kept."))

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
