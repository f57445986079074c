"""`make check`: everything that is checked without running the tests. Runs all, side by side, and names what failed."""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
BIN = BASE / ".venv" / "bin"
MANAGE = [sys.executable, "manage.py"]

# What a real house is told; nothing here is used, since these checks open no connection.
PRODUCTION = {
    "DATABASE_URL": "postgres://web@database/strongcities",
    "SITE_URL": "https://strongcities.example",
    "ALLOWED_HOSTS": "strongcities.example",
    "SECRET_KEY": "only-for-this-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "MAIL_HOST": "mail.strongcities.example",
    "DEMO": "0",
    "DEBUG": "0",
}


def main() -> None:
    templates = [str(path) for path in sorted(BASE.glob("templates/**/*.html"))]
    checks: dict[str, tuple[list[str], dict[str, str]]] = {
        "types (mypy)": ([sys.executable, "-m", "mypy", "."], {}),
        "settings and URLs, as in production (check --deploy)": (
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION,
        ),
        "settings and URLs, as in the demo (check)": ([*MANAGE, "check", "--fail-level", "WARNING"], {"DEMO": "1", "DATABASE_URL": ""}),
        "migrations (makemigrations --check)": ([*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
        "floors (import-linter)": ([sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"], {}),
        "lint (ruff check)": ([str(BIN / "ruff"), "check"], {}),
        "format (ruff format --check)": ([str(BIN / "ruff"), "format", "--check"], {}),
        "templates (djade)": ([str(BIN / "djade"), "--check", "--target-version", "6.1", *templates], {}),
    }
    started = time.monotonic()
    failed = [*addresses_in_requirements()]
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for name, ran in zip(checks, pool.map(lambda check: run(*check), checks.values()), strict=True):
            print(f"{'fails' if ran.returncode else 'ok':6} {name}", flush=True)
            if ran.returncode:
                print(ran.stdout.rstrip(), flush=True)
                failed.append(name)
    print(f"{time.monotonic() - started:.0f} s")
    if failed:
        sys.exit("Failed: " + "; ".join(failed))


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=BASE,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )



def addresses_in_requirements() -> list[str]:
    """Requirements name packages and hashes; where they come from is for the machine that installs them to say."""
    failed = []
    for path in sorted(BASE.glob("requirements*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"://|file:|--(extra-)?index|--find-links|^-[if] ", line):
                print(f"fails  {path.name}:{number} has an address: {line}")
                failed.append(f"address in {path.name}")
    return failed


if __name__ == "__main__":
    main()
