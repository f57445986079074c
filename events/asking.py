"""The form that staff build: its questions in order, each perhaps asked only where another one was answered so.

What was answered stays what it was: such a question keeps its kind and the answers that were given, and is retired instead of deleted.
What the database holds (migration 0040_conditions) is said here in words, before it refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext

from events import changing
from events.models import Answer, Event, Question
from strongcities.workflow import MoveRefused

Sort = Question.Sort
CHOSEN = (Sort.ONE, Sort.SEVERAL)


def answers_to(question: Question) -> list[str]:
    """What can be answered to it, where others may depend on that; nothing for a question that is answered in words."""
    if question.sort == Sort.YES_NO:
        return ["yes", "no"]
    return list(question.options) if question.sort in CHOSEN else []


def in_order(event: Event) -> QuerySet[Question]:
    """All of them, with how often each was answered (`answered`)."""
    found: QuerySet[Question] = (
        event.questions.select_related("depends_on").annotate(answered=Count("answers")).order_by("stage", "position", "pk")
    )
    return found


def faults(question: Question) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it), for a question as it is about to be written."""
    if above := question.depends_on:
        yield from _condition(question, above)
    if question.pk:
        yield from _dependents(question)
        yield from _answered(question)


def _condition(question: Question, above: Question) -> Iterator[tuple[str, str]]:
    if above.event_id != question.event_id or above.stage != question.stage:
        yield "depends_on", gettext("It is asked at another place: a condition is on a question of the same form.")
    elif question.pk and (above.position, above.pk) >= (question.position, question.pk):
        yield "depends_on", gettext("It comes later: a condition is on a question that was asked before.")
    elif above.is_retired and not question.is_retired:
        yield "depends_on", gettext("It is no longer asked.")
    elif not answers_to(above):
        yield "depends_on", gettext("It is answered in words of one’s own: a condition needs answers to choose from.")
    elif unknown := [value for value in question.depends_values if value not in answers_to(above)]:
        words = gettext("“%(value)s” can’t be answered there. The answers are: %(answers)s.")
        yield "depends_values", words % {"value": unknown[0], "answers": gettext(", ").join(answers_to(above))}


def _dependents(question: Question) -> Iterator[tuple[str, str]]:
    for each in question.dependents.all():
        words = {"question": each.words}
        if each.event_id != question.event_id or each.stage != question.stage:
            yield "stage", gettext("“%(question)s” depends on it, and is asked at this place.") % words
        elif question.is_retired and not each.is_retired:
            yield "is_retired", gettext("“%(question)s” is asked only after this one. Retire that one first.") % words
        elif gone := [value for value in each.depends_values if value not in answers_to(question)]:
            yield (
                "options",
                gettext("“%(question)s” is asked where “%(value)s” is answered, so that answer stays.") % {**words, "value": gone[0]},
            )


def _answered(question: Question) -> Iterator[tuple[str, str]]:
    given = Answer.objects.filter(question=question)
    if not given.exists():
        return
    was = Question.objects.get(pk=question.pk)
    if was.sort != question.sort:
        yield "sort", gettext("It was answered already, so its kind stays. Retire it, and ask a new one.")
    if question.sort in CHOSEN and (lost := [each for each in was.options if each not in question.options]):
        said = {str(one) for value in given.values_list("value", flat=True) for one in (value if isinstance(value, list) else [value])}
        if kept := [each for each in lost if each in said]:
            yield "options", gettext("“%(answer)s” was answered by somebody, so it stays.") % {"answer": kept[0]}


def place_at_end(question: Question) -> None:
    """Give a new question the last place of its form."""
    last = Question.objects.filter(event=question.event, stage=question.stage).aggregate(last=Max("position"))["last"]
    question.position = 0 if last is None else last + 1


def shift(question: Question, *, by: Any, up: bool) -> None:
    """One place up or down among those that are asked with it. Raises PermissionDenied; MoveRefused where it would come before what it
    depends on, or is first or last already."""
    if not question.event.can_change(by):
        raise PermissionDenied
    with transaction.atomic():
        question.event.held()
        rows = list(Question.objects.filter(event=question.event_id, stage=question.stage).order_by("position", "pk"))
        here = next(place for place, each in enumerate(rows) if each.pk == question.pk)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(rows):
            raise MoveRefused(gettext("It is at the end of the form already."))
        first, second = sorted((here, there))
        if rows[second].depends_on_id == rows[first].pk:
            words = gettext("“%(second)s” depends on “%(first)s”, so it comes after it.")
            raise MoveRefused(words % {"first": rows[first].words, "second": rows[second].words})
        rows[here], rows[there] = rows[there], rows[here]
        for place, each in enumerate(rows):
            each.position = place
        Question.objects.bulk_update(rows, ["position"])
        changing.ask_deferred_now()


def retire(question: Question, *, by: Any, again: bool = False) -> None:
    """Ask it no longer; what was answered stays. `again` takes that back. Raises PermissionDenied, MoveRefused."""
    if not question.event.can_change(by):
        raise PermissionDenied
    with transaction.atomic():
        question.event.held()
        question.refresh_from_db()
        question.is_retired = not again
        if fault := next(faults(question), None):
            raise MoveRefused(fault[1])
        question.save(update_fields=["is_retired"])


def remove(question: Question, *, by: Any) -> None:
    """Take a question out that nobody answered. Raises PermissionDenied, MoveRefused."""
    if not question.event.can_change(by):
        raise PermissionDenied
    with transaction.atomic():
        question.event.held()
        if question.answers.exists():
            raise MoveRefused(gettext("It was answered already. Retire it instead: it is no longer asked, and the answers stay."))
        if each := question.dependents.first():
            raise MoveRefused(gettext("“%(question)s” depends on it.") % {"question": each.words})
        question.delete()
