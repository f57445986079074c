"""What waits for a person of the events, for `/desk/` and `/events/mine/`: seats that are offered to them, invitations, and questions that
whoever has a seat must answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from events.models import Booking, Event, EventInvitation, Party, Question, Registration
from events.models.seated import State
from members.waiting import Item
from strongcities import moments


def waiting_for(user: Any) -> list[Item]:
    """The oldest first."""
    return sorted([*_offers(user), *_sessions(user), *_invitations(user), *_questions(user)], key=lambda item: item.since)


def offers_to(user: Any) -> Any:
    """Seats at events that are offered at this moment, to them or to somebody of a group that they registered."""
    own = Registration.objects.filter(Q(user=user.pk) | Q(party__in=Party.objects.led_by(user)))
    return own.filter(state=State.OFFERED, offered_until__gt=timezone.now()).select_related("event__host", "user", "party")


def session_offers_to(user: Any) -> Any:
    open_now = Booking.objects.of(user).filter(state=State.OFFERED, offered_until__gt=timezone.now())
    return open_now.select_related("session", "registration__event__host")


def invitations_to(user: Any) -> Any:
    """Of the staff, not answered, to events that they may still register for. A link that they asked for themselves asks nothing."""
    open_now = EventInvitation.objects.of(user).open().filter(asked_for=False, event__in=Event.objects.registering())
    return open_now.select_related("event__host")


def _offers(user: Any) -> list[Item]:
    items = []
    for place in offers_to(user).prefetch_related("transitions"):
        own = place.user_id == user.pk
        words = gettext("A seat for you: %(event)s") if own else gettext("A seat for %(person)s: %(event)s")
        page = "events:registration" if own else "events:register_group"
        items.append(_offer(place, words % {"event": place.event.title, "person": place.user}, place.event, page, user))
    return items


def _sessions(user: Any) -> list[Item]:
    return [
        _offer(
            booking, gettext("A seat in a session: %(session)s") % {"session": booking.session.title}, booking.registration.event,
            "events:registration", user,
        )
        for booking in session_offers_to(user).prefetch_related("transitions")
    ]  # fmt: skip


def _offer(place: Any, words: str, event: Any, page: str, user: Any) -> Item:
    until = moments.words(place.offered_until, zone=event.zone, reader_zone=user.time_zone)
    since = max(step.at for step in place.transitions.all() if step.verb == "offer")
    asked = gettext("It is kept for you until %(until)s.") % {"until": until}
    return Item(words, since, asked, gettext("Answer the offer"), reverse(page, args=[event.slug]), event.host)


def _invitations(user: Any) -> list[Item]:
    return [
        Item(
            gettext("You are invited: %(event)s") % {"event": invitation.event.title},
            invitation.sent,
            moments.words(invitation.event.starts, invitation.event.ends, zone=invitation.event.zone, reader_zone=user.time_zone),
            gettext("Answer the invitation"),
            invitation.get_absolute_url(),
            invitation.event.host,
        )
        for invitation in invitations_to(user)
    ]


def unanswered_of(user: Any) -> Any:
    """Their seats at events that ask something of them which must be answered, and isn't. What depends on another answer isn't among it."""
    asked = Question.objects.filter(
        event=OuterRef("event"), stage=Question.Stage.FOLLOW_UP, is_required=True, is_retired=False, depends_on=None
    )
    missing = asked.exclude(answers__registration=OuterRef("pk"))
    seats = Registration.objects.of(user).filter(Exists(missing), state=State.CONFIRMED, event__ends__gt=timezone.now())
    return seats.select_related("event__host").prefetch_related("transitions")


def _questions(user: Any) -> list[Item]:
    return [
        Item(
            gettext("What is asked of you: %(event)s") % {"event": seat.event.title},
            max(step.at for step in seat.transitions.all()),
            gettext("Until %(until)s.")
            % {"until": moments.words(seat.event.follow_up_closes, zone=seat.event.zone, reader_zone=user.time_zone)},
            gettext("Answer the questions"),
            reverse("events:follow_up", args=[seat.event.slug]),
            seat.event.host,
        )
        for seat in unanswered_of(user)
        if seat.event.may_follow_up
    ]
