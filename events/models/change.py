"""What changed of an event after it was announced: its page says so, and everyone registered is told.

A row for each thing that a reader plans by (host, venue, dates, kind of place, title), in words as they were and are.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: Any) -> ChangeQuerySet:
        return self.filter(event__in=Event.objects.visible_to(user))


class Change(models.Model):
    class What(models.TextChoices):
        TITLE = "title", _("Title")
        HOST = "host", _("Host city")
        VENUE = "venue", _("Venue")
        WHEN = "when", _("Dates")
        ONLINE = "online", _("Taking part online")
        LINK = "link", _("Link to take part")

    event = models.ForeignKey(Event, models.CASCADE, related_name="changes", verbose_name=_("event"))
    what = models.CharField(_("what"), max_length=20, choices=What)
    before = models.JSONField(_("before"))  # of the fields concerned, by name: words are made when they are read, in the reader's language
    after = models.JSONField(_("after"))
    why = models.CharField(_("why"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now, null=True, editable=False)  # none where the day is not on record

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = [models.F("at").asc(nulls_first=True), "pk"]

    def __str__(self) -> str:
        return str(self.get_what_display())
