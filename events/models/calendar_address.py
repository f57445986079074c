"""The address of somebody's own calendar, which programs fetch without signing in: whoever knows it reads what they registered for.

There is none until they ask for it, one at most, and the old one ends as they make another. It tells nothing of whose it is.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    return secrets.token_urlsafe(24)


class CalendarAddress(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_address", verbose_name=_("person"))
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    made = models.DateTimeField(_("made"), auto_now=True)

    class Meta:
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return reverse("events:own_calendar", args=[self.token])

    @classmethod
    def renew(cls, user: Any) -> CalendarAddress:
        """An address that nobody knows yet; the one that there was ends."""
        return cls.objects.update_or_create(user=user, defaults={"token": new_token()})[0]
