"""Who is told what of an event, by mail.

What concerns one person is queued in the transaction of the act; what concerns everybody is noted there (`Notice`), and the worker
writes the mails, since a thousand of them take seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.utils.translation import override

from events import own_calendar, seats
from events.models import Booking, Change, Event, EventInvitation, Notice, Registration, Session, VisaLetter
from events.models.follow_up import FollowUp
from events.models.seated import SEATED, State
from members.models import User
from strongcities import mail
from strongcities.workflow import Step

# The mail that tells of a registration in this state.
REGISTRATION = {
    State.CONFIRMED: "events/confirmed",
    State.WAITING: "events/waiting",
    State.REQUESTED: "events/requested",
    State.REFUSED: "events/refused",
    State.CANCELLED: "events/taken_away",
}
# Those whose mail brings the event for the reader's calendar, or takes it off again.
WITH_CALENDAR = (State.CONFIRMED, State.CANCELLED)


def of_registration(registration: Registration, *, why: str = "", left_out: Sequence[str] = ()) -> None:
    """To the person, what has become of their registration; `why` where somebody decided so, `left_out` who can't be brought along."""
    context = {"event": registration.event, "registration": registration, "why": why, "left_out": left_out}
    told = own_calendar.as_told(registration) if registration.state in WITH_CALENDAR else None
    files = _calendar(told, registration.user.language)
    _send(REGISTRATION[State(registration.state)], registration.user, context, files)
    if registration.state == State.CONFIRMED and registration.event.has_follow_up:
        _send("events/follow_up", registration.user, context)


def of_offer(place: seats.Asking, *, left_out: Sequence[str] = ()) -> None:
    """A seat is kept for them, until when; and who can't be brought along."""
    if isinstance(place, Booking):
        registration, session = place.registration, place.session
    else:
        registration, session = place, None
    context = {
        "event": registration.event,
        "registration": registration,
        "session": session,
        "until": place.offered_until,
        "left_out": left_out,
    }
    _send("events/offered", registration.user, context)


def of_state(step: Step[Event]) -> None:
    """To everyone concerned: it is postponed, takes place after all, or is cancelled, as the open `step` says. Asked for before a
    cancellation leaves nobody registered."""
    event = step.record
    _note(event, about=Notice.About.STATE, state=step.target, why=step.why, people=concerned(event))


def of_changes(event: Event, changes: Iterable[Change]) -> None:
    """To everyone concerned: what changed."""
    _note(event, about=Notice.About.CHANGES, people=concerned(event)).changes.set(changes)


def of_session(session: Session, bookings: Iterable[Booking]) -> None:
    """To those who had asked for a seat in a session that doesn't take place."""
    people = sorted({booking.registration.user_id for booking in bookings})
    _note(session.event, about=Notice.About.SESSION, session=session, people=people)


def of_move(session: Session) -> None:
    """To those who have a seat in it, or wait for one, and to those who speak there: it has another hour, or another room."""
    asked = session.bookings.live().values_list("registration__user", flat=True)
    speak = session.speakers.filter(official__isnull=False).values_list("official__user", flat=True)
    if people := sorted({*asked, *speak}):
        _note(session.event, about=Notice.About.MOVED, session=session, people=people)


def of_invitation(invitation: EventInvitation, *, again: bool = False) -> None:
    """The invitation itself, or a reminder of it."""
    name = "events/reminded" if again else "events/link" if invitation.asked_for else "events/invited"
    zone = invitation.user.time_zone if invitation.user else ""
    context = {"event": invitation.event, "invitation": invitation, "reader_zone": zone}
    mail.send(name, to=invitation.email, context=context, language=invitation.language)


def of_asking(event: Event) -> None:
    """To those who have a seat: something is asked of them from now on."""
    _note(event, about=Notice.About.FOLLOW_UP, people=sorted(event.registrations.filter(state__in=SEATED).values_list("user", flat=True)))


def of_follow_up(asked: FollowUp, name: str, *, why: str = "") -> None:
    """To the person: what has become of what they asked for. Nothing of what they told stands in it."""
    _send(name, asked.registration.user, {"event": asked.event, "asked": asked, "why": why})


def of_void(issued: Iterable[VisaLetter]) -> None:
    """To whoever has a letter and has lost their seat: it is void."""
    for each in issued:
        _send("events/letter_void", each.registration.user, {"event": each.event, "asked": each})


def tell(notice: Notice) -> int:
    """Queue the mails of a notice, the caller having locked it. Answers how many."""
    people = User.objects.filter(pk__in=notice.people, is_active=True).order_by("pk")
    context = {"event": notice.event, "notice": notice, "changes": list(notice.changes.all())}
    name = f"events/{_NOTICES[Notice.About(notice.about)]}"
    calendars = {each.user_id: each for each in _followed(notice)}
    mails = [_written(name, each, context, _calendar(calendars.get(each.pk), each.language)) for each in people.iterator()]
    mails += [mail.written(name, to=each.email, context=context, language=each.language) for each in _invited_without_account(notice)]
    mail.send_all(mails)
    return len(mails)


_NOTICES = {
    Notice.About.CHANGES: "changed",
    Notice.About.STATE: "stands",
    Notice.About.SESSION: "session_off",
    Notice.About.MOVED: "session_moved",
    Notice.About.FOLLOW_UP: "follow_up",
}


def _invited_without_account(notice: Notice) -> Iterable[EventInvitation]:
    """Whom the staff invited by a mail address that has no account, and who haven't answered: of the event as a whole they hear too."""
    if notice.about not in {Notice.About.CHANGES, Notice.About.STATE}:
        return []
    return notice.event.invitations.open().filter(user=None, asked_for=False).order_by("pk")


def _followed(notice: Notice) -> Iterable[Registration]:
    """Whose calendars follow what a notice tells, in the order of asking. Of a session they do by their own address alone."""
    if notice.about in {Notice.About.SESSION, Notice.About.MOVED}:
        return []
    off = notice.event.state == Event.State.CANCELLED
    states = (State.CANCELLED,) if off else SEATED
    return own_calendar.counted(notice.event.registrations.filter(state__in=states)).order_by("pk")


def _send(name: str, user: Any, context: dict[str, Any], files: Sequence[mail.Attached] = ()) -> None:
    if user.is_active:
        mail.send_all([_written(name, user, context, files)])


def _written(name: str, user: Any, context: dict[str, Any], files: Sequence[mail.Attached]) -> EmailMessage:
    """The mail in the words, and with the hours, of who reads it."""
    return mail.written(name, to=user.email, context={**context, "reader_zone": user.time_zone}, language=user.language, files=files)


def _calendar(registration: Registration | None, language: str) -> list[mail.Attached]:
    """The event as it stands in the person's own calendar, with `steps` and `moved`; none without a registration."""
    if registration is None:
        return []
    off = registration.state == State.CANCELLED
    with override(language):
        content = own_calendar.as_file([own_calendar.of_registration(registration)], off=off)
    kind = f"text/calendar; method={'CANCEL' if off else 'PUBLISH'}"
    return [mail.Attached(f"{registration.event.slug}.ics", content, kind)]


def _note(event: Event, **fields: Any) -> Notice:
    from events import jobs  # it tells of what is noted here

    notice = Notice.objects.create(event=event, **fields)
    jobs.tell.defer(notice=notice.pk)
    return notice


def concerned(event: Event) -> list[int]:
    """The accounts of those who asked to come or speak there, and of those who were invited and haven't answered."""
    asked = event.registrations.live().values_list("user", flat=True)
    speak = event.sessions.filter(speakers__official__isnull=False).values_list("speakers__official__user", flat=True)
    invited = event.invitations.open().exclude(user=None).values_list("user", flat=True)
    return sorted({*asked, *speak, *invited})
