"""`/events/mine/` and the desk: everything that is about one person, and nothing of anybody else."""

import pytest
from django.utils import timezone

from events import booking, inviting, registering
from events.inviting import Address
from events.models import Event, Registration, Speaker
from events.waiting import waiting_for
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db
QUERIES = 15


def text(response):
    return response.content.decode()


def test_who_has_nothing_reads_what_will_stand_there(inside):
    page = text(inside.get("/events/mine/"))
    assert "You are not registered for any event" in page


def test_strangers_sign_in(client):
    assert client.get("/events/mine/").headers["Location"].startswith("/account/login/")


def make_one_of_each(nadia, prefix="A"):
    """A seat, a place on a list, an offer, an invitation, and something past."""
    seat, full, offered = (
        cast.make_event(f"{prefix} {name}", capacity=1, in_days=days) for name, days in (("seat", 5), ("full", 6), ("offer", 7))
    )
    cast.register(seat, nadia)
    stranger = cast.make_people(1, f"stranger{prefix.lower()}")[0]
    for event in (full, offered):
        cast.register(event, stranger)
        cast.register(event, nadia)
    Registration.objects.get(event=offered, user=stranger).withdraw(by=stranger)
    session = cast.make_session(seat, f"{prefix} session")
    booking.book(session, registration=Registration.objects.get(event=seat, user=nadia), by=nadia)
    inviting.invite(cast.make_event(f"{prefix} invited", audience="invitation"), [Address(nadia.email)], by=house.make_staff())
    past = cast.make_event(f"{prefix} past")
    cast.register(past, nadia)
    Event.objects.filter(pk=past.pk).update(starts=timezone.now().replace(year=2020), ends=timezone.now().replace(year=2021))


def test_everything_stands_there_once(inside, nadia):
    make_one_of_each(nadia)
    context = inside.get("/events/mine/").context
    assert [item.what for item in context["waiting"]] == ["A seat for you: A offer", "You are invited: A invited"]
    assert [(row.event.title, row.state) for row in context["coming"]] == [
        ("A seat", "confirmed"), ("A full", "waiting"), ("A offer", "offered"),
    ]  # fmt: skip
    assert [row.event.title for row in context["past"]] == ["A past"]
    page = text(inside.get("/events/mine/"))
    assert "Waiting: place 1 of 1" in page
    assert "A session" in page


def test_nothing_of_anybody_else(client, nadia):
    make_one_of_each(nadia)
    client.force_login(house.make_person("ove"))
    context = client.get("/events/mine/").context
    assert [list(context[name]) for name in ("waiting", "coming", "past", "speaking")] == [[], [], [], []]


def test_an_offer_that_is_over_no_longer_waits_for_an_answer(inside, nadia):
    make_one_of_each(nadia)
    cast.rush(Registration.objects.get(event__title="A offer", user=nadia))
    context = inside.get("/events/mine/").context
    assert [item.what for item in context["waiting"]] == ["You are invited: A invited"]
    assert [row.event.title for row in context["coming"]] == ["A seat", "A full"]


def test_an_invitation_to_what_is_closed_does_not_wait(nadia):
    make_one_of_each(nadia)
    Event.objects.filter(title="A invited").update(registration_closes=timezone.now())
    assert [item.what for item in waiting_for(nadia)] == ["A seat for you: A offer"]


def test_the_desk_has_offers_and_invitations_with_their_age(inside, nadia):
    make_one_of_each(nadia)
    answer = inside.get("/desk/")
    assert [(item.what, item.button) for item in answer.context["waiting"]] == [
        ("A seat for you: A offer", "Answer the offer"), ("You are invited: A invited", "Answer the invitation"),
    ]  # fmt: skip


def test_a_link_that_somebody_asked_for_themselves_does_not_wait(nadia):
    event = cast.make_event()
    inviting.ask(event, nadia.email, language="en")
    assert waiting_for(nadia) == []


def test_a_lead_sees_offers_to_their_group(client):
    lead, ove, city = house.make_person("lene"), house.make_person("ove"), house.make_city("Aarhus")
    first = cast.make_people(1)[0]
    event = cast.make_event(capacity=2)
    cast.register(event, first)
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    Registration.objects.get(user=first).withdraw(by=first)
    assert sorted(item.what for item in waiting_for(lead)) == ["A seat for Ove Olsen: Spring workshop", "A seat for you: Spring workshop"]
    assert [item.what for item in waiting_for(ove)] == ["A seat for you: Spring workshop"]


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_is_one(inside, nadia, django_assert_num_queries, times):
    for number in range(times):
        make_one_of_each(nadia, "ABC"[number])
    with django_assert_num_queries(QUERIES):
        inside.get("/events/mine/")


# --- Speaking --------------------------------------------------------------------------------------------------------


@pytest.fixture
def speaks():
    """Ove speaks in two sessions, and Leila in one."""
    event, ove, leila = cast.make_event(audience="committee"), house.make_person("ove"), house.make_person("leila")
    sessions = [cast.make_session(event, title, after=after) for after, title in enumerate(("One", "Two", "Three"))]
    rows = [Speaker.objects.create(session=session, official=ove.official) for session in sessions[:2]]
    return event, rows, Speaker.objects.create(session=sessions[0], official=leila.official)


def test_a_speaker_chooses_for_each_session_who_reads_their_name(client, speaks):
    event, rows, other = speaks
    client.force_login(rows[0].official.user)
    assert [row.session.title for row in client.get("/events/mine/").context["speaking"]] == ["One", "Two"]
    path = f"/events/{event.slug}/speaking/"
    assert set(client.get(path).context["form"].fields) == {f"speaker_{row.pk}" for row in rows}
    typed = {f"speaker_{rows[0].pk}": "everyone", f"speaker_{rows[1].pk}": "participants", f"speaker_{other.pk}": "everyone"}
    assert client.post(path, typed).headers["Location"] == "/events/mine/"
    assert dict(Speaker.objects.values_list("pk", "named_to")) == {
        rows[0].pk: "everyone", rows[1].pk: "participants", other.pk: "nobody",
    }  # fmt: skip


def test_what_is_no_choice_changes_nothing(client, speaks):
    event, rows, _other = speaks
    client.force_login(rows[0].official.user)
    answer = client.post(f"/events/{event.slug}/speaking/", {f"speaker_{rows[0].pk}": "the world"})
    assert set(answer.context["form"].errors) == {f"speaker_{row.pk}" for row in rows}
    assert set(Speaker.objects.values_list("named_to", flat=True)) == {"nobody"}


def test_who_does_not_speak_there_finds_nothing(client, speaks):
    event, _rows, _other = speaks
    client.force_login(house.make_person("lene"))
    Event.objects.filter(pk=event.pk).update(audience="public")
    assert client.get(f"/events/{event.slug}/").status_code == 200
    assert client.post(f"/events/{event.slug}/speaking/", {}).status_code == 404
