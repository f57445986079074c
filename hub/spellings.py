"""How the words of the hub are written most often, told from its practices: “prévention”, where the search keeps “prevention”.

Only the newest practices of each language are read: a word that stands in none of them is rare, and is shown as it is kept
until one does. What was told once stays, so a large hub is known after some nights.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser

from hub.models import Language, Practice, Spelling
from hub.words import LONGEST, UNSPACED, WORD, fold

READ = 500  # practices of each language
BEGINS = re.compile(r"[.!?:\n#]")


def tell() -> None:
    """For practices that everyone may read, samples left out."""
    for language in Language.objects.order_by("language").values_list("language", flat=True):
        _write(language, _told(language))


def _told(language: str) -> dict[str, str]:
    """Of each folded word, how it is mostly written."""
    texts = Practice.objects.visible_to(AnonymousUser()).filter(is_sample=False, language=language).order_by("-pk")
    written: Counter[str] = Counter()
    for title, summary, body, lessons, partners in texts.values_list("title", "summary", "body", "lessons", "partners")[:READ]:
        for text in (title, summary, body, *lessons, *partners):
            written.update(_inner(text))
    ways: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for word, times in written.items():
        if len(word) <= LONGEST and not UNSPACED.search(word):
            ways[fold(word)].append((times, word))
    return {folded: max(found)[1] for folded, found in ways.items()}


def _inner(text: str) -> Iterator[str]:
    """Its words; at the beginning of a sentence without the capital, which says nothing of the word."""
    for word in WORD.finditer(text):
        written, begins = word[0], word.start() == 0 or BEGINS.search(text, word.start() - 3, word.start())
        yield written[0].lower() + written[1:] if begins and not written[1:].isupper() else written


def _write(language: str, told: dict[str, str]) -> None:
    plain = [folded for folded, shown in told.items() if shown == folded]
    rows = [Spelling(word=folded, language=language, shown=shown) for folded, shown in sorted(told.items()) if shown != folded]
    Spelling.objects.filter(language=language, word__in=plain).delete()
    Spelling.objects.bulk_create(rows, 5_000, update_conflicts=True, unique_fields=["word", "language"], update_fields=["shown"])
