"""A small map of where one city lies: on its page, and beside the field in which its place is typed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from members import countries, places
from members.filters import address
from members.map import Box, View, turned

REACH = 9  # degrees that it shows to the north and the south


@dataclass(frozen=True)
class Locator:
    """The section about a place, and the mark in it: None for a country whose city has no place yet."""

    view: View
    mark: tuple[str, str] | None
    place: str  # as it is written
    url: str  # of the map of all cities, there

    @classmethod
    def of(cls, country: str, latitude: Decimal | None, longitude: Decimal | None) -> Locator:
        """The map of a place; without one, of the middle of the country."""
        if latitude is None or longitude is None:
            return cls(_about(*countries.place_of(country)), None, "", "")
        north, east = float(latitude), float(longitude)
        view = _about(north, east)
        x, y = view.place(north, east)
        near = Box.about(north, north, turned(east), turned(east), least=8)
        return cls(view, (f"{x:.0f}", f"{y:.0f}"), places.written(latitude, longitude), address({}, bbox=[str(near)]) + "#map")

    @classmethod
    def of_city(cls, city: Any) -> Locator:
        return cls.of(city.country, city.latitude, city.longitude)

    @property
    def frame(self) -> str:
        """The section, as the outline's `viewBox`."""
        return f"{self.view.x:.0f} {self.view.y:.0f} {self.view.width:.0f} {self.view.height:.0f}"

    @property
    def drawn_height(self) -> str:
        return f"{self.view.drawn_height:.0f}"


def _about(latitude: float, longitude: float) -> View:
    turn = turned(longitude)
    south, north = max(latitude - REACH, -90), min(latitude + REACH, 90)
    return View.of([Box.about(south, north, turn, turn, times=1)])
