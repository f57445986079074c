"""Questions to cities. Every page, search, feed and export asks `visible_to` first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Self

from django.db import connection, models
from django.db.models import Case, Exists, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat


class CityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Staff see every city; everyone else those that are public. A city that was only named in an application
        stays hidden, since its page would tell that somebody applied."""
        return self if user.is_authenticated and user.is_staff else self.public()

    def public(self) -> Self:
        """Shown to everyone."""
        return self.filter(is_public=True)

    def standing(self) -> Self:
        """Records of their own: none that was merged into another one."""
        return self.filter(merged_into=None)

    def members(self) -> Self:
        """Member today."""
        from members.models import Membership  # the model's manager is made here

        return self.standing().filter(Exists(Membership.objects.today().filter(city=OuterRef("pk"))))

    def merged_at(self, slug: str) -> Any:
        """The city, shown to everyone, that the record at the address `slug` was merged into; None where there is none."""
        gone = self.filter(slug=slug).select_related("merged_into").first()
        while gone is not None and gone.merged_into is not None:
            gone = gone.merged_into
            if gone.is_public:
                return gone
        return None

    def led_by(self, user: Any) -> Self:
        """Member today, with `user` as a lead official today."""
        from members.models import Post  # the model's manager is made here

        return self.members().filter(pk__in=Post.objects.today().filter(official__user=user, is_lead=True).values("city"))

    def with_joined(self) -> Self:
        """Each with `joined`: the day its present membership began, None for a city that is no member today."""
        from members.models import Membership  # the model's manager is made here

        return self.annotate(joined=Subquery(Membership.objects.today().filter(city=OuterRef("pk")).values("joined")[:1]))

    def named(self, name: str) -> Self:
        """Of this very name, but for case and accents."""
        return self.filter(folded=Func(Value(name), function="fold"))

    def like(self, words: str) -> Self:
        """Whose name, or another name of theirs, contains `words` in any spelling, or looks like them; with or without
        what people write around a name ("City of …", "… Kommune")."""
        bare = Func(Value(words), function="without_office", output_field=models.TextField())
        found = Q()
        for told in (Value(words), bare):
            skeleton = Func(told, function="skeleton", output_field=models.TextField())
            found |= Q(spellings__contains=skeleton) | Q(spellings__trigram_word_similar=skeleton)
        return self.filter(found)

    def nearest(self, words: str) -> Self:
        """Those of the very name first, then those of a spelling of it, then the others, each by name."""
        skeleton = Func(Value(words), function="skeleton", output_field=models.TextField())
        folded = Func(Value(words), function="fold", output_field=models.TextField())
        spelt = Concat(Value("|"), skeleton, Value("|"), output_field=models.TextField())
        return self.order_by(Case(When(folded=folded, then=0), When(spellings__contains=spelt, then=1), default=2), "folded", "pk")

    def over(self, city: Any) -> Self:
        """The authorities that `city` is part of, the nearest first."""
        chain = "SELECT over.id FROM cities_over(%s) AS over"
        near = RawSQL(f"array_position(ARRAY({chain} ORDER BY distance), members_city.id)", [city.pk])  # noqa: S611  its parameter is a key
        return self.filter(pk__in=RawSQL(chain, [city.pk])).order_by(near)  # noqa: S611

    def that_may_be(self, city: Any) -> Self:
        """Without `city` itself, and without authorities of another kind over the same place: a county is no duplicate of
        the city of its name that lies within it."""
        over = Q(pk__in=RawSQL("SELECT over.id FROM cities_over(%s) AS over", [city.pk]))
        under = Q(RawSQL("%s IN (SELECT over.id FROM cities_over(members_city.id) AS over)", [city.pk], models.BooleanField()))
        return self.exclude(pk=city.pk).exclude(~Q(kind=city.kind) & (over | under))

    def would_ring(self, city: int, within: int) -> bool:
        """Whether the city of key `city`, put within that of key `within`, would be part of itself. Holds the tree's lock
        until the transaction ends, so that the answer stays true up to the save."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT cities_lock()")
            cursor.execute("SELECT %s = %s OR %s IN (SELECT over.id FROM cities_over(%s) AS over)", [city, within, city, within])
            return bool(cursor.fetchone()[0])


def sees_members_only(user: Any) -> bool:
    """Whether `user` may read what cities share among members: officials of a city that is a member today, and staff."""
    remembered: bool | None = getattr(user, "sees_members_only", None)
    return bool(user.is_authenticated and (user.is_staff or user.is_member)) if remembered is None else remembered


def remember_who_sees_members_only(users: Iterable[Any]) -> None:
    """For a job that asks it of many accounts, again and again, within a moment: it is asked once for all, and kept on these objects."""
    from members.models import City, Post  # the models' managers are made here

    users = list(users)
    posts = Post.objects.today().filter(official__user__in={user.pk for user in users}, city__in=City.objects.members())
    members = set(posts.values_list("official__user", flat=True))
    for user in users:
        user.sees_members_only = user.is_staff or user.pk in members


def next_in_turn(waiting: Any, done: models.Model, moment: str) -> Any:
    """Of those `waiting`, the first whose `moment` is after that of `done`, the oldest first, then from the beginning; None where
    nothing else waits."""
    at, rows = getattr(done, moment), waiting.exclude(pk=done.pk).order_by(moment, "pk")
    later = Q(**{f"{moment}__gt": at}) | Q(**{moment: at, "pk__gt": done.pk})
    return rows.filter(later).first() or rows.first()


def today() -> date:
    """The day that "today's" status is judged by: UTC, on the server."""
    return datetime.now(UTC).date()
