"""When something is: in the zone of the thing, and beside it in the reader's."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template, engines
from django.utils.html import strip_tags
from django.utils.translation import override

from strongcities import moments, zones
from tests.cast import make_city, make_post, make_user

TEMPLATES = settings.BASE_DIR / "templates"
NOON = datetime.fromisoformat("2015-09-30T12:00Z")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("times", "zone", "reader", "words"),
    [
        (["2015-09-30T12:00"], "Europe/Paris", "", "30 September 2015, 14:00 (Paris time)"),
        (["2015-09-30T12:00"], "Europe/Paris", "Europe/Berlin", "30 September 2015, 14:00 (Paris time)"),
        (["2015-09-30T12:00"], "Europe/Paris", "Africa/Nairobi", "30 September 2015, 14:00 (Paris time) · 15:00 your time (Nairobi)"),
        (["2015-09-30T12:00"], "UTC", "Africa/Nairobi", "30 September 2015, 12:00 (UTC) · 15:00 your time (Nairobi)"),
        (["2026-01-30T12:00"], "Africa/Lagos", "Europe/Paris", "30 January 2026, 13:00 (Lagos time)"),
        (["2026-07-30T12:00"], "Africa/Lagos", "Europe/Paris", "30 July 2026, 13:00 (Lagos time) · 14:00 your time (Paris)"),
        (
            ["2015-12-31T22:30"], "Europe/Paris", "Africa/Nairobi",
            "31 December 2015, 23:30 (Paris time) · 1 January, 01:30 your time (Nairobi)",
        ),
        (["2026-10-25T00:30"], "Europe/Paris", "", "25 October 2026, 02:30 UTC+2 (Paris time)"),
        (["2026-10-25T01:30"], "Europe/Paris", "UTC", "25 October 2026, 02:30 UTC+1 (Paris time) · 01:30 your time (UTC)"),
        (["2026-07-01T09:00"], "Europe/Kiev", "", "1 July 2026, 12:00 (Kyiv time)"),
        (
            ["2015-09-30T12:00", "2015-09-30T14:00"], "Europe/Paris", "Africa/Nairobi",
            "30 September 2015, 14:00 to 16:00 (Paris time) · 15:00 to 17:00 your time (Nairobi)",
        ),
        (
            ["2015-09-30T12:00", "2015-09-30T14:00"], "Europe/Paris", "Pacific/Auckland",
            "30 September 2015, 14:00 to 16:00 (Paris time) · 1 October, 01:00 to 03:00 your time (Auckland)",
        ),
        (
            ["2015-09-30T20:00", "2015-10-01T00:00"], "Europe/Paris", "Africa/Nairobi",
            "30 September, 22:00 to 1 October 2015, 02:00 (Paris time) · 30 September, 23:00 to 1 October, 03:00 your time (Nairobi)",
        ),
        (
            ["2015-09-30T20:00", "2015-10-01T00:00"], "Europe/Paris", "America/New_York",
            "30 September, 22:00 to 1 October 2015, 02:00 (Paris time) · 30 September, 16:00 to 20:00 your time (New York)",
        ),
        (
            ["2015-09-30T12:00", "2015-10-02T15:00"], "Europe/Paris", "",
            "30 September, 14:00 to 2 October 2015, 17:00 (Paris time)",
        ),
        (
            ["2015-12-30T12:00", "2016-01-02T15:00"], "Europe/Paris", "",
            "30 December 2015, 13:00 to 2 January 2016, 16:00 (Paris time)",
        ),
        (["2026-10-25T00:30", "2026-10-25T01:15"], "Europe/Paris", "", "25 October 2026, 02:30 UTC+2 to 02:15 UTC+1 (Paris time)"),
    ],
)  # fmt: skip
def test_in_words(times, zone, reader, words):
    instants = [at(time) for time in times]
    assert moments.words(*instants, zone=zone, reader_zone=reader) == words
    on_the_page = strip_tags(moments.html(*instants, zone=zone, reader_zone=reader)).replace("&nbsp;", " ")
    assert on_the_page == words


def test_a_moment_known_to_be_read_elsewhere():
    assert drawn('{% moment when "Europe/Paris" "Africa/Nairobi" %}', when=NOON) == (
        '<span class="moment"><time datetime="2015-09-30T12:00:00Z" data-offset="120">30 September 2015, 14:00</time> (Paris time)'
        '<span class="moment-dot">&nbsp;· </span>'
        '<span class="moment-yours">15:00 your time (Nairobi)</span></span>'
    )


def test_a_span_for_a_browser_to_finish():
    assert drawn('{% span when until "Europe/Paris" %}', when=NOON, until=at("2015-09-30T14:00")) == (
        '<span class="moment" data-yours="{when} your time ({city})" data-day="{day}, {time}" data-span="{start} to {end}">'
        '<time datetime="2015-09-30T12:00:00Z" data-offset="120">30 September 2015, 14:00</time> to '
        '<time datetime="2015-09-30T14:00:00Z" data-offset="120">16:00</time> (Paris time)</span>'
    )


def test_offsets_are_those_of_each_end():
    page = moments.html(at("2026-10-24T12:00"), at("2026-10-26T12:00"), zone="America/St_Johns")
    assert re.findall('data-offset="(.*?)"', page) == ["-150", "-150"]
    page = moments.html(at("2026-10-24T12:00"), at("2026-10-26T12:00"), zone="Europe/Paris")
    assert re.findall('data-offset="(.*?)"', page) == ["120", "60"]


@pytest.mark.parametrize(
    ("source", "yours"),
    [
        ('{% moment when "Europe/Paris" %}', "15:00 your time (Nairobi)"),
        ('{% moment when "Europe/Paris" "Asia/Kolkata" %}', "17:30 your time (Kolkata)"),
        ('{% moment when "Africa/Kampala" %}', ""),
    ],
)
def test_the_page_knows_its_reader_unless_told_otherwise(source, yours):
    page = drawn(source, when=NOON, reader_zone="Africa/Nairobi")
    assert "".join(re.findall('moment-yours">(.*?)<', page)) == yours
    assert "data-yours" not in page


def test_whose_zone_nobody_knows_is_left_to_the_browser():
    page = drawn('{% moment when "Europe/Paris" "" %}', when=NOON, reader_zone="Africa/Nairobi")
    assert "data-yours" in page
    assert "moment-yours" not in page


def test_for_mails():
    source = '{% autoescape off %}{% moment_words when "America/St_Johns" "Africa/Nairobi" %}\n{% span_words when until "Europe/Paris" %}'
    assert drawn(source + "{% endautoescape %}", when=NOON, until=at("2015-09-30T14:00")).splitlines() == [
        "30 September 2015, 09:30 (St. John’s time) · 15:00 your time (Nairobi)",
        "30 September 2015, 14:00 to 16:00 (Paris time)",
    ]


def test_in_arabic_months_and_places_are_in_arabic_and_digits_are_those_of_the_house():
    with override("ar"):
        said = moments.words(NOON, at("2015-10-02T15:00"), zone="Europe/Paris", reader_zone="Africa/Nairobi")
    for words in ("30 سبتمبر", "2 أكتوبر 2015", "14:00", "17:00", "باريس", "نيروبي", "15:00"):
        assert words in said
    assert said.startswith("من ")


def test_a_zone_that_is_none_is_no_page():
    with pytest.raises(zones.NoSuchZone):
        moments.words(NOON, zone="Mars/Base")


# --- On a page of the site -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_page_knows_the_zone_of_who_is_signed_in_and_asks_only_where_it_shows_it(rf, django_assert_num_queries):
    user = make_user("maya@example.org")
    make_post(user, make_city("Mombasa", time_zone="Africa/Nairobi"))
    request = rf.get("/")
    request.user = type(user).objects.get(pk=user.pk)
    with django_assert_num_queries(0):
        assert engines["django"].from_string("{{ demo }}").render({}, request)
    with django_assert_num_queries(1):
        page = engines["django"].from_string('{% moment when "Europe/Paris" %}{% moment when "UTC" %}').render({"when": NOON}, request)
    assert re.findall('moment-yours">(.*?)<', page) == ["15:00 your time (Nairobi)"] * 2


def test_of_a_visitor_no_zone_is_known(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    page = engines["django"].from_string('{% moment when "Europe/Paris" %}').render({"when": NOON}, request)
    assert "data-yours" in page


def test_each_page_that_shows_a_moment_lets_the_browser_finish_it():
    """Also where it is shown by a part that the page includes, or by a part of that part."""
    texts = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    showing = {name for name, text in texts.items() if re.search(r"\{% (moment|span) ", text)}
    while more := {name for name, text in texts.items() if any(f'"{part}"' in text for part in showing)} - showing:
        showing |= more
    pages = {name for name in showing if "{% extends" in texts[name]}
    assert "styleguide/index.html" in pages

    def loads(name: str) -> bool:
        """It does, or what it extends does."""
        base = re.match(r'\{% extends "([^"]+)"', texts[name])
        return "js/local-time.js" in texts[name] or bool(base and base[1] in texts and loads(base[1]))

    assert {name for name in pages if not loads(name)} == set()
