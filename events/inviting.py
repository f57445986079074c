"""Inviting to an event: many mail addresses at once, reminders, and the link that somebody asks for themselves.

Whoever invites learns nothing of an address: the answer is the same whether or not it has an account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from events import registering, telling
from events.kinds import Audience, Way
from events.models import Event, EventInvitation
from events.models.invitation import EventInvitationQuerySet
from members.joining import make_account
from members.mailboxes import normal
from members.models import User
from strongcities.workflow import MoveRefused, locked

APART = timedelta(days=2)  # between two mails of one invitation


@dataclass(frozen=True)
class Address:
    email: str
    name: str = ""
    language: str = "en"


def invite(event: Event, addresses: Iterable[Address], *, by: Any) -> tuple[int, int]:
    """Invite each address that has no standing invitation, by a mail of its own. Answers how many were invited, and how many had one
    already. Raises PermissionDenied; MoveRefused for an event that nobody can register for."""
    if not event.can_change(by):
        raise PermissionDenied
    if event.state != Event.State.ANNOUNCED or event.way == Way.NONE or event.closes <= timezone.now():
        raise MoveRefused(gettext("Nobody can register for this event now, so nobody can be invited."))
    wanted = {normal(each.email): each for each in addresses}
    with transaction.atomic():
        held = event.held()  # two who invite at once wait for each other, so that nobody is mailed twice
        standing = held.invitations.standing().filter(email__in=wanted)
        there = set(standing.letting_in().values_list("email", flat=True))
        asked = {each.email: each for each in standing.filter(asked_for=True)}
        for email, each in wanted.items():
            if email in asked:
                _take_over(asked[email], by=by)
            elif email not in there:
                _make(held, email, name=each.name, language=each.language, invited_by=by)
    return len(wanted) - len(there), len(there)


def due(event: Event) -> EventInvitationQuerySet:
    """Whom a reminder would go to now."""
    before = timezone.now() - APART
    found: EventInvitationQuerySet = event.invitations.to_remind().filter(sent__lte=before).exclude(reminded__gt=before)
    return found


def remind(event: Event, *, by: Any) -> int:
    """Write once more to those who have not answered, and not been written to for two days. Answers to how many."""
    if not event.can_change(by):
        raise PermissionDenied
    reminded = 0
    with transaction.atomic():
        for invitation in due(event.held()):
            invitation.reminded, invitation.reminders = timezone.now(), invitation.reminders + 1
            invitation.save(update_fields=["reminded", "reminders"])
            telling.of_invitation(invitation, again=True)
            reminded += 1
    return reminded


def can_ask(event: Event) -> bool:
    """Whether anybody may have a link mailed: it is for everyone, and was announced."""
    return event.audience == Audience.PUBLIC and event.way in {Way.OPEN, Way.MODERATED} and event.is_shown


def ask(event: Event, email: str, *, language: str) -> None:
    """Mail a link to register to whoever has the mailbox, for an event that is for everyone; the same link again, where there is one.
    Raises MoveRefused for any other event, and where nobody can register now."""
    if not can_ask(event):
        raise MoveRefused(gettext("Only those who were invited can register."))
    if words := registering.closed(event):
        raise MoveRefused(words)
    with transaction.atomic():
        held = event.held()
        there = held.invitations.standing().filter(email=normal(email)).first()
        if there is None:
            _make(held, normal(email), language=language, asked_for=True)
        else:
            telling.of_invitation(there)


def _make(event: Event, email: str, **fields: Any) -> EventInvitation:
    user = User.objects.filter(email=email, is_active=True).first()
    new = EventInvitation.objects.create(event=event, email=email, user=user, **fields)
    new.begin("ask" if new.asked_for else "invite", by=new.invited_by)
    telling.of_invitation(new)
    return new


def _take_over(link: EventInvitation, *, by: Any) -> None:
    """What somebody asked for themselves becomes an invitation of the staff, which lets them in whatever the event's audience."""
    link.asked_for, link.invited_by, link.sent = False, by, timezone.now()
    link.save(update_fields=["asked_for", "invited_by", "sent"])
    link.begin("invite", by=by)
    telling.of_invitation(link)


def has_account(invitation: EventInvitation) -> bool:
    """Whether whoever has the mailbox has an account, for the page behind its mailed link alone."""
    return User.objects.of_one_mailbox(invitation.email).exists()


def account_for(invitation: EventInvitation, *, name: str, language: str) -> User:
    """The account of whoever has the mailbox, made where there is none: without a password, so one signs in by a mailed code. For the
    button behind the link alone: it has shown that the mailbox is theirs. Raises MoveRefused where there is an account: its owner
    signs in as they always do."""
    with transaction.atomic():
        locked(invitation)
        if has_account(invitation):
            raise MoveRefused(gettext("There is an account with this mail address. Sign in with it."))
        account = make_account(invitation.email, name=name, password="", language=language)
        EventInvitation.objects.filter(email=invitation.email, user=None).update(user=account)
    return account
