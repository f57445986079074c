"""What a group of synonyms would find, for the staff who write it: how many practices hold each expression, and which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from hub.models import Entry, Expression, Practice, SynonymGroup

SHOWN = 8  # practices that a group would find
DROWNS = 4  # an expression that stands in more than one practice in so many says little


@dataclass(frozen=True)
class Reach:
    """All that the group would find for whoever looks, how many there are in all, and the newest of them."""

    count: int
    of: int
    newest: list[Practice]


# In how many listed practices an expression stands, in whatever form its words are.
HELD = RawSQL(
    """(
    SELECT count(*) FROM hub_entry
    WHERE words @@ hub_said(hub_expression.language, hub_expression.folded))""",
    [],
)
# What bears any of a group's expressions, or of the codes that it leads to.
_REACHED = """words @@ (
    SELECT string_agg('(' || one::text || ')', ' | ') FROM (
        SELECT hub_said(language, asked) FROM unnest(%s::text[], %s::text[]) AS said(asked, language)
        UNION ALL SELECT unnest(%s::tsquery[])
    ) every(one)
)::tsquery"""


def reach(group: SynonymGroup, user: Any) -> Reach:
    """What is found because of the group by whoever asks for one of its expressions, among the practices that `user` sees."""
    expressions, visible = list(group.expressions.all()), Entry.objects.visible_to(user)
    if not expressions and not group.codes:
        return Reach(0, visible.count(), [])
    asked = [one.folded for one in expressions], [one.language for one in expressions], [f"'{code}'" for code in group.codes]
    found = visible.filter(RawSQL(_REACHED, asked, BooleanField()))  # noqa: S611  its parameters are values
    newest = Practice.objects.visible_to(user).filter(pk__in=found.values("pk")).select_related("city").order_by("-published_at", "-pk")
    return Reach(found.count(), visible.count(), list(newest[:SHOWN]))


_STOPS = """
SELECT e.id FROM hub_expression e
WHERE e.group_id = %s AND (SELECT bool_and(hub_is_stop(word, e.language)) FROM unnest(string_to_array(e.folded, ' ')) AS word)
"""


def doubtful(group: SynonymGroup) -> tuple[list[Expression], list[Expression], list[tuple[Expression, str]]]:
    """Expressions of a group to think about again: those of common words alone (the, of), those so frequent that they say little,
    and those that another group has as well, with that group's name."""
    own: list[Any] = list(group.expressions.annotate(held=HELD))
    with connection.cursor() as cursor:
        cursor.execute(_STOPS, [group.pk])
        stops = {row[0] for row in cursor}
    most = Entry.objects.count() / DROWNS
    others = Expression.objects.exclude(group=group).filter(folded__in=[one.folded for one in own])
    elsewhere = dict(others.values_list("folded", "group__name"))
    return (
        [one for one in own if one.pk in stops],
        [one for one in own if one.pk not in stops and one.held > max(most, DROWNS)],
        [(one, elsewhere[one.folded]) for one in own if one.folded in elsewhere],
    )
