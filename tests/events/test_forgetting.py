"""Forgetting: a month after an event nobody reads personal details of those who came, and in the night they are deleted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from events import following, forgetting, jobs
from events.models import Answer, Event, Question, Registration, TravelRequest, VisaLetter
from members import leaving
from tests import cast as house
from tests.events import cast
from tests.events.test_follow_up import PASSPORT, SIGNED, TRAVEL

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def seat(sam):
    """Of Leila, who told everything there is to tell, was granted support and has a letter."""
    event = cast.make_event(
        offers_travel=True, offers_letters=True, host=house.make_city("Aarhus"), companions_each=2, companions_capacity=5
    )
    questions = {about: Question.objects.create(event=event, words=about, about=about) for about in ("diet", "access", "other")}
    leila = house.make_person("leila")
    seat = cast.register(event, leila, house.make_city("Mombasa"), companions=["Ann", "Bob"], listed_to="everyone")
    Answer.objects.bulk_create(Answer(registration=seat, question=each, value=f"My {about}") for about, each in questions.items())
    travel = following.ask_for_travel(seat, by=leila, told=TRAVEL)
    travel.grant(by=sam, amount=Decimal(600), currency="EUR", why="Two receipts from Mombasa.")
    letter = following.ask_for_letter(seat, by=leila, told=PASSPORT, language="en")
    letter.issue(by=sam, seen=letter.mark, **SIGNED)
    return Registration.objects.get(pk=seat.pk)


def over_for(event, **ago):
    ends = timezone.now() - timedelta(**ago)
    Event.objects.filter(pk=event.pk).update(starts=ends - timedelta(hours=8), ends=ends)


def kept():
    """What the table has of it, whatever anybody may read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value ->> 0 FROM (SELECT jsonb_build_array(value) AS value FROM events_answer ORDER BY id) AS rows")
        answers = [value for (value,) in cursor.fetchall()]
    seat, travel, letter = Registration.objects.get(), TravelRequest.objects.get(), VisaLetter.objects.get()
    return {
        "answers": answers, "companions": seat.companions, "from": travel.from_where, "cost": travel.cost, "note": travel.note,
        "granted": travel.granted, "sealed": bool(letter.details), "why": travel.transitions.get(verb="grant").why,
    }  # fmt: skip


def test_nobody_reads_it_any_more_though_no_job_ran(seat):
    over_for(seat.event, days=29, hours=23)
    seat = Registration.objects.get()
    assert set(seat.answers.values_list("value", flat=True)) == {"My diet", "My access", "My other"}
    assert seat.companions_told == ["Ann", "Bob"]
    assert TravelRequest.objects.get().told == TRAVEL
    assert VisaLetter.objects.get().told["passport_number"] == "AK0765432"
    over_for(seat.event, days=30, seconds=1)
    seat = Registration.objects.get()
    assert set(seat.answers.values_list("value", flat=True)) == {"My other"}
    assert set(Answer.objects.visible_to(house.make_staff("sam")).values_list("value", flat=True)) == {"My other"}
    assert seat.companions_told == []
    travel, letter = TravelRequest.objects.get(), VisaLetter.objects.get()
    assert (travel.told, travel.cost_words, travel.words, letter.told) == ({}, "", "", {})
    assert kept()["answers"] == ["My diet", "My access", "My other"]  # the table still has all of it


def test_in_the_night_it_is_deleted(seat):
    over_for(seat.event, days=29)
    before = kept()
    assert forgetting.forget() == 0
    assert kept() == before
    over_for(seat.event, days=31)
    assert jobs.forget(timestamp=0) == 5  # two answers, companions, the journey, the letter
    assert kept() == {
        "answers": ["My other"], "companions": ["", ""], "from": "", "cost": None, "note": "", "granted": Decimal(600), "sealed": False,
        "why": "",
    }  # fmt: skip
    seat.event.refresh_from_db()
    assert (seat.event.companions_taken, seat.event.taken) == (2, 1)
    assert forgetting.forget() == 0


def test_what_came_to_nothing_is_forgotten_before_the_event(seat, sam):
    travel, letter = TravelRequest.objects.get(), VisaLetter.objects.get()
    travel.decline(by=sam, why="It was a mistake.")
    letter.withdraw(by=seat.user)
    assert VisaLetter.objects.get().told
    for model in (TravelRequest, VisaLetter):
        model.objects.update(settled=timezone.now() - timedelta(days=30, seconds=1))
    assert (TravelRequest.objects.get().told, VisaLetter.objects.get().told) == ({}, {})
    assert forgetting.forget() == 2
    found = kept()
    assert (found["from"], found["sealed"], found["companions"]) == ("", False, ["Ann", "Bob"])
    assert VisaLetter.objects.get().reference == letter.reference


def test_whoever_leaves_the_network_keeps_the_registration_and_is_in_no_list(seat):
    event, anybody = seat.event, cast.make_people(1)[0]
    guest = cast.register(event, anybody, listed_to="everyone")
    assert set(event.registrations.listed_for(anybody)) == {seat, guest}
    leaving.leave_network(seat.user)
    assert set(event.registrations.listed_for(anybody)) == {guest}
    assert Registration.objects.get(pk=seat.pk).state == "confirmed"


def test_the_privacy_page_says_so(client):
    told = client.get("/privacy/").content.decode()
    for words in ("passport number", "What you eat", "30 days after the event"):
        assert words in told, words
