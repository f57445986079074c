"""What rows and pages of practices are drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from hub.forms import LONGEST_QUERY
from hub.models import Practice
from hub.panel import Option, is_long
from members.models import City
from strongcities.templatetags.house import number

register = template.Library()

OF_CITY = 10  # practices on a city's page


@register.simple_tag
@cache
def meter(evidence: str) -> SafeString:
    """The strength of evidence as four steps, filled up to it; decorative, its words stand beside it. Nothing where no
    step is reached: four empty boxes look like letters that the browser hasn't got."""
    filled = int(evidence) if evidence.isdigit() else 0
    if not filled:
        return mark_safe("")
    steps = "".join('<i class="on"></i>' if step < filled else "<i></i>" for step in range(4))
    return mark_safe(f'<span class="meter" aria-hidden="true">{steps}</span>')  # noqa: S308  no text of anybody's


@register.simple_tag
def lead(address: str, label: str, name: str, value: str) -> SafeString:
    """A link to another search of the same words; a button of the page's form where they are too many to be repeated."""
    if is_long(address):
        return format_html('<button class="link-button" form="search" name="{}" value="{}">{}</button>', name, value, label)
    return format_html('<a href="{}">{}</a>', address, label)


@register.simple_tag
def take_along(at: str, asked: str, label: str, kind: str) -> SafeString:
    """The same for the search at another address: as a feed, a table, JSON."""
    if is_long(asked):
        return format_html('<button class="link-button" form="search" formaction="{}">{}</button>', at, label)
    return format_html('<a href="{}{}" type="{}">{}</a>', at, asked, kind, label)


@register.simple_tag
def longest_question() -> str:
    """How many characters the fields of the search take: no more than its form does."""
    return str(LONGEST_QUERY)


@dataclass(frozen=True)
class OfCity:
    """The practices that a city's page shows, and whether the hub has more of it."""

    shown: list[Practice]
    more: bool

    def __bool__(self) -> bool:
        return bool(self.shown)


@register.simple_tag(takes_context=True)
def practices_of(context: Context, city: City) -> OfCity:
    """The newest practices of `city` that the reader may see."""
    found = Practice.objects.listed().visible_to(context["request"].user).filter(city=city).select_related("city")
    newest = list(found.order_by("-published_at", "-pk")[: OF_CITY + 1])
    return OfCity(newest[:OF_CITY], more=len(newest) > OF_CITY)


@dataclass(frozen=True)
class _Row:
    """A practice as a row shows it: rows that show the same are the same."""

    shown: tuple[Any, ...]
    practice: Practice = field(compare=False)


@register.simple_tag
def row(practice: Practice, found_by: str = "") -> SafeString:
    """A practice in a list, an <li>; the search that found it (hub.panel.address) goes along in its link. Where no words are
    marked in it, it is drawn once for each language and kept; all that it shows is part of the name that it is kept by, so a
    change is seen at once."""
    drawn = _draw(practice) if hasattr(practice, "marked") else _drawn(practice)
    link = f'href="{practice.get_absolute_url()}'
    return SafeString(drawn.replace(f'{link}"', f'{link}{escape(found_by)}"', 1)) if found_by else drawn


def _drawn(practice: Practice) -> SafeString:
    city = practice.city
    shown = (
        get_language(), practice.slug, practice.title, practice.summary, practice.language, practice.evidence, practice.state,
        practice.audience, practice.is_sample, practice.status, practice.start_year, practice.end_year, practice.last_confirmed,
        *practice.prevention_levels, city.name, city.own_name, city.own_language, city.country, city.region, city.population_band,
    )  # fmt: skip
    return _kept(_Row(shown, practice))


@lru_cache(maxsize=2_000)
def _kept(row: _Row) -> SafeString:
    return _draw(row.practice)


def _draw(practice: Practice) -> SafeString:
    return SafeString(get_template("hub/_row.html").render({"practice": practice}))


@register.simple_tag
def boxes(name: str, options: list[Option]) -> SafeString:
    """The boxes to tick of a filter, part of the form `search`. A hundred stand on each page of the hub, so they are no
    template."""
    return format_html_join(
        "\n",
        '<label><input type="checkbox" form="search" name="{}" value="{}"{}><span>{}</span><span>{}</span></label>',
        ((name, one.value, _CHECKED if one.chosen else "", one.label, number(one.count)) for one in options),
    )


_CHECKED = SafeString(" checked")
