"""Fields that ask for a zone, and for hours in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django import forms
from django.utils.translation import override
from hypothesis import example, given, settings as how, strategies as st

from strongcities import zones
from strongcities.zoned import Wall, WallTimeField, ZonedForm, ZoneField


class EventForm(ZonedForm, forms.Form):
    time_zone = ZoneField()
    starts = WallTimeField()
    ends = WallTimeField(required=False)


class SessionForm(ZonedForm, forms.Form):
    zone_field = ""
    starts = WallTimeField()

    def __init__(self, *args, zone, **kwargs):
        self.zone = zone
        super().__init__(*args, **kwargs)


FIRST, SECOND = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
TWICE = "Clocks in Paris go back on 25 October 2026, so 02:30 comes twice. Say which you mean: 02:30 UTC+2 or 02:30 UTC+1."
PAST = "On 29 March 2026 clocks in Paris go from 02:00 to 03:00: 02:30 does not exist."


def sent(zone: str = "Europe/Paris", day: str = "2026-06-01", time: str = "14:00", **more: str) -> dict[str, str]:
    return {"time_zone": zone, "starts_day": day, "starts_time": time, **more}


def inputs(form: forms.Form, name: str = "starts") -> dict[str, str]:
    """What stands in each part that is shown."""
    values = {part.data["name"]: part.data["value"] or "" for part in form[name].subwidgets}
    return {name: value[0] if isinstance(value, list) else value for name, value in values.items()}


def test_two_wall_times_become_instants():
    form = EventForm(sent(ends_day="2026-06-02", ends_time="16:30:15"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "time_zone": "Europe/Paris",
        "starts": datetime(2026, 6, 1, 12, tzinfo=UTC),
        "ends": datetime(2026, 6, 2, 14, 30, 15, tzinfo=UTC),
    }


def test_what_may_be_empty_is_none():
    form = EventForm(sent())
    assert form.is_valid()
    assert form.cleaned_data["ends"] is None


@pytest.mark.parametrize("typed", ["2026-10-26 02:30", "2026-10-26T02:30", " 2026-10-26  2:30 ", "2026-10-26T02:30:00", "٢٠٢٦-١٠-٢٦ ٠٢:٣٠"])
@pytest.mark.parametrize("name", ["starts", "starts_day"])
def test_all_of_it_may_be_typed_in_one_line(typed, name):
    form = EventForm({"time_zone": "Europe/Paris", name: typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts"] == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [
        ("", "", "This field is required."),
        ("2026-06-01", "", "Say the hour too, such as 14:30."),
        ("", "14:00", "Say the day too."),
        ("2026-06-31", "14:00", "“2026-06-31 14:00” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("2026-06-01", "25:00", "“2026-06-01 25:00” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("01/06/2026", "14:00", "“01/06/2026 14:00” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("tomorrow", "", "“tomorrow” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("\x00", "14:00", "“� 14:00” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("9" * 10_000, "14:00", f"“{'9' * 60}” is no day and hour. Write them like 2026-10-25 and 14:30."),
        ("1999-12-31", "23:59", "The year is one from 2000 to 2100."),
        ("2101-01-01", "00:00", "The year is one from 2000 to 2100."),
        ("0001-01-01", "00:00", "The year is one from 2000 to 2100."),
        ("9999-12-31", "23:59", "The year is one from 2000 to 2100."),
        ("2026-03-29", "02:30", PAST),
        ("2026-10-25", "02:30", TWICE),
    ],
)
def test_what_is_wrong_is_said_at_the_field(day, time, words):
    form = EventForm(sent(day=day, time=time))
    assert form.errors == {"starts": [words]}
    assert "starts" not in form.cleaned_data


def test_which_of_two_is_asked_for_only_where_there_are_two():
    assert list(inputs(EventForm(sent()))) == ["starts_day", "starts_time"]
    form = EventForm(sent(day="2026-10-25", time="02:30"))
    assert not form.is_valid()
    assert inputs(form) == {"starts_day": "2026-10-25", "starts_time": "02:30", "starts_which": ""}
    assert list(inputs(form, "ends")) == ["ends_day", "ends_time"]
    drawn = str(form["starts"])
    assert '<option value="0">02:30 UTC+2</option>' in drawn
    assert '<option value="1">02:30 UTC+1</option>' in drawn
    assert list(inputs(EventForm(sent()))) == ["starts_day", "starts_time"]  # the next form knows nothing of it


@pytest.mark.parametrize(("which", "when"), [("0", FIRST), ("1", SECOND)])
def test_which_of_two_is_chosen(which, when):
    form = EventForm(sent(day="2026-10-25", time="02:30", starts_which=which))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts"] == when
    wrong = EventForm(sent(day="2026-10-25", time="02:30", starts_which=which, ends_day="2026-03-29", ends_time="02:30"))
    assert wrong.errors == {"ends": [PAST]}
    assert inputs(wrong)["starts_which"] == which  # it isn't asked anew


@pytest.mark.parametrize("which", ["", "2", "x", "-1"])
def test_a_choice_that_is_none_is_asked_for_again(which):
    assert EventForm(sent(day="2026-10-25", time="02:30", starts_which=which)).errors == {"starts": [TWICE]}


def test_a_choice_says_nothing_of_an_hour_that_comes_once():
    form = EventForm(sent(starts_which="1"))
    assert form.is_valid()
    assert form.cleaned_data["starts"] == datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_the_same_hour_in_another_zone_is_another_instant():
    form = EventForm(sent(zone="Africa/Nairobi"))
    assert form.is_valid()
    assert form.cleaned_data["starts"] == datetime(2026, 6, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Mars/Base", "There is no time zone “Mars/Base”."),
        ("Etc/GMT+5", "There is no time zone “Etc/GMT+5”."),
        ("\x00", "There is no time zone “�”."),
        ("", "This field is required."),
    ],
)
def test_without_a_zone_no_hour_is_kept_and_one_thing_is_said(zone, words):
    form = EventForm(sent(zone=zone))
    assert form.errors == {"time_zone": [words]}
    assert "starts" not in form.cleaned_data


def test_where_a_zone_may_be_missing_an_hour_asks_for_it():
    class Form(ZonedForm, forms.Form):
        time_zone = ZoneField(required=False)
        starts = WallTimeField(required=False)

    assert Form({}).is_valid()
    assert Form({"starts": "2026-06-01 14:00"}).errors == {"starts": ["Say in which time zone this is."]}


def test_an_old_name_of_a_zone_is_taken_and_the_present_one_kept():
    form = EventForm(sent(zone="Europe/Kiev"))
    assert form.is_valid()
    assert form.cleaned_data["time_zone"] == "Europe/Kyiv"
    kept = EventForm(initial={"time_zone": "Asia/Calcutta"})
    assert '<option value="Asia/Kolkata" selected>Kolkata, UTC+5:30</option>' in str(kept["time_zone"])
    assert "selected" not in str(EventForm(initial={"time_zone": "Mars/Base"})["time_zone"]).replace('<option value="" selected>', "")


def test_zones_are_offered_in_the_reader_s_language():
    with override("ar"):
        assert '<optgroup label="أفريقيا">' in str(EventForm()["time_zone"])


@pytest.mark.parametrize(
    ("when", "zone", "shown"),
    [
        (datetime(2026, 6, 1, 12, tzinfo=UTC), "Europe/Paris", {"starts_day": "2026-06-01", "starts_time": "14:00"}),
        (datetime(2026, 6, 1, 12, tzinfo=UTC), "Europe/Kiev", {"starts_day": "2026-06-01", "starts_time": "15:00"}),
        (datetime(2026, 6, 1, 21, 59, 59, tzinfo=UTC), "Europe/Paris", {"starts_day": "2026-06-01", "starts_time": "23:59:59"}),
        (FIRST, "Europe/Paris", {"starts_day": "2026-10-25", "starts_time": "02:30", "starts_which": "0"}),
        (SECOND, "Europe/Paris", {"starts_day": "2026-10-25", "starts_time": "02:30", "starts_which": "1"}),
    ],
)
def test_an_instant_is_shown_as_clocks_show_it_and_comes_back(when, zone, shown):
    form = EventForm(initial={"time_zone": zone, "starts": when})
    assert inputs(form) == shown
    again = EventForm({"time_zone": zone, **shown}, initial={"time_zone": zones.canonical(zone), "starts": when})
    assert again.is_valid(), again.errors
    assert again.cleaned_data["starts"] == when
    assert again.changed_data == []


def test_what_was_changed_is_told():
    initial = {"time_zone": "Europe/Paris", "starts": FIRST}
    for more, changed in (({"starts_which": "0"}, []), ({"starts_which": "1"}, ["starts"]), ({"starts_time": "x"}, ["starts"])):
        data = sent(day="2026-10-25", time="02:30", **{"starts_which": "0", **more}) | more
        assert EventForm(data, initial=initial).changed_data == changed
    assert EventForm(sent(day="2026-10-26", time="02:30"), initial=initial).changed_data == ["starts"]
    assert EventForm(sent(), initial={"time_zone": "Europe/Paris"}).changed_data == ["starts"]


@how(deadline=None)
@given(st.sampled_from(sorted(zones.names())), st.datetimes(datetime(2015, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
@example("Europe/Paris", FIRST)
@example("Europe/Paris", SECOND)
def test_whatever_instant_comes_back(zone, when):
    when = when.replace(microsecond=0)
    shown = inputs(SessionForm(initial={"starts": when}, zone=zone))
    form = SessionForm(shown, zone=zone)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts"] == when


def test_hours_of_a_zone_that_the_form_does_not_ask_for():
    form = SessionForm({"starts_day": "2026-06-01", "starts_time": "14:00"}, zone="Africa/Nairobi")
    assert form.is_valid()
    assert form.cleaned_data == {"starts": datetime(2026, 6, 1, 11, tzinfo=UTC)}
    assert not SessionForm({}, zone="Africa/Nairobi").is_valid()


def test_parts_bear_names_hints_and_faults():
    form = EventForm(sent(time=""), auto_id="id_%s")
    field = form["starts"].as_field_group()
    for part in (
        '<label for="id_starts_0">Day<input type="date"',
        '<label for="id_starts_1">Time<input type="time"',
        'aria-invalid="true"',
    ):
        assert part in field
    assert "<fieldset" in field
    assert '<a href="#id_starts_0">' in str(form)
    assert "which" not in field


def test_several_forms_on_a_page_are_told_apart():
    form = EventForm({"a-time_zone": "Europe/Paris", "a-starts_day": "2026-06-01", "a-starts_time": "14:00"}, prefix="a")
    assert form.is_valid(), form.errors


def test_the_field_alone_answers_what_the_clock_shows():
    assert WallTimeField().clean(["2026-06-01", "14:00", "1"]) == Wall(datetime(2026, 6, 1, 14), 1)  # noqa: DTZ001
