"""Who governs: the International Steering Committee of cities, the International Advisory Board, and who sits there.

| body                             | who may have a seat                                                 | at once    |
|----------------------------------|---------------------------------------------------------------------|------------|
| International Steering Committee | cities that were members on the day their seat began                | 25 cities  |
| International Advisory Board     | associations of cities and local authorities, non-governmental bodies | no limit |

A seat is dated: from `since` up to, not including, `until`. Who sits there today is a question to the dates, of a city to those
of its membership too: a seat counts only while its city is the member that it was when the seat began. When one leaves the network,
its seats end (leaving.py), and coming back gives none back.

| who may                | what                                                                                     |
|------------------------|------------------------------------------------------------------------------------------|
| everyone               | read the bodies, seats of today and earlier ones, of cities that are shown to them       |
| staff with the permission | give seats, and end them; a seat that lies ahead is theirs alone to see               |

Held by the database: a seat is a city's or an organisation's, on a body of its kind; never two seats of one on one body at a
time; never more cities at once than the body has seats for, counted with the body's row locked, also where a membership is made
longer (migrations governance and seats_counted).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _

from members.models.city import City
from members.models.membership import Membership
from members.querysets import today
from members.regions import Region


class Body(models.Model):
    """One of the two; a migration made them, and nobody makes a third by a form."""

    class Kind(models.TextChoices):
        STEERING_COMMITTEE = "steering-committee", _("International Steering Committee")
        ADVISORY_BOARD = "advisory-board", _("International Advisory Board")

    kind = models.CharField(_("body"), max_length=30, choices=Kind, unique=True, editable=False)
    most_cities = models.PositiveSmallIntegerField(
        _("seats"), null=True, editable=False, help_text=_("How many cities at once; none where organisations sit.")
    )

    class Meta:
        verbose_name = _("body of the network")
        verbose_name_plural = _("bodies of the network")
        ordering = ["-kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="steering-committee", most_cities__isnull=False) | Q(kind="advisory-board", most_cities=None),
                name="body_of_cities_has_seats",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("members:body", args=[self.kind])

    @property
    def is_of_cities(self) -> bool:
        return self.most_cities is not None

    @classmethod
    def hold(cls) -> None:
        """Lock them until the transaction ends, as whoever gives a seat locks its body. Before any city, or two would wait for each
        other: the one for the city, the other for the body."""
        list(cls.objects.select_for_update(no_key=True).order_by("pk"))

    def crowded_on(self, seats: Sequence[Seat]) -> date | None:
        """The first day on which more of `seats`, as they are here and not as the database has them, are held than the body has;
        None where there is none. Only a day on which one begins can be the first."""
        days = held_days(seats)
        begun = sorted(first for first, _over in days)
        most = self.most_cities or len(days)
        return next((day for day in begun if sum(first <= day and (over is None or over > day) for first, over in days) > most), None)

    @property
    def words(self) -> str:
        """What it is for, in two sentences."""
        if self.kind == self.Kind.STEERING_COMMITTEE:
            return gettext(
                "Up to 25 cities and local authorities from all regions that have led by example."
                " They set the network’s direction and its priorities."
            )
        return gettext(
            "Associations of cities and local authorities, regional and international,"
            " beside a regionally balanced group of non-governmental bodies."
        )


@dataclass(frozen=True)
class Share:
    """A region's line in the table of balance: its seats today, and its member cities."""

    region: str
    seats: int
    cities: int


def _then() -> Q:
    """The membership that a city had on the day on which its seat began."""
    return Q(joined__lte=OuterRef("since")) & (Q(left=None) | Q(left__gt=OuterRef("since")))


def _held() -> Q:
    member = Exists(Membership.objects.today().filter(city=OuterRef("city"), joined__lte=OuterRef("since")))
    return Q(Q(since__lte=today()), Q(until=None) | Q(until__gt=today()), Q(city=None) | member)


class SeatQuerySet(models.QuerySet["Seat"]):
    def visible_to(self, user: Any) -> SeatQuerySet:
        """Seats of organisations, and of cities that are shown to `user`; without those that have not begun, for all but staff
        who may see them in the admin."""
        shown = self.filter(Q(city=None) | Q(city__in=City.objects.visible_to(user).standing()))
        return shown if user.is_authenticated and user.has_perm("members.view_seat") else shown.filter(since__lte=today())

    def today(self) -> SeatQuerySet:
        """Held today: begun, not ended, and a city's only while it is still the member that it was when the seat began."""
        return self.filter(_held())

    def earlier(self) -> SeatQuerySet:
        """Begun, and not held any more; the last to end first."""
        over = self.dated().filter(~_held(), since__lte=today())
        return over.order_by(F("ended").desc(nulls_last=True), "city__folded", "organisation", "pk")

    def ahead(self) -> SeatQuerySet:
        """Given, and not begun; the first to begin first."""
        return self.filter(since__gt=today()).order_by("since", "city__folded", "organisation")

    def dated(self) -> SeatQuerySet:
        """Each with `ended`, the day on which it is over, be it by its own date or by its city's leaving, None for none; and
        with `is_held`, whether that is so today."""
        left = Membership.objects.filter(_then(), city=OuterRef("city")).values("left")[:1]
        return self.annotate(ended=Least("until", Subquery(left)), is_held=_held())

    def in_order(self) -> SeatQuerySet:
        """Who chairs comes first, then by name."""
        return self.select_related("city", "body").order_by("-is_co_chair", "city__folded", "organisation", "since")

    def end_with(self, membership: Membership) -> None:
        """A city's `membership` is over, or will be, on a day: so are the seats that it was given in it, and those that would begin
        later are none. Seats of a later membership stay."""
        later = membership.city.memberships.filter(joined__gt=membership.joined).order_by("joined").values_list("joined", flat=True).first()
        begun_in_it = Q(city=membership.city, since__gte=membership.joined) & (Q(since__lt=later) if later else Q())
        self.filter(begun_in_it, since__gte=membership.left).delete()
        self.filter(begun_in_it, Q(until=None) | Q(until__gt=membership.left)).update(until=membership.left)


def held_days(seats: Sequence[Seat]) -> list[tuple[date, date | None]]:
    """From which day up to, not including, which one each of `seats` is held: a city's no longer than the membership in which it
    began, and one that began in none never."""
    memberships: dict[int, list[Membership]] = defaultdict(list)
    for membership in Membership.objects.filter(city__in={seat.city_id for seat in seats if seat.city_id}):
        memberships[membership.city_id].append(membership)
    spans = []
    for seat in seats:
        if seat.city_id is None:
            spans.append((seat.since, seat.until))
        elif then := next((each for each in memberships[seat.city_id] if each.is_on(seat.since)), None):
            spans.append((seat.since, min((day for day in (seat.until, then.left) if day), default=None)))
    return spans


def balance(seats: Iterable[Seat]) -> list[Share]:
    """For each region, in the network's order, how many of `seats` are its own, beside the member cities that everyone sees.
    Organisations that work everywhere count for none."""
    counted = Counter(seat.place for seat in seats)
    cities = dict(City.objects.public().members().order_by().values_list("region").annotate(models.Count("pk")))
    return [Share(str(region.label), counted[region.value], cities.get(region.value, 0)) for region in Region]


@pghistory.track()
class Seat(models.Model):
    class Sort(models.TextChoices):
        ASSOCIATION = "association", _("Association of cities or local authorities")
        NON_GOVERNMENTAL = "non-governmental", _("Non-governmental body")

    body = models.ForeignKey(Body, models.PROTECT, related_name="seats", verbose_name=_("body"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name=_("city"))
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    sort = models.CharField(_("kind of organisation"), max_length=20, choices=Sort, blank=True)
    region = models.CharField(
        _("network region"),
        max_length=30,
        choices=Region,
        blank=True,
        help_text=_("Of an organisation; empty where it works in all of them."),
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    is_co_chair = models.BooleanField(_("co-chair"), default=False)
    since = models.DateField(_("since"), help_text=_("The first day."))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The day on which it is over; empty while it lasts."))

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["body", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(city__isnull=False, organisation="", sort="", region="", website="")
                | Q(city=None, sort__in=["association", "non-governmental"]) & ~Q(organisation=""),
                name="seat_of_a_city_or_an_organisation",
                violation_error_message=_("A seat is a city’s, or an organisation’s with its kind."),
            ),
            models.CheckConstraint(condition=Q(region="") | Q(region__in=Region.values), name="seat_region_is_known"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="seat_ends_after_it_began",
                violation_error_message=_("A seat ends after it began."),
            ),
            *(
                ExclusionConstraint(
                    name=f"seat_one_at_a_time_of_{whose}",
                    expressions=[
                        ("body", RangeOperators.EQUAL),
                        (what, RangeOperators.EQUAL),
                        (
                            Func("since", "until", RangeBoundary(), function="DATERANGE", output_field=DateRangeField()),
                            RangeOperators.OVERLAPS,
                        ),
                    ],
                    condition=condition,
                    violation_error_message=_("It has a seat on this body in this time already."),
                )
                for whose, what, condition in (
                    ("a_city", "city", Q(city__isnull=False)),
                    ("an_organisation", Func(F("organisation"), function="fold"), Q(city=None)),
                )
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(who)s, from %(day)s") % {"who": self.city or self.organisation, "day": date_format(self.since, "j F Y")}

    def clean(self) -> None:
        """In words what the database would only refuse of this one seat. Whether there are too many is a question to all of a body's
        (`Body.crowded_on`)."""
        if not self.since or not self.body_id:
            return
        if self.body.is_of_cities != bool(self.city_id):
            raise ValidationError(
                {"city": gettext("Cities sit on this body.")}
                if self.body.is_of_cities
                else {"organisation": gettext("Organisations sit on this body.")}
            )
        if self.city is not None and self._begins_anew() and not any(each.is_on(self.since) for each in self.city.memberships.all()):
            raise ValidationError({"city": gettext("%(city)s was no member of the network on that day.") % {"city": self.city}})

    def _begins_anew(self) -> bool:
        return self._state.adding or not Seat.objects.filter(pk=self.pk, since=self.since).exists()

    def is_at_the_time_of(self, other: Seat) -> bool:
        """Whether both are of the same city or organisation, and their days overlap."""
        if (self.city_id, self.organisation.casefold()) != (other.city_id, other.organisation.casefold()):
            return False
        return (self.until is None or self.until > other.since) and (other.until is None or other.until > self.since)

    @property
    def place(self) -> str:
        """The region that it counts for; "" for none."""
        return self.city.region if self.city else self.region
