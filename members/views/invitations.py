"""Inviting a colleague, and `/members/invitations/<token>/`: the page behind the mailed link, and its button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import inviting
from members.accounts import sign_in_with_new_password
from members.forms.join import PasswordForm, PrinciplesForm
from members.forms.officials import InvitedForm, InviteForm, Together
from members.inviting import Settled
from members.joining import AppliedAlready, LinkBad, Refused, SignInFirst
from members.limits import TooOften, knock, too_often
from members.models import Application, Invitation, User
from members.views.colleagues import do, managed, show_people
from members.views.join import require_form
from strongcities.access import public, signed_in
from strongcities.workflow import MoveRefused


@signed_in
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail an invitation. What is said afterwards is the same for every address."""
    city, form = managed(request, slug), InviteForm(request.POST, prefix="invite")
    if not form.is_valid():
        return show_people(request, city, invite=form)
    email, language = form.cleaned_data["email"], form.cleaned_data["language"]
    try:
        _knock(request, email)
    except TooOften as error:
        return too_often(request, error)
    said = gettext("An invitation is on its way to %(email)s.") % {"email": email}
    return do(request, city, lambda: Invitation.invite(city, email, by=request.user, language=language), said)


@signed_in
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = _load(request, pk)
    try:
        _knock(request, invitation.email)
    except TooOften as error:
        return too_often(request, error)
    said = gettext("A new invitation is on its way to %(email)s; the earlier link ends.") % {"email": invitation.email}
    return do(request, invitation.city, lambda: invitation.renew(by=request.user), said)


@signed_in
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = _load(request, pk)
    said = gettext("The invitation is withdrawn.")
    return do(request, invitation.city, lambda: invitation.withdraw(by=request.user), said)


def _load(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user).select_related("city"), pk=pk)


def _knock(request: HttpRequest, email: str) -> None:
    knock(request, "invite", key=str(request.user.pk))
    knock(request, "invite to", key=email)


# --- The page behind the link ----------------------------------------------------------------------------------------


@public
@never_cache
@require_form
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, what a person tells of themselves, and the button that brings them in."""
    try:
        found = inviting.invitation_of(token)
        account = inviting.owner_of(found, request.user)
        asked = _forms(request, found, account)
        valid = [form.is_valid() for form in asked.values()]
        if request.method != "POST" or not all(valid):
            return render(request, "members/invitation.html", {"invitation": found, "forms": asked, "together": Together(asked.values())})
        knock(request, "confirm")
        given = {name: value for form in asked.values() for name, value in form.cleaned_data.items()}
        application = inviting.accept(token, user=request.user, language=get_language() or "en", **_sorted(asked, given))
    except (Refused, TooOften, MoveRefused) as error:
        return _refused(request, error)
    return _welcome(request, application)


def _forms(request: HttpRequest, found: Invitation, account: User | None) -> dict[str, Any]:
    """The person, the principles with the consents, and for somebody new a password; each bound to what was posted."""
    data = request.POST if request.method == "POST" else None
    official = getattr(account, "official", None)
    asked: dict[str, forms.Form] = {
        "person": InvitedForm(data, has_account=account is not None, initial={"languages": official.languages if official else []}),
        "principles": PrinciplesForm(data),
    }
    if account is None:
        asked["password"] = PasswordForm(data, email=found.email, name=request.POST.get("name", ""))
    return asked


def _sorted(asked: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as `inviting.accept` takes it."""
    names = ["title", "department", "kind", "languages", *(field.name for field in asked["principles"].consents())]
    told = {name: given[name] for name in names}
    return {"told": told, "name": given.get("name", ""), "password": given.get("password", "")}


def _welcome(request: HttpRequest, application: Application) -> HttpResponse:
    """To the desk, or to the page that says where the application stands; whoever just got an account is signed in."""
    joined = application.state == Application.State.APPROVED
    words = gettext("Welcome: you now represent %(city)s.") if joined else gettext("Your application is sent.")
    messages.success(request, words % {"city": application.city.called})
    to = reverse("pages:desk" if joined else "members:join_status")
    if request.user.pk != application.applicant_id:
        # The mailed link showed the address to be theirs, and the password was chosen on this very page.
        return sign_in_with_new_password(request, application.applicant, to)
    return redirect(to)


def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """A page for each reason why nobody came in, with the way on."""
    match error:
        case TooOften():
            return too_often(request, error)
        case Settled() as settled:
            return render(request, "members/invitation_settled.html", {"invitation": settled.invitation}, status=410)
        case SignInFirst():
            return render(request, "members/invitation_sign_in.html", {"email": error.email})
        case AppliedAlready():
            return render(request, "members/join_applied_already.html", {"city": error.city, "stands": error.stands}, status=409)
        case LinkBad():
            return render(request, "members/invitation_bad.html", status=404)
    messages.error(request, str(error))
    return redirect("pages:home")
