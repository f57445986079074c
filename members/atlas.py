"""The map beside the directory: which section it shows, its marks with their links, and the ways further in and out.

A mark for several cities is a link to the section that shows them apart; that section narrows the list too, so that the
list always names what the map shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from members import marks
from members.filters import CityFilter, address
from members.map import REGIONS, WORLD, View
from members.marks import Mark, Marks
from members.regions import Region

_LARGEST, _ROUND, _GROWTH = 36, 15, 5  # radius of a mark for several: the largest, one for none, and more with each doubling


@dataclass(frozen=True)
class Spot:
    """A mark as it is drawn: numbers as SVG writes them, whatever the reader's language."""

    url: str
    label: str
    name: str
    count: str  # "" for a single city
    x: str
    y: str
    radius: str
    named: bool = False  # always, not only under the pointer or the keys
    before: bool = False  # its name stands before it


@dataclass(frozen=True)
class Way:
    """A link to another section of the map."""

    url: str
    label: str


@dataclass(frozen=True)
class Atlas:
    """The map of one page."""

    view: View
    marks: Marks
    spots: list[Spot]
    out: list[Way]
    regions: list[Way]

    @classmethod
    def of(cls, narrowed: CityFilter, chosen: dict[str, list[str]]) -> Atlas:
        """The map of what the filters leave: the section that is asked for, else about the countries, else the regions'
        sections, else the world."""
        cities = narrowed.qs
        view = _view(narrowed, chosen)
        found = marks.on(view, cities)
        return cls(view, found, [_spot(mark, chosen) for mark in found.shown], list(_out(narrowed, chosen)), _regions(chosen))

    @property
    def frame(self) -> str:
        """The section, as the outline's `viewBox`."""
        return f"{self.view.x:.0f} {self.view.y:.0f} {self.view.width:.0f} {self.view.height:.0f}"

    @property
    def drawn(self) -> str:
        """The size of the drawing: width and height."""
        return f"{self.view.DRAWN} {self.view.drawn_height:.0f}"

    @property
    def drawn_height(self) -> str:
        return f"{self.view.drawn_height:.0f}"


def _view(narrowed: CityFilter, chosen: dict[str, list[str]]) -> View:
    if narrowed.section:
        return View.of([narrowed.section])
    if "country" in chosen and (box := marks.extent(narrowed.qs)):
        return View.of([box])
    if "region" in chosen:
        return View.of([REGIONS[Region(region)] for region in chosen["region"]])
    return WORLD


def _spot(mark: Mark, chosen: dict[str, list[str]]) -> Spot:
    x, y = f"{mark.x:.0f}", f"{mark.y:.0f}"
    if mark.count == 1:
        before = mark.side == "start" or (mark.side == "none" and mark.x > View.DRAWN * 0.6)
        return Spot(reverse("members:city", args=[mark.slug]), mark.names[0], mark.names[0], "", x, y, "", mark.side != "none", before)
    words = {"count": mark.count, "names": gettext(", ").join(mark.names)}
    told = (
        gettext("%(count)d cities: %(names)s") if mark.count <= len(mark.names) else gettext("%(count)d cities, among them %(names)s")
    ) % words
    radius = min(_ROUND + _GROWTH * mark.count.bit_length(), _LARGEST)
    count = str(mark.count) if mark.count < 1000 else f"{mark.count // 1000}k"
    if mark.box is None:
        url, does = address(chosen, bbox=[str(mark.about)]) + "#found", gettext("Show them in the list")
    else:
        url, does = address(chosen, bbox=[str(mark.box)]) + "#map", gettext("Show them closer")
    return Spot(url, f"{told}. {does}", mark.names[0], count, x, y, str(radius))


def _out(narrowed: CityFilter, chosen: dict[str, list[str]]) -> list[Way]:
    """The ways out of a section: one step, and to the whole world."""
    ways = []
    if box := narrowed.section:
        wider = box.wider()
        if wider.north - wider.south < 90:
            ways.append(Way(address(chosen, bbox=[str(wider)]) + "#map", gettext("Further out")))
    if {"bbox", "country", "region"} & set(chosen):
        ways.append(Way(address(chosen, bbox=None, country=None, region=None) + "#map", gettext("The whole world")))
    return ways


def _regions(chosen: dict[str, list[str]]) -> list[Way]:
    """A link to the section of each region that isn't the one shown."""
    here = chosen.get("region") if "bbox" not in chosen and "country" not in chosen else None
    return [
        Way(address(chosen, region=[region.value], country=None, bbox=None) + "#map", str(region.label))
        for region in Region
        if here != [region.value]
    ]
