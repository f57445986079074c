"""The staff register somebody by hand: who rang, who stands at the door, who speaks and never filled in the form.

They take the next seat as everybody does: one that is free and that nobody who waits could take; else they come last on the waiting
list. `ahead` of those who wait only where it is said so, and never beyond the seats that there are: whoever decides on a seat that
others wait for writes down why, and the history shows it. Dates of registration, the audience and invitations don't bind the staff.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from events import registering, seats, telling
from events.models import Event, Registration
from events.models.seated import State
from members.models import City
from strongcities.workflow import MoveRefused


def add(event: Event, *, user: Any, city: City | None, by: Any, why: str, ahead: bool = False) -> Registration:
    """Register the account `user`, standing for `city`; they are told by mail. Answers the registration, confirmed or on the waiting list.

    Raises PermissionDenied, also for a city that they don't stand for; ValueError without a reason; MoveRefused where the event isn't
    announced, or is over, where they are registered already, and where `ahead` is asked for and no seat is free.
    """
    if not event.can_change(by):
        raise PermissionDenied
    if not why.strip():
        raise ValueError("say why")
    registering.refuse_city(user, city)
    seats.settle(event)
    with transaction.atomic():
        held = event.held()
        if held.state != Event.State.ANNOUNCED or held.is_over:
            raise MoveRefused(gettext("People are registered for an event that is announced, until it is over."))
        if there := held.registrations.live().filter(user=user.pk).first():
            raise MoveRefused(gettext("%(person)s is there already: %(state)s.") % {"person": user, "state": there.get_state_display()})
        new = Registration(event=held, user=user, city=city, state=_state_for(held, city, ahead=ahead))
        new.save(force_insert=True)
        new.refresh_from_db(fields=["number"])
        new.transitions.create(verb="add", to_state=new.state, why=why, by=by)
        registering.take_up_invitations(new, by=None)  # their answer is given for them
        telling.of_registration(new)
    return new


def _state_for(event: Event, city: City | None, *, ahead: bool) -> str:
    """What somebody is who is registered now, the event held. Raises MoveRefused where there is no seat for who comes `ahead`."""
    if seats.has_one_for(Registration(event=event, city=city, number=event.asked + 1)):
        return State.CONFIRMED
    if not ahead:
        return State.WAITING
    if event.is_full:
        raise MoveRefused(gettext("All seats are taken or offered. Raise their number first."))
    if seats.share_of(event, city).is_full:
        raise MoveRefused(gettext("All seats of %(city)s are taken or offered. Give the city more first.") % {"city": city})
    return State.CONFIRMED
