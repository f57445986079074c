"""What was done to an application, and what staff noted of it. Its verbs: application.py."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from members.models.application import Application
from members.models.application_state import DECIDED, State
from strongcities.workflow import Transition


class ApplicationTransition(Transition):
    subject = models.ForeignKey(Application, models.CASCADE, related_name="transitions", verbose_name=_("application"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(to_state__in=DECIDED), name="application_one_decision"),
        ]

    @property
    def words(self) -> str:
        """What happened, for those who decide."""
        if self.verb == "approve" and self.to_state != State.APPROVED:
            return gettext("Approved by the first of two")
        if self.verb == "match":
            return gettext("Matched to a city that was here already")
        return self.words_for_applicant

    @property
    def words_for_applicant(self) -> str:
        """What happened, without the staff's steps between: a first approval reads as a review taken up."""
        if self.verb == "approve" and self.to_state != State.APPROVED:
            return gettext("Taken up for review")
        if self.verb == "match":
            return gettext("Your application is now for %(city)s, which is the city you described.") % {"city": self.why}
        return {
            "submit": gettext("Application sent"),
            "review": gettext("Taken up for review"),
            "ask": gettext("More information asked"),
            "answer": gettext("Question answered"),
            "approve": gettext("Approved"),
            "decline": gettext("Declined"),
            "withdraw": gettext("Withdrawn"),
        }[self.verb]


class ApplicationNote(models.Model):
    """What somebody of the staff checked or thought, for the staff alone. Notes are added, never changed."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="notes", verbose_name=_("application"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.TextField(_("note"), max_length=5000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d}"
