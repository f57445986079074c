"""What has seats (an event, a session, a city's share of an event), and who asks for one (a registration, a booking).

The database counts: triggers (migration 0002_seats) add every place to its `Seated` row and take it off again as its state
changes, whoever changes it, so `taken` and `waiting` are true, and a check below them refuses the seat too many.

| state              | holds a seat | is live |
|--------------------|--------------|---------|
| requested          |              | yes     |
| waiting            |              | yes     |
| offered            | yes          | yes     |
| confirmed          | yes          | yes     |
| attended           | yes          | yes     |
| declined, expired, refused, withdrawn, cancelled | | |

Locks, in this order, by whoever needs several: event, a city's share of it, registration, session, booking. A place is given
in the order of its `number`, which the database hands out under the lock of what has the seats.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from strongcities.workflow import Workflow, locked


class State(models.TextChoices):
    REQUESTED = "requested", _("to be decided")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("seat offered")
    CONFIRMED = "confirmed", _("confirmed")
    ATTENDED = "attended", _("was there")
    DECLINED = "declined", _("offer declined")
    EXPIRED = "expired", _("offer not answered in time")
    REFUSED = "refused", _("not accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")


HOLDS = (State.OFFERED, State.CONFIRMED, State.ATTENDED)  # a seat
SEATED = (State.CONFIRMED, State.ATTENDED)  # one that is theirs, not only offered
LIVE = (State.REQUESTED, State.WAITING, *HOLDS)


class Seated(models.Model):
    """`capacity` None: as many as come. `asked` is the last number that was handed out."""

    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, help_text=_("Empty: as many as come."))
    taken = models.PositiveIntegerField(_("seats taken"), default=0, db_default=0, editable=False)
    waiting = models.PositiveIntegerField(_("waiting"), default=0, db_default=0, editable=False)
    asked = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    COUNTERS: ClassVar[tuple[str, ...]] = ("taken", "waiting", "asked")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(taken__lte=F("capacity")),
                name="%(class)s_seats_are_not_oversold",
                violation_error_message=_("More seats than that are taken, or offered to somebody."),
            )
        ]

    @property
    def free(self) -> int | None:
        """Seats that nobody has and nobody was offered; None where there is no limit."""
        return None if self.capacity is None else self.capacity - self.taken

    @property
    def is_full(self) -> bool:
        return self.free == 0

    def held(self) -> Any:
        """The row as it is now, locked until the transaction ends: nobody takes or gives back a seat of it meanwhile."""
        return locked(self)


class PlaceQuerySet[Row: "Place"](models.QuerySet[Row]):
    def live(self) -> PlaceQuerySet[Row]:
        return self.filter(state__in=LIVE)

    def live_or_last(self) -> Row | None:
        """Of the places that somebody had in one event or session: the live one, or else the last; None where there is none."""
        return min(self.order_by("-number", "-pk"), key=lambda place: not place.is_live, default=None)

    def in_line(self) -> PlaceQuerySet[Row]:
        """Waiting, the first first."""
        return self.filter(state=State.WAITING).order_by("number", "pk")

    def due(self) -> PlaceQuerySet[Row]:
        """Offers whose time is over, which nobody has noted yet. None is while the event is postponed: everybody keeps their place."""
        over = self.filter(state=State.OFFERED, offered_until__lte=timezone.now())
        return over.exclude(**{f"{self.model.EVENT}__state": "postponed"})


class Place(Workflow):
    """One person's asking for a seat. An empty `state` at its creation lets the database say which one it is. `EVENT`: the way to its
    event, as queries have it."""

    EVENT: ClassVar[str]

    state = models.CharField(_("state"), max_length=20, choices=State, editable=False)
    number = models.PositiveIntegerField(_("number"), editable=False, default=0)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True, editable=False)
    made = models.DateTimeField(_("registered"), auto_now_add=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="%(class)s_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.OFFERED, offered_until__isnull=False) | (~Q(state=State.OFFERED) & Q(offered_until=None)),
                name="%(class)s_offer_has_an_end",
            ),
        ]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_due(self) -> bool:
        """Whether its offer is over by its date, noted or not."""
        if self.state != State.OFFERED or self.offered_until is None or self.offered_until > timezone.now():
            return False
        event: Any = self
        for step in self.EVENT.split("__"):
            event = getattr(event, step)
        return bool(event.state != "postponed")

    @property
    def stands(self) -> str:
        """The state, right by date even where no job ran."""
        return State.EXPIRED if self.is_due else self.state

    def offer_until(self, until: datetime) -> list[str]:
        """Offer the seat up to `until`; the caller holds what has the seats, and there is one. Answers who can't be brought along."""
        with self.move("offer", by=None) as step:
            step.record.offered_until = until
            return step.record.leave_out()

    def leave_out(self) -> list[str]:
        """Take those off who would come along, but for whom there are no seats; answers their names. The caller holds what has the seats,
        and saves."""
        return []
