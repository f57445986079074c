"""What was meant where a word is written that stands nowhere: the nearest word that the reader may see.

Near is what shares three-letter pieces, then what is few letters away (Levenshtein), then what more practices hold. Words that
are known are left alone, however rare, and titles are no dictionary: only words that practices hold count.
"""

from __future__ import annotations

from django.db import connection

from hub.querysets import EntryQuerySet
from hub.words import LONGEST, WORD, Term, fold

SHORTEST, SHORT = 3, 4  # letters: of fewer nothing can be guessed; up to SHORT one may be wrong, beyond it two
MOST = 5  # words that are looked at
SOME = 1_000  # practices with its stem, among which one must have the word itself
TYPED = 100  # words; of more, a page that somebody pasted, none is taken for another

_RIGHT = """
SELECT wrong, near.word
FROM unnest(%s::text[]) AS wrong
CROSS JOIN LATERAL (
    SELECT n.word FROM hub_near(wrong, CASE WHEN length(wrong) > {short} THEN 2 ELSE 1 END, %s) n
    WHERE EXISTS (
        SELECT FROM (SELECT e.spelt FROM ({visible}) e WHERE e.words @@ quote_literal(n.stem)::tsquery LIMIT {some}) held
        WHERE held.spelt @@ quote_literal(n.word)::tsquery)
    ORDER BY n.away, n.records DESC, n.word LIMIT 1
) near
"""


def right(text: str, terms: list[Term], visible: EntryQuerySet, *, sees_all: bool) -> str | None:
    """`text` with each word that occurs nowhere replaced by the nearest that stands in `visible`; None where no word is unknown or
    nothing is near, or of a long text. To readers who don't see all, a word that only practices for members hold is unknown as well,
    and none that was withdrawn since the last count is told."""
    if len(terms) > TYPED:
        return None
    unknown = {term.word for term in terms if not term.is_known and SHORTEST <= len(term.word) <= LONGEST and not term.word.isdigit()}
    wrong = [folded for word in WORD.findall(text) if (folded := fold(word)) in unknown][:MOST]
    if not wrong:
        return None
    rows, parameters = visible.values("words", "spelt").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_RIGHT.format(visible=rows, short=SHORT, some=SOME), [wrong, sees_all, *parameters])
        meant = dict(cursor.fetchall())
    return WORD.sub(lambda found: meant.get(fold(found[0]), found[0]), text) if meant else None
