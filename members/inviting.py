"""The mailed invitation's link, and the button behind it: who may press it, and what it does (models/invitation.py).

| who opens the link                                      | finds                                                            |
|---------------------------------------------------------|------------------------------------------------------------------|
| anyone, with a link that is none or was renewed         | that it doesn't work                                             |
| anyone, once it is accepted, withdrawn or expired       | that it no longer holds, and whom to ask                         |
| somebody signed in with another address                 | for whom it is, to sign out, or to ask for one of their own       |
| a stranger; the address has an account                  | to sign in first                                                 |
| a stranger; it has none                                 | who are you, principles, consents, a password                    |
| its owner, signed in                                    | the same without name and password                               |

Opening changes nothing, since mail scanners open links.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from members import joining
from members.joining import AppliedAlready, LinkBad, Refused, SignInFirst
from members.models import Application, City, Invitation, Post, User
from members.models.invitation import State


class Settled(Refused):
    """The invitation was accepted or withdrawn, or its time is over."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__()
        self.invitation = invitation


def invitation_of(token: str) -> Invitation:
    """The invitation that a link is for. Raises LinkBad, Settled."""
    invitation = Invitation.of_token(token)
    if invitation is None:
        raise LinkBad
    if invitation.state != State.OPEN or invitation.is_expired:
        raise Settled(invitation)
    return invitation


def owner_of(invitation: Invitation, user: Any) -> User | None:
    """The account that may accept, None where it is still to be made. Raises SignInFirst where
    somebody else is signed in, or nobody and there is an account; AppliedAlready where they stand for the city."""
    account = joining.account_of(invitation.email)
    if account is None and not user.is_authenticated:
        return None
    if account is None or account.pk != user.pk:
        raise SignInFirst(invitation.email)
    if Post.objects.filter(official__user=account, city=invitation.city_id, until=None).exists():
        raise AppliedAlready(invitation.city.called, stands=True)
    return account


def accept(token: str, *, user: Any, told: dict[str, Any], name: str = "", password: str = "", language: str = "en") -> Application:
    """The button: an account where there is none, an application of what was `told`, decided where it can be.

    Raises LinkBad, Settled, SignInFirst, AppliedAlready, MoveRefused. The invitation is locked, so that
    of two clicks the second finds it accepted.
    """
    pk = invitation_of(token).pk
    with transaction.atomic():
        Invitation.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        invitation = invitation_of(token)  # once more, now that nobody can change it
        account = owner_of(invitation, user)
        if account is None:
            City.held(invitation.city.standing.pk)  # before the account, as joining does; there is no application of theirs yet
            account = joining.make_account(invitation.email, name=name, password=password, language=language)
        return invitation.accept(by=account, **told)
