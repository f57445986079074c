"""A city's emblem and the network's skyline: SVG drawn from the city's data, the same for the same city always.

Heights and roofs follow from the name, the width of the group from the population band, the hue from the region (a class,
static/css/emblem.css), lit windows from the number of practices. Pure functions of plain values; nothing here knows a
request or a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from members.regions import Population

EMBLEM = (64, 50)  # width and height of the drawing, in its own units
SKYLINE_HEIGHT = 120
GAP = 1.6
_WIDTHS = dict(zip(Population.values, (29, 37, 45, 54, 62), strict=True))
_COUNTS = dict(zip(Population.values, (3, 4, 4, 5, 5), strict=True))
_UNKNOWN = (40, 4)  # width and bars of a city whose inhabitants nobody counted yet
_WINDOW = (3, 4.4)


@dataclass(frozen=True)
class Bar:
    """One bar of a group: left edge, width, height at its left and at its right (they differ under a slanted roof)."""

    x: float
    width: float
    left: float
    right: float

    @property
    def eaves(self) -> float:
        return min(self.left, self.right)


def _width(band: str) -> int:
    return _WIDTHS.get(band, _UNKNOWN[0])


def bars(name: str, band: str, height: float) -> list[Bar]:
    """The bars of the city `name`, the tallest `height` units tall. `band` is a slug of `Population`, or empty.

    A larger band makes a wider group of more bars, three to five. Within it every name has a silhouette of its own:
    widths, heights and which roofs slant are read from the name's SHA-256.
    """
    digest = sha256(name.encode()).digest()
    total = _width(band)
    count = _COUNTS.get(band, _UNKNOWN[1])
    weights = [4 + digest[i] % 7 for i in range(count)]
    unit = (total - GAP * (count - 1)) / sum(weights)
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + weight * unit + GAP)
    tallest = digest[16] % count
    shares = [1.0 if i == tallest else 0.2 + 0.62 * digest[8 + i] / 255 for i in range(count)]
    group = []
    for i, ((start, end), share) in enumerate(zip(pairwise(edges), shares, strict=True)):
        left = right = share * height
        slant = min(0.09 * height, (end - start) * 0.5)
        match digest[20 + i] % 5:
            case 0:
                left -= slant
            case 1:
                right -= slant
        group.append(Bar(round(start, 1), round(end - start - GAP, 1), round(left, 1), round(right, 1)))
    return group


def _path(group: list[Bar], shift: float, height: float) -> str:
    """The bars as the data of one SVG path, standing on the drawing's lower edge, `shift` units from its left."""
    return "".join(
        f"M{bar.x + shift:.4g} {height}V{height - bar.left:.4g}L{bar.x + bar.width + shift:.4g} {height - bar.right:.4g}V{height}z"
        for bar in group
    )


def _windows(name: str, group: list[Bar], lit: int, shift: float, height: float) -> str:
    """`lit` windows as path data, at most as many as there is room for, spread over the bars by the name."""
    wide, tall = _WINDOW
    spots = []
    for bar in group:
        columns = int((bar.width - 1.6) // (wide + 1.6))
        margin = (bar.width - columns * wide - (columns - 1) * 1.6) / 2
        for row in range(int((bar.eaves - 7) // (tall + 4))):
            spots += [
                (bar.x + margin + column * (wide + 1.6) + shift, height - bar.eaves + 4 + row * (tall + 4)) for column in range(columns)
            ]
    order = sorted(range(len(spots)), key=lambda i: sha256(f"{name}{i}".encode()).digest())
    return "".join(f"M{spots[i][0]:.4g} {spots[i][1]:.4g}h{wide}v{tall}h-{wide}z" for i in order[:lit])


def _shapes(name: str, band: str, lit: int, *, shift: float, height: float, rise: float = 1) -> str:
    """A city's group as markup: every other bar a shade lighter, then its lit windows. `rise` is the share of the drawing's
    height that the tallest bar reaches."""
    group = bars(name, band, height * rise)
    lights = _windows(name, group, lit, shift, height)
    return (
        f'<path d="{_path(group[::2], shift, height)}"/><path class="s" d="{_path(group[1::2], shift, height)}"/>'
        f"{f'<path class="w" d="{lights}"/>' if lights else ''}"
    )


@lru_cache(maxsize=4096)
def emblem(name: str, band: str, region: str, lit: int = 0, *, label: str = "", large: bool = False) -> SafeString:
    """The emblem as an `<svg>`: decorative, unless `label` names it where it stands alone."""
    width, height = EMBLEM
    shift = (width - _width(band)) / 2
    return format_html(
        '<svg class="emblem{} r-{}" viewBox="0 0 {} {}" width="{}" height="{}" preserveAspectRatio="xMidYMax" {}>{}</svg>',
        " emblem--large" if large else "",
        region,
        width, height, width, height,
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(_shapes(name, band, lit, shift=shift, height=height)),  # noqa: S308  numbers only
    )  # fmt: skip


@lru_cache(maxsize=4096)
def skyline_group(name: str, band: str, region: str, lit: int) -> SafeString:
    """One city's group as it stands in the skyline: the emblem's silhouette, as tall as the name has it and as wide as its
    band, so that the line of roofs rolls."""
    width = _width(band)
    rise = 0.56 + 0.44 * sha256(name.encode()).digest()[31] / 255
    return format_html(
        '<svg class="r-{}" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">{}</svg>',
        region,
        width, SKYLINE_HEIGHT, width, SKYLINE_HEIGHT,
        mark_safe(_shapes(name, band, lit, shift=0, height=SKYLINE_HEIGHT, rise=rise)),  # noqa: S308  numbers only
    )  # fmt: skip


def west_to_east(cities: list[Any]) -> list[Any]:
    """The cities by longitude, those without a place last: how they stand in the skyline."""
    return sorted(cities, key=lambda city: (city.longitude is None, city.longitude or 0, city.name))
