"""tools/bootstrap.sh on machines of every kind: which Python it takes, where its uv comes from, what it says where nothing
helps; and tools/bootstrap.py, which it gives the work to."""

import subprocess
import threading
import time

import pytest

from tests.tools.machine import Machine, tool

ELSEWHERE = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin/python3")
FETCHED = ".local/tools/bin/uv"


class Bare(Machine):
    """Without Python and uv, until a test brings them."""

    def __init__(self, folder):
        super().__init__(folder)
        self.script("bootstrap.sh", *ELSEWHERE)
        for what in ("local", "dev", "tools"):
            (self.clone / f"requirements-{what}.txt").write_text(f"{what}\n")
        self.fetched = self.uv(folder / "index/uv")  # what pip brings
        bring = f'mkdir -p "$new/bin" && cp "{self.fetched}" "$new/bin/uv"'
        self.pip = f'while [ "$1" != --target ]; do shift; done; new=$2; {bring}'
        self.within = self.program(folder / "index/python", f'new=$(dirname "$0")/..; {bring}')  # of a virtual environment

    def uv(self, path="uv", *, finds="", installs=""):
        """A uv that finds the Python `finds` on the machine, or installs `installs`."""
        return self.program(
            path,
            f"""case "$*" in
                --version) exit 0 ;;
                "python install 3.13") [ -n "{installs}" ] && touch "$0.installed"; exit ;;
                "python find --system --no-project 3.13") [ -e "$0.installed" ] && echo "{installs}"; exit ;;
                "python find "*) echo "{finds}"; [ -n "{finds}" ]; exit ;;
            esac
            exit 1""",
        )

    def python(self, path, *, recent=True, venv=True, pip=True):
        """A Python: recent enough or not, with or without what Debian has in packages of their own."""
        return self.program(
            path,
            f"""case "$*" in
                "-c import sys; sys.exit(sys.version_info < (3, 12))") exit {int(not recent)} ;;
                "-c import ensurepip, venv") exit {int(not venv)} ;;
                "-m venv "*) {str(venv).lower()} && mkdir -p "$3/bin" && cp "{self.within}" "$3/bin/python"; exit ;;
                "-m pip install "*--target*) {str(pip).lower()} || exit 1
                    {self.pip}; exit ;;
                "tools/bootstrap.py "*) exit 0 ;;
            esac
            exit 1""",
        )

    def bootstrap(self, what="local", **environment):
        """Which Python was given the work at last, and with what."""
        ran = self.run("bootstrap.sh", what, **environment)
        assert ran.returncode == 0, ran.stderr
        python, _, given = self.calls[-1].partition(" tools/bootstrap.py ")
        return python, given

    def fails(self, what="local"):
        ran = self.run("bootstrap.sh", what)
        assert (ran.returncode, ran.stdout) == (1, "")
        return ran.stderr


@pytest.fixture
def machine(tmp_path):
    return Bare(tmp_path)


class TestWhatIsThere:
    @pytest.mark.parametrize(("has", "wants"), [("local", "local"), ("dev", "dev"), ("dev", "local")])
    def test_is_not_made_again(self, machine, has, wants):
        machine.program(machine.clone / ".venv/bin/python")
        (machine.clone / f".venv/requirements-{has}.txt").write_text(f"{has}\n")
        assert machine.run("bootstrap.sh", wants).returncode == 0
        assert machine.calls == []

    @pytest.mark.parametrize(("has", "text"), [("local", "local\n"), ("dev", "older\n")])
    def test_is_made_again_where_it_is_less_or_older(self, machine, has, text):
        machine.program(machine.clone / ".venv/bin/python")
        (machine.clone / f".venv/requirements-{has}.txt").write_text(text)
        machine.python("python3")
        assert machine.bootstrap("dev")[0] == "bin/python3"

    @pytest.mark.parametrize(("user", "mode"), [(1000, 0o700), (0, 0o711)])
    def test_others_read_nothing_of_it(self, machine, user, mode):
        machine.user(user)
        machine.python("python3")
        machine.bootstrap()
        assert (machine.clone / ".local").stat().st_mode & 0o777 == mode


class TestByUv:
    def test_the_python_that_it_finds(self, machine):
        machine.python("python3")
        machine.uv(finds=machine.python(machine.folder / "opt/python3.14"))
        assert machine.bootstrap() == ("opt/python3.14", f"local {machine.bin}/uv")

    @pytest.mark.parametrize("path", [".local/bin/uv", ".cargo/bin/uv"])
    def test_at_home_and_not_on_path(self, machine, path):
        machine.uv(machine.home / path, finds=machine.python("python3.12"))
        assert machine.bootstrap() == ("bin/python3.12", f"local {machine.home / path}")

    def test_one_that_does_not_run_is_none(self, machine):
        machine.program("uv", "exit 1")
        machine.python("python3", pip=False, venv=True)
        machine.program(machine.within, "exit 1")
        assert machine.bootstrap() == ("bin/python3", "local")

    def test_a_python_that_does_not_run_is_not_taken_from_it(self, machine):
        machine.uv(finds=machine.python(machine.folder / "opt/python3", recent=False))
        machine.python("python3.12")
        assert machine.bootstrap() == ("bin/python3.12", f"local {machine.bin}/uv")

    def test_it_brings_a_python_where_none_suits(self, machine):
        machine.python("python3", recent=False)
        machine.uv(installs=machine.python(machine.folder / "uv/python3.13"))
        assert machine.bootstrap() == ("uv/python3.13", f"local {machine.bin}/uv")


class TestByTrying:
    """A name on PATH proves nothing: the first Python that runs and is recent enough is taken."""

    def test_one_that_exits_with_1(self, machine):
        machine.uv()
        machine.program("python3.13", "exit 1")
        machine.program("python3.12", "exit 1")
        machine.python("python3")
        assert machine.bootstrap()[0] == "bin/python3"

    def test_an_older_one(self, machine):
        machine.uv()
        machine.python("python3", recent=False)
        machine.python("python")
        assert machine.bootstrap()[0] == "bin/python"

    @pytest.mark.parametrize(("place", "root"), [("home/.pyenv", ""), ("elsewhere", "elsewhere"), ("home/.pyenv", "elsewhere")])
    def test_shims_of_pyenv_that_fail(self, machine, place, root):
        """They stand on PATH for every version, and fail for all but the one that the folder names."""
        machine.uv()
        for name in ("python3.13", "python3.14", "python3.12", "python3", "python"):
            machine.program(name, 'echo "pyenv: command not found" >&2; exit 127')
        machine.python(machine.folder / place / "versions/3.11.9/bin/python3", recent=False)
        machine.python(machine.folder / place / "versions/3.13.1/bin/python3")
        environment = {"PYENV_ROOT": str(machine.folder / root)} if root else {}
        assert machine.bootstrap(**environment)[0] == f"{place}/versions/3.13.1/bin/python3"

    @pytest.mark.parametrize("place", ["opt/homebrew/bin", "usr/local/bin"])
    def test_where_path_does_not_lead(self, machine, place):
        machine.uv()
        machine.python(machine.folder / place / "python3")
        assert machine.bootstrap()[0] == f"{place}/python3"


class TestFetchingUv:
    def test_into_the_folder_of_tools(self, machine):
        machine.python("python3.12")
        machine.python("python3")
        assert machine.bootstrap() == ("bin/python3.12", f"local {FETCHED}")
        assert [path.name for path in (machine.clone / ".local").iterdir()] == ["tools"], "nothing half is left"
        before = len(machine.calls)
        machine.bootstrap()
        assert not [call for call in machine.calls[before:] if "pip" in call], "and only once"

    def test_by_a_python_that_is_too_old_for_the_rest(self, machine):
        machine.python(machine.folder / "usr/bin/python3", recent=False)
        machine.uv(machine.fetched, installs=machine.python(machine.folder / "uv/python3.13"))
        assert machine.bootstrap() == ("uv/python3.13", f"local {FETCHED}")

    def test_by_a_virtual_environment_where_there_is_no_pip(self, machine):
        machine.python("python3", pip=False)
        assert machine.bootstrap() == ("bin/python3", f"local {FETCHED}")

    def test_is_done_without_where_it_fails(self, machine):
        machine.program(machine.fetched, "exit 1")
        machine.python("python3")
        assert machine.bootstrap() == ("bin/python3", "local")

    def test_says_where_it_is(self, machine):
        machine.python("python3", recent=False)
        assert machine.run("bootstrap.sh", "uv").stdout == f"{FETCHED}\n"
        machine.uv()
        assert machine.run("bootstrap.sh", "uv").stdout == f"{machine.bin}/uv\n"


class TestWhereNothingHelps:
    def test_no_python_at_all(self, machine):
        said = machine.fails()
        assert "needs Python 3.12 or later, or uv, and found neither" in said
        assert "apt install python3 python3-venv" in said

    def test_an_old_one_and_no_network(self, machine):
        machine.program(machine.fetched, "exit 1")
        machine.python("python3", recent=False)
        assert "Install one of them" in machine.fails()

    def test_one_that_can_make_no_virtual_environment(self, machine):
        """Debian without python3-venv and python3-pip."""
        machine.python("python3", venv=False, pip=False)
        assert "apt install python3 python3-venv" in machine.fails()
        assert not [call for call in machine.calls if "bootstrap.py" in call]

    def test_no_uv(self, machine):
        assert machine.fails("uv") == "No uv, and no Python with pip to install it.\n"


class TestInstalling:
    """tools/bootstrap.py: `.venv` whole, stamped last."""

    @pytest.fixture
    def asked(self, bootstrap, monkeypatch):
        """The programs that were asked to install, each of which does, unless it is called `broken`."""
        names = []

        def does(*command):
            names.append(str(command[0]))
            return command[0] != "broken"

        monkeypatch.setattr(bootstrap, "does", does)
        return names

    @pytest.fixture
    def bootstrap(self, tmp_path, monkeypatch):
        module = tool("bootstrap")
        monkeypatch.setattr(module, "BASE", tmp_path)
        monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
        monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv/bin/python")
        (tmp_path / ".local").mkdir()
        (tmp_path / "requirements-local.txt").touch()  # asks for nothing, so installing needs no network
        (tmp_path / "requirements-dev.txt").touch()
        return module

    def test_by_uv_and_again_is_nothing(self, bootstrap, asked, tmp_path):
        bootstrap.main("local", "/opt/uv")
        assert asked == ["/opt/uv"]
        assert subprocess.run([tmp_path / ".venv/bin/python", "-c", "import sys"], check=False).returncode == 0
        assert (tmp_path / ".venv/requirements-local.txt").exists()
        bootstrap.main("local", "/opt/uv")
        assert asked == ["/opt/uv"]
        bootstrap.main("dev", "/opt/uv")
        assert asked == ["/opt/uv", "/opt/uv"]
        assert [path.name for path in (tmp_path / ".venv").glob("requirements-*")] == ["requirements-dev.txt"]

    @pytest.mark.parametrize("uv", ["", "broken"])
    def test_by_pip_where_there_is_no_uv_or_it_fails(self, bootstrap, asked, tmp_path, monkeypatch, uv):
        monkeypatch.setattr(bootstrap, "make_venv", lambda modules: (tmp_path / ".venv").mkdir(exist_ok=True))
        bootstrap.main("local", uv)
        assert [name for name in asked if name != uv] == [str(tmp_path / ".venv/bin/python")]
        assert asked.count("broken") == bool(uv)

    def test_what_failed_is_said_and_done_again(self, bootstrap, tmp_path, monkeypatch):
        monkeypatch.setattr(bootstrap, "make_venv", lambda modules: (tmp_path / ".venv").mkdir(exist_ok=True))
        monkeypatch.setattr(bootstrap, "does", lambda *command: False)
        for _ in range(2):
            with pytest.raises(SystemExit, match=r"Installing requirements-local\.txt failed"):
                bootstrap.main("local")
            assert not bootstrap.installed("local")

    def test_two_at_once(self, bootstrap, tmp_path, monkeypatch):
        under_way, both = [], threading.Barrier(2)

        def install(what, uv):
            under_way.append(what)
            time.sleep(0.2)  # long enough for the other one to begin as well, if nothing held it
            (tmp_path / ".venv").mkdir(exist_ok=True)
            (tmp_path / ".venv/requirements-local.txt").touch()

        def start():
            both.wait()
            bootstrap.main("local")

        monkeypatch.setattr(bootstrap, "install", install)
        threads = [threading.Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert under_way == ["local"]
        assert (tmp_path / ".local/bootstrap.lock").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("before", ["none", "broken", "a link"])
    def test_an_environment_that_does_not_run_is_made_anew(self, bootstrap, tmp_path, before):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "kept").touch()
        if before == "a link":
            (tmp_path / ".venv").symlink_to(elsewhere)
        elif before == "broken":
            (tmp_path / ".venv/bin").mkdir(parents=True)
            (tmp_path / ".venv/bin/python").symlink_to(tmp_path / "gone")
        bootstrap.make_venv("sys")
        assert bootstrap.runs(bootstrap.PYTHON, "-c", "import sys")
        assert not (tmp_path / ".venv").is_symlink()
        assert (elsewhere / "kept").exists()

    def test_one_that_runs_is_kept(self, bootstrap, tmp_path):
        bootstrap.make_venv("sys")
        (tmp_path / ".venv/kept").touch()
        bootstrap.make_venv("sys")
        assert (tmp_path / ".venv/kept").exists()
        bootstrap.make_venv("no_such_module")
        assert not (tmp_path / ".venv/kept").exists()
