"""What somebody has typed on the way to becoming a Strong City, before their mail address is confirmed.

A draft belongs to a browser (its key is in the session), not to an account: nobody has signed in yet. It turns into one
`Application` when the button behind the mailed link is pressed, and is deleted when it is old.
"""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    return secrets.token_urlsafe(24)


class Draft(models.Model):
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    city = models.JSONField(_("city"), default=dict, blank=True)
    person = models.JSONField(_("person"), default=dict, blank=True)
    mandate = models.JSONField(_("mandate"), default=dict, blank=True)
    principles = models.JSONField(_("principles"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    started = models.DateTimeField(_("started"), auto_now_add=True)
    saved = models.DateTimeField(_("saved"), auto_now=True)
    sent = models.DateTimeField(_("sent"), null=True, blank=True, help_text=_("When the mail to confirm was last asked for."))

    class Meta:
        verbose_name = _("unfinished application")
        verbose_name_plural = _("unfinished applications")

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d}"
