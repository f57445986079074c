"""Translations into the form that is read at run time, by Babel: no GNU gettext needed on the machine."""

import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


def compile_messages() -> list[Path]:
    """Compile each .po file that is newer than its .mo; the files written. Fuzzy entries are left out."""
    written = []
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as file:
                catalog = read_po(file, locale=source.parts[-3], abort_invalid=True)
            half = target.with_suffix(f".{os.getpid()}")
            with half.open("wb") as file:
                write_mo(file, catalog)
            half.rename(target)
            written.append(target)
    return written


class Command(BaseCommand):
    help = "Compile the translations in locale/ where they changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_messages():
            self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")
