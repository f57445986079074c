"""An official, and the dated posts in which they stand for cities."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.city import City
from members.querysets import sees_members_only, today
from strongcities.themes import Theme


@pghistory.track()
class Official(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="official", verbose_name=_("account"))
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=60, choices=Theme), verbose_name=_("themes of interest"), default=list, blank=True)
    in_directory = models.BooleanField(_("shown in the directory"), default=False)
    wants_newsletter = models.BooleanField(_("receives the newsletter"), default=False)
    open_to_peers = models.BooleanField(_("may be contacted by peers"), default=False)

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")

    def __str__(self) -> str:
        return str(self.user)

    def consent(self, *, in_directory: bool, wants_newsletter: bool, open_to_peers: bool) -> None:
        """Give or take back the three consents; the history keeps when."""
        self.in_directory, self.wants_newsletter, self.open_to_peers = in_directory, wants_newsletter, open_to_peers
        self.save(update_fields=["in_directory", "wants_newsletter", "open_to_peers"])


class PostQuerySet(models.QuerySet["Post"]):
    def today(self) -> PostQuerySet:
        return self.filter(Q(since__lte=today()), Q(until=None) | Q(until__gt=today()))

    def visible_to(self, user: Any) -> PostQuerySet:
        """People of member cities, and staff, see those who agreed to be shown to them; everyone else nobody."""
        if not sees_members_only(user):
            return self.none()
        return self.filter(official__in_directory=True, official__user__is_active=True)


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
