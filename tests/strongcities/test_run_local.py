"""`make run`, as it is met: in a copy of the project, from nothing, killed in every way, twice at once, stopped."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from strongcities import postgres
from strongcities.management.commands.run_local import listen
from tests.house import APPS, ROOT

PARTS = ("manage.py", "gunicorn.conf.py", *APPS, "templates", "static", "locale", "data")


def copied(folder):
    """A copy of the project that nobody has run yet."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        elif source.exists():
            shutil.copy(source, folder / part)
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The copy that tests share."""
    yield (folder := copied(tmp_path_factory.mktemp("clone")))
    manage(folder, "stop_local")


def environment(**more):
    ours = ("DATABASE_URL", "TEST_DATABASE", "DEMO", "SITE_URL", "DJANGO_SETTINGS_MODULE")
    return {**{name: value for name, value in os.environ.items() if name not in ours}, **more}


def manage(folder, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Run:
    """One `make run` in a clone."""

    def __init__(self, folder, port):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run_local"],
            cwd=folder,
            env=environment(PORT=str(port), PAGE_SECONDS="5"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self.output = self.process.stdout
        self.said = ""
        for line in self.output:
            self.said += line
            if "Ctrl-C ends it" in line:
                break
        found = re.search(r"Network:  (http://localhost:(\d+)/)", self.said)
        assert found, self.said
        self.url, self.port = found[1], int(found[2])

    def processes(self, role):
        """Pids of this run's processes of a role."""
        folder = self.folder / ".local/processes"
        ours = [int(path.name) for path in folder.glob("[0-9]*") if path.read_text() == f"{role} of {self.process.pid}"]
        return [pid for pid in ours if alive(pid)]

    def answers(self, seconds=15.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}readyz", timeout=5) as answer:
                    return answer.status == 200
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        return False

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        if not self.output.closed:
            self.said += self.output.read()
            self.output.close()
        return self.process.wait(20)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def gone(pids, seconds=15.0):
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(alive, pids))


@pytest.fixture(scope="module")
def standing(clone):
    """The run that tests share for as long as none of them ends it."""
    held: list[Run] = []
    yield held
    for run in held:
        run.end()


@pytest.fixture
def run(clone, standing):
    if standing and standing[0].process.poll() is not None:
        standing.pop().end()
    if not standing:
        standing.append(Run(clone, free_port()))
    return standing[0]


def test_from_nothing_and_again(clone):
    first = Run(clone, free_port())
    assert "Making the database" in first.said
    assert "staff@example.org" in first.said
    assert "official@example.org" in first.said
    with urllib.request.urlopen(first.url) as page:
        assert page.status == 200
    children = first.processes("web") + first.processes("worker") + first.processes("web worker")
    assert len(children) == 4
    assert first.end() == 0, first.said
    assert gone(children)
    again = Run(clone, first.port)
    try:
        assert "Making the database" not in again.said
        assert again.port == first.port
    finally:
        again.end()


def test_others_read_nothing_of_it(clone, run):
    assert run.answers()
    here = [path for path in (clone / ".local").rglob("*") if "data" not in path.parts and not path.is_symlink()]
    assert {path.parent.name for path in here} >= {"logs", "processes", "postgres"}
    assert {str(path): oct(path.lstat().st_mode) for path in here if path.lstat().st_mode & 0o077} == {}


def test_twice_at_once_and_a_port_that_is_taken(clone, run):
    other = Run(clone, run.port)
    try:
        assert other.port > run.port
        assert f"Port {run.port} is taken, so it runs on {other.port}." in other.said
        assert run.answers()
        assert other.answers()
    finally:
        other.end()
    assert run.answers()


def test_by_name_and_by_number(run):
    """Browsers make passkeys for names alone; checks ask 127.0.0.1."""
    for host in ("localhost", "127.0.0.1", *(["[::1]"] if has_ipv6() else [])):
        with urllib.request.urlopen(f"http://{host}:{run.port}/account/login/", timeout=10) as page:
            assert page.status == 200
    links = urllib.request.urlopen(f"http://127.0.0.1:{run.port}/hub/practices.json?per_page=1", timeout=10).read().decode()
    assert f"http://localhost:{run.port}/hub/practices/" in links


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("address", ["127.0.0.1", *(["::1"] if has_ipv6() else [])])
def test_a_port_that_another_program_has_on_either_address_is_left_to_it(address):
    """Else a browser that is sent to localhost could meet the other one."""
    port = free_port()
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as other:
        other.bind((address, port))
        other.listen()
        with listen(port) as (socks, note):
            ports = {sock.getsockname()[1] for sock in socks}
            assert len(ports) == 1
            assert ports != {port}
            assert note == f"Port {port} is taken, so it runs on {ports.pop()}."


def test_both_addresses_are_listened_on():
    with listen(free_port()) as (socks, note):
        assert [sock.getsockname()[0] for sock in socks] == ["127.0.0.1", *(["::1"] if has_ipv6() else [])]
        assert note == ""


def test_two_at_once_from_nothing(tmp_path):
    """Two who start together in a fresh clone, and once more where the static files are to be collected again."""
    folder = copied(tmp_path)
    try:
        for _ in range(2):
            (folder / "staticfiles/.collected").unlink(missing_ok=True)
            with ThreadPoolExecutor(2) as pool:
                starts = [pool.submit(Run, folder, free_port()) for _ in range(2)]
            runs = [start.result() for start in starts if not start.exception()]
            answered = [run.answers() for run in runs]
            said = [run.said for run in runs if run.end() == 0]
            assert [start.exception() for start in starts] == [None, None]
            assert answered == [True, True]
            assert sorted("Collecting static files" in words for words in said) == [False, True], "one of the two collects"
    finally:
        manage(folder, "stop_local")


@pytest.mark.parametrize("role", ["worker", "web worker", "web"])
def test_kill_9_of_a_child(run, role):
    before = run.processes(role)
    assert before
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while before[0] in run.processes(role) or len(run.processes(role)) < len(before):
        assert time.monotonic() < deadline, f"no new {role}"
        time.sleep(0.1)
    assert run.answers()


def test_kill_9_of_postgres(clone, run):
    pid = int((clone / ".local/postgres/data/postmaster.pid").read_text().split("\n")[0])
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert run.answers()


def test_kill_9_of_the_runner(clone, run):
    children = run.processes("web") + run.processes("worker") + run.processes("web worker")
    assert len(children) == 4
    run.process.kill()
    run.process.wait()
    after = Run(clone, run.port)  # at once, while the old children are still ending
    try:
        assert after.port == run.port
        assert gone(children, 0)
        assert after.answers()
    finally:
        after.end()


def test_kill_9_of_everything(clone, run):
    pids = [int(path.name) for path in (clone / ".local/processes").glob("[0-9]*")]
    assert run.process.pid in pids
    for pid in (run.process.pid, *pids):
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    os.kill(int((clone / ".local/postgres/data/postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
    after = Run(clone, run.port)
    try:
        assert after.answers()
    finally:
        after.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_end(run, number):
    children = run.processes("web") + run.processes("worker")
    assert run.end(number) == 0
    assert gone(children)


def test_stop_leaves_nothing(clone, run):
    postgres = int((clone / ".local/postgres/data/postmaster.pid").read_text().split("\n")[0])
    pids = [run.process.pid, postgres, *run.processes("web"), *run.processes("web worker"), *run.processes("worker")]
    assert all(map(alive, pids))
    assert manage(clone, "stop_local").stdout == "Stopped, the database too.\n"
    run.process.wait(5)
    said = run.output.read()
    assert "Stopped by `make stop`, the database too." in said
    assert "goes on" not in said
    assert gone(pids, 2)
    assert manage(clone, "stop_local").stdout == "Nothing was running.\n"


@pytest.mark.parametrize("port", ["none", "0", "70000"])
def test_a_port_that_is_none(clone, port):
    ran = subprocess.run(
        [sys.executable, "manage.py", "run_local"],
        cwd=clone,
        env=environment(PORT=port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    assert "PORT must be a number from 1 to 65535" in ran.stderr


class TestGunicorn:
    """What the server itself lets through, and what it makes of what is too much."""

    def ask(self, run, request):
        with socket.create_connection(("127.0.0.1", run.port), timeout=30) as sock:
            sock.sendall(request)
            answer = b""
            while chunk := sock.recv(65_536):
                answer += chunk
                if b"\r\n\r\n" in answer:
                    break
        return int(answer.split(b" ")[1])

    def get(self, run, target, *headers):
        lines = [b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *headers]
        return self.ask(run, b"\r\n".join(lines) + b"\r\n\r\n")

    def test_a_query_of_10_000_characters(self, run):
        assert self.get(run, b"/?q=" + b"x" * 10_000) == 200
        assert self.get(run, b"/?q=" + b"%D8%B9" * 10_000) == 200

    def test_a_line_without_end(self, run):
        assert self.get(run, b"/desk/?q=" + b"x" * 200_000) == 414

    @pytest.mark.parametrize("target", [b"/%00", b"/?q=%00", b"/?q=%FF", b"/%FF/"])
    def test_no_text(self, run, target):
        assert self.get(run, target) == 400

    def test_nul_in_a_cookie(self, run):
        assert self.get(run, b"/account/login/", rb'Cookie: session="\000\000\000\000\000\000\000\000\000"') == 400

    def test_a_body_that_is_announced_as_huge(self, run):
        head = b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 900000000\r\n\r\n"
        assert self.ask(run, head) == 413

    def test_a_strange_host(self, run):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(urllib.request.Request(f"{run.url}account/login/", headers={"Host": "evil.example"}))

    def test_a_statement_that_waits_too_long(self, run):
        """Somebody holds a table: the page says to come back, and the next one is served."""
        with psycopg.connect(postgres.url(run.folder)) as other:
            other.execute("LOCK TABLE members_city IN ACCESS EXCLUSIVE MODE")
            assert self.get(run, b"/cities/") == 503
        assert self.get(run, b"/cities/") == 200

    def test_its_own_log_is_json_and_tells_no_query(self, run):
        self.get(run, b"/desk/?q=" + b"secret-words")
        time.sleep(0.2)
        text = (run.folder / f".local/logs/web-{run.port}.log").read_text()
        assert "/desk/" in text
        assert "secret-words" not in text
