"""Questions to cities. Every page, search, feed and export asks `visible_to` first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

if TYPE_CHECKING:
    from members.models import City


class CityQuerySet(models.QuerySet["City"]):
    def visible_to(self, user: Any) -> CityQuerySet:
        """Staff see every city; everyone else those that are public. A city that was only named in an application
        stays hidden, since its page would tell that somebody applied."""
        return self if user.is_authenticated and user.is_staff else self.filter(is_public=True)

    def members(self) -> CityQuerySet:
        """Member today."""
        from members.models import Membership  # the model's manager is made here

        return self.filter(Exists(Membership.objects.today().filter(city=OuterRef("pk"))))


def today() -> Any:
    """The day that "today's" status is judged by: UTC, on the server."""
    return timezone.now().date()
