"""Changing what was said with a registration, until the event's date for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from events.models import Answer, Question, Registration
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:
    from events.registering import Told


def change(registration: Registration, *, by: Any, told: Told) -> None:
    """Write what is `told` in place of what was. An answer that is no longer given, or no longer asked for, goes.

    Raises PermissionDenied for anybody else's, MoveRefused once answers are fixed, or where there are no seats for those who come along.
    """
    from events import registering  # it makes registrations, whose verb this is

    if not registration.is_of(by):
        raise PermissionDenied
    try:
        with transaction.atomic():
            event = registration.event.held()
            held = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
            held.event = event
            if not held.can_change(by):
                raise MoveRefused(gettext("Your answers can’t be changed any more."))
            held.listed_to, held.companions, held.interpretation = told.listed_to, list(told.companions), told.interpretation
            held.save(update_fields=["listed_to", "companions", "interpretation"])
            _write(held, told)
    except IntegrityError as error:
        raise MoveRefused(registering.refused(registration.event, error)) from error
    registration.refresh_from_db(fields=["listed_to", "companions", "interpretation"])


def _write(registration: Registration, told: Told) -> None:
    asked = Question.objects.filter(event=registration.event_id, stage=Question.Stage.REGISTRATION, is_retired=False)
    wanted = {question.pk: told.answers[question.pk] for question in asked if question.pk in told.answers}
    registration.answers.filter(question__in=asked).exclude(question__in=wanted).delete()
    for question, value in wanted.items():
        Answer.objects.update_or_create(registration=registration, question_id=question, defaults={"value": value})
