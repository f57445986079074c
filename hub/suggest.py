"""What somebody means who is still typing: the last word completed from the words of the hub, and what bears such a name.

Only words that stand in practices the reader may see are told. The numbers by which they are chosen are those of the last count,
so a word that few hold is looked up once more, among what the reader sees now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import get_language, gettext

from hub.models import Entry
from hub.panel import Chip, address
from hub.query_text import QUOTES
from hub.search import Answer, Query
from hub.taxonomy import CODED, Facet
from hub.words import LONGEST, UNSPACED, WORD, fold
from members.models import City
from members.querysets import sees_members_only

MOST, MOST_NAMES = 8, 3
HEAD = 4  # letters; by so many words lie in the order of their frequency (migrations/0035_suggestions.py)
LOOKED_AT = 40  # words, of each language and in all
SURE = 100  # practices; a word that fewer hold by the last count may be gone since
FEW = 5  # practices; whoever finds fewer by the last word may have typed half of it
NAME_WORDS = 5  # the last words that are looked for at the beginning of a name
SPELT = 4  # letters from which on another spelling of a city's name is told from another name

# A word that may not be there, and a phrase with a minus that is still open: nothing of it is looked for.
_LEFT_OUT = re.compile(rf"(?:^|\s)[-−](?:[^\s{QUOTES}]*|[{QUOTES}][^{QUOTES}]*)$")

# A word that nothing but samples hold is made up.
_WORDS = """
SELECT found.word, coalesce(s.shown, found.word), found.language
FROM (
    SELECT word, min(stem) AS stem, sum(head.{records}) AS records, bool_or(l.language = %(own)s) AS own,
        (array_agg(l.language ORDER BY l.language = %(own)s DESC, head.{records} DESC))[1] AS language
    FROM hub_language l CROSS JOIN LATERAL (
        SELECT w.word, w.stem, w.records, w.public FROM hub_word w
        WHERE w.language = l.language AND {begins} AND NOT w.is_stop AND w.{records} > 0 AND w.word <> %(typed)s
        ORDER BY w.records DESC LIMIT {looked_at}
    ) head
    GROUP BY word
    ORDER BY own DESC, records DESC, word LIMIT {looked_at}
) found
LEFT JOIN hub_spelling s USING (word, language)
WHERE found.records > {sure} OR EXISTS (
    SELECT FROM ({visible}) e
    WHERE e.words @@ quote_literal(found.stem)::tsquery AND e.spelt @@ quote_literal(found.word)::tsquery AND NOT e.is_sample)
ORDER BY own DESC, found.records DESC, found.word LIMIT %(most)s
"""
_BORNE = """
SELECT code FROM unnest(%s::text[]) AS code LEFT JOIN hub_lexeme l ON l.lexeme = code
WHERE {sure} EXISTS (SELECT FROM ({visible}) e WHERE e.words @@ quote_literal(code)::tsquery)
"""


@dataclass(frozen=True)
class Completion:
    """The text as it is typed up to its last word, and that word completed, in whose language."""

    before: str
    word: str
    language: str

    @property
    def text(self) -> str:
        return self.before + self.word


@dataclass(frozen=True)
class Name:
    """Something that bears such a name: what it is called, of what kind it is, and where it leads."""

    label: str
    kind: str
    url: str


def completions(text: str, user: Any) -> list[Completion]:
    """Of the last word, the reader's language first, then the most frequent. None where no word is being typed: after a space or
    a closed quote, and after a minus. Costs one statement."""
    if (last := _last(text)) is None:
        return []
    before, typed = last
    sees_all = sees_members_only(user)
    letters = len(typed)
    begins = f"left(w.word, {min(letters, HEAD)}) = %(head)s" + (" AND w.word LIKE %(typed)s || '%%'" if letters > HEAD else "")
    rows, parameters = Entry.objects.visible_to(user).values("words", "spelt", "is_sample").query.sql_with_params()
    visible = rows % tuple(f"%(visible_{place})s" for place in range(len(parameters)))
    sql = _WORDS.format(records="records" if sees_all else "public", begins=begins, sure=SURE, looked_at=LOOKED_AT, visible=visible)
    values: dict[str, Any] = {"own": (get_language() or "en").partition("-")[0], "typed": typed, "head": typed[:HEAD], "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {f"visible_{place}": value for place, value in enumerate(parameters)})
        return [Completion(before, shown, language) for _word, shown, language in cursor.fetchall()]


def _last(text: str) -> tuple[str, str] | None:
    """What stands before the word that is being typed, and the word, folded; of a script without spaces, its last sign, which
    the words of that script, pairs of signs, begin with."""
    end = text[-2 * LONGEST :]
    words = list(WORD.finditer(end))
    if not words or words[-1].end() != len(end) or _LEFT_OUT.search(text):
        return None
    last = words[-1][0]
    last = last[-1] if UNSPACED.match(last[-1]) else last
    typed = fold(last)
    return (text[: len(text) - len(last)], typed) if 0 < len(typed) <= LONGEST else None


def offered(query: Query, answer: Answer, user: Any) -> list[Chip]:
    """On the page of the results, for whoever pressed Enter after half a word: the search with that word completed."""
    if answer.last is None or answer.last >= FEW:
        return []
    return [Chip(one.text, address(replace(query, words=one.text, as_typed=False))) for one in completions(query.words, user)]


def names(query: Query, user: Any) -> list[Name]:
    """Values of filters and cities whose names begin with the last words that are typed: the search with that filter set in
    place of those words, or the city's page. Costs two statements."""
    text = query.words
    if _last(text) is None:
        return []
    places = list(WORD.finditer(text))[-NAME_WORDS:]
    typed = [fold(word[0]) for word in places]
    if len(typed[-1]) < 2 and not UNSPACED.match(typed[-1]):
        return []
    values = [_value(query, text[: places[start].start()], facet, slug) for start, facet, slug in _borne(query, typed, user)]
    cities = [Name(city.called, gettext("City"), city.get_absolute_url()) for city in _cities(typed, user)]
    of_values = max(MOST_NAMES - len(cities), MOST_NAMES - 1)
    return [*values[:of_values], *cities][:MOST_NAMES]


def _value(query: Query, before: str, facet: Facet, slug: str) -> Name:
    filters = {**query.filters, facet.name: (*query.filters.get(facet.name, ()), slug)}
    if len(re.findall(f"[{QUOTES}]", before)) % 2:  # a quote that is still open goes with what it quotes
        before = before.rstrip(f"{QUOTES} ")
    url = reverse("hub:search") + address(replace(query, words=before.strip(), filters=filters))
    return Name(facet.labels()[slug], str(facet.label), url)


def _borne(query: Query, typed: list[str], user: Any) -> list[tuple[int, Facet, str]]:
    """(where it begins in what is typed, facet, value) of values of visible practices: first those that share the most words,
    then those that begin with them, then themes."""
    found: list[tuple[int, int, bool, int, Facet, str]] = []
    for facet in CODED:
        for slug, label in facet.labels().items():
            if slug not in query.filters.get(facet.name, ()) and (match := _match(typed, label)):
                found.append((*match, facet.name != "theme", len(found), facet, slug))
    found.sort(key=lambda one: one[:4])
    if not found:
        return []
    rows, parameters = Entry.objects.visible_to(user).values("words").query.sql_with_params()
    codes = [f"{facet.name}:{slug}" for *_order, facet, slug in found[:10]]
    with connection.cursor() as cursor:
        sure = f"l.records > {SURE} OR" if sees_members_only(user) else ""  # those records are of all practices
        cursor.execute(_BORNE.format(sure=sure, visible=rows), [codes, *parameters])
        borne = {code for (code,) in cursor.fetchall()}
    return [(one[0], one[-2], one[-1]) for one in found if f"{one[-2].name}:{one[-1]}" in borne]


def _match(typed: list[str], label: str) -> tuple[int, int] | None:
    """From which of the words on they stand in `label` one after the other, the last of them begun; and from which of its words."""
    words = [fold(word) for word in WORD.findall(label)]
    for start in range(len(typed)):
        asked = typed[start:]
        for place, word in enumerate(words):
            if place and len(word) <= (3 if word.isascii() else 2):
                continue  # nobody means “and”
            here = words[place : place + len(asked)]
            if len(here) == len(asked) and here[:-1] == asked[:-1] and here[-1].startswith(asked[-1]):
                return start, place
    return None


def _cities(typed: list[str], user: Any) -> list[City]:
    """Whose name, or another name of theirs, begins so: as it is typed, or in a like spelling, where enough is typed to tell."""
    begins, written = Q(), [" ".join(typed[start:]) for start in range(len(typed))]
    for words in written:
        skeleton = Func(Value(words), function="skeleton", output_field=TextField())
        begins |= Q(spellings__contains=Concat(Value("|"), skeleton, output_field=TextField()))
    found = City.objects.visible_to(user).standing().filter(begins).order_by("folded", "pk")[: 4 * MOST_NAMES]
    ranked = [(city, _begins(city, written)) for city in found]
    sure = [city for city, so in ranked if so]
    return sure + [city for city, so in ranked if not so and len(written[0]) >= SPELT]


def _begins(city: City, written: list[str]) -> bool:
    """Whether one of its names begins with one of `written`, but for case and accents."""
    own = [" ".join(map(fold, WORD.findall(name))) for name in (city.name, city.own_name, *city.other_names)]
    return any(name.startswith(words) for name in own for words in written)
