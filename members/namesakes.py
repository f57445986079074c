"""Who an applicant may be already: what their own account did here before, and other accounts that may be the same person's.
Sentences for members/evidence.py, for the staff alone.

Each is a hint and worded as one. Names are shared, people move and come back, and a second account is mostly somebody who
forgot the first one: nothing here speaks against anybody by itself.

| what is the same                                         | when it is said                                                    |
|----------------------------------------------------------|--------------------------------------------------------------------|
| the account                                              | its posts, today's and ended ones, with how they ended; other open |
|                                                          | applications (declined ones are said of the application itself)     |
| the mailbox, but for what stands behind a plus           | always; of dots it is known of Gmail alone that they don't count    |
| a mailbox that one of the two had before                 | as long as that change of address is kept, for 90 days              |
| the name, in any spelling and order of its words         | of one word ("Maria") only where the city is the same as well       |

"The same" is the database's to say (`namesake()` and `mailbox()` of the migration namesakes), by an index on each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext

from members.models import Application, Post
from members.models.application_state import OPEN, State
from members.models.official import PostTransition

MOST = 3  # accounts that are named; of more it is said that there are
FACTS = 4  # that are told of each of them


@dataclass
class Hints:
    """Sentences, and whether one of them is to be read before anything is decided."""

    said: list[str] = field(default_factory=list)
    weighs: bool = False


@dataclass(frozen=True)
class Other:
    """Another account that may be the applicant's. `here`: it has to do with the very city that they apply for."""

    user: int
    email: str
    name: str
    is_staff: bool
    is_active: bool
    same_mailbox: bool
    here: bool
    formerly: bool  # the mailbox is the same as one that either of the two had before its address changed


def of_many(applications: Iterable[Application]) -> dict[int, Hints]:
    """By the key of each application; in three queries, however many there are."""
    applications = list(applications)
    others = _others(applications)
    people = {application.applicant_id for application in applications} | {other.user for found in others.values() for other in found}
    posts, sent = _posts(people), _applications(people)
    return {application.pk: _hints(application, others[application.pk], posts, sent) for application in applications}


def _others(applications: list[Application]) -> dict[int, list[Other]]:
    """For each application the accounts that are like its applicant's, the most telling first; one more than are named."""
    found: dict[int, list[Other]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT told.application, other.*
            FROM (
                SELECT a.id AS application, a.city_id AS city, u.id AS person, namesake(u.name) AS name, mailbox(u.email) AS mailbox,
                    ARRAY(SELECT mailbox(c.old) FROM members_addresschange c WHERE c.account_id = u.id AND c.state = 'done') AS left_behind
                FROM members_application a JOIN members_user u ON u.id = a.applicant_id WHERE a.id = ANY(%s) OFFSET 0) AS told
            CROSS JOIN LATERAL (
                SELECT alike.* FROM (
                    SELECT u.id, u.email, u.name, u.is_staff, u.is_active, mailbox(u.email) = told.mailbox AS same_mailbox,
                        EXISTS (SELECT FROM members_official o JOIN members_post p ON p.official_id = o.id
                                WHERE o.user_id = u.id AND p.city_id = told.city)
                            OR EXISTS (SELECT FROM members_application b WHERE b.applicant_id = u.id AND b.city_id = told.city) AS here,
                        mailbox(u.email) <> told.mailbox AND (mailbox(u.email) = ANY(told.left_behind)
                            OR EXISTS (SELECT FROM members_addresschange c WHERE c.account_id = u.id AND c.state = 'done'
                                       AND mailbox(c.old) = ANY(told.mailbox || told.left_behind))) AS formerly
                    FROM (
                        -- Of a name that thousands have, some hundreds tell as much, at the same cost however many there are.
                        (SELECT id FROM members_user WHERE namesake(name) = told.name AND told.name <> '' LIMIT 300)
                        UNION (SELECT id FROM members_user WHERE mailbox(email) = ANY(told.mailbox || told.left_behind) LIMIT 300)
                        UNION (SELECT account_id FROM members_addresschange
                               WHERE state = 'done' AND mailbox(old) = ANY(told.mailbox || told.left_behind) LIMIT 300)) AS near
                    JOIN members_user u ON u.id = near.id AND u.id <> told.person
                    OFFSET 0) AS alike
                WHERE alike.same_mailbox OR alike.formerly OR alike.here OR position(' ' IN told.name) > 0
                ORDER BY alike.same_mailbox DESC, alike.formerly DESC, alike.here DESC, alike.id LIMIT %s) AS other
            ORDER BY told.application, other.same_mailbox DESC, other.formerly DESC, other.here DESC, other.id
            """,
            [[application.pk for application in applications], MOST + 1],
        )
        for application, *row in cursor.fetchall():
            found[application].append(Other(*row))
    return found


def _posts(people: set[int]) -> dict[int, list[Any]]:
    """All posts of each of `people`, the newest first, each with `user`, and how it ended: `verb`, `by_user`, `by_name`, `why`."""
    ends = PostTransition.objects.filter(subject=OuterRef("pk"), to_state="ended").order_by("-at", "-pk")
    rows: Any = Post.objects.filter(official__user__in=people).select_related("city")
    rows = rows.annotate(
        user=F("official__user"),
        verb=Subquery(ends.values("verb")[:1]),
        by_user=Subquery(ends.values("by")[:1]),
        by_name=Subquery(ends.values("by__name")[:1]),
        by_mail=Subquery(ends.values("by__email")[:1]),
        why=Subquery(ends.values("why")[:1]),
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.user].append(row)
    return found


def _applications(people: set[int]) -> dict[int, list[Application]]:
    """Their applications that are open or were declined."""
    found: dict[int, list[Application]] = defaultdict(list)
    for row in Application.objects.filter(applicant__in=people, state__in=[*OPEN, State.DECLINED]).select_related("city"):
        found[row.applicant_id].append(row)
    return found


def _hints(application: Application, others: list[Other], posts: dict[int, Any], sent: dict[int, Any]) -> Hints:
    hints, person = Hints(), application.applicant_id
    for post in posts[person]:
        if not post.is_today:
            hints.said.append(_ended(post))
            hints.weighs |= _was_removed(post)
        elif post.city_id != application.city_id:  # there, by this very application
            hints.said.append(gettext("They represent %(city)s today.") % {"city": post.city})
    for other in sent[person]:
        if other.is_open and other.pk != application.pk:
            hints.said.append(gettext("They have an open application for %(city)s as well.") % {"city": other.city})
            hints.weighs = True
    for other in others[:MOST]:
        hints.said.append(_like(other, list(_facts(other, posts[other.user], sent[other.user]))))
        hints.weighs |= other.same_mailbox or other.formerly or other.here
    if len(others) > MOST:
        hints.said.append(gettext("There are more accounts like these; it may be a common name."))
    return hints


def _day(post: Any) -> dict[str, Any]:
    return {"city": post.city, "day": date_format(post.until, "j F Y"), "person": post.by_name or post.by_mail, "why": post.why}


def _was_removed(post: Any) -> bool:
    """Whether somebody else ended it: neither they themselves nor the city, by leaving."""
    return bool(post.verb == "end" and post.by_user != post.user)


def _ended(post: Any) -> str:
    if post.verb == "leave_city":
        words = gettext("They represented %(city)s until it left the network on %(day)s.")
    elif _was_removed(post):
        words = (
            gettext("They represented %(city)s until %(day)s, when %(person)s ended the post: “%(why)s”")
            if post.why
            else gettext("They represented %(city)s until %(day)s, when %(person)s ended the post.")
        )
    elif post.verb:
        words = gettext("They represented %(city)s until %(day)s, and left by themselves.")
    else:
        words = gettext("They represented %(city)s until %(day)s.")
    return words % _day(post)


def _like(other: Other, facts: list[str]) -> str:
    words = {"mail": other.email, "name": other.name or "–", "facts": gettext("; ").join(facts[:FACTS])}
    if other.same_mailbox:
        return gettext("It may be the mailbox of another account as well, %(mail)s (%(name)s): %(facts)s.") % words
    if other.formerly:
        return gettext("Another account, %(mail)s (%(name)s), had the same mailbox before or has it now: %(facts)s.") % words
    return gettext("Another account has this name, %(mail)s (%(name)s): %(facts)s. It may be somebody else.") % words


def _facts(other: Other, posts: list[Any], sent: list[Application]) -> Iterator[str]:
    if other.is_staff:
        yield gettext("works for ISD")
    if not other.is_active:
        yield gettext("is closed")
    for post in posts:
        if post.is_today:
            yield gettext("represents %(city)s") % {"city": post.city}
        elif _was_removed(post):
            yield gettext("represented %(city)s until %(day)s, when %(person)s ended the post") % _day(post)
        else:
            yield gettext("represented %(city)s until %(day)s") % _day(post)
    for application in sent:
        if application.is_open:
            yield gettext("has applied for %(city)s") % {"city": application.city}
        elif application.decided_at:
            day = date_format(application.decided_at, "j F Y")
            yield gettext("was declined for %(city)s on %(day)s") % {"city": application.city, "day": day}
    if not (other.is_staff or posts or sent):
        yield gettext("has to do with no city")
