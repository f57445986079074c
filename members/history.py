"""A city's history as people read it: each change with who, when, and what it was before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from members import countries
from members.models import City, CityChange, User
from strongcities import languages
from strongcities.differences import difference
from strongcities.uploads import Picture, PictureField

_EVENT = City.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory
TRACKED = tuple(field.name for field in _EVENT._meta.concrete_fields if not field.name.startswith("pgh_") and field.name != "id")

_NAMES = {"country": countries.name, "profile_language": languages.name}  # codes, by what gives their names


@dataclass(frozen=True)
class Line:
    """One field that a change touched: its name, and what became of it, as HTML."""

    name: str
    label: str
    html: SafeString


@dataclass(frozen=True)
class Entry:
    """One entry of the history. `change` is there where it can be taken back; `lines` is empty for the first entry."""

    at: datetime
    by: str
    lines: list[Line]
    change: CityChange | None
    is_first: bool


def of(city: City, *, page: int, per_page: int = 20) -> tuple[list[Entry], bool]:
    """The entries of one page, the newest first, and whether there are more."""
    events = city.history.select_related("pgh_context", "change__by", "change__undone_by").order_by("-pgh_id")  # type: ignore[attr-defined]
    found = list(events[(page - 1) * per_page : page * per_page + 1])
    people = _people(event.pgh_context.metadata.get("user") for event in found if event.pgh_context)
    entries = []
    for event, before in zip(found, [*found[1:], None], strict=True):
        change = getattr(event, "change", None)
        user = event.pgh_context.metadata.get("user") if event.pgh_context else None
        by = str(change.by if change else people.get(user) or gettext("the site itself"))
        entries.append(Entry(event.pgh_created_at, by, list(lines(before, event)) if before else [], change, before is None))
    return entries[:per_page], len(found) > per_page


def _people(keys: Iterable[Any]) -> dict[Any, User]:
    return User.objects.in_bulk({key for key in keys if key})


def lines(before: Any, after: Any, fields: Iterable[str] = TRACKED) -> Iterator[Line]:
    """What differs between two versions of a city."""
    for name in fields:
        if getattr(before, name) != getattr(after, name):
            yield Line(name, label_of(name), _became(before, after, name))


def label_of(name: str) -> str:
    return capfirst(str(City._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _became(before: Any, after: Any, name: str) -> SafeString:
    field = City._meta.get_field(name)
    if isinstance(field, PictureField):
        return _pictures(getattr(before, name), getattr(after, name))
    if isinstance(field, ArrayField):
        return _values(getattr(before, name), getattr(after, name), dict(field.base_field.choices or []))
    return difference(shown(before, name), shown(after, name))


def shown(record: Any, name: str) -> str:
    """The field's value in words."""
    field: Any = City._meta.get_field(name)
    value = getattr(record, name)
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.choices or [])
        return gettext(", ").join(str(labels.get(one, one)) for one in value)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in _NAMES:
        return _NAMES[name](value)
    return str(dict(field.flatchoices).get(value, value))


def _values(old: list[str], new: list[str], labels: dict[str, Any]) -> SafeString:
    """A list: what is in both, what went, what came."""
    rows = [(value, "{}") for value in new if value in old]
    rows += [(value, "<del>{}</del>") for value in old if value not in new]
    rows += [(value, "<ins>{}</ins>") for value in new if value not in old]
    return format_html_join(gettext(", "), "{}", ((format_html(form, str(labels.get(value, value))),) for value, form in rows))


def _pictures(old: str, new: str) -> SafeString:
    return format_html("{}{}", _picture("del", old), _picture("ins", new))


def _picture(tag: str, name: str) -> SafeString:
    if not name:
        return SafeString("")
    picture = Picture(name)
    words = gettext("the picture before") if tag == "del" else gettext("the picture after")
    return format_html(
        '<{} class="picture"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy"></{}>',
        SafeString(tag), picture.src, words, picture.width, picture.height, SafeString(tag),
    )  # fmt: skip
