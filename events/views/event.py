from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.models import Event
from strongcities.access import public


@public
@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "events/event.html", {"event": get_object_or_404(Event.objects.visible_to(request.user), slug=slug)})


series = event
