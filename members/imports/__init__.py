"""Cities and officials in spreadsheets: what a file would change (plan.py), and the two rooms that know how to do it."""

from __future__ import annotations

from members.imports.cities import Cities
from members.imports.officials import Officials
from members.imports.plan import Room
from members.models.imported import Kind

_ROOMS: dict[str, Room] = {Kind.CITIES: Cities(), Kind.OFFICIALS: Officials()}


def room(kind: str) -> Room:
    """The room for a kind of record."""
    return _ROOMS[kind]
