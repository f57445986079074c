"""The programme of an event: its rooms, its sessions, who speaks in them.

Held by the database: a session ends after it begins and lies within its event (migration 0002_seats looks when the transaction
ends, so that an event and its sessions may be moved together); a room is of the same event; seats are not oversold. That a room or a
speaker is asked for twice at a time is shown, not refused: programmes are made step by step (events/programme.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import ListedTo, SessionKind
from events.models.event import Event
from events.models.seated import Seated
from members.models import Official
from strongcities import languages


class Room(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="rooms", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=100)
    holds = models.PositiveIntegerField(_("people it holds"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["position", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="room_one_of_a_name")]

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: Any) -> SessionQuerySet:
        return self.filter(event__in=Event.objects.visible_to(user))

    def in_order(self) -> SessionQuerySet:
        return self.order_by("starts", "room__position", "room__name", "pk")


class Session(Seated):
    """`books`: whoever takes part says so, and `capacity` limits how many do."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=20, choices=SessionKind, default=SessionKind.PLENARY)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what it is about"), blank=True, max_length=2_000)
    starts = models.DateTimeField(_("begins"))
    ends = models.DateTimeField(_("ends"))
    room = models.ForeignKey(Room, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("room"))
    books = models.BooleanField(_("has seats to be taken"), default=False, help_text=_("Whoever takes part says so beforehand."))
    language = models.CharField(_("language spoken"), max_length=3, blank=True)
    interpretation = ArrayField(models.CharField(max_length=3), verbose_name=_("interpretation into"), default=list, blank=True)
    is_cancelled = models.BooleanField(_("does not take place"), default=False, editable=False)
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts", "pk"]
        constraints = [
            *Seated.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=SessionKind.values), name="session_kind_is_known"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="session_ends_after_it_begins",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(books=True) | Q(capacity=None),
                name="session_with_a_limit_has_seats_to_be_taken",
                violation_error_message=_("A limit of seats needs that seats are taken beforehand."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:session", args=[self.event.slug, self.pk])

    @property
    def spoken(self) -> str:
        return languages.name(self.language) if self.language else ""

    @property
    def interpreted(self) -> str:
        return gettext(", ").join(map(languages.name, self.interpretation))

    def can_change(self, user: Any) -> bool:
        return self.event.can_change(user)

    can_call_off = can_remove = can_change

    def change(self, *, by: Any, **fields: Any) -> None:
        """Write other `fields`, of a new session the first ones; seats that came free are passed on."""
        from events import arranging  # it passes seats on

        arranging.save_session(self, by=by, fields=fields)

    def call_off(self, *, by: Any) -> None:
        """It doesn't take place: nobody has a seat in it any more, and whoever had one is told."""
        from events import booking  # it moves bookings

        booking.call_off(self, by=by)

    def remove(self, *, by: Any) -> None:
        """Out of the programme, as long as nobody asked for a seat in it."""
        from events import arranging  # it holds the event

        arranging.remove(self, by=by)

    @property
    def has_line(self) -> bool:
        """Whether whoever asks now waits: nobody is overtaken, so one seat that is free is none for them."""
        return self.is_full or self.waiting > 0

    def overlaps(self, other: Session) -> bool:
        return self.starts < other.ends and other.starts < self.ends


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def visible_to(self, user: Any) -> SpeakerQuerySet:
        return self.filter(session__event__in=Event.objects.visible_to(user))


class Speaker(models.Model):
    """Somebody who speaks in a session: an official of a city, or a guest by name. Of an official nothing but post and city is
    shown until they agreed to be named; that a guest agreed is for the staff to know."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("Speaker")
        MODERATOR = "moderator", _("Moderator")
        RAPPORTEUR = "rapporteur", _("Rapporteur")

    session = models.ForeignKey(Session, models.CASCADE, related_name="speakers", verbose_name=_("session"))
    official = models.ForeignKey(Official, models.PROTECT, null=True, blank=True, related_name="speaks", verbose_name=_("official"))
    name = models.CharField(_("name of a guest"), max_length=120, blank=True)
    standing = models.CharField(_("what they are, and where"), max_length=200, blank=True, help_text=_("Post and organisation."))
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.SPEAKER)
    named_to = models.CharField(_("named to"), max_length=20, choices=ListedTo, default=ListedTo.NOBODY)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(official__isnull=False, name="") | (Q(official=None) & ~Q(name="")),
                name="speaker_is_an_official_or_a_guest",
                violation_error_message=_("A speaker is an official, or a guest by name."),
            ),
            models.CheckConstraint(condition=Q(named_to__in=ListedTo.values), name="speaker_named_to_is_known"),
            models.UniqueConstraint(fields=["session", "official"], condition=Q(official__isnull=False), name="speaker_once_in_a_session"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.official)

    def can_choose(self, user: Any) -> bool:
        """Whether `user` says who reads this name: an official of their own."""
        return bool(self.official and user.is_authenticated and self.official.user_id == user.pk)

    def choose(self, *, named_to: str, by: Any) -> None:
        """Say who reads one's name. Raises PermissionDenied."""
        if not self.can_choose(by):
            raise PermissionDenied
        self.named_to = named_to
        self.save(update_fields=["named_to"])
