"""An invitation to an event: the staff ask one mail address in, or somebody asks for a link to a public event themselves.

| verb      | from             | to        | who                                                            |
|-----------|------------------|-----------|----------------------------------------------------------------|
| invite    | (nothing)        | open      | staff who keep events, many at once (events/inviting.py)       |
| ask       | (nothing)        | open      | anybody, for an event that is public: the link goes to the mailbox they name |
| accept    | open, declined   | accepted  | whoever holds the mailbox, by registering                      |
| decline   | open             | declined  | the same, by a button                                          |
| withdraw  | open, declined   | withdrawn | staff                                                          |

A reminder is a date and a count, no state. The link opens a page, and nothing happens by opening it. Whoever has no account gets one
by pressing the button there: the link has shown that the mailbox is theirs.

Held by the database: one standing invitation per event and address.
"""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import Audience
from events.models.event import Event
from strongcities.workflow import Move, Transition, Workflow

_SALT = "events.invitation"


class State(models.TextChoices):
    OPEN = "open", _("not answered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


STANDING = (State.OPEN, State.ACCEPTED, State.DECLINED)


def new_key() -> str:
    return secrets.token_urlsafe(24)


class EventInvitationQuerySet(models.QuerySet["EventInvitation"]):
    def standing(self) -> EventInvitationQuerySet:
        """Not withdrawn."""
        return self.filter(state__in=STANDING)

    def letting_in(self) -> EventInvitationQuerySet:
        """By which somebody comes in who may not otherwise: those of the staff. A link that somebody asked for themselves opens what is
        open to everyone, for as long as it is."""
        return self.standing().filter(asked_for=False)

    def open(self) -> EventInvitationQuerySet:
        return self.filter(state=State.OPEN)

    def of(self, user: Any) -> EventInvitationQuerySet:
        """To `user`: to their account, or to the mail address that it has now."""
        return self.filter(Q(user=user.pk) | Q(user=None, email=user.email)) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> EventInvitationQuerySet:
        return self if Event.may_keep(user) else self.of(user).standing()

    def to_remind(self) -> EventInvitationQuerySet:
        """Of the staff, not answered, to an event that one may still register for."""
        return self.open().filter(asked_for=False, event__in=Event.objects.registering())


class EventInvitation(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "accept": Move({State.OPEN, State.DECLINED}, State.ACCEPTED),
        "decline": Move({State.OPEN}, State.DECLINED),
        "withdraw": Move({State.OPEN, State.DECLINED}, State.WITHDRAWN),
    }

    event = models.ForeignKey(Event, models.PROTECT, related_name="invitations", verbose_name=_("event"))
    email = models.EmailField(_("mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="event_invitations", verbose_name=_("person")
    )
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OPEN, editable=False)
    asked_for = models.BooleanField(_("asked for by themselves"), default=False, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("invited by"), editable=False
    )
    sent = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    reminded = models.DateTimeField(_("last reminded"), null=True, blank=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)

    objects = EventInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to an event")
        verbose_name_plural = _("invitations to events")
        ordering = ["event", "email", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "email"], condition=Q(state__in=STANDING), name="event_invitation_one_per_address"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="event_invitation_state_is_known"),
            models.CheckConstraint(condition=Q(email=models.functions.Lower("email")), name="event_invitation_mail_is_lower_case"),
        ]

    def __str__(self) -> str:
        return gettext("%(email)s, %(event)s") % {"email": self.email, "event": self.event}

    @property
    def token(self) -> str:
        """What opens the page behind the mailed link."""
        return signing.dumps(self.key, salt=_SALT)

    @classmethod
    def of_token(cls, token: str) -> EventInvitation:
        """Raises DoesNotExist; for one that was withdrawn as well, and for a link to an event that is no longer for everyone."""
        try:
            key = signing.loads(token, salt=_SALT)
        except signing.BadSignature:
            raise cls.DoesNotExist from None
        found = cls.objects.standing().exclude(~Q(event__audience=Audience.PUBLIC), asked_for=True)
        return found.select_related("event").get(key=key)

    def get_absolute_url(self) -> str:
        return reverse("events:invitation", args=[self.token])

    def is_of(self, user: Any) -> bool:
        return bool(user.is_authenticated and (user.pk == self.user_id or (self.user_id is None and user.email == self.email)))

    def can_accept(self, user: Any) -> bool:
        return self.is_of(user)

    can_decline = can_accept

    def can_withdraw(self, user: Any) -> bool:
        return Event.may_keep(user)

    def decline(self, *, by: Any) -> None:
        """No, thank you; `by` None where nobody is signed in and the link itself says whose answer it is."""
        with self.move("decline", by=by):
            pass

    def withdraw(self, *, by: Any) -> None:
        with self.move("withdraw", by=by):
            pass


class EventInvitationTransition(Transition):
    subject = models.ForeignKey(EventInvitation, models.CASCADE, related_name="transitions", verbose_name=_("invitation"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
