"""The seats of one city, where an event limits seats by city: another number than the event's, and back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, ngettext

from events import seats
from events.models import CitySeats, Event
from members.models import City
from strongcities.constraints import broken
from strongcities.workflow import MoveRefused


def give(event: Event, city: City, number: int | None, *, by: Any) -> CitySeats:
    """Give `city` this number of seats, or with None the event's own number for each city again; what came free is passed on.

    Raises PermissionDenied; MoveRefused where the event doesn't limit seats by city, or the city has more seats already.
    """
    if not event.can_change(by):
        raise PermissionDenied
    try:
        with transaction.atomic():
            held = event.held()
            if held.per_city is None:
                raise MoveRefused(gettext("This event doesn’t limit seats by city."))
            share = held.shares.select_for_update(of=("self",), no_key=True).filter(city=city).first() or CitySeats(event=held, city=city)
            share.capacity, share.is_own = (held.per_city, False) if number is None else (number, True)
            share.save()
            seats.pass_on(held)
    except IntegrityError as error:
        if broken(error) != "cityseats_seats_are_not_oversold":
            raise
        taken = CitySeats.objects.get(event=event, city=city).taken
        words = ngettext(
            "%(city)s has %(count)d seat, taken or offered: there can’t be fewer.",
            "%(city)s has %(count)d seats, taken or offered: there can’t be fewer.",
            taken,
        )
        raise MoveRefused(words % {"city": city, "count": taken}) from error
    share.refresh_from_db()
    return share
