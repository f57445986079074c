"""Events as calendar programs read them: by three programs of other people's, which have to agree with each other and with us."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ics
import pytest
import vobject
from django.utils import timezone
from django.utils.translation import override
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar, Event as Component, Timezone, vCalAddress, vUri

from events import calendar
from events.calendar import Entry
from events.models import Event
from events.zone_rules import rules
from strongcities import zones
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db
ALL = "/events/calendar.ics"


# --- The three programs ----------------------------------------------------------------------------------------------


def by_ical(text: Any) -> dict[Any, Any]:
    events: Any = IcsCalendarStream.calendar_from_ics(text).events
    return {
        each.uid: (each.start.astimezone(UTC), each.end.astimezone(UTC), each.status.value, each.sequence, each.summary) for each in events
    }


def by_ics(text):
    def extra(each, name):
        return next(line.value for line in each.extra if line.name == name)

    return {
        each.uid: (
            each.begin.datetime.astimezone(UTC),
            each.end.datetime.astimezone(UTC),
            each.status,
            int(extra(each, "SEQUENCE")),
            each.name,
        )
        for each in ics.Calendar(text).events
    }


def by_vobject(text):
    found = vobject.readOne(io.StringIO(text))
    return {
        each.uid.value: (
            each.dtstart.value.astimezone(UTC), each.dtend.value.astimezone(UTC), each.status.value, int(each.sequence.value),
            each.summary.value,
        )
        for each in found.vevent_list
    }  # fmt: skip


def read(content):
    """What all three read, once they agree: {uid: (starts, ends, status, sequence, summary)}."""
    text = content.decode()
    one, two, three = by_ical(text), by_ics(text), by_vobject(text)
    assert one == two == three
    return one


def lines(content):
    """Unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def well_formed(content):
    """Lines end as they have to, and none is longer than 75 octets; no sign is cut in two (RFC 5545, section 3.1)."""
    assert content.endswith(b"\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        line.decode()
    return True


def entry(**fields):
    begins = fields.get("starts", datetime(2026, 11, 3, 9, tzinfo=UTC))
    values = {
        "uid": "event-1@example.org", "sequence": 3, "changed": datetime(2026, 11, 1, tzinfo=UTC), "starts": begins,
        "ends": begins + timedelta(hours=4), "zone": "Europe/Paris", "status": "CONFIRMED", "summary": "Workshop",
        "description": "Words", "location": "Paris", "url": "https://example.org/events/a/",
    }  # fmt: skip
    return Entry(**{**values, **fields})


# --- Instants and zones ----------------------------------------------------------------------------------------------

# Each night on which clocks change: (zone, the instant of the change).
NIGHTS = [
    ("Europe/Paris", "2026-03-29T01:00"), ("Europe/Paris", "2026-10-25T01:00"), ("Europe/Paris", "2015-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"), ("America/New_York", "2026-11-01T06:00"), ("America/New_York", "2015-11-01T06:00"),
    ("Africa/Casablanca", "2026-02-15T02:00"), ("Africa/Casablanca", "2026-03-22T02:00"), ("Africa/Casablanca", "2016-06-05T02:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"), ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Asia/Kathmandu", "2026-03-29T01:00"), ("Europe/Kiev", "2026-03-29T01:00"), ("UTC", "2026-03-29T01:00"),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "at"), NIGHTS)
def test_the_night_on_which_clocks_change_is_read_as_it_was_meant(zone, at):
    """Every quarter of an hour around it."""
    change = datetime.fromisoformat(at).replace(tzinfo=UTC)
    meant = {}
    for number in range(-16, 17):
        starts = change + timedelta(minutes=15 * number)
        meant[f"event-{number}@example.org"] = starts, starts + timedelta(hours=3)
    content = calendar.calendar([entry(uid=uid, starts=starts, ends=ends, zone=zone) for uid, (starts, ends) in meant.items()])
    assert {uid: found[:2] for uid, found in read(content).items()} == meant
    assert well_formed(content)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Australia/Lord_Howe"])
def test_negative_control_the_hour_that_comes_twice_is_not_told_by_the_zone(zone, monkeypatch):
    at = dict(NIGHTS[::-1])[zone] if zone == "Australia/Lord_Howe" else "2026-10-25T01:00"
    monkeypatch.setattr(calendar, "_when", lambda at, zone: f";TZID={zone}:{at.astimezone(zones.zone(zone)):%Y%m%dT%H%M%S}")
    calendar._written.cache_clear()
    starts = datetime.fromisoformat("2026-04-04T15:15" if zone == "Australia/Lord_Howe" else at).replace(tzinfo=UTC) + timedelta(minutes=10)
    content = calendar.calendar([entry(starts=starts, ends=starts + timedelta(hours=1), zone=zone)])
    calendar._written.cache_clear()
    assert by_ics(content.decode())["event-1@example.org"][0] != starts


def test_zones_are_called_by_their_full_present_name():
    content = calendar.calendar([entry(zone="Europe/Kiev"), entry(uid="b@x", zone="Asia/Kathmandu"), entry(uid="c@x", zone="UTC")])
    assert [line for line in lines(content) if line.startswith(("TZID", "DTSTART;", "X-WR-TIMEZONE"))] == [
        "TZID:Asia/Kathmandu", "TZID:Europe/Kyiv", "DTSTART;TZID=Europe/Kyiv:20261103T110000",
        "DTSTART;TZID=Asia/Kathmandu:20261103T144500",
    ]  # fmt: skip
    assert "DTSTART:20261103T090000Z" in lines(content)
    assert "X-WR-TIMEZONE:Europe/Kyiv" in lines(calendar.calendar([entry(zone="Europe/Kiev")]))


def offsets(component, zone, year):
    """Where the rules of a VTIMEZONE and the zone differ, hour by hour of a year, as dateutil reads them."""
    from dateutil.tz import tzical  # used nowhere else

    there = tzical(io.StringIO(component.decode())).get()
    real, at, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
    while at.year == year:
        wall = at.astimezone(real)
        if not wall.fold and there.utcoffset(wall.replace(tzinfo=None)) != wall.utcoffset():
            found.append(wall)
        at += timedelta(minutes=30)
    return found


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Paris",
        "America/New_York",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Asia/Jerusalem",
        "Europe/Dublin",
        "Africa/Cairo",
    ],
)
def test_the_rules_that_come_along_are_those_of_the_zone(zone):
    for year in (2015, 2016, 2026, 2027):
        assert offsets(rules(zone, 2015, 2028), zone, year) == []


def onsets(component):
    """The instants at which a VTIMEZONE has clocks change: what they showed before, less what they were ahead by."""
    parsed: Any = Timezone.from_ical(component)
    return {(part.DTSTART - part.TZOFFSETFROM).replace(tzinfo=UTC) for part in parsed.subcomponents if part.TZOFFSETFROM != part.TZOFFSETTO}


def test_clocks_change_at_the_instant_at_which_they_do():
    """And the library's own rules, which were tried, have it an hour late: so this is looked at, too."""
    first, last = datetime(2015, 1, 1, tzinfo=UTC).date(), datetime(2028, 1, 1, tzinfo=UTC).date()
    theirs = Timezone.from_tzinfo(ZoneInfo("Europe/Paris"), "Europe/Paris", first, last).to_ical()
    forward, back = datetime(2015, 3, 29, 1, tzinfo=UTC), datetime(2015, 10, 25, 1, tzinfo=UTC)
    assert onsets(rules("Europe/Paris", 2015, 2028)) == {forward, back}
    assert onsets(theirs) == {forward + timedelta(hours=1), back}


# --- What is said ----------------------------------------------------------------------------------------------------

AWKWARD = [
    "a, b; c: d\\e \"f\" 'g'", "one\r\ntwo\nthree\rfour", "BEGIN:VEVENT\r\nUID:other\r\nEND:VEVENT", "🏙️ مدينة 城市 é" * 20, "x" * 10_000,
    "é" * 5_000, "null \x00 bell \x07 next\x85line\u2028and\u2029another\x0b\x0c\x1c.", "\ufeff ﷽ \u202e",
    "\\, ^n \\; \\", "%PDF {{ x }} <b>",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_no_text_breaks_the_format(text):
    spare = entry(uid="spare@example.org")
    content = calendar.calendar([entry(summary=text, description=text, location=text, categories=(text, "b")), spare], name=text)
    assert well_formed(content)
    found = read(content)
    assert set(found) == {"event-1@example.org", "spare@example.org"}
    assert found["event-1@example.org"][4] == calendar.fit(text, one_line=True)
    parsed = next(each for each in Calendar.from_ical(content).events if each["uid"] == "event-1@example.org")
    assert parsed["description"] == calendar.fit(text)


def by_library(one):
    """An entry as icalendar writes it."""
    component = Component()
    there = zones.zone(one.zone)
    for name, at in (("dtstart", one.starts), ("dtend", one.ends)):
        wall = at.astimezone(there).replace(microsecond=0)
        component.add(name, at.astimezone(UTC) if wall.fold or there.key == "UTC" else wall)
    for name in ("dtstamp", "last-modified"):
        component.add(name, one.changed.astimezone(UTC))
    said = {"location": one.location, "categories": [calendar.fit(each, one_line=True) for each in one.categories], "geo": one.place}
    for name, value in said.items():
        if value:
            component.add(name, calendar.fit(value, one_line=True) if name == "location" else value)
    address = vCalAddress("mailto:info@strongcitiesnetwork.org")
    address.params["cn"] = "Strong Cities Network"
    said = {
        "uid": one.uid, "sequence": one.sequence, "status": one.status, "summary": calendar.fit(one.summary, one_line=True),
        "description": calendar.fit(one.description), "url": vUri(one.url), "class": "PUBLIC" if one.is_public else "PRIVATE",
        "transp": "OPAQUE" if one.is_busy else "TRANSPARENT", "organizer": address,
    }  # fmt: skip
    for name, value in said.items():
        component.add(name, value)
    return component.to_ical()


# Of each length around the end of a line, with signs of one to four octets, and what is escaped there.
LENGTHS = [sign * count for sign in ("a", "é", "م", "…", "🕊", "\\", ",", "^", "a;") for count in (*range(16, 41), *range(60, 80), 300)]


@pytest.mark.parametrize("text", [*AWKWARD, r"C:\New", "\\", "", "".join(LENGTHS)])
def test_entries_are_written_as_the_library_writes_them(text):
    for zone in ("Europe/Paris", "Europe/Kiev", "UTC"):
        for fields in ({}, {"is_public": False, "is_busy": True, "place": (48.8566, -2.0), "categories": (text, "b, c"), "location": ""}):
            one = entry(**{"summary": text, "description": text, "location": text, "zone": zone, "uid": "a,b@x", **fields})
            twice = entry(zone=zone, starts=datetime(2026, 10, 25, 1, 30, 0, 7, tzinfo=UTC))
            assert [calendar._written(one), calendar._written(twice)] == [by_library(one), by_library(twice)]


def test_lines_are_folded_as_the_library_folds_them():
    for text in LENGTHS:
        one = entry(summary=text)
        assert calendar._written(one) == by_library(one)


@pytest.fixture
def paris():
    return house.make_city("Paris", country="FR", latitude="48.8566", longitude="2.3522")


@pytest.fixture
def summit(paris):
    return cast.make_event(
        "Summit, of “cities”", slug="summit", host=paris, venue_address="Place; 1", kind=Event.Kind.SUMMIT, themes=["youth-engagement"],
        starts=datetime(2026, 3, 28, 9, tzinfo=UTC), ends=datetime(2026, 3, 29, 16, tzinfo=UTC), link="https://meet.example/secret",
        languages=["fr"],
    )  # fmt: skip


def of(client, path="/events/summit.ics", **asked):
    response = client.get(path, asked)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return response.content


def test_an_event_says_all_that_a_calendar_can_hold(client, summit):
    content = of(client)
    assert well_formed(content)
    read(content)
    uid = f"event-{summit.pk}@localhost"
    assert set(lines(content)) >= {
        "METHOD:PUBLISH", f"UID:{uid}", "SEQUENCE:0", "SUMMARY:Summit\\, of “cities”", "STATUS:CONFIRMED", "CLASS:PUBLIC", "TRANSP:OPAQUE",
        "DTSTART;TZID=Europe/Paris:20260328T100000", "DTEND;TZID=Europe/Paris:20260329T180000", "GEO:48.8566;2.3522",
        "LOCATION:Town hall\\, Place\\; 1\\, Paris\\, France", "CATEGORIES:Annual summit,Youth engagement",
        'ORGANIZER;CN="Strong Cities Network":mailto:info@strongcitiesnetwork.org', "URL:http://localhost:8000/events/summit/",
        f"DTSTAMP:{summit.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"LAST-MODIFIED:{summit.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    }  # fmt: skip
    assert b"secret" not in content
    with override("ar"):
        assert f"UID:{uid}" in lines(of(client, "/ar/events/summit.ics"))


def test_its_address_is_in_the_language_of_the_calendar_whichever_was_asked_first(client, summit):
    for _again in range(2):
        assert "URL:http://localhost:8000/ar/events/summit/" in lines(of(client, "/ar/events/calendar.ics"))
        assert "URL:http://localhost:8000/events/summit/" in lines(of(client, "/events/calendar.ics"))


def test_what_changed_is_followed_by_its_number_and_its_name_stays(client, summit):
    staff = house.make_staff()
    (uid,) = read(of(client))
    summit.change(by=staff, title="Another", slug="another", why="")
    summit.postpone(by=staff, why="Strike")
    assert read(of(client, "/events/another.ics"))[uid][2:] == ("TENTATIVE", 2, "Postponed: Another")
    summit.resume(by=staff)
    summit.cancel(by=staff, why="Flood")
    assert read(of(client, "/events/another.ics"))[uid][2:] == ("CANCELLED", 4, "Cancelled: Another")


def test_past_ones_and_a_zone_renamed_since(client):
    cast.make_event(
        slug="launch", zone="America/New_York", starts=datetime(2015, 9, 29, 13, tzinfo=UTC), ends=datetime(2015, 9, 30, 21, tzinfo=UTC)
    )
    cast.make_event(slug="kyiv", zone="Europe/Kiev", starts=datetime(2016, 5, 1, 6, tzinfo=UTC), ends=datetime(2016, 5, 1, 9, tzinfo=UTC))
    content = of(client, ALL)
    assert sorted(found[0] for found in read(content).values()) == [
        datetime(2015, 9, 29, 13, tzinfo=UTC),
        datetime(2016, 5, 1, 6, tzinfo=UTC),
    ]
    assert {"DTSTART;TZID=America/New_York:20150929T090000", "DTSTART;TZID=Europe/Kyiv:20160501T090000"} <= set(lines(content))


# --- Who sees what, and what is chosen ---------------------------------------------------------------------------------


@pytest.fixture
def several(summit):
    cast.make_event("Members", slug="members", audience="members", kind="webinar", region="south-asia", interpretation=["ar"])
    cast.make_event("Draft", slug="draft", state="draft")
    return cast.make_event("Open", slug="open", kind="webinar", region="europe", languages=["en"])


def titles(content):
    return {found[4] for found in read(content).values()} if b"VEVENT" in content else set()


def test_everyone_has_what_they_may_see_and_nobody_drafts(client, several):
    assert titles(of(client, ALL)) == {"Summit, of “cities”", "Open"}
    client.force_login(cast.make_official(house.make_city(joined=date(2020, 1, 1)), "kim@aarhus.example"))
    assert titles(of(client, ALL)) == {"Summit, of “cities”", "Open", "Members"}
    client.force_login(house.make_staff())
    assert titles(of(client, ALL)) == {"Summit, of “cities”", "Open", "Members"}


@pytest.mark.parametrize("slug", ["members", "draft", "nothing"])
def test_what_one_may_not_see_is_not_there(client, several, slug):
    assert client.get(f"/events/{slug}.ics").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "webinar"}, {"Open"}), ({"kind": ["webinar", "annual-summit"]}, {"Open", "Summit, of “cities”"}),
        ({"region": "europe"}, {"Open", "Summit, of “cities”"}), ({"theme": "youth-engagement"}, {"Summit, of “cities”"}),
        ({"language": "en"}, {"Open"}), ({"language": ["fr", "en"], "kind": "webinar"}, {"Open"}), ({"region": "south-asia"}, set()),
    ],
)  # fmt: skip
def test_a_calendar_of_what_was_chosen(client, several, asked, found):
    assert titles(of(client, ALL, **asked)) == found


@pytest.mark.parametrize("path", [ALL, "/events/feed/"])
def test_what_is_not_understood_is_said(client, path):
    response = client.get(path, {"kind": "party", "region": "moon"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert response.text.splitlines()[0] == "We could not read this choice of events"
    assert [line.split(":")[0] for line in response.text.splitlines()[1:]] == ["kind", "region"]


# --- Whether it changed ------------------------------------------------------------------------------------------------


def test_unchanged_it_is_neither_sent_nor_made(client, several, monkeypatch, django_assert_num_queries):
    first = client.get(ALL)
    assert "Last-Modified" not in first
    assert first["Cache-Control"] == "public, max-age=60"
    monkeypatch.setattr(calendar, "calendar", None)
    with django_assert_num_queries(2):  # one counts the reader, one asks for the mark
        again = client.get(ALL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["ETag"], again.content) == (304, first["ETag"], b"")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", [ALL, "/events/feed/"])
def test_a_constant_number_of_questions_to_the_database(client, paris, count, path, django_assert_num_queries):
    for number in range(count):
        cast.make_event(slug=f"e{number}", host=paris)
    with django_assert_num_queries(3 if path == ALL else 5):
        assert client.get(path).status_code == 200


def changes(how, event):
    match how:
        case "a title":
            Event.objects.filter(pk=event.pk).update(title="Another")
        case "hidden":
            Event.objects.filter(pk=event.pk).update(audience="members")
        case "deleted":
            event.delete()
        case "one more":
            cast.make_event(slug="more")
        case "a host renamed":
            type(event.host).objects.filter(pk=event.host_id).update(name="Lutèce")
        case "a host moved":
            type(event.host).objects.filter(pk=event.host_id).update(latitude="48.9")
        case "the text":
            Event.objects.filter(pk=event.pk).update(summary="Other words")


@pytest.mark.parametrize("path", [ALL, "/events/feed/", "/events/summit.ics"])
@pytest.mark.parametrize("how", ["a title", "hidden", "deleted", "one more", "a host renamed", "a host moved", "the text"])
def test_no_change_is_missed(client, several, summit, path, how):
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    changes(how, summit)
    again = client.get(path, headers={"If-None-Match": first["ETag"], "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    if path == "/events/summit.ics":
        assert again.status_code == {"hidden": 404, "deleted": 404, "one more": 304}.get(how, 200)
    else:
        assert (again.status_code, again.get("ETag") != first["ETag"]) == (200, True)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("a title", "SUMMARY:Another"),
        ("the text", "DESCRIPTION:Other words"),
        ("a host renamed", "Lutèce"),
        ("a host moved", "GEO:48.9;2.3522"),
    ],
)
def test_what_is_kept_of_an_entry_is_made_anew_with_each_change(client, summit, how, said):
    before = of(client, ALL)
    assert said not in "\n".join(lines(before))
    assert len(calendar._known) > 0
    changes(how, summit)
    assert said in "\n".join(lines(of(client, ALL)))


def test_what_is_kept_is_of_one_language(client, summit):
    assert "CATEGORIES:Annual summit,Youth engagement" in lines(of(client, ALL))
    with override("ar"):
        kind = str(summit.get_kind_display())
    assert kind != "Annual summit"
    assert any(line.startswith(f"CATEGORIES:{kind}") for line in lines(of(client, f"/ar{ALL}")))


def test_what_is_kept_is_not_without_end(client, several, monkeypatch):
    monkeypatch.setattr(calendar, "KEPT", 1)
    first = of(client, ALL)
    assert (len(calendar._known), of(client, ALL)) == (1, first)


def test_another_language_and_another_choice_are_other_files(client, several):
    paths = (ALL, f"/ar{ALL}", f"{ALL}?kind=webinar", f"{ALL}?kind=webinar&kind=annual-summit")
    assert len({client.get(path)["ETag"] for path in paths}) == 4


def test_who_takes_a_seat_changes_no_calendar(client, several):
    first = client.get(ALL)
    cast.register(several, cast.make_people(1)[0])
    assert client.get(ALL, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_what_is_for_one_reader_is_kept_by_nobody_else(client, several):
    client.force_login(house.make_staff())
    response = client.get(ALL)
    assert (response["Cache-Control"], "Cookie" in response["Vary"]) == ("private, no-cache", True)


def test_the_clock_is_no_part_of_it(client, several, monkeypatch):
    """Programs that compare what they are sent find nothing new where nothing is."""
    first = of(client, ALL)
    later = timezone.now() + timedelta(days=40)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert of(client, ALL) == first
