"""What a clone keeps on this machine is for its owner alone. PostgreSQL's part is in test_postgres.py."""

import importlib.util
import os

import pytest

from strongcities import local
from tests.house import ROOT


@pytest.fixture(autouse=True)
def careless():
    """A mask that would let everybody read everything."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_file_is_closed_whoever_made_it(tmp_path):
    old = tmp_path / "old"
    old.write_text("kept")
    assert mode(old) == 0o666
    for path in (old, tmp_path / "new"):
        assert mode(local.file(path)) == 0o600
    assert old.read_text() == "kept"


def test_a_folder_lets_nobody_look_around(tmp_path):
    for _again in range(2):
        assert local.folder(tmp_path) == tmp_path / ".local"
        assert mode(tmp_path / ".local") & 0o066 == 0
        (tmp_path / ".local").chmod(0o755)  # as it may have been


def test_the_lock_of_the_installer_is_closed(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools/bootstrap.py")
    assert spec
    assert spec.loader
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    monkeypatch.setattr(bootstrap, "BASE", tmp_path)
    monkeypatch.setattr(bootstrap, "installed", lambda what: True)
    local.folder(tmp_path)
    bootstrap.main("local")
    assert mode(tmp_path / ".local/bootstrap.lock") == 0o600
