"""The words of a query: folded, led to their other forms, weighed by how rare they are; and the nearest word to a misspelt one.

A word finds itself in any language; its other forms in those languages with a stemmer in which it occurs, or in all of
them where it occurs in none (migrations/0002_search.py keeps the table of words); and the practices whose facets or country
bear it as a name, in any language of the house.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django.conf import settings
from django.db import connection
from django.utils.translation import override

from hub.querysets import EntryQuerySet
from hub.taxonomy import CODED
from members import countries

STEMMED = ("ar", "en", "es", "fr")
LONGEST = 60  # letters of a word that the table of words keeps
# The same marks as in hub_words() of the migration, and white space, stand between words.
WORD = re.compile(
    r"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u060c\u061b\u061f\u06d4\u2000-\u206f\u3000-\u303f\ufffd]+"
)
_ARABIC = str.maketrans("آأإٱى", "اااا" + "ي", "ـ" + "".join(map(chr, range(0x64B, 0x653))) + "\u0670")
_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ı": "i", "ŧ": "t"})


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """A word as the database compares it: lower case, without accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.lower().translate(_ARABIC)).replace("и\u0306", "й")  # a letter, to the database too
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f")).translate(_LATIN)


@dataclass(frozen=True)
class Term:
    """One word asked for. `forms` are the words that count as it, `codes` the facets, countries that bear its name;
    `weight` is larger the rarer it is; it `is_public` if a practice for everyone holds it; a `stop` word (the, de, في) is
    asked for only where nothing else is."""

    word: str
    forms: frozenset[str]
    codes: frozenset[str] = field(default=frozenset())
    weight: float = 0.0
    is_known: bool = False
    is_public: bool = False
    is_stop: bool = False

    @property
    def anywhere(self) -> str:
        """As a tsquery."""
        return " | ".join(map(_quoted, sorted(self.forms | self.codes)))

    @property
    def in_title(self) -> str:
        """As a tsquery, for titles only."""
        return " | ".join(_quoted(f"title:{form}") for form in sorted(self.forms))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


_RARE = 20  # practices; a word in more of them is taken to stand in a public one as well
_READ = """
SELECT asked.lexeme,
    array_agg(DISTINCT w.word) FILTER (WHERE w.word IS NOT NULL),
    coalesce(sum(w.records), 0)::integer,
    coalesce(sum(w.records) FILTER (WHERE w.is_stop AND w.word = asked.lexeme), 0)
        > coalesce(sum(w.records) FILTER (WHERE NOT w.is_stop AND w.word = asked.lexeme), 0),
    (SELECT count(*) FROM hub_entry),
    coalesce(sum(w.records), 0) > %s OR EXISTS (
        SELECT FROM hub_entry e WHERE NOT e.for_members
        AND e.words @@ (SELECT string_agg(quote_literal(word), ' | ') FROM unnest(array_agg(w.word)) AS word)::tsquery)
FROM unnest(to_tsvector('pg_catalog.simple', hub_words(%s))) AS asked
CROSS JOIN LATERAL (SELECT array_agg(language) AS spoken FROM hub_word WHERE word = asked.lexeme) l
LEFT JOIN LATERAL (
    SELECT word, language, records, is_stop FROM hub_word WHERE word = asked.lexeme
    UNION
    SELECT v.word, v.language, v.records, v.is_stop
    FROM unnest(%s::text[]) AS s(language) JOIN hub_word v ON v.stem = hub_stem(asked.lexeme, s.language) AND v.language = s.language
    WHERE l.spoken IS NULL OR s.language = ANY(l.spoken)
) w ON true
GROUP BY asked.lexeme
"""


def read(text: str) -> list[Term]:
    """The terms of a text, the rarest first; words that occur nowhere come last."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [_RARE, text, list(STEMMED)])
        names = ("word", "forms", "records", "is_stop", "of", "is_public")
        terms = [_term(**dict(zip(names, row, strict=True))) for row in cursor]
    if not terms and (word := WORD.search(text)):  # so long that PostgreSQL takes it for none
        terms = [Term(word[0][:LONGEST], frozenset({word[0][:LONGEST]}))]
    return sorted(terms, key=lambda term: (not term.is_known, -term.weight, term.word))


def _term(*, word: str, forms: list[str] | None, records: int, is_stop: bool, of: int, is_public: bool) -> Term:
    counted = frozenset(forms or ()) | {word}
    codes = frozenset[str]().union(*(_bearers().get(form, ()) for form in counted))
    records = min(max(records, of // 4 if codes else 0), of)
    return Term(
        word=word,
        forms=counted,
        codes=codes,
        weight=math.log(1 + (of - records + 0.5) / (records + 0.5)),  # the inverse document frequency of BM25
        is_known=bool(forms or codes),
        is_public=bool((forms and is_public) or codes),
        is_stop=is_stop,
    )


@cache
def _bearers() -> dict[str, frozenset[str]]:
    """Words of the names of facets' values and countries, folded, in every language of the house and of the stemmers, to
    the codes that search entries bear."""
    bearers: defaultdict[str, set[str]] = defaultdict(set)

    def bear(name: str, code: str) -> None:
        for word in WORD.findall(name):
            if len(word) > (3 if word.isascii() else 2):  # and, of, the
                bearers[fold(word)].add(code)

    for language in sorted({code for code, _name in settings.LANGUAGES} | set(STEMMED)):
        with override(language):
            for code, name in countries.choices():
                bear(name, f"country:{code.lower()}")
            for facet in CODED:
                for slug, label in facet.labels().items():
                    bear(label, f"{facet.name}:{slug}")
    return {word: frozenset(codes) for word, codes in bearers.items()}


_NEAREST = """
SELECT DISTINCT ON (near.wrong) near.wrong, near.word
FROM (
    SELECT wrong, w.word, similarity(w.word, wrong) AS likeness, w.records
    FROM unnest(%s::text[]) AS wrong
    CROSS JOIN LATERAL (
        SELECT word, max(records) AS records FROM hub_word
        WHERE word %% wrong AND NOT is_stop AND word !~ '^[0-9]+$'
        GROUP BY word ORDER BY similarity(word, wrong) DESC, abs(length(word) - length(wrong)), max(records) DESC, word LIMIT 5
    ) w
) near
WHERE EXISTS (SELECT FROM ({visible}) e WHERE e.words @@ plainto_tsquery('pg_catalog.simple', near.word))
ORDER BY near.wrong, near.likeness DESC, abs(length(near.word) - length(near.wrong)), near.records DESC, near.word
"""


def nearest(text: str, terms: list[Term], visible: EntryQuerySet, *, sees_all: bool) -> str | None:
    """`text` with each word that occurs nowhere replaced by the nearest that finds something in `visible`; None where no word
    is unknown or nothing is near. Looks at the first five unknown words. To readers who don't see all, a word that only
    practices for members hold is unknown as well: knowing it would tell that they do."""
    unknown = {
        term.word
        for term in terms
        if not (term.is_known if sees_all else term.is_public) and 2 < len(term.word) <= LONGEST and not term.word.isdigit()
    }
    wrong = [folded for word in WORD.findall(text) if (folded := fold(word)) in unknown][:5]
    if not wrong:
        return None
    rows, parameters = visible.values("words").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST.format(visible=rows), [wrong, *parameters])
        right = dict(cursor.fetchall())
    return WORD.sub(lambda found: right.get(fold(found[0]), found[0]), text) if right else None
