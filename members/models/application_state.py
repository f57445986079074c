"""The states of an application to join, and the questions that are asked of many. The moves between them: application.py."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.city import City
from members.querysets import next_in_turn


class State(models.TextChoices):
    SUBMITTED = "submitted", _("submitted")
    UNDER_REVIEW = "under_review", _("under review")
    INFORMATION_ASKED = "information_asked", _("more information asked")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (State.SUBMITTED, State.UNDER_REVIEW, State.INFORMATION_ASKED)
WAITING = (State.SUBMITTED, State.UNDER_REVIEW)
DECIDED = (State.APPROVED, State.DECLINED, State.WITHDRAWN)

# What the database holds of an application, whoever writes it.
HELD: list[models.BaseConstraint] = [
    models.UniqueConstraint(fields=["applicant", "city"], condition=Q(state__in=OPEN), name="application_one_open_per_person_and_city"),
    models.CheckConstraint(
        condition=Q(state__in=DECIDED, decided_at__isnull=False, decided_by__isnull=False)
        | Q(state__in=OPEN, decided_at=None, decided_by=None),
        name="application_decided_has_a_decision",
    ),
    models.CheckConstraint(
        condition=~Q(state=State.APPROVED) | Q(needs_two=False) | (Q(first_approver__isnull=False) & ~Q(first_approver=F("decided_by"))),
        name="application_new_city_by_two_people",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[State.APPROVED, State.DECLINED]) | ~Q(decided_by=F("applicant")),
        name="application_not_decided_by_its_applicant",
    ),
    models.CheckConstraint(
        condition=Q(by_domain=None) | Q(state=State.APPROVED, needs_two=False), name="application_by_domain_is_of_a_member_city"
    ),
]


class ApplicationQuerySet(models.QuerySet[Any]):
    def open(self) -> ApplicationQuerySet:
        return self.filter(state__in=OPEN)

    def waiting(self) -> ApplicationQuerySet:
        """Open, and the next step is not the applicant's."""
        return self.filter(state__in=WAITING)

    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """Staff who vet see all, a lead official those for their member city, an applicant their own."""
        if not user.is_authenticated:
            return self.none()
        if user.vets:
            return self
        return self.filter(Q(applicant=user) | Q(city__in=City.objects.led_by(user)))

    def of(self, user: Any) -> ApplicationQuerySet:
        """Sent by `user`: what a person sees of their own, whatever else they may see."""
        return self.filter(applicant=user.pk)

    def to_decide_by(self, user: Any) -> ApplicationQuerySet:
        """Those that `user` may decide on, as `can_approve` would answer for each."""
        if not user.is_authenticated:
            return self.none()
        others = self.exclude(applicant=user)
        return others if user.vets else others.filter(city__in=City.objects.led_by(user))

    def next_for(self, user: Any, done: Any) -> Any:
        """What waits for `user` after `done`, in turn. One that `user` approved as the first of two waits for somebody else."""
        return next_in_turn(self.waiting().to_decide_by(user).exclude(first_approver=user), done, "submitted_at")
