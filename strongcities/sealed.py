"""Secrets at rest: what opens an account, or speaks for a city, lies in the database under a key that the database hasn't.

Fernet (AES-128-CBC under HMAC-SHA256, of `cryptography`). The first of ENCRYPTION_KEYS seals, each of them opens: so a new key is put
before the old one, `manage.py seal_again` seals everything by it, and then the old one may go.
"""

from __future__ import annotations

from binascii import Error as NotBase64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

MARK = "gAAAA"  # what every sealed text begins with: the version of Fernet's tokens, and the first bits of their time


class Unreadable(Exception):
    """None of the keys opens it: it was sealed by another one, or never. Nothing in the words but that: they go into the log."""

    def __init__(self) -> None:
        super().__init__("ENCRYPTION_KEYS: none of the keys opens what is kept in the database")


def seal(text: str) -> str:
    """`text`, so that only who has the key reads it; another one each time."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` was given. Raises Unreadable; for what was never sealed as well."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def seal_again(sealed: str) -> str:
    """The same, sealed by the newest key. Raises Unreadable."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def opens(sealed: str) -> bool:
    """Whether one of the keys opens it."""
    try:
        unseal(sealed)
    except Unreadable:
        return False
    return True


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def is_key(text: str) -> bool:
    """Whether `text` is a key: 32 random bytes in base64, as `secrets.token_urlsafe(32)` says them."""
    try:
        _fernet(text)
    except (ValueError, NotBase64):
        return False
    return len(set(text)) > 8


def _keys() -> MultiFernet:
    return _all(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _all(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    return Fernet(key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4))
