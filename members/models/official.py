"""An official, and the dated posts in which they stand for cities."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from members.models.city import City
from members.querysets import sees_members_only, today
from strongcities.themes import Theme


class ShownTo(models.TextChoices):
    """To whom an official agreed to be shown, with name, post and city. Never a mail address."""

    NOBODY = "nobody", _("Nobody")
    MEMBERS = "members", _("People of member cities, signed in")
    EVERYONE = "everyone", _("Everyone")


class OfficialQuerySet(models.QuerySet["Official"]):
    def holding(self, posts: PostQuerySet) -> OfficialQuerySet:
        """Who holds one of `posts`."""
        return self.filter(Exists(posts.filter(official=OuterRef("pk"))))

    def visible_to(self, user: Any) -> OfficialQuerySet:
        """Who has a post that `user` may see."""
        return self.holding(Post.objects.visible_to(user))

    def named(self, words: str) -> OfficialQuerySet:
        """In whose name each of `words` occurs, whatever case and accents."""
        found = self.annotate(folded_name=_folded(F("user__name")))
        for word in words.split():
            found = found.filter(folded_name__contains=_folded(Value(word)))
        return found

    def by_name(self) -> OfficialQuerySet:
        return self.order_by(_folded(F("user__name")), "pk")


def _folded(words: Any) -> Func:
    return Func(words, function="fold", output_field=TextField())


@pghistory.track(exclude=["key"])
class Official(models.Model):
    key = models.UUIDField(_("address"), db_default=RandomUUID(), unique=True, editable=False)  # of their page; tells nothing of them
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="official", verbose_name=_("account"))
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=60, choices=Theme), verbose_name=_("themes of interest"), default=list, blank=True)
    shown_to = models.CharField(_("shown to"), max_length=10, choices=ShownTo, default=ShownTo.NOBODY)
    wants_newsletter = models.BooleanField(_("receives the newsletter"), default=False)
    open_to_peers = models.BooleanField(_("may be contacted by peers"), default=False)
    barred_from_relay = models.BooleanField(_("may no longer write to others here"), default=False, editable=False)

    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return reverse("members:person", args=[self.key])

    def consent(self, *, shown_to: str, wants_newsletter: bool, open_to_peers: bool) -> None:
        """Give or take back the three consents; the history keeps when."""
        self.shown_to, self.wants_newsletter, self.open_to_peers = shown_to, wants_newsletter, open_to_peers
        self.save(update_fields=["shown_to", "wants_newsletter", "open_to_peers"])

    @property
    def standing(self) -> str:
        """Post and city, of each that they hold today in a member city: what a person whom they write to is told."""
        posts = self.posts.today().filter(city__in=City.objects.members()).select_related("city").order_by("-is_lead", "pk")
        return gettext("; ").join(gettext("%(post)s, %(city)s") % {"post": post.title, "city": post.city} for post in posts)

    @property
    def is_reachable(self) -> bool:
        """Whether words reach them through the house: an open account that stands for a member city today."""
        return bool(self.user.is_active and self.user.is_member)

    def can_write(self, user: Any) -> bool:
        """Whether `user`, whose own record this is, may send words to others here. The name is what others know them by:
        without one there would be nothing to show but the address."""
        return bool(user.pk == self.user_id and user.name and self.is_reachable and not self.barred_from_relay)

    def can_be_written_to(self, user: Any) -> bool:
        """Whether `user` may begin to write to this person: both stand for member cities, and this one agreed to it. That
        `user` sees this person's page at all is for `visible_to` to say."""
        own = Official.objects.filter(user=user.pk).first()
        return bool(own and own.pk != self.pk and self.open_to_peers and self.is_reachable and own.can_write(user))

    def can_report(self, user: Any) -> bool:
        """Whether `user` may tell the staff of this page: people of member cities. Visitors write a mail."""
        return bool(user.is_authenticated and user.pk != self.user_id and user.is_member)


class PostQuerySet(models.QuerySet["Post"]):
    def today(self) -> PostQuerySet:
        return self.filter(Q(since__lte=today()), Q(until=None) | Q(until__gt=today()))

    def visible_to(self, user: Any) -> PostQuerySet:
        """Posts held today in cities that are members today, of people whose account is open and who agreed to be shown to
        `user`: people of member cities and staff see both who is shown to them and who is shown to everyone."""
        levels = [ShownTo.EVERYONE, ShownTo.MEMBERS] if sees_members_only(user) else [ShownTo.EVERYONE]
        shown = Q(official__shown_to__in=levels, official__user__is_active=True, city__is_public=True, city__in=City.objects.members())
        return self.today().filter(shown).exclude(official__user__name="")  # nothing to show them by but the address


@pghistory.track()
class Post(models.Model):
    """What an official is at a city, from `since` up to, not including, `until`."""

    class Kind(models.TextChoices):
        ELECTED = "elected", _("Elected")
        POLICY = "policy", _("Policy")
        PRACTITIONER = "practitioner", _("Practitioner")

    official = models.ForeignKey(Official, models.PROTECT, related_name="posts", verbose_name=_("official"))
    city = models.ForeignKey(City, models.PROTECT, related_name="posts", verbose_name=_("city"))
    title = models.CharField(_("post"), max_length=120)
    department = models.CharField(_("department"), max_length=120, blank=True)
    kind = models.CharField(_("kind of work"), max_length=20, choices=Kind)
    is_lead = models.BooleanField(_("lead official"), default=False)
    has_mandate = models.BooleanField(_("may sign for the city"), default=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="post_ends_after_it_began"),
            models.UniqueConstraint(fields=["official", "city"], condition=Q(until=None), name="post_one_open_per_person_and_city"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.city}"
