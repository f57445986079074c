"""Names of cities and people: how they are cleaned, compared and put into addresses.

What "the same" means is the database's to say, once: `fold()` takes case and accents away (strongcities' migration 0001),
`skeleton()` also what spellings differ in, `without_office()` what stands around a name (migration city_names here). Nothing in
Python repeats them.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

# Scripts whose letters look alike: in one word they are a mistake or a trick (a Cyrillic "а" in "Pаris").
_LOOKALIKES = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and several Indian scripts spell with them


def clean_name(text: str) -> str:
    """`text` in one Unicode form (NFKC: letters of full width or from mathematics become plain ones), spaces in order.

    Raises ValidationError for control and direction characters, for a name without a letter, and for a word that mixes
    alphabets whose letters look alike.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"} and character not in _JOINERS:
            raise ValidationError(_("There is a character in it that can't be seen. Type it again, please."), code="unseen")
    if text and not any(character.isalpha() for character in text):
        raise ValidationError(_("A name has letters."), code="letters")
    for word in text.split():
        if len(_scripts(word) & _LOOKALIKES) > 1:
            raise ValidationError(
                _("“%(word)s” mixes letters of different alphabets that look alike. Type it in one alphabet, please."),
                code="alphabets",
                params={"word": word},
            )
    return text


def clean_names(typed: Any) -> Any:
    """`typed`, a name or a list of names, each cleaned; of a list, each once and none empty. Raises as `clean_name` does."""
    if isinstance(typed, str):
        return clean_name(typed)
    return list(dict.fromkeys(filter(None, map(clean_name, typed))))


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(character, "?").split()[0] for character in word if character.isalpha()}


def folded(texts: Iterable[str]) -> dict[str, str]:
    """Each text with what it is without case and accents, as the database compares it. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, fold(text) FROM unnest(%s::text[]) AS given (text)", [sorted(set(texts))])
        return dict(cursor.fetchall())


def slugs(name: str, *more: str) -> Iterator[str]:
    """Addresses for `name`, the best one first: its own, then with each of `more` behind it, then with chance behind that.

    A name in an alphabet that addresses don't know gives "city".
    """
    slug = slugify(folded([name])[name])[:80].strip("-") or "city"
    yield slug
    for word in more:
        slug = f"{slug}-{word}"
        yield slug
    for _attempt in range(3):
        yield f"{slug}-{secrets.token_hex(3)}"
