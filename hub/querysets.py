"""Questions to practices. Every page, search, feed and export asks `visible_to` first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from members.models import Post
from members.querysets import sees_members_only

if TYPE_CHECKING:
    from hub.models import Entry, Practice  # noqa: F401  named in quotes below

LISTED = ("published", "archived")
YEARS_UNTIL_OLD = 3


def old_before(today: date) -> date:
    """A practice last confirmed before this day is over three years old (29 February counts as the 28th)."""
    try:
        return today.replace(year=today.year - YEARS_UNTIL_OLD)
    except ValueError:
        return today.replace(year=today.year - YEARS_UNTIL_OLD, day=28)


class PracticeQuerySet(models.QuerySet["Practice"]):
    def listed(self) -> PracticeQuerySet:
        """Published ones, and archived ones, which stay readable and are marked."""
        return self.filter(state__in=LISTED)

    def visible_to(self, user: Any) -> PracticeQuerySet:
        """Everyone sees listed practices for the public; officials of a member city, today, also those for members;
        officials of its own city, in any state; staff, all."""
        public = Q(state__in=LISTED, audience="public")
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self
        own = Post.objects.today().filter(official__user=user).values("city")
        for_members = Q(state__in=LISTED) if sees_members_only(user) else public
        return self.filter(for_members | Q(city__in=own))

    def old(self) -> PracticeQuerySet:
        """Not confirmed for over three years; a practice never confirmed counts from its publication."""
        confirmed = Coalesce(F("last_confirmed"), TruncDate("published_at"))
        return self.listed().alias(confirmed=confirmed).filter(confirmed__lt=old_before(timezone.now().date()))


type Sight = Literal["all", "public"]


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: Any) -> EntryQuerySet:
        """The same answer as `Practice.objects.listed().visible_to(user)` gives, from the search's own rows."""
        if sees_members_only(user):
            return self
        if not user.is_authenticated:
            return self.filter(for_members=False)
        own = Post.objects.today().filter(official__user=user).values("city")
        return self.filter(Q(for_members=False) | Q(practice__city__in=own))

    def sight(self, user: Any) -> Sight | None:
        """What `visible_to` gives in a word, where there is one: everything, or what is for everyone."""
        if sees_members_only(user):
            return "all"
        return None if user.is_authenticated and Post.objects.today().filter(official__user=user).exists() else "public"
