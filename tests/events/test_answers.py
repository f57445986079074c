"""Questions that staff built: each sort of answer, and what depends on another one, without any script."""

import pytest
from django.utils.html import strip_tags

from events.forms.answers import AnswersForm, answer_fields, shown
from events.models import Question
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return cast.make_event()


def ask(event, words="A question", **fields):
    return Question.objects.create(event=event, words=words, position=event.questions.count(), **fields)


def answered(event, **typed):
    form = AnswersForm(typed, event=event, stage="registration")
    assert form.is_valid(), form.errors
    return form.answers()


@pytest.mark.parametrize(
    ("sort", "options", "typed", "kept"),
    [
        ("line", [], " By train ", "By train"), ("text", [], "One\nTwo", "One\nTwo"), ("yes-no", [], "no", False),
        ("yes-no", [], "yes", True), ("one", ["A", "B"], "B", "B"), ("several", ["A", "B", "C"], ["A", "C"], ["A", "C"]),
        ("number", [], "3", 3), ("day", [], "2026-03-04", "2026-03-04"),
    ],
)  # fmt: skip
def test_every_sort_of_answer_is_kept_as_it_is_read(event, sort, options, typed, kept):
    question = ask(event, sort=sort, options=options, is_required=True)
    assert answered(event, **{f"q{question.pk}": typed}) == {question.pk: kept}
    again = AnswersForm(event=event, stage="registration", given={question.pk: kept})
    form = AnswersForm({f"q{question.pk}": again[f"q{question.pk}"].value()}, event=event, stage="registration")
    assert form.is_valid()
    assert form.answers() == {question.pk: kept}


@pytest.mark.parametrize(
    ("sort", "options", "typed"),
    [("line", [], "x" * 301), ("one", ["A"], "B"), ("several", ["A"], ["B"]), ("number", [], "-1"), ("number", [], "9" * 5000),
     ("day", [], "2026-02-30"), ("yes-no", [], "perhaps"), ("line", [], "\0")],
)  # fmt: skip
def test_what_is_no_answer_is_refused_at_its_field(event, sort, options, typed):
    question = ask(event, sort=sort, options=options)
    form = AnswersForm({f"q{question.pk}": typed}, event=event, stage="registration")
    assert set(form.errors) == {f"q{question.pk}"}


def test_what_must_be_answered_is_asked_for_and_the_rest_is_not(event):
    wanted, free = ask(event, is_required=True), ask(event)
    assert set(AnswersForm({}, event=event, stage="registration").errors) == {f"q{wanted.pk}"}
    assert answered(event, **{f"q{wanted.pk}": "Yes", f"q{free.pk}": " "}) == {wanted.pk: "Yes"}


def test_only_questions_of_the_stage_that_are_still_asked(event):
    now = ask(event)
    ask(event, is_retired=True)
    later = ask(event, stage="follow-up")
    assert list(answer_fields(event, "registration")) == [f"q{now.pk}"]
    assert list(answer_fields(event, "follow-up")) == [f"q{later.pk}"]


@pytest.fixture
def chain(event):
    """Do you fly? → From where? → Which airline, if from Oslo. With a question between them in the order of the staff."""
    flies = ask(event, "Do you fly?", sort="yes-no", is_required=True)
    ask(event, "Anything else?")
    origin = ask(event, "From where?", sort="one", options=["Oslo", "Kano"], is_required=True, depends_on=flies, depends_values=["yes"])
    airline = ask(event, "Which airline?", is_required=True, depends_on=origin, depends_values=["Oslo"])
    return flies, origin, airline


def test_a_question_whose_condition_is_met_must_be_answered(event, chain):
    flies, origin, airline = chain
    form = AnswersForm({f"q{flies.pk}": "yes"}, event=event, stage="registration")
    assert set(form.errors) == {f"q{origin.pk}"}
    form = AnswersForm({f"q{flies.pk}": "yes", f"q{origin.pk}": "Oslo"}, event=event, stage="registration")
    assert set(form.errors) == {f"q{airline.pk}"}


def test_one_whose_condition_is_not_met_is_neither_asked_nor_kept(event, chain):
    flies, origin, airline = chain
    typed = {f"q{flies.pk}": "no", f"q{origin.pk}": "Mars", f"q{airline.pk}": "Any"}
    assert answered(event, **typed) == {flies.pk: False}
    typed = {f"q{flies.pk}": "yes", f"q{origin.pk}": "Kano", f"q{airline.pk}": "Any"}
    assert answered(event, **typed) == {flies.pk: True, origin.pk: "Kano"}


def test_what_hangs_on_something_that_was_not_asked_is_not_asked_either(event, chain):
    flies, origin, airline = chain
    typed = {f"q{flies.pk}": "no", f"q{origin.pk}": "Oslo", f"q{airline.pk}": "Any"}
    assert answered(event, **typed) == {flies.pk: False}


def test_any_of_several_answers_may_be_the_condition(event):
    langs = ask(event, sort="several", options=["Arabic", "French", "English"])
    more = ask(event, "Which dialect?", depends_on=langs, depends_values=["Arabic", "French"])
    assert answered(event, **{f"q{langs.pk}": ["English", "French"], f"q{more.pk}": "x"}) == {langs.pk: ["English", "French"], more.pk: "x"}
    assert answered(event, **{f"q{langs.pk}": ["English"], f"q{more.pk}": "x"}) == {langs.pk: ["English"]}


def test_dependents_stand_under_their_question_with_the_condition_in_words(event, chain):
    asked = AnswersForm(event=event, stage="registration").asked()
    assert [(strip_tags(each.field.label), each.depth, each.words) for each in asked] == [
        ("Do you fly?", 0, ""),
        ("From where?", 1, "If you answer “Do you fly?” with “Yes”:"),
        ("Which airline?", 2, "If you answer “From where?” with “Oslo”:"),
        ("Anything else?", 0, ""),
    ]
    assert [each.values for each in asked] == ["", '["yes"]', '["Oslo"]', ""]


def test_what_staff_wrote_is_no_markup(event):
    ask(event, "<b>Bold</b>?", hint="<script>x</script>")
    page = AnswersForm(event=event, stage="registration").as_p()
    assert "<b>" not in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_answers_in_words():
    question = Question(sort="yes-no")
    assert [shown(question, value) for value in (True, False, ["A", "B"], 3, "x")] == ["Yes", "No", "A, B", "3", "x"]
