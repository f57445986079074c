"""Browsers that somebody has signed in with before, so that strangers who guess at the same mailbox don't keep its owner out
(limits.py counts such a browser for itself). After OWASP's device cookies.

A signed cookie: an id made by chance, and marks of the accounts that signed in with it, of which nobody without our secret can
tell whose they are. It opens nothing. Nothing of it is kept here, and all of it is known before anything is looked up.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "__Host-known" if settings.SECURE else "known"
LIFE = timedelta(days=180)  # since it last signed somebody in
MOST = 8  # marks: two of each account, so four people may share a browser
_SALT = "members.known"


def browser(request: HttpRequest, who: str) -> str:
    """The id of this browser, where `who` has signed in with it; "" where not. `who` is a mailbox, or "account" and its key
    as allauth writes it."""
    known, marks = _read(request)
    return f"browser {known}" if _mark(who) in marks else ""


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """`user` signs in with this browser: it is known as theirs from now on."""
    known, marks = _read(request)
    own = [_mark(user.email), _mark(f"account {user_pk_to_url_str(user)}")]
    kept = [mark for mark in marks if mark not in own]
    response.set_cookie(
        COOKIE,
        signing.dumps([known or secrets.token_urlsafe(12), (own + kept)[:MOST]], salt=_SALT),
        max_age=LIFE,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        known, marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return "", []
    return known, marks


def _mark(who: str) -> str:
    return str(salted_hmac(_SALT, who, algorithm="sha256").hexdigest()[:24])
