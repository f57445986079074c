"""What zones are called, and when it is what their clocks show."""

from __future__ import annotations

import re
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import example, given, strategies as st

from strongcities import zones

OFFERED = sorted(zones.names())
NO_ZONE = [
    "Mars/Base",
    "../../etc/passwd",
    "Europe",
    "Europe/",
    "/Europe/Paris",
    "Europe\x00/Paris",
    "\x00",
    "x" * 10_000,
    "zone.tab",
    "Factory",
]


# --- Names -----------------------------------------------------------------------------------------------------------


def test_what_is_offered_is_every_place_of_the_list_and_utc():
    assert len(OFFERED) > 400
    assert {"Africa/Nairobi", "Europe/Copenhagen", "Europe/Kyiv", "America/Nuuk", "Asia/Kolkata", "UTC"} <= set(OFFERED)
    assert not {"Europe/Kiev", "US/Eastern", "Etc/GMT+5", "EST5EDT", "Factory", "GMT", "Iceland"} & set(OFFERED)
    assert {zones.canonical(name) for name in OFFERED} == set(OFFERED)
    assert {str(zones.zone(name)) for name in OFFERED} == set(OFFERED)


@pytest.mark.parametrize(
    ("old", "present"),
    [
        ("Europe/Kiev", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Kolkata"), ("America/Godthab", "America/Nuuk"),
        ("US/Eastern", "America/New_York"), ("Asia/Rangoon", "Asia/Yangon"), ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("GB", "Europe/London"), ("Etc/UTC", "UTC"), ("GMT", "UTC"), ("Zulu", "UTC"), ("Iceland", "Atlantic/Reykjavik"),
        ("Africa/Asmera", "Africa/Asmara"), ("Pacific/Truk", "Pacific/Chuuk"), ("EST5EDT", "America/New_York"),
        ("US/Pacific-New", "America/Los_Angeles"), ("america/new york", "America/New_York"), (" Europe/Paris ", "Europe/Paris"),
    ],
)  # fmt: skip
def test_a_zone_that_was_renamed_is_known_by_both_names(old, present):
    assert zones.canonical(old) == present
    assert zones.zone(old).key == present


@pytest.mark.parametrize("name", ["Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm", "Africa/Addis_Ababa", "Asia/Phnom_Penh"])
def test_a_place_that_was_merged_with_another_keeps_its_own_name(name):
    assert re.search(rf"^L \S+ {name}$", (resources.files("tzdata.zoneinfo") / "tzdata.zi").read_text(), re.MULTILINE)
    assert zones.canonical(name) == zones.zone(name).key == name


def test_every_name_that_the_package_has_leads_to_one_that_is_offered_but_for_those_of_no_place():
    refused = set()
    for name in zoneinfo.available_timezones():
        try:
            assert zones.canonical(name) in OFFERED
        except zones.NoSuchZone:
            refused.add(name)
    assert refused == {"Factory", *(f"Etc/GMT+{hours}" for hours in range(1, 13)), *(f"Etc/GMT-{hours}" for hours in range(1, 15))}


def test_an_old_name_never_leads_to_a_place_with_another_clock():
    for name in zoneinfo.available_timezones():
        if not name.startswith("Etc/GMT") and name != "Factory":
            for year, month in ((2001, 1), (2001, 7), (2026, 1), (2026, 7)):
                at = datetime(year, month, 15, tzinfo=UTC)
                assert at.astimezone(zones.zone(name)).utcoffset() == at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset(), name


@pytest.mark.parametrize("name", NO_ZONE)
def test_what_is_no_zone_is_refused_in_words(name):
    with pytest.raises(zones.NoSuchZone) as refused:
        zones.canonical(name)
    assert isinstance(refused.value, ValidationError)
    (words,) = refused.value.messages
    assert words.startswith("There is no time zone “")
    assert len(words) < 100
    assert words.isprintable()
    with pytest.raises(zones.NoSuchZone):
        zones.zone("Mars/Base")


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_no_name_at_all_is_refused_in_words(name):
    with pytest.raises(zones.NoSuchZone, match=r"A time zone has a name, such as Africa/Nairobi\."):
        zones.canonical(name)


def test_hours_counted_from_utc_that_were_kept_before_are_still_read():
    assert zones.zone("Etc/GMT-3").utcoffset(datetime(2026, 1, 1)) == timedelta(hours=3)  # noqa: DTZ001
    assert zones.city("Etc/GMT-3") == "UTC+3"


def test_the_pinned_list_is_read_whatever_the_machine_has():
    assert zoneinfo.TZPATH == ()
    code = "import django; django.setup(); import zoneinfo; print(zoneinfo.TZPATH)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env={"DJANGO_SETTINGS_MODULE": "strongcities.settings", "DEMO": "1", "PYTHONTZPATH": "/usr/share/zoneinfo"},
    )  # fmt: skip
    assert said.stdout == "()\n"


# --- Words -----------------------------------------------------------------------------------------------------------

SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "at", "label"),
    [
        ("Africa/Nairobi", SUMMER, "Nairobi, UTC+3"), ("Europe/Paris", SUMMER, "Paris, UTC+2"), ("Europe/Paris", WINTER, "Paris, UTC+1"),
        ("Asia/Kolkata", WINTER, "Kolkata, UTC+5:30"), ("America/St_Johns", WINTER, "St. John’s, UTC−3:30"),
        ("Africa/Accra", WINTER, "Accra, UTC+0"), ("Europe/Kiev", WINTER, "Kyiv, UTC+2"), ("UTC", WINTER, "UTC"),
        ("America/Argentina/Buenos_Aires", WINTER, "Buenos Aires, UTC−3"), ("Africa/Asmara", WINTER, "Asmara, UTC+3"),
        ("America/Nuuk", WINTER, "Nuuk, UTC−2"), ("Europe/Copenhagen", WINTER, "Copenhagen, UTC+1"),
    ],
)  # fmt: skip
def test_a_zone_in_words(name, at, label):
    assert zones.label(name, at) == label


def test_places_are_named_in_the_reader_s_language():
    with override("ar"):
        assert [zones.city(name) for name in ("Europe/Paris", "Europe/Kyiv", "Asia/Kolkata", "UTC")] == ["باريس", "كييف", "كالكتا", "UTC"]
        assert {"أفريقيا", "أوروبا"} <= {group for group, _choices in zones.choices()}


@pytest.mark.parametrize("language", ["en", "ar", "fr", "es", "sw"])
def test_no_two_zones_read_alike(language):
    with override(language):
        labels = list(zones.names(WINTER).values())
    assert len(set(labels)) == len(labels)


def test_a_select_has_each_zone_once_by_part_of_the_world_in_order():
    (first, *groups) = zones.choices()
    assert first == ("UTC", "UTC")
    assert [name for name, _ in groups] == [
        "Africa", "Americas", "Asia", "Europe", "Australia", "Pacific Ocean", "Indian Ocean", "Atlantic Ocean", "Antarctica",
    ]  # fmt: skip
    assert sorted(["UTC", *(name for _, places in groups for name, _ in places)]) == OFFERED
    europe = [label.partition(",")[0] for _, label in dict(groups)["Europe"]]
    assert (europe[0], europe[-1]) == ("Amsterdam", "Zurich")
    assert "Longyearbyen" in europe


# --- What clocks show ------------------------------------------------------------------------------------------------


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("typed", "zone", "fold", "utc"),
    [
        ("2015-09-30T14:00", "Europe/Paris", None, "2015-09-30T12:00"), ("2026-01-30T14:00", "Europe/Paris", None, "2026-01-30T13:00"),
        ("2026-01-30T14:00", "Europe/Paris", 1, "2026-01-30T13:00"), ("2026-10-25T02:30", "Europe/Paris", 0, "2026-10-25T00:30"),
        ("2026-10-25T02:30", "Europe/Paris", 1, "2026-10-25T01:30"), ("2026-10-25T01:30", "Europe/London", 0, "2026-10-25T00:30"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", 0, "2026-04-04T14:45"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", 1, "2026-04-04T15:15"), ("2026-10-25T03:00", "Europe/Paris", None, "2026-10-25T02:00"),
        ("2026-03-29T03:00", "Europe/Paris", None, "2026-03-29T01:00"),
        ("2026-07-01T12:00", "Europe/Kiev", None, "2026-07-01T09:00"), ("2100-12-31T23:59", "UTC", None, "2100-12-31T23:59"),
        ("2000-01-01T00:00", "Pacific/Auckland", None, "1999-12-31T11:00"),
    ],
)  # fmt: skip
def test_when_clocks_show_it(typed, zone, fold, utc):
    found = zones.instant(local(typed), zone, fold=fold)
    assert found == local(utc).replace(tzinfo=UTC)
    assert found.tzinfo == UTC


@pytest.mark.parametrize(
    ("typed", "zone", "words"),
    [
        ("2026-03-29T02:30", "Europe/Paris", "On 29 March 2026 clocks in Paris go from 02:00 to 03:00: 02:30 does not exist."),
        ("2026-03-29T02:00", "Europe/Paris", "On 29 March 2026 clocks in Paris go from 02:00 to 03:00: 02:00 does not exist."),
        ("2026-03-29T02:59:59.999999", "Europe/Paris", "On 29 March 2026 clocks in Paris go from 02:00 to 03:00: 02:59 does not exist."),
        (
            "2026-10-04T02:15", "Australia/Lord_Howe",
            "On 4 October 2026 clocks in Lord Howe Island go from 02:00 to 02:30: 02:15 does not exist.",
        ),
        (
            "2026-03-28T23:30", "America/Nuuk",
            "On 28 March 2026 clocks in Nuuk go from 23:00 to 29 March 2026, 00:00: 23:30 does not exist.",
        ),
        (
            "2011-12-30T12:00", "Pacific/Apia",
            "On 30 December 2011 clocks in Apia go from 00:00 to 31 December 2011, 00:00: 12:00 does not exist.",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_an_hour_that_clocks_go_past_is_refused_with_what_they_do(typed, zone, words, fold):
    with pytest.raises(zones.NoSuchHour) as refused:
        zones.instant(local(typed), zone, fold=fold)
    assert refused.value.messages == [words]


@pytest.mark.parametrize(
    ("typed", "zone", "words"),
    [
        (
            "2026-10-25T01:30", "Europe/London",
            "Clocks in London go back on 25 October 2026, so 01:30 comes twice. Say which you mean: 01:30 UTC+1 or 01:30 UTC+0.",
        ),
        (
            "2026-04-05T02:45", "Australia/Hobart",
            "Clocks in Hobart go back on 5 April 2026, so 02:45 comes twice. Say which you mean: 02:45 UTC+11 or 02:45 UTC+10.",
        ),
    ],
)  # fmt: skip
def test_an_hour_that_comes_twice_is_refused_unless_it_is_said_which(typed, zone, words):
    with pytest.raises(zones.HourTwice) as refused:
        zones.instant(local(typed), zone)
    assert refused.value.messages == [words]
    assert zones.instant(local(typed), zone, fold=0) < zones.instant(local(typed), zone, fold=1)


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_far_year_is_refused(year):
    with pytest.raises(ValidationError, match="The year is one from 2000 to 2100"):
        zones.instant(datetime(year, 6, 1), "Europe/Paris")  # noqa: DTZ001


def test_an_hour_in_no_zone_is_refused():
    with pytest.raises(zones.NoSuchZone):
        zones.instant(local("2026-01-01T12:00"), "Mars/Base")


INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from(OFFERED), INSTANTS)
@example("Europe/Paris", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example("Europe/Paris", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
@example("Antarctica/Troll", datetime(2026, 10, 25, 1, 59, tzinfo=UTC))
@example("Africa/Casablanca", datetime(2026, 2, 15, 2, 30, tzinfo=UTC))
def test_an_instant_comes_back_from_the_wall(name, at):
    shown = zones.wall(at, name)
    assert zones.instant(shown, name, fold=shown.fold) == at


def changes() -> list[tuple[str, datetime]]:
    """Each hour from which a zone's clocks are set otherwise, 2015 to 2040, to the minute: chance alone seldom finds one."""
    found = []
    for name in OFFERED:
        there, at = zones.zone(name), datetime(2015, 1, 1, tzinfo=UTC)
        while at.year < 2041:
            after = at + timedelta(days=7)
            if at.astimezone(there).utcoffset() != after.astimezone(there).utcoffset():
                early, late = at, after
                while late - early > timedelta(minutes=1):
                    middle = early + (late - early) / 2
                    early, late = (
                        (middle, late) if middle.astimezone(there).utcoffset() == at.astimezone(there).utcoffset() else (early, middle)
                    )
                found.append((name, late.replace(second=0, microsecond=0)))
            at = after
    return found


def test_it_does_around_every_change_of_the_clocks():
    found = changes()
    assert len(found) > 5_000
    assert {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"} <= {name for name, _at in found}
    for name, change in found:
        for minutes in (-90, -31, -1, 0, 1, 29, 59, 90):
            at = change + timedelta(minutes=minutes)
            shown = zones.wall(at, name)
            assert zones.instant(shown, name, fold=shown.fold) == at, (name, at)
            if not zones.twice(shown, name):
                assert zones.instant(shown, name) == at, (name, at)
