"""`make run`: the demo on this machine, from whatever state the clone is in to a page in the browser.

The runner prepares (tables, demo content, translations, static files), opens the port, and keeps a web server and a
worker running on it. It owns the port's socket, so a web server that is killed loses no visitor: its successor takes
over the same queue of connections.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from strongcities import demo, local, postgres, processes
from strongcities.management.commands.compilemessages import compile_messages

PREPARING = 7_264_001  # the advisory lock under which one runner at a time prepares


class Stopped(Exception):
    """Somebody asked the runner to end."""


class Command(BaseCommand):
    help = "Serve the demo on this machine: web server and worker, on PORT (8000)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("run_local serves the demo. With a database of your own, set DEMO=1 as well.")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # whoever reads a file or a pipe sees each line at once
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a script's `make run &` begins with SIGINT ignored
            signal.signal(number, _stop)
        processes.register("runner")
        processes.end_orphans()
        try:
            self.prepare()
            with listen(_port()) as (socks, note):
                Site(socks, self.stdout.write).run(note)
        except (KeyboardInterrupt, Stopped):
            self.stdout.write(f"\n{_farewell()}")

    def prepare(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        if compile_messages():
            self.stdout.write("Translations compiled.")
        collect_static(self.stdout.write)  # two at once would take each other's files away
        executor = MigrationExecutor(connection)
        if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"Making the database: {len(waiting)} steps …")
            call_command("migrate", verbosity=0, interactive=False)
        call_command("make_demo")
        connection.close()  # lets go of the lock


def collect_static(say: Any) -> None:
    """Collect static files where their sources changed since the last time."""
    mark = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(ignore_patterns=None):
            state = Path(storage.path(path)).stat()
            mark.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if not stamp.exists() or stamp.read_text() != mark.hexdigest():
        say("Collecting static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(mark.hexdigest())


def _stop(number: int, frame: Any) -> None:
    raise Stopped


def _port() -> int:
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        port = 0
    if not 0 < port < 65_536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {os.environ['PORT']!r}.")
    return port


def _farewell() -> str:
    """What goes on once this has ended: nothing, where `make stop` is what ends it; else the database, where it is our own."""
    if not settings.EMBEDDED:
        return "Stopped. The database is not ours, and is left as it is."
    if processes.STOP in processes.living().values():
        return "Stopped by `make stop`, the database too."
    return "Stopped. The database goes on running; `make stop` ends it."


@contextlib.contextmanager
def listen(wanted: int) -> Iterator[tuple[list[socket.socket], str]]:
    """Sockets that listen on this machine's port `wanted`, or the next one that is free, and a note where it isn't."""
    for port in range(wanted, min(wanted + 50, 65_536)):
        with contextlib.ExitStack() as stack:
            if socks := _listening(port, stack):
                yield socks, f"Port {wanted} is taken, so it runs on {port}." if port != wanted else ""
                return
    raise CommandError(f"No free port from {wanted} on. Try PORT=… with another.")


def _listening(port: int, stack: contextlib.ExitStack) -> list[socket.socket]:
    """Sockets on both addresses that browsers take `localhost` for, or they might meet another program on the second one; none where
    the port is taken on either. A machine without IPv6 has the first alone."""
    socks = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((address, port))
            sock.listen(512)
        except PermissionError as error:
            raise CommandError(f"Port {port} is not open to ordinary users. Try PORT=8000.") from error
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                continue
            return []
        socks.append(sock)
    return socks


class Site:
    """The web server and the worker, kept running until the runner is asked to end."""

    def __init__(self, socks: list[socket.socket], say: Any) -> None:
        self.sockets, self.say = [sock.fileno() for sock in socks], say
        self.port = socks[0].getsockname()[1]
        self.url = f"http://localhost:{self.port}"  # not 127.0.0.1, which answers as well: browsers make passkeys for names alone
        self.logs = local.folder(settings.BASE_DIR) / "logs"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.commands = {
            "web": [sys.executable, "-m", "gunicorn", *(f"--bind=fd://{number}" for number in self.sockets)],
            "worker": [sys.executable, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout=5"],
        }
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts: deque[float] = deque(maxlen=5)
        self.theirs, self.ours = os.pipe()  # children read it to learn of our end; nobody ever writes

    def run(self, note: str) -> None:
        try:
            for role in self.commands:
                self.start(role)
            self.wait_for_first_answer()
            self.welcome(note)
            while True:
                time.sleep(1)
                self.look_after()
        finally:
            self.end()

    def start(self, role: str) -> None:
        environment = {
            "SITE_URL": self.url,
            "WEB_WORKERS": "2",
            **os.environ,
            processes.LIFELINE: f"{role}:{os.getpid()}:{self.theirs}",
        }
        with local.file(self.logs / f"{role}-{self.port}.log").open("ab") as log:
            self.children[role] = subprocess.Popen(
                self.commands[role],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=settings.BASE_DIR,
                env=environment,
                pass_fds=[self.theirs, *self.sockets] if role == "web" else [self.theirs],
                start_new_session=True,  # a Ctrl-C is for the runner, which ends its children in order
            )

    def wait_for_first_answer(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.look_after()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10).close()
            except urllib.error.HTTPError as error:
                raise CommandError(f"The first page answers {error.code}.\n{self.log_end('web')}") from error
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise CommandError(f"The site does not answer.\n{self.log_end('web')}")

    def look_after(self) -> None:
        """Restart what ended. Gives up when it keeps ending."""
        if settings.EMBEDDED:
            postgres.ensure_running(settings.BASE_DIR)
        for role, child in self.children.items():
            if child.poll() is None:
                continue
            if len(self.restarts) == self.restarts.maxlen and time.monotonic() - self.restarts[0] < 60:
                raise CommandError(f"The {role} keeps ending.\n{self.log_end(role)}")
            self.say(f"The {role} ended ({child.returncode}) and is started again.")
            self.restarts.append(time.monotonic())
            self.start(role)

    def welcome(self, note: str) -> None:
        for line in (
            "",
            *([note] if note else []),
            f"Strong Cities Network:  {self.url}/",
            "",
            *(
                f"  {account.mail:<22} {account.who!s:<26} {self.url}{'/admin/' if account.is_staff else '/account/login/'}"
                for account in demo.ACCOUNTS
            ),
            f"  {'password':<22} {demo.PASSWORD:<26} for all of them",
            f"  {'mails':<22} {'none leaves this machine':<26} {self.url}/demo/outbox/",
            "",
            f"Ctrl-C ends it. Logs: {self.logs.relative_to(settings.BASE_DIR)}/",
        ):
            self.say(line)

    def end(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        for child in self.children.values():
            child.terminate()
        deadline = time.monotonic() + 12
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        os.close(self.ours)
        os.close(self.theirs)

    def log_end(self, role: str) -> str:
        path = self.logs / f"{role}-{self.port}.log"
        return f"The end of {path}:\n" + "\n".join(path.read_text(errors="replace").splitlines()[-12:])
