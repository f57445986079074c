"""Seats in sessions: book, answer an offer, give back. The page is that of the registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from events import booking
from events.models import Booking, Session
from events.models.seated import State
from events.views.loading import done, own
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused


@signed_in
@require_POST
def session_book(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    registration = own(request, slug)
    session = get_object_or_404(Session, event=registration.event, pk=pk)
    try:
        new = booking.book(session, registration=registration, by=request.user)
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        waits = new.state == State.WAITING
        words = gettext("You are on the waiting list of “%(session)s”.") if waits else gettext("You have a seat in “%(session)s”.")
        messages.success(request, words % {"session": session})
    return redirect("events:registration", slug)


def _act(request: HttpRequest, slug: str, pk: int, verb: Callable[[Booking], Any], said: str) -> HttpResponse:
    """`verb` on the reader's booking of that session: the live one, or else the last, which then says what became of it."""
    registration = own(request, slug)
    found: Booking | None = registration.bookings.filter(session=pk).select_related("session__event").live_or_last()
    if found is None:
        raise Http404
    found.registration = registration
    return done(request, lambda: verb(found), said % {"session": found.session}, "events:registration", slug)


@signed_in
@require_POST
def session_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    said = gettext("You have a seat in “%(session)s”.")
    return _act(request, slug, pk, lambda found: found.accept(by=request.user), said)


@signed_in
@require_POST
def session_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    said = gettext("You declined the seat in “%(session)s”. It goes to the next in line.")
    return _act(request, slug, pk, lambda found: found.decline(by=request.user), said)


@signed_in
@require_POST
def session_give_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    said = gettext("You gave your place in “%(session)s” back.")
    return _act(request, slug, pk, lambda found: found.withdraw(by=request.user), said)
