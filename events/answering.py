"""Writing what was answered to the questions of an event; and changing what was said with a registration, until the event's date for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from events import registering
from events.models import Answer, Question, Registration
from strongcities.workflow import MoveRefused, locked


def change(registration: Registration, *, by: Any, told: registering.Told) -> None:
    """Write what is `told` in place of what was. An answer that is no longer given, or no longer asked for, goes.

    Raises PermissionDenied for anybody else's; ValueError for a language that the event is not interpreted into; MoveRefused once answers
    are fixed, or where there are no seats for those who come along.
    """
    if not registration.is_of(by):
        raise PermissionDenied
    try:
        with transaction.atomic():
            event = registration.event.held()
            held = locked(registration)
            held.event = event
            if not held.can_change(by):
                raise MoveRefused(gettext("Your answers can’t be changed any more."))
            registering.refuse_language(event, told.interpretation)
            held.listed_to, held.companions, held.interpretation = told.listed_to, list(told.companions), told.interpretation
            held.save(update_fields=["listed_to", "companions", "interpretation"])
            write(held, told.answers, stage=Question.Stage.REGISTRATION)
    except IntegrityError as error:
        raise MoveRefused(registering.refused(registration.event, error)) from error
    registration.refresh_from_db(fields=["listed_to", "companions", "interpretation"])


def write(registration: Registration, answers: Mapping[int, Any], *, stage: str) -> None:
    """Keep what was answered to the questions that are asked at `stage`, by their keys; what isn't among them is answered no more. The
    caller holds the registration."""
    asked = Question.objects.filter(event=registration.event_id, stage=stage, is_retired=False)
    registration.answers.filter(question__in=asked).exclude(question__in=list(answers)).delete()
    rows = [Answer(registration=registration, question=each, value=answers[each.pk]) for each in asked.filter(pk__in=answers)]
    Answer.objects.bulk_create(rows, update_conflicts=True, unique_fields=["registration", "question"], update_fields=["value"])
