"""A city: any local authority, of whatever kind. Member today is a question to its dated memberships."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from typing import Any, cast

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from members import countries, names
from members.models.two_names import TwoNames
from members.querysets import CityQuerySet
from members.regions import MOST_PEOPLE, Population, Region
from strongcities import languages
from strongcities.licences import Licence, deed
from strongcities.themes import Theme
from strongcities.uploads import NAME, Picture, PictureField
from strongcities.workflow import MoveRefused

PROFILE_LENGTH = 10_000  # characters: some five pages
MOST_THEMES = 5


class CityGone(MoveRefused):
    """The record was merged into another one, or dropped, while somebody was about to hang something on it. Whoever names the city
    anew finds what it is part of now."""


@pghistory.track(exclude=["folded", "spellings"])  # generated columns can't be written into a history
class City(TwoNames, models.Model):
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
    official_name = models.CharField(
        _("official name"),
        max_length=200,
        blank=True,
        help_text=_("In English, in full, where it is more than the name: “City of Aarhus”."),
    )
    own_name = models.CharField(
        _("name in its own language"),
        max_length=200,
        blank=True,
        help_text=_("As the authority writes it itself, in its own script: “Aarhus Kommune”."),
    )
    own_language = models.CharField(
        _("its own language"), max_length=3, blank=True, help_text=_("The language that this name is in; both are given or neither.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CITY)
    within = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The next larger authority over the same place: a city’s county, a county’s state."),
    )
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("network region"), max_length=30, choices=Region)
    population = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    population_band = models.CharField(_("population band"), max_length=30, choices=Population, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    profile = models.TextField(
        _("profile"), blank=True, default="", db_default="", validators=[MaxLengthValidator(PROFILE_LENGTH)], help_text=_("Markdown.")
    )
    profile_language = models.CharField(_("language of the profile"), max_length=3, default="en", db_default="en")
    themes = ArrayField(
        models.CharField(max_length=60, choices=Theme),
        verbose_name=_("themes"),
        default=list,
        db_default=Value("{}"),
        blank=True,
        help_text=_("What the city works on, at most five."),
    )
    picture = PictureField(_("picture"), db_default="")
    picture_alt = models.CharField(_("what the picture shows"), max_length=300, blank=True, default="", db_default="")
    picture_credit = models.CharField(_("who made the picture"), max_length=200, blank=True, default="", db_default="")
    picture_licence = models.CharField(_("licence of the picture"), max_length=30, choices=Licence, blank=True, default="", db_default="")
    is_public = models.BooleanField(
        _("shown to everyone"),
        default=False,
        help_text=_("Off while a city is only named in an application; on once it joins or its practice is published."),
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("merged into")
    )
    folded = models.GeneratedField(
        expression=Func(F("name"), function="fold"), output_field=models.CharField(max_length=160), db_persist=True
    )

    # Every name the city goes by, each reduced to what spellings have in common: "|arhus|ahrus|" (migration city_names).
    spellings = models.GeneratedField(
        expression=Func(F("name"), F("official_name"), F("own_name"), F("other_names"), function="spellings"),
        output_field=models.TextField(),
        db_persist=True,
    )

    # By these people tell which city it is: a decision was on them as they were.
    IDENTITY = ("name", "official_name", "own_name", "own_language", "other_names", "kind", "country", "website")

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
            models.CheckConstraint(condition=Q(merged_into=None) | Q(is_public=False), name="city_merged_is_hidden"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="city_country_is_a_code"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False)  # a comparison with nothing is no refusal
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="city_place_is_on_earth",
                violation_error_message=_("Latitude and longitude go together, from −90 to 90 and from −180 to 180 degrees."),
            ),
            models.CheckConstraint(
                condition=Q(population=None) | Q(population__range=(1, MOST_PEOPLE)),
                name="city_inhabitants_are_people",
                violation_error_message=_("That is no number of inhabitants. Leave it empty where it isn’t known."),
            ),
            models.CheckConstraint(condition=LessThanOrEqual(Length("profile"), Value(PROFILE_LENGTH)), name="city_profile_is_readable"),
            models.CheckConstraint(condition=Q(profile_language__regex=r"^[a-z]{2,3}$"), name="city_profile_language_is_a_code"),
            models.CheckConstraint(condition=Q(themes__contained_by=Theme.values), name="city_themes_are_known"),
            models.CheckConstraint(
                condition=Q(themes=[]) | Q(themes__len__lte=MOST_THEMES),
                name="city_themes_are_few",
                violation_error_message=_("A city names five themes at most."),
            ),
            models.CheckConstraint(
                condition=Q(picture="", picture_alt="", picture_credit="", picture_licence="")
                | (Q(picture__regex=f"^{NAME}$", picture_licence__in=Licence.values) & ~Q(picture_alt="") & ~Q(picture_credit="")),
                name="city_picture_has_words_credit_and_licence",
                violation_error_message=_("A picture needs words for those who can’t see it, a credit and a licence."),
            ),
            models.CheckConstraint(
                condition=Q(own_name="", own_language="") | (~Q(own_name="") & ~Q(own_language="")),
                name="city_own_name_has_a_language",
                violation_error_message=_("A name in the city’s own language needs the language, and the language a name."),
            ),
            models.CheckConstraint(
                condition=Q(within=None) | ~Q(within=F("pk")),
                name="city_is_no_part_of_itself",
                violation_error_message=_("An authority is no part of itself."),
            ),
        ]
        indexes = [
            GinIndex(F("country"), OpClass(F("spellings"), name="gin_trgm_ops"), name="city_spellings_by_country", fastupdate=False),
            models.Index(fields=["picture"], condition=~Q(picture=""), name="city_pictures"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:city", args=[self.slug])

    def clean_fields(self, exclude: Any = None) -> None:
        """Every name that is typed is cleaned (members.names), whatever form it comes by; and no authority is put within
        one of its own parts. What the database would only refuse is said here in words, under the lock that it takes."""
        left_out, wrong = set(exclude or ()), {}
        for field in {"name", "official_name", "own_name", "other_names"} - left_out:
            try:
                setattr(self, field, names.clean_names(getattr(self, field)))
            except ValidationError as error:
                wrong[field] = error.error_list
        if "own_language" not in left_out and self.own_language and not languages.exists(self.own_language):
            wrong["own_language"] = ValidationError(_("There is no language of this code."), code="language").error_list
        if "within" not in left_out and self.pk and self.within_id and City.objects.would_ring(self.pk, self.within_id):
            wrong["within"] = ValidationError(_("This authority is itself part of %(city)s."), params={"city": self.name}).error_list
        if "is_public" not in left_out and self.is_public and self.merged_into_id:
            wrong["is_public"] = ValidationError(_("It was merged into another record, which is shown in its place.")).error_list
        try:
            super().clean_fields(exclude=left_out)
        except ValidationError as error:
            wrong = error.update_error_dict(wrong)
        if wrong:
            raise ValidationError(wrong)

    @classmethod
    def propose(cls, *, name: str, country: str, kind: str, website: str = "", population_band: str = "") -> City:
        """The city of that name, country and kind: the one that is here (public or not; where it was merged, what it is part
        of now), or a new one, not yet public.

        Two people who propose the same city at the same moment get the same row: the unique constraint decides, and
        who comes second takes what the first one made.
        """
        same = cls.objects.named(name).filter(country=country, kind=kind)
        if found := same.first():
            return cast(City, found).standing
        try:
            return cls.make(name=name, country=country, kind=kind, website=website, population_band=population_band)
        except IntegrityError:
            if found := same.first():
                return cast(City, found).standing
            raise

    @classmethod
    def make(cls, *, name: str, country: str, kind: str, **fields: Any) -> City:
        """A new city at the first address that is free; not yet public, and of its country's region, unless `fields` say otherwise.
        Raises IntegrityError where one of that name, country and kind is here: for who must not take another's record for
        their own (members/imports)."""
        same = cls.objects.named(name).filter(country=country, kind=kind)
        for slug in names.slugs(name, country.lower(), kind):
            try:
                with transaction.atomic():
                    new = cls(name=name, slug=slug, country=country, kind=kind, **{"region": countries.region_of(country), **fields})
                    new.save(force_insert=True)
                    return new
            except IntegrityError:
                if same.exists() or not cls.objects.filter(slug=slug).exists():  # it is not for its address that it was refused
                    raise
        raise ValueError(f"no address left for {name}")  # pragma: no cover  slugs() ends with a random one

    @property
    def standing(self) -> City:
        """The record that this one is part of now, through every merge; itself where it was merged into none."""
        city = self
        while city.merged_into is not None:
            city = city.merged_into
        return city

    @classmethod
    def held(cls, pk: int) -> City:
        """The city as it is now, locked until the transaction ends: no merge goes by meanwhile, which it would hang on a record
        that is hidden. Raises CityGone where one did, or where the city was only proposed and is dropped."""
        city: City | None = cls.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if city is None or city.merged_into_id:
            raise CityGone(gettext("The city’s record was changed this very moment. Please try again."))
        return city

    def drop_if_only_proposed(self) -> None:
        """Delete a city that an application proposed and that nothing hangs on any more; leave every other one. The caller holds
        the city, or somebody could apply for it between the look at what hangs on it and its end."""
        if not self.is_public:
            with suppress(models.ProtectedError):
                self.delete()

    def can_report(self, user: Any) -> bool:
        """Whether `user` may tell the staff of this page: people of member cities, but for those who write it themselves. Visitors
        write a mail."""
        return bool(user.is_authenticated and user.is_member and not user.leads(self))

    @property
    def identity(self) -> str:
        """A mark of what tells people which city this is; another one as soon as any of it changes."""
        told = repr((self.pk, *(str(getattr(self, field)) for field in self.IDENTITY)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def can_edit(self, user: Any) -> bool:
        """Who may edit the city's page: its lead officials while it is a member, and staff who may change cities."""
        if not user.is_authenticated:
            return False
        return bool(user.keeps_cities or (user.leads(self) and self.is_member))

    @property
    def is_half_approved(self) -> bool:
        """Whether one of two people approved an application for it: until the second one did, what it was approved as stays."""
        return self.applications.open().filter(first_approver__isnull=False).exists()

    @property
    def shown_picture(self) -> Picture | None:
        return Picture(self.picture) if self.picture else None

    @property
    def picture_deed(self) -> str:
        """Where the licence of the picture can be read, or ""."""
        return deed(self.picture_licence)

    @property
    def profile_direction(self) -> str:
        return languages.direction(self.profile_language)

    @property
    def theme_labels(self) -> list[tuple[str, str]]:
        """(slug, label) of each of its themes, in the network's order."""
        return [(theme.value, str(theme.label)) for theme in Theme if theme in self.themes]

    @property
    def told_apart(self) -> str:
        """Its name with what tells it from others of that name."""
        words = {"city": self.name, "kind": self.get_kind_display(), "country": self.country_name, "address": self.slug}
        return gettext("%(city)s (%(kind)s), %(country)s: %(address)s") % words

    @property
    def country_name(self) -> str:
        return countries.name(self.country)

    @property
    def is_member(self) -> bool:
        """Whether the city is a member today. What a merge left at a record that is hidden makes none."""
        return self.merged_into_id is None and self.memberships.today().exists()

    def can_manage_people(self, user: Any) -> bool:
        """Who keeps the list of this member city's people: its lead officials, and staff who vet."""
        return bool(user.is_authenticated and user.is_active and (user.vets or user.leads(self)) and self.is_member)

    def can_leave(self, user: Any) -> bool:
        """Who may say that the city leaves the network: a lead official who may sign for it, and staff who vet."""
        may_sign = user.is_authenticated and user.posts_today.filter(city=self, is_lead=True, has_mandate=True).exists()
        return bool(self.can_manage_people(user) and (user.vets or may_sign))

    def leads_today(self) -> list[Any]:
        """The accounts of its lead officials today, for mails to them."""
        posts = self.posts.today().filter(is_lead=True, official__user__is_active=True).select_related("official__user")
        return [post.official.user for post in posts]

    @property
    def member_since(self) -> date | None:
        """The day since which the city is a member without a break in its present membership; None if it isn't one."""
        return self.memberships.today().values_list("joined", flat=True).first()
