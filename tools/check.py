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

# What a real house is told. The database is the empty one of the test cluster, or what DATABASE_URL names.
PRODUCTION = {
    "SITE_URL": "https://strongcities.example",
    "ALLOWED_HOSTS": "strongcities.example",
    "SECRET_KEY": "only-for-this-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ENCRYPTION_KEYS": "b25seS1mb3ItdGhpcy1jaGVjay1ub3RoaW5nLW1vcmU",
    "MAIL_HOST": "mail.strongcities.example",
    "DEMO": "0",
    "DEBUG": "0",
}


def main() -> None:
    sys.path.insert(0, str(BASE))
    from strongcities import postgres  # importable only now

    if not os.environ.get("DATABASE_URL", "").strip():
        postgres.ensure_running(BASE, postgres.TEST)
        os.environ["DATABASE_URL"] = postgres.url(BASE, postgres.TEST)
    templates = [str(path) for path in sorted(BASE.glob("templates/**/*.html"))]
    checks: dict[str, tuple[list[str], dict[str, str]]] = {
        "types (mypy)": ([sys.executable, "-m", "mypy", "."], {"DEMO": "1"}),
        "settings and URLs, as in production (check --deploy)": (
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION,
        ),
        "settings and URLs, as in the demo (check)": ([*MANAGE, "check", "--fail-level", "WARNING"], {"DEMO": "1"}),
        "migrations (makemigrations --check)": ([*MANAGE, "makemigrations", "--check", "--dry-run"], {"DEMO": "1"}),
        "floors (import-linter)": (
            [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
            {"DEMO": "1"},
        ),
        "lint (ruff check)": ([str(BIN / "ruff"), "check", "--output-format", "concise"], {}),
        "format (ruff format --check)": ([str(BIN / "ruff"), "format", "--check", "--quiet"], {}),
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
