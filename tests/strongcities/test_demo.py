"""The demo's own secret."""

import os
from pathlib import Path

from strongcities import demo


def test_nobody_else_reads_the_secret_at_any_moment(tmp_path, monkeypatch):
    written = Path.write_text

    def watched(path, text, **more):
        length = written(path, text, **more)
        assert path.stat().st_mode & 0o077 == 0
        return length

    monkeypatch.setattr(Path, "write_text", watched)
    before = os.umask(0o022)
    try:
        key = demo.secret_key(tmp_path)
    finally:
        os.umask(before)
    assert len(key) >= 50
    assert demo.secret_key(tmp_path) == key
