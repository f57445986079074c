"""The marks on a map: cities where there is room, and where there is none one mark for several, with their number.

The database gathers the cities into cells of the map, so what is read and sent depends on the map and not on how many
cities there are. One statement, whatever is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import Avg, Case, Count, F, FloatField, Func, IntegerField, Max, Min, TextField, Value, When
from django.db.models.functions import Cast, Floor
from django.utils.translation import get_language

from members.map import MIDDLE, Box, Grid, View
from members.querysets import CityQuerySet

# In a drawing 1000 wide. On a phone 330 pixels wide three units are one pixel, so marks 75 apart are 24 pixels apart: what
# WCAG 2.2 asks of targets (2.5.8).
APART = 75
NAMED = 3  # cities that a mark for several names
_NARROW = 0.02  # degrees; cities nearer to each other than this stay one mark, however close one looks
_LETTER, _LINE = 9.5, 26  # about the size of a letter of a name on a wide screen
_DOT = 16  # from a mark's middle to where its name begins


@dataclass(frozen=True)
class Mark:
    """One city, or several that stand too close together: how many, the middle of them in degrees, the latitudes and turns
    between which they lie, the largest of them, and where in the drawing the mark stands."""

    count: int
    latitude: float
    turn: float  # degrees east of the map's cut
    south: float
    north: float
    start: float
    end: float
    largest: tuple[tuple[int, str, str], ...]  # inhabitants, name and address of a few, the largest first
    x: float
    y: float
    side: str = "none"  # of the mark, where its name has room: end, start or none

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _size, name, _slug in self.largest)

    @property
    def slug(self) -> str:
        """The address of the largest, for a single one its own."""
        return self.largest[0][2]

    @property
    def box(self) -> Box | None:
        """The section that shows these cities apart; None where no section does."""
        if max(self.north - self.south, self.end - self.start) < _NARROW:
            return None
        return Box.about(self.south, self.north, self.start, self.end)

    @property
    def about(self) -> Box:
        """The smallest section that holds them."""
        return Box.about(self.south, self.north, self.start, self.end, least=0.04)


@dataclass(frozen=True)
class Marks:
    """What a view shows: its marks from west to east, how many cities that is, how many lie outside of it, and how many
    have no place given."""

    shown: list[Mark] = field(default_factory=list)
    on_map: int = 0
    outside: int = 0
    nowhere: int = 0


def turn_of(column: str) -> Func:
    """The `map.turned` of a column of longitudes, in SQL."""
    return Func(
        Cast(column, FloatField()), template=f"mod((%(expressions)s + {540 - MIDDLE})::numeric, 360)::float8", output_field=FloatField()
    )


def extent(cities: CityQuerySet) -> Box | None:
    """The section that all of `cities` that have a place lie in; None where none has."""
    found = (
        cities.order_by()
        .exclude(latitude=None)
        .exclude(longitude=None)
        .aggregate(south=Min("latitude"), north=Max("latitude"), start=Min(turn_of("longitude")), end=Max(turn_of("longitude")))
    )
    if found["south"] is None:
        return None
    return Box.about(float(found["south"]), float(found["north"]), found["start"], found["end"], least=8)


def on(view: View, cities: CityQuerySet) -> Marks:
    """The marks of `cities` in `view`."""
    grid = view.grid(APART)
    marks, outside, nowhere = [], 0, 0
    for cell in _cells(grid, cities):
        if cell["row"] is None:
            nowhere += cell["count"]
        elif cell["row"] == 0 or cell["row"] > grid.rows or not 0 <= cell["column"] < grid.columns:
            outside += cell["count"]
        else:
            marks.append(_mark(view, cell))
    apart = sorted(_apart(view, marks), key=lambda mark: (mark.x, mark.y))
    return Marks(_named(apart), sum(mark.count for mark in apart), outside, nowhere)


def _cells(grid: Grid, cities: CityQuerySet) -> Any:
    """The cells that have a city. A row comes from the latitudes that bound it (parallels are straight on the map), a column
    from how many degrees a cell is wide in that row. Outside of the rows all that is west or east is one, and without a whole
    place there is no row."""
    degrees = ArrayField(FloatField())
    bucket = Func(Cast("latitude", FloatField()), Value(grid.latitudes, degrees), function="width_bucket", output_field=IntegerField())
    row = Case(When(longitude__isnull=False, then=bucket))

    def of_row(values: list[float]) -> Func:
        return Func(Value(values, degrees), row, template="((%(expressions)s])", arg_joiner=")[", output_field=FloatField())

    def largest(name: Any, kind: Any) -> Func:
        every: Any = ArrayAgg(name, order_by=[F("population").desc(nulls_last=True), "pk"])
        return Func(every, template=f"(%(expressions)s)[1:{NAMED}]", output_field=ArrayField(kind))

    reads_own = When(own_language=(get_language() or "").partition("-")[0], then=F("own_name"))  # as City.called
    called = Case(reads_own, default=F("name"), output_field=TextField())
    return (
        cities.order_by()
        .annotate(row=row, turn=turn_of("longitude"))
        .annotate(column=Floor((F("turn") - of_row(grid.starts)) / of_row(grid.steps), output_field=IntegerField()))
        .values("row", "column")
        .annotate(
            count=Count("pk"), middle=Avg("latitude"), centre=Avg("turn"), south=Min("latitude"), north=Max("latitude"),
            start=Min("turn"), end=Max("turn"), sizes=largest("population", IntegerField()), names=largest(called, TextField()),
            slugs=largest("slug", TextField()),
        )
    )  # fmt: skip


def _mark(view: View, cell: dict[str, Any]) -> Mark:
    latitude, turn = float(cell["middle"]), cell["centre"]
    x, y = _within(view, latitude, turn)
    return Mark(
        cell["count"], latitude, turn, float(cell["south"]), float(cell["north"]), cell["start"], cell["end"],
        tuple(zip((size or 0 for size in cell["sizes"]), cell["names"], cell["slugs"], strict=True)), x, y,
    )  # fmt: skip


def _within(view: View, latitude: float, turn: float) -> tuple[float, float]:
    """Where a mark is drawn: its place, but for half a mark at the edges, so that none is cut."""
    x, y = view.place(latitude, turn + MIDDLE - 180)
    half = APART / 2
    return min(max(x, half), view.DRAWN - half), min(max(y, half), view.drawn_height - half)


def _apart(view: View, marks: list[Mark]) -> list[Mark]:
    """The marks with those made one that stand nearer than a finger can tell. Neighbours in two cells may stand close to the
    line between them, so cells alone don't keep them apart."""
    left = sorted(marks, key=lambda mark: (-mark.count, mark.slug))
    while pair := _too_near(left):
        one, other = pair
        left = [mark for mark in left if mark is not one and mark is not other]
        left.append(_joined(view, one, other))
    return left


def _too_near(marks: list[Mark]) -> tuple[Mark, Mark] | None:
    for place, one in enumerate(marks):
        for other in marks[place + 1 :]:
            if abs(one.x - other.x) < APART and (one.x - other.x) ** 2 + (one.y - other.y) ** 2 < APART**2:
                return one, other
    return None


def _joined(view: View, one: Mark, other: Mark) -> Mark:
    count = one.count + other.count
    latitude = (one.latitude * one.count + other.latitude * other.count) / count
    turn = (one.turn * one.count + other.turn * other.count) / count
    x, y = _within(view, latitude, turn)
    return Mark(
        count, latitude, turn, min(one.south, other.south), max(one.north, other.north), min(one.start, other.start),
        max(one.end, other.end), tuple(sorted(one.largest + other.largest, key=lambda city: -city[0])[:NAMED]), x, y,
    )  # fmt: skip


def _named(marks: list[Mark]) -> list[Mark]:
    """The marks of one city each with the side on which its name covers no other mark and no other name."""
    taken = [(mark.x - _DOT, mark.y - _DOT, mark.x + _DOT, mark.y + _DOT) for mark in marks]
    told = []
    for mark in marks:
        for side, way in (("end", 1), ("start", -1)) if mark.count == 1 else ():
            near, far = mark.x + way * _DOT, mark.x + way * (_DOT + _LETTER * len(mark.names[0]))
            spot = (min(near, far) + 1, mark.y - _LINE / 2, max(near, far), mark.y + _LINE / 2)
            if spot[0] >= 0 and spot[2] <= View.DRAWN and not any(_over(spot, other) for other in taken):
                taken.append(spot)
                mark = replace(mark, side=side)  # noqa: PLW2901  the same mark, with its name's place
                break
        told.append(mark)
    return told


def _over(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
