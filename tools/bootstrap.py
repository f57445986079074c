"""Makes .venv and installs requirements-<what>.txt into it. Called by bootstrap.sh with a Python that suits.

Usage: python tools/bootstrap.py local|dev [path of uv]
"""

import contextlib
import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"


def main(what: str, uv: str = "") -> None:
    file = BASE / ".local" / "bootstrap.lock"
    file.touch(mode=0o600)
    file.chmod(0o600)  # who may read it may hold the lock as well
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second waits and finds it done
        if not installed(what):
            install(what, uv)


def installed(what: str) -> bool:
    stamp = VENV / f"requirements-{what}.txt"
    return stamp.exists() and stamp.read_bytes() == (BASE / stamp.name).read_bytes()


def install(what: str, uv: str) -> None:
    for stamp in VENV.glob("requirements-*.txt"):
        stamp.unlink()
    file = BASE / f"requirements-{what}.txt"
    print(f"Installing {file.name} with Python {sys.version.split()[0]} …", flush=True)
    if not (uv and by_uv(uv, file)) and not by_pip(file):
        sys.exit(f"Installing {file.name} failed; the lines above say why. Try again once that is mended.")
    shutil.copyfile(file, VENV / file.name)  # last, so that whatever was cut short is done again


def by_uv(uv: str, file: Path) -> bool:
    make_venv("sys")
    return does(uv, "pip", "install", "--python", PYTHON, "--quiet", "--require-hashes", "-r", file)


def by_pip(file: Path) -> bool:
    """Slower; for a network that pip is set up for and uv is not."""
    make_venv("sys, pip")
    pip = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input")
    return does(*pip, "--quiet", "--require-hashes", "-r", file)


def make_venv(modules: str) -> None:
    """Make .venv anew, unless its Python runs, is recent enough and has the modules."""
    if runs(PYTHON, "-c", f"import {modules}; sys.exit(sys.version_info < (3, 12))"):
        return
    if VENV.is_symlink():
        VENV.unlink()
    venv.EnvBuilder(clear=True, symlinks=True, with_pip="pip" in modules).create(VENV)


def does(*command: str | Path) -> bool:
    return subprocess.run(command, cwd=BASE, check=False).returncode == 0


def runs(*command: str | Path) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
