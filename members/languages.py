"""Languages that officials of the network work in, by ISO 639 code; names from CLDR in the reader's language."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language, to_locale

CODES = (
    "am", "ar", "az", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ha", "he", "hi",
    "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "km", "ko", "ky", "lt", "lv", "mk", "mr", "ms", "ne", "nl", "no", "pl",
    "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "tg", "th", "tl", "tr", "uk", "ur", "uz", "vi",
    "wo", "yo", "zh",
)  # fmt: skip


@cache
def _names(language: str) -> dict[str, str]:
    locale = Locale.parse(to_locale(language))
    return {code: str(locale.languages.get(code, code)) for code in CODES}


def name(code: str) -> str:
    """The language's name in the active language; the code itself where it is unknown."""
    return _names(get_language() or "en").get(code, code)


def choices() -> list[tuple[str, str]]:
    """(code, name) of every language, by name in the active language."""
    return sorted(_names(get_language() or "en").items(), key=lambda item: item[1].casefold())
