"""Tags and filters that every template has without loading them."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import formats

from strongcities import text

register = template.Library()
register.filter("markdown", text.markdown)


@register.filter
def number(value: int) -> str:
    """A count as people write it, with its thousands apart: 1,021. Not for years and keys."""
    return formats.number_format(value, force_grouping=True)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, for pages that tell of a fault: they must be drawn even when the list of hashed names
    is what is missing."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"
