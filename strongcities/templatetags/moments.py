"""When something is, on a page and in a mail (strongcities/moments.py). Every template has these tags without loading them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from strongcities import moments

register = template.Library()


def _reader(context: Context, said: str | None) -> str:
    return str(context.get("reader_zone", "") if said is None else said)


@register.simple_tag(takes_context=True)
def moment(context: Context, instant: datetime, zone: str, reader_zone: str | None = None) -> SafeString:
    """{% moment call.deadline call.time_zone %}: an instant in its own zone, and in the reader's where that is known and differs."""
    return moments.html(instant, zone=zone, reader_zone=_reader(context, reader_zone))


@register.simple_tag(takes_context=True)
def span(context: Context, starts: datetime, ends: datetime, zone: str, reader_zone: str | None = None) -> SafeString:
    """{% span event.starts event.ends event.time_zone %}: from when to when."""
    return moments.html(starts, ends, zone=zone, reader_zone=_reader(context, reader_zone))


@register.simple_tag
def moment_words(instant: datetime, zone: str, reader_zone: str = "") -> str:
    """As `moment`, for the text of a mail, whose reader is not who makes it."""
    return moments.words(instant, zone=zone, reader_zone=reader_zone)


@register.simple_tag
def span_words(starts: datetime, ends: datetime, zone: str, reader_zone: str = "") -> str:
    return moments.words(starts, ends, zone=zone, reader_zone=reader_zone)
