"""What is asked of whoever has a seat, and what they ask for: support for the journey, a letter for the visa, interpretation, answers.

Locks, after those of models/seated.py: the registration, then what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from events import answering, registering, telling
from events.models import Event, Question, Registration, TravelRequest, VisaLetter
from strongcities.workflow import MoveRefused


def obstacle(registration: Registration) -> str:
    """Why nothing is asked for, or answered, now, in words; "" where it is."""
    event = registration.event
    if not registration.is_seated:
        return (
            gettext("This is asked of those who have a seat. Yours is not confirmed yet.")
            if registration.is_live
            else gettext("You have no seat at this event any more.")
        )
    if event.state == Event.State.CANCELLED:
        return gettext("The event is cancelled.")
    if event.is_over:
        return gettext("The event is over.")
    return "" if event.may_follow_up else gettext("The date for this has passed. Write to us if something is missing.")


@contextmanager
def _held(registration: Registration, *, by: Any) -> Iterator[Registration]:
    """The registration, locked, of somebody who may still ask. Raises PermissionDenied, MoveRefused."""
    with transaction.atomic():
        rows = Registration.objects.select_for_update(of=("self",), no_key=True).select_related("event__host")
        held = rows.get(pk=registration.pk)
        if not held.is_of(by):
            raise PermissionDenied
        if words := obstacle(held):
            raise MoveRefused(words)
        yield held


def ask_for_travel(registration: Registration, *, by: Any, told: Mapping[str, Any]) -> TravelRequest:
    """Ask for support, or tell it anew where that is asked already: the same press twice is one request."""
    with _held(registration, by=by) as held:
        if not held.event.offers_travel:
            raise MoveRefused(gettext("Travel support is not offered for this event."))
        there = held.travelrequests.standing().first()
        if there is not None:
            there.change(by=by, told=dict(told))
            return there
        new = TravelRequest.objects.create(registration=held, **told)
        new.begin("ask", by=by)
        return new


def ask_for_letter(registration: Registration, *, by: Any, told: Mapping[str, str], language: str) -> VisaLetter:
    """Ask for a letter, or tell anew what it is to say while it is not issued. `told`: what events.visa.ASKED names."""
    with _held(registration, by=by) as held:
        if not (held.event.offers_letters and held.event.has_place):
            raise MoveRefused(gettext("Letters for visas are not offered for this event."))
        there = held.visaletters.standing().first()
        if there is not None:
            there.change(by=by, told=dict(told), language=language)
            return there
        new = VisaLetter(registration=held, language=language)
        new.keep(dict(told))
        new.save(force_insert=True)
        new.begin("ask", by=by)
        return new


def choose_interpretation(registration: Registration, *, by: Any, language: str) -> None:
    """Into which language, of those that the event is interpreted into; "" for none. Raises ValueError for any other."""
    with _held(registration, by=by) as held:
        registering.refuse_language(held.event, language)
        held.interpretation = language
        held.save(update_fields=["interpretation"])
    registration.refresh_from_db(fields=["interpretation"])


def answer(registration: Registration, *, by: Any, answers: Mapping[int, Any]) -> None:
    """Keep what was answered to the questions that are asked afterwards, by their keys; what isn't among them is answered no more."""
    with _held(registration, by=by) as held:
        answering.write(held, answers, stage=Question.Stage.FOLLOW_UP)


def end_all(registrations: Any, *, why: str = "") -> None:
    """The seats of these registrations (a query) are gone: what was asked for ends, and whoever has a letter hears that it is void. The
    caller holds the registrations, in the transaction that takes the seats."""
    now = timezone.now()
    TravelRequest.move_all("end", TravelRequest.objects.live().filter(registration__in=registrations), by=None, why=why, settled=now)
    letters = VisaLetter.objects.live().filter(registration__in=registrations)
    issued = list(letters.filter(state=VisaLetter.State.ISSUED).select_related("registration__user", "registration__event"))
    VisaLetter.move_all("end", letters, by=None, why=why, settled=now)
    telling.of_void(issued)
