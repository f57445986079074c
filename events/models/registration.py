"""A registration: one person's asking to take part in an event, and what became of it.

| verb      | from                                     | to                     | who                                                 |
|-----------|------------------------------------------|------------------------|-----------------------------------------------------|
| register  | (nothing)                                | confirmed, waiting, requested | the person; a lead official for colleagues  |
| approve   | requested                                | confirmed, waiting     | staff who keep events                               |
| refuse    | requested                                | refused                | the same, with a reason                             |
| offer     | waiting                                  | offered                | the house, in order (events/seats.py)               |
| accept    | offered, in time                         | confirmed              | the person; who registered their group              |
| decline   | offered                                  | declined               | the same                                            |
| expire    | offered, over by its date                | expired                | the house                                           |
| withdraw  | requested, waiting, offered, confirmed   | withdrawn              | the person, as long as the event is not over        |
| cancel    | requested, waiting, offered, confirmed   | cancelled              | staff, with a reason; with the event                |
| check_in  | confirmed                                | attended               | staff, from the day on which it begins              |
| check_out | attended                                 | confirmed              | staff                                               |

| who may see | their own: the person; staff who keep events all; the list of participants: whom each agreed to (`listed_to`) |

Held by the database: one live registration per person and event; a number each, in the order of asking; what seats there are
(models/seated.py); nobody registers by themselves before it opens, from the second on in which it closes, or while it isn't
announced. Whoever leaves a seat passes it on in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import ListedTo
from events.models.event import Event
from events.models.seated import LIVE, SEATED, Place, PlaceQuerySet, State
from members.models import City, Post
from members.querysets import next_in_turn
from strongcities import zones
from strongcities.workflow import Move, MoveRefused, Step, Transition


class PartyQuerySet(models.QuerySet["Party"]):
    def led_by(self, user: Any) -> PartyQuerySet:
        """That `user` registered, and answers for as long as they lead the city."""
        return self.filter(made_by=user.pk, city__in=City.objects.led_by(user))


class Party(models.Model):
    """People of a city who were registered together, and stay together on the waiting list: they are offered seats at the same time
    or not at all, until whoever registered them says that they may come apart."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="parties", verbose_name=_("event"))
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by"))
    together = models.BooleanField(_("come together or not at all"), default=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")

    def __str__(self) -> str:
        return gettext("A group from %(city)s") % {"city": self.city}

    def is_led_by(self, user: Any) -> bool:
        return self.made_by_id == user.pk and Party.objects.led_by(user).filter(pk=self.pk).exists()


class RegistrationQuerySet(PlaceQuerySet["Registration"]):
    def visible_to(self, user: Any) -> RegistrationQuerySet:
        """Staff who keep events see all; everyone else their own, and those of a group that they registered."""
        if not user.is_authenticated:
            return self.none()
        return self if Event.may_keep(user) else self.filter(Q(user=user.pk) | Q(party__in=Party.objects.led_by(user)))

    def in_groups_of(self, user: Any) -> RegistrationQuerySet:
        """Of groups that `user` answers for."""
        return self.filter(party__in=Party.objects.led_by(user))

    def of(self, user: Any) -> RegistrationQuerySet:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def to_decide(self) -> RegistrationQuerySet:
        """What the staff decide on, of events that are not over."""
        return self.filter(state=State.REQUESTED, event__ends__gt=timezone.now())

    def next_for(self, user: Any, done: Registration) -> Registration | None:
        """What is decided after `done`, in the order of asking; one's own is for others."""
        following: Registration | None = next_in_turn(self.to_decide().exclude(user=user.pk), done, "made")
        return following

    def with_place(self) -> Any:
        """Each with its `place` on the waiting list, counted from 1, whether or not it is on it."""
        line = Registration.objects.filter(event=models.OuterRef("event"), state=State.WAITING).order_by().values("event")
        earlier = line.filter(Q(number__lt=models.OuterRef("number")) | Q(number=models.OuterRef("number"), pk__lt=models.OuterRef("pk")))
        before = models.Subquery(earlier.annotate(many=models.Count("pk")).values("many"))
        return self.annotate(place=Coalesce(before, 0) + 1)

    def listed_for(self, user: Any) -> RegistrationQuerySet:
        """Those with a seat who agreed to be read by `user` in the list of participants of an event that `user` sees. Under the
        Chatham House rule the list is for those alone who take part themselves, whatever was agreed to. Whoever stood for a city and
        stands for none any more is in no list: with the network they took their consents back."""
        stands = models.Exists(Post.objects.today().filter(official__user=models.OuterRef("user")))
        seated = Q(city=None) | stands, Q(state__in=SEATED, user__is_active=True)
        taking = self.filter(*seated).exclude(user__name="")
        if not user.is_authenticated:
            return taking.filter(listed_to=ListedTo.EVERYONE, event__chatham_house=False)
        among = Q(event__in=Event.objects.taken_part_in_by(user))
        everyone = Q(listed_to=ListedTo.EVERYONE) & (Q(event__chatham_house=False) | among)
        return taking.filter(everyone | (Q(listed_to=ListedTo.PARTICIPANTS) & among))


class Registration(Place):
    EVENT = "event"
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "approve": Move({State.REQUESTED}, (State.CONFIRMED, State.WAITING)),
        "refuse": Move({State.REQUESTED}, State.REFUSED),
        "offer": Move({State.WAITING}, State.OFFERED),
        "accept": Move({State.OFFERED}, State.CONFIRMED),
        "decline": Move({State.OFFERED}, State.DECLINED),
        "expire": Move({State.OFFERED}, State.EXPIRED),
        "withdraw": Move({State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED}, State.WITHDRAWN),
        "cancel": Move({State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED}, State.CANCELLED),
        "check_in": Move({State.CONFIRMED}, State.ATTENDED),
        "check_out": Move({State.ATTENDED}, State.CONFIRMED),
    }

    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations", verbose_name=_("person"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="registrations", verbose_name=_("city"))
    party = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("group"))
    listed_to = models.CharField(_("in the list of participants for"), max_length=20, choices=ListedTo, default=ListedTo.NOBODY)
    companions = ArrayField(models.CharField(max_length=120), verbose_name=_("accompanying people"), default=list, blank=True)
    interpretation = models.CharField(_("needs interpretation into"), max_length=3, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "number", "pk"]
        permissions = [("read_needs", "Can read who eats what and needs what, by name")]
        constraints = [
            *Place.Meta.constraints,
            models.UniqueConstraint(fields=["event", "user"], condition=Q(state__in=LIVE), name="registration_one_live_of_a_person"),
            models.CheckConstraint(condition=Q(listed_to__in=ListedTo.values), name="registration_listed_to_is_known"),
        ]
        indexes = [
            models.Index(fields=["event", "number"], condition=Q(state=State.WAITING), name="registration_line"),
            models.Index(fields=["event", "offered_until"], condition=Q(state=State.OFFERED), name="registration_offers"),
        ]

    def __str__(self) -> str:
        return gettext("%(person)s, %(event)s") % {"person": self.user, "event": self.event}

    def get_absolute_url(self) -> str:
        return reverse("events:registration", args=[self.event.slug])

    # --- Who may -----------------------------------------------------------------------------------------------------

    def is_of(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.pk == self.user_id)

    def answers_for(self, user: Any) -> bool:
        """Whether `user` may answer an offer: the person, and who registered their group, for as long as they lead the city."""
        return self.is_of(user) or bool(self.party and user.is_authenticated and self.party.is_led_by(user))

    can_accept = can_decline = answers_for

    def can_withdraw(self, user: Any) -> bool:
        return self.is_of(user)

    def can_change(self, user: Any) -> bool:
        """Whether `user` may change the answers now: the person, until the event's date for it."""
        return self.is_of(user) and self.is_live and self.event.may_change_answers

    def can_approve(self, user: Any) -> bool:
        """Staff, but for their own."""
        return Event.may_keep(user) and not self.is_of(user)

    can_refuse = can_approve

    def can_cancel(self, user: Any) -> bool:
        return Event.may_keep(user)

    can_check_in = can_check_out = can_cancel

    @classmethod
    def hold_before_merge(cls, city: int) -> None:
        """Lock the events for which somebody of `city` is registered, before the city itself: counting locks them once registrations
        move to another city, and whoever gives a seat back has the event first, then the registration (members/models/merge.py)."""
        events = Event.objects.filter(pk__in=cls.objects.filter(city=city).values("event"))
        list(events.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))

    def can_offer(self, user: Any) -> bool:
        """The house alone offers and lets expire, in order."""
        return False

    can_expire = can_offer

    # --- What it holds -----------------------------------------------------------------------------------------------

    @property
    def is_seated(self) -> bool:
        return self.state in SEATED

    @property
    def companions_told(self) -> list[str]:
        """The names of those who come along, as long as they are kept (events/forgetting.py): pages, lists and exports read them here."""
        return [] if self.event.is_forgotten else [name for name in self.companions if name]

    def leave_out(self) -> list[str]:
        """Who waits asks for no seats for those who come along until there is one for themselves: then these may be gone. They are offered
        their own all the same, and told."""
        event = Event.objects.only("companions_capacity", "companions_taken").get(pk=self.event_id) if self.companions else None
        if event is None or event.companions_capacity is None:
            return []
        left = max(event.companions_capacity - event.companions_taken, 0)
        self.companions, left_out = self.companions[:left], self.companions[left:]
        return left_out

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @contextmanager
    def seat_held(self, verb: str, *, by: Any, why: str = "") -> Iterator[Step[Registration]]:
        """The move `verb`, with the event locked first (models/seated.py says in which order). Seats that it frees are passed on
        before the lock goes."""
        from events import seats  # it moves registrations

        with transaction.atomic():
            event = self.event.held()
            with self.move(verb, by=by, why=why) as step:
                step.record.event = event
                if step.target != State.OFFERED:
                    step.record.offered_until = None
                yield step
            seats.pass_on(event)

    def approve(self, *, by: Any) -> None:
        """Confirmed where there is a seat and nobody waits before them; else on the waiting list, by the date of asking."""
        from events import seats, telling  # they move registrations and tell of them

        with self.seat_held("approve", by=by) as step:
            step.to(State.CONFIRMED if seats.has_one_for(step.record) else State.WAITING)
            left_out = step.record.leave_out() if step.target == State.CONFIRMED else []
            step.record.state = step.target  # what the mail says
            telling.of_registration(step.record, left_out=left_out)

    def refuse(self, *, by: Any, why: str) -> None:
        """`why` goes to the person. Raises ValueError without it."""
        from events import telling  # it tells of registrations

        if not why.strip():
            raise ValueError("say why")
        with self.seat_held("refuse", by=by, why=why) as step:
            step.record.state = step.target
            telling.of_registration(step.record, why=why)

    def accept(self, *, by: Any) -> None:
        """Take the seat that was offered. Raises MoveRefused where the offer is over: by its date, whatever was noted."""
        from events import telling  # it tells of registrations

        if not self._expired_meanwhile():
            with self.seat_held("accept", by=by) as step:
                step.record.state = step.target
                telling.of_registration(step.record)
            return
        raise MoveRefused(gettext("The offer is over. The seat went to the next in line."))

    def _expired_meanwhile(self) -> bool:
        """Whether its offer is over, noting it and passing the seat on: that stays, whatever is refused afterwards."""
        from events import seats  # it moves registrations

        with transaction.atomic():
            event = self.event.held()
            self.refresh_from_db(fields=["state", "offered_until"])
            if not self.is_due:
                return False
            seats.pass_on(event)
        self.refresh_from_db()
        return True

    def decline(self, *, by: Any) -> None:
        with self.seat_held("decline", by=by):
            pass

    def withdraw(self, *, by: Any, why: str = "") -> None:
        """Give the seat, or the place on the list, back; with all bookings of sessions. Raises MoveRefused once the event is over."""
        from events import booking, following  # they move what hangs on it

        with self.seat_held("withdraw", by=by, why=why) as step:
            if step.record.event.is_over:
                raise MoveRefused(gettext("The event is over."))
            booking.give_back_all(step.record, by=by)
            following.end_all([step.record.pk])

    def cancel(self, *, by: Any, why: str) -> None:
        """Taken away by the staff; `why` goes to the person. Raises ValueError without it."""
        from events import booking, following, telling  # they move what hangs on it, and tell of registrations

        if not why.strip():
            raise ValueError("say why")
        with self.seat_held("cancel", by=by, why=why) as step:
            booking.give_back_all(step.record, by=by)
            following.end_all([step.record.pk])
            step.record.state = step.target
            telling.of_registration(step.record, why=why)

    def change(self, *, by: Any, told: Any) -> None:
        """Other answers, until the event's date for it; `told`: events.registering.Told."""
        from events import answering  # it writes answers, which point here

        answering.change(self, by=by, told=told)

    def check_in(self, *, by: Any) -> None:
        """Was there. Raises MoveRefused before the day on which the event begins, in its zone."""
        with self.seat_held("check_in", by=by) as step:
            event = step.record.event
            if zones.wall(timezone.now(), event.zone).date() < zones.wall(event.starts, event.zone).date():
                raise MoveRefused(gettext("The event has not begun."))

    def check_out(self, *, by: Any) -> None:
        with self.seat_held("check_out", by=by):
            pass


class RegistrationTransition(Transition):
    subject = models.ForeignKey(Registration, models.CASCADE, related_name="transitions", verbose_name=_("registration"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
