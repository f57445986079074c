"""How often the doors of the house may be knocked at: all of them stand in two tables.

`DOORS` are views, by the name of their URL: each POST to one counts (LimitMiddleware), before anything is looked up, so
an answer of 429 tells nothing either. `RATES` are acts that a view counts itself, since it alone knows when they happen.
Counted in the database in windows of fixed length, all web processes together, exactly (models/knock.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from members.mailboxes import normal
from members.models import Knock

MINUTE, HOUR, DAY = 60, 3600, 86_400

# Acts: how many in how many seconds.
RATES = {
    "draft": (30, HOUR),  # drafts begun from one address of the net
    "save": (1200, HOUR),  # autosaves: one in three seconds
    "send": (20, HOUR),  # mails asked for from one address of the net
    "send to": (5, HOUR),  # mails to one mailbox, whoever asks
    "confirm": (30, HOUR),
    "change address": (5, HOUR),  # by one account
    "upload": (60, HOUR),  # pictures of one account: each takes a second of the server's time
    "invite": (60, DAY),  # invitations mailed by one account
    "invite to": (3, DAY),  # invitations to one mailbox, whoever invites
    "vouch": (10, HOUR),  # colleagues named by one account
    "vouch to": (5, DAY),  # mails to one mailbox, whoever names it
    "write": (10, DAY),  # people whom one person begins to write to
    "reply": (60, HOUR),  # words of one person in what has begun
    "report": (20, DAY),
}


def reader(request: HttpRequest) -> str:
    """The reader's address on the net, of IPv6 the first 64 bits."""
    return str(get_adapter().get_client_ip(request))


def account(request: HttpRequest) -> str:
    """Whoever is signed in; readers where nobody is."""
    return f"account {request.user.pk}" if request.user.is_authenticated else reader(request)


def half_in(request: HttpRequest) -> str:
    """The account whose password was right and whose second step is awaited."""
    waits = request.session.get("account_login")
    return f"account {waits.get('user_pk')}" if isinstance(waits, dict) else reader(request)


def field(name: str) -> Callable[[HttpRequest], str]:
    """The mailbox typed into the field `name`, whether or not it has an account."""
    return lambda request: f"mailbox {normal(request.POST.get(name, '').strip()[:320])}"


@dataclass(frozen=True)
class Rate:
    """At most `most` knocks in `seconds`, counted for each `who`."""

    most: int
    seconds: int
    who: Callable[[HttpRequest], str] = reader


GUESSES = (Rate(60, 5 * MINUTE), Rate(10, 15 * MINUTE, half_in))
OWN = (Rate(10, 15 * MINUTE, account),)
LINK = (Rate(30, HOUR),)
DOORS: dict[str, tuple[Rate, ...]] = {
    # strangers
    "account_login": (Rate(60, 5 * MINUTE), Rate(10, 15 * MINUTE, field("login"))),
    "account_request_login_code": (Rate(60, HOUR), Rate(5, 15 * MINUTE, field("email"))),
    "account_confirm_login_code": (Rate(60, 5 * MINUTE),),
    "account_reset_password": (Rate(60, HOUR), Rate(5, HOUR, field("email"))),
    "account_reset_password_from_key": LINK,
    "account_confirm_email": LINK,
    "account_signup": LINK,
    "mfa_login_webauthn": (Rate(60, 5 * MINUTE),),
    "members:sign_on": (Rate(60, HOUR),),
    "members:sign_on_callback": (Rate(120, HOUR),),
    # behind mailed links
    "members:address_confirm": LINK,
    "members:address_stop": LINK,
    # the second step
    "mfa_authenticate": GUESSES,
    "mfa_trust": GUESSES,
    # who shows once more that it is them, and what they change then
    "account_reauthenticate": OWN,
    "mfa_reauthenticate": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_edit_webauthn": OWN,
    "mfa_remove_webauthn": OWN,
    "mfa_generate_recovery_codes": OWN,
    "members:address": OWN,
    "members:address_withdraw": OWN,
    "members:session_end": (Rate(60, HOUR, account),),
    "members:sessions_end": OWN,
    "account_logout": (Rate(60, HOUR, account),),
}
BY_GET = {"members:sign_on_callback"}  # comes back from elsewhere by a redirect


class TooOften(Exception):
    """Knocked too often; `seconds` until the window is over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def knock(request: HttpRequest, door: str, *, key: str = "") -> None:
    """Count a knock of this reader (or of `key`, where given) at `door`. Raises TooOften beyond the rate."""
    _count(door, key or reader(request), *RATES[door])


def _count(door: str, who: str, most: int, seconds: int) -> None:
    now = int(time.time())
    window, gone = divmod(now, seconds)
    left = seconds - gone
    # Hashed with the house's secret: neither a reader's address nor a mailbox is to lie about in the table.
    name = salted_hmac("members.limits", f"{door}|{who}|{seconds}|{window}", algorithm="sha256").hexdigest()
    if Knock.objects.add(name, datetime.fromtimestamp(now + left, UTC)) > most:
        raise TooOften(left)


def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """429, with words and the time to come back."""
    response = render(request, "members/too_often.html", {"minutes": -(-error.seconds // 60)}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


class LimitMiddleware:
    """Counts what is posted to `DOORS`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name not in DOORS or (request.method != "POST" and name not in BY_GET):
            return None
        try:
            for rate in DOORS[name]:
                _count(name, rate.who(request), rate.most, rate.seconds)
        except TooOften as error:
            return too_often(request, error)
        return None
