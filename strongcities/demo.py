"""What only the demo has: accounts whose password everyone knows, and a secret made on this machine."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from strongcities import local

DOMAIN = "@example.org"  # of the demo's accounts; reserved by RFC 2606: no real person can have a mailbox there
PASSWORD = "strong-cities-demo"  # noqa: S105  of all of them, told to everyone who wants to use it and refused outside the demo


@dataclass(frozen=True)
class Account:
    """One to try the demo with: its address, and who it is there."""

    mail: str
    who: str | Promise
    is_staff: bool = False


# members/demo.py makes them; the sign-in page and the terminal tell of them.
ACCOUNTS = (
    Account(f"staff{DOMAIN}", _("Secretariat"), is_staff=True),
    Account(f"staff2{DOMAIN}", _("Secretariat"), is_staff=True),
    Account(f"lead{DOMAIN}", _("lead official of Aarhus")),
    Account(f"official{DOMAIN}", _("official of Aarhus")),
    Account(f"lead2{DOMAIN}", _("lead official of Mombasa")),
)


def secret_key(base: Path) -> str:
    """The demo's secret key."""
    return _kept(base, "secret-key", 50)


def encryption_key(base: Path) -> str:
    """The demo's key for secrets at rest (strongcities/sealed.py)."""
    return _kept(base, "encryption-key", 32)


def _kept(base: Path, name: str, size: int) -> str:
    """`size` random bytes in base64, made at the first call and kept in `.local/<name>` for the owner's eyes only."""
    path = base / ".local" / name
    try:
        return path.read_text()
    except FileNotFoundError:
        mine = local.file(local.folder(base) / f"{name}.{os.getpid()}")
    mine.write_text(secrets.token_urlsafe(size))
    try:
        os.link(mine, path)  # two starters at once: the first one's key stands
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return path.read_text()
