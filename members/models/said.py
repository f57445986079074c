"""What a person says of themselves: first in an application, then as an official. The same fields, and the same rule, on both."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strongcities.themes import Theme

CONSENTS = ("shown_to", "wants_newsletter", "open_to_peers")
UNSEEN = _("Nobody can write to you as long as nobody sees you: choose who may see you, or leave this off.")


class ShownTo(models.TextChoices):
    """To whom an official agreed to be shown, with name, post and city. Never a mail address."""

    NOBODY = "nobody", _("Nobody")
    MEMBERS = "members", _("People of member cities, signed in")
    EVERYONE = "everyone", _("Everyone")


class Said(models.Model):
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=60, choices=Theme), verbose_name=_("themes of interest"), default=list, blank=True)
    shown_to = models.CharField(_("shown to"), max_length=10, choices=ShownTo, default=ShownTo.NOBODY)
    wants_newsletter = models.BooleanField(_("receives the newsletter"), default=False)
    open_to_peers = models.BooleanField(_("may be contacted by peers"), default=False)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Who writes to a person does so from the person's page: consent to the one without the other is none.
            models.CheckConstraint(
                condition=Q(open_to_peers=False) | ~Q(shown_to=ShownTo.NOBODY),
                name="%(class)s_written_to_is_seen",
                violation_error_message=UNSEEN,
            )
        ]

    @property
    def said(self) -> dict[str, Any]:
        """By the name of its field."""
        return {field.name: getattr(self, field.name) for field in Said._meta.local_fields}
