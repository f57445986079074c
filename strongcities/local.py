"""`.local`: what a clone keeps on this machine, for its owner's eyes only."""

from __future__ import annotations

import os
from pathlib import Path


def folder(base: Path) -> Path:
    """The clone's `.local`, made where it isn't there; one of another user's is left as it is.

    As root, others may pass through, not look around: PostgreSQL runs as `nobody`, in a folder of its own below.
    """
    place = base / ".local"
    mode = 0o711 if os.geteuid() == 0 else 0o700
    place.mkdir(mode=mode, exist_ok=True)
    if place.stat().st_uid == os.geteuid():
        place.chmod(mode)
    return place


def file(path: Path) -> Path:
    """`path`, there and for its owner alone, before anything is in it: who may read a file may also hold a lock on it."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path
