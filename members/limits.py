"""How often the doors for strangers may be knocked at.

Counted in the cache (a table of the database, so all web processes count together) in windows of fixed length. Two
requests at the same instant may count as one: the limit holds off machines, and a few knocks more do no harm.
"""

from __future__ import annotations

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# By door: how many knocks in how many seconds.
RATES = {
    "draft": (30, 3600),  # drafts begun from one address of the net
    "save": (1200, 3600),  # autosaves: one in three seconds
    "send": (20, 3600),  # mails asked for from one address of the net
    "send to": (5, 3600),  # mails to one mailbox, whoever asks
    "confirm": (30, 3600),
    "upload": (60, 3600),  # pictures of one account: each takes a second of the server's time
    "invite": (60, 86400),  # invitations mailed by one account
    "invite to": (3, 86400),  # invitations to one mailbox, whoever invites
    "vouch": (10, 3600),  # colleagues named by one account
    "vouch to": (5, 86400),  # mails to one mailbox, whoever names it
    "write": (10, 86_400),  # people whom one person begins to write to
    "reply": (60, 3600),  # words of one person in what has begun
    "report": (20, 86_400),
}


class TooOften(Exception):
    """Knocked too often; `seconds` until the window is over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def knock(request: HttpRequest, door: str, *, key: str = "") -> None:
    """Count a knock of this reader (or of `key`, where given) at `door`. Raises TooOften beyond the rate."""
    most, length = RATES[door]
    window, rest = divmod(int(time.time()), length)
    who = key or get_adapter().get_client_ip(request)
    # Hashed: neither a reader's address nor a mailbox is to lie about in the cache.
    name = f"limit:{hashlib.sha256(f'{door}|{who}|{window}'.encode()).hexdigest()}"
    count = cache.get(name, 0) + 1
    if count > most:
        raise TooOften(length - rest)
    cache.set(name, count, length)


def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """429, with words and the time to come back."""
    response = render(request, "members/too_often.html", {"minutes": -(-error.seconds // 60)}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response
