"""The map of the world: the one place that says where on it a place of the earth stands, and which section a page shows.

Equal Earth, on which no land looks larger than another of the same size: B. Šavrič, T. Patterson, B. Jenny, "The Equal
Earth map projection", International Journal of Geographical Information Science 33(3), 2019, pages 454 to 465: x and y of
a place, with the four constants, and y back to a latitude by Newton's method. Parallels are straight lines on it, so a
height depends on the latitude alone. Its middle is 11° east: the cut then runs through the Bering Strait.

A unit is some two and a half kilometres; x runs east and y south, from the upper left corner of the whole earth's frame.
The outline (static/img/world.svg) is drawn by tools/outline.py with these very functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from members.regions import Region

MIDDLE = 11  # degrees east
WIDTH = 16_000
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2


def _parametric(latitude: float) -> float:
    return math.asin(_M * math.sin(math.radians(latitude)))


def _rise(theta: float) -> float:
    return theta * (_A1 + _A2 * theta**2 + _A3 * theta**6 + _A4 * theta**8)


def _slope(theta: float) -> float:
    """The derivative of `_rise`."""
    return _A1 + 3 * _A2 * theta**2 + 7 * _A3 * theta**6 + 9 * _A4 * theta**8


_RADIUS = WIDTH * _M * _slope(0) / (2 * math.pi)  # of the globe that makes the equator as long as the map is wide
HEIGHT = 2 * _RADIUS * _rise(_parametric(90))


def turned(longitude: float) -> float:
    """How many degrees a place lies east of the map's cut: 0 up to, not including, 360."""
    return (longitude - MIDDLE + 180) % 360


def longitude_of(turn: float) -> float:
    """The longitude, -180 up to 180, that is `turn` degrees east of the cut."""
    return (turn + MIDDLE) % 360 - 180


def per_degree(latitude: float) -> float:
    """Units that a degree of longitude has at a latitude."""
    theta = _parametric(latitude)
    return _RADIUS * math.radians(1) * math.cos(theta) / (_M * _slope(theta))


def height(latitude: float) -> float:
    """y of a latitude."""
    return HEIGHT / 2 - _RADIUS * _rise(_parametric(latitude))


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """x and y of a place, given in degrees."""
    return WIDTH / 2 + (turned(longitude) - 180) * per_degree(latitude), height(latitude)


def latitude_at(y: float) -> float:
    """The latitude that has this y; the poles' for what lies beyond them."""
    wanted = (HEIGHT / 2 - y) / _RADIUS
    pole = _parametric(90)
    theta = 0.0
    for _step in range(12):  # each doubles the digits that are right
        theta = min(pole, max(-pole, theta - (_rise(theta) - wanted) / _slope(theta)))
    return math.degrees(math.asin(min(1, max(-1, math.sin(theta) / _M))))


@dataclass(frozen=True)
class Box:
    """A section of the earth in degrees, ordered as in RFC 7946, section 5: its west is greater than its east where it lies
    across the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Box:
        """The box of "west,south,east,north". Raises ValueError for what is no section of the earth."""
        west, south, east, north = (float(part) for part in text.split(","))
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):
            raise ValueError(text)
        return cls(west, south, east, north)

    @classmethod
    def about(cls, south: float, north: float, start: float, end: float, *, times: float = 1.3, least: float = 0.2) -> Box:
        """The box about what lies between two latitudes and two `turned` longitudes: `times` as wide and high, `least` so
        many degrees, in hundredths of a degree that leave nothing out."""
        tall, wide = max((north - south) * times, least) / 2, max((end - start) * times, least) / 2
        middle, centre = (south + north) / 2, (start + end) / 2
        return cls(
            _whole(longitude_of(max(centre - wide, 0)), math.floor),
            _whole(max(middle - tall, -90), math.floor),
            _whole(longitude_of(min(centre + wide, 359.99)), math.ceil),
            _whole(min(middle + tall, 90), math.ceil),
        )

    def __str__(self) -> str:
        return ",".join(f"{degrees:g}" for degrees in (self.west, self.south, self.east, self.north))

    @property
    def turns(self) -> tuple[float, float]:
        """Its west and east as `turned` longitudes; the whole round where it lies across the map's cut."""
        start, end = turned(self.west), turned(self.east)
        return (start, end) if start < end else (0, 359.99)

    def wider(self) -> Box:
        """The box about the same middle, three times as wide and high, as far as the earth goes."""
        return Box.about(self.south, self.north, *self.turns, times=3)


def _whole(degrees: float, to: Callable[[float], int]) -> float:
    """`degrees` in hundredths, `to` the next lower or higher one; what is one but for the last binary digits stays."""
    return max(-180.0, min(180.0, to(round(degrees * 100, 6)) / 100))


@dataclass(frozen=True)
class View:
    """The section of the map that a page shows: its frame in the map's units. Drawn, it is DRAWN wide."""

    x: float
    y: float
    width: float
    height: float

    DRAWN = 1000
    FLATTEST, TALLEST = 2.3, 1.3  # width to height: what a screen shows without scrolling past it

    @classmethod
    def of(cls, boxes: Iterable[Box]) -> View:
        """The frame that shows the whole of these boxes, no flatter and no taller than a screen likes."""
        xs, ys = [], []
        for box in boxes:
            for step in range(9):
                latitude = box.south + (box.north - box.south) * step / 8
                ys.append(height(latitude))
                xs += [WIDTH / 2 + (turn - 180) * per_degree(latitude) for turn in box.turns]
        wide, tall = max(xs) - min(xs), max(ys) - min(ys)
        width, high = max(wide, tall * cls.TALLEST), max(tall, wide / cls.FLATTEST)
        return cls(min(xs) - (width - wide) / 2, min(ys) - (high - tall) / 2, width, high)

    @property
    def scale(self) -> float:
        return self.DRAWN / self.width

    @property
    def drawn_height(self) -> float:
        return self.height * self.scale

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where in the drawing a place stands; outside of it, beyond its edges."""
        x, y = project(latitude, longitude)
        return (x - self.x) * self.scale, (y - self.y) * self.scale

    def grid(self, cell: float) -> Grid:
        """Cells of the drawing, `cell` wide and high, for a database that knows degrees only."""
        columns, rows = math.ceil(self.DRAWN / cell), math.ceil(self.drawn_height / cell)
        side = cell / self.scale
        latitudes = [latitude_at(self.y + self.height - row * side) for row in range(rows + 1)]
        middles = [per_degree(latitude_at(self.y + self.height - (row + 0.5) * side)) for row in range(rows)]
        return Grid(columns, latitudes, [180 + (self.x - WIDTH / 2) / degree for degree in middles], [side / degree for degree in middles])


@dataclass(frozen=True)
class Grid:
    """Rows and columns over a view. Row n, from 1 at the foot, lies between the nth latitude and the next; its columns, from
    0 in the west, begin at its `turned` longitude in `starts` and are so many degrees wide as `steps` says."""

    columns: int
    latitudes: list[float]
    starts: list[float]
    steps: list[float]

    @property
    def rows(self) -> int:
        return len(self.starts)


WORLD = View.of([Box(-168.9, -56, -169.1, 77)])
REGIONS = {
    Region.NORTH_AMERICA: Box(-168, 17, -52, 70),
    Region.LATIN_AMERICA: Box(-118, -56, -34, 33),
    Region.EUROPE: Box(-25, 34.5, 50, 70),
    Region.WESTERN_BALKANS: Box(13, 39, 23.5, 47),
    Region.MIDDLE_EAST: Box(-18, 11, 64, 42),
    Region.WEST_AFRICA: Box(-26, -19, 32, 28),
    Region.EAST_AFRICA: Box(11, -36, 60, 23),
    Region.SOUTH_ASIA: Box(44, -1, 98, 40),
    Region.CENTRAL_ASIA: Box(46, 34, 88, 56),
    Region.EAST_ASIA: Box(72, -48, -169.1, 55),
}
