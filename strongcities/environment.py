"""What the environment says, as settings need it. A value that can't be read is kept for the system check that names it
(strongcities/checks.py) instead of ending every command in a traceback: the default stands in until then, and wsgi.py serves nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}

unreadable: dict[str, str] = {}  # by variable: what would be read


def env(name: str, default: str = "") -> str:
    """The words of `name`, without spaces around them; `default` where it isn't set."""
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool = False) -> bool:
    """Whether `name` is switched on: 1, true, yes, on, in capitals or not."""
    said = env(name, "1" if default else "0").lower()
    if said not in YES | NO:
        unreadable[name] = "1 or 0"
        return default
    return said in YES


def env_int(name: str, default: int, *, least: int, most: int) -> int:
    """The whole number `name`, from `least` to `most`; `default` where it is empty or not set."""
    said = env(name) or str(default)
    if not (said.isascii() and said.isdigit() and len(said) < 10 and least <= int(said) <= most):
        unreadable[name] = f"a whole number from {least} to {most}"
        return default
    return int(said)


def env_list(name: str, default: str = "") -> list[str]:
    """The words of `name` between its commas."""
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def env_one_of(name: str, choices: Collection[str], default: str) -> str:
    """`name` in capitals where it is one of `choices`; `default` where it is empty or not set."""
    said = env(name).upper() or default
    if said not in choices:
        unreadable[name] = f"one of {', '.join(choices)}"
        return default
    return said
