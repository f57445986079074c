"""The staff's pages for events: each opens for the Secretariat, shows what it is for, and is shut for others."""

import pytest
from django.urls import reverse

from events.models import Question, Registration, Room, Speaker
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(house.make_staff("sam"))
    return client


@pytest.fixture
def event():
    """Two seats taken, two people waiting; a question, a room, a session with a speaker."""
    event = cast.make_event(capacity=2, host=house.make_city("Aarhus"))
    for person in cast.make_people(4):
        cast.register(event, person)
    question = Question.objects.create(event=event, words="What do you eat?", sort="one", options=["All", "No meat"], about="diet")
    Registration.objects.get(event=event, number=1).answers.create(question=question, value="No meat")
    room = Room.objects.create(event=event, name="Blue room")
    session = cast.make_session(event, room=room, capacity=5)
    Speaker.objects.create(session=session, name="Amina Diallo")
    return event


def pages(event):
    session, question = event.sessions.get(), event.questions.get()
    of_event = (
        "announce", "postpone", "resume", "move_days", "copy", "cancel", "register", "invite", "remind", "seats", "door", "line",
        "needs", "questions",
    )  # fmt: skip
    return [
        *(reverse(f"admin:events_event_{name}", args=[event.pk]) for name in of_event),
        reverse("admin:events_event_change", args=[event.pk]),
        reverse("admin:events_event_add"),
        reverse("admin:events_session_change", args=[session.pk]),
        reverse("admin:events_session_call_off", args=[session.pk]),
        f"{reverse('admin:events_session_add')}?event={event.pk}",
        f"{reverse('admin:events_session_changelist')}?event__id__exact={event.pk}",
        reverse("admin:events_question_change", args=[question.pk]),
        f"{reverse('admin:events_question_add')}?event={event.pk}",
        f"{reverse('admin:events_registration_changelist')}?queue=all&event__id__exact={event.pk}",
        f"{reverse('admin:events_eventinvitation_changelist')}?queue=all&event__id__exact={event.pk}",
        *(reverse("admin:events_registration_change", args=[each.pk]) for each in event.registrations.all()),
        reverse("admin:events_photo_add"),
        reverse("admin:events_series_add"),
    ]


def test_every_page_opens_for_the_secretariat(desk, event):
    assert {address: desk.get(address).status_code for address in pages(event)} == dict.fromkeys(pages(event), 200)


def test_staff_without_permission_see_none_of_them(client, event):
    client.force_login(house.make_staff("toni", vets=False))
    assert {address: client.get(address).status_code for address in pages(event)} == dict.fromkeys(pages(event), 403)
