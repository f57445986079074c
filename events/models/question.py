"""What the staff ask whoever registers, and what was answered.

A question may depend on another one: it is asked where that one was answered by one of `depends_values`. It is asked with the
registration, or in the follow-up form of those who have a seat (`stage`). `about` says what its answers are: of dietary and access needs no
more than is needed is read, and after the event they are deleted (events/forgetting.py).

Held by the database: a question depends on an earlier one of its own event and stage; one answer per registration and question; what was
answered keeps its question, which is retired instead of deleted.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import FORGOTTEN_AFTER, Event
from events.models.registration import Registration


class Question(models.Model):
    class Sort(models.TextChoices):
        LINE = "line", _("A line of text")
        TEXT = "text", _("Several lines")
        YES_NO = "yes-no", _("Yes or no")
        ONE = "one", _("One of several")
        SEVERAL = "several", _("Any of several")
        NUMBER = "number", _("A whole number")
        DAY = "day", _("A day")

    class About(models.TextChoices):
        OTHER = "other", _("Something else")
        DIET = "diet", _("What somebody eats")
        ACCESS = "access", _("What somebody needs to take part")

    class Stage(models.TextChoices):
        REGISTRATION = "registration", _("With the registration")
        FOLLOW_UP = "follow-up", _("Afterwards, of those who have a seat")

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    stage = models.CharField(_("asked"), max_length=20, choices=Stage, default=Stage.REGISTRATION)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    sort = models.CharField(_("kind of answer"), max_length=20, choices=Sort, default=Sort.LINE)
    about = models.CharField(_("about"), max_length=20, choices=About, default=About.OTHER)
    words = models.CharField(_("question"), max_length=300)
    hint = models.CharField(_("hint"), max_length=300, blank=True)
    options = ArrayField(models.CharField(max_length=200), verbose_name=_("answers to choose from"), default=list, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    depends_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="dependents", verbose_name=_("asked only where this one")
    )
    depends_values = ArrayField(models.CharField(max_length=200), verbose_name=_("was answered by one of"), default=list, blank=True)
    is_retired = models.BooleanField(_("no longer asked"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(sort__in=["one", "several"]) & ~Q(options=[])) | (~Q(sort__in=["one", "several"]) & Q(options=[])),
                name="question_to_choose_has_options",
                violation_error_message=_("What one chooses from is named where something is to be chosen, and nowhere else."),
            ),
            models.CheckConstraint(
                condition=Q(depends_on=None, depends_values=[]) | (Q(depends_on__isnull=False) & ~Q(depends_values=[])),
                name="question_depends_on_an_answer",
                violation_error_message=_("A condition names a question, and the answers to it."),
            ),
            models.CheckConstraint(condition=Q(depends_on=None) | ~Q(depends_on=models.F("pk")), name="question_depends_on_another"),
        ]

    def __str__(self) -> str:
        return self.words


NEEDS = (Question.About.DIET, Question.About.ACCESS)  # what is counted without names, and forgotten after the event


class AnswerQuerySet(models.QuerySet["Answer"]):
    def to_forget(self) -> AnswerQuerySet:
        """About what somebody eats or needs, of an event that has been over for long enough (events/forgetting.py)."""
        over = timezone.now() - FORGOTTEN_AFTER
        return self.filter(question__about__in=NEEDS, question__event__ends__lte=over)

    def kept(self) -> AnswerQuerySet:
        return self.filter(~Q(question__about__in=NEEDS) | Q(question__event__ends__gt=timezone.now() - FORGOTTEN_AFTER))

    def visible_to(self, user: Any) -> AnswerQuerySet:
        return self.filter(registration__in=Registration.objects.visible_to(user))


class AnswerManager(models.Manager.from_queryset(AnswerQuerySet)):  # type: ignore[misc]  # a class made by a call
    """Without what is forgotten by its date, whether or not it was deleted yet: no page, list or export reads it."""

    def get_queryset(self) -> AnswerQuerySet:
        found: AnswerQuerySet = super().get_queryset()
        return found.kept()


class Answer(models.Model):
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="answers", verbose_name=_("registration"))
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name=_("question"))
    value = models.JSONField(_("answer"), help_text=_("A text, a number, true or false, or a list of texts."))

    objects = AnswerManager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="answer_one_per_question")]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"
