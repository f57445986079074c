"""What rows of events are drawn with, here and on the pages of cities and bodies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from events import standing
from events.models import Event
from members.models import City
from strongcities import zones

register = template.Library()

OF_CITY = 5  # past events on a city's page


@register.simple_tag
def days(starts: datetime, ends: datetime, zone: str) -> SafeString:
    """The day or days of an event on the calendar of its place, as a block: "29–30" over "Sept. 2015"."""
    first, last = zones.wall(starts, zone), zones.wall(ends, zone)
    month = formats.date_format(first, "M Y")
    if first.date() == last.date():
        return _block(first, str(first.day), month)
    if (first.year, first.month) == (last.year, last.month):
        return _block(first, f"{first.day}–{last.day}", month)
    return _block(first, f"{first.day}–", f"{month} – {last.day} {formats.date_format(last, 'M Y')}")


def _block(first: datetime, number: str, month: str) -> SafeString:
    return format_html('<time class="days" datetime="{}"><b>{}</b> <span>{}</span></time>', first.date().isoformat(), number, month)


@register.filter
def in_own(event: Event) -> str:
    """What the reader's own registration is; of events read `for_rows`."""
    return standing.of_own(event.own_state)  # type: ignore[attr-defined]  # annotated


register.filter("in_seats", standing.of_seats)


@dataclass(frozen=True)
class Hosted:
    """What a city hosts, as far as the reader sees it."""

    coming: list[Event]
    past: list[Event]

    def __bool__(self) -> bool:
        return bool(self.coming or self.past)


@register.simple_tag(takes_context=True)
def events_of(context: Context, city: City) -> Hosted:
    """The events that `city` hosts: all that are coming, the last few that were."""
    user = context["request"].user
    hosted = Event.objects.visible_to(user).shown().filter(host=city).for_rows(user)
    return Hosted(list(hosted.coming()), list(hosted.past()[:OF_CITY]))


@register.simple_tag(takes_context=True)
def committee_meetings(context: Context) -> Hosted:
    """The meetings of the Steering Committee that the reader sees."""
    user = context["request"].user
    meetings = Event.objects.visible_to(user).shown().filter(kind=Event.Kind.COMMITTEE).for_rows(user)
    return Hosted(list(meetings.coming()), list(meetings.past()[:OF_CITY]))


@register.simple_tag
def names_of(people: Any) -> SafeString:
    """Speakers by their names alone, or by post and city where they aren't named to the reader: for a long programme."""
    return format_html_join(gettext(", "), "<bdi>{}</bdi>", ((person.name or person.place,) for person in people))


register.filter("place", zones.city)
