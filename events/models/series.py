"""A series: events that follow each other, such as the annual summits."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series of events")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:series", args=[self.slug])

    def shown_to(self, user: Any) -> Any:
        """Its events that `user` sees, the first first."""
        return self.events.visible_to(user).order_by("starts", "pk")
