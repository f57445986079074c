"""Languages by their code (ISO 639), with names from CLDR in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from django.utils.translation import get_language, to_locale

_CODE = re.compile(r"[a-z]{2,3}")
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})


@cache
def _names(language: str) -> dict[str, str]:
    english = Locale("en").languages
    names = Locale.parse(to_locale(language)).languages
    return {code: names.get(code, english[code]) for code in sorted(english) if _CODE.fullmatch(code)}


def names() -> dict[str, str]:
    """Every language known: code to its name in the active language."""
    return _names(get_language() or "en")


def name(code: str) -> str:
    """The language's name in the active language; the code itself where it is unknown."""
    return names().get(code, code)


def exists(code: str) -> bool:
    return code in _names("en")


def direction(code: str) -> str:
    """`rtl` or `ltr`, for a text's `dir`."""
    return "rtl" if code in _RIGHT_TO_LEFT else "ltr"
