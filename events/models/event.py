"""An event of the network, of whatever kind, with its seats.

| verb     | from                 | to        | who                                        |
|----------|----------------------|-----------|--------------------------------------------|
| announce | draft                | announced | staff with the permission to change events |
| postpone | announced            | postponed | the same, with a reason                    |
| resume   | postponed            | announced | the same                                   |
| cancel   | announced, postponed | cancelled | the same, with a reason; leaves nobody with a seat (events/calling_off.py) |
| move_days, copy | any           | the same  | the same; sessions along (events/arranging.py, events/copying.py)      |
| change   | any                  | the same  | the same; once it is announced the page says what changed and everyone registered is told |

Coming, running and over are questions to its dates. Times are kept as instants, with the zone of the place (`zone`), in which they
are typed and shown.

| audience   | who sees it, and may register                                                          |
|------------|----------------------------------------------------------------------------------------|
| public     | everyone sees it; whoever has an account registers, others by a link that they are sent |
| members    | officials of a city that is a member today                                             |
| committee  | officials of a city that has a seat on the Steering Committee today                    |
| invitation | whoever was invited                                                                    |

Whoever was invited, is registered or speaks sees it whatever its audience; staff see all. Drafts are seen by staff alone.

Held by the database: it ends after it begins; registration closes before it ends; an announced one has a place or is online; seats
are not oversold, those for companions neither; its version rises with whatever a calendar shows of it (migration 0002_seats).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import Audience, Kind, Way
from events.models.seated import Seated
from events.models.series import Series
from events.querysets import SHOWN, EventQuerySet
from members.models import City
from members.regions import Region
from strongcities import languages
from strongcities.themes import Theme
from strongcities.workflow import Move, MoveRefused, Transition, Workflow

FORGOTTEN_AFTER = timedelta(days=30)  # diet and access needs, companions’ names, journeys, passports (events/forgetting.py)
TAKEN = ("month", "mine", "series", "calendar", "feed", "invitations", "papers", "past")  # what else stands at /events/<word>/


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")


def _languages(words: Any) -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=3), verbose_name=words, default=list, blank=True)


@pghistory.track(
    # What an event was before each change; who takes a seat changes none.
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    exclude=[*Seated.COUNTERS, "companions_taken", "version", "changed"],
    model_name="EventHistory",
)
class Event(Seated, Workflow):
    State = State
    Kind = Kind
    Audience = Audience
    Way = Way
    MOVES: ClassVar[dict[str, Move]] = {
        "announce": Move({State.DRAFT}, State.ANNOUNCED),
        "postpone": Move({State.ANNOUNCED}, State.POSTPONED),
        "resume": Move({State.POSTPONED}, State.ANNOUNCED),
        "cancel": Move({State.ANNOUNCED, State.POSTPONED}, State.CANCELLED),
    }

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    series = models.ForeignKey(Series, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("series"))
    summary = models.CharField(_("in one sentence"), max_length=200)
    body = models.TextField(_("text"), blank=True, max_length=20_000, help_text=_("Markdown."))
    language = models.CharField(_("language of the text"), max_length=3, default="en")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)

    host = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("host city"))
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    venue_address = models.CharField(_("address of the venue"), max_length=300, blank=True)
    link = models.URLField(
        _("link to take part"), max_length=500, blank=True, help_text=_("Shown to those who have a seat, and to nobody else.")
    )
    is_online = models.BooleanField(_("one can take part online"), default=False)
    starts = models.DateTimeField(_("begins"))
    ends = models.DateTimeField(_("ends"))
    zone = models.CharField(_("time zone"), max_length=60, help_text=_("Of the place: Europe/Paris."))
    region = models.CharField(_("network region"), max_length=30, choices=Region, blank=True, help_text=_("Empty: the host city’s."))

    audience = models.CharField(_("for"), max_length=20, choices=Audience, default=Audience.MEMBERS)
    themes = ArrayField(
        models.CharField(max_length=60, choices=Theme), verbose_name=_("themes"), default=list, blank=True, help_text=_("What it is about.")
    )
    languages = _languages(_("languages spoken"))
    interpretation = _languages(_("interpretation into"))
    chatham_house = models.BooleanField(
        _("Chatham House rule"), default=False, help_text=_("What was said may be used, not who said it: outcomes show no names.")
    )

    way = models.CharField(_("registration"), max_length=20, choices=Way, default=Way.OPEN)
    registration_opens = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes = models.DateTimeField(
        _("registration closes"), null=True, blank=True, help_text=_("Empty: when the event begins.")
    )
    changes_until = models.DateTimeField(
        _("answers may be changed until"), null=True, blank=True, help_text=_("Empty: until the event begins.")
    )
    per_city = models.PositiveSmallIntegerField(
        _("seats for each city"), null=True, blank=True, help_text=_("Empty: no limit. A city can be given more.")
    )
    companions_each = models.PositiveSmallIntegerField(
        _("accompanying people each"), default=0, validators=[MaxValueValidator(5)], help_text=_("How many one person may bring along.")
    )
    companions_capacity = models.PositiveIntegerField(_("seats for accompanying people"), null=True, blank=True)
    companions_taken = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to answer an offer"), default=48, validators=[MinValueValidator(1), MaxValueValidator(336)],
        help_text=_("So long a seat that came free is kept for the next on the waiting list."),
    )  # fmt: skip

    offers_travel = models.BooleanField(
        _("offers travel support"), default=False, help_text=_("Whoever has a seat can ask for it; the Secretariat decides on each.")
    )
    offers_letters = models.BooleanField(
        _("offers letters for visas"), default=False, help_text=_("Whoever has a seat can ask for one; the Secretariat signs each.")
    )
    follow_up_until = models.DateTimeField(
        _("what is asked afterwards is answered until"), null=True, blank=True,
        help_text=_("With a date, whoever has a seat is mailed that something is asked of them. Empty: until the event ends."),
    )  # fmt: skip

    outcomes = models.TextField(_("what came of it"), blank=True, max_length=20_000, help_text=_("Markdown."))
    for_cities = models.TextField(_("for cities"), blank=True, max_length=10_000, help_text=_("Markdown: what a city can take up."))
    next_steps = models.TextField(_("next steps"), blank=True, max_length=10_000, help_text=_("Markdown."))

    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    version = models.PositiveIntegerField(_("version for calendars"), default=0, db_default=0, editable=False)
    changed = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts", "-pk"]
        constraints = [
            *Seated.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(slug__in=TAKEN), name="event_address_is_free", violation_error_message=_("This address is another page’s.")
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="event_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="event_kind_is_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="event_audience_is_known"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="event_way_is_known"),
            models.CheckConstraint(condition=Q(region="") | Q(region__in=Region.values), name="event_region_is_known"),
            models.CheckConstraint(condition=Q(themes__contained_by=Theme.values), name="event_themes_are_known"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="event_ends_after_it_begins", violation_error_message=_("It ends before it begins.")
            ),
            models.CheckConstraint(
                condition=(Q(registration_closes=None) | Q(registration_closes__lte=F("ends")))
                & (Q(registration_opens=None) | Q(registration_closes=None) | Q(registration_opens__lt=F("registration_closes"))),
                name="event_registration_opens_closes_and_then_it_ends",
                violation_error_message=_("Registration opens, closes, and then the event ends."),
            ),
            models.CheckConstraint(
                condition=Q(changes_until=None) | Q(changes_until__lte=F("ends")),
                name="event_answers_change_before_it_ends",
                violation_error_message=_("Answers can’t be changed once it is over."),
            ),
            models.CheckConstraint(
                condition=Q(follow_up_until=None) | Q(follow_up_until__lte=F("ends")),
                name="event_follow_up_ends_with_it",
                violation_error_message=_("Nothing is asked any more once it is over."),
            ),
            models.CheckConstraint(
                condition=Q(offers_travel=False, offers_letters=False) | Q(host__isnull=False) | ~Q(venue=""),
                name="event_journeys_have_a_place",
                violation_error_message=_("Travel support and letters for visas need a place to travel to."),
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(host__isnull=False) | ~Q(venue="") | Q(is_online=True),
                name="event_announced_has_a_place",
                violation_error_message=_("An event has a host city, a venue or is online before it is announced."),
            ),
            models.CheckConstraint(
                condition=Q(companions_capacity=None) | Q(companions_taken__lte=F("companions_capacity")),
                name="event_companions_are_not_too_many",
                violation_error_message=_("More accompanying people than that are registered."),
            ),
        ]
        indexes = [models.Index(fields=["starts", "state"], name="event_by_date")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:event", args=[self.slug])

    # --- What it is at this moment -----------------------------------------------------------------------------------

    @property
    def is_shown(self) -> bool:
        return self.state in SHOWN

    @property
    def is_over(self) -> bool:
        return self.ends <= timezone.now()

    @property
    def is_forgotten(self) -> bool:
        """Whether it has been over for so long that nobody reads personal details of those who came any more (events/forgetting.py)."""
        return self.ends + FORGOTTEN_AFTER <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts <= timezone.now()

    @property
    def closes(self) -> datetime:
        """The moment from which nobody registers any more."""
        return self.registration_closes or self.starts

    @property
    def answers_fixed(self) -> datetime:
        """The moment from which answers are no longer changed."""
        return self.changes_until or self.starts

    @property
    def may_change_answers(self) -> bool:
        return self.state != State.CANCELLED and timezone.now() < self.answers_fixed

    @property
    def has_follow_up(self) -> bool:
        """Whether something is asked of those who have a seat, for which they are mailed."""
        return self.offers_travel or self.offers_letters or self.follow_up_until is not None

    @property
    def follow_up_closes(self) -> datetime:
        """The moment from which nothing is asked for, or answered, any more."""
        return self.follow_up_until or self.ends

    @property
    def may_follow_up(self) -> bool:
        return self.state != State.CANCELLED and timezone.now() < self.follow_up_closes

    @property
    def has_place(self) -> bool:
        return bool(self.host_id or self.venue)

    @property
    def direction(self) -> str:
        return languages.direction(self.language)

    @property
    def theme_labels(self) -> list[tuple[str, str]]:
        return [(slug, str(Theme(slug).label)) for slug in self.themes]

    @property
    def spoken(self) -> str:
        return gettext(", ").join(map(languages.name, self.languages))

    @property
    def interpreted(self) -> str:
        return gettext(", ").join(map(languages.name, self.interpretation))

    # --- Who may -----------------------------------------------------------------------------------------------------

    @staticmethod
    def may_keep(user: Any) -> bool:
        """Whether `user` looks after events for ISD: staff with the permission (group Secretariat)."""
        return bool(user.is_authenticated and user.is_active and user.is_staff and user.has_perm("events.change_event"))

    def can_change(self, user: Any) -> bool:
        return self.may_keep(user)

    can_announce = can_postpone = can_resume = can_cancel = can_move_days = can_copy = can_change

    # --- Verbs -------------------------------------------------------------------------------------------------------

    def announce(self, *, by: Any) -> None:
        """Show it to its audience. Raises MoveRefused where it has neither a place nor is online."""
        with self.move("announce", by=by) as step:
            if not (step.record.has_place or step.record.is_online):
                raise MoveRefused(gettext("Say first where it takes place, or that it is online."))

    def cancel(self, *, by: Any, why: str) -> None:
        """Nobody has a seat any more, and everybody is told `why`. Raises ValueError without words."""
        from events import calling_off  # it moves registrations

        calling_off.cancel(self, by=by, why=why)

    def change(self, *, by: Any, why: str = "", **fields: Any) -> None:
        """Write other `fields`; of one that is announced the page says what changed, and everyone registered is told."""
        from events import changing  # it writes what changed

        changing.change(self, by=by, why=why, fields=fields)

    def move_days(self, *, by: Any, days: int, why: str = "") -> None:
        """Everything by so many days, the sessions too: as `change`."""
        from events import arranging  # it moves sessions

        arranging.move(self, by=by, days=days, why=why)

    def copy(self, *, by: Any, title: str, begins: date) -> Event:
        """A draft after its pattern, on other dates."""
        from events import copying  # it makes sessions and questions

        return copying.copy(self, by=by, title=title, begins=begins)

    def resume(self, *, by: Any, why: str = "") -> None:
        """It takes place after all: those registered are told, and seats that came free meanwhile are passed on."""
        from events import seats, telling  # they move registrations and tell of events

        with transaction.atomic():
            with self.move("resume", by=by, why=why) as step:
                telling.of_state(step)
            seats.prolong(self)
            seats.pass_on_all(self)

    def postpone(self, *, by: Any, why: str) -> None:
        """No date any more, for now: everyone registered is told `why` and keeps their place. Raises ValueError without words."""
        from events import telling  # it tells of events

        if not why.strip():
            raise ValueError("say why")
        with self.move("postpone", by=by, why=why) as step:
            telling.of_state(step)


class EventTransition(Transition):
    subject = models.ForeignKey(Event, models.CASCADE, related_name="transitions", verbose_name=_("event"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
