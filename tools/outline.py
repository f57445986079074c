"""Draw the outline of the world's land for the map of cities: `python tools/outline.py land-50m.json`.

In: the land of Natural Earth (public domain, naturalearthdata.com) at 1:50 million as TopoJSON, which the npm package
`world-atlas` (2.0.2) holds as `land-50m.json`. Out: static/img/world.svg, one path in the projection of members/map.py.
Land alone, no borders: the network takes no side in any.

Points that change the shape least are left out: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination
of points", The Cartographic Journal 30(1), 1993, pages 46 to 51.
"""

import heapq
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from topojson import Point, Ring, Shapes  # beside this file

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from members import map as world  # noqa: E402  found beside this folder

OUT = BASE / "static" / "img" / "world.svg"
SOUTHMOST = -60  # no authority of a city is in Antarctica
LEAST = 60.0  # square units (some 400 km²): smaller islands and triangles are left out


def main() -> None:
    rings = stitched(read(Shapes(sys.argv[1], "land")))
    drawn = [path(ring) for ring in map(simplified, map(projected, rings)) if len(ring) > 3]
    OUT.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {world.WIDTH} {world.HEIGHT:.0f}">'
        f'<path id="land" d="{"".join(drawn)}"/></svg>\n'
    )
    print(f"{OUT.relative_to(BASE)}: {len(drawn)} rings, {OUT.stat().st_size:,} bytes")


def read(shapes: Shapes) -> list[Ring]:
    """The rings of all land, without their last point, which is their first."""
    rings = [ring[:-1] for shape in shapes.all for polygon in shapes.polygons(shape) for ring in polygon]
    return [ring for ring in rings if max(latitude for _, latitude in ring) > SOUTHMOST]


def stitched(rings: list[list[Point]]) -> list[list[Point]]:
    """The rings in degrees east of the map's cut, and those that the 180th meridian cuts made whole: an edge along it that
    two rings go in opposite directions is dropped, and what is left is joined."""
    turned = [[(round(world.turned(x), 4), round(y, 4)) for x, y in ring] for ring in rings]
    seam = round(world.turned(180), 4)
    whole = [ring for ring in turned if all(x != seam for x, _ in ring)]
    cut = [ring for ring in turned if any(x == seam for x, _ in ring)]
    heights = sorted({y for ring in cut for x, y in ring if x == seam})
    edges: dict[tuple[Point, Point], int] = defaultdict(int)
    for ring in cut:
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            between = [a, b]
            if a[0] == b[0] == seam:  # along the seam both sides shall have the same points
                between = [(seam, y) for y in heights if min(a[1], b[1]) <= y <= max(a[1], b[1])][:: 1 if a[1] < b[1] else -1]
            for edge in pairwise(between):
                if edges[edge[::-1]]:
                    edges[edge[::-1]] -= 1
                else:
                    edges[edge] += 1
    follow: dict[Point, list[Point]] = defaultdict(list)
    for (a, b), times in edges.items():
        follow[a] += [b] * times
    while start := next((point for point, ends in follow.items() if ends), None):
        ring, here = [], start
        while follow[here]:
            ring.append(here)
            here = follow[here].pop()
        whole.append(ring)
    return whole


def projected(ring: list[Point]) -> list[Point]:
    """The ring on the map. One that lies across the map's cut stays whole, and reaches over the map's edge."""
    points, before = [], ring[0][0]
    for turn, latitude in ring:
        near = turn + 360 * round((before - turn) / 360)
        before = near
        points.append((world.WIDTH / 2 + (near - 180) * world.per_degree(latitude), world.height(latitude)))
    return points


def simplified(ring: list[Point]) -> list[Point]:
    """The ring without the points whose triangle with their neighbours is smaller than LEAST, the smallest first."""
    before, after = [i - 1 for i in range(len(ring))], [i + 1 for i in range(len(ring))]
    before[0], after[-1] = len(ring) - 1, 0

    def triangle(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = ring[before[i]], ring[i], ring[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2

    areas = [triangle(i) for i in range(len(ring))]
    heap = [(area, i) for i, area in enumerate(areas)]
    heapq.heapify(heap)
    gone: set[int] = set()
    while heap and len(ring) - len(gone) > 2:
        area, i = heapq.heappop(heap)
        if i in gone or area != areas[i]:
            continue
        if area >= LEAST:
            break
        gone.add(i)
        after[before[i]], before[after[i]] = after[i], before[i]
        for beside in (before[i], after[i]):
            areas[beside] = max(area, triangle(beside))
            heapq.heappush(heap, (areas[beside], beside))
    return [point for i, point in enumerate(ring) if i not in gone]


def path(ring: list[Point]) -> str:
    """The ring as SVG path data in whole units, each point by its distance from the last."""
    points = [(round(x), round(y)) for x, y in ring]
    text = f"M{points[0][0]} {points[0][1]}l"
    steps = []
    for (ax, ay), (bx, by) in pairwise(points):
        steps.append(f"{bx - ax}{' ' if by >= ay else ''}{by - ay}")
    return text + "".join(step if step[0] == "-" or n == 0 else f" {step}" for n, step in enumerate(steps)) + "z"


if __name__ == "__main__":
    main()
