"""What was meant where a word is written that stands nowhere: the nearest word that the reader may see, or that staff keep as a synonym.

Most words that a hub does not hold are written as they should be, so little is taken for a misspelling: one letter that is wrong,
missing, too many or out of its place, two in a long word that is like the other one all the same (hub_may_mean in
migrations/0051_careful_corrections.py). Known words are left alone, however rare, and titles are no dictionary: only words that
practices hold count, and those of the synonyms, which nobody need have written.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from hub.querysets import EntryQuerySet
from hub.words import LONGEST, WORD, Term, fold

SHORTEST, LONG = 4, 8  # letters: of fewer nothing can be guessed; from LONG on two may be wrong, below it one
MOST = 5  # words that are looked at
SOME = 1_000  # practices with its stem, among which one must have the word itself
TYPED = 100  # words; of more, a page that somebody pasted, none is taken for another

# Of words that are as near, the one that more practices hold, or more expressions of synonyms.
_RIGHT = """
SELECT unknown.wrong, meant.word
FROM (
    SELECT wrong, CASE WHEN length(wrong) < {long} THEN 1 ELSE 2 END AS most FROM unnest(%s::text[]) AS wrong
    WHERE NOT EXISTS (SELECT FROM hub_expression x WHERE wrong = ANY(string_to_array(x.folded, ' ')))
) unknown
CROSS JOIN LATERAL (
    SELECT n.word, n.away, n.records FROM hub_near(wrong, most, %s) n
    WHERE EXISTS (
        SELECT FROM (SELECT e.spelt FROM ({held}) e WHERE e.words @@ quote_literal(n.stem)::tsquery LIMIT {some}) held
        WHERE held.spelt @@ quote_literal(n.word)::tsquery)
    UNION ALL
    SELECT s.word, s.away, s.said FROM hub_near_said(%s, wrong, most) s WHERE EXISTS (SELECT FROM ({visible}) e WHERE e.words @@ s.query)
    ORDER BY away, records DESC, word LIMIT 1
) meant
"""


def right(text: str, terms: list[Term], visible: EntryQuerySet, *, sees_all: bool) -> str | None:
    """`text` with each word that occurs nowhere replaced by the nearest that stands in `visible`, or that finds some of it as a synonym;
    None where no word is unknown or nothing is near, or of a long text. To readers who don't see all, a word that only practices for
    members hold is unknown as well, and none that was withdrawn since the last count is told."""
    if len(terms) > TYPED:
        return None
    unknown = {term.word for term in terms if not term.is_known and SHORTEST <= len(term.word) <= LONGEST and not term.word.isdigit()}
    asked = [fold(word) for word in WORD.findall(text)]
    wrong = [word for word in asked if word in unknown][:MOST]
    if not wrong:
        return None
    held, of_held = _rows(_held(visible), "words", "spelt")
    found, of_found = _rows(visible, "words")
    with connection.cursor() as cursor:
        sql = _RIGHT.format(held=held, visible=found, long=LONG, some=SOME)
        cursor.execute(sql, [wrong, sees_all, *of_held, " ".join(asked), *of_found])
        meant = dict(cursor.fetchall())
    return WORD.sub(lambda found: meant.get(fold(found[0]), found[0]), text) if meant else None


def _held(visible: EntryQuerySet) -> EntryQuerySet:
    """The practices whose words may be meant. What only samples hold is made up, and nobody means it, unless there is nothing else."""
    real = visible.filter(is_sample=False)
    return real if real.exists() else visible


def _rows(entries: EntryQuerySet, *columns: str) -> tuple[str, tuple[Any, ...]]:
    sql, parameters = entries.values(*columns).query.sql_with_params()
    return sql, parameters
