"""A city: any local authority, of whatever kind. Member today is a question to its dated memberships."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members import countries
from members.querysets import CityQuerySet
from members.regions import Population, Region


class City(models.Model):
    class Kind(models.TextChoices):
        CITY = "city", _("City")
        MUNICIPALITY = "municipality", _("Municipality")
        METROPOLITAN = "metropolitan", _("Metropolitan authority")
        DISTRICT = "district", _("District or borough")
        COUNTY = "county", _("County")
        PROVINCE = "province", _("Province")
        STATE = "state", _("State")
        REGION = "region", _("Region")

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

    objects = CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["folded", "pk"]
        constraints = [
            models.UniqueConstraint(
                F("folded"), F("country"), F("kind"), name="city_one_of_a_name_kind_and_country",
                violation_error_message=_("A city of this name, kind and country is there already."),
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="city_country_is_a_code"),
            models.CheckConstraint(
                condition=(Q(latitude=None) & Q(longitude=None))
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="city_place_is_on_earth",
            ),
        ]
        indexes = [GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="city_folded_trigrams")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:city", args=[self.slug])

    @property
    def country_name(self) -> str:
        return countries.name(self.country)

    @property
    def is_member(self) -> bool:
        """Whether the city is a member today."""
        return self.memberships.today().exists()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def today(self) -> MembershipQuerySet:
        return self.filter(Q(joined__lte=_today()), Q(left=None) | Q(left__gt=_today()))


def _today() -> Any:
    from django.utils import timezone

    return timezone.now().date()


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
                            "joined", "left", RangeBoundary(),
                            function="DATERANGE", output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The city is a member in this time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.joined}"
