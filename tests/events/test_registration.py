"""`/events/<slug>/registration/`: how it stands, offers, answers, withdrawing; always the reader's own."""

import pytest
from django.utils import timezone

from events import seats
from events.models import Event, Question, Registration
from events.models.seated import State
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
QUERIES, FORM_QUERIES = 16, 18


def url(event, verb=""):
    return f"/events/{event.slug}/registration/{verb}"


def text(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def event(nadia):
    """One seat, taken by person 1; Nadia waits, and person 2 behind her."""
    event = cast.make_event(capacity=1)
    people = cast.make_people(2)
    for who in (people[0], nadia, people[1]):
        cast.register(event, who)
    return event


@pytest.fixture
def offered(event):
    first = Registration.objects.get(event=event, user__email="person1@example.org")
    first.withdraw(by=first.user)
    return event


def mine(event):
    return Registration.objects.get(event=event, user__email="nadia@gent.be")


def test_it_says_how_it_stands_and_why(inside, event):
    page = text(inside.get(url(event)))
    assert "You are on the waiting list, with place 1 of 2." in page
    assert "All seats are taken. One comes free when somebody gives theirs back" in page


def test_to_open_an_offer_answers_nothing(inside, offered):
    page = text(inside.get(url(offered)))
    assert "A seat is kept for you." in page
    assert f'action="{url(offered, "accept/")}"' in page
    assert mine(offered).state == State.OFFERED
    assert [inside.get(url(offered, verb)).status_code for verb in ("accept/", "decline/", "apart/")] == [405] * 3


def test_an_offer_is_accepted_once(inside, offered):
    assert said(inside.post(url(offered, "accept/"), follow=True)) == ["You have a seat."]
    assert mine(offered).state == State.CONFIRMED
    assert said(inside.post(url(offered, "accept/"), follow=True)) == ["This was already settled: it is now “confirmed”."]
    assert mine(offered).state == State.CONFIRMED
    assert [mail.subject for mail in outbox()][-2:] == ["A seat for you: Spring workshop", "You have a seat: Spring workshop"]


def test_an_offer_is_declined_and_goes_on(inside, offered):
    assert said(inside.post(url(offered, "decline/"), follow=True)) == ["You declined the seat. It goes to the next in line."]
    assert cast.stands(offered)[1:] == [("nadia", "declined"), ("person2", "offered")]


def test_an_offer_that_is_over_is_not_shown_as_open_although_no_job_ran(inside, offered):
    cast.rush(mine(offered))
    assert "The offer of a seat was not answered in time." in text(inside.get(url(offered)))
    assert cast.stands(offered)[1:] == [("nadia", "expired"), ("person2", "offered")]


def test_after_its_end_it_can_not_be_accepted(inside, offered):
    cast.rush(mine(offered))
    assert said(inside.post(url(offered, "accept/"), follow=True)) == ["The offer is over. The seat went to the next in line."]
    assert cast.stands(offered)[1:] == [("nadia", "expired"), ("person2", "offered")]


def test_after_the_event_was_cancelled_nothing_is_accepted(inside, offered):
    offered.cancel(by=house.make_staff(), why="The host has withdrawn.")
    page = text(inside.get(url(offered)))
    assert "The event is cancelled, and your registration with it." in page
    assert "The host has withdrawn." in page
    assert said(inside.post(url(offered, "accept/"), follow=True)) == ["This was already settled: it is now “cancelled”."]
    assert mine(offered).state == State.CANCELLED


def test_a_postponed_event_keeps_the_place_and_says_so(inside, event):
    event.postpone(by=house.make_staff(), why="A strike.")
    assert "The event is postponed. The list rests until there is a new date" in text(inside.get(url(event)))


def test_what_the_staff_wrote_to_a_refusal_is_read(inside, nadia):
    event = cast.make_event(way="moderated")
    cast.register(event, nadia)
    assert "Your registration waits for the Secretariat to decide." in text(inside.get(url(event)))
    mine(event).refuse(by=house.make_staff(), why="It is for mayors <this> time.")
    page = text(inside.get(url(event)))
    assert "The Secretariat could not accept your registration." in page
    assert "It is for mayors &lt;this&gt; time." in page


# --- Withdrawing -----------------------------------------------------------------------------------------------------


def test_withdrawing_asks_once_and_says_what_becomes_free(inside, offered):
    inside.post(url(offered, "accept/"))
    session = cast.make_session(offered, "Youth councils")
    inside.post(f"/events/{offered.slug}/sessions/{session.pk}/book/")
    page = text(inside.get(url(offered, "withdraw/")))
    assert "becomes free, and is offered to the next in line at once." in page
    assert "<bdi>Youth councils</bdi>" in page
    assert mine(offered).state == State.CONFIRMED
    assert said(inside.post(url(offered, "withdraw/"), follow=True)) == ["Your registration is withdrawn."]
    assert cast.stands(offered)[1:] == [("nadia", "withdrawn"), ("person2", "offered")]
    assert list(session.bookings.values_list("state", flat=True)) == ["withdrawn"]


def test_withdrawn_twice_is_said(inside, event):
    inside.post(url(event, "withdraw/"), follow=True)
    assert said(inside.post(url(event, "withdraw/"), follow=True)) == ["This was already settled: it is now “withdrawn”."]
    assert inside.get(url(event, "withdraw/")).headers["Location"] == url(event)


def test_after_withdrawing_one_may_register_again(inside, event):
    inside.post(url(event, "withdraw/"))
    page = text(inside.get(url(event)))
    assert "You withdrew your registration." in page
    assert f'href="/events/{event.slug}/register/"' in page
    Event.objects.filter(pk=event.pk).update(registration_closes=timezone.now())
    assert f'href="/events/{event.slug}/register/"' not in text(inside.get(url(event)))


# --- Answers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(nadia):
    event = cast.make_event(companions_each=2, interpretation=["fr"])
    flies = Question.objects.create(event=event, words="Do you fly?", sort="yes-no", is_required=True)
    origin = Question.objects.create(event=event, words="From where?", depends_on=flies, depends_values=["yes"], is_required=True)
    cast.register(event, nadia, answers={flies.pk: True, origin.pk: "Kano"}, companions=["Bo Berg"], interpretation="fr")
    return event, flies, origin


def answers(event):
    return dict(mine(event).answers.values_list("question__words", "value"))


def test_the_page_shows_what_was_told(inside, told):
    page = text(inside.get(url(told[0])))
    assert [words in page for words in ("From where?", "<dd>Kano</dd>", "<dd>Yes</dd>", "Bo Berg", "<dd>French</dd>")] == [True] * 5


def test_answers_are_changed_and_what_is_no_longer_asked_goes(inside, told):
    event, flies, origin = told
    form = inside.get(url(event, "change/")).context["form"]
    assert (form[f"q{flies.pk}"].value(), form[f"q{origin.pk}"].value(), form["companion_1"].value()) == ("yes", "Kano", "Bo Berg")
    typed = {f"q{flies.pk}": "no", f"q{origin.pk}": "Kano", "listed_to": "participants", "companion_2": "Cy Berg", "interpretation": ""}
    assert said(inside.post(url(event, "change/"), typed, follow=True)) == ["Your answers are changed."]
    assert answers(event) == {"Do you fly?": False}
    assert (mine(event).companions, mine(event).interpretation, mine(event).listed_to) == (["Cy Berg"], "", "participants")
    event.refresh_from_db()
    assert event.companions_taken == 1


def test_bad_answers_change_nothing(inside, told):
    event, flies, origin = told
    answer = inside.post(url(event, "change/"), {f"q{flies.pk}": "yes", "listed_to": "nobody"})
    assert set(answer.context["form"].errors) == {f"q{origin.pk}"}
    assert answers(event) == {"Do you fly?": True, "From where?": "Kano"}


def test_more_people_than_there_are_seats_for_are_refused(inside, told):
    event, flies, _origin = told
    Event.objects.filter(pk=event.pk).update(companions_capacity=1)
    typed = {f"q{flies.pk}": "no", "listed_to": "nobody", "companion_1": "Bo Berg", "companion_2": "Cy Berg"}
    answer = inside.post(url(event, "change/"), typed)
    assert answer.context["form"].non_field_errors() == ["There are no seats for accompanying people any more."]
    assert (mine(event).companions, answers(event)["From where?"]) == (["Bo Berg"], "Kano")


def test_from_the_date_on_answers_are_fixed(inside, told):
    event, flies, _origin = told
    Event.objects.filter(pk=event.pk).update(changes_until=timezone.now())
    assert "change/" not in text(inside.get(url(event)))
    typed = {f"q{flies.pk}": "no", "listed_to": "nobody"}
    for answer in (inside.get(url(event, "change/"), follow=True), inside.post(url(event, "change/"), typed, follow=True)):
        assert said(answer) == ["Your answers can’t be changed any more."]
    assert answers(event) == {"Do you fly?": True, "From where?": "Kano"}


# --- Whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["accept/", "decline/", "withdraw/", "change/"])
def test_an_outsider_finds_nothing_to_act_on(client, offered, verb):
    client.force_login(house.make_person("leila"))
    assert client.post(url(offered, verb)).status_code == 404
    assert mine(offered).state == State.OFFERED
    hidden = cast.make_event(audience="committee")
    assert [client.get(url(hidden)).status_code, client.post(url(hidden, verb)).status_code] == [404, 404]


def test_whoever_has_not_registered_is_led_to_the_form(client, event):
    client.force_login(house.make_person("leila"))
    assert client.get(url(event)).headers["Location"] == f"/events/{event.slug}/register/"


def test_strangers_sign_in_first(client, event):
    assert client.get(url(event)).headers["Location"].startswith("/account/login/")


def test_the_link_to_take_part_is_for_who_has_a_seat(inside, event, nadia):
    Event.objects.filter(pk=event.pk).update(link="https://example.org/room")
    assert "https://example.org/room" not in text(inside.get(url(event)))
    Event.objects.filter(pk=event.pk).update(capacity=2)

    event.refresh_from_db()
    seats.pass_on(event)
    assert "https://example.org/room" not in text(inside.get(url(event)))
    inside.post(url(event, "accept/"))
    assert "https://example.org/room" in text(inside.get(url(event)))


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_is_one_however_many_sessions_and_questions(inside, nadia, django_assert_num_queries, times):
    event = cast.make_event()
    asked = [Question.objects.create(event=event, words=f"Question {number}") for number in range(times)]
    cast.register(event, nadia, answers={question.pk: "Answer" for question in asked})
    for number in range(times):
        session = cast.make_session(event, f"Session {number}", after=number)
        inside.post(f"/events/{event.slug}/sessions/{session.pk}/book/")
    inside.get(url(event))
    with django_assert_num_queries(QUERIES):
        inside.get(url(event))


@pytest.mark.parametrize("times", [1, 3])
def test_so_it_is_on_the_form(inside, django_assert_num_queries, times):
    event = cast.make_event()
    for number in range(times):
        Question.objects.create(event=event, words=f"Question {number}", sort="one", options=["A", "B"])
        cast.make_session(event, f"Session {number}", after=number)
    inside.get(f"/events/{event.slug}/register/")
    with django_assert_num_queries(FORM_QUERIES):
        inside.get(f"/events/{event.slug}/register/")
