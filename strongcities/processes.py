"""The processes that `make run` starts in this clone, so that `make stop` finds them all and nothing else.

Each has a file in `.local/processes/`, named by its pid, on which it holds a lock. The system drops the lock when the
process ends, however it ends, so a locked file proves that the process of that name is alive and ours.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from strongcities import local

BASE = Path(__file__).resolve().parent.parent
FOLDER = BASE / ".local" / "processes"
STOP = "stop"  # the role of `make stop`, so that a runner which it ends can say so
LIFELINE = "STRONGCITIES_LIFELINE"  # the number of the pipe that a child holds on to
_held: list[IO[str]] = []


def register(role: str) -> None:
    """Make this process known as `role` for as long as it lives."""
    local.folder(BASE)
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    unseen = local.file(FOLDER / f".{os.getpid()}")
    file = unseen.open("w")
    fcntl.lockf(file, fcntl.LOCK_EX)  # of the process, not of its children: a fork does not inherit it
    file.write(role)
    file.flush()
    unseen.rename(FOLDER / str(os.getpid()))
    _held.append(file)


def living() -> dict[int, str]:
    """Pid and role of the registered processes that live, this one left out. Forgets the dead."""
    found = {}
    for path in FOLDER.glob("[0-9]*"):
        if (pid := int(path.name)) == os.getpid():
            continue  # to open and close one's own file would drop its lock
        with suppress(FileNotFoundError), path.open("r+") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                found[pid] = file.read()
            else:
                path.unlink()
    return found


def end(pids: Iterable[int], patience: float = 15.0) -> None:
    """End these registered processes: asked first, killed after `patience` seconds. Returns when they are gone."""
    wanted = set(pids)
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for pid in wanted & living().keys():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while wanted & living().keys() and time.monotonic() < deadline:
            time.sleep(0.05)


def end_orphans() -> None:
    """End what a killed `make run` left: children whose runner is gone. They end by themselves; this waits for it."""
    everyone = living()
    runners = {f"of {pid}" for pid, role in everyone.items() if role == "runner"} | {f"of {os.getpid()}"}
    end(pid for pid, role in everyone.items() if role not in {"runner", STOP} and not role.endswith(tuple(runners)))


def follow_parent() -> None:
    """In a child of the runner: register, and end when the runner does, by whatever cause.

    The runner alone holds the other end of a pipe; when it is gone, reading from ours ends.
    """
    if not (pipe := os.environ.get(LIFELINE)):
        return
    role, runner, number = pipe.split(":")
    register(f"{role} of {runner}")

    def wait() -> None:
        os.read(int(number), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)  # past any graceful end
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
