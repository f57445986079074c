"""How long ago: the largest unit, rounded down, in words that are sound in every language of the house."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from strongcities import ages

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "english", "arabic"),
    [
        (timedelta(), "1 minute", "دقيقة"),
        (-HOUR, "1 minute", "دقيقة"),  # two clocks that differ
        (timedelta(minutes=2, seconds=59), "2 minutes", "دقيقتان"),
        (timedelta(minutes=59, seconds=59), "59 minutes", "59 دقيقة"),
        (HOUR, "1 hour", "ساعة"),
        (2 * HOUR, "2 hours", "ساعتان"),
        (DAY - timedelta(seconds=1), "23 hours", "23 ساعة"),
        (DAY, "1 day", "يوم"),
        (2 * DAY, "2 days", "يومان"),
        (3 * DAY, "3 days", "3 أيام"),
        (13 * DAY, "13 days", "13 يومًا"),  # a week and a half is another thing than a week
        (59 * DAY, "59 days", "59 يومًا"),
        (60 * DAY, "2 months", "شهران"),
        (364 * DAY, "12 months", "12 شهرًا"),
        (365 * DAY, "1 year", "سنة"),
        (11 * 365 * DAY, "11 years", "11 سنة"),
        (103 * 365 * DAY, "103 years", "103 سنوات"),
    ],
)
def test_duration(span, english, arabic):
    assert ages.duration(span) == english
    with translation.override("ar"):
        assert ages.duration(span) == arabic


@pytest.mark.parametrize(
    ("span", "english", "arabic"),
    [
        (DAY, "1 day ago", "قبل يوم واحد"),
        (2 * DAY, "2 days ago", "قبل يومين"),  # after a preposition a form of its own, and no figure beside it
        (5 * DAY, "5 days ago", "قبل 5 أيام"),
        (90 * DAY, "3 months ago", "قبل 3 أشهر"),
    ],
)
def test_ago(span, english, arabic):
    moment = timezone.now() - span
    assert ages.ago(moment) == english
    with translation.override("ar"):
        assert ages.ago(moment) == arabic


def test_templates_say_it():
    now = timezone.now()
    words = Template("{{ then|age }} · {{ then|ago }} · {{ now|after:then }} · {{ 14|days }}")
    assert words.render(Context({"now": now, "then": now - 2 * DAY})) == "2 days · 2 days ago · 2 days · 14 days"


def test_nothing_asks_django():
    """Django's own filters put a figure beside Arabic's dual."""
    asks = re.compile(r"\btime(since|until)\b|\bnatural(time|day)\b|\bhumanize\b")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for folder in ("templates", "strongcities", "members", "hub", "pages")
        for path in (settings.BASE_DIR / folder).rglob("*")
        if path.suffix in {".html", ".txt", ".py"} and asks.search(path.read_text())
    }
    assert found == {"strongcities/ages.py"}  # which says why
