"""A paper of an event: a document that was uploaded, or a link to one, with who reads it.

| audience | who reads it, of those who see the event                                          |
|----------|-----------------------------------------------------------------------------------|
| everyone | all of them                                                                       |
| members  | officials of a city that is a member today                                        |
| taking   | whoever has a seat, or was there; whoever speaks there                            |
| committee| officials of a city that has a seat on the Steering Committee today               |

Staff read all. The file itself is served by the same question (strongcities/kept.py). Under the Chatham House rule nobody but the staff is
shown who wrote it: a paper is what somebody said there.

Held by the database: either a document or a link; a session of the same event (migration 0051_papers).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.programme import Session
from events.querysets import sits_on_committee
from members.querysets import sees_members_only
from strongcities import languages
from strongcities.documents import Document, DocumentField


class Readers(models.TextChoices):
    EVERYONE = "everyone", _("Everyone who sees the event")
    MEMBERS = "members", _("Officials of member cities")
    TAKING = "taking", _("Those who take part")
    COMMITTEE = "committee", _("Officials of the Steering Committee’s cities")


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: Any) -> PaperQuerySet:
        if user.is_authenticated and user.is_staff:
            return self
        readers = Q(audience=Readers.EVERYONE)
        if sees_members_only(user):
            readers |= Q(audience=Readers.MEMBERS)
        if sits_on_committee(user):
            readers |= Q(audience=Readers.COMMITTEE)
        readers |= Q(audience=Readers.TAKING, event__in=Event.objects.taken_part_in_by(user))
        return self.filter(readers, event__in=Event.objects.visible_to(user))

    def in_order(self) -> PaperQuerySet:
        """Those of the event first, then by session, as the programme has them."""
        return self.order_by(models.F("session__starts").asc(nulls_first=True), "session", "position", "pk")


class Paper(models.Model):
    Readers = Readers

    event = models.ForeignKey(Event, models.CASCADE, related_name="papers", verbose_name=_("event"))
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="papers", verbose_name=_("session"))
    title = models.CharField(_("title"), max_length=200)
    author = models.CharField(
        _("who wrote it"), max_length=200, blank=True, help_text=_("Not shown under the Chatham House rule, but to the staff.")
    )
    document = DocumentField(_("document"))
    link = models.URLField(_("link"), max_length=500, blank=True, help_text=_("Instead of a document."))
    language = models.CharField(_("language"), max_length=3, default="en")
    audience = models.CharField(_("for"), max_length=20, choices=Readers, default=Readers.TAKING)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=Readers.values), name="paper_audience_is_known"),
            models.CheckConstraint(
                condition=(Q(document="") & ~Q(link="")) | (~Q(document="") & Q(link="")),
                name="paper_is_a_document_or_a_link",
                violation_error_message=_("A paper is either a document or a link."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def file(self) -> Document | None:
        return Document(self.document) if self.document else None

    @property
    def url(self) -> str:
        return self.file.url if self.file else self.link

    @property
    def written_in(self) -> str:
        return languages.name(self.language)

    @property
    def author_told(self) -> str:
        """Who wrote it, as its readers are told."""
        return "" if self.event.chatham_house else self.author
