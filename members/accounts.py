"""How accounts behave with django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from strongcities import demo


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Nobody signs up by themselves: an account comes from an application to join."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """An account has no name to sign in with but its mail address."""


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
