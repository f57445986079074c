"""Editing a city's page, and taking a change back. Several people may edit at once, and nobody's change is lost unseen.

The page is edited in parts. A form carries the version of the city that it was filled with (the number of its newest entry
in the history); from there it follows, for each part, whether this person changed it and whether others did meanwhile:

| this person | others | then                                                     |
|-------------|--------|----------------------------------------------------------|
| left it     | either | what the others wrote stays                              |
| changed it  | left   | it is written                                            |
| changed it  | wrote the same | nothing to do                                    |
| changed it  | wrote something else | `Overtaken`: nothing is written, both are shown |
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from members.models import City, CityChange
from strongcities import mail
from strongcities.uploads import Picture
from strongcities.workflow import MoveRefused

PARTS: dict[str, tuple[str, ...]] = {
    "profile": ("profile", "profile_language"),
    "themes": ("themes",),
    "website": ("website",),
    "population": ("population", "population_band"),
    "place": ("latitude", "longitude"),
    "picture": ("picture", "picture_alt", "picture_credit", "picture_licence"),
}
FIELDS = tuple(field for part in PARTS.values() for field in part)


class Overtaken(Exception):
    """Others wrote something else meanwhile. `city` is what it is now, `parts` where the two differ."""

    def __init__(self, city: City, parts: list[str]) -> None:
        super().__init__(parts)
        self.city, self.parts = city, parts


def version(city: City) -> int:
    """The number of the city's newest entry in the history; 0 where it has none (samples)."""
    newest: int | None = city.history.order_by("-pgh_id").values_list("pgh_id", flat=True).first()  # type: ignore[attr-defined]
    return newest or 0


def at_version(city: City, number: int) -> Any:
    """The city as it was at that version: an entry of its history, or the city itself where there is none."""
    events = city.history.order_by("pgh_id")  # type: ignore[attr-defined]
    return (events.filter(pgh_id=number) if number else events).first() or city


def values_of(record: Any, *parts: str) -> dict[str, Any]:
    """The fields of these parts (of all, where none is named) as `record` has them."""
    fields = [field for part in parts for field in PARTS[part]] if parts else FIELDS
    return {field: getattr(record, field) for field in fields}


def changed_parts(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return {part for part, fields in PARTS.items() if any(old[field] != new[field] for field in fields)}


def edit(city: City, *, by: Any, seen: int, values: dict[str, Any]) -> CityChange | None:
    """Write `values` (every field of every part) over version `seen`, as the table above says. None where nothing changed.

    Raises PermissionDenied, Overtaken, and MoveRefused for what can't be changed now.
    """
    with transaction.atomic():
        now = _locked(city)
        if not now.can_edit(by):
            raise PermissionDenied
        base, current = values_of(at_version(now, seen)), values_of(now)
        mine, theirs = changed_parts(base, values), changed_parts(base, current)
        differ = changed_parts(current, values)
        if clashes := [part for part in PARTS if part in mine & theirs & differ]:
            raise Overtaken(now, clashes)
        wanted = {field: values[field] for part in mine & differ for field in PARTS[part]}
        return _write(now, wanted, by=by) if wanted else None


def take_back(change: CityChange, *, by: Any, why: str) -> CityChange:
    """Bring back what the page held before `change`, in the fields that it changed; whoever made it hears why.

    A change of its own, which can be taken back in turn. Raises PermissionDenied, ValueError without a reason, and
    MoveRefused where it was taken back already, something in it was changed again since, or its picture is gone.
    """
    if not why.strip():
        raise ValueError("say why")
    with transaction.atomic():
        now = _locked(change.city)  # others who take it back wait here
        change = CityChange.objects.select_related("before", "after", "by").get(pk=change.pk)
        if not change.can_take_back(by):
            raise PermissionDenied
        if change.is_taken_back:
            raise MoveRefused(gettext("It was taken back already."))
        newer = [field for field in change.fields if getattr(now, field) != getattr(change.after, field)]
        if newer:
            names = gettext(", ").join(str(City._meta.get_field(field).verbose_name) for field in newer)  # type: ignore[union-attr]
            raise MoveRefused(
                gettext("Changed again since: %(fields)s. Take back the newer change first, or edit the page.") % {"fields": names}
            )
        back = _write(now, {field: getattr(change.before, field) for field in change.fields}, by=by, undoes=change, why=why)
        change.look(by=by)
        if change.by != by:
            context = {"city": now, "slug": now.slug, "why": why}
            mail.send("members/change_taken_back", to=change.by.email, context=context, language=change.by.language)
    return back


def _locked(city: City) -> City:
    locked: City = City.objects.select_for_update(no_key=True).get(pk=city.pk)
    return locked


def _write(city: City, values: dict[str, Any], *, by: Any, undoes: CityChange | None = None, why: str = "") -> CityChange:
    """Write into the locked city, and the change into its history. A change by staff needs nobody of the staff to look."""
    fields = sorted(field for field, value in values.items() if getattr(city, field) != value)
    if "website" in fields and city.is_half_approved:
        raise MoveRefused(gettext("Staff are deciding on an application for this city, so its website can’t be changed right now."))
    if "picture" in fields and values["picture"] and not Picture(values["picture"]).is_there:
        raise MoveRefused(gettext("The picture is no longer kept. Choose it anew, please."))
    if not version(city):
        pghistory.create_event(city, label="insert")  # samples come without: what it was before must be known
    before = version(city)
    for field in fields:
        setattr(city, field, values[field])
    city.save(update_fields=fields)
    change = CityChange(city=city, by=by, fields=fields, before_id=before, after_id=version(city), undoes=undoes, why=why)
    change.save(force_insert=True)
    if change.can_look(by):
        change.look(by=by)
    return change
