"""`/members/applications/<pk>/`: a colleague's application, for the lead officials of their city. Staff work in the admin."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import evidence
from members.forms.decisions import QuestionForm, ReasonForm
from members.models import Application
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused


def _load(request: HttpRequest, pk: int) -> Application:
    """404 for one that the reader may not see, 403 for one that they may not decide on (their own)."""
    visible = Application.objects.visible_to(request.user).select_related("city", "applicant")
    application: Application = get_object_or_404(visible, pk=pk)
    if not application.can_approve(request.user):
        raise PermissionDenied
    return application


def _show(request: HttpRequest, application: Application, *, question: Form | None = None, reason: Form | None = None) -> HttpResponse:
    context = {
        "application": application,
        "evidence": evidence.of(application),
        "transitions": application.transitions.select_related("by"),
        "question": question or QuestionForm(prefix="ask"),
        "reason": reason or ReasonForm(prefix="decline"),
        "waiting": application.allows("approve"),
        "open": application.allows("decline"),
        "confirms_mandate": application.can_confirm_mandate(request.user),
    }
    return render(request, "members/application.html", context)


def _do(request: HttpRequest, application: Application, verb: Callable[[], None], said: str) -> HttpResponse:
    try:
        verb()
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("members:application", application.pk)


@signed_in
@never_cache
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _load(request, pk))


@signed_in
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    loaded = _load(request, pk)
    mandate, seen = request.POST.get("mandate") == "on", request.POST.get("seen", "")
    return _do(request, loaded, lambda: loaded.approve(by=request.user, mandate=mandate, seen=seen), gettext("Your approval is recorded."))


@signed_in
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    loaded, form = _load(request, pk), QuestionForm(request.POST, prefix="ask")
    if not form.is_valid():
        return _show(request, loaded, question=form)
    return _do(request, loaded, lambda: loaded.ask(by=request.user, why=form.cleaned_data["why"]), gettext("Your question is sent."))


@signed_in
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    loaded, form = _load(request, pk), ReasonForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _show(request, loaded, reason=form)
    return _do(
        request, loaded, lambda: loaded.decline(by=request.user, why=form.cleaned_data["why"]), gettext("The application is declined.")
    )
