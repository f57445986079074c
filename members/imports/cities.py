"""Cities in a spreadsheet: what comes in (city_rows.py says how a row finds its record), and what goes out.

What lead officials write (profile, themes, picture) is theirs, so it isn't here. `joined` of a city that is no member makes it one,
which two people decide. That a city leaves is said on its page, since its people's access ends with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from members import countries, matching
from members.imports import city_rows, words
from members.imports.city_rows import FIELDS, MEMBERSHIP
from members.imports.plan import Line, Outcome, Plan, Room
from members.imports.words import Words
from members.models.city import City
from members.models.governance import Body
from members.models.membership import Membership
from members.querysets import today
from members.regions import Population, Region
from strongcities import languages
from strongcities.sheets import Column, Row


class Cities(Room):
    columns = ("address", *FIELDS, *MEMBERSHIP)
    needed = ("name", "country")
    told = ("sample",)

    # --- In ----------------------------------------------------------------------------------------------------------

    def plan(self, columns: Sequence[str], rows: Sequence[Row], *, by: Any) -> Plan:
        lines = [city_rows.read(row) for row in rows]
        here = city_rows.Here(lines)
        for line in lines:
            here.settle(line)
        here.rings(lines)
        return Plan(lines, self.unread(columns))

    def lock(self, rows: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cities_lock()")  # before the cities, as the tree's own trigger takes it
        Body.hold()  # a membership that is made longer lengthens seats
        found = city_rows.Here([city_rows.read(row) for row in rows]).cities
        list(City.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk"))

    def hint(self, lines: Sequence[Line]) -> None:
        """Which city of another name a new one may be."""
        new = [line for line in lines if line.outcome == Outcome.NEW]
        asked = [(line.values["name"], line.values["country"]) for line in new]
        for line, matches in zip(new, matching.of_names(asked, City.objects.all(), alike=True), strict=True):
            for match in matches:
                if match.how == matching.How.LOOKS_LIKE:
                    about = {"city": match.city, "kind": match.city.get_kind_display(), "percent": match.percent}
                    line.hints.append(gettext("It may be %(city)s (%(kind)s): the names are alike by %(percent)d%%.") % about)

    def words(self, lines: Sequence[Line]) -> Words:
        over = {said for line in lines for change in line.changes if change.column == "within" for said in (change.before, change.after)}
        named = dict(City.objects.filter(slug__in=over).values_list("slug", "name"))
        return Words(
            words.names_of(City, FIELDS | {"address": "slug"}) | words.names_of(Membership, MEMBERSHIP),
            {
                "kind": words.label_of(City.Kind), "country": countries.name, "network_region": words.label_of(Region),
                "population": words.count, "population_band": words.label_of(Population), "own_language": languages.name,
                "within": lambda cell: named.get(cell, cell), "shown": words.yes_no, "founding": words.yes_no,
                "joined": words.day, "left": words.day,
            },
        )  # fmt: skip

    def write(self, line: Line, *, by: Any) -> None:
        values, changed = line.values, {change.column for change in line.changes}
        told = {FIELDS[column]: values[column] for column in FIELDS if column in changed}
        if "within" in told:
            told["within"] = City.objects.filter(slug=told["within"]).first()
        if line.record is None:
            # Not `propose`: one that somebody else made this very moment says what they know, and is no row's to overwrite.
            city = City.make(**{"name": values["name"], "country": values["country"], "kind": values["kind"], **told})
        else:
            city = City.objects.get(pk=line.record)
            for name, value in told.items():
                setattr(city, name, value)
            if told:
                city.save(update_fields=list(told))
        if changed & set(MEMBERSHIP):
            _write_term(city, values)

    # --- Out ---------------------------------------------------------------------------------------------------------

    def described(self) -> list[Column]:
        yes_no = ("yes", "no")
        return [
            Column("address", gettext("The last part of its page’s address; it tells which city a row is about. Empty for a new one.")),
            Column("name", gettext("Its name in English.")),
            Column("official_name", gettext("In English, in full, where it is more than the name.")),
            Column("own_name", gettext("As the authority writes it itself, in its own script.")),
            Column("own_language", gettext("The code of the language of that name: da, ar.")),
            Column("other_names", gettext("Other names and spellings; they stand apart by |.")),
            Column("kind", gettext("What kind of authority it is."), City.Kind.values),
            Column("country", gettext("Its country, by code or name: DK, Denmark.")),
            Column("within", gettext("The address of the next larger authority over the same place.")),
            Column("network_region", gettext("Its region of the network; of a new city, its country’s unless said."), Region.values),
            Column("population", gettext("Inhabitants."), is_text=False),
            Column("population_band", gettext("Follows from the inhabitants, unless said."), Population.values),
            Column("website", gettext("With https:// before it.")),
            Column("latitude", gettext("In degrees, south with a minus before it."), is_text=False),
            Column("longitude", gettext("In degrees, west with a minus before it."), is_text=False),
            Column("time_zone", gettext("By its name: Europe/Copenhagen.")),
            Column("shown", gettext("Whether its page is shown to everyone."), yes_no),
            Column("joined", gettext("The day on which it became a member. For one that is none, two of the staff decide."), is_text=False),
            Column("left", gettext("The day on which it left, of a membership that is over."), is_text=False),
            Column("founding", gettext("Whether it is a founding city."), yes_no),
            Column("sample", gettext("Whether it is made up, to try things with. Not read."), yes_no),
        ]

    def taken_out(self, chosen: Any) -> Iterable[list[Any]]:
        found = chosen.select_related("within").prefetch_related(city_rows.with_terms())
        for city in found.iterator(chunk_size=1_000):
            yield [*city_rows.cells(city).values(), city.is_sample]


def _write_term(city: City, values: dict[str, Any]) -> None:
    """The membership that a row is about, as city_rows tells it: the newest one, or one that comes after it."""
    term = city.memberships.order_by("-joined").first()
    if term is None or (values.get("joined", term.joined) != term.joined and term.left and term.left <= today()):
        term = Membership(city=city, left=values.get("left"))
    term.joined = values.get("joined", term.joined)
    term.is_founding = values.get("founding", term.is_founding)
    term.save()
