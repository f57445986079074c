"""`/account/email/`: the mail address that one signs in with, and the pages behind the links that change it. Opening a link
changes nothing; each end has a button of its own."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.forms.address import AddressForm
from members.limits import TooOften, knock, too_often
from members.models import AddressChange, User
from members.models.address_change import LIFE, AddressTaken, End
from strongcities.access import public, signed_in
from strongcities.workflow import MoveRefused

require_form = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_form
@reauthentication_required(enabled=lambda request: request.method == "POST")  # type: ignore[untyped-decorator]  # it ships no types
def address(request: HttpRequest) -> HttpResponse:
    """The address; what waits; and the form to change it, which answers the same whoever has the new one."""
    user = cast(User, request.user)
    form = AddressForm(request.POST or None, account=user)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["email"]
        try:
            knock(request, "change address", key=f"account {user.pk}")
            knock(request, "send to", key=new)
        except TooOften as error:
            return too_often(request, error)
        AddressChange.ask(account=user, new=new, by=user)
        return redirect("members:address")
    change = AddressChange.objects.open().filter(account=user).first()
    return render(request, "members/address.html", {"form": form, "change": change, "days": LIFE.days})


@signed_in
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Keep the old address."""
    user = cast(User, request.user)
    change = AddressChange.objects.open().filter(account=user).first()
    if change:
        try:
            change.withdraw(by=user)
            messages.success(request, gettext("Your address stays as it is."))
        except MoveRefused as error:
            messages.error(request, str(error))
    return redirect("members:address")


@public
@never_cache
@require_form
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link, at either end, and its button."""
    change, end = _behind(token)
    if request.method != "POST":
        return _page(request, change, end, token)
    try:
        if end == End.NEW:
            change.confirm()
        else:
            change.agree()
    except MoveRefused:
        change.refresh_from_db()
    except AddressTaken:
        return _page(request, change, end, token, taken=True)
    return redirect("members:address_confirm", token)


@public
@never_cache
@require_POST
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop it: "that was not me", at either end."""
    change, end = _behind(token)
    with suppress(MoveRefused):  # settled meanwhile: the page says how
        change.refuse(end)
    return redirect("members:address_confirm", token)


def _behind(token: str) -> tuple[AddressChange, End]:
    try:
        return AddressChange.of_token(token)
    except AddressChange.DoesNotExist as error:
        raise Http404 from error


def _page(request: HttpRequest, change: AddressChange, end: End, token: str, *, taken: bool = False) -> HttpResponse:
    spoken = change.confirmed if end == End.NEW else change.agreed
    context = {"change": change, "is_old": end == End.OLD, "spoken": spoken, "token": token, "taken": taken}
    status = 409 if taken else 200 if change.is_open or change.state != AddressChange.State.ASKED else 410
    return render(request, "members/address_confirm.html", context, status=status)
