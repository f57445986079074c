"""An invitation: a city asks one mail address in. It binds to that address, holds for fourteen days, and is used once.

| verb     | from             | to        | who                                                                          |
|----------|------------------|-----------|------------------------------------------------------------------------------|
| invite   | (nothing)        | open      | lead official of the member city; staff who vet                              |
| renew    | open, in time or expired | open | the same; a new link and fourteen days more, the earlier link ends         |
| accept   | open, in time    | accepted  | whoever holds the mailbox, by the button behind the link (members/inviting.py) |
| withdraw | open             | withdrawn | lead official of the member city; staff who vet; the house, where the city leaves |

Expired is a question to `expires`, never a state. What accepting does, judged at that very moment:

| the city today | who invited, today                              | then                                                      |
|----------------|-------------------------------------------------|-----------------------------------------------------------|
| a member       | may still approve (its lead official, or vets)  | approved by them in the same transaction                  |
| a member       | may not any more                                | waits as every application does; the invitation is evidence |
| no member      | anyone                                          | waits, for two people of the staff                        |

| who may see    | lead officials of the member city, staff who vet                                                    |
|----------------|-----------------------------------------------------------------------------------------------------|
| by the link    | city, who invites, until when: to whoever holds it; the button works for the address's owner alone  |

Held by the database: settled once (`invitation_settled_once`), one open invitation per address and city, an accepted one
has its application. Held under the city's lock: at most MOST_OPEN at a time. Whoever invites learns nothing about the
address: the answer is the same whether or not it has an account.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from members.models.application import Application
from members.models.city import City
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Transition, Workflow

LIFE = timedelta(days=14)
MOST_OPEN = 20  # a city's open invitations that are in time
_SALT = "members.invitation"


class State(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


SETTLED = (State.ACCEPTED, State.WITHDRAWN)


def new_key() -> str:
    return secrets.token_urlsafe(24)


def in_time() -> datetime:
    return timezone.now() + LIFE


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither accepted nor withdrawn; in time or not."""
        return self.filter(state=State.OPEN)

    def valid(self) -> InvitationQuerySet:
        """Open, and in time."""
        return self.open().filter(expires__gt=timezone.now())

    def visible_to(self, user: Any) -> InvitationQuerySet:
        """Staff who vet see all, a lead official those of their member city."""
        if not user.is_authenticated:
            return self.none()
        return self if user.vets else self.filter(city__in=City.objects.led_by(user))


@pghistory.track(exclude=["key"])  # what opens the link stays out of the history
class Invitation(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "renew": Move({State.OPEN}, State.OPEN),
        "accept": Move({State.OPEN}, State.ACCEPTED),
        "withdraw": Move({State.OPEN}, State.WITHDRAWN),
    }

    city = models.ForeignKey(City, models.PROTECT, related_name="invitations", verbose_name=_("city"))
    email = models.EmailField(_("mail address"), max_length=254)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OPEN, editable=False)
    sent = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    expires = models.DateTimeField(_("holds until"), default=in_time, editable=False)
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, blank=True, editable=False, related_name="invitation", verbose_name=_("application")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "email"], condition=Q(state=State.OPEN), name="invitation_one_open_per_address_and_city"
            ),
            models.CheckConstraint(
                condition=Q(state=State.ACCEPTED, application__isnull=False) | (~Q(state=State.ACCEPTED) & Q(application=None)),
                name="invitation_accepted_has_its_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.city}"

    @property
    def is_expired(self) -> bool:
        return self.expires <= timezone.now()

    @property
    def stands(self) -> str:
        """Where it stands, in words: its state, or that its time is over."""
        return gettext("expired") if self.state == State.OPEN and self.is_expired else str(self.get_state_display())

    @property
    def token(self) -> str:
        """What the mailed link carries. Another one after each renewal."""
        return signing.dumps([self.pk, self.key], salt=_SALT)

    @classmethod
    def of_token(cls, token: str) -> Invitation | None:
        """The invitation that a link is for, in whatever state; None where it is no link of ours, or an earlier one."""
        try:
            pk, key = signing.loads(token, salt=_SALT)
        except (signing.BadSignature, ValueError):
            return None
        return cls.objects.select_related("city", "invited_by").filter(pk=pk, key=key).first()

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_renew(self, user: Any) -> bool:
        return self.city.can_manage_people(user)

    def can_withdraw(self, user: Any) -> bool:
        return self.city.can_manage_people(user)

    def can_accept(self, user: Any) -> bool:
        """An account that signs in with the invited address. A link that was passed on opens nothing for others."""
        return bool(user.is_authenticated and (user.email == self.email or _confirmed(user, self.email)))

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def invite(cls, city: City, email: str, *, by: Any, language: str) -> Invitation:
        """Mail an invitation to `email`, in `language`; one that is open already for that address is renewed instead.

        Raises PermissionDenied, and MoveRefused where MOST_OPEN are open.
        """
        if found := cls.objects.open().filter(city=city, email=email).first():
            found.renew(by=by, language=language)
            return found
        with transaction.atomic():
            locked = City.objects.select_for_update(no_key=True).get(pk=city.pk)
            if not locked.can_manage_people(by):
                raise PermissionDenied
            if cls.objects.open().filter(city=locked, email=email).exists():
                raise MoveRefused(gettext("There is an open invitation to this address already."))
            _refuse_if_too_many(locked)
            invitation = cls.objects.create(city=locked, email=email, invited_by=by, language=language)
            invitation.begin("invite", by=by)
            invitation._mail()
        return invitation

    def renew(self, *, by: Any, language: str = "") -> None:
        """A new link, for fourteen days from now, in `language` where one is given; the one that was mailed earlier ends. Who
        renews it invites."""
        with self.move("renew", by=by) as step:
            invitation = step.record
            if invitation.is_expired:
                _refuse_if_too_many(City.objects.select_for_update(no_key=True).get(pk=invitation.city_id))
            invitation.key, invitation.sent, invitation.expires, invitation.invited_by = new_key(), timezone.now(), in_time(), by
            invitation.language = language or invitation.language
            invitation._mail()

    def withdraw(self, *, by: Any) -> None:
        """The link ends. Nobody is mailed: whoever opens the link reads it."""
        with self.move("withdraw", by=by):
            pass

    def accept(self, *, by: Any, **told: Any) -> Application:
        """`by` comes in with what they `told` (the fields of an application), as the table above says.

        Raises MoveRefused where it was settled, its time is over or `by` stands for the city already.
        """
        with self.move("accept", by=by) as step:
            invitation = step.record
            if invitation.is_expired:
                raise MoveRefused(gettext("This invitation’s time is over."))
            city = invitation.city.standing  # where a merge left it behind, to what the city is part of now
            application = Application.of_invited(applicant=by, city=city, **told)
            invitation.application = application
            application.decide_as_invited(by=invitation.invited_by)
            invitation._tell_inviter(application)
        return application

    # --- Their parts -------------------------------------------------------------------------------------------------

    def _mail(self) -> None:
        context = {"city": self.city, "person": self.invited_by, "token": self.token, "days": LIFE.days}
        mail.send("members/invited", to=self.email, context=context, language=self.language)

    def _tell_inviter(self, application: Application) -> None:
        to = self.invited_by
        if to.is_active and application.state == Application.State.APPROVED:
            context = {"city": self.city, "person": application.applicant}
            mail.send("members/invitation_accepted", to=to.email, context=context, language=to.language)


def _confirmed(user: Any, email: str) -> bool:
    """Whether `email` is another confirmed address of this account."""
    return bool(user.emailaddress_set.filter(email__iexact=email, verified=True).exists())


def _refuse_if_too_many(city: City) -> None:
    """For a locked city. Raises MoveRefused where it has as many invitations open as it may."""
    if Invitation.objects.valid().filter(city=city).count() >= MOST_OPEN:
        words = ngettext(
            "Your city has %(count)d open invitation: that is the most. Withdraw one, or wait until it expires.",
            "Your city has %(count)d open invitations: that is the most. Withdraw one, or wait until one expires.",
            MOST_OPEN,
        )
        raise MoveRefused(words % {"count": MOST_OPEN})


class InvitationTransition(Transition):
    subject = models.ForeignKey(Invitation, models.CASCADE, related_name="transitions", verbose_name=_("invitation"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.UniqueConstraint(fields=["subject"], condition=Q(to_state__in=SETTLED), name="invitation_settled_once")]
