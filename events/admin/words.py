"""Steps in words, as the staff read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_DONE: dict[str, Any] = {
    "make": _("Drafted"), "announce": _("Announced"), "postpone": _("Postponed"), "resume": _("Takes place after all"),
    "register": _("Registered"), "add": _("Registered by the staff"), "approve": _("Approved"), "refuse": _("Not accepted"),
    "offer": _("Seat offered"), "accept": _("Offer accepted"), "decline": _("Declined"), "expire": _("Offer not answered in time"),
    "withdraw": _("Withdrawn"), "cancel": _("Cancelled"), "check_in": _("Checked in"), "check_out": _("Checked out"),
    "book": _("Asked for a seat"), "invite": _("Invited"), "ask": _("Asked for a link"),
}  # fmt: skip


def done(verb: str) -> str:
    return str(_DONE.get(verb, verb))
