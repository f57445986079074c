"""Cities, officials and applications in spreadsheets: what a file would change (plan.py), and the rooms that know how to do it."""

from __future__ import annotations

from members.imports.applications import Applications
from members.imports.cities import Cities
from members.imports.officials import Officials
from members.imports.plan import Room, TakenOut
from members.models.imported import Kind, Taken

_ROOMS: dict[str, Room] = {Kind.CITIES: Cities(), Kind.OFFICIALS: Officials()}
_OUT: dict[str, TakenOut] = {**_ROOMS, Taken.APPLICATIONS: Applications()}


def room(kind: str) -> Room:
    """The room for a kind of record that is brought in."""
    return _ROOMS[kind]


def out(kind: str) -> TakenOut:
    """How a kind of record is taken out."""
    return _OUT[kind]
