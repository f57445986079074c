"""The staff decide on registrations, add people, give seats, build the form, keep the programme and invite."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from post_office.models import Email

from events import adding, asking, booking, sharing
from events.models import Event, EventInvitation, Photo, Question, Room, Session, Speaker
from members.models import Export
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def desk(client, sam):
    client.force_login(sam)
    return client


@pytest.fixture
def full():
    """Two seats, taken; persons 3 and 4 wait."""
    event = cast.make_event(capacity=2)
    for person in cast.make_people(4):
        cast.register(event, person)
    return event


def of(event, number):
    return event.registrations.get(user__email=f"person{number}@example.org")


# --- Deciding ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked():
    """Three who ask, of whom there are seats for two."""
    event = cast.make_event(way="moderated", capacity=2)
    for person in cast.make_people(3):
        cast.register(event, person)
    return event


def test_whoever_decides_is_led_on_to_the_next(desk, asked):
    first, second = of(asked, 1), of(asked, 2)
    response = desk.post(reverse("admin:events_registration_approve", args=[first.pk]))
    assert response["Location"] == reverse("admin:events_registration_change", args=[second.pk])
    refuse = reverse("admin:events_registration_refuse", args=[second.pk])
    assert desk.post(refuse, {"refuse-why": ""}).status_code == 422
    assert desk.post(refuse, {"refuse-why": "It is for cities."}).status_code == 302
    assert cast.stands(asked) == [("person1", "confirmed"), ("person2", "refused"), ("person3", "requested")]
    assert desk.post(refuse, {"refuse-why": "Once more."}).status_code == 302  # settled: said, and nothing done
    assert of(asked, 2).transitions.count() == 2


def test_nobody_decides_on_their_own(desk, sam):
    event = cast.make_event(way="moderated")
    own = cast.register(event, sam)
    desk.post(reverse("admin:events_registration_approve", args=[own.pk]))
    desk.post(reverse("admin:events_registration_approve_together"), {"one": [own.pk]})
    own.refresh_from_db()
    assert own.state == "requested"


def test_many_at_once_in_the_order_of_asking(desk, asked):
    keys = [of(asked, number).pk for number in (3, 2, 1)]
    address = reverse("admin:events_registration_changelist")
    page = desk.post(address, {"action": "approve_together", "_selected_action": keys})
    assert [row.user.email.partition("@")[0] for row in page.context["able"]] == ["person1", "person2", "person3"]
    desk.post(reverse("admin:events_registration_approve_together"), {"one": keys})
    assert cast.stands(asked) == [("person1", "confirmed"), ("person2", "confirmed"), ("person3", "waiting")]
    cancel = reverse("admin:events_registration_cancel_together")
    assert desk.post(cancel, {"one": keys[2:]}).status_code == 422
    desk.post(cancel, {"one": keys[2:], "why": "Not of a city."})
    assert cast.stands(asked) == [("person1", "cancelled"), ("person2", "confirmed"), ("person3", "offered")]


def test_the_door_lets_in_and_out_by_one_press(desk):
    event = cast.make_event(in_days=0)
    Event.objects.filter(pk=event.pk).update(starts=timezone.now() - timedelta(hours=1), registration_closes=event.ends)
    event.refresh_from_db()
    registration = cast.register(event, cast.make_people(1)[0])
    data = {"registration": registration.pk}
    for verb, state in (("let_in", "attended"), ("let_in", "attended"), ("let_out", "confirmed")):
        desk.post(reverse(f"admin:events_event_{verb}", args=[event.pk]), data)
        registration.refresh_from_db()
        assert registration.state == state
    other = cast.make_event()
    assert desk.post(reverse("admin:events_event_let_in", args=[other.pk]), data).status_code == 404


def test_the_first_page_says_what_waits(desk, asked):
    page = desk.get("/admin/").content.decode()
    assert "Registrations to decide" in page
    assert "3 wait" in page


# --- Added by hand -----------------------------------------------------------------------------------------------------


def test_added_people_come_last_unless_it_is_said_otherwise(full, sam):
    five, six = cast.make_people(2, "late")
    assert adding.add(full, user=five, city=None, by=sam, why="Rang us.").state == "waiting"
    with pytest.raises(MoveRefused, match="All seats are taken"):
        adding.add(full, user=six, city=None, by=sam, why="Speaks.", ahead=True)
    Event.objects.filter(pk=full.pk).update(capacity=3)  # behind the verb's back: nobody was offered it
    new = adding.add(full, user=six, city=None, by=sam, why="Speaks.", ahead=True)
    assert (new.state, [(step.verb, step.by, step.why) for step in new.transitions.all()]) == ("confirmed", [("add", sam, "Speaks.")])
    assert cast.counted(full) == (3, 3)


def test_who_may_add_whom(full, sam):
    late = cast.make_people(1, "late")[0]
    with pytest.raises(PermissionDenied):
        adding.add(full, user=late, city=None, by=house.make_staff("toni", vets=False), why="Rang us.")
    with pytest.raises(ValueError, match="say why"):
        adding.add(full, user=late, city=None, by=sam, why=" ")
    with pytest.raises(MoveRefused, match="there already"):
        adding.add(full, user=of(full, 1).user, city=None, by=sam, why="Rang us.")
    draft = cast.make_event(state="draft")
    with pytest.raises(MoveRefused, match="announced"):
        adding.add(draft, user=late, city=None, by=sam, why="Rang us.")


def test_added_from_the_page_for_the_city_of_their_post(desk, full):
    aarhus, ghent = house.make_city("Aarhus"), house.make_city("Ghent")
    ove = cast.make_official(aarhus, "ove@aarhus.dk")
    address = reverse("admin:events_event_register", args=[full.pk])
    assert "No account has this address" in desk.post(address, {"mail": "nobody@aarhus.dk", "why": "Rang us."}).content.decode()
    page = desk.post(address, {"mail": "ove@aarhus.dk", "why": "Rang us.", "city": str(ghent.pk)})
    assert "They hold no post there today" in page.content.decode()
    assert desk.post(address, {"mail": "ove@aarhus.dk", "why": "Rang us."}).status_code == 302
    assert full.registrations.get(user=ove).city == aarhus
    assert Email.objects.filter(to=["ove@aarhus.dk"]).count() == 1


# --- Seats -------------------------------------------------------------------------------------------------------------


def test_more_seats_are_offered_at_once(desk, full):
    address = reverse("admin:events_event_seats_total", args=[full.pk])
    desk.post(address, {"capacity": "3", "per_city": ""})
    assert cast.stands(full)[2:] == [("person3", "offered"), ("person4", "waiting")]
    desk.post(address, {"capacity": "1", "per_city": ""})
    full.refresh_from_db()
    assert full.capacity == 3


@pytest.mark.parametrize("came", [{}, {"per_city": "2"}, {"capacity": ""}])
def test_a_form_that_came_in_part_lifts_no_limit(desk, full, came):
    before = full.capacity, full.per_city
    answer = desk.post(reverse("admin:events_event_seats_total", args=[full.pk]), came)
    full.refresh_from_db()
    assert "nothing is changed" in answer.content.decode()
    assert (full.capacity, full.per_city) == before


def test_nor_takes_it_from_a_city_the_number_that_it_has(desk, full):
    aarhus = house.make_city("Aarhus")
    Event.objects.filter(pk=full.pk).update(per_city=1)
    sharing.give(full, aarhus, 2, by=house.make_staff("toni"))
    answer = desk.post(reverse("admin:events_event_seats_city", args=[full.pk]), {"city": aarhus.pk})
    assert "nothing is changed" in answer.content.decode()
    assert full.shares.get(city=aarhus).capacity == 2


def test_a_city_gets_a_number_of_its_own_and_those_who_waited_its_seats(sam):
    aarhus, mombasa = house.make_city("Aarhus"), house.make_city("Mombasa")
    event = cast.make_event(per_city=1)
    for number in (1, 2, 3):
        cast.register(event, cast.make_official(aarhus, f"one{number}@aarhus.dk"), aarhus)
    assert [state for _who, state in cast.stands(event)] == ["confirmed", "waiting", "waiting"]
    share = sharing.give(event, aarhus, 2, by=sam)
    assert (share.capacity, share.is_own, share.taken) == (2, True, 2)
    assert [state for _who, state in cast.stands(event)] == ["confirmed", "offered", "waiting"]
    with pytest.raises(MoveRefused, match="2 seats, taken or offered"):
        sharing.give(event, aarhus, None, by=sam)
    assert sharing.give(event, mombasa, 0, by=sam).capacity == 0
    with pytest.raises(PermissionDenied):
        sharing.give(event, aarhus, 5, by=house.make_person("nadia"))
    with pytest.raises(MoveRefused, match="doesn’t limit"):
        sharing.give(cast.make_event(), aarhus, 5, by=sam)


# --- Programme ---------------------------------------------------------------------------------------------------------


def test_a_session_with_more_seats_passes_them_on_and_fewer_are_refused(sam):
    event = cast.make_event()
    session = cast.make_session(event, capacity=1)
    people = cast.make_people(2)
    first, second = (booking.book(session, registration=cast.register(event, person), by=person) for person in people)
    session.change(by=sam, capacity=2)
    second.refresh_from_db()
    assert (first.state, second.state) == ("confirmed", "offered")
    for fields, words in (({"capacity": 1}, "2 seats are taken"), ({"books": False, "capacity": None}, "People have seats in it")):
        with pytest.raises(MoveRefused, match=words):
            session.change(by=sam, **fields)
    with pytest.raises(MoveRefused, match="outside"):
        session.change(by=sam, ends=event.ends + timedelta(hours=1))
    with pytest.raises(MoveRefused, match="Call it off instead"):
        session.remove(by=sam)
    with pytest.raises(PermissionDenied):
        session.change(by=house.make_person("nadia"), title="Other")
    session.call_off(by=sam)
    second.refresh_from_db()
    assert second.state == "cancelled"


def test_a_session_is_made_in_its_event_and_its_clashes_are_told(desk):
    event = cast.make_event()
    room = Room.objects.create(event=event, name="Blue room")
    there = cast.make_session(event, "Youth councils", room=room)
    Speaker.objects.create(session=there, name="Amina Diallo")
    address = f"{reverse('admin:events_session_add')}?event={event.pk}"
    wall = timezone.localtime(event.starts, timezone=ZoneInfo(event.zone))
    data = {
        "title": "Networks", "kind": "workshop", "room": room.pk, "starts_day": f"{wall:%Y-%m-%d}", "starts_time": f"{wall:%H:%M}",
        "ends_day": f"{wall:%Y-%m-%d}", "ends_time": f"{wall + timedelta(minutes=30):%H:%M}",
        "speakers-TOTAL_FORMS": "0", "speakers-INITIAL_FORMS": "0",
    }  # fmt: skip
    page = desk.post(address, {**data, "ends_day": f"{wall + timedelta(days=9):%Y-%m-%d}"})
    assert "It lies outside of the event" in page.content.decode()
    assert desk.post(address, data).status_code == 302
    assert Session.objects.get(title="Networks").starts == event.starts
    page = desk.get(f"{reverse('admin:events_session_changelist')}?event__id__exact={event.pk}").content.decode()
    assert "Blue room: “Youth councils” and “Networks” are at the same time." in page
    assert desk.post(reverse("admin:events_session_call_off", args=[there.pk])).status_code == 302
    assert desk.post(reverse("admin:events_session_call_off", args=[there.pk])).status_code == 422


# --- Questions ---------------------------------------------------------------------------------------------------------


def ask(event, words, **fields):
    question = Question(event=event, words=words, **fields)
    asking.place_at_end(question)
    question.save()
    return question


def checked():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("wrong", [{"depends_values": ["perhaps"]}, {"stage": "follow-up"}, {"pk_before": True}])
def test_the_database_holds_conditions(wrong):
    event = cast.make_event()
    above = ask(event, "Do you travel?", sort="yes-no")
    told = {"depends_on": above, "depends_values": ["yes"], **wrong}
    if told.pop("pk_before", False):
        Question.objects.filter(pk=above.pk).update(position=5)
        told["position"] = 1
    with pytest.raises(IntegrityError, match="question_depends_on_an_earlier_one"), transaction.atomic():
        Question.objects.create(event=event, words="From where?", **{"position": 7, **told})
        checked()
    other = ask(cast.make_event(), "Elsewhere?", sort="yes-no")
    with pytest.raises(IntegrityError, match="question_depends_on_an_earlier_one"), transaction.atomic():
        Question.objects.create(event=event, words="From where?", position=7, depends_on=other, depends_values=["yes"])
        checked()


def test_the_form_is_built_and_says_what_is_wrong(desk):
    event = cast.make_event()
    above = ask(event, "Do you travel?", sort="yes-no")
    address = f"{reverse('admin:events_question_add')}?event={event.pk}"
    data = {"words": "From where?", "stage": "registration", "sort": "line", "about": "other"}
    bad = desk.post(address, {**data, "depends_on": above.pk, "depends_values": "perhaps"})
    assert "can’t be answered there" in bad.content.decode()
    assert "Name the answers" in desk.post(address, {**data, "sort": "one"}).content.decode()
    assert desk.post(address, {**data, "depends_on": above.pk, "depends_values": "yes"}).status_code == 302
    new = Question.objects.get(words="From where?")
    assert (new.event, new.position, new.depends_values) == (event, 1, ["yes"])
    desk.post(reverse("admin:events_question_up", args=[new.pk]))  # it depends on the one before
    desk.post(reverse("admin:events_question_retire", args=[above.pk]))
    assert list(event.questions.values_list("words", "is_retired")) == [("Do you travel?", False), ("From where?", False)]
    third = ask(event, "A note?")
    desk.post(reverse("admin:events_question_up", args=[third.pk]))
    assert list(event.questions.values_list("words", flat=True)) == ["Do you travel?", "A note?", "From where?"]


def test_what_was_answered_is_retired_and_keeps_its_kind(desk, full):
    question = ask(full, "What do you eat?", sort="one", options=["All", "No meat"])
    of(full, 1).answers.create(question=question, value="No meat")
    assert desk.post(reverse("admin:events_question_delete", args=[question.pk]), {"post": "yes"}).status_code == 403
    data = {"words": "What do you eat?", "stage": "registration", "about": "diet", "sort": "one", "options": "All"}
    page = desk.post(reverse("admin:events_question_change", args=[question.pk]), data)
    assert "“No meat” was answered by somebody" in page.content.decode()
    page = desk.post(reverse("admin:events_question_change", args=[question.pk]), {**data, "sort": "line", "options": ""})
    assert "its kind stays" in page.content.decode()
    desk.post(reverse("admin:events_question_retire", args=[question.pk]))
    question.refresh_from_db()
    assert question.is_retired


# --- Lists taken out ---------------------------------------------------------------------------------------------------


def test_lists_are_taken_out_written_down_and_name_nobody_for_the_cook(desk, sam, full):
    diet = ask(full, "What do you eat?", sort="line", about="diet")
    of(full, 1).answers.create(question=diet, value="zyxvegan")
    people = desk.get(reverse("admin:events_event_participants", args=[full.pk, "csv"])).content.decode()
    assert ("person1@example.org" in people, "person3@example.org" in people, "zyxvegan" in people) == (True, False, False)
    needs = desk.get(reverse("admin:events_event_needs_file", args=[full.pk, "csv"])).content.decode()
    assert ("zyxvegan,1" in needs, "erson" in needs.replace("people", "")) == (True, False)
    assert [(row.kind, row.by, row.rows) for row in Export.objects.order_by("pk")] == [("participants", sam, 2), ("needs", sam, 1)]
    assert desk.get(reverse("admin:events_event_participants", args=[full.pk, "pdf"])).status_code == 404
    page = desk.get(reverse("admin:events_registration_change", args=[of(full, 1).pk])).content.decode()
    assert "zyxvegan" not in page


def test_needs_by_name_are_for_whom_a_group_gives_them(client, full):
    diet = ask(full, "What do you eat?", sort="line", about="diet")
    of(full, 1).answers.create(question=diet, value="zyxvegan")
    client.force_login(house.make_staff("root", is_superuser=True))
    assert "zyxvegan" in client.get(reverse("admin:events_registration_change", args=[of(full, 1).pk])).content.decode()
    page = client.get(reverse("admin:events_event_needs", args=[full.pk]))
    assert [registration.user.email for registration, _said in page.context["by_name"]] == ["person1@example.org"]


# --- Invitations -------------------------------------------------------------------------------------------------------


def test_many_are_invited_and_bad_lines_are_named(desk):
    event = cast.make_event()
    address = reverse("admin:events_event_invite", args=[event.pk])
    text = "Amina Diallo <Amina@City.example>\nnot an address\nb@city.example, Bo\namina@city.example"
    page = desk.post(address, {"pasted": text, "language": "en"})
    assert "Line 2: “not an address” is no mail address." in page.content.decode()
    assert not EventInvitation.objects.exists()
    assert desk.post(address, {"pasted": text, "language": "en", "skip": "on"}).status_code == 302
    assert set(EventInvitation.objects.values_list("email", "name")) == {("amina@city.example", "Amina Diallo"), ("b@city.example", "Bo")}
    page = desk.post(address, {"pasted": text, "language": "en", "skip": "on"}, follow=True).content.decode()
    assert "0 people are invited." in page
    assert "3 had one already" in page
    assert desk.post(address, {"pasted": "", "language": "en"}).status_code == 422


def test_they_are_reminded_after_two_days_and_withdrawn(desk, sam):
    event = cast.make_event()
    desk.post(reverse("admin:events_event_invite", args=[event.pk]), {"pasted": "b@city.example", "language": "en"})
    remind, one = reverse("admin:events_event_remind", args=[event.pk]), EventInvitation.objects.get()
    assert "Nobody is to be reminded now" in desk.get(remind).content.decode()
    EventInvitation.objects.update(sent=timezone.now() - timedelta(days=3))
    assert "1 person was invited and has not answered" in desk.get(remind).content.decode()
    desk.post(remind)
    desk.post(remind)
    desk.post(reverse("admin:events_eventinvitation_withdraw", args=[one.pk]))
    one.refresh_from_db()
    assert (one.reminders, one.state) == (1, "withdrawn")


def test_a_photograph_needs_a_picture_words_and_a_credit(desk, client):
    event, address = cast.make_event(), reverse("admin:events_photo_add")
    drawn = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(drawn, "PNG")
    a_picture = drawn.getvalue()
    said = {
        "event": event.pk,
        "alt": "A hall full of people",
        "caption": "",
        "credit": "City of Aarhus",
        "licence": "cc-by-4.0",
        "position": "0",
    }
    assert "Choose a picture." in desk.post(address, said).content.decode()
    assert desk.post(address, {**said, "file": SimpleUploadedFile("a.png", b"no picture")}).status_code == 200
    for name in ("alt", "credit"):
        assert desk.post(address, {**said, name: "", "file": SimpleUploadedFile("a.png", a_picture)}).status_code == 200
    assert not Photo.objects.exists()
    assert desk.post(address, {**said, "file": SimpleUploadedFile("a.png", a_picture)}).status_code == 302
    photo = Photo.objects.get()
    assert (photo.event, photo.credit) == (event, "City of Aarhus")
    assert photo.picture in client.get(event.get_absolute_url()).content.decode()
