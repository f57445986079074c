"""A city's own single sign-on (OpenID Connect), as the staff set it up: whose it is, where it stands, for which mail domains.

| verb  | from  | to      | who                                                  |
|-------|-------|---------|------------------------------------------------------|
| enter | any   | waiting | staff who vet; whatever was entered anew waits again |
| open  | waits | open    | another of them, for what they have seen             |
| close | any   | closed  | staff who vet                                        |

Two people, since whoever enters a provider could sign in by it as anybody with a mailbox at its domains.
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_lazy as _

from members import mailboxes
from members.models.city import City
from strongcities import sealed
from strongcities.workflow import Move, MoveRefused, Transition, Workflow


class State(models.TextChoices):
    WAITING = "waiting", _("waits for a second person")
    OPEN = "open", _("in use")
    CLOSED = "closed", _("closed")


class SignOnQuerySet(models.QuerySet["SignOn"]):
    def open(self) -> SignOnQuerySet:
        """In use, of a city that is a member today: one that left opens nobody's account, however its membership ended."""
        return self.filter(state=State.OPEN, city__in=City.objects.members())

    def visible_to(self, user: Any) -> SignOnQuerySet:
        """The staff who vet."""
        return self if user.is_authenticated and user.vets else self.none()

    def for_address(self, address: str) -> SignOn | None:
        """The one that signs in whoever has a mailbox at the address's domain. Says nothing about accounts."""
        return self.open().filter(domains__domain=mailboxes.domain_of(address)).select_related("city").first()


@pghistory.track(exclude=["secret"])
class SignOn(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "enter": Move(set(State), State.WAITING),
        "open": Move({State.WAITING}, State.OPEN),
        "close": Move({State.WAITING, State.OPEN}, State.CLOSED),
    }

    city = models.OneToOneField(City, models.PROTECT, related_name="sign_on", verbose_name=_("city"))
    slug = models.SlugField(
        _("name in the address"), unique=True, help_text=_("Stands in the address that the city's provider sends back to.")
    )
    issuer = models.URLField(
        _("issuer"),
        max_length=500,
        help_text=_("The provider's address, https://…, exactly as it calls itself in /.well-known/openid-configuration."),
    )
    client_id = models.CharField(_("client id"), max_length=191)
    secret = models.TextField(_("client secret"), blank=True, help_text=_("Sealed: nobody reads it here."))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("entered by")
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("opened by")
    )

    objects = SignOnQuerySet.as_manager()

    class Meta:
        verbose_name = _("single sign-on of a city")
        verbose_name_plural = _("single sign-on of cities")
        ordering = ["city__name"]
        constraints = [
            models.CheckConstraint(condition=~Q(state=State.OPEN) | ~Q(secret=""), name="sign_on_in_use_has_a_secret"),
            models.CheckConstraint(condition=Q(secret="") | Q(secret__startswith=sealed.MARK), name="sign_on_secret_is_sealed"),
            models.CheckConstraint(
                condition=~Q(state=State.OPEN) | (Q(entered_by__isnull=False) & Q(opened_by__isnull=False) & ~Q(entered_by=F("opened_by"))),
                name="sign_on_in_use_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return str(self.city)

    @property
    def host(self) -> str:
        return mailboxes.host_of(self.issuer)

    def unsealed_secret(self) -> str:
        """What the city's provider knows us by. Raises Unreadable."""
        return sealed.unseal(self.secret)

    @property
    def mark(self) -> str:
        """Of all that was entered; another one as soon as any of it changes."""
        told = repr((self.pk, self.city_id, self.issuer, self.client_id, self.secret, [row.domain for row in self.domains.all()]))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def can_enter(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.vets)

    can_close = can_enter

    def can_open(self, user: Any) -> bool:
        """Another one than who entered it last."""
        return self.can_enter(user) and self.entered_by_id not in (None, user.pk)

    def enter(self, *, by: Any, domains: list[str], **values: Any) -> None:
        """Write what was entered: `values` by field, and the mail domains; in use once another person opens it. For a new
        one too, which is saved here. Raises PermissionDenied."""
        if self._state.adding:
            with transaction.atomic():
                if not self.can_enter(by):
                    raise PermissionDenied
                self.entered_by = by
                self.save()
                self.begin("enter", by=by)
                self._keep(domains)
            return
        with self.move("enter", by=by) as step:
            for name, value in values.items():
                setattr(step.record, name, value)
            step.record.entered_by, step.record.opened_by = by, None
            step.record._keep(domains)

    def _keep(self, domains: list[str]) -> None:
        self.domains.exclude(domain__in=domains).delete()
        for domain in domains:
            SignOnDomain.objects.get_or_create(sign_on=self, domain=domain)

    def open(self, *, by: Any, seen: str) -> None:
        """Put it to use; `seen` is the `mark` of what the person saw. Raises PermissionDenied, MoveRefused."""
        with self.move("open", by=by) as step:
            if not constant_time_compare(step.record.mark, seen):
                raise MoveRefused(gettext("Something was entered meanwhile. Look at it again."))
            step.record.opened_by = by

    def close(self, *, by: Any) -> None:
        """Take it out of use; it signs nobody in from now on. Raises PermissionDenied, MoveRefused."""
        with self.move("close", by=by) as step:
            step.record.opened_by = None


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SignOnDomain(models.Model):
    """A mail domain of the city. One domain, one provider: none can speak for another's mailboxes."""

    sign_on = models.ForeignKey(SignOn, models.CASCADE, related_name="domains", verbose_name=_("single sign-on"))
    domain = models.CharField(_("mail domain"), max_length=253, unique=True)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ["domain"]
        constraints = [models.CheckConstraint(condition=Q(domain=Lower("domain")), name="sign_on_domain_is_lower_case")]

    def __str__(self) -> str:
        return self.domain


class SignOnTransition(Transition):
    subject = models.ForeignKey(SignOn, models.CASCADE, related_name="transitions")

    WORDS: ClassVar = {"enter": _("entered"), "open": _("opened by a second person"), "close": _("closed")}

    @property
    def words(self) -> Any:
        return self.WORDS[self.verb]
