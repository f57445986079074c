"""A new event after the pattern of another: its programme, rooms, questions and speakers, on other dates.

What was decided, said or done there doesn't come along: registrations, invitations, what changed, photographs, papers, outcomes. Whoever
speaks agreed to be named for that event, so here nobody is named to anybody until they agree anew.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from events.arranging import DATES, shifted
from events.kinds import ListedTo
from events.models import Event, Question, Room, Session, Speaker
from strongcities import zones

LEFT = ("outcomes", "for_cities", "next_steps")


def copy(event: Event, *, by: Any, title: str, begins: date) -> Event:
    """A draft called `title` that begins on the day `begins`, at the same hours as `event`. Raises PermissionDenied; MoveRefused where an
    hour doesn't exist on its new day."""
    if not event.can_change(by):
        raise PermissionDenied
    days = (begins - zones.wall(event.starts, event.zone).date()).days
    with transaction.atomic():
        new = Event.objects.get(pk=event.pk)
        new.pk, new._state.adding = None, True
        new.title, new.slug, new.state = title, free_address(event.slug, begins.year), Event.State.DRAFT
        for name in (*Event.COUNTERS, "companions_taken", "version"):
            setattr(new, name, 0)
        for name in LEFT:
            setattr(new, name, "")
        for name in DATES:
            at = getattr(new, name)
            setattr(new, name, at and shifted(at, event.zone, days))
        new.is_sample = False
        new.save(force_insert=True)
        _programme(event, new, days)
        _questions(event, new)
    return new


def free_address(slug: str, year: int) -> str:
    """The next one: annual-summit-2026 becomes annual-summit-2027, and where that is taken annual-summit-2027-2."""
    stem = slug.rstrip("0123456789").rstrip("-") if slug[-4:].isdigit() and len(slug) > 5 else slug
    wanted = f"{stem[:100]}-{year}"
    taken = set(Event.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(name for name in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)


def _programme(event: Event, new: Event, days: int) -> None:
    rooms = {}
    for room in event.rooms.all():
        rooms[room.pk] = Room.objects.create(event=new, name=room.name, holds=room.holds, position=room.position)
    speakers = []
    for session in event.sessions.filter(is_cancelled=False).prefetch_related("speakers").order_by("pk"):
        told = {name: getattr(session, name) for name in ("kind", "title", "summary", "books", "language", "interpretation", "capacity")}
        times = {name: shifted(getattr(session, name), event.zone, days) for name in ("starts", "ends")}
        here = Session.objects.create(event=new, room=rooms.get(session.room_id or 0), **told, **times)
        for each in session.speakers.all():
            kept = {name: getattr(each, name) for name in ("official", "name", "standing", "role", "position")}
            speakers.append(Speaker(session=here, named_to=ListedTo.NOBODY, **kept))
    Speaker.objects.bulk_create(speakers)


def _questions(event: Event, new: Event) -> None:
    """In order, so that whatever one depends on is there before it."""
    made: dict[int, Question] = {}
    for old in event.questions.filter(is_retired=False).order_by("position", "pk"):
        told = {name: getattr(old, name) for name in ("stage", "position", "sort", "about", "words", "hint", "options", "is_required")}
        # one whose condition is a question that is no longer asked is asked of nobody any more
        depends = made.get(old.depends_on_id) if old.depends_on_id else None
        if old.depends_on_id and depends is None:
            continue
        values = old.depends_values if depends else []
        made[old.pk] = Question.objects.create(event=new, depends_on=depends, depends_values=values, **told)
