"""Searches that a person keeps, and of which practices each of them has told.

A search is kept as its address (hub.panel.address), never otherwise; hub/saved_searches.py saves it, hub/alerts.py looks for what is
new. It is its owner's alone: nobody else reads it, the staff included, and it has no history, so that deleting it deletes it.

Held by the database: at most fifty a person (`number` is 1 to 50, each once), each search once a person, and a practice named once by
a search, ever.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.practice import Practice
from members.models import Post
from members.querysets import today

MOST = 50  # searches of one person
NAME_LENGTH = 120
LONGEST = 2_000  # characters of an address that is kept
HOUR_OF_MAILS = 6  # UTC, of daily and weekly ones
KEPT_FOR = timedelta(days=30)  # after the last post of whoever it belongs to
_SALT = "hub.saved_search"


class Pace(models.TextChoices):
    NEVER = "never", _("No mails")
    HOURLY = "hourly", _("As practices come, once an hour at most")
    DAILY = "daily", _("Once a day, at 06:00 UTC")
    WEEKLY = "weekly", _("Once a week, on Mondays at 06:00 UTC")


def next_turn(pace: str, now: datetime) -> datetime | None:
    """When a search is looked at again after `now`; None where no mails are wanted."""
    if pace == Pace.NEVER:
        return None
    if pace == Pace.HOURLY:
        return now + timedelta(hours=1)
    turn = now.astimezone(UTC).replace(hour=HOUR_OF_MAILS, minute=0, second=0, microsecond=0)
    days = -turn.weekday() % 7 if pace == Pace.WEEKLY else 0
    turn += timedelta(days=days)
    return turn if turn > now else turn + timedelta(days=7 if pace == Pace.WEEKLY else 1)


def packed(keys: Iterable[int]) -> bytes:
    """A set of keys in few bytes: each as its distance from the one before, compressed. A hundred thousand that follow on each other
    take some hundred bytes, scattered ones about one byte each."""
    ordered = sorted(set(keys))
    return zlib.compress(",".join(str(after - before) for before, after in pairwise([0, *ordered])).encode())


def unpacked(data: bytes) -> set[int]:
    text = zlib.decompress(data)
    return set(accumulate(map(int, text.split(b",")))) if text else set()


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user: Any) -> SavedSearchQuerySet:
        return self.filter(owner=user.pk)

    def due(self) -> SavedSearchQuerySet:
        """Whose turn it is to be looked at, the longest waiting first."""
        return self.filter(due__lte=timezone.now()).order_by("due", "pk")

    def left_behind(self) -> SavedSearchQuerySet:
        """Of people who are not of the staff and have stood for no city for thirty days: to be deleted."""
        lately = Post.objects.filter(Q(until=None) | Q(until__gt=today() - KEPT_FOR)).values("official__user")
        return self.filter(owner__is_staff=False).exclude(owner__in=lately)


class SavedSearch(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", verbose_name=_("whose it is"))
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    search = models.CharField(_("search"), max_length=LONGEST)
    pace = models.CharField(_("mails"), max_length=10, choices=Pace, default=Pace.NEVER)
    due = models.DateTimeField(_("next look"), null=True, editable=False)
    looked = models.DateTimeField(_("last look"), editable=False)
    told_last = models.DateTimeField(_("last mail"), null=True, editable=False)
    saw_members_only = models.BooleanField(default=False, editable=False)  # its owner, at the last look
    known = models.BinaryField(default=bytes, editable=False)  # `packed` keys of practices that are no news, and stand in no row of Told
    created = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["due", "id"], name="saved_search_due", condition=Q(due__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="saved_search_each_number_once"),
            models.CheckConstraint(condition=Q(number__range=(1, MOST)), name="saved_search_fifty_a_person"),
            models.UniqueConstraint(fields=["owner", "search"], name="saved_search_each_search_once"),
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="saved_search_pace_is_known"),
            models.CheckConstraint(
                condition=Q(due=None, pace=Pace.NEVER) | (Q(due__isnull=False) & ~Q(pace=Pace.NEVER)), name="saved_search_due_by_its_pace"
            ),
            models.CheckConstraint(condition=~Q(name="") & Q(search__startswith="?"), name="saved_search_has_name_and_address"),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def can_save(user: Any) -> bool:
        """Officials, today, and staff; so too for mails. Who was one keeps what is saved for thirty days, without them."""
        return bool(user.is_authenticated and SavedSearch.savers_among([user]))

    @staticmethod
    def savers_among(users: Iterable[Any]) -> set[int]:
        """The keys of those who can save searches."""
        active = {user.pk: user.is_staff for user in users if user.is_active}
        others = [key for key, is_staff in active.items() if not is_staff]
        officials = Post.objects.today().filter(official__user__in=others).values_list("official__user", flat=True) if others else ()
        return {key for key, is_staff in active.items() if is_staff} | set(officials)

    @property
    def known_keys(self) -> set[int]:
        return unpacked(bytes(self.known)) if self.known else set()

    @property
    def sends(self) -> bool:
        return self.pace != Pace.NEVER

    def stop(self) -> None:
        """No more mails of it. The search itself stays."""
        self.pace, self.due = Pace.NEVER, None
        self.save(update_fields=["pace", "due"])

    # --- The link in its mails ---------------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        return signing.dumps(self.pk, salt=_SALT)

    @classmethod
    def of_token(cls, token: str) -> SavedSearch:
        """The search that a mailed link is of. Raises DoesNotExist."""
        try:
            return cls.objects.get(pk=signing.loads(token, salt=_SALT))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise cls.DoesNotExist from error


class Told(models.Model):
    """A practice that a mail of a saved search has named."""

    saved = models.ForeignKey(SavedSearch, models.CASCADE, related_name="told")
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved", "practice"], name="told_once_a_practice_and_search")]

    def __str__(self) -> str:
        return f"{self.practice_id}"
