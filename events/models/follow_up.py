"""What follows an approval, of whoever has a seat: support for the journey, a letter for the visa (visa_letter.py).

A request lives as long as the registration has its seat. It ends with it in the same transaction (events/following.py); `stands` says
so by the registration's state, whatever was noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events.models.event import FORGOTTEN_AFTER, Event
from events.models.registration import Registration
from events.models.seated import SEATED
from members.querysets import next_in_turn
from strongcities.workflow import MoveRefused, Workflow, locked


class FollowUpQuerySet[Row: "FollowUp"](models.QuerySet[Row]):
    def visible_to(self, user: Any) -> FollowUpQuerySet[Row]:
        """Their own; staff who keep events see all. Who registered a group sees nothing of it: a passport is no group's."""
        if not user.is_authenticated:
            return self.none()
        return self if Event.may_keep(user) else self.filter(registration__user=user.pk)

    def live(self) -> FollowUpQuerySet[Row]:
        """Asked, or said yes to."""
        return self.filter(state__in=self.model.LIVE)

    def standing(self) -> FollowUpQuerySet[Row]:
        """The same, of somebody who has a seat."""
        return self.live().filter(registration__state__in=SEATED)

    def waiting(self) -> FollowUpQuerySet[Row]:
        """For the staff, while the event is not over."""
        return self.standing().filter(state="asked", registration__event__ends__gt=timezone.now())

    def next_for(self, user: Any, done: Row) -> Row | None:
        """What is decided after `done`; one's own is for others."""
        found: Row | None = next_in_turn(self.waiting().visible_to(user).exclude(registration__user=user.pk), done, "made")
        return found

    def to_forget(self) -> FollowUpQuerySet[Row]:
        """Whose personal details are over by their date."""
        before = timezone.now() - FORGOTTEN_AFTER
        return self.filter(Q(registration__event__ends__lte=before) | Q(settled__lte=before))


class FollowUp(Workflow):
    """`settled`: since when nothing more comes of it (declined, taken back, or the seat is gone)."""

    LIVE: ClassVar[tuple[str, ...]] = ()
    DECLINED: ClassVar[str]  # the mail that says no
    State: ClassVar[Any] = None

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="%(class)ss", verbose_name=_("registration"))
    made = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    settled = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def event(self) -> Event:
        return self.registration.event

    @property
    def stands(self) -> str:
        """The state, right by the registration's own, whatever was noted."""
        return "ended" if self.state in self.LIVE and not self.registration.is_seated else str(self.state)

    @property
    def stands_words(self) -> str:
        return str(self.State(self.stands).label)

    @property
    def words(self) -> str:
        """What the staff wrote with their decision, as long as it is kept."""
        step = None if self.is_forgotten else self.transitions.filter(to_state=self.state, verb__in=("grant", "decline")).last()
        return step.why if step else ""

    @property
    def is_live(self) -> bool:
        return self.stands in self.LIVE

    @property
    def forgotten(self) -> datetime:
        """The moment from which its personal details are read by nobody."""
        ends = [self.event.ends, *([self.settled] if self.settled else [])]
        return min(ends) + FORGOTTEN_AFTER

    @property
    def is_forgotten(self) -> bool:
        return self.forgotten <= timezone.now()

    def can_withdraw(self, user: Any) -> bool:
        return self.registration.is_of(user)

    can_change = can_withdraw

    def can_decline(self, user: Any) -> bool:
        """Staff, but for their own."""
        return Event.may_keep(user) and not self.registration.is_of(user)

    def can_end(self, user: Any) -> bool:
        """The house alone, with the seat."""
        return False

    @contextmanager
    def seat_held(self) -> Iterator[None]:
        """The registration locked first (models/seated.py says in which order), so that nobody says yes to somebody who is leaving."""
        with transaction.atomic():
            locked(self.registration)
            yield

    @contextmanager
    def told_anew(self, *, by: Any) -> Iterator[Self]:
        """The request, locked, for its person to tell something else while nobody has decided. Raises PermissionDenied, MoveRefused."""
        with self.seat_held():
            held = locked(self)
            if not held.can_change(by):
                raise PermissionDenied
            if held.state != "asked":
                raise MoveRefused(gettext("It was decided on meanwhile."))
            yield held
        self.refresh_from_db()

    def refuse_without_seat(self) -> None:
        """Raise MoveRefused where the seat is gone. The caller holds the registration."""
        if not self.registration.is_seated:
            raise MoveRefused(gettext("The person has no seat any more."))
        if self.event.is_over:
            raise MoveRefused(gettext("The event is over."))

    def decline(self, *, by: Any, why: str) -> None:
        """`why` goes to the person; it is no place for what stands in their passport. Raises ValueError without it."""
        from events import telling  # it tells of what is asked for

        if not why.strip():
            raise ValueError("say why")
        with self.seat_held(), self.move("decline", by=by, why=why) as step:
            step.record.settled = timezone.now()
            telling.of_follow_up(step.record, self.DECLINED, why=why)

    def withdraw(self, *, by: Any) -> None:
        with self.seat_held(), self.move("withdraw", by=by) as step:
            step.record.settled = timezone.now()
