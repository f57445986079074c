"""What was announced or changed, for readers of feeds."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from events import calendar as ical, feed as atom
from events.filters import EventChoice
from events.models import Event
from events.querysets import EventQuerySet
from events.views.calendar import TEXT, refused
from strongcities.access import public
from strongcities.caching import unless_known


def _address(form: EventChoice, page: int = 1) -> str:
    asked = form.address + (f"{'&' if form.address else '?'}{urlencode({'page': page})}" if page > 1 else "")
    return f"{settings.SITE_URL}{reverse('events:feed')}{asked}"


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What changed last on top, in pages; chosen as in the calendar. A page beyond the end is 404."""
    form = EventChoice(request.GET)
    if not form.is_valid():
        return refused(form)
    events = form.among(Event.objects.visible_to(request.user).shown())
    return unless_known(request, atom.mark(events), lambda: _page(form, atom.told(events), request.GET.get("page") or "1"))


def _page(form: EventChoice, events: EventQuerySet, number: str) -> HttpResponse:
    try:
        page = Paginator(events, atom.PER_PAGE).page(number)
    except (EmptyPage, PageNotAnInteger):
        return HttpResponse(gettext("There is no such page") + "\n", status=404, content_type=TEXT)
    made = atom.feed_of(
        page.object_list,
        title=ical.title(form.words),
        page=f"{settings.SITE_URL}{reverse('events:this_month')}",
        own=_address(form, page.number),
        first=_address(form),
        pages={
            "next": _address(form, page.next_page_number()) if page.has_next() else "",
            "previous": _address(form, page.previous_page_number()) if page.has_previous() else "",
        },
    )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)
