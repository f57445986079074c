"""The order of themes: the ones that the network gives priority to stand first, for a time."""

from __future__ import annotations

from collections.abc import Iterable

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from members.querysets import today
from strongcities.themes import Theme


class ThemeOrderQuerySet(models.QuerySet["ThemeOrder"]):
    def today(self) -> ThemeOrderQuerySet:
        """The one of this day, if there is one; its last day is its own."""
        return self.filter(begins__lte=today(), ends__gte=today())


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), model_name="ThemeOrderHistory")
class ThemeOrder(models.Model):
    """From `begins` to `ends`, both included, `themes` stand first, in that order, and after them all others in the usual one."""

    begins = models.DateField(_("from"), default=today)
    ends = models.DateField(_("until"), help_text=_("The last day; from the next one on the usual order is back."))
    themes = ArrayField(models.CharField(max_length=60, choices=Theme), verbose_name=_("themes"))
    why = models.CharField(_("why"), max_length=300, help_text=_("The decision that it follows, for whoever asks later."))

    objects = ThemeOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order of themes")
        verbose_name_plural = _("orders of themes")
        ordering = ["-begins"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")),
                name="theme_order_ends_after_it_begins",
                violation_error_message=_("It can’t end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(themes__contained_by=Theme.values) & Q(themes__len__gt=0), name="theme_order_is_of_known_themes"
            ),
            models.CheckConstraint(
                condition=Func(F("themes"), function="hub_each_once", output_field=models.BooleanField()), name="theme_order_has_each_once"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="theme_order_says_why"),
            ExclusionConstraint(
                name="theme_order_one_at_a_time",
                expressions=[(Func(F("begins"), F("ends"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS)],
                violation_error_message=_("Another order of themes holds for some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins} – {self.ends}"

    @property
    def holds(self) -> bool:
        return self.begins <= today() <= self.ends


def priorities() -> list[str]:
    """Slugs of the themes that stand first today."""
    return [slug for slugs in ThemeOrder.objects.today().values_list("themes", flat=True) for slug in slugs]


def in_order(themes: Iterable[str]) -> list[str]:
    """Slugs of themes in today's order. One statement."""
    usual, first = list(themes), priorities()
    return [*(slug for slug in first if slug in usual), *(slug for slug in usual if slug not in first)]
