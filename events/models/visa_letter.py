"""A letter for the visa of somebody with a seat, written on request and verified by its reference.

| verb     | from          | to        | who                                                                    |
|----------|---------------|-----------|------------------------------------------------------------------------|
| ask      | (nothing)     | asked     | the person (events/following.py), where the event offers it             |
| change   | asked         | the same  | the person, until it is issued                                          |
| issue    | asked         | issued    | staff who keep events, who sign it                                      |
| decline  | asked, issued | declined  | the same, with a reason: a letter can be called back                    |
| withdraw | asked, issued | withdrawn | the person, who may ask for another one then                            |
| end      | asked, issued | ended     | the house, where the seat is gone; a letter that was issued is void then |

What stands in a passport lies sealed (`details`, strongcities/sealed.py): no list, history, log, export or mail has it. The letter is made
from it each time that the person or the staff open it, and is kept nowhere. What it says of the event is sealed with it as it was
signed, so that a letter says the same whenever it is opened; `is_stale` where the event has changed since.

| who reads it | the person; staff who keep events: nobody else, and nobody once it is forgotten (events/forgetting.py) |

Held by the database: one live letter a registration; a reference each; nothing lies open; an issued one has been signed.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events import visa
from events.models.event import Event
from events.models.follow_up import FollowUp, FollowUpQuerySet
from strongcities import sealed
from strongcities.letters.visa import Costs, Language, VisaLetter as Letter
from strongcities.sealed_field import SealedField
from strongcities.workflow import Move, MoveRefused, Transition


class State(models.TextChoices):
    ASKED = "asked", _("to be issued")
    ISSUED = "issued", _("issued")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ENDED = "ended", _("ended with the seat")


LIVE = (State.ASKED, State.ISSUED)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another one, over the telephone or on a copy


def reference() -> str:
    """A new one, which nobody guesses from another: whoever has one may ask whether it is good."""
    return f"SCN-{timezone.now():%Y}-{''.join(secrets.choice(LETTERS) for _each in range(8))}"


class VisaLetterQuerySet(FollowUpQuerySet["VisaLetter"]):
    pass


class VisaLetter(FollowUp):
    State = State
    LIVE = LIVE
    DECLINED = "events/letter_declined"
    MOVES: ClassVar[dict[str, Move]] = {
        "issue": Move({State.ASKED}, State.ISSUED),
        "decline": Move(set(LIVE), State.DECLINED),
        "withdraw": Move(set(LIVE), State.WITHDRAWN),
        "end": Move(set(LIVE), State.ENDED),
    }

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, default=reference, editable=False)
    language = models.CharField(_("language of the letter"), max_length=3, choices=Language, default=Language.ENGLISH)
    details = SealedField(_("what it says"), default="", blank=True, editable=False)
    issued = models.DateTimeField(_("issued at"), null=True, blank=True, editable=False)
    costs = models.CharField(_("costs borne by"), max_length=20, choices=Costs, blank=True, editable=False)
    signer_name = models.CharField(_("signed by"), max_length=80, blank=True, editable=False)
    signer_function = models.CharField(_("as"), max_length=100, blank=True, editable=False)

    objects = VisaLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("visa letter")
        verbose_name_plural = _("visa letters")
        ordering = ["made", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_is_known"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="letter_language_is_known"),
            models.CheckConstraint(condition=Q(details="") | Q(details__startswith=sealed.MARK), name="letter_lies_sealed"),
            models.CheckConstraint(
                condition=~Q(state=State.ISSUED)
                | (Q(issued__isnull=False, costs__in=Costs.values) & ~Q(signer_name="") & ~Q(signer_function="")),
                name="letter_issued_is_signed",
            ),
            models.UniqueConstraint(fields=["registration"], condition=Q(state__in=LIVE), name="letter_one_live"),
        ]
        indexes = [models.Index(fields=["made"], condition=Q(state=State.ASKED), name="letter_to_issue")]

    def __str__(self) -> str:
        return gettext("%(person)s, %(event)s") % {"person": self.registration.user, "event": self.event}

    # --- What it says ------------------------------------------------------------------------------------------------

    @property
    def told(self) -> dict[str, str]:
        """What lies sealed: what the person told, and once it is issued all that the letter says. Nothing once it is forgotten,
        whatever the table still has. Raises sealed.Unreadable."""
        if self.is_forgotten or not self.details:
            return {}
        found: dict[str, str] = json.loads(sealed.unseal(self.details))
        return found

    @property
    def is_good(self) -> bool:
        """Whether a consulate may rely on it now: issued, its person still has the seat, the event is not over."""
        return self.stands == State.ISSUED and not self.event.is_over

    @property
    def is_stale(self) -> bool:
        """Whether the event is no longer what an issued letter says of it."""
        told = self.told
        return (
            bool(told)
            and self.stands == State.ISSUED
            and any(told[name] != said for name, said in visa.of_event(self.event, self.language).items())
        )

    def pdf(self) -> bytes:
        """The letter as it was signed. Raises MoveRefused where there is none any more."""
        if not (self.is_good and self.told):
            raise MoveRefused(gettext("There is no letter any more."))
        return visa.letter(self.told).pdf()

    def draft(self, *, signer_name: str, signer_function: str, costs: str) -> Letter:
        """What would be signed now. Raises ValidationError by field."""
        signed = {"signer_name": signer_name, "signer_function": signer_function, "costs": costs}
        there = {"reference": self.reference, "language": self.language, "written": visa.day_of(self.event).isoformat()}
        return visa.letter({**self.told, **visa.of_event(self.event, self.language), **there, **signed})

    # --- Who may, and verbs ------------------------------------------------------------------------------------------

    def can_issue(self, user: Any) -> bool:
        return self.can_decline(user)

    def can_open(self, user: Any) -> bool:
        """Whether `user` may read the letter itself."""
        return self.is_good and (self.registration.is_of(user) or Event.may_keep(user))

    def keep(self, told: dict[str, Any]) -> None:
        """Seal what it says, in memory."""
        self.details = sealed.seal(json.dumps(told))

    def change(self, *, by: Any, told: dict[str, str], language: str) -> None:
        """Tell it anew while it is not issued. Raises PermissionDenied, MoveRefused."""
        with self.told_anew(by=by) as held:
            held.keep(told)
            held.language = language
            held.save(update_fields=["details", "language"])

    def issue(self, *, by: Any, signer_name: str, signer_function: str, costs: str, seen: str) -> None:
        """Sign it as it stands; `seen` is the mark of what the staff read (`mark`). Raises MoveRefused where the person told something
        else meanwhile; ValidationError by field where it does not fit on the letter; letters.Unprintable."""
        from events import telling  # it tells of what is asked for

        with self.seat_held(), self.move("issue", by=by) as step:
            letter = step.record
            letter.refuse_without_seat()
            if seen != letter.mark:
                raise MoveRefused(gettext("The person changed what the letter says. Read it once more, please."))
            signed = letter.draft(signer_name=signer_name, signer_function=signer_function, costs=costs)
            signed.pdf()  # so that none is issued that can't be set
            letter.keep(visa.as_kept(signed))
            letter.issued, letter.costs = timezone.now(), costs
            letter.signer_name, letter.signer_function = signer_name, signer_function
            telling.of_follow_up(letter, "events/letter_issued")

    @property
    def mark(self) -> str:
        """Of what it says at this moment: another one as soon as any of it is changed."""
        return self.details[-16:]


class VisaLetterTransition(Transition):
    subject = models.ForeignKey(VisaLetter, models.CASCADE, related_name="transitions", verbose_name=_("letter"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    @property
    def words(self) -> str:
        return {
            "ask": gettext("Asked for"), "issue": gettext("Signed and issued"), "decline": gettext("Declined"),
            "withdraw": gettext("Withdrawn"), "end": gettext("Ended with the seat"),
        }[self.verb]  # fmt: skip
