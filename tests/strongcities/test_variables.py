"""The variables that README.md lists are those that are read, and compose.yaml passes them on from .env."""

import re

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
        read |= set(re.findall(r"""(?:\benv(?:_bool|_list|_int)?\(|environ(?:\.get\(|\[))"([A-Z_]+)\"""", file.read_text()))
    assert {"SECRET_KEY", "BEHIND_PROXY", "ALLOWED_HOSTS", "WEB_WORKERS"} <= read
    assert read - NOT_IN_TABLE.keys() == listed() - {"DATABASE_PASSWORD", "PUBLISH"}
