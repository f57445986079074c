"""Values that are kept as codes, in the reader's words: a country, a language, a kind of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django import template
from django.utils.translation import gettext

from members import countries
from members.models import City, Post, ShownTo
from members.regions import Population
from strongcities import languages as _languages
from strongcities.themes import Theme

register = template.Library()


def _labels(choices: type[City.Kind | Post.Kind | Population | ShownTo]) -> Callable[[str], str]:
    return lambda value: str(dict(choices.choices).get(value, ""))


register.filter("country", countries.name)
register.filter("city_kind", _labels(City.Kind))
register.filter("post_kind", _labels(Post.Kind))
register.filter("population", _labels(Population))
register.filter("shown_to", _labels(ShownTo))


@register.filter
def languages(codes: Iterable[str]) -> str:
    return gettext(", ").join(_languages.name(code) for code in codes)


@register.filter
def themes(slugs: Iterable[str]) -> str:
    return gettext(", ").join(str(Theme(slug).label) for slug in slugs if slug in Theme.values)
