"""What only the demo has: accounts whose password everyone knows, and a secret made on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from strongcities import local

DOMAIN = "@example.org"  # of the demo's accounts; reserved by RFC 2606: no real person can have a mailbox there
PASSWORD = "strong-cities-demo"  # noqa: S105  of all of them, printed for everyone to use and refused outside the demo


def secret_key(base: Path) -> str:
    """The demo's secret key, made at the first call and kept in `.local/secret-key` for the owner's eyes only."""
    path = base / ".local" / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        mine = local.file(local.folder(base) / f"secret-key.{os.getpid()}")
    mine.write_text(secrets.token_urlsafe(50))
    try:
        os.link(mine, path)  # two starters at once: the first one's key stands
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return path.read_text()
