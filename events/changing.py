"""Changing an event. Once it is announced, whoever plans to come plans by what its page said: so the page says what changed and when, and
everyone registered is told. Whether more seats came free is seen at once as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext, ngettext

from events import seats, telling
from events.models import Change, Event, Session
from strongcities.constraints import broken
from strongcities.workflow import MoveRefused

# What readers plan by: the fields that each is made of.
PLANNED_BY: dict[Change.What, tuple[str, ...]] = {
    Change.What.TITLE: ("title",),
    Change.What.HOST: ("host",),
    Change.What.VENUE: ("venue", "venue_address"),
    Change.What.WHEN: ("starts", "ends", "zone"),
    Change.What.ONLINE: ("is_online",),
    Change.What.LINK: ("link",),
}


def change(event: Event, *, by: Any, why: str, fields: Mapping[str, Any]) -> None:
    """Write `fields` to `event`, note what readers plan by, and pass seats on that came free.

    Raises PermissionDenied; MoveRefused in words where there are fewer seats than are taken, or a session lies outside of it.
    """
    if not event.can_change(by):
        raise PermissionDenied
    try:
        with transaction.atomic():
            held = event.held()
            before, link, asked = _planned(held), held.link, held.has_follow_up
            for name, value in fields.items():
                setattr(held, name, value)
            held.save()
            if held.is_shown:
                _note(held, before, moved_link=held.link != link, by=by, why=why)
            if held.has_follow_up and not asked:
                telling.of_asking(held)
            seats.pass_on(held)
            ask_deferred_now()
    except IntegrityError as error:
        raise MoveRefused(refused(event, error)) from error
    event.refresh_from_db()


def _planned(event: Event) -> dict[Change.What, dict[str, Any]]:
    return {what: {name: _kept(event, name) for name in names} for what, names in PLANNED_BY.items()}


def _kept(event: Event, name: str) -> Any:
    """As it is kept in a change. A link is for those who have a seat, so that it changed is all that is told."""
    value = getattr(event, name)
    if name == "link":
        return ""
    if name == "host":
        return str(value) if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _note(event: Event, before: dict[Change.What, dict[str, Any]], *, moved_link: bool, by: Any, why: str) -> None:
    after = _planned(event)
    changed = [what for what in PLANNED_BY if before[what] != after[what] or (what == Change.What.LINK and moved_link)]
    if changed:
        rows = (Change(event=event, what=what, before=before[what], after=after[what], by=by, why=why) for what in changed)
        telling.of_changes(event, Change.objects.bulk_create(rows))


def ask_deferred_now() -> None:
    """Rules that look when a transaction ends look now, so that what they refuse is said in words."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(event: Event | Session, error: IntegrityError) -> str:
    """What the database refused of a change, in words. Raises the error where it is none of these."""
    rule = broken(error)
    event.refresh_from_db()
    if rule in {"event_seats_are_not_oversold", "session_seats_are_not_oversold"}:
        return fewer_seats(event.taken)
    if rule == "cityseats_seats_are_not_oversold":
        return gettext("A city has more seats than that already. Give it a number of its own first, or take seats back.")
    if rule == "event_companions_are_not_too_many":
        return gettext("More accompanying people than that are registered.")
    if rule == "event_journeys_have_a_place":
        return gettext("Travel support and letters for visas need a place to travel to.")
    if rule == "session_lies_within_its_event":
        return gettext("A session lies outside of the event’s dates. Move the sessions as well.")
    raise error


def fewer_seats(taken: int) -> str:
    words = ngettext(
        "%(count)d seat is taken or offered: there can’t be fewer.", "%(count)d seats are taken or offered: there can’t be fewer.", taken
    )
    return words % {"count": taken}
