"""What the staff see of the search: how much is asked, what finds nothing, what leads nowhere; and how long any of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth, TruncWeek
from django.utils.translation import gettext

from hub.models import FacetDay, Question, QuestionDay, SearchDay
from hub.models.counting import Found
from hub.synonyms import SHORTEST_STEM, STEMMED
from hub.taxonomy import BY_NAME
from members.querysets import today

LATELY = timedelta(days=90)
WEEKS = 26
MOST = 50  # questions and words that are shown
MONTHS = 13  # for which each day is kept, so that a month can be laid beside that of the year before
UNNAMED = timedelta(days=90)  # for which a question is counted that few have asked


@dataclass(frozen=True)
class Week:
    first: date
    searches: int
    nothing: int
    unclicked: int


def weeks() -> list[Week]:
    """The weeks of the last half year up to yesterday, the newest first, from the first in which anything was asked; those without a
    search among them."""
    newest = _monday(today() - timedelta(days=1))
    since = newest - timedelta(weeks=WEEKS - 1)
    rows = SearchDay.objects.filter(day__gte=since).annotate(week=TruncWeek("day")).values("week")
    sums = rows.annotate(
        all=Sum("searches"),
        without=Coalesce(Sum("searches", filter=Q(found=Found.NONE)), 0),
        left=Coalesce(Sum(F("searches") - F("clicked"), filter=~Q(found=Found.NONE)), 0),
    )
    found = {row["week"]: Week(row["week"], row["all"], row["without"], row["left"]) for row in sums.order_by()}
    if not found:
        return []
    number = (max(newest, *found) - min(found)).days // 7 + 1
    firsts = [min(found) + timedelta(weeks=place) for place in reversed(range(number))]
    return [found.get(first, Week(first, 0, 0, 0)) for first in firsts]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def totals() -> dict[str, int]:
    """Of the last ninety days: searches, those without a result, those with one that led nowhere, those in which a word was corrected,
    and how many of these led to a practice."""
    row = SearchDay.objects.filter(day__gt=today() - LATELY).aggregate(
        all_searches=Coalesce(Sum("searches"), 0),
        all_nothing=Coalesce(Sum("searches", filter=Q(found=Found.NONE)), 0),
        all_unclicked=Coalesce(Sum(F("searches") - F("clicked"), filter=~Q(found=Found.NONE)), 0),
        all_corrected=Coalesce(Sum("corrected"), 0),
        all_led=Coalesce(Sum("led"), 0),
    )
    return {name.removeprefix("all_"): number for name, number in row.items()}


def questions() -> Any:
    """What was asked most in the last ninety days, of what many ask; each with how often in all, without a result, and with a click."""
    lately = Q(by_day__day__gt=today() - LATELY)
    sums = {name: Coalesce(Sum(f"by_day__{name}", filter=lately), 0) for name in ("searches", "nothing", "clicked")}
    known: Any = Question.objects.known()
    return known.annotate(**sums).filter(searches__gt=0).order_by("-searches", "words")


# As the search itself finds: by the stem in any language; of a script without spaces by any pair of signs, and by the first sign where
# there is but one; and by a group of synonyms, as one word in whatever form or as several, if anything is there that the group leads to.
# Each step is made once and for few: stems of words that stand nowhere as they are, synonyms for what has no stem there either.
_UNWRITTEN = """
WITH question AS MATERIALIZED (
    SELECT q.words::text, sum(d.searches)::integer AS searches FROM hub_question q JOIN hub_questionday d ON d.question_id = q.key
    WHERE q.words <> '' AND d.day > %s GROUP BY q.words),
asked AS MATERIALIZED (
    SELECT words, searches, word FROM question CROSS JOIN LATERAL (SELECT DISTINCT unnest(string_to_array(words, ' ')) AS word) one),
part AS MATERIALIZED (
    SELECT word, word <> pairs AS is_unspaced, part FROM (SELECT DISTINCT word FROM asked) one
    CROSS JOIN LATERAL hub_pairs(word) AS pairs
    CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', pairs))) AS part),
stands AS MATERIALIZED (SELECT part.word FROM part WHERE EXISTS (SELECT FROM hub_word w WHERE w.word = part.part)),
rest AS MATERIALIZED (SELECT * FROM part WHERE word NOT IN (SELECT word FROM stands)),
stem AS MATERIALIZED (SELECT word, language, hub_stem(part, language) AS stem FROM rest CROSS JOIN hub_language),
written AS MATERIALIZED (
    SELECT stem.word FROM stem JOIN hub_word w ON (w.stem, w.language) = (stem.stem, stem.language)
    UNION ALL
    SELECT word FROM rest WHERE is_unspaced AND length(word) = 1 AND EXISTS (SELECT FROM hub_word w WHERE left(w.word, 1) = rest.word)),
missing AS MATERIALIZED (
    SELECT words, searches, word, is_unspaced FROM asked JOIN (SELECT DISTINCT word, is_unspaced FROM rest) one USING (word)
    WHERE NOT EXISTS (SELECT FROM written WHERE written.word = asked.word)),
said AS MATERIALIZED (
    SELECT group_id, language, folded, folded <> hub_pairs(folded) AS is_unspaced FROM hub_expression WHERE NOT only_found),
said_as AS MATERIALIZED (
    SELECT group_id, language, hub_stem(folded, language) AS stem FROM said WHERE language = ANY(%s) AND strpos(folded, ' ') = 0),
asked_as AS MATERIALIZED (
    SELECT word, language, hub_stem(word, language) AS stem
    FROM (SELECT DISTINCT word FROM missing) one CROSS JOIN unnest(%s::text[]) AS language),
known AS MATERIALIZED (
    SELECT words, word, group_id FROM missing JOIN (
        SELECT group_id, folded, unnest(string_to_array(folded, ' ')) AS word FROM said) one USING (word)
    WHERE strpos(' ' || words || ' ', ' ' || folded || ' ') > 0
    UNION ALL
    SELECT words, word, group_id FROM missing JOIN said ON missing.is_unspaced AND said.is_unspaced AND strpos(word, folded) > 0
    UNION ALL
    SELECT words, word, group_id FROM missing JOIN asked_as USING (word) JOIN said_as USING (language, stem)
    WHERE length(stem) >= %s - (language = 'ar')::integer),
queries AS MATERIALIZED (
    SELECT group_id, hub_said(language, folded) AS query FROM hub_expression
    WHERE group_id IN (SELECT group_id FROM known)
    UNION ALL
    SELECT id, quote_literal(unnest(codes))::tsquery FROM hub_synonymgroup WHERE id IN (SELECT group_id FROM known)),
leads AS MATERIALIZED (
    SELECT group_id FROM queries CROSS JOIN LATERAL (SELECT FROM hub_entry WHERE hub_entry.words @@ query LIMIT 1) there)
SELECT word, sum(searches)::integer AS searches FROM missing
WHERE (words, word) NOT IN (SELECT words, word FROM known WHERE group_id IN (SELECT group_id FROM leads))
GROUP BY word ORDER BY searches DESC, word LIMIT %s
"""


def unwritten() -> list[tuple[str, int]]:
    """Words that many ask and that lead to no practice, and in how many searches."""
    with connection.cursor() as cursor:
        cursor.execute(_UNWRITTEN, [today() - LATELY, STEMMED, STEMMED, SHORTEST_STEM, MOST])
        rows: list[tuple[str, int]] = cursor.fetchall()
    return rows


def filters() -> list[tuple[str, int]]:
    """In how many searches each filter was used, the most used first."""
    rows = FacetDay.objects.filter(day__gt=today() - LATELY).values_list("facet").annotate(all=Sum("searches")).order_by("-all", "facet")
    return [(str(BY_NAME[name].label), number) for name, number in rows if name in BY_NAME]


def as_rows(part: str) -> Iterator[tuple[Any, ...]]:
    """A part of the figures as rows of a spreadsheet, under their names."""
    if part == "weeks":
        yield gettext("Week from"), gettext("Searches"), gettext("Without a result"), gettext("With results, without a click")
        yield from ((week.first, week.searches, week.nothing, week.unclicked) for week in weeks())
    elif part == "questions":
        yield gettext("Question"), gettext("Searches"), gettext("Without a result"), gettext("Led to a practice")
        yield from questions().values_list("words", "searches", "nothing", "clicked")
    elif part == "unwritten":
        yield gettext("Word"), gettext("Searches")
        yield from unwritten()
    elif part == "filters":
        yield gettext("Filter"), gettext("Searches")
        yield from filters()


# --- How long it is kept ---------------------------------------------------------------------------------------------


def sum_up() -> None:
    """Sum the days that are over and drop what told their readers apart; drop and roll up what is old."""
    now = today()
    month = now.year * 12 + now.month - 1 - MONTHS
    since = date(month // 12, month % 12 + 1, 1)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT hub_sum_searches(%s)", [now])
        Question.objects.filter(Q(last__lt=since) | Q(words="", last__lt=now - UNNAMED)).delete()
        QuestionDay.objects.filter(day__lt=since).delete()
        _roll_up(SearchDay, ("language", "found"), ("searches", "clicked", "corrected", "led"), since)
        _roll_up(FacetDay, ("facet",), ("searches",), since)


def _roll_up(model: Any, names: tuple[str, ...], numbers: tuple[str, ...], since: date) -> None:
    """Days before `since` become one a month, its first."""
    old = model.objects.filter(day__lt=since)
    if not old.exclude(day__day=1).exists():
        return
    months = old.annotate(month=TruncMonth("day")).values("month", *names).annotate(**{f"all_{name}": Sum(name) for name in numbers})
    rows = [
        model(day=row["month"], **{name: row[name] for name in names}, **{name: row[f"all_{name}"] for name in numbers})
        for row in months.order_by()
    ]
    old.delete()
    model.objects.bulk_create(rows)
