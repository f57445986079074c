"""When a city was a member, and is: dated rows, so that "member today" is a question to the dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from members.models.city import City
from members.querysets import today


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
    why_left = models.TextField(_("why it left"), blank=True, default="", db_default="", max_length=2000)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("who said so")
    )

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

    def end(self, day: date, *, by: Any, why: str = "") -> None:
        """It is over on `day`, says `by`, and so are the city's seats on the network's bodies. The caller holds these (Body.hold)."""
        self.left, self.left_by, self.why_left = day, by, why
        self.save(update_fields=["left", "left_by", "why_left"])
        self.city.seats.end_with(self)

    def is_on(self, day: date) -> bool:
        """Whether the city is a member by it on `day`."""
        return self.joined <= day and (self.left is None or self.left > day)
