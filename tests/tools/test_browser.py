"""tools/browser.sh on machines of every kind: what it brings, when it leaves a machine alone, what it says where nothing works."""

import pytest

from tests.tools.machine import Machine


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    machine.script("browser.sh")
    return machine


def playwright(machine, *, has=False, brings=False):
    """The Python of the clone, whose Playwright has a Chromium of its own, or can fetch one."""
    asked = f'"-c "*) exit {int(not has)} ;; "-m playwright install chromium") echo "no network"; exit {int(not brings)} ;;'
    machine.program(machine.clone / ".venv/bin/python", f'case "$*" in {asked} esac\nexit 1')


def says(machine, **environment):
    ran = machine.run("browser.sh", **environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not list(machine.folder.glob("tmp.*")), "nothing is left behind"
    return ran.stdout


class TestNothingToDo:
    def test_a_browser_that_is_named(self, machine):
        assert says(machine, CHROMIUM="/opt/chromium") == ""
        assert machine.calls == []

    @pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
    def test_one_on_path(self, machine, name):
        machine.program(name)
        assert says(machine) == ""
        assert machine.calls == []

    def test_playwrights_own(self, machine):
        playwright(machine, has=True)
        assert says(machine) == ""
        assert not [call for call in machine.calls if "install" in call]

    def test_root_with_fonts_for_arabic(self, machine):
        machine.user(0)
        machine.program("chromium")
        machine.program("apt-get")
        machine.program("fc-list", "echo Noto Naskh Arabic")
        assert says(machine) == ""
        assert machine.calls == ["bin/fc-list :lang=ar family"]


class TestBringing:
    def test_debians_packages_as_root(self, machine):
        machine.user(0)
        playwright(machine)
        machine.program("apt-get")
        assert says(machine) == "Installing Chromium and fonts …\n"
        update, install = [call for call in machine.calls if "apt-get" in call]
        assert update == "bin/apt-get update -qq"
        assert install.endswith(" chromium fontconfig fonts-noto-core")

    def test_fonts_alone_are_worth_it(self, machine):
        machine.user(0)
        machine.program("chromium")
        machine.program("apt-get")
        machine.program("fc-list")  # names none for Arabic
        assert says(machine) == "Installing Chromium and fonts …\n"

    def test_playwrights_for_others(self, machine):
        machine.program("apt-get")
        playwright(machine, brings=True)
        assert says(machine) == "Fetching a Chromium …\n"
        assert not [call for call in machine.calls if "apt-get" in call]

    def test_playwrights_for_root_where_debian_has_none(self, machine):
        machine.user(0)
        machine.program("apt-get", "exit 100")
        playwright(machine, brings=True)
        assert says(machine) == "Installing Chromium and fonts …\nFetching a Chromium …\n"


def test_where_nothing_works_it_says_so_and_stops_nobody(machine):
    playwright(machine)
    assert says(machine) == (
        "Fetching a Chromium …\n"
        "No Chromium could be had; the browser tests are left out (in CI they fail). The end of what was tried:\n"
        "no network\n"
    )
