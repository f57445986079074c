"""A session that moves: those who have or wait for a seat in it, and who speaks there, are told; its page has its papers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from post_office.models import Email

from events import booking, jobs
from events.models import Event, Notice, Paper, Room, Speaker
from members.models import Official
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def stage():
    """A session in which the first of three has a seat and the second waits; an official speaks there."""
    event = cast.make_event()
    session = cast.make_session(event, capacity=1)
    people = cast.make_people(3)
    for person in people:
        seat = cast.register(event, person)
        if person != people[2]:
            booking.book(session, registration=seat, by=person)
    speaker = cast.make_official(house.make_city("Mombasa", country="KE"), "asha@mombasa.example")
    Speaker.objects.create(session=session, official=Official.objects.get(user=speaker))
    return session


def moved():
    return list(Notice.objects.filter(about="session-moved"))


def told():
    """Who was mailed since."""
    Email.objects.all().delete()
    for notice in moved():
        jobs.tell(notice.pk)
    return {to for mail in Email.objects.all() for to in mail.to}


@pytest.mark.parametrize("what", ["hour", "room"])
def test_whom_it_concerns_is_told_its_new_hour_and_room(stage, sam, what):
    room = Room.objects.create(event=stage.event, name="Blue hall")
    fields = {"room": room} if what == "room" else {"starts": stage.starts + timedelta(hours=2), "ends": stage.ends + timedelta(hours=2)}
    stage.change(by=sam, **fields)
    assert told() == {"person1@example.org", "person2@example.org", "asha@mombasa.example"}
    mail = Email.objects.first()
    assert "Youth councils" in mail.message
    assert ("Blue hall" in mail.message) == (what == "room")
    assert ("Blue hall" in mail.html_message) == (what == "room")


@pytest.mark.parametrize("how", ["other words", "saved as it was", "a draft", "new", "refused"])
def test_nobody_is_told_where_it_does_not_move(stage, sam, how):
    later = {"starts": stage.starts + timedelta(hours=2), "ends": stage.ends + timedelta(hours=2)}
    match how:
        case "other words":
            stage.change(by=sam, title="Councils of young people", capacity=2)
        case "saved as it was":
            stage.change(by=sam, starts=stage.starts, ends=stage.ends, room=stage.room)
        case "a draft":
            Event.objects.filter(pk=stage.event_id).update(state="draft")
            stage.change(by=sam, **later)
        case "new":
            cast.make_session(stage.event, "Another").delete()
            type(stage)(event=stage.event).change(by=sam, title="New", **later)
        case "refused":
            with pytest.raises(MoveRefused):
                stage.change(by=sam, ends=stage.event.ends + timedelta(days=1))
    assert moved() == []


def test_a_session_shows_its_papers_to_whom_they_are_for(client, stage):
    for audience in ("everyone", "members"):
        Paper.objects.create(
            event=stage.event, session=stage, title=f"Paper for {audience}", link="https://example.org/p", language="en", audience=audience
        )
    Paper.objects.create(event=stage.event, title="Of the whole event", link="https://example.org/q", language="en", audience="everyone")
    page = client.get(stage.get_absolute_url()).text
    assert "Paper for everyone" in page
    assert "Paper for members" not in page
    assert "Of the whole event" not in page


@pytest.mark.parametrize(("now", "may"), [("2026-11-09T10:59", False), ("2026-11-09T11:00", True)])
def test_whoever_comes_is_let_in_from_the_first_minute_of_the_day_there(sam, monkeypatch, now, may):
    """In Auckland (UTC+13) the event begins at eight in the evening of the tenth, which there began at 11:00 UTC on the ninth."""
    begins = datetime(2026, 11, 10, 7, tzinfo=UTC)
    event = cast.make_event(zone="Pacific/Auckland", starts=begins, ends=begins + timedelta(hours=3), registration_closes=begins)
    Event.objects.filter(pk=event.pk).update(starts=timezone.now() + timedelta(days=9), ends=timezone.now() + timedelta(days=10))
    Event.objects.filter(pk=event.pk).update(registration_closes=None)
    event.refresh_from_db()
    seat = cast.register(event, cast.make_people(1)[0])
    Event.objects.filter(pk=event.pk).update(starts=begins, ends=begins + timedelta(hours=3))
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    seat = type(seat).objects.get(pk=seat.pk)
    if may:
        seat.check_in(by=sam)
        assert seat.state == "attended"
    else:
        with pytest.raises(MoveRefused, match="not begun"):
            seat.check_in(by=sam)
