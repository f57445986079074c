"""`/events/invitations/<token>/`: the page behind a mailed link. Opening it changes nothing; its buttons do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import inviting, registering
from events.forms.link import NameForm
from events.models import EventInvitation
from events.views.loading import done
from members.accounts import sign_in_by_mailed_link
from strongcities.access import public
from strongcities.workflow import MoveRefused


@public
@never_cache
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What it is about, who is asked, and the way in for them."""
    try:
        return _page(request, EventInvitation.of_token(token))
    except EventInvitation.DoesNotExist:
        return _gone(request)


def _page(request: HttpRequest, found: EventInvitation, form: NameForm | None = None) -> HttpResponse:
    register = reverse("events:register", args=[found.event.slug])
    context = {
        "invitation": found,
        "event": found.event,
        "token": found.token,
        "obstacle": registering.closed(found.event),
        "registration": registering.live_of(found.event, request.user) if found.is_of(request.user) else None,
        "is_mine": found.is_of(request.user),
        "has_account": inviting.has_account(found),
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': register})}",
        "form": form or NameForm(initial={"name": found.name}),
    }
    return render(request, "events/invitation.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    """Withdrawn, or no invitation at all: which of them, a stranger isn't told."""
    return render(request, "events/invitation_gone.html", status=404)


@public
@never_cache
@require_POST
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """On to the form to register. Whoever has no account gets one here and is signed in: the link has shown the mailbox to be theirs."""
    try:
        found = EventInvitation.of_token(token)
    except EventInvitation.DoesNotExist:
        return _gone(request)
    to = reverse("events:register", args=[found.event.slug])
    if found.is_of(request.user):
        return redirect(to)
    if request.user.is_authenticated or inviting.has_account(found) or registering.closed(found.event):
        return redirect(found)  # the page says what stands in the way: another account, a sign-in, or the event
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    return _make_account(request, found, form.cleaned_data["name"], to)


def _make_account(request: HttpRequest, found: EventInvitation, name: str, to: str) -> HttpResponse:
    try:
        account = inviting.account_for(found, name=name, language=get_language() or "en")
    except MoveRefused as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, gettext("You have an account now. Next time, sign in by a code that we mail you."))
    return sign_in_by_mailed_link(request, account, to)


@public
@never_cache
@require_POST
def invitation_decline(request: HttpRequest, token: str) -> HttpResponse:
    """By whoever has the link: it was mailed to them alone."""
    try:
        found = EventInvitation.of_token(token)
    except EventInvitation.DoesNotExist:
        return _gone(request)
    by: Any = request.user if found.is_of(request.user) else None
    said = gettext("Thank you for telling us. Should you change your mind, the link of the mail still works.")
    return done(request, lambda: found.decline(by=by), said, "events:invitation", token)
