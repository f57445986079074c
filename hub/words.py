"""The words of a query: folded, led to the stems that practices are found by, weighed by how rare they are.

A word is looked for by its stem in each language in which it occurs, or in every language of the hub where it occurs in none
(migrations/0008_own_language.py keeps the tables); and in the practices whose facets or country bear it as a name, in any
language of the house.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from django.conf import settings
from django.db import connection
from django.utils.translation import override

from hub.models.synonym import LANGUAGES
from hub.synonyms import Match, groups_in
from hub.taxonomy import CODED
from members import countries

NAMED_IN = ("ar", "en", "es", "fr")  # languages, beside the house's, in which countries are known by name
LONGEST = 60  # letters of a word that the table of words keeps
COMMON_IN = [code for code, _name in LANGUAGES]  # whose common words are so where nobody writes them
LIVE = 5_000  # practices; of fewer the numbers are taken as they are now, of more as they were last counted
# The same marks as in hub_words() of the migration, and white space, stand between words.
WORD = re.compile(
    r"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u060c\u061b\u061f\u06d4\u2000-\u206f\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufffd]+"
)
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
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
    """One word asked for. It is found by its `stems`, by `codes`, the facets and countries that bear its name, and by what staff say
    is the same (`same`) or should be found too (`alike`, counting half), as tsqueries. It stands in some `records` (those for everyone,
    unless the reader sees all), and `weight` is larger the rarer it is; a `stop` word (the, de, في) is asked for only where nothing
    else is.

    An expression of several `words` for which there are synonyms is a term of its own, beside its words."""

    word: str
    stems: frozenset[str]
    codes: frozenset[str] = field(default=frozenset())
    same: frozenset[str] = field(default=frozenset())
    alike: frozenset[str] = field(default=frozenset())
    words: tuple[str, ...] = ()
    weight: float = 0.0
    records: int = 0
    is_known: bool = False
    is_stop: bool = False

    @property
    def anywhere(self) -> str:
        """As a tsquery."""
        return either([*map(lexeme, sorted(self.stems | self.codes)), *sorted(self.same | self.alike)])

    @property
    def lexemes(self) -> frozenset[str]:
        """Every single lexeme that it is found by."""
        return self.stems | self.codes | {query[1:-1] for query in self.same | self.alike if _SINGLE.fullmatch(query)}

    @property
    def sequences(self) -> list[str]:
        """What else it is found by: several words in a row, as tsqueries."""
        return sorted(query for query in self.same | self.alike if not _SINGLE.fullmatch(query))


_SINGLE = re.compile(r"'[^'\\]+'")


@dataclass(frozen=True)
class Reading:
    """The `terms` of a text, the rarest first and unknown ones last; and how many words a practice has, on the average."""

    terms: list[Term]
    average: float

    @property
    def asked(self) -> list[Term]:
        """Without common words, where there are others."""
        return [term for term in self.terms if not term.is_stop] or self.terms


def quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def lexeme(stem: str) -> str:
    """A stem as a tsquery. One sign of a script without spaces finds every pair that it begins."""
    return quoted(stem) + (":*" if len(stem) == 1 and UNSPACED.match(stem) else "")


def either(queries: Iterable[str]) -> str:
    return " | ".join(queries)


# Rare stems are counted as of now, frequent ones as of the last count. What is left of a Latin word that nobody writes, cut down to three
# letters, is another word (maras, a gang; mar, the sea).
_READ = f"""
WITH counted AS MATERIALIZED (SELECT coalesce(sum(records), 0) AS records, coalesce(sum(size), 0) AS size FROM hub_language),
corpus AS MATERIALIZED (
    SELECT records, size FROM counted WHERE records > {LIVE}
    UNION ALL
    SELECT count(*), coalesce(sum(size), 0) FROM hub_entry HAVING (SELECT records <= {LIVE} FROM counted)  -- WHERE leaves a row of 0
)
SELECT asked.word, stems.stems, forms.forms,
    coalesce(known.is_stop, (SELECT bool_or(hub_is_stop(asked.word, language)) FROM unnest(%(common_in)s::text[]) AS language)),
    (CASE WHEN %(sees_all)s THEN stems.records ELSE stems.public END)::integer,
    corpus.records::integer, corpus.size / greatest(corpus.records, 1)
FROM corpus CROSS JOIN unnest(to_tsvector('pg_catalog.simple', hub_pairs(hub_words(%(text)s)))) AS asked(word)
CROSS JOIN LATERAL (
    SELECT array_agg(language) AS languages,
        sum(records) FILTER (WHERE is_stop) > coalesce(sum(records) FILTER (WHERE NOT is_stop), 0) AS is_stop
    FROM hub_word WHERE word = asked.word AND (public > 0 OR %(sees_all)s)
) known
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(stem), ARRAY[asked.word]) AS stems, coalesce(sum(coalesce(l.records, n.records)), 0) AS records,
        coalesce(sum(coalesce(n.public, w.public)), 0) AS public
    FROM (
        SELECT DISTINCT stem FROM hub_language CROSS JOIN LATERAL (SELECT hub_stem(asked.word, language) AS stem OFFSET 0) one
        WHERE language = ANY(known.languages) OR known.languages IS NULL AND (stem = asked.word OR stem !~ '^[a-z]{{1,3}}$')
    ) s
    LEFT JOIN hub_lexeme l ON l.lexeme = s.stem AND l.records > 100
    LEFT JOIN LATERAL (
        SELECT count(*) AS records, count(*) FILTER (WHERE NOT for_members) AS public FROM (
            SELECT for_members FROM hub_entry e WHERE l.lexeme IS NULL AND e.words @@ quote_literal(s.stem)::tsquery LIMIT 1000) found
    ) n ON l.lexeme IS NULL
    LEFT JOIN LATERAL (
        SELECT least(sum(public), l.records * sum(public) / greatest(sum(records), 1)) AS public FROM hub_word WHERE stem = s.stem
    ) w ON l.lexeme IS NOT NULL
) stems
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT w.word) AS forms
    FROM hub_word w
    WHERE w.stem = ANY(stems.stems) AND (w.public > 0 OR %(sees_all)s) AND (known.languages IS NULL OR w.language = ANY(known.languages))
) forms
"""  # noqa: S608  a number of this very file


def read(text: str, *, sees_all: bool) -> Reading:
    """What is to be looked for because of a text. In which languages a word occurs, and in which forms, is told from what is for
    everyone, and in how many records, unless the reader `sees_all`: neither what is found nor its order may tell of practices for
    members. Two statements, and one more where staff know synonyms."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"text": text, "sees_all": sees_all, "common_in": COMMON_IN})
        rows = cursor.fetchall()
    names = ("word", "stems", "forms", "is_stop", "records", "of")
    terms = [_term(**dict(zip(names, row, strict=False))) for row in rows]
    if not terms and (word := WORD.search(text)):  # so long that PostgreSQL takes it for none
        terms = [Term(word[0][:LONGEST], frozenset({word[0][:LONGEST]}))]
    terms = _with_synonyms(terms, [fold(word) for word in WORD.findall(text)])
    return Reading(
        terms=sorted(terms, key=lambda term: (not term.is_known, -term.weight, term.word)),
        average=max(float(rows[0][6]), 1.0) if rows else 1.0,
    )


def _term(*, word: str, stems: list[str], forms: list[str] | None, is_stop: bool, records: int, of: int) -> Term:
    counted = frozenset(forms or ()) | {word}
    codes = frozenset[str]().union(*(_bearers().get(form, ()) for form in counted))
    records = min(max(records, of // 4 if codes else 0), of)
    return Term(
        word=word,
        stems=frozenset(stems),
        codes=codes,
        weight=math.log(1 + (of - records + 0.5) / (records + 0.5)),  # the inverse document frequency of BM25
        records=records,
        is_known=bool(records or codes or is_stop),
        is_stop=is_stop,
    )


_EXPRESSIONS = """
SELECT DISTINCT s.match, hub_said(l.language, s.expression)::text
FROM unnest(%s::integer[], %s::text[], %s::text[]) AS s(match, expression, language) JOIN hub_language l ON l.language = s.language
CROSS JOIN LATERAL (SELECT hub_stem(s.expression, l.language) AS stem OFFSET 0) cut  -- as in _READ
WHERE s.expression !~ '^[a-z]+$' OR cut.stem = s.expression OR length(cut.stem) > 3
"""


def _with_synonyms(terms: list[Term], folded: list[str]) -> list[Term]:
    """The terms with what staff say is the same as they are, and a term more for each expression of several words. All of them are
    known, since somebody keeps them."""
    matches = groups_in(folded)
    if not matches:
        return terms
    by_word = {term.word: term for term in terms}
    heaviest = max(term.weight for term in terms)
    for match, queries in zip(matches, _queries(matches), strict=True):
        part = match.length == 1 and UNSPACED.search(match.asked)
        words = tuple(forms_of(match.asked)) if part else tuple(folded[match.start : match.start + match.length])
        one = _with(match, queries, words, [by_word[word] for word in words if word in by_word], heaviest)
        by_word[one.word] = one
    return list(by_word.values())


def _queries(matches: list[Match]) -> list[set[str]]:
    """For each match the tsqueries that find its expressions."""
    each = [(place, " ".join(said), language) for place, match in enumerate(matches) for said, language in match.expressions]
    found = [set[str]() for _match in matches]
    with connection.cursor() as cursor:
        cursor.execute(_EXPRESSIONS, [list(column) for column in zip(*each, strict=True)])
        for place, query in cursor:
            if query:
                found[place].add(query)
    return found


def _with(match: Match, said: set[str], words: tuple[str, ...], known: list[Term], heaviest: float) -> Term:
    """What is looked for because of `match`: its one word's own term with the group's expressions, or, beside those of its `words` (of
    which the `known` are looked for), a term that weighs as much as they do together; as the `heaviest` where it would weigh nothing."""
    one = known[0] if len(words) == 1 and known else Term(match.asked, frozenset(), words=words)
    queries = frozenset(said - set(map(quoted, one.stems)))
    return replace(
        one, codes=one.codes | match.codes, is_known=True, is_stop=False,
        weight=sum(term.weight for term in known if not term.is_stop) or one.weight or heaviest,
        same=queries if match.kind == "same" else frozenset(), alike=queries if match.kind == "also" else frozenset(),
    )  # fmt: skip


def forms_of(word: str) -> list[str]:
    """The word, folded, as texts are split: of a script without spaces, its pairs of signs."""
    folded = fold(word)
    if not UNSPACED.search(folded):
        return [folded]
    return [folded[place : place + 2] for place in range(max(1, len(folded) - 1))]


@cache
def _bearers() -> dict[str, frozenset[str]]:
    """Words of the names of facets' values and countries, folded, in every language of the house and of the stemmers, to
    the codes that search entries bear."""
    bearers: defaultdict[str, set[str]] = defaultdict(set)

    def bear(name: str, code: str) -> None:
        for word in WORD.findall(name):
            if len(word) > (3 if word.isascii() else 2):  # and, of, the
                bearers[fold(word)].add(code)

    for language in sorted({code for code, _name in settings.LANGUAGES} | set(NAMED_IN)):
        with override(language):
            for code, name in countries.choices():
                bear(name, f"country:{code.lower()}")
            for facet in CODED:
                for slug, label in facet.labels().items():
                    bear(label, f"{facet.name}:{slug}")
    return {word: frozenset(codes) for word, codes in bearers.items()}
