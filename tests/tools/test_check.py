"""tools/check.py: what requirements may not say."""

import pytest

from tests.tools.machine import tool


@pytest.fixture
def found(tmp_path, monkeypatch):
    check = tool("check")
    monkeypatch.setattr(check, "BASE", tmp_path)

    def ask(line, name="requirements.txt"):
        (tmp_path / name).write_text(f"# by `make lock`\n{line}\n")
        return check.addresses_in_requirements()

    return ask


def test_packages_and_hashes_are_fine(found, capsys):
    assert found("django==6.1 \\\n    --hash=sha256:0123abc\n    # via -r requirements.in") == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "line",
    [
        "--index-url index.example/simple",
        "--extra-index-url index.example/simple",
        "-i index.example/simple",
        "--find-links wheels",
        "-f wheels",
        "django @ https://files.example/django.whl",
        "django @ file:wheels/django.whl",
    ],
)
def test_an_address_fails_and_is_shown_with_its_place(found, capsys, line):
    assert found(line, "requirements-dev.txt") == ["address in requirements-dev.txt"]
    assert capsys.readouterr().out == f"fails  requirements-dev.txt:2 has an address: {line}\n"


def test_those_of_the_house_have_none():
    assert tool("check").addresses_in_requirements() == []
