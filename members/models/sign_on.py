"""A city's own single sign-on (OpenID Connect), as the staff set it up: whose it is, where it stands, for which mail domains."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members import mailboxes
from members.models.city import City


class SignOnQuerySet(models.QuerySet["SignOn"]):
    def open(self) -> SignOnQuerySet:
        return self.filter(is_open=True)

    def visible_to(self, user: Any) -> SignOnQuerySet:
        """The staff who vet."""
        return self if user.is_authenticated and user.vets else self.none()

    def for_address(self, address: str) -> SignOn | None:
        """The one that signs in whoever has a mailbox at the address's domain. Says nothing about accounts."""
        return self.open().filter(domains__domain=mailboxes.domain_of(address)).select_related("city").first()


@pghistory.track(exclude=["secret"])
class SignOn(models.Model):
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
    secret = models.CharField(_("client secret"), max_length=500, blank=True)
    is_open = models.BooleanField(_("in use"), default=False)

    objects = SignOnQuerySet.as_manager()

    class Meta:
        verbose_name = _("single sign-on of a city")
        verbose_name_plural = _("single sign-on of cities")
        ordering = ["city__name"]
        constraints = [
            models.CheckConstraint(condition=Q(is_open=False) | ~Q(secret=""), name="sign_on_in_use_has_a_secret"),
        ]

    def __str__(self) -> str:
        return str(self.city)

    @property
    def host(self) -> str:
        return mailboxes.host_of(self.issuer)


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
