"""Questions to events. Every page, calendar, feed and export asks `visible_to` first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from events.kinds import Audience, Way
from events.models.seated import LIVE, SEATED
from members.models import Body, Post, Seat
from members.querysets import sees_members_only

if TYPE_CHECKING:
    from events.models import Event  # noqa: F401  named in quotes below

SHOWN = ("announced", "postponed", "cancelled")


def sits_on_committee(user: Any) -> bool:
    """Whether `user` stands today for a city that has a seat on the Steering Committee today."""
    if not user.is_authenticated:
        return False
    seats = Seat.objects.today().filter(body__kind=Body.Kind.STEERING_COMMITTEE).exclude(city=None)
    return Post.objects.today().filter(official__user=user.pk, city__in=seats.values("city")).exists()


_BELONGS = {Audience.PUBLIC: lambda _user: True, Audience.MEMBERS: sees_members_only, Audience.COMMITTEE: sits_on_committee}


def belongs_to(user: Any, audience: str) -> bool:
    """Whether `user` is of this audience; of "by invitation" nobody is, since invitations are of one event each."""
    belongs = _BELONGS.get(Audience(audience))
    return belongs is not None and belongs(user)


def audiences_of(user: Any) -> list[Audience]:
    """The audiences that `user` belongs to."""
    return [audience for audience, belongs in _BELONGS.items() if belongs(user)]


class EventQuerySet(models.QuerySet["Event"]):
    def shown(self) -> EventQuerySet:
        """Announced ones, whatever became of them since."""
        return self.filter(state__in=SHOWN)

    def visible_to(self, user: Any) -> EventQuerySet:
        """Staff see all. Everyone else sees what was announced to an audience that they belong to, and whatever they were
        invited to, registered for, or speak at."""
        if user.is_authenticated and user.is_staff:
            return self
        return self.shown().filter(
            Q(audience__in=audiences_of(user)) | Q(self._their_own(user)) if user.is_authenticated else Q(audience=Audience.PUBLIC)
        )

    @staticmethod
    def _their_own(user: Any) -> Q:
        from events.models import EventInvitation, Registration, Speaker  # the models' managers are made here

        own = {"event": OuterRef("pk"), "user": user.pk}
        return (
            Q(Exists(Registration.objects.filter(**own)))
            | Q(Exists(EventInvitation.objects.of(user).letting_in().filter(event=OuterRef("pk"))))
            | Q(Exists(Speaker.objects.filter(session__event=OuterRef("pk"), official__user=user.pk)))
        )

    def taken_part_in_by(self, user: Any) -> EventQuerySet:
        """In which `user` has a seat, or speaks."""
        from events.models import Registration, Speaker  # the models' managers are made here

        if not user.is_authenticated:
            return self.none()
        own = {"event": OuterRef("pk"), "user": user.pk}
        return self.filter(
            Q(Exists(Registration.objects.filter(**own, state__in=SEATED)))
            | Q(Exists(Speaker.objects.filter(session__event=OuterRef("pk"), official__user=user.pk)))
        )

    def for_rows(self, user: Any) -> EventQuerySet:
        """With what a row of a list shows: the host, and the state of the reader's own registration (`own_state`)."""
        from events.models import Registration  # the models' managers are made here

        own = Registration.objects.of(user).filter(event=OuterRef("pk"), state__in=LIVE)
        return self.select_related("host").annotate(own_state=Coalesce(Subquery(own.values("state")[:1]), Value("")))

    def coming(self) -> EventQuerySet:
        """Not over yet, the next first."""
        return self.filter(ends__gt=timezone.now()).order_by("starts", "pk")

    def past(self) -> EventQuerySet:
        """Over, the last first."""
        return self.filter(ends__lte=timezone.now()).order_by("-starts", "-pk")

    def in_region(self, regions: list[str]) -> EventQuerySet:
        """Of one of `regions`: its own, or else its host's."""
        own = NullIf("region", Value(""))
        return self.alias(where=Coalesce(own, F("host__region"))).filter(where__in=regions)

    def about(self, themes: list[str]) -> EventQuerySet:
        """With one of `themes`."""
        return self.filter(themes__overlap=themes)

    def in_language(self, codes: list[str]) -> EventQuerySet:
        """Where one of these languages is spoken, or interpreted into."""
        return self.filter(Q(languages__overlap=codes) | Q(interpretation__overlap=codes))

    def registering(self) -> EventQuerySet:
        """That one may register for at this moment, as far as their own state and dates go."""
        now = timezone.now()
        opened = Q(registration_opens=None) | Q(registration_opens__lte=now)
        not_closed = Q(registration_closes=None, starts__gt=now) | Q(registration_closes__gt=now)
        return self.exclude(way=Way.NONE).filter(opened & not_closed, state="announced")

    def open_to(self, user: Any) -> EventQuerySet:
        """That `user` may register for at this moment and hasn't."""
        from events.models import EventInvitation, Registration  # the models' managers are made here

        found = self.visible_to(user).registering()
        invited = Exists(EventInvitation.objects.of(user).letting_in().filter(event=OuterRef("pk")))
        allowed = Q(audience__in=audiences_of(user)) & ~Q(way=Way.INVITED)
        if not user.is_authenticated:
            return found.filter(allowed)
        there = Registration.objects.filter(event=OuterRef("pk"), user=user.pk, state__in=LIVE)
        return found.filter(allowed | Q(invited)).exclude(Exists(there))
