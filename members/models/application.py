"""An application to join: one person, one city, one decision.

| verb      | from                                     | to                        | who                                            |
|-----------|------------------------------------------|---------------------------|------------------------------------------------|
| review    | submitted                                | under review              | staff; lead official of the member city        |
| ask       | submitted, under review                  | information asked         | staff; lead official of the member city        |
| answer    | information asked                        | under review              | the applicant                                  |
| approve   | submitted, under review                  | under review¹ or approved | staff; lead official of the member city        |
| decline   | submitted, under review, information asked | declined                | staff; lead official of the member city        |
| withdraw  | submitted, under review, information asked | withdrawn               | the applicant                                  |

¹ A city that isn't a member yet needs two different people of the staff: the first leaves it under review.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.city import City
from members.models.draft import Draft
from members.models.official import Post
from strongcities.themes import Theme
from strongcities.workflow import Move, Transition, Workflow


class State(models.TextChoices):
    SUBMITTED = "submitted", _("submitted")
    UNDER_REVIEW = "under_review", _("under review")
    INFORMATION_ASKED = "information_asked", _("more information asked")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (State.SUBMITTED, State.UNDER_REVIEW, State.INFORMATION_ASKED)
DECIDED = (State.APPROVED, State.DECLINED, State.WITHDRAWN)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> ApplicationQuerySet:
        return self.filter(state__in=OPEN)

    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """Staff see all, a lead official those for their city, an applicant their own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        led = Post.objects.today().filter(official__user=user, is_lead=True).values("city")
        return self.filter(Q(applicant=user) | Q(city__in=led))


class Application(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "review": Move({State.SUBMITTED}, State.UNDER_REVIEW),
        "ask": Move({State.SUBMITTED, State.UNDER_REVIEW}, State.INFORMATION_ASKED),
        "answer": Move({State.INFORMATION_ASKED}, State.UNDER_REVIEW),
        "approve": Move({State.SUBMITTED, State.UNDER_REVIEW}, (State.UNDER_REVIEW, State.APPROVED)),
        "decline": Move(set(OPEN), State.DECLINED),
        "withdraw": Move(set(OPEN), State.WITHDRAWN),
    }

    draft = models.OneToOneField(Draft, models.SET_NULL, null=True, blank=True, editable=False, related_name="application")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant"))
    city = models.ForeignKey(City, models.PROTECT, related_name="applications", verbose_name=_("city"))
    needs_two = models.BooleanField(_("needs two of the staff"), default=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.SUBMITTED, editable=False)

    title = models.CharField(_("post"), max_length=120)
    department = models.CharField(_("department"), max_length=120, blank=True)
    kind = models.CharField(_("kind of work"), max_length=20, choices=Post.Kind)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    head_knows = models.BooleanField(_("the city's head knows"), default=False)
    signatory = models.CharField(_("who signs for the city"), max_length=200, blank=True)
    has_mandate = models.BooleanField(_("the applicant signs for the city"), default=False)
    second_contact = models.CharField(_("second contact"), max_length=200, blank=True)
    themes = ArrayField(models.CharField(max_length=60, choices=Theme), verbose_name=_("themes of interest"), default=list, blank=True)
    message = models.TextField(_("in the applicant's words"), blank=True, max_length=2000)
    in_directory = models.BooleanField(_("shown in the directory"), default=False)
    wants_newsletter = models.BooleanField(_("receives the newsletter"), default=False)
    open_to_peers = models.BooleanField(_("may be contacted by peers"), default=False)
    language = models.CharField(_("language of mails"), max_length=10, default="en")

    first_approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("first of two"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application to join")
        verbose_name_plural = _("applications to join")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "city"], condition=Q(state__in=OPEN), name="application_one_open_per_person_and_city"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False, decided_by__isnull=False)
                | Q(state__in=OPEN, decided_at=None, decided_by=None),
                name="application_decided_has_a_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED)
                | Q(needs_two=False)
                | (Q(first_approver__isnull=False) & ~Q(first_approver=F("decided_by"))),
                name="application_new_city_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant}, {self.city}"


class ApplicationTransition(Transition):
    subject = models.ForeignKey(Application, models.CASCADE, related_name="transitions", verbose_name=_("application"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(to_state__in=DECIDED), name="application_one_decision"
            )
        ]
