"""Travel support that somebody with a seat asks for.

| verb     | from           | to        | who                                                             |
|----------|----------------|-----------|-----------------------------------------------------------------|
| ask      | (nothing)      | asked     | the person (events/following.py), where the event offers it      |
| change   | asked          | the same  | the person, until it is decided on                               |
| grant    | asked          | granted   | staff who keep events, with an amount and words                  |
| decline  | asked, granted | declined  | the same, with a reason: a grant can be taken back               |
| withdraw | asked, granted | withdrawn | the person, who may ask anew then                                |
| end      | asked, granted | ended     | the house, where the seat is gone                                |

Held by the database: one live request a registration; what is granted has an amount and a currency. What the person told is deleted after
the event (events/forgetting.py); what was granted stays, for the accounts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext, gettext_lazy as _

from events import currencies
from events.models.follow_up import FollowUp, FollowUpQuerySet
from strongcities.workflow import Move, Transition


class State(models.TextChoices):
    ASKED = "asked", _("to be decided")
    GRANTED = "granted", _("granted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ENDED = "ended", _("ended with the seat")


class How(models.TextChoices):
    TRAIN = "train", _("Train")
    COACH = "coach", _("Coach")
    CAR = "car", _("Car")
    FLIGHT = "flight", _("Flight")
    SEVERAL = "several", _("Several of these")


LIVE = (State.ASKED, State.GRANTED)
TOLD = ("from_where", "how", "cost", "currency", "own_share", "note")  # by the person, and deleted after the event


class TravelRequestQuerySet(FollowUpQuerySet["TravelRequest"]):
    def sums(self) -> Any:
        """What is granted to those who have their seat, for each event and currency: rows with event, code, count, amount."""
        named = {"event": models.F("registration__event__title"), "event_id": models.F("registration__event")}
        granted = self.standing().filter(state=State.GRANTED).order_by().values(**named, code=models.F("granted_currency"))
        return granted.annotate(count=Count("pk"), amount=Sum("granted")).order_by("-registration__event__starts", "code")


class TravelRequest(FollowUp):
    State = State
    How = How
    LIVE = LIVE
    DECLINED = "events/travel_declined"
    MOVES: ClassVar[dict[str, Move]] = {
        "grant": Move({State.ASKED}, State.GRANTED),
        "decline": Move(set(LIVE), State.DECLINED),
        "withdraw": Move(set(LIVE), State.WITHDRAWN),
        "end": Move(set(LIVE), State.ENDED),
    }

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED, editable=False)
    from_where = models.CharField(_("from where"), max_length=200, blank=True)
    how = models.CharField(_("how"), max_length=20, choices=How, blank=True)
    cost = models.DecimalField(_("estimated cost"), max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    own_share = models.CharField(_("what the own authority pays"), max_length=500, blank=True)
    note = models.TextField(_("note"), max_length=2_000, blank=True)
    granted = models.DecimalField(_("amount granted"), max_digits=10, decimal_places=2, null=True, blank=True)
    granted_currency = models.CharField(_("currency of what is granted"), max_length=3, blank=True)

    objects = TravelRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for travel support")
        verbose_name_plural = _("requests for travel support")
        ordering = ["made", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="travel_state_is_known"),
            models.CheckConstraint(condition=Q(how="") | Q(how__in=How.values), name="travel_how_is_known"),
            models.CheckConstraint(
                condition=Q(cost=None, currency="") | Q(cost__gte=0, currency__regex=currencies.CODE), name="travel_cost_has_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(granted=None, granted_currency="") | Q(granted__gt=0, granted_currency__regex=currencies.CODE),
                name="travel_grant_has_a_currency",
            ),
            models.CheckConstraint(condition=~Q(state=State.GRANTED) | Q(granted__isnull=False), name="travel_granted_has_an_amount"),
            models.UniqueConstraint(fields=["registration"], condition=Q(state__in=LIVE), name="travel_one_live_request"),
        ]
        indexes = [models.Index(fields=["made"], condition=Q(state=State.ASKED), name="travel_to_decide")]

    def __str__(self) -> str:
        return gettext("%(person)s, %(event)s") % {"person": self.registration.user, "event": self.event}

    @property
    def told(self) -> dict[str, Any]:
        """What the person told, by the name of the field; nothing once it is forgotten, whatever the table still has."""
        if self.is_forgotten:
            return {}
        return {name: getattr(self, name) for name in TOLD}

    @property
    def granted_words(self) -> str:
        return currencies.money(self.granted, self.granted_currency) if self.granted is not None else ""

    @property
    def cost_words(self) -> str:
        """What the person thinks it costs, as long as that is kept."""
        cost = self.told.get("cost")
        return currencies.money(cost, self.currency) if cost is not None else ""

    def can_grant(self, user: Any) -> bool:
        return self.can_decline(user)

    # --- Verbs -------------------------------------------------------------------------------------------------------

    def change(self, *, by: Any, told: dict[str, Any]) -> None:
        """Tell it anew while nobody has decided. Raises PermissionDenied, MoveRefused."""
        with self.told_anew(by=by) as held:
            for name, value in told.items():
                setattr(held, name, value)
            held.save(update_fields=list(told))

    def grant(self, *, by: Any, amount: Decimal, currency: str, why: str) -> None:
        """`why` are the words that go along: what is paid, by whom, until when receipts are sent. Raises MoveRefused, PermissionDenied."""
        from events import telling  # it tells of what is asked for

        with self.seat_held(), self.move("grant", by=by, why=why) as step:
            step.record.refuse_without_seat()
            step.record.granted, step.record.granted_currency = amount, currency
            telling.of_follow_up(step.record, "events/travel_granted", why=why)


class TravelRequestTransition(Transition):
    subject = models.ForeignKey(TravelRequest, models.CASCADE, related_name="transitions", verbose_name=_("request"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    @property
    def words(self) -> str:
        return {
            "ask": gettext("Asked for"), "grant": gettext("Granted"), "decline": gettext("Declined"),
            "withdraw": gettext("Withdrawn"), "end": gettext("Ended with the seat"),
        }[self.verb]  # fmt: skip
