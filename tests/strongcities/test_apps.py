"""An app is known everywhere where apps are named. What is forgotten is named here, with the file that it is missing in.

CONTRIBUTING.md has the same as a list to go by.
"""

import ast
import re
import tomllib

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver

from strongcities import admin
from tests.house import APPS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
LAYERS = [re.split(r"\s*[|:]\s*", layer) for contract in PROJECT["importlinter"]["contracts"] for layer in contract.get("layers", [])]
ROOMS = [app for app in APPS if app != "strongcities"]


def imported_by(*files):
    """The modules that these files take something from."""
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


def included(resolver):
    """The modules of all URLs that the URLconf leads to."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield getattr(entry.urlconf_module, "__name__", "")
            yield from included(entry)


def matches(module, pattern):
    """Whether a pattern of mypy's (`tests.*`) means the module."""
    return module == pattern or (pattern.endswith(".*") and f"{module}.".startswith(pattern[:-1]))


def test_the_folders_are_found():
    assert {"strongcities", "members", "hub", "pages"} <= set(APPS)


@pytest.mark.parametrize("app", APPS)
class TestEachApp:
    def test_is_installed(self, app):
        assert any(entry.split(".")[0] == app for entry in settings.INSTALLED_APPS), f"strongcities/settings.py: INSTALLED_APPS lacks {app}"

    def test_has_its_floor(self, app):
        assert app in PROJECT["importlinter"]["root_packages"], f"pyproject.toml: root_packages of import-linter lacks {app}"
        assert [app in layer for layer in LAYERS].count(True) == 1, f"pyproject.toml: {app} stands on no floor of import-linter, or on two"

    def test_goes_into_the_image(self, app):
        assert f"!{app}" in (ROOT / ".dockerignore").read_text().split(), f".dockerignore lets {app} not into the image: add !{app}"

    def test_is_left_out_by_no_tool(self, app):
        mypy, ruff = PROJECT["mypy"], PROJECT["ruff"]
        loosened = [pattern for override in mypy["overrides"] for pattern in override["module"] if matches(app, pattern)]
        assert not loosened, f"pyproject.toml: mypy looks at {app} less closely"
        assert not any(re.search(pattern, f"{app}/models.py") for pattern in mypy["exclude"]), f"pyproject.toml: mypy leaves out {app}"
        left_out = [*ruff.get("exclude", []), *ruff.get("extend-exclude", []), *ruff["lint"]["per-file-ignores"]]
        assert not [pattern for pattern in left_out if pattern.split("/")[0] == app], f"pyproject.toml: ruff leaves out {app}"

    def test_has_tests_of_its_own(self, app):
        assert list((ROOT / "tests" / app).glob("test_*.py")), f"tests/{app}/ has no tests"
        assert (ROOT / "tests" / app / "__init__.py").exists(), f"tests/{app}/__init__.py is missing"


@pytest.mark.parametrize("app", ROOMS)
class TestEachRoom:
    def test_has_an_address_if_it_has_any(self, app):
        if (ROOT / app / "urls.py").exists():
            assert f"{app}.urls" in set(included(get_resolver())), f"strongcities/urls.py does not include {app}.urls"

    def test_can_be_given_to_a_group(self, app):
        if app in {model._meta.app_label for model in apps.get_models()}:
            assert app in admin.OURS, f"strongcities/admin.py: OURS lacks {app}, so that no group can be given its records"

    def test_has_its_place_on_the_desk(self, app):
        if (ROOT / app / "waiting.py").exists():
            assert f"{app}.waiting" in imported_by(ROOT / "pages/views.py"), f"pages/views.py: the desk does not ask {app}/waiting.py"

    def test_is_in_the_demo(self, app):
        command = "pages/management/commands/make_demo.py"
        for module in ("demo", "samples"):
            if (ROOT / app / f"{module}.py").exists():
                assert f"{app}.{module}" in imported_by(ROOT / command), f"{command} does not call {app}/{module}.py"


def test_nothing_is_named_that_is_not_there():
    ignored = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert not {name for name in ignored if not (ROOT / name).exists()}, ".dockerignore names what isn't there"
    assert sorted(PROJECT["importlinter"]["root_packages"]) == APPS, "pyproject.toml: root_packages of import-linter"
    assert sorted(app for layer in LAYERS for app in layer) == APPS, "pyproject.toml: layers of import-linter"
    assert set(admin.OURS) <= set(APPS), "strongcities/admin.py: OURS"


def test_the_public_site_stands_on_top_and_the_ground_below():
    assert LAYERS[0] == ["pages"], "pyproject.toml: the first layer gathers from all the others"
    assert LAYERS[-1] == ["strongcities"], "pyproject.toml: every app stands on the last layer"
