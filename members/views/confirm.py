"""`/join/confirm/<token>/`: the page behind the mailed link, and its button. Opening the link changes nothing, since mail
scanners open links."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import joining
from members.forms.join import PasswordForm
from members.joining import Answers, AppliedAlready, Incomplete, LinkBad, LinkOld, SignInFirst
from members.limits import TooOften, knock, too_often
from members.models import Draft
from members.views.join import mail_link, require_form
from strongcities.access import public


@public
@never_cache
@require_form
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What will be sent, and the button that sends it; a new person also chooses a password."""
    try:
        draft = joining.draft_of(token)
        if hasattr(draft, "application"):
            return redirect("members:join_status")
        answers = joining.answers(draft)
    except LinkBad:
        return render(request, "members/join_link_bad.html", status=404)
    except (LinkOld, Incomplete) as error:
        return _old(request, token, error)
    account = joining.account_of(answers.email)
    if account is not None and account.pk != request.user.pk:
        return render(request, "members/join_sign_in.html", {"email": answers.email, "answers": answers})
    form = None if account else PasswordForm(request.POST or None, email=answers.email, name=answers.person["name"])
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return render(request, "members/join_confirm.html", {"form": form, "answers": answers, "draft": draft})
    return _press(request, token, answers, form.cleaned_data["password"] if form else "")


def _press(request: HttpRequest, token: str, answers: Answers, password: str) -> HttpResponse:
    """The button itself."""
    try:
        knock(request, "confirm")
        application, made = joining.confirm(token, user=request.user, password=password)
    except TooOften as error:
        return too_often(request, error)
    except SignInFirst:
        return render(request, "members/join_sign_in.html", {"email": answers.email, "answers": answers})
    except AppliedAlready as error:
        return render(request, "members/join_applied_already.html", {"city": error.city, "stands": error.stands}, status=409)
    except LinkBad:
        return render(request, "members/join_link_bad.html", status=404)
    except (LinkOld, Incomplete) as error:
        return _old(request, token, error)
    if made:
        request.session.pop("draft", None)
        messages.success(request, gettext("Your application is sent."))
        if request.user.pk != application.applicant_id:
            # The address is confirmed and the password was chosen on this very page: nothing is left to ask.
            return perform_login(request, application.applicant, email_verification="none", redirect_url=reverse("members:join_status"))
    return redirect("members:join_status")


def _old(request: HttpRequest, token: str, error: Exception) -> HttpResponse:
    """410: the link no longer holds; a new one goes to the same mailbox."""
    context: dict[str, Any] = {"token": token, "changed": getattr(error, "changed", True), "days": joining.LINK_LIFE.days}
    return render(request, "members/join_link_old.html", context, status=410)


@public
@never_cache
@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link in place of one that no longer holds, to the address in the draft."""
    try:
        draft: Draft = joining.draft_of(token)
    except LinkBad:
        return render(request, "members/join_link_bad.html", status=404)
    except LinkOld as error:
        draft = error.draft
    try:
        if not hasattr(draft, "application"):
            mail_link(request, draft)
    except TooOften as error:
        return too_often(request, error)
    except Incomplete:
        return render(request, "members/join_link_bad.html", status=404)
    return render(request, "members/join_sent_again.html", {"days": joining.LINK_LIFE.days})
