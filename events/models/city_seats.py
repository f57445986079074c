"""A city's share of an event's seats: a row for each city of which somebody asked, while the event limits seats by city.

The database makes and counts them (migration 0002_seats). `is_own`: the staff gave this city another number than the event's.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext, gettext_lazy as _

from events.models.event import Event
from events.models.seated import Seated
from members.models import City


class CitySeats(Seated):
    event = models.ForeignKey(Event, models.CASCADE, related_name="shares", verbose_name=_("event"))
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    is_own = models.BooleanField(_("another number than the event’s"), default=False, db_default=False)

    STAYS_WITH_ITS_CITY = True  # where cities are merged: the registrations move, and are counted anew

    class Meta:
        verbose_name = _("seats of a city")
        verbose_name_plural = _("seats of cities")
        ordering = ["city__folded", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Seated.Meta.constraints,
            models.UniqueConstraint(fields=["event", "city"], name="city_seats_one_row_of_a_city"),
        ]

    def __str__(self) -> str:
        return gettext("%(city)s: %(taken)s of %(capacity)s") % {"city": self.city, "taken": self.taken, "capacity": self.capacity}
