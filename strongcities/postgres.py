"""The embedded PostgreSQL."""

import os
from pathlib import Path


def url(base: Path) -> str:
    return os.environ["LAB_URL"]
