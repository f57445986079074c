"""Who governs the network: its two bodies, and a page for each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.models import Body, Seat
from members.models.governance import balance
from strongcities.access import public
from strongcities.caching import visitors_may_cache


@public
@require_safe
@visitors_may_cache
def governance(request: HttpRequest) -> HttpResponse:
    """The bodies, each with what it is for and how many sit on it today."""
    bodies = [(body, body.seats.visible_to(request.user).today().count()) for body in Body.objects.all()]
    return render(request, "members/governance.html", {"bodies": bodies})


@public
@require_safe
@visitors_may_cache
def body(request: HttpRequest, body: str) -> HttpResponse:
    """Who sits on a body today, how that is spread over the regions, and who sat there earlier."""
    shown = get_object_or_404(Body, kind=body)
    visible = shown.seats.visible_to(request.user).select_related("city")
    seats: list[Seat] = list(visible.today().in_order())
    context = {
        "body": shown,
        "seats": seats,
        "balance": balance(seats) if seats else [],
        "everywhere": sum(1 for seat in seats if not seat.place),
        "ahead": visible.ahead(),
        "earlier": visible.earlier(),
    }
    return render(request, "members/body.html", context)
