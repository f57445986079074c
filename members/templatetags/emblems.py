"""The city's emblem and the network's skyline, for templates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from members import emblem as drawing

register = template.Library()


@register.simple_tag
def emblem(city: Any, lit: int = 0, *, named: bool = False, large: bool = False) -> SafeString:
    """The emblem of `city` with `lit` windows; `named=True` where no name stands beside it, `large=True` for its own page."""
    label = gettext("Emblem of %(city)s") % {"city": _called(city)} if named else ""
    return drawing.emblem(city.name, city.population_band, city.region, int(lit), label=label, large=large)


def _called(city: Any) -> str:
    """What the reader calls it; the styleguide's specimens have one name."""
    return str(getattr(city, "called", city.name))


@register.simple_tag
def skyline(cities: Iterable[Any]) -> SafeString:
    """A list of links, one per city, from west to east. A city's lit windows are its attribute `lit`, if it has one."""
    return format_html(
        '<ul class="skyline" role="list">{}</ul>',
        format_html_join(
            "",
            '<li><a href="{}">{}<span>{}</span></a></li>',
            (
                (
                    city.get_absolute_url(),
                    drawing.skyline_group(city.name, city.population_band, city.region, int(getattr(city, "lit", 0))),
                    gettext("%(city)s (sample)") % {"city": city.name} if city.is_sample else _called(city),
                )
                for city in drawing.west_to_east(list(cities))
            ),
        ),
    )
