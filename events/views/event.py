"""An event's page, who takes part, and a session's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import registering, seats, standing, told, waiting_list
from events.models import Event, Paper, Photo, Registration
from events.naming import Naming, with_people
from events.programme import entries_of, own_bookings, programme
from events.views.loading import seen
from hub.reading import read
from strongcities.access import public
from strongcities.caching import ask_each_time, visitors_may_cache
from strongcities.paging import Pages, asked_for

PER_PAGE = 60


@public
@require_safe
@visitors_may_cache
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """An event: what, when, where, for whom, how one comes to have a seat; its programme, what changed, and what came of it. In as many
    queries however long its programme is."""
    shown = seen(request, slug)
    seats.settle(shown)
    naming = Naming.to(request.user, shown)
    plan = programme(shown, naming, request.user)
    context = {
        "event": shown,
        "naming": naming,
        "text": read(shown.body),
        "programme": plan,
        "told": told.of(shown),
        "why": told.why(shown),
        "papers": Paper.objects.visible_to(request.user).filter(event=shown).in_order(),
        "photos": Photo.objects.visible_to(request.user).filter(event=shown),
        "beside": _in_series(shown, request.user),
        **_way_in(shown, request.user),
    }
    response = render(request, "events/event.html", context)
    return ask_each_time(response) if plan.names else response


def _way_in(event: Event, user: Any) -> dict[str, Any]:
    """What the one place for acting says: the reader's own registration, or how to come to one, or why not."""
    own = registering.live_of(event, user) if user.is_authenticated else None
    obstacle = registering.obstacle(event, user)
    opens = event.registration_opens
    cities = [] if obstacle or not user.is_authenticated else registering.cities_of(user)
    return {
        "own": own,
        "own_words": standing.of_own(own.stands) if own else "",
        "obstacle": obstacle,
        "opens": opens if opens and opens > timezone.now() else None,
        "outlook": "" if obstacle else waiting_list.ahead(event, cities),
        "seats_left": standing.left(event),
        "leads": [city for city in cities if city.can_manage_people(user)],
        # Others may register now: whoever signs in may turn out to be one of them.
        "sign_in": bool(obstacle) and not user.is_authenticated and Event.objects.registering().filter(pk=event.pk).exists(),
    }


def _in_series(event: Event, user: Any) -> dict[str, Any]:
    """The events before and after it in its series, as far as the reader sees them."""
    if not event.series:
        return {}
    others = event.series.shown_to(user).exclude(pk=event.pk)
    return {
        "before": others.filter(starts__lte=event.starts).last(),
        "after": others.filter(starts__gt=event.starts).first(),
    }


@public
@require_safe
@visitors_may_cache
def participants(request: HttpRequest, slug: str) -> HttpResponse:
    """Who takes part, as far as each agreed that the reader learns it."""
    shown = seen(request, slug)
    listed = Registration.objects.listed_for(request.user).filter(event=shown).select_related("user", "city").order_by("user__name", "pk")
    page, status = asked_for(request, listed, PER_PAGE)
    context = {
        "event": shown,
        "naming": Naming.to(request.user, shown),
        "page": page,
        "pages": Pages(page.number, page.paginator.num_pages, lambda number: f"?page={number}"),
        "no_such_page": status == 404,
    }
    return ask_each_time(render(request, "events/participants.html", context, status=status))


@public
@require_safe
@visitors_may_cache
def session(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A session: when, in which room, what it is about, who speaks, and what became of its seats."""
    shown = seen(request, slug)
    found = get_object_or_404(shown.sessions.select_related("room").prefetch_related(with_people()), pk=pk)
    naming, bookings = Naming.to(request.user, shown), own_bookings(shown, request.user)
    if found.books:
        seats.settle(found)
    (entry,) = entries_of([found], naming, bookings)
    own = registering.live_of(shown, request.user) if request.user.is_authenticated else None
    context = {
        "event": shown,
        "why": told.why(shown),
        "entry": entry,
        "session": found,
        "papers": Paper.objects.visible_to(request.user).filter(session=found).in_order(),
        "may_book": bool(own and own.state == own.State.CONFIRMED),
    }
    response = render(request, "events/session.html", context)
    return ask_each_time(response) if any(person.name for person in entry.people) else response
