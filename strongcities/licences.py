"""Under what a text or a picture of the network may be used again. Slugs are fixed (imports rely on them)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Licence(models.TextChoices):
    BY = "cc-by-4.0", _("Creative Commons Attribution 4.0")
    BY_SA = "cc-by-sa-4.0", _("Creative Commons Attribution-ShareAlike 4.0")
    BY_NC = "cc-by-nc-4.0", _("Creative Commons Attribution-NonCommercial 4.0")
    RESERVED = "all-rights-reserved", _("All rights reserved")
    ZERO = "cc0-1.0", _("No rights reserved (Creative Commons Zero)")


_DEEDS = {Licence.BY: "by/4.0", Licence.BY_SA: "by-sa/4.0", Licence.BY_NC: "by-nc/4.0", Licence.ZERO: "zero/1.0"}


def deed(licence: str) -> str:
    """Where the licence can be read; "" for one that is only a reservation, or unknown."""
    path = _DEEDS.get(Licence(licence)) if licence in Licence.values else None
    if path is None:
        return ""
    return f"https://creativecommons.org/{'publicdomain' if licence == Licence.ZERO else 'licenses'}/{path}/"
