"""A change of a city's page, as staff look at it and may take it back. Written by `members.editing`, which knows what a
change is; what the page held before and after, the city's history holds (pghistory)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members import places
from members.models.city import City
from members.querysets import next_in_turn


class CityChangeQuerySet(models.QuerySet["CityChange"]):
    def visible_to(self, user: Any) -> CityChangeQuerySet:
        """Staff who keep the cities' records see all, others none."""
        return self if user.is_authenticated and user.keeps_cities else self.none()

    def unseen(self) -> CityChangeQuerySet:
        """Made by lead officials, and nobody of the staff looked at it yet."""
        return self.filter(seen_at=None)

    def next_for(self, user: Any, done: CityChange) -> CityChange | None:
        """What waits for `user` after `done`, in turn; what they changed themselves is for others."""
        following: CityChange | None = next_in_turn(self.unseen().exclude(by=user), done, "at")
        return following


class CityChange(models.Model):
    city = models.ForeignKey(City, models.PROTECT, related_name="changes", verbose_name=_("city"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("what changed"))
    before = models.ForeignKey("members.CityEvent", models.PROTECT, related_name="+", verbose_name=_("before"))
    after = models.OneToOneField("members.CityEvent", models.PROTECT, related_name="change", verbose_name=_("after"))
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back"))
    why = models.TextField(_("why"), blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("looked at by")
    )
    seen_at = models.DateTimeField(_("looked at"), null=True, blank=True)

    objects = CityChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change by a lead official")
        verbose_name_plural = _("changes by lead officials")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], condition=Q(seen_at=None), name="city_change_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(fields__len__gte=1), name="city_change_changes_something"),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="city_change_is_seen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(undoes=None, why="") | (Q(undoes__isnull=False) & ~Q(why="")), name="city_change_taken_back_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.by}"

    @property
    def is_taken_back(self) -> bool:
        return hasattr(self, "undone_by")

    @property
    def doubt(self) -> str:
        """What speaks against the place that it gave the city, in words; "" where nothing does, or it gave none."""
        if not {"latitude", "longitude"} & set(self.fields):
            return ""
        return places.doubt(self.city.country, self.after.latitude, self.after.longitude)

    def can_look(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.keeps_cities)

    can_take_back = can_look

    def look(self, *, by: Any) -> None:
        """`by` looked at it; who did so first stands. Raises PermissionDenied."""
        if not self.can_look(by):
            raise PermissionDenied
        CityChange.objects.unseen().filter(pk=self.pk).update(seen_by=by, seen_at=timezone.now())
        self.refresh_from_db()
