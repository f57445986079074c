"""A machine for trying the scripts of tools/ on: a copy of them in a folder, and on PATH only what a test puts there."""

import importlib.util
import os
import shutil
import subprocess

from tests.house import ROOT

USUAL = ("cat", "chmod", "cmp", "cp", "dirname", "grep", "mkdir", "mktemp", "mv", "rm", "tail", "touch")


class Machine:
    def __init__(self, folder):
        self.folder = folder
        self.clone, self.bin, self.home = folder / "clone", folder / "bin", folder / "home"
        for place in (self.clone / "tools", self.bin, self.home):
            place.mkdir(parents=True)
        for name in USUAL:
            (self.bin / name).symlink_to(str(shutil.which(name)))
        self.user(1000)
        self.log = folder / "calls"
        self.log.touch()

    def script(self, name, *elsewhere):
        """A script of tools/. The folders `elsewhere` that it names, which are every machine's, are this machine's here."""
        text = (ROOT / "tools" / name).read_text()
        for place in elsewhere:
            assert place in text, f"tools/{name} no longer looks into {place}"
            text = text.replace(place, f"{self.folder}{place}")
        self.place(self.clone / "tools" / name, text)

    def user(self, number):
        self.place(self.bin / "id", f"#!/bin/sh\necho {number}\n")

    def program(self, path, body="exit 0"):
        """A program on PATH, or at a path of its own, that notes how it was called and does what `body` says."""
        path = self.bin / path
        self.place(path, f'#!/bin/sh\necho "{path.relative_to(self.folder)} $*" >>"{self.log}"\n{body}\n')
        return path

    def place(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script, *arguments, **environment):
        return subprocess.run(
            [self.clone / "tools" / script, *arguments],
            env={"PATH": str(self.bin), "HOME": str(self.home), "TMPDIR": str(self.folder), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self):
        return self.log.read_text().splitlines()


def tool(name):
    """A Python file of tools/, which is no package, as a module."""
    spec = importlib.util.spec_from_file_location(name, os.fspath(ROOT / "tools" / f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
