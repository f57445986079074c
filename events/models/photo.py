"""A photograph of an event, with who took it and under which licence."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from strongcities.licences import Licence, deed
from strongcities.uploads import NAME, PictureField


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: Any) -> PhotoQuerySet:
        """Of events that `user` sees. What was under the Chatham House rule shows no faces to those who were not there."""
        found = self.filter(event__in=Event.objects.visible_to(user))
        if Event.may_keep(user):
            return found
        return found.filter(Q(event__chatham_house=False) | Q(event__in=Event.objects.taken_part_in_by(user)))


class Photo(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="photos", verbose_name=_("event"))
    picture = PictureField(_("picture"))
    alt = models.CharField(_("what it shows"), max_length=300, help_text=_("For those who can’t see it."))
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("who took it"), max_length=200)
    licence = models.CharField(_("licence"), max_length=30, choices=Licence)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(picture__regex=f"^{NAME}$", licence__in=Licence.values) & ~Q(alt="") & ~Q(credit=""),
                name="photo_has_words_credit_and_licence",
                violation_error_message=_("A photograph needs words for those who can’t see it, a credit and a licence."),
            )
        ]

    @property
    def deed(self) -> str:
        """Where its licence can be read, or ""."""
        return deed(self.licence)

    def __str__(self) -> str:
        return self.caption or self.alt
