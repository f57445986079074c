"""Who may open a view, said at the view. `check_urls` (strongcities/checks.py) fails on any view that says nothing.

Everyone must sign in unless a view is `@public` (LoginRequiredMiddleware). `@signed_in` and `@staff_only` say the other
two aloud. What a person may see *within* a view is `visible_to(user)` on the query, what they may do is `can_<verb>(user)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

type View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Anyone may open it."""
    view.access = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def signed_in(view: View) -> View:
    """Anyone with an account; strangers are sent to sign in."""
    view.access = "signed in"  # type: ignore[attr-defined]
    return view


def staff_only(view: View) -> View:
    """ISD's staff; other accounts are refused (403)."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    wrapper.access = "staff"  # type: ignore[attr-defined]
    return wrapper


def has_second_factor(user: Any) -> bool:
    """Whether `user` has an app that makes codes, or a passkey. Recovery codes are a way back in, no factor."""
    from allauth.mfa.models import Authenticator  # models are ready only now
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def second_step_of(user: Any) -> str:
    """What a second step is to `user`, as SecondFactorMiddleware holds it: "free" to have or not, "missing", "needed" and there;
    "demo": nobody's duty, though it would be theirs elsewhere."""
    if not user.is_staff:
        return "free"
    if settings.DEMO:
        return "demo"
    return "needed" if has_second_factor(user) else "missing"


class SecondFactorMiddleware:
    """Staff without a second factor get no further than the page where they set one up. Not in the demo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or second_step_of(user) != "missing":
            return None
        match = request.resolver_match
        name = (match and match.url_name) or ""
        # The admin has pages named account_… and mfa_… as well, in its own namespace: those are not for setting it up.
        own = match is not None and not match.namespaces
        free = own and (name in {"healthz", "readyz"} or name.startswith(("account_", "mfa_")))
        if free:
            return None
        return HttpResponseRedirect(f"{reverse('mfa_index')}?{urlencode({'next': request.get_full_path()})}")
