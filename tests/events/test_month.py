"""A month of events: each on the days of its own place."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from django.utils.translation import override

from events import month
from events.models import Event
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db
NOVEMBER = "/events/month/2026-11/"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-12T10:00"))


def make(title, starts, ends, zone="UTC", **fields):
    return cast.make_event(title, slug=title.lower().replace(" ", "-"), starts=at(starts), ends=at(ends), zone=zone, **fields)


def days(page):
    """{day: [titles]} as the page has them."""
    cells = re.findall(r'<td class="month-day[^"]*">(.*?)</td>', page.text, re.DOTALL)
    found = {}
    for cell in cells:
        if day := re.search(r'datetime="([^"]+)"', cell):
            found[day[1]] = re.findall(r"<bdi[^>]*>(.*?)</bdi>", cell)
    return {day: titles for day, titles in found.items() if titles}


def test_each_event_stands_on_the_days_of_its_own_zone(client):
    make("Late in Auckland", "2026-10-31T11:30", "2026-10-31T12:30", "Pacific/Auckland")  # until half past one on 1 November there
    make("Early in Honolulu", "2026-12-01T08:00", "2026-12-01T09:30", "Pacific/Honolulu")  # 22:00 on 30 November
    make("Gone in Honolulu", "2026-11-01T05:00", "2026-11-01T08:00", "Pacific/Honolulu")  # 31 October
    make("To midnight", "2026-11-05T20:00", "2026-11-06T00:00")
    make("Three days", "2026-11-29T09:00", "2026-12-01T16:00")
    make("Draft", "2026-11-05T20:00", "2026-11-06T00:00", state="draft")
    make("Members", "2026-11-05T20:00", "2026-11-06T00:00", audience="members")
    assert days(client.get(NOVEMBER)) == {
        "2026-11-01": ["Late in Auckland"], "2026-11-05": ["To midnight"], "2026-11-29": ["Three days"],
        "2026-11-30": ["Three days", "Early in Honolulu"],
    }  # fmt: skip
    assert days(client.get("/events/month/2026-12/")) == {"2026-12-01": ["Three days"]}


def test_what_has_become_of_it_is_said_in_words_and_how_long_it_lasts(client):
    make("Off", "2026-11-05T20:00", "2026-11-06T00:00", state="cancelled")
    make("Later", "2026-11-06T20:00", "2026-11-07T00:00", "Europe/Paris", state="postponed")
    page = client.get(NOVEMBER).text
    assert '<span class="stamp stamp--bad">Cancelled</span>' in page
    assert '<span class="stamp stamp--warn">Postponed</span>' in page
    assert "21:00 (Paris time), day 1 of 2" in page
    assert '<span class="month-when">day 2 of 2</span>' in page


def test_today_is_marked_and_weeks_have_their_number(client):
    make("One", "2026-11-12T09:00", "2026-11-12T10:00")
    page = client.get(NOVEMBER).text
    assert re.findall(r'month-day--today">\s*<p class="month-date"><time datetime="([^"]+)"', page) == ["2026-11-12"]
    assert re.findall(r'class="month-week"><span class="visually-hidden">Week </span>(\d+)', page) == ["44", "45", "46", "47", "48", "49"]
    assert re.findall(r'<th scope="col">(\w+)</th>', page)[0] == "Monday"


@pytest.mark.parametrize(("first", "numbers"), [(date(2021, 1, 1), [53, 1, 2, 3, 4]), (date(2018, 12, 1), [48, 49, 50, 51, 52, 1])])
@pytest.mark.parametrize(("language", "begins"), [("en", 0), ("ar", 6)])
def test_weeks_begin_as_the_language_has_it_and_are_called_by_their_thursday(first, numbers, language, begins):
    with override(language):
        weeks = month.weeks(first, [], first)
    assert {week.days[0].date.weekday() for week in weeks} == {begins}
    for week in weeks:
        (thursday,) = [day.date for day in week.days if day.date.weekday() == 3]
        assert week.number == thursday.isocalendar().week
    if language == "en":
        assert [week.number for week in weeks] == numbers


def test_an_empty_month_says_what_will_stand_there(client):
    assert "Events of this month will stand here" in client.get("/events/month/2027-01/").text
    assert "There was no event in this month." in client.get("/events/month/2026-10/").text
    assert "<table" not in client.get("/events/month/2026-10/").text


def test_one_month_leads_to_the_next_up_to_the_ends(client):
    def leads(path):
        return re.findall(r'rel="(?:prev|next)" href="([^"]+)"', client.get(path).text)

    assert leads("/events/month/2026-12/") == ["/events/month/2026-11/", "/events/month/2027-01/"]
    assert leads("/events/month/2000-01/") == ["/events/month/2000-02/"]
    assert leads("/events/month/2100-12/") == ["/events/month/2100-11/"]
    assert client.get("/events/month/")["Location"] == NOVEMBER
    assert client.get("/ar/events/month/")["Location"] == f"/ar{NOVEMBER}"


@pytest.mark.parametrize(
    "text", ["1999-12", "2101-01", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "٢٠٢٦-١١", "nothing", "+026-11"]
)
def test_what_is_no_month_is_not_there(client, text):
    assert client.get(f"/events/month/{text}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_constant_number_of_questions_to_the_database(client, count, django_assert_num_queries):
    for number in range(count):
        make(f"Event {number}", "2026-11-05T20:00", "2026-11-06T00:00", host=house.make_city("Paris", country="FR"))
    assert Event.objects.count() == count
    with django_assert_num_queries(1):
        client.get(NOVEMBER)
