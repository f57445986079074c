"""Languages that officials of the network work in, by ISO 639 code."""

from __future__ import annotations

from strongcities import languages

CODES = (
    "am", "ar", "az", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ha", "he", "hi",
    "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "km", "ko", "ky", "lt", "lv", "mk", "mr", "ms", "ne", "nl", "no", "pl",
    "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "tg", "th", "tl", "tr", "uk", "ur", "uz", "vi",
    "wo", "yo", "zh",
)  # fmt: skip

FIRST = frozenset({"ar", "en", "es", "fr", "ru", "zh"})  # the official languages of the United Nations: what people share


def choices() -> list[tuple[str, str]]:
    """(code, name) of every language, by name in the active language; those that most people share before the others."""
    named = ((code, languages.name(code)) for code in CODES)
    return sorted(named, key=lambda item: (item[0] not in FIRST, item[1].casefold()))
