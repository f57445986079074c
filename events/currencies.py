"""Currencies, by the code of ISO 4217 and in the reader's words (CLDR's, by Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, get_territory_currencies
from django.utils.translation import get_language, to_locale

from members import countries

CODE = "^[A-Z]{3}$"
FIRST = ("EUR", "USD", "GBP")


@lru_cache
def codes() -> frozenset[str]:
    """Those that are paid with today in any country of the house."""
    return frozenset(code for country, _name in countries.choices() for code in get_territory_currencies(country)) | frozenset(FIRST)


def name(code: str) -> str:
    return str(_locale().currencies.get(code, code))


def choices() -> list[tuple[str, str]]:
    """All of them with the code before the name; those that most accounts are kept in come first."""
    rest = sorted(codes() - set(FIRST))
    return [(code, f"{code} · {name(code)}") for code in (*FIRST, *rest)]


def money(amount: Decimal, code: str) -> str:
    """An amount as the reader writes it: €1,200.00."""
    return str(format_currency(amount, code, locale=_locale()))


def _locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en"))
