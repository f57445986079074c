"""The rows of a spreadsheet of cities: their cells, the record that each is about, and what would change of it.

Which record is a row's? The one at its `address`; without an address, the one of its name (or of another name of it), kind and country;
where that one was merged, the one that it is part of now, which keeps its own name, kind and country.
A name that is only another spelling of one that is here is bad: it is either that city, or has to be looked at by itself.
A column that isn't in the file stays as it is; an empty cell empties what may be empty.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext

from members import countries, matching, names
from members.imports.plan import By, Change, Line, Told, day, one_of, parts, read_cells, text, yes_or_no
from members.models.application import Application
from members.models.city import City
from members.models.membership import Membership
from members.querysets import today
from members.regions import MOST_PEOPLE, Population, Region, population_band
from strongcities import zones
from strongcities.sheets import SURPLUS, Row, said

# Each column that is a field of the model.
FIELDS = {
    "name": "name", "official_name": "official_name", "own_name": "own_name", "own_language": "own_language",
    "other_names": "other_names", "kind": "kind", "country": "country", "within": "within", "network_region": "region",
    "population": "population", "population_band": "population_band", "website": "website", "latitude": "latitude",
    "longitude": "longitude", "time_zone": "time_zone", "shown": "is_public",
}  # fmt: skip
MEMBERSHIP = {"joined": "joined", "left": "left", "founding": "is_founding"}
_COLUMNS = {field: column for column, field in FIELDS.items()}


def with_terms() -> Prefetch[Any]:
    """Cities with `terms`, their memberships, the newest first."""
    return Prefetch("memberships", Membership.objects.order_by("-joined"), to_attr="terms")


def cells(city: Any) -> dict[str, Any]:
    """What a record says, by column. Needs `terms`."""
    term = city.terms[0] if city.terms else None
    return {
        "address": city.slug,
        **{column: getattr(city, name) for column, name in FIELDS.items()},
        "other_names": joined(city.other_names),
        "within": city.within.slug if city.within else "",
        "joined": term.joined if term else None,
        "left": term.left if term else None,
        "founding": term.is_founding if term else None,
    }


def joined(items: Sequence[str]) -> str:
    return " | ".join(items)


# --- Cells -----------------------------------------------------------------------------------------------------------


def _name(cell: str) -> str:
    if not cell:
        raise ValidationError(gettext("A city has a name."))
    return names.clean_name(text(120)(cell))


def _other_names(cell: str) -> list[str]:
    return [text(120)(name) for name in names.clean_names(parts(cell))]


def country(cell: str) -> str:
    """The code of the country that a cell names."""
    code = countries.code_of(cell)
    if not code:
        raise ValidationError(gettext("“%(cell)s” is no country, nor the code of one.") % {"cell": cell[:60]})
    return code


def _people(cell: str) -> int | None:
    """With commas or spaces between thousands, no points: in a workbook 285.273 is a fraction, and no 285,273."""
    if not cell:
        return None
    plain = "".join(sign for sign in cell if sign != "," and not sign.isspace())
    if not (plain.isascii() and plain.isdecimal() and 1 <= int(plain[:11]) <= MOST_PEOPLE):
        raise ValidationError(gettext("“%(cell)s” is no number of inhabitants.") % {"cell": cell[:60]})
    return int(plain)


def _degrees(most: int) -> Callable[[str], Decimal | None]:
    def read(cell: str) -> Decimal | None:
        if not cell:
            return None
        try:
            degrees = Decimal(cell)
        except InvalidOperation:
            degrees = Decimal("nan")
        if not degrees.is_finite() or not -most <= degrees <= most:
            raise ValidationError(gettext("“%(cell)s” is no number from −%(most)d to %(most)d.") % {"cell": cell[:60], "most": most})
        return round(degrees, 4)

    return read


def _zone(cell: str) -> str:
    """By the present name of the zone, whatever name the file has."""
    return zones.canonical(cell) if cell else ""


def _website(cell: str) -> str:
    cell = text(300)(cell)
    if not cell:
        return ""
    words = {"cell": cell[:120], "right": f"https://{cell[:120].lstrip('/')}"}
    if "://" not in cell and _is_website(words["right"]):
        raise ValidationError(gettext("“%(cell)s” lacks the https:// before it. Write %(right)s.") % words)
    if not _is_website(cell):
        raise ValidationError(gettext("“%(cell)s” is no address of a website. One looks like https://www.aarhus.dk/.") % words)
    return cell


def _is_website(address: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        return False
    return True


_READERS: dict[str, Callable[[str], Any]] = {
    "address": text(140), "name": _name, "official_name": text(200), "own_name": text(200),
    "own_language": lambda cell: text(3)(cell.lower()), "other_names": _other_names, "kind": one_of(City.Kind),
    "country": country, "within": text(140), "network_region": one_of(Region), "population": _people,
    "population_band": one_of(Population), "website": _website, "latitude": _degrees(90), "longitude": _degrees(180),
    "time_zone": _zone, "shown": yes_or_no, "joined": day, "left": day, "founding": yes_or_no,
}  # fmt: skip


def read(row: Row) -> Line:
    line = Line(row.line, row.cells.get("name", "") or row.cells.get("address", ""), row.cells)
    read_cells(line, row.cells, _READERS)
    for column in ("shown", "founding", "kind", "network_region", "joined", "left"):
        if not line.values.get(column) and line.values.get(column) is not False:
            line.values.pop(column, None)  # an empty cell says nothing where there is no such thing as nothing
    return line


# --- Records ---------------------------------------------------------------------------------------------------------


class Here:
    """What the database knows that rows may be about: fetched for all of them at once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        whole = [line for line in lines if line.values.get("name") and line.values.get("country")]
        matches = matching.of_names([(line.values["name"], line.values["country"]) for line in whole], City.objects.all(), alike=False)
        self.matches = {id(line): found for line, found in zip(whole, matches, strict=True)}
        addresses = {line.values.get(column) for line in lines for column in ("address", "within")} - {None, ""}
        self.folded = names.folded(line.values["name"] for line in whole)
        gone = City.objects.filter(folded__in=set(self.folded.values()), merged_into__isnull=False).select_related("merged_into")
        self.merged = {(city.folded, city.country, city.kind): city for city in gone}
        keys = {match.city.pk for found in matches for match in found} | {city.standing.pk for city in self.merged.values()}
        keys.update(City.objects.filter(slug__in=addresses).values_list("pk", flat=True))
        every = City.objects.filter(pk__in=keys).select_related("within", "merged_into").prefetch_related(with_terms())
        self.cities: dict[int, Any] = {city.pk: city for city in every}
        self.by_address = {city.slug: city for city in self.cities.values()}
        half = Application.objects.open().filter(city__in=keys, first_approver__isnull=False)
        self.half_approved = set(half.values_list("city", flat=True))
        self.rows: dict[tuple[Any, ...], int] = {}  # what a row is about, and the first line that is about it

    def settle(self, line: Line) -> None:
        """Find the record of a row, and what would change of it; and all its faults, as far as they can be told, so that a file is
        put right in one go."""
        if line.faulty(SURPLUS):
            return
        known, found = self._about(line)
        if known is not None:
            line.record, line.label, line.url = known.pk, known.name, reverse("admin:members_city_change", args=[known.pk])
        self._once(line, known)
        before = cells(known) if known is not None else {}
        self._complete(line, known, before)
        self._clean(line, known, found=found)
        _join(line, known, found=found)
        if line.makes_member:
            line.values.setdefault("shown", True)
        for column in (*FIELDS, *MEMBERSHIP):
            if column in line.values:
                value = line.values[column]
                was, now = said(before.get(column)), joined(value) if isinstance(value, list) else said(value)
                if was != now:
                    line.changes.append(Change(column, was, now))
        if line.record in self.half_approved:
            for column in sorted({change.column for change in line.changes} & {_COLUMNS[name] for name in City.IDENTITY}):
                line.fault(column, gettext("One of two people approved an application for this city as it is: settle that first."))

    def rings(self, lines: Sequence[Line]) -> None:
        """A fault where several rows together would put authorities within each other; of one row alone the model tells it. Those
        on top take their turn first, so that none is ever within its own part, whatever the order of the file."""
        moved = {
            line.record: line for line in lines
            if line.record and not line.faulty("within") and any(change.column == "within" for change in line.changes)
        }  # fmt: skip
        over: dict[int, int | None] = {}
        for pk, line in moved.items():
            city = self.by_address.get(line.values["within"])
            over[pk] = city.pk if city else None
        while further := {pk for pk in over.values() if pk is not None and pk not in over}:
            over |= dict(City.objects.filter(pk__in=further).values_list("pk", "within"))
        for pk, line in moved.items():
            met: list[int | None] = [pk]
            while (at := over.get(met[-1] or 0)) is not None and at not in met:
                met.append(at)
            line.turn = len(met)
            if at == pk:
                line.fault("within", gettext("By this row and others together it would be part of itself."))

    def _about(self, line: Line) -> tuple[Any, bool]:
        """The record that a row is about, None for a new one; and whether that could be told. A fault where it could not."""
        values = line.values
        if line.cells.get("address"):
            city = self.by_address.get(values.get("address", ""))
            if city is None:
                if not line.faulty("address"):
                    line.fault("address", gettext("No city has this address. Of a new city the cell is empty."))
                return None, False
            kind = values.get("kind", city.kind)
            taken = any(match.city.pk != city.pk and self._is(match.city, line, kind) for match in self.matches.get(id(line), ()))
            if (taken or (not city.merged_into and self._merged(line, kind))) and not line.faulty("kind"):
                line.fault("name", gettext("A city of this name, kind and country is there already."))
        elif line.faulty("name", "country", "kind"):
            return None, False
        else:
            city, found = self._named(line)
            if not found:
                return None, False
        if city is not None and city.merged_into:
            line.fault("address", gettext("It was merged into %(city)s.") % {"city": city.standing})
            return None, False
        return city, True

    def _is(self, city: City, line: Line, kind: str) -> bool:
        """Whether the city is the one of the row's name and country, and of `kind`: the database has one of these alone."""
        return city.kind == kind and city.folded == self.folded[line.values["name"]]

    def _merged(self, line: Line, kind: str) -> City | None:
        """The record of the row's name and country, and of `kind`, where it was merged."""
        if id(line) not in self.matches:  # it names none
            return None
        return self.merged.get((self.folded[line.values["name"]], line.values["country"], kind))

    def _named(self, line: Line) -> tuple[Any, bool]:
        """As _about, for a row without an address."""
        kind = line.values.setdefault("kind", City.Kind.CITY.value)
        if gone := self._merged(line, kind):
            city = self.cities[gone.standing.pk]
            words = {"gone": gone, "gone_kind": gone.get_kind_display(), "city": city, "kind": city.get_kind_display()}
            line.hints.append(gettext("%(gone)s (%(gone_kind)s) was merged into %(city)s (%(kind)s): the row is about that one.") % words)
            line.values.update(kind=city.kind, country=city.country)  # these three told which record was meant, and that one is gone
            del line.values["name"]
            return city, True
        for match in self.matches[id(line)]:
            words = {"city": match.city, "kind": match.city.get_kind_display(), "why": match.why, "address": match.city.slug}
            other_name = match.how == matching.How.OTHER_NAME
            if match.city.kind != kind:
                line.hints.append(gettext("%(city)s (%(kind)s) is here already.") % words)
            elif self._is(match.city, line, kind) or other_name:
                if match.how != matching.How.NAME:
                    line.told = Told(match.city, match.typed, By.OTHER_NAME if other_name else By.SPELLING)
                del line.values["name"]  # a name is changed by its address alone
                return self.cities[match.city.pk], True
            else:
                line.fault(
                    "name", gettext("%(why)s It is here already: if you mean it, write %(address)s in the column “address”.") % words
                )
                line.told = Told(match.city, match.typed, By.NOT_SURE)
                return None, False
        return None, True

    def _once(self, line: Line, known: Any) -> None:
        """Of two rows about one city the first stands."""
        values = line.values
        name = values.get("name")
        kind = values.get("kind") or (known.kind if known is not None else "")
        keys: list[tuple[Any, ...]] = [("city", known.pk)] if known is not None else []
        if name and kind and id(line) in self.matches:
            keys.append(("name", self.folded[name], values["country"], kind))
        for key in keys:
            first = self.rows.setdefault(key, line.line)
            if first != line.line:
                line.fault("name", gettext("Line %(line)d is about the same city.") % {"line": first})
                return

    def _complete(self, line: Line, known: Any, before: dict[str, Any]) -> None:
        """What follows from other cells, where they say nothing themselves."""
        values = line.values
        people = values.get("population")
        if people is not None and not values.get("population_band") and people != before.get("population"):
            values["population_band"] = population_band(people).value
        code = values.get("country")
        if known is None:
            if code and not line.faulty("network_region"):
                values.setdefault("network_region", countries.region_of(code).value)
            values.setdefault("shown", bool(values.get("joined")))
        if over := values.get("within"):
            city = self.by_address.get(over)
            if city is None or city.merged_into:
                line.fault("within", gettext("No city has the address “%(address)s”. Bring that authority in first.") % {"address": over})
            elif code and city.country != code:
                line.fault("within", gettext("%(city)s lies in another country.") % {"city": city})

    def _clean(self, line: Line, known: Any, *, found: bool) -> None:
        """The model's own rules, on the record as it would be; what belongs together, where both of it could be read."""
        city = copy.copy(known) if known is not None else City()
        over = self.by_address.get(line.values.get("within", ""))
        given = {FIELDS[column]: value for column, value in line.values.items() if column in FIELDS}
        for name, value in (given | {"within": over} if "within" in given else given).items():
            setattr(city, name, value)
        checked = {*given} if known is not None and over is not None and over.pk != known.within_id else {*given} - {"within"}
        try:
            city.clean_fields(exclude={field.name for field in City._meta.fields} - checked)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                line.fault(_COLUMNS[name], " ".join(words))
        if bool(city.own_name) != bool(city.own_language) and _both(line, "own_name", "own_language", found=found):
            line.fault("own_language", gettext("A name in the city’s own language needs the language, and the language a name."))
        if (city.latitude is None) != (city.longitude is None) and _both(line, "latitude", "longitude", found=found):
            line.fault("longitude", gettext("Latitude and longitude go together."))
        line.values.update({column: getattr(city, FIELDS[column]) for column in ("official_name", "own_name") if column in line.values})


def _both(line: Line, one: str, other: str, *, found: bool) -> bool:
    """Whether it is known what both cells say: the file's, or the record's where there is one."""
    return not line.faulty(one, other) and (found or {one, other} <= line.values.keys())


def _join(line: Line, known: Any, *, found: bool) -> None:
    """What `joined`, `left` and `founding` come to, beside the newest membership that there is."""
    values = line.values
    term = known.terms[0] if known is not None and known.terms else None
    since: date | None = values.get("joined", term.joined if term else None)
    again = term is not None and term.left is not None and term.left <= today() and since not in {None, term.joined}
    until: date | None = values.get("left", term.left if term and not again else None)
    for column in ("joined", "left"):
        if (values.get(column) or date.min) > today():
            line.fault(column, gettext("That day is yet to come."))
    if not found or line.faulty("joined", "left"):
        if since and until and until < since and not line.faulty("joined", "left"):
            line.fault("left", gettext("It left before it joined."))
    elif since is None:
        if until or values.get("founding") or term:
            line.fault("joined", gettext("The day on which it joined is missing."))
    elif until and until < since:
        line.fault("left", gettext("It left before it joined."))
    elif term is None or again:
        if term is not None and since < term.left:
            line.fault("joined", gettext("It was a member then already."))
        line.makes_member = until is None
    elif until != term.left and term.left is None:
        line.fault("left", gettext("That a city leaves is said on its page: its people’s access ends with it."))
    elif until != term.left:
        line.fault("left", gettext("This membership is over. The city joins again by a later day."))
