"""Which apps the house has, as its folders tell: tests that must know every app take them from here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
