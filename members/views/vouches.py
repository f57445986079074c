"""Naming a colleague who may vouch, on `/join/status/`; and `/members/vouches/<pk>/`, where the colleague answers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import joining
from members.forms.officials import ColleagueForm, VouchForm
from members.limits import TooOften, knock, too_often
from members.models import Application, Vouch
from members.views.status import own_application, show_status
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused


@signed_in
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a colleague. The answer, and the time it takes (members.accounts.EvenMiddleware), are the same for every address."""
    application: Application = own_application(request, pk)
    form = ColleagueForm(request.POST, prefix="colleague")
    if not form.is_valid():
        return show_status(request, colleague=form, naming=pk)
    email = form.cleaned_data["email"]
    try:
        knock(request, "vouch", key=str(request.user.pk))
        knock(request, "vouch to", key=email)
        Vouch.ask(application, email, by=request.user, colleague=joining.account_of(email))
    except TooOften as error:
        return too_often(request, error)
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        said = gettext("Noted. If %(email)s belongs to an official of a member city, they are asked now.")
        messages.success(request, said % {"email": email})
    return redirect("members:join_status")


def _load(request: HttpRequest, pk: int) -> Vouch:
    visible = Vouch.objects.visible_to(request.user).select_related("application__applicant", "application__city", "post")
    vouch = get_object_or_404(visible, pk=pk)
    if not vouch.can_vouch(request.user):
        raise PermissionDenied
    return vouch


def _show(request: HttpRequest, vouch: Vouch, form: VouchForm) -> HttpResponse:
    open_still = vouch.allows("vouch") and vouch.application.is_open
    return render(request, "members/vouch.html", {"vouch": vouch, "application": vouch.application, "form": form, "open": open_still})


def _do(request: HttpRequest, verb: Callable[[], None], pk: int) -> HttpResponse:
    try:
        verb()
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Thank you: your answer is kept."))
    return redirect("members:vouch", pk)


@signed_in
@never_cache
@require_safe
def vouch(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _load(request, pk), VouchForm())


@signed_in
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    asked, form = _load(request, pk), VouchForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, form)
    return _do(request, lambda: asked.vouch(by=request.user, words=form.cleaned_data["words"]), pk)


@signed_in
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _load(request, pk)
    return _do(request, lambda: asked.decline(by=request.user), pk)
