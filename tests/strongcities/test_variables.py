"""The variables that README.md lists are those that are read, and compose.yaml passes them on from .env; of what can't be
read each is named, and nothing is served."""

import os
import re
import subprocess
import sys

import pytest

from strongcities import environment, logs
from tests.house import ROOT

README = (ROOT / "README.md").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
NOT_IN_COMPOSE = {
    "STATIC_ROOT": "the Dockerfile collects static files into the image",
    "MEDIA_ROOT": "the Dockerfile names it, and compose.yaml puts a volume there",
    "BIND": "inside its container the site listens on port 8000; PUBLISH says where it is met",
    "DEBUG": "never in production",
    "DEMO": "never in production",
}
MADE_BY_COMPOSE = {"DATABASE_URL": "from DATABASE_PASSWORD"}
NOT_IN_TABLE = {
    "DJANGO_SETTINGS_MODULE": "Django's own; manage.py and wsgi.py set it",
    "PORT": "for `make run` alone, which README.md tells of there",
    "STATEMENT_SECONDS": "gunicorn.conf.py makes it of PAGE_SECONDS",
    "TEST_DATABASE": "tests name their database by it",
}


def listed():
    """The variables in the first column of README's table."""
    (table,) = re.findall(r"^\| Variable \|.*\n((?:\|.*\n)+)", README, re.MULTILINE)
    return {name for line in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}


def passed_on():
    """The variables that compose.yaml gives to the site, and what it makes them of."""
    return dict(re.findall(r"^    ([A-Z_]+): (.*)$", COMPOSE, re.MULTILINE))


def test_compose_passes_on_what_the_table_lists():
    assert {"SECRET_KEY", "MAIL_PORT", "REVET_AFTER", "DATABASE_PASSWORD"} <= listed()
    expected = listed() - NOT_IN_COMPOSE.keys() - {"DATABASE_PASSWORD", "PUBLISH"}  # compose.yaml's own
    assert passed_on().keys() == expected
    assert {name for name, value in passed_on().items() if f"${{{name}:" not in value} == MADE_BY_COMPOSE.keys()
    assert all(f"${{{name}:" in COMPOSE for name in ("DATABASE_PASSWORD", "PUBLISH"))


def test_the_table_lists_what_is_read():
    read = set()
    for file in (*ROOT.glob("*.py"), *(ROOT / "strongcities").rglob("*.py")):
        read |= set(re.findall(r"""(?:\benv(?:_bool|_list|_int|_one_of)?\(|environ(?:\.get\(|\[))"([A-Z_]+)\"""", file.read_text()))
    assert {"SECRET_KEY", "BEHIND_PROXY", "ALLOWED_HOSTS", "WEB_WORKERS"} <= read
    assert read - NOT_IN_TABLE.keys() == listed() - {"DATABASE_PASSWORD", "PUBLISH"}


@pytest.fixture
def unreadable(monkeypatch):
    monkeypatch.setattr(environment, "unreadable", {})
    return lambda: environment.unreadable


@pytest.mark.parametrize(("said", "value"), [("", 587), (" 25 ", 25), ("65535", 65535)])
def test_a_whole_number(monkeypatch, unreadable, said, value):
    monkeypatch.setenv("MAIL_PORT", said)
    assert environment.env_int("MAIL_PORT", 587, least=1, most=65_535) == value
    assert unreadable() == {}


@pytest.mark.parametrize("said", ["smtp", "-1", "0", "65536", "2.5", "٢٥", "1_000", "9" * 5000, "\udcff"])
def test_what_is_no_number_there_keeps_the_default_and_is_named(monkeypatch, unreadable, said):
    monkeypatch.setenv("MAIL_PORT", said)
    assert environment.env_int("MAIL_PORT", 587, least=1, most=65_535) == 587
    assert unreadable() == {"MAIL_PORT": "a whole number from 1 to 65535"}


@pytest.mark.parametrize(("said", "value"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("0", False), ("", False)])
def test_a_switch(monkeypatch, unreadable, said, value):
    monkeypatch.setenv("BEHIND_PROXY", said)
    assert environment.env_bool("BEHIND_PROXY") is value
    assert unreadable() == {}


def test_a_switch_that_says_neither(monkeypatch, unreadable):
    monkeypatch.setenv("MAIL_TLS", "ture")
    assert environment.env_bool("MAIL_TLS", default=True) is True
    assert unreadable() == {"MAIL_TLS": "1 or 0"}


def test_one_of_a_few(monkeypatch, unreadable):
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert environment.env_one_of("LOG_LEVEL", logs.LEVELS, "INFO") == "DEBUG"
    assert unreadable() == {}
    monkeypatch.setenv("LOG_LEVEL", "loud")
    assert environment.env_one_of("LOG_LEVEL", logs.LEVELS, "INFO") == "INFO"
    assert set(unreadable()) == {"LOG_LEVEL"}


def test_the_check_and_the_server_name_all_of_them_at_once():
    wrong = {"MAIL_PORT": "smtp", "REVET_AFTER": "two years", "LOG_LEVEL": "loud", "BEHIND_PROXY": "maybe"}
    surroundings = {
        **os.environ,
        **wrong,
        "DJANGO_SETTINGS_MODULE": "strongcities.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DEMO": "0",
    }
    for command in (["manage.py", "check", "--tag", "security"], ["-c", "import strongcities.wsgi"]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert {name for name in wrong if f"{name}: set " in done.stderr} == set(wrong), done.stderr
