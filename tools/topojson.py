"""Natural Earth as TopoJSON, of which tools/outline.py and tools/lands.py make what the site needs: lines out of numbered arcs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

type Point = tuple[float, float]  # longitude, latitude
type Ring = list[Point]


class Shapes:
    """The shapes that a TopoJSON file has under a name: in `world-atlas`, "land" or "countries"."""

    def __init__(self, file: str, name: str) -> None:
        topology: dict[str, Any] = json.loads(Path(file).read_text())
        self.all: list[dict[str, Any]] = topology["objects"][name]["geometries"]
        self._arcs = list(_decoded(topology))

    def polygons(self, shape: dict[str, Any]) -> Iterator[list[Ring]]:
        """Each polygon of a shape as its rings, the outer one first; each ring's last point is its first."""
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            yield [self._ring(indices) for indices in polygon]

    def _ring(self, indices: list[int]) -> Ring:
        ring: Ring = []
        for index in indices:
            arc = self._arcs[index] if index >= 0 else self._arcs[~index][::-1]
            ring += arc if not ring else arc[1:]  # it begins where the one before ended
        return ring


def _decoded(topology: dict[str, Any]) -> Iterator[Ring]:
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    for deltas in topology["arcs"]:
        x = y = 0
        arc: Ring = []
        for step_x, step_y in deltas:
            x, y = x + step_x, y + step_y
            arc.append((x * kx + dx, y * ky + dy))
        yield arc
