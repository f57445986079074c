"""A city: any local authority, of whatever kind. Member today is a question to its dated memberships."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from typing import Any, cast

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from members import countries, names
from members.querysets import CityQuerySet, today
from members.regions import Population, Region


@pghistory.track(exclude=["folded", "spellings"])  # generated columns can't be written into a history
class City(models.Model):
    class Kind(models.TextChoices):
        CITY = "city", pgettext_lazy("kind of authority", "City")
        MUNICIPALITY = "municipality", _("Municipality")
        METROPOLITAN = "metropolitan", _("Metropolitan authority")
        DISTRICT = "district", _("District or borough")
        COUNTY = "county", _("County")
        PROVINCE = "province", _("Province")
        STATE = "state", _("State")
        REGION = "region", pgettext_lazy("kind of authority", "Region")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=140, unique=True)
    other_names = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("other names and spellings"),
        default=list,
        blank=True,
        help_text=_("Separated by commas. A search for any of them finds the city."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CITY)
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("network region"), max_length=30, choices=Region)
    population = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    population_band = models.CharField(_("population band"), max_length=30, choices=Population, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    is_public = models.BooleanField(
        _("shown to everyone"),
        default=False,
        help_text=_("Off while a city is only named in an application; on once it joins or its practice is published."),
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    folded = models.GeneratedField(
        expression=Func(F("name"), function="fold"), output_field=models.CharField(max_length=160), db_persist=True
    )

    # Every name the city goes by, each reduced to what spellings have in common: "|arhus|ahrus|" (migration 0001).
    spellings = models.GeneratedField(
        expression=Func(F("name"), F("other_names"), function="spellings"), output_field=models.TextField(), db_persist=True
    )

    objects = CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["folded", "pk"]
        constraints = [
            models.UniqueConstraint(
                F("folded"),
                F("country"),
                F("kind"),
                name="city_one_of_a_name_kind_and_country",
                violation_error_message=_("A city of this name, kind and country is there already."),
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="city_country_is_a_code"),
            models.CheckConstraint(
                condition=(Q(latitude=None) & Q(longitude=None))
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="city_place_is_on_earth",
            ),
        ]
        indexes = [GinIndex(OpClass(F("spellings"), name="gin_trgm_ops"), name="city_spellings_trigrams")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:city", args=[self.slug])

    @classmethod
    def propose(cls, *, name: str, country: str, kind: str, website: str = "", population_band: str = "") -> City:
        """The city of that name, country and kind: the one that is here (public or not), or a new one, not yet public.

        Two people who propose the same city at the same moment get the same row: the unique constraint decides, and
        who comes second takes what the first one made.
        """
        same = cls.objects.named(name).filter(country=country, kind=kind)
        if found := same.first():
            return cast(City, found)
        for slug in names.slugs(name, country.lower(), kind):
            try:
                with transaction.atomic():
                    new = cls(name=name, slug=slug, country=country, kind=kind, website=website, population_band=population_band)
                    new.region = countries.region_of(country)
                    new.save(force_insert=True)
                    return new
            except IntegrityError:
                if found := same.first():
                    return cast(City, found)
        raise ValueError(f"no address left for {name}")  # pragma: no cover  slugs() ends with a random one

    def drop_if_only_proposed(self) -> None:
        """Delete a city that an application proposed and that nothing hangs on any more; leave every other one."""
        if not self.is_public:
            with suppress(models.ProtectedError):
                self.delete()

    def can_report(self, user: Any) -> bool:
        """Whether `user` may tell the staff of this page: people of member cities. Visitors write a mail."""
        return bool(user.is_authenticated and user.is_member)

    @property
    def identity(self) -> str:
        """A mark of what tells people which city this is; another one as soon as any of it changes."""
        told = repr((self.pk, self.name, self.other_names, self.kind, self.country, self.website))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def country_name(self) -> str:
        return countries.name(self.country)

    @property
    def is_member(self) -> bool:
        """Whether the city is a member today."""
        return self.memberships.today().exists()

    @property
    def member_since(self) -> date | None:
        """The day since which the city is a member without a break in its present membership; None if it isn't one."""
        return self.memberships.today().values_list("joined", flat=True).first()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def today(self) -> MembershipQuerySet:
        return self.filter(Q(joined__lte=today()), Q(left=None) | Q(left__gt=today()))


@pghistory.track()
class Membership(models.Model):
    """A time during which a city is a member: from `joined` up to, not including, `left`. Never two at once."""

    city = models.ForeignKey(City, models.PROTECT, related_name="memberships", verbose_name=_("city"))
    joined = models.DateField(_("joined"))
    left = models.DateField(_("left"), null=True, blank=True)
    is_founding = models.BooleanField(_("founding city"), default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-joined"]
        constraints = [
            models.CheckConstraint(condition=Q(left=None) | Q(left__gte=F("joined")), name="membership_left_after_joining"),
            ExclusionConstraint(
                name="membership_one_at_a_time",
                expressions=[
                    ("city", RangeOperators.EQUAL),
                    (
                        Func(
                            "joined",
                            "left",
                            RangeBoundary(),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The city is a member in this time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.joined}"
