"""The questions that staff built for an event, as fields of a form; and what their answers are, as they are kept.

Each question is one field, `q12`. A question whose condition isn't met is neither required nor kept: the server decides, so that
a page without scripts, which shows it beneath "If …", works the same as one where static/js/conditions.js folds it away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from events.models import Event, Question

YES, NO = "yes", "no"
_WRITTEN = {"true": YES, "false": NO}  # in a condition on a question of yes or no
_MANY = 7  # choices that are seen at once
Sort, About = Question.Sort, Question.About


def name_of(question: Question) -> str:
    return f"q{question.pk}"


def answer_fields(event: Event, stage: str) -> dict[str, forms.Field]:
    """A field for each question that `event` asks at `stage`, by name, in the order in which they are asked: what depends on an
    answer stands after its question. Each field has its `question`."""
    asked = list(event.questions.filter(stage=stage, is_retired=False).order_by("position", "pk"))
    fields = {}
    for question in _in_order(asked, None):
        field = _FIELDS[Sort(question.sort)](question)
        field.question = question  # type: ignore[attr-defined]  # what the form asks of each
        fields[name_of(question)] = field
    return fields


def _in_order(asked: list[Question], above: int | None) -> Iterator[Question]:
    for question in asked:
        if question.depends_on_id == above:
            yield question
            yield from _in_order(asked, question.pk)


def _told(question: Question) -> dict[str, Any]:
    hint = _isolated(question.hint) if question.hint else ""
    return {"label": _isolated(question.words), "help_text": hint, "required": question.is_required}


def _isolated(words: str) -> SafeString:
    """What staff wrote, in whatever language, escaped and with a direction of its own."""
    return format_html("<bdi>{}</bdi>", words)


def _line(question: Question) -> forms.Field:
    return forms.CharField(**_told(question), max_length=300)


def _text(question: Question) -> forms.Field:
    return forms.CharField(**_told(question), max_length=3000, widget=forms.Textarea(attrs={"rows": 4}))


def _yes_no(question: Question) -> forms.Field:
    return _one_of(question, [(YES, gettext("Yes")), (NO, gettext("No"))])


def _one(question: Question) -> forms.Field:
    return _one_of(question, [(each, _isolated(each)) for each in question.options])


def _one_of(question: Question, choices: list[tuple[str, str]]) -> forms.Field:
    if not question.is_required:
        choices = [("", gettext("No answer")), *choices]
    few = len(choices) <= _MANY
    if not few:  # a list to pick from takes no markup
        choices = [(value, value or label) for value, label in choices]
    if question.is_required and not few:
        choices = [("", gettext("Choose one")), *choices]
    return forms.ChoiceField(**_told(question), choices=choices, widget=forms.RadioSelect if few else forms.Select)


def _several(question: Question) -> forms.Field:
    choices = [(each, _isolated(each)) for each in question.options]
    return forms.MultipleChoiceField(**_told(question), choices=choices, widget=forms.CheckboxSelectMultiple)


def _number(question: Question) -> forms.Field:
    return forms.IntegerField(**_told(question), min_value=0, max_value=1_000_000_000)


def _day(question: Question) -> forms.Field:
    return forms.DateField(**_told(question), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


_FIELDS = {
    Sort.LINE: _line, Sort.TEXT: _text, Sort.YES_NO: _yes_no, Sort.ONE: _one, Sort.SEVERAL: _several, Sort.NUMBER: _number,
    Sort.DAY: _day,
}  # fmt: skip


def kept(question: Question, value: Any) -> Any:
    """What the field gave, as the answer is kept: a text, a number, true or false, or a list of texts. None where nothing was said."""
    if value in (None, "", []):
        return None
    if question.sort == Sort.YES_NO:
        return value == YES
    return value.isoformat() if isinstance(value, date) else value


def shown(question: Question, value: Any) -> str:
    """An answer as it was kept, in words."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return gettext(", ").join(map(str, value)) if isinstance(value, list) else str(value)


def _typed(value: Any) -> Any:
    """An answer as it was kept, as the field takes it."""
    return (YES if value else NO) if isinstance(value, bool) else value


def _meets(question: Question, typed: Any) -> bool:
    """Whether what was typed into the question that this one depends on is one of the answers that ask for it."""
    said = typed if isinstance(typed, list) else [typed]
    return bool(set(map(str, said)) & set(_wanted(question)))


def _wanted(question: Question) -> list[str]:
    """The answers that ask for it, as they are typed into the field of the one it depends on."""
    above: Any = question.depends_on
    if above.sort != Sort.YES_NO:
        return list(question.depends_values)
    return [_WRITTEN.get(value.casefold(), value.casefold()) for value in question.depends_values]


@dataclass(frozen=True)
class Asked:
    """A question on its page: its field, how many others it depends on, and on which answer to the nearest, in words and for the script."""

    field: Any
    depth: int = 0
    words: str = ""
    above: str = ""
    values: str = ""


class AnswersForm(forms.Form):
    """Questions of one stage; other fields may stand beside them. `given`: what was answered before, by the key of the question."""

    use_required_attribute = False  # what is required depends on what is answered

    def __init__(self, *args: Any, event: Event, stage: str, given: Mapping[int, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in answer_fields(event, stage).items():
            self.fields[name] = field
            question = field.question  # type: ignore[attr-defined]  # see answer_fields
            if given and question.pk in given:
                self.initial[name] = _typed(given[question.pk])

    def clean(self) -> dict[str, Any]:
        """Drop what wasn't asked, with whatever was wrong about it."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name, question in self._questions():
            if not self._is_asked(question, values):
                values.pop(name, None)
                self.errors.pop(name, None)
        return values

    def _questions(self) -> list[tuple[str, Question]]:
        return [(name, field.question) for name, field in self.fields.items() if hasattr(field, "question")]

    @staticmethod
    def _is_asked(question: Question, values: Mapping[str, Any]) -> bool:
        """Whether its condition is met: what it depends on was asked itself, and answered so. In order, the earlier first."""
        if question.depends_on is None:
            return True
        return _meets(question, values.get(name_of(question.depends_on)))

    def answers(self) -> dict[int, Any]:
        """What was answered, by the key of the question, as it is kept."""
        found = {question.pk: kept(question, self.cleaned_data.get(name)) for name, question in self._questions()}
        return {pk: value for pk, value in found.items() if value is not None}

    def asked(self) -> list[Asked]:
        """Every question for its page, what depends on an answer beneath it."""
        depths: dict[int, int] = {}
        found = []
        for name, question in self._questions():
            if question.depends_on is None:
                depths[question.pk] = 0
                found.append(Asked(self[name]))
                continue
            depths[question.pk] = depths[question.depends_on.pk] + 1
            words = {"question": question.depends_on.words, "answers": self._in_words(question)}
            found.append(
                Asked(
                    self[name], depths[question.pk], gettext("If you answer “%(question)s” with %(answers)s:") % words,
                    name_of(question.depends_on), json.dumps(_wanted(question)),
                )
            )  # fmt: skip
        return found

    @staticmethod
    def _in_words(question: Question) -> str:
        labels = {YES: gettext("Yes"), NO: gettext("No")}
        named = [gettext("“%(answer)s”") % {"answer": labels.get(value, value)} for value in _wanted(question)]
        return gettext(" or ").join(named)


class PersonNameField(forms.CharField):
    """The name of somebody who comes along: one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        name = " ".join(str(super().clean(value)).split())
        if name and not any(sign.isalpha() for sign in name):
            raise ValidationError(_("A name has letters."))
        return name
