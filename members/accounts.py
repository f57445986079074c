"""How accounts behave with django-allauth."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import Login
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy as _

from members import known, limits, sessions
from members.models.user import User
from strongcities import demo, mail

# Doors where an address that has an account takes another time than one that has none, and with which answers: the first two
# and the last two write a mail, the third one looks further before it says no. allauth answers scripts otherwise than browsers.
UNEVEN = {
    "account_reset_password": {302, 200, 400},
    "account_request_login_code": {302, 200, 400},
    "account_login": {200, 400},
    "members:join_vouch": {302},
    "events:ask": {302},
}
EVEN = 0.6  # seconds

# What shows that it is the owner, as allauth notes it when somebody signs in: "mfa" is an app's code, a recovery code, a passkey or a
# key. Not a mailed code nor a city's sign-in: a mailbox left open would be enough to change what guards the account.
SHOWN = frozenset({"password", "mfa"})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Nobody signs up by themselves: an account comes from an application to join."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The mail address or the password is not right."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        # The house's limits are elsewhere: this is said of mailed codes alone.
        "too_many_login_attempts": _("That was one wrong code too many. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """An account has no name to sign in with but its mail address."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth counts from the last time that somebody showed *once more* that it is them. Here signing in counts as well: who
        has typed a password or shown a second step a minute ago has just shown it."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and not _signed_in_just_now(context.request, SHOWN)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Whose mailbox and password these are, None for nobody's; a right one is taken back from what was counted."""
        found = super().authenticate(request, **credentials)
        if found is not None:
            limits.give_back(request)
        return found

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Only now the browser is known as theirs: whoever has the password alone is not, as long as a second step is awaited."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known.remember(request, response, user)
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        sessions.note_device(request)
        super().login(request, user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's mails, in the house's words, frame and outbox: "account/email/login_code" is `mail/account/login_code`.

        Links begin with the house's own address, whatever host the request named. Nothing is said of the reader's address
        on the internet and of their browser: the mail may be read by others, and it helps nobody.
        """
        told: dict[str, Any] = {name: context[name] for name in ("code", "city") if name in context}
        told |= {name.removesuffix("_url"): urlsplit(url).path for name, url in context.items() if name.endswith("_url")}
        language = User.objects.filter(emailaddress__email__iexact=email).values_list("language", flat=True).first()
        name = template_prefix.rpartition("/")[2].removesuffix("_signup")
        mail.send(f"account/{name}", to=email, context=told, language=language or get_language() or "en")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The reader's address, as limits count it: of IPv6 the first 64 bits, for who has one address has all of those."""
        address = ip_address(super().get_client_ip(request).partition("%")[0])
        if not isinstance(address, IPv6Address):
            return str(address)
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False).network_address)


def sign_in_with_new_password(request: HttpRequest, account: Any, to: str) -> HttpResponse:
    """Sign in whoever chose the password of their new account on this very page, behind a mailed link, and lead them `to`."""
    return cast(HttpResponse, perform_password_login(request, {}, Login(user=account, email_verification="none", redirect_url=to)))


def sign_in_by_mailed_link(request: HttpRequest, account: Any, to: str) -> HttpResponse:
    """Sign in whoever has just made their account by a button behind a mailed link, and lead them `to`. It counts as a mailed code
    does: it shows the mailbox, and guards nothing by itself (see `SHOWN`)."""
    record_authentication(request, account, method="code", email=account.email)
    return cast(HttpResponse, perform_login(request, Login(user=account, email_verification="none", redirect_url=to)))


class EvenMiddleware:
    """Takes the same time whether an address has an account, where only one that has is mailed or looked at further: that
    takes longer, and anybody can hold a watch. A sleeping thread costs little, and these doors are limited (limits.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and response.status_code in UNEVEN.get(match.view_name, ()):
            time.sleep(max(0.0, EVEN - (time.monotonic() - began)))
        return response


class FreshMiddleware:
    """Who has neither a password nor a second factor yet can't be asked for one before they add one: allauth lets them, whoever
    sits there. So these doors open for a while after signing in, and then to who signs in once more, by a code in their mail."""

    DOORS = frozenset({"account_set_password", "mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name not in self.DOORS or not request.user.is_authenticated:
            return None
        if get_reauthentication_flows(request.user) or _signed_in_just_now(request):
            return None
        logout(request)
        messages.info(request, gettext("To be sure that it is you: sign in once more, by a code that we mail you."))
        return redirect(f"{reverse('account_request_login_code')}?{urlencode({'next': request.path})}")


def _signed_in_just_now(request: HttpRequest, by: Collection[str] = ()) -> bool:
    """Whether this browser's reader signed in, or showed that it is them, within allauth's five minutes; by one of `by`, where
    any is named."""
    records = get_authentication_records(request, request.user)
    signed_in = max((record["at"] for record in records if not by or record["method"] in by), default=0.0)
    return bool(time.time() - signed_in < allauth_settings.REAUTHENTICATION_TIMEOUT)


class CodeMiddleware:
    """Says why, where allauth leads on from the page of a mailed code without a word: the code is too old, or was asked for
    elsewhere, as by who follows the mail's link on another device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.view_name == "account_confirm_login_code":
            over = response.status_code == 302 and response["Location"] == reverse("account_request_login_code")
            if over and not getattr(messages.get_messages(request), "added_new", False):
                words = gettext("No code is awaited here: it is too old, was used, or was asked for in another browser. Ask for a new one.")
                messages.warning(request, words)
        return response


class Backend(AuthenticationBackend):  # type: ignore[misc]  # it ships no types
    """Outside the demo, the demo's accounts do not exist: their password is known to everyone.

    `get_user` is asked with each request, so this holds for every way to sign in (password, code, passkey) and for
    sessions that came along in a copied database.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        return unless_demo(super().authenticate(request, **credentials))

    def get_user(self, user_id: Any) -> Any:
        return unless_demo(super().get_user(user_id))


def unless_demo(user: Any) -> Any:
    """`user`, unless it is one of the demo's outside the demo."""
    return None if user is not None and not settings.DEMO and user.email.endswith(demo.DOMAIN) else user
