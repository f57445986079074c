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
    with (BASE / ".local" / "bootstrap.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second waits and finds it done
        if not installed(what):
            install(what, uv)


def installed(what: str) -> bool:
    stamp = VENV / f"requirements-{what}.txt"
    return stamp.exists() and stamp.read_bytes() == (BASE / stamp.name).read_bytes()


def install(what: str, uv: str) -> None:
    for stamp in VENV.glob("requirements-*.txt"):
        stamp.unlink()
    modules = "sys" if uv else "sys, pip"
    if not runs(PYTHON, "-c", f"import {modules}; sys.exit(sys.version_info < (3, 12))"):
        if VENV.is_symlink():
            VENV.unlink()
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=not uv).create(VENV)
    file = BASE / f"requirements-{what}.txt"
    print(f"Installing {file.name} with Python {sys.version.split()[0]} …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if uv:
        pip = [uv, "pip", "install", "--python", str(PYTHON)]
    if subprocess.run([*pip, "--quiet", "--require-hashes", "-r", str(file)], cwd=BASE, check=False).returncode:
        sys.exit(f"Installing {file.name} failed; the lines above say why. Try again once that is mended.")
    shutil.copyfile(file, VENV / file.name)  # last, so that whatever was cut short is done again


def runs(*command: str | Path) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
