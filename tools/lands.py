"""Say over which squares of the earth each country lies: `python tools/lands.py countries-50m.json`.

In: the countries of Natural Earth (public domain, naturalearthdata.com) at 1:50 million as TopoJSON, which the npm package
`world-atlas` (2.0.2) holds as `countries-50m.json`. Out: members/data/lands.csv, with a row for each country and degree of latitude:
the squares of one degree that its land lies in, as ranges of their western edges. members/places.py asks it whether a place that was
typed can be right, with a margin of two degrees: so no border is drawn by it, and what is disputed lies within both.
"""

import csv
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global
from topojson import Point, Ring, Shapes  # beside this file

BASE = Path(__file__).resolve().parent.parent
OUT = BASE / "members" / "data" / "lands.csv"
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}  # these have no number of ISO 3166 in the file
STEP = 0.1  # degrees between the points of an edge that are looked at

Square = tuple[int, int]


def main() -> None:
    shapes = Shapes(sys.argv[1], "countries")
    squares: dict[str, set[Square]] = defaultdict(set)
    for shape in shapes.all:
        if code := code_of(shape):
            for polygon in shapes.polygons(shape):
                squares[code] |= covered(polygon)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "south", "wests"])
        for code in sorted(squares):
            for south, row in groupby(sorted(squares[code]), key=lambda square: square[0]):
                writer.writerow([code, south, " ".join(ranges([west for _south, west in row]))])
    print(f"{OUT.relative_to(BASE)}: {len(squares)} countries, {OUT.stat().st_size:,} bytes")


def code_of(shape: dict[str, Any]) -> str:
    aliases = get_global("territory_aliases").get(str(shape.get("id", "")), [""])
    return str(aliases[0]) or UNNUMBERED.get(shape["properties"]["name"], "")


def covered(rings: list[Ring]) -> set[Square]:
    """The squares, by their southern and western edges, that the edges of a polygon run through or whose middle lies in it."""
    found = {square(*point) for line in rings for edge in pairwise(line) for point in between(*edge)}
    crossings: dict[int, list[float]] = defaultdict(list)
    for line in rings:
        for (x, y), (to_x, to_y) in pairwise(line):
            for south in range(math.floor(min(y, to_y)) - 1, math.ceil(max(y, to_y)) + 1):
                if (y > south + 0.5) != (to_y > south + 0.5):
                    crossings[south].append(x + (south + 0.5 - y) * (to_x - x) / (to_y - y))
    for south, xs in crossings.items():
        ordered = sorted(xs)
        for start, end in zip(ordered[::2], ordered[1::2], strict=True):
            found |= {(south, west) for west in range(math.ceil(start - 0.5), math.floor(end - 0.5) + 1)}
    return found


def between(start: Point, end: Point) -> Iterator[Point]:
    steps = max(1, math.ceil(math.dist(start, end) / STEP))
    for step in range(steps + 1):
        yield start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps


def square(x: float, y: float) -> Square:
    return min(math.floor(y), 89), min(math.floor(x), 179)


def ranges(numbers: list[int]) -> list[str]:
    """Neighbours as "from:to", both included."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [f"{start}:{end}" for start, end in found]


if __name__ == "__main__":
    main()
