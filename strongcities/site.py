"""What every page knows: the doors in the head, whose house this is, its languages, whether it is a demo, the zone of its reader."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy as _, override

# (name of the URL, words). A door is added with the room behind it.
DOORS = (("members:cities", _("Cities")), ("hub:search", _("Hub")), ("pages:about", _("About")))


def doors(request: HttpRequest) -> list[dict[str, Any]]:
    """The doors with their addresses; `current` is "page" on the door's own page, "true" on one behind it, else empty."""
    found = []
    for name, words in DOORS:
        href = reverse(name)
        current = "page" if request.path == href else "true" if request.path.startswith(href) else ""
        found.append({"href": href, "words": words, "current": current})
    return found


LONGEST_LINK = 1_000  # characters of an address that pages repeat; a pasted page of words would stand in each of them several times


def languages(request: HttpRequest) -> list[dict[str, Any]]:
    """This page in each language of the house; where an address has no twin (a page that isn't there), the front door. What is
    asked of it goes along unless it is very long."""
    found = []
    whole = request.get_full_path()
    asked = whole if len(whole) <= LONGEST_LINK else request.path
    for code, name in settings.LANGUAGES:
        if request.resolver_match:
            path, full = translate_url(request.path, code), translate_url(asked, code)
        else:
            with override(code):
                path = full = reverse("pages:home")
        found.append({"code": code, "name": name, "path": path, "href": full, "current": code == get_language()})
    return found


def reader_zone(request: HttpRequest) -> str:
    """The zone that the reader's clock goes by, as far as their account tells (members.User.time_zone); else ""."""
    return getattr(getattr(request, "user", None), "time_zone", "")


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "doors": partial(doors, request),  # worked out only by templates that show them
        "languages": partial(languages, request),
        "reader_zone": SimpleLazyObject(partial(reader_zone, request)),  # asked for by the first moment of a page
        "demo": settings.DEMO,
        "contact_mail": settings.CONTACT_MAIL,
        "site_url": settings.SITE_URL,
    }
