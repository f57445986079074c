"""docs/architecture.md says in the present what stands: no reader is sent to a file or an address that isn't there."""

import re

import pytest
from django.urls import Resolver404, resolve

from tests.house import APPS, ROOT

STANDS, COMES = (ROOT / "docs/architecture.md").read_text().split("## Not there yet")
FILE = re.compile(r"(?<![\w/.<-])[\w-]+(?:/[\w-]+)*\.(?:py|md|toml|yaml|csv|jsonl)\b")
ADDRESS = re.compile(r"(?<![\w>.})])/(?:[\w<>.-]+/?)*")


def is_there(name):
    """A file by its path, or by its name somewhere in an app."""
    return (ROOT / name).exists() or any(list((ROOT / app).rglob(name)) for app in (*APPS, "docs"))


def leads_somewhere(address):
    try:
        resolve(re.sub(r"<\w+>", "1", address))
    except Resolver404:
        return False
    return True


def addresses(text):
    return set(ADDRESS.findall(text))


def test_every_file_is_there():
    named = set(FILE.findall(STANDS))
    assert {"strongcities/postgres.py", "workflow.py", "compose.yaml", "data/practices.jsonl"} <= named
    assert {name for name in named if not is_there(name)} == set()


def test_every_address_is_there():
    (block,) = re.findall(r"## Addresses.*?```\n(.*?)```", STANDS, re.DOTALL)
    named = addresses(block.replace("/account/…", "/account/login/"))
    assert {"/", "/hub/practices.json", "/cities/<slug>/", "/healthz"} <= named
    assert {address for address in named if not leads_somewhere(address)} == set()


@pytest.mark.parametrize("app", APPS)
def test_every_app_is_drawn(app):
    assert re.search(rf"^{app}/ ", STANDS, re.MULTILINE), f"docs/architecture.md does not draw {app}/"


def test_what_comes_is_not_there_yet():
    """Where this fails, something was built: move its line up."""
    assert "/twinning/" in addresses(COMES)
    assert {address for address in addresses(COMES) if leads_somewhere(address)} <= {"/hub/practices/new/"}  # as a slug
