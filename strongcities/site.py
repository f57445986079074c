"""What every page knows: the doors in the head, whose house this is, whether it is a demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# (name of the URL, words). A door is added with the room behind it.
DOORS = (("members:cities", _("Cities")), ("hub:search", _("Hub")), ("pages:about", _("About")))


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "doors": DOORS,
        "demo": settings.DEMO,
        "contact_mail": settings.CONTACT_MAIL,
        "site_url": settings.SITE_URL,
    }
