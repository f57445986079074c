"""The engine of sessions (SESSION_ENGINE): Django's, whose rows also say whose they are, on what device and since when.

allauth keeps a second table for that, with the reader's address on the internet and the whole of what the browser says of
itself, and writes to it with each request. Here the session is its own record, and holds two words on the device.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from members import devices
from strongcities import sealed

EVERY = timedelta(minutes=10)  # how exactly "last used" is kept: a write with each page would cost more than it tells
SINCE, SEEN, DEVICE = "_since", "_seen", "_device"


class SessionStore(DatabaseStore):
    """What a session holds lies sealed: the key of an app that is being set up, a mailed code that is awaited, a form that waits
    until its reader has shown that it is them."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return sealed.seal(super().encode(session_dict))

    def decode(self, session_data: Any) -> dict[str, Any]:
        """Nothing, where no key opens it, as Django does with a signature that doesn't hold. Sessions from before there was
        a key are signed alone, and read until they are over."""
        if not sealed.is_sealed(session_data):
            return super().decode(session_data)
        try:
            return super().decode(sealed.unseal(session_data))
        except sealed.Unreadable:
            return {}

    @classmethod
    def get_model_class(cls) -> Any:
        from members.models import Session  # models are ready only after the engine

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        account = data.get(SESSION_KEY)
        if account:
            now = timezone.now().isoformat()
            row.account_id = int(account)
            row.since = datetime.fromisoformat(data.setdefault(SINCE, now))
            row.seen = datetime.fromisoformat(data.setdefault(SEEN, now))
            row.device = data.get(DEVICE, "")
            row.session_data = self.encode(data)
        return row


def note_device(request: HttpRequest) -> None:
    """Note in the session, in two words, what the reader signs in with."""
    request.session[DEVICE] = devices.named(request.headers.get("User-Agent", ""))
    request.session.pop(SINCE, None)
    request.session.pop(SEEN, None)


class LastSeenMiddleware:
    """Keeps "last used" of a session that is signed in, to ten minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        seen = request.session.get(SEEN)
        if seen and now - datetime.fromisoformat(seen) > EVERY and request.user.is_authenticated:
            request.session[SEEN] = now.isoformat()
        return self.get_response(request)
