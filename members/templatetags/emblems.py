"""The city's emblem and the network's skyline."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def emblem(city: Any) -> SafeString:
    return format_html('<svg class="emblem" viewBox="0 0 68 48" aria-hidden="true"></svg>')
