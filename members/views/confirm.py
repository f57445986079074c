"""`/join/confirm/<token>/`: the page behind the mailed link, and its button. Opening the link changes nothing, since mail
scanners open links."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import joining
from members.accounts import sign_in_with_new_password
from members.forms.join import PasswordForm
from members.joining import Answers, AppliedAlready, LinkBad, LinkOld, Refused, SignInFirst
from members.limits import TooOften, knock, too_often
from members.models import Application, Draft, User
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
        answers, account = _theirs(request, draft)
        form = None if account else PasswordForm(request.POST or None, email=answers.email, name=answers.person["name"])
        if request.method != "POST" or (form is not None and not form.is_valid()):
            return render(request, "members/join_confirm.html", {"form": form, "answers": answers, "token": token})
        knock(request, "confirm")
        application, made = joining.confirm(token, user=request.user, password=form.cleaned_data["password"] if form else "")
    except (Refused, TooOften) as error:
        return _refused(request, token, error)
    return _welcome(request, application, made=made)


def _theirs(request: HttpRequest, draft: Draft) -> tuple[Answers, User | None]:
    """The draft's answers, and the account that its mail address has. Raises Incomplete, and SignInFirst where that is another one
    than the reader's."""
    answers = joining.answers(draft)
    account = joining.account_of(answers.email)
    if account is not None and account.pk != request.user.pk:
        raise SignInFirst(answers.email)
    return answers, account


@public
@require_POST
def change(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """Back to a page of questions, in whatever browser the link was opened: the draft is this browser's from now on, with every
    answer in it. A press and no link, so that a mail scanner that follows links takes nothing over."""
    if step not in Draft.STEPS:
        raise Http404
    try:
        draft = joining.draft_of(token)
        if hasattr(draft, "application"):
            return redirect("members:join_status")
        _theirs(request, draft)
        knock(request, "confirm")
        if request.session.get("draft") != draft.key:
            draft.change_key()  # who began it in another browser, and may have typed somebody else's address, reads no further
    except (Refused, TooOften) as error:
        return _refused(request, token, error)
    request.session["draft"] = draft.key
    messages.info(request, gettext("Change what you like; all else is kept. At the end we mail you a new link in place of this one."))
    return redirect("members:join_page", step)


def _welcome(request: HttpRequest, application: Application, *, made: bool) -> HttpResponse:
    """To the page that says where it stands; whoever just got an account is signed in on the way."""
    to = "members:join_status"
    if made:
        request.session.pop("draft", None)
        messages.success(request, gettext("Your application is sent."))
        if request.user.pk != application.applicant_id:
            # The address is confirmed and the password was chosen on this very page: nothing is left to ask.
            return sign_in_with_new_password(request, application.applicant, reverse(to))
    return redirect(to)


def _refused(request: HttpRequest, token: str, error: Exception) -> HttpResponse:
    """A page for each reason why there is no application (yet), with the way on."""
    match error:
        case TooOften():
            return too_often(request, error)
        case LinkBad():
            return render(request, "members/join_link_bad.html", status=404)
        case SignInFirst():
            return render(request, "members/join_sign_in.html", {"email": error.email})
        case AppliedAlready():
            return render(request, "members/join_applied_already.html", {"city": error.city, "stands": error.stands}, status=409)
    changed = not isinstance(error, LinkOld) or error.changed
    return render(request, "members/join_link_old.html", {"token": token, "changed": changed, "days": joining.LINK_LIFE.days}, status=410)


@public
@never_cache
@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link in place of one that no longer holds, to the address in the draft."""
    try:
        try:
            draft = joining.draft_of(token)
        except LinkOld as old:
            draft = old.draft
        if not hasattr(draft, "application"):
            mail_link(request, draft)
    except TooOften as error:
        return too_often(request, error)
    except Refused:
        return render(request, "members/join_link_bad.html", status=404)
    return render(request, "members/join_sent_again.html", {"days": joining.LINK_LIFE.days})
