"""Something that everybody registered is to be told: a change, a postponement, a cancellation, a session that doesn't take place,
what is asked of those who have a seat.

Written with the act itself; the worker writes the mails (events/jobs.py) and notes it here in the same transaction, so that a job that
runs twice tells it once.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.change import Change
from events.models.event import Event
from events.models.programme import Session


class Notice(models.Model):
    class About(models.TextChoices):
        CHANGES = "changes", _("Changes")
        STATE = "state", _("Postponed, resumed or cancelled")
        SESSION = "session", _("A session that does not take place")
        MOVED = "session-moved", _("A session at another hour or in another room")
        FOLLOW_UP = "follow-up", _("What is asked of those who have a seat")

    event = models.ForeignKey(Event, models.CASCADE, related_name="notices", verbose_name=_("event"))
    about = models.CharField(_("about"), max_length=20, choices=About)
    changes = models.ManyToManyField(Change, related_name="notices", blank=True, verbose_name=_("changes"))
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("session"))
    state = models.CharField(_("state"), max_length=20, blank=True)
    why = models.TextField(_("why"), blank=True)
    people = models.JSONField(_("to whom"), default=list)  # keys of accounts: those concerned at that moment
    made = models.DateTimeField(_("at"), auto_now_add=True)
    told = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-made", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(about="session", session__isnull=False) | ~Q(about="session"), name="notice_of_a_session_names_it"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_about_display())
