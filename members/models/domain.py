"""A city's confirmed mail domain: who applies for the city with a confirmed address there joins at once.

Off until somebody switches it on, for one domain of one city:

| verb    | who                                                                                                          |
|---------|--------------------------------------------------------------------------------------------------------------|
| confirm | a lead official of the member city: the domain of a confirmed address of their own; no free mailbox provider;   |
|         | none that another city has. Staff who vet: any but a free one, also one that several cities share               |
| end     | a lead official of the member city; staff who vet; the house, where the city leaves                             |

What it does to an application for that city, judged when its mail is confirmed:

| the city today | who confirmed the domain, today       | then                                                                       |
|----------------|---------------------------------------|----------------------------------------------------------------------------|
| a member       | may still approve by hand             | approved; `decided_by` is that person, `by_domain` says by which rule      |
| a member       | may not any more (left, no lead now)  | waits as usual: the rule sleeps until somebody who may confirms it again   |
| no member      | anyone                                | waits, for two people of the staff                                         |

So a decision always has a person who took it and could have taken it by hand: they decided beforehand, for everyone who
has a mailbox there. Their own application is never decided by a rule of theirs. The lead officials hear of each person
who came in this way, and can end their post and the rule.

Held by the database: a domain is one city's alone unless staff shared it, once per city at a time; never ended before it began.
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.mailboxes import FREE, domain_of, is_free
from members.models.city import City
from strongcities.workflow import MoveRefused

DOMAIN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"  # as domain_of answers it


def own_domains(user: Any) -> list[str]:
    """The domains of the account's confirmed addresses that are a house's own, not a free mailbox provider's."""
    mails = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    return sorted({domain_of(mail) for mail in mails if not is_free(mail)})


class CityDomainQuerySet(models.QuerySet["CityDomain"]):
    def on(self) -> CityDomainQuerySet:
        return self.filter(ended=None)

    def visible_to(self, user: Any) -> CityDomainQuerySet:
        """Staff who vet see all, a lead official those of their member city."""
        if not user.is_authenticated:
            return self.none()
        return self if user.vets else self.filter(city__in=City.objects.led_by(user))


@pghistory.track()
class CityDomain(models.Model):
    city = models.ForeignKey(City, models.PROTECT, related_name="domains", verbose_name=_("city"))
    domain = models.CharField(_("mail domain"), max_length=253)
    is_shared = models.BooleanField(_("shared by several cities, says the staff"), default=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    ended = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("ended by")
    )

    objects = CityDomainQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmed mail domain")
        verbose_name_plural = _("confirmed mail domains")
        ordering = ["domain", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=Q(ended=None, is_shared=False), name="citydomain_one_city_unless_shared"),
            models.UniqueConstraint(fields=["city", "domain"], condition=Q(ended=None), name="citydomain_once_per_city"),
            models.CheckConstraint(condition=Q(ended=None) | Q(ended__gte=F("since")), name="citydomain_ends_after_it_began"),
            models.CheckConstraint(condition=Q(domain__regex=DOMAIN), name="citydomain_is_a_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.domain}, {self.city}"

    @property
    def sleeps(self) -> bool:
        """Whether nobody joins by it for now: who confirmed it may no longer approve by hand."""
        return not self.city.can_manage_people(self.confirmed_by)

    def can_end(self, user: Any) -> bool:
        return self.city.can_manage_people(user)

    @classmethod
    def confirm(cls, city: City, domain: str, *, by: Any) -> CityDomain:
        """From now on whoever confirms an address at `domain` joins for `city` at once. One that sleeps is taken over.

        Raises PermissionDenied; MoveRefused where it is a free mailbox provider's, none of `by`'s own, or another city's.
        """
        with transaction.atomic():
            locked = City.objects.select_for_update(no_key=True).get(pk=city.pk)
            if not locked.can_manage_people(by):
                raise PermissionDenied
            if domain in FREE:
                raise MoveRefused(gettext("%(domain)s gives mailboxes to anyone: it can’t speak for a city.") % {"domain": domain})
            if not by.vets and domain not in own_domains(by):
                raise MoveRefused(gettext("You can confirm the domain of a confirmed address of your own only."))
            here = cls.objects.on().filter(city=locked, domain=domain).first()
            if here and not here.sleeps:
                raise MoveRefused(gettext("%(domain)s is confirmed already.") % {"domain": domain})
            if here:
                here._close(by)
            elsewhere = cls.objects.on().filter(domain=domain).exclude(city=locked).exists()
            taken = gettext("Another city has confirmed %(domain)s. Ask the Secretariat, if you share it.") % {"domain": domain}
            if elsewhere and not by.vets:
                raise MoveRefused(taken)
            try:
                with transaction.atomic():
                    return cls.objects.create(city=locked, domain=domain, confirmed_by=by, is_shared=elsewhere)
            except IntegrityError as error:  # a lead official of another city confirmed it this very moment
                raise MoveRefused(taken) from error

    def end(self, *, by: Any) -> None:
        """Nobody joins by it any more; who did stays. Raises PermissionDenied, and MoveRefused where it ended already."""
        with transaction.atomic():
            locked = type(self).objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)
            if not locked.can_end(by):
                raise PermissionDenied
            if locked.ended:
                raise MoveRefused(gettext("This was switched off already."))
            locked._close(by)
        self.refresh_from_db()

    def _close(self, by: Any) -> None:
        self.ended, self.ended_by = timezone.now(), by
        self.save(update_fields=["ended", "ended_by"])
