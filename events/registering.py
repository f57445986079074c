"""Registering: one person, or several of a city together.

Who may not is told why (`obstacle`); whether there is a seat, the database says (migrations/0002_seats), in the statement that
inserts the registration. The same press twice is one registration: the second is led to the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from events import seats, telling
from events.kinds import Audience, ListedTo, Way
from events.models import Answer, Event, EventInvitation, Party, Question, Registration
from events.models.seated import LIVE, State
from events.querysets import belongs_to
from members.models import City, Post
from strongcities.constraints import broken
from strongcities.workflow import MoveRefused


@dataclass(frozen=True)
class Told:
    """What somebody said with their registration. `answers`: by the key of the question."""

    listed_to: str = ListedTo.NOBODY
    companions: Sequence[str] = ()
    interpretation: str = ""
    answers: Mapping[int, Any] = field(default_factory=dict)


def cities_of(user: Any) -> list[City]:
    """The cities that `user` may register for: of posts held today, in cities that are members today."""
    posts = user.posts_today.filter(city__in=City.objects.members()).select_related("city").order_by("-is_lead", "pk")
    return list(dict.fromkeys(post.city for post in posts))


def is_invited(event: Event, user: Any) -> bool:
    return EventInvitation.objects.of(user).letting_in().filter(event=event).exists()


def obstacle(event: Event, user: Any) -> str:
    """Why `user` can't register for an event that they see, in words; "" where they can."""
    if words := closed(event):
        return words
    if _was_turned_down(event, user):
        return gettext("The Secretariat did not accept your registration for this event. Write to us if something has changed.")
    by_invitation = event.way == Way.INVITED or event.audience == Audience.INVITATION
    if (not by_invitation and belongs_to(user, event.audience)) or is_invited(event, user):
        return ""
    if by_invitation:
        return gettext("Only those who were invited can register.")
    return gettext("This event is for: %(audience)s.") % {"audience": event.get_audience_display()}


def _was_turned_down(event: Event, user: Any) -> bool:
    """Whether what they last asked was refused, or taken from them, by the staff: who else would undo that by asking once more."""
    if not user.is_authenticated:
        return False
    last = event.registrations.filter(user=user.pk).order_by("-number", "-pk").values_list("state", flat=True).first()
    return last in {State.REFUSED, State.CANCELLED}


def closed(event: Event) -> str:
    """Why nobody can register now; "" where registration is open."""
    now = timezone.now()
    reasons = (
        (event.way == Way.NONE, gettext("There is no registration for this event here.")),
        (event.state == Event.State.CANCELLED, gettext("The event is cancelled.")),
        (event.state != Event.State.ANNOUNCED, gettext("Registration rests while the event has no date.")),
        (event.closes <= now, gettext("Registration is closed.")),
        (bool(event.registration_opens and event.registration_opens > now), gettext("Registration has not opened yet.")),
    )
    return next((words for holds, words in reasons if holds), "")


def register(event: Event, *, user: Any, city: City | None, told: Told) -> Registration:
    """Ask for a seat for `user`, standing for `city` (None: for none). Answers the registration: confirmed, on the waiting list, or to be
    decided; the one that is there already, where there is a live one.

    Raises MoveRefused with words where they may not, came too late, or bring more people along than there are seats for;
    PermissionDenied for a city that is not theirs, and for none where they stand for one: a city's limit holds for all of its people.
    """
    if words := obstacle(event, user):
        raise MoveRefused(words)
    refuse_city(user, city)
    seats.settle(event)
    try:
        with transaction.atomic():
            return _insert(event, user=user, city=city, told=told, by=user)
    except IntegrityError as error:
        if there := live_of(event, user):
            return there
        raise MoveRefused(refused(event, error)) from error


def refuse_city(user: Any, city: City | None) -> None:
    """Raise PermissionDenied where `user` doesn't stand for `city`; for none as well where they stand for one, since a city's seats are
    counted for all of its people."""
    standing_for: list[City | None] = [*cities_of(user)] or [None]
    if city not in standing_for:
        raise PermissionDenied


def _insert(
    event: Event, *, user: Any, city: City | None, told: Told, by: Any, party: Party | None = None, state: str = ""
) -> Registration:
    """The registration of `user` by `by`, with everything that hangs on it. Without a `state` the database says which one. Raises
    ValueError for a language that the event is not interpreted into."""
    refuse_language(event, told.interpretation)
    new = Registration(event=event, user=user, city=city, party=party, state=state, listed_to=told.listed_to)
    new.companions, new.interpretation = list(told.companions), told.interpretation
    new.save(force_insert=True)
    new.refresh_from_db(fields=["state", "number"])
    new.begin("register", by=by)
    asked = Question.objects.filter(event=event, pk__in=told.answers)
    Answer.objects.bulk_create(Answer(registration=new, question=each, value=told.answers[each.pk]) for each in asked)
    take_up_invitations(new, by=by if by == user else None)  # who registers a colleague gives the answer for them
    telling.of_registration(new)
    return new


def refuse_language(event: Event, language: str) -> None:
    """Raise ValueError for a language that the event is not interpreted into; none at all will do."""
    if language and language not in event.interpretation:
        raise ValueError(f"not interpreted into {language!r}")


def take_up_invitations(registration: Registration, *, by: Any) -> None:
    """Whoever is registered has answered the invitations that they had."""
    own = EventInvitation.objects.of(registration.user).standing().filter(event=registration.event)
    for invitation in own.exclude(state=EventInvitation.State.ACCEPTED):
        with invitation.move("accept", by=by) as step:
            step.record.user = registration.user


def refused(event: Event, error: IntegrityError) -> str:
    """What the database refused, in words. Raises the error where it is none of these."""
    event.refresh_from_db()
    rule = broken(error)
    if rule == "registration_in_time":
        return gettext("Registration closed while you were filling in the form.") if event.closes <= timezone.now() else obstacle_now(event)
    if rule in {"registration_companions_have_seats", "event_companions_are_not_too_many"}:
        left = event.companions_each
        if event.companions_capacity is not None:
            left = min(left, event.companions_capacity - event.companions_taken)
        if left <= 0:
            return gettext("There are no seats for accompanying people any more.")
        words = ngettext(
            "There is a seat for %(count)d accompanying person more.", "There are seats for %(count)d accompanying people more.", left
        )
        return words % {"count": left}
    raise error


def obstacle_now(event: Event) -> str:
    """What became of the event meanwhile, in words."""
    return gettext("The event changed while you were filling in the form. See how it stands now.")


# --- Several of a city together ----------------------------------------------------------------------------------------


def can_register_group(event: Event, user: Any, city: City) -> bool:
    """Whether `user` may register colleagues of `city`: its lead officials, for an event that they see themselves."""
    return city.can_manage_people(user) and not obstacle(event, user)


def register_group(event: Event, *, by: Any, city: City, people: Sequence[Any]) -> list[Registration]:
    """Ask for seats for `people` (accounts), officials of `city` today, all of them or none; where there are fewer seats they wait
    together. Each is told, and may withdraw or say more for themselves.

    Raises PermissionDenied; MoveRefused where somebody is registered already or may not come, or the group is larger than the event.
    """
    if not can_register_group(event, by, city):
        raise PermissionDenied
    seats.settle(event)
    with transaction.atomic():
        held = event.held()
        _refuse_group(held, city, people)  # as it stands now: it may have been cancelled while this one waited for it
        if held.registrations.live().filter(user__in=people).exists():
            raise MoveRefused(gettext("One of them has been registered meanwhile."))
        party = Party.objects.create(event=held, city=city, made_by=by)
        state = _state_for(held, city, len(people))
        return [_insert(held, user=person, city=city, told=Told(), by=by, party=party, state=state) for person in people]


def _refuse_group(event: Event, city: City, people: Sequence[Any]) -> None:
    if len(people) < 2 or len(set(people)) != len(people):
        raise MoveRefused(gettext("A group is two people or more, each once."))
    there = Post.objects.today().filter(city=city, official__user__in=people, official__user__is_active=True)
    if set(there.values_list("official__user", flat=True)) != {person.pk for person in people}:
        raise PermissionDenied
    for person in people:
        if words := obstacle(event, person):
            raise MoveRefused(words)
    most = [number for number in (event.capacity, seats.share_of(event, city).capacity) if number is not None]
    if most and len(people) > min(most):
        words = ngettext(
            "There is %(count)d seat for your city. Register one person.",
            "There are %(count)d seats at most for your city. Register fewer people.",
            min(most),
        )
        raise MoveRefused(words % {"count": min(most)})


def _state_for(event: Event, city: City, size: int) -> str:
    """What a group that asks now is, the event held: nobody who waits is overtaken."""
    if event.way == Way.MODERATED:
        return State.REQUESTED
    one = Registration(event=event, city=city, number=event.asked + 1)
    left = [number for number in (event.free, seats.share_of(event, city).free) if number is not None]
    return State.CONFIRMED if seats.has_one_for(one) and (not left or size <= min(left)) else State.WAITING


def live_of(event: Event, user: Any) -> Registration | None:
    """The registration that `user` has there now; None where they have none."""
    found = event.registrations.filter(user=user.pk, state__in=LIVE).select_related("event", "city", "party")
    return found.first()


def come_apart(party: Party, *, by: Any) -> None:
    """Those of the group who still wait are offered seats one by one from now on. Raises PermissionDenied for all but who registered
    them and leads their city, and the staff."""
    if not party.is_led_by(by) and not Event.may_keep(by):
        raise PermissionDenied
    with transaction.atomic():
        event = party.event.held()
        party.together = False
        party.save(update_fields=["together"])
        seats.pass_on(event)
