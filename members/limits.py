"""How often the doors of the house may be knocked at: whatever is sent is counted, and of what is only read whatever costs.

LimitMiddleware counts, before anything is looked up, so an answer of 429 tells nothing either. What is sent to one of `DOORS`,
views by the name of their URL, by that door's rates; to the admin by `DESK`; to any other address by `SENT`. What is read by
`SEARCH`, `TYPING` or `DOWNLOAD`, where one of the sets of names below has it. A page that is only opened costs no write; where
opening one is written down, it is counted.
`RATES` are acts that a view counts itself, since it alone knows when they happen.
Counted in the database in windows of fixed length, all web processes together, exactly (models/knock.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from members import known
from members.mailboxes import normal
from members.models import Knock
from strongcities.faults import for_a_program

MINUTE, HOUR, DAY = 60, 3600, 86_400

# Acts: how many in how many seconds.
RATES = {
    # From one address of the net, behind which a whole hall may sit: at a summit two hundred people apply within an hour.
    "draft": (600, HOUR),
    "send": (250, HOUR),  # mails asked for; what one mailbox gets is counted below
    "confirm": (500, HOUR),  # links are too long to be guessed
    "send to": (5, HOUR),  # mails to one mailbox, whoever asks
    "change address": (5, HOUR),  # by one account
    "upload": (60, HOUR),  # pictures and documents of one account: each takes a second of the server's time
    "invite": (60, DAY),  # invitations mailed by one account
    "invite to": (3, DAY),  # invitations to one mailbox, whoever invites
    "vouch": (10, HOUR),  # colleagues named by one account
    "vouch to": (5, DAY),  # mails to one mailbox, whoever names it
    "write": (10, DAY),  # people whom one person begins to write to
    "reply": (60, HOUR),  # words of one person in what has begun
    "report": (20, DAY),
}


def reader(request: HttpRequest) -> str:
    """The reader's address on the net, of IPv6 the first 64 bits. Where a proxy names none, all its readers are one."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"


def account(request: HttpRequest) -> str:
    """Whoever is signed in; readers where nobody is."""
    return f"account {request.user.pk}" if request.user.is_authenticated else reader(request)


def person(request: HttpRequest) -> str:
    """Whoever is signed in; nobody else is counted by this."""
    return account(request) if request.user.is_authenticated else ""


def stranger(request: HttpRequest) -> str:
    """The address of a reader who isn't signed in; whoever is, isn't counted by this."""
    return "" if request.user.is_authenticated else reader(request)


def half_in(request: HttpRequest) -> str:
    """The account whose password was right and whose second step is awaited; counted apart in a browser that it knows, or who knows the
    password could keep its owner out."""
    waits = request.session.get("account_login")
    if not isinstance(waits, dict):
        return reader(request)
    who = f"account {waits.get('user_pk')}"
    return f"{known.browser(request, who)} {who}"


def field(name: str) -> Callable[[HttpRequest], str]:
    """The mailbox typed into the field `name`, whether or not it has an account."""
    return lambda request: f"mailbox {_mailbox(request, name)}"


def field_from_here(name: str) -> Callable[[HttpRequest], str]:
    """The same, for each address of the net that types it: what a stranger uses up is not the owner's. A browser that this mailbox
    has signed in with before (members/known.py) has a count of its own, wherever it is."""
    return lambda request: f"{_at_home(request, name) or reader(request)} {field(name)(request)}"


def strange(name: str, who: Callable[[HttpRequest], str]) -> Callable[[HttpRequest], str]:
    """`who`, but for a browser that the mailbox typed into the field `name` has signed in with before: strangers, however many
    and from however many addresses, use up nothing of its own count."""
    return lambda request: "" if _at_home(request, name) else who(request)


def _at_home(request: HttpRequest, name: str) -> str:
    return known.browser(request, _mailbox(request, name))


def _mailbox(request: HttpRequest, name: str) -> str:
    return normal(request.POST.get(name, "").strip()[:320])


@dataclass(frozen=True)
class Rate:
    """At most `most` knocks in `seconds`, counted for each `who`; where that is "", not counted."""

    most: int
    seconds: int
    who: Callable[[HttpRequest], str] = reader


# What nobody's hands do, and a hall does not reach: two hundred people of a ministry, or of a workshop, who share one address of
# the net, each of whom does something every ten seconds. That is 20 a second; measured, a search takes 40 ms of a core, so
# whoever hammers keeps less than one core busy, however many there are. Windows are short: the innocent wait for their end.
HALL = 20 * 5 * MINUTE
SENT = (
    Rate(300, 10 * MINUTE, person),  # a form every two seconds
    Rate(2000, 10 * MINUTE, stranger),  # a hall that fills in an application: ten forms each
)
DESK = (Rate(1500, 10 * MINUTE, account),)  # staff clear a queue, by a press a second and more
SEARCH = (
    Rate(1500, 5 * MINUTE, person),  # five a second: the admin's lists of choices ask with every letter
    Rate(HALL, 5 * MINUTE, stranger),
)
# Asked with every few letters, and a tenth of a search's work: a count of its own, so that who types quickly may still search.
TYPING = (Rate(3000, 5 * MINUTE, person), Rate(3 * HALL, 5 * MINUTE, stranger))
DOWNLOAD = (Rate(60, 10 * MINUTE, account),)  # a list of all there is: seconds of the database's time, and megabytes

PAPERS = (  # up to 20 MB each, which cost the line more than the house: a workshop opens what lies before it all at once
    Rate(300, 10 * MINUTE, person),
    Rate(HALL, 5 * MINUTE, stranger),
)

# Reading that costs. Pages that find: as soon as something is asked for (words, a filter, a further page). Bare, they are pages.
FINDS = {"hub:search", "members:cities", "members:people"}
# A search in the address of these is written down, as the one that led there (hub/asked.py). Bare, they are pages.
LED_TO = {"hub:practice"}
# Whatever asks the database for more than a page, without anything in the address: programs' answers; cities of a like name.
ASKS = {"hub:practices_json", "hub:feed", "members:join_choose", "admin:autocomplete"}
TYPES = {"hub:suggest"}
HANDED_ON = {"document"}
FILES = {
    "admin:members_city_file", "admin:members_post_file", "admin:members_official_file", "admin:members_application_file",
    "admin:members_import_form", "admin:members_import_bad",
    "admin:hub_synonymgroup_file", "admin:hub_question_file",
    "mfa_download_recovery_codes", "hub:export_csv",
}  # fmt: skip


def _strangers_and_owner(name: str, here: Rate, one: Rate, mailbox: Rate) -> tuple[Rate, ...]:
    """The rates of a door where a mailbox is typed into the field `name`: of all that one address of the net types, of `one` mailbox
    from one address (or from a browser that it has signed in with before), of a mailbox whoever types it."""
    return (
        replace(here, who=strange(name, reader)),
        replace(one, who=field_from_here(name)),
        replace(mailbox, who=strange(name, field(name))),
    )


GUESSES = (Rate(60, 5 * MINUTE), Rate(10, 15 * MINUTE, half_in))
OWN = (Rate(10, 15 * MINUTE, account),)
LINK = (Rate(500, HOUR),)
DOORS: dict[str, tuple[Rate, ...]] = {
    # strangers
    "account_login": _strangers_and_owner("login", Rate(120, 5 * MINUTE), Rate(10, 15 * MINUTE), Rate(100, HOUR)),
    "account_request_login_code": _strangers_and_owner("email", Rate(300, HOUR), Rate(5, 15 * MINUTE), Rate(20, HOUR)),
    "account_confirm_login_code": (Rate(60, 5 * MINUTE),),
    "account_reset_password": _strangers_and_owner("email", Rate(60, HOUR), Rate(5, HOUR), Rate(20, HOUR)),
    "account_reset_password_from_key": LINK,
    "account_confirm_email": LINK,
    "account_signup": LINK,
    "mfa_login_webauthn": (Rate(600, 5 * MINUTE),),
    "members:sign_on": (Rate(60, HOUR),),
    "members:sign_on_callback": (Rate(120, HOUR),),
    "members:join_save": (Rate(HALL, 5 * MINUTE),),  # autosaves; one that waits is kept in its tab, and for minutes only
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
BY_GET = {"members:sign_on_callback", "mfa_login_webauthn"}  # back from elsewhere by a redirect; a GET begins it, and a session with it
READS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def door(request: HttpRequest) -> tuple[str, tuple[Rate, ...]]:
    """By which door a request comes in, and that door's rates; by none where it only opens a page."""
    match = request.resolver_match
    name = match.view_name if match else ""
    sends, of_the_admin = request.method not in READS, name.startswith("admin:")
    if name in DOORS and (sends or name in BY_GET):
        return name, DOORS[name]
    if sends:
        return ("desk", DESK) if of_the_admin else ("sent", SENT)
    if name in FILES:
        return "download", DOWNLOAD
    if name in TYPES | HANDED_ON:
        return ("typing", TYPING) if name in TYPES else ("papers", PAPERS)
    finds = name in FINDS | LED_TO or (of_the_admin and name.endswith("_changelist"))
    if name in ASKS or (finds and any(value.strip() for _name, values in request.GET.lists() for value in values)):
        return "search", SEARCH
    return "", ()


class TooOften(Exception):
    """Knocked too often; `seconds` until the window is over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def knock(request: HttpRequest, door: str, *, key: str = "") -> None:
    """Count a knock of this reader (or of `key`, where given) at `door`. Raises TooOften beyond the rate."""
    _count(door, key or reader(request), *RATES[door])


def _name(door: str, who: str, seconds: int) -> tuple[str, int]:
    """What a count is called in this window, and when the window ends. Hashed with the house's secret: neither a reader's address
    nor a mailbox is to lie about in the table."""
    window = int(time.time()) // seconds
    return salted_hmac("members.limits", f"{door}|{who}|{seconds}|{window}", algorithm="sha256").hexdigest(), (window + 1) * seconds


def _count(door: str, who: str, most: int, seconds: int) -> None:
    name, until = _name(door, who, seconds)
    if Knock.objects.add(name, datetime.fromtimestamp(until, UTC)) > most:
        raise TooOften(until - int(time.time()))


def give_back(request: HttpRequest) -> None:
    """Take back what this request was counted for at its mailbox, from here and whoever types it: the password was right. Else
    strangers who count along, behind the same address or from everywhere, would see by the refusal that somebody signed in there."""
    name, rates = door(request)
    for rate in rates[1:]:
        if who := rate.who(request):
            Knock.objects.take_back(_name(name, who, rate.seconds)[0])


def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """429, with words and the time to come back; to a program as JSON. What was typed is on the page, to be sent from there: a
    browser that goes back doesn't bring back a page that it was told not to keep."""
    if for_a_program(request):
        response: HttpResponse = JsonResponse({"error": gettext("Too many tries")}, status=429)
    else:
        context = {
            "minutes": -(-error.seconds // 60),
            "reads": request.method in READS,
            "again": request.get_full_path() if _may_stand_on_a_page(request) else "",
            "typed": [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)],
            "has_files": bool(request.FILES),
        }
        response = render(request, "members/too_often.html", context, status=429)
    response["Retry-After"] = str(error.seconds)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _may_stand_on_a_page(request: HttpRequest) -> bool:
    """Forms of the house's own rooms. allauth's hold passwords and codes, the admin's the secrets of cities' single sign-on."""
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.namespaces[:1] not in ([], ["admin"])


def _is_secret(name: str) -> bool:
    return name == "csrfmiddlewaretoken" or "password" in name.lower() or "secret" in name.lower()


class LimitMiddleware:
    """Counts at every door, before its view is asked. A fault of the database while it counts is the request's: nobody gets in
    uncounted, and the page of that fault says when to try again (strongcities/faults.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name, rates = door(request)
        try:
            for rate in rates:
                if who := rate.who(request):
                    _count(name, who, rate.most, rate.seconds)
        except TooOften as error:
            return too_often(request, error)
        return None
