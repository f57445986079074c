"""How accounts behave with django-allauth."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from strongcities import demo

MAILS_WHERE_KNOWN = {"account_reset_password", "account_request_login_code", "members:join_vouch"}
EVEN = 0.6  # seconds


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Nobody signs up by themselves: an account comes from an application to join."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """An account has no name to sign in with but its mail address."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The reader's address, as limits count it: of IPv6 the first 64 bits, for who has one address has all of those."""
        address = ip_address(super().get_client_ip(request).partition("%")[0])
        if not isinstance(address, IPv6Address):
            return str(address)
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False).network_address)


class EvenMiddleware:
    """Takes the same time whether an address has an account, where only one that has is mailed: writing the mail takes
    longer than not writing it, and anybody can hold a watch. A sleeping thread costs little, and allauth limits how
    often these are asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.view_name in MAILS_WHERE_KNOWN and response.status_code == 302:
            time.sleep(max(0.0, EVEN - (time.monotonic() - began)))
        return response


class Backend(AuthenticationBackend):  # type: ignore[misc]  # it ships no types
    """Outside the demo, the demo's accounts do not exist: their password is known to everyone.

    `get_user` is asked with each request, so this holds for every way to sign in (password, code, passkey) and for
    sessions that came along in a copied database.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        return _unless_demo(super().authenticate(request, **credentials))

    def get_user(self, user_id: Any) -> Any:
        return _unless_demo(super().get_user(user_id))


def _unless_demo(user: Any) -> Any:
    return None if user is not None and not settings.DEMO and user.email.endswith(demo.DOMAIN) else user
