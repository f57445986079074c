"""Words that staff need again and again, kept once in every language of the house: a question, or a reason to decline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from members.models.application import Application


class ReasonQuerySet(models.QuerySet["Reason"]):
    def to_ask(self) -> ReasonQuerySet:
        return self.filter(use=Reason.Use.ASK)

    def to_decline(self) -> ReasonQuerySet:
        return self.filter(use=Reason.Use.DECLINE)


@pghistory.track()
class Reason(models.Model):
    """`texts` is {language: words}, English always among them; {name} and {city} in them stand for the applicant and the city."""

    class Use(models.TextChoices):
        ASK = "ask", _("to ask the applicant")
        DECLINE = "decline", _("to decline")

    use = models.CharField(_("use"), max_length=10, choices=Use)
    name = models.CharField(_("name"), max_length=80, help_text=_("For the staff alone: what it is about, in a few words."))
    texts = models.JSONField(_("words"), default=dict)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["use", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["use", "name"],
                name="reason_one_of_a_name_and_use",
                violation_error_message=_("There is one of this name already."),
            ),
            models.CheckConstraint(condition=models.Q(texts__has_key="en"), name="reason_is_there_in_english"),
        ]

    def __str__(self) -> str:
        return self.name

    def words_for(self, application: Application) -> str:
        """Its text for that applicant, in the language of their mails, in English where it isn't there in that one.

        Two names are put in by plain replacement: what staff type is never run as a format or a template.
        """
        text = str(self.texts.get(application.language) or self.texts["en"])
        return text.replace("{name}", application.applicant.name).replace("{city}", str(application.city))
