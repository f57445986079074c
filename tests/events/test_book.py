"""Seats in sessions, from the page of one's registration."""

import pytest

from events import booking
from events.models import Booking, Registration
from events.models.seated import State
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(nadia):
    event = cast.make_event()
    for who in (*cast.make_people(2), nadia):
        cast.register(event, who)
    return event


@pytest.fixture
def full(event):
    """One seat in it, which person 1 has."""
    session = cast.make_session(event, "Youth councils", capacity=1, hours=2)
    booked(session, "person1@example.org")
    return session


def booked(session, email):
    registration = Registration.objects.select_related("user").get(event=session.event, user__email=email)
    return booking.book(session, registration=registration, by=registration.user)


def url(session, verb=""):
    return f"/events/{session.event.slug}/sessions/{session.pk}/book/{verb}"


def page(client, event):
    return client.get(f"/events/{event.slug}/registration/")


def said(response):
    return [str(message) for message in response.context["messages"]]


def stands(session):
    rows = session.bookings.order_by("number", "pk").values_list("registration__user__email", "state")
    return [(email.partition("@")[0], state) for email, state in rows]


def test_a_seat_is_taken_and_given_back(inside, event):
    session = cast.make_session(event, "Youth councils", capacity=3)
    assert "3 seats are left." in page(inside, event).content.decode()
    assert said(inside.post(url(session), follow=True)) == ["You have a seat in “Youth councils”."]
    assert stands(session) == [("nadia", "confirmed")]
    inside.post(url(session), follow=True)
    assert stands(session) == [("nadia", "confirmed")]
    assert said(inside.post(url(session, "give-back/"), follow=True)) == ["You gave your place in “Youth councils” back."]
    assert stands(session) == [("nadia", "withdrawn")]


def test_a_full_one_has_a_list_with_place_and_reason(inside, event, full):
    booked(full, "person2@example.org")
    assert "All seats are taken. You would wait with place 2." in page(inside, event).content.decode()
    assert said(inside.post(url(full), follow=True)) == ["You are on the waiting list of “Youth councils”."]
    text = page(inside, event).content.decode()
    assert "Waiting: place 2 of 2" in text
    assert "All seats are taken. One comes free when somebody gives theirs back" in text


def test_an_offer_is_accepted_by_its_button(inside, event, full):
    inside.post(url(full))
    Booking.objects.get(state="confirmed").withdraw(by=Registration.objects.get(user__email="person1@example.org").user)
    assert "A seat is kept for you until:" in page(inside, event).content.decode()
    assert stands(full)[-1] == ("nadia", "offered")
    assert said(inside.post(url(full, "accept/"), follow=True)) == ["You have a seat in “Youth councils”."]
    assert said(inside.post(url(full, "accept/"), follow=True)) == ["This was already settled: it is now “confirmed”."]


def test_one_declined_goes_to_the_next(inside, event, full):
    inside.post(url(full))
    booked(full, "person2@example.org")
    Booking.objects.get(state="confirmed").withdraw(by=Registration.objects.get(user__email="person1@example.org").user)
    inside.post(url(full, "decline/"))
    assert stands(full) == [("person1", "withdrawn"), ("nadia", "declined"), ("person2", "offered")]


def test_an_offer_that_is_over_goes_on_when_the_page_is_opened(inside, event, full):
    inside.post(url(full))
    booked(full, "person2@example.org")
    Booking.objects.get(state="confirmed").withdraw(by=Registration.objects.get(user__email="person1@example.org").user)
    cast.rush(Booking.objects.get(state="offered"))
    page(inside, event)
    assert stands(full) == [("person1", "withdrawn"), ("nadia", "expired"), ("person2", "offered")]


def test_a_clash_is_told_before_and_refused_after(inside, event):
    one, two = cast.make_session(event, "One", hours=2), cast.make_session(event, "Two", after=1)
    inside.post(url(one))
    text = page(inside, event).content.decode()
    assert "At that time you have a seat in “<bdi>One</bdi>”. Give it back first." in text
    assert f'action="{url(two)}"' not in text
    assert said(inside.post(url(two), follow=True)) == ["You have a seat in “One” at that time. Give it back first."]
    assert stands(two) == []


def test_only_who_has_a_seat_at_the_event_sees_and_books_sessions(client, event):
    session = cast.make_session(event)
    leila = house.make_person("leila")
    client.force_login(leila)
    assert client.post(url(session)).status_code == 404
    type(event).objects.filter(pk=event.pk).update(capacity=3)
    cast.register(event, leila)
    assert Registration.objects.get(user=leila).state == State.WAITING
    assert page(client, event).context["sessions"] == []
    assert len(said(client.post(url(session), follow=True))) == 1
    assert stands(session) == []


def test_a_session_of_another_event_or_none_is_not_found(inside, event):
    other = cast.make_session(cast.make_event())
    assert inside.post(f"/events/{event.slug}/sessions/{other.pk}/book/").status_code == 404
    mine = cast.make_session(event)
    assert [inside.post(url(mine, verb)).status_code for verb in ("accept/", "decline/", "give-back/")] == [404] * 3
    assert [inside.get(url(mine, verb)).status_code for verb in ("", "accept/", "decline/", "give-back/")] == [405] * 4
