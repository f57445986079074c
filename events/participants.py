"""Who takes part, as a file; and what they eat and need, counted, without who it is.

Answers about food and access stand in no list of people: who cooks gets numbers. By name they are for those who look after people there
(permission "read_needs"), on the registration itself and in a list of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext

from events.forms.answers import shown
from events.models import Answer, Event, Question, Registration
from events.models.question import NEEDS
from events.models.seated import HOLDS
from members import countries
from strongcities import languages
from strongcities.sheets import Column


def may_read_needs(user: Any) -> bool:
    return Event.may_keep(user) and bool(user.has_perm("events.read_needs"))


def answers_to(registration: Registration, user: Any) -> list[tuple[Question, str]]:
    """What somebody answered, in words, as far as `user` may read it."""
    found = registration.answers.select_related("question").order_by("question__stage", "question__position", "question__pk")
    if not may_read_needs(user):
        found = found.exclude(question__about__in=NEEDS)
    return [(each.question, shown(each.question, each.value)) for each in found]


# --- Files -------------------------------------------------------------------------------------------------------------


def columns(event: Event) -> list[Column]:
    return [
        Column("number", gettext("In the order of asking."), is_text=False),
        Column("name", gettext("Their name.")),
        Column("mail", gettext("Their mail address.")),
        Column("city", gettext("For which city they come.")),
        Column("country", gettext("Its country.")),
        Column("state", gettext("What became of their registration.")),
        Column("registered", gettext("The day on which they registered."), is_text=False),
        Column("group", gettext("The number of the group with which they come.")),
        Column("accompanying", gettext("Who comes along.")),
        Column("interpretation", gettext("Into which language they need interpretation.")),
        Column("listed_to", gettext("Who may read their name in the list of participants.")),
        Column("sessions", gettext("Sessions in which they have a seat.")),
        *(Column(name, question.words) for name, question in _asked(event)),
    ]


def _asked(event: Event) -> list[tuple[str, Question]]:
    questions = event.questions.exclude(about__in=NEEDS).order_by("stage", "position", "pk")
    return [(f"question_{number}", question) for number, question in enumerate(questions, 1)]


def rows(event: Event, chosen: Any) -> Iterator[list[Any]]:
    """A row for each of the registrations `chosen` (a query), in the order of `columns`."""
    asked = [question.pk for _name, question in _asked(event)]
    near = chosen.select_related("user", "city").prefetch_related("answers__question", "bookings__session").order_by("number", "pk")
    for each in near:
        answers = {answer.question_id: shown(answer.question, answer.value) for answer in each.answers.all()}
        apart = gettext(", ")
        yield [
            each.number, each.user.name, each.user.email, each.city.name if each.city else "",
            countries.name(each.city.country) if each.city else "", each.get_state_display(), each.made.date(),
            str(each.party_id or ""), apart.join(each.companions_told), languages.name(each.interpretation) if each.interpretation else "",
            each.get_listed_to_display(), apart.join(booking.session.title for booking in each.bookings.all() if booking.state in HOLDS),
            *(answers.get(pk, "") for pk in asked),
        ]  # fmt: skip


# --- What they eat and need ------------------------------------------------------------------------------------------


def needs(event: Event) -> list[tuple[Question, list[tuple[str, int]]]]:
    """Each question about food and access with its answers, of those who have a seat, and how many gave each: the most frequent first."""
    counted: dict[int, Counter[str]] = {}
    questions = {question.pk: question for question in event.questions.filter(about__in=NEEDS).order_by("stage", "position", "pk")}
    for answer in _needs_of(event):
        each = answer.value if isinstance(answer.value, list) else [answer.value]
        counted.setdefault(answer.question_id, Counter()).update(shown(questions[answer.question_id], one) for one in each)
    return [(question, counted[pk].most_common()) for pk, question in questions.items() if pk in counted]


def needs_by_name(event: Event) -> Iterator[tuple[Registration, list[tuple[Question, str]]]]:
    """Who said what, by name; for those alone who may read it."""
    said: dict[int, list[tuple[Question, str]]] = {}
    who: dict[int, Registration] = {}
    for answer in _needs_of(event):
        who[answer.registration_id] = answer.registration
        said.setdefault(answer.registration_id, []).append((answer.question, shown(answer.question, answer.value)))
    for pk in sorted(said, key=lambda pk: who[pk].user.name.casefold()):
        yield who[pk], said[pk]


def _needs_of(event: Event) -> Iterable[Answer]:
    found = Answer.objects.filter(registration__event=event, registration__state__in=HOLDS, question__about__in=NEEDS)
    near = found.select_related("question", "registration__user", "registration__city")
    ordered: Iterable[Answer] = near.order_by("question__position", "registration__number")
    return ordered


def needs_columns() -> list[Column]:
    return [
        Column("question", gettext("What was asked.")),
        Column("answer", gettext("What was answered.")),
        Column("people", gettext("How many answered so."), is_text=False),
    ]


def needs_rows(event: Event) -> Iterator[list[Any]]:
    for question, answers in needs(event):
        for words, count in answers:
            yield [question.words, words, count]
