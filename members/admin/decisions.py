"""One application on a page of its own: what is known of it, and the verbs by which it is decided on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from members import evidence
from members.admin.base import LeadsOn, number
from members.admin.together import for_reader
from members.forms.decisions import CheckedForm, NoteForm, QuestionForm, ReasonForm
from members.models import Application, City, Reason
from members.models.application_state import State
from strongcities.workflow import MoveRefused

VERBS = ("review", "approve", "ask", "decline", "match", "note")


class Decides(LeadsOn):
    """The page shows; each verb has its own address. Whoever settled one goes on to the next that waits for them."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{verb}/", require_POST(self.admin_site.admin_view(getattr(self, verb))), name=f"members_application_{verb}")
            for verb in VERBS
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
            "preserved_filters": self.get_preserved_filters(request),
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
            "next": self.next_after(request, application),
            "to_ask": Reason.objects.to_ask(),
            "to_decline": Reason.objects.to_decline(),
            **filled,
        }
        return render(request, "admin/members/application/review.html", context)

    def _do(self, request: HttpRequest, pk: int, verb: Callable[[Application], None], said: str = "") -> HttpResponse:
        """One verb, by POST, then this page again, or with nothing to be `said` the next that waits. What the model refuses is said,
        never a bare 403 after a press of a button."""
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
            if not said:
                application.refresh_from_db()
                return self.go_on(request, application, _became(application))
            messages.success(request, said)
        return redirect(self.page_of(request, application))

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
        )

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = QuestionForm(request.POST, prefix="ask")
        if not form.is_valid():
            return self._page(request, self._load(request, pk), question=form)
        why = form.cleaned_data["why"]
        return self._do(request, pk, lambda application: application.ask(by=request.user, why=why))

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReasonForm(request.POST, prefix="decline")
        if not form.is_valid():
            return self._page(request, self._load(request, pk), reason=form)
        why = form.cleaned_data["why"]
        return self._do(
            request,
            pk,
            lambda application: application.decline(by=request.user, why=why),
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


def _became(application: Application) -> str:
    """What a decision led to, in words."""
    if application.state == State.APPROVED:
        return gettext("Approved; they were told by mail.")
    if application.state == State.DECLINED:
        return gettext("Declined; they were told why.")
    if application.state == State.INFORMATION_ASKED:
        return gettext("Your question is sent.")
    return gettext("Your approval is recorded. A second person of the staff decides.")
