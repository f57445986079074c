"""`/events/<slug>/register/`: the form, what is said before, and what comes of pressing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Answer, Event, Question, Registration
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
TYPED = {"listed_to": "nobody"}
ARRIVED = "Your registration has arrived. A mail on it is on its way to you."


def url(event):
    return f"/events/{event.slug}/register/"


def text(response):
    return response.content.decode()


def post(client, event, **typed):
    return client.post(url(event), {**TYPED, **typed})


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def event():
    return cast.make_event(capacity=1)


def test_the_page_says_before_what_comes_of_it_and_until_when(inside, event):
    page = text(inside.get(url(event)))
    assert "You get a seat at once" in page
    assert "Register until:" in page
    assert "(Paris time)" in page
    cast.register(event, cast.make_people(1)[0])
    assert "You will be on the waiting list, with place 1." in text(inside.get(url(event)))


def test_to_look_at_the_form_registers_nobody(inside, event):
    inside.get(url(event))
    assert not Registration.objects.exists()


def test_it_registers_and_leads_on_to_one_s_registration(inside, event, nadia):
    answer = inside.post(url(event), TYPED, follow=True)
    assert answer.redirect_chain == [(f"/events/{event.slug}/registration/", 302)]
    assert said(answer) == [ARRIVED]
    assert cast.stands(event) == [("nadia", "confirmed")]
    assert [(mail.to, mail.subject) for mail in outbox()] == [([nadia.email], "You have a seat: Spring workshop")]


def test_the_same_press_twice_is_one_registration(inside, event):
    assert [post(inside, event).status_code, post(inside, event).status_code] == [302, 302]
    assert cast.stands(event) == [("nadia", "confirmed")]
    assert len(outbox()) == 1


def test_whoever_is_registered_is_led_to_their_registration(inside, event):
    post(inside, event)
    assert inside.get(url(event)).headers["Location"] == f"/events/{event.slug}/registration/"


def test_a_full_event_has_a_list(inside, event):
    cast.register(event, cast.make_people(1)[0])
    answer = inside.post(url(event), TYPED, follow=True)
    assert said(answer) == [ARRIVED]
    assert "waiting list" in text(answer)
    assert "nadia" in outbox()[-1].to[0]
    assert cast.stands(event)[-1] == ("nadia", "waiting")


def test_a_seat_whose_offer_is_over_is_told_to_be_there(inside, event):
    first, second = cast.make_people(2)
    cast.register(event, first).withdraw(by=first)
    over = timezone.now() - timedelta(minutes=1)
    cast.register(event, second)
    Registration.objects.filter(user=second).update(state="offered", offered_until=over)
    assert "You get a seat at once" in text(inside.get(url(event)))


def test_a_moderated_one_is_decided(inside):
    event = cast.make_event(way="moderated")
    answer = inside.post(url(event), TYPED, follow=True)
    assert said(answer) == [ARRIVED]
    assert "waits for the Secretariat to decide" in text(answer)
    assert len(outbox()) == 1


def test_all_that_is_told_is_kept(inside, nadia):
    event = cast.make_event(companions_each=2, interpretation=["ar", "fr"])
    question = Question.objects.create(event=event, words="Vegetarian?", sort="yes-no", about="diet", is_required=True)
    page = text(inside.get(url(event)))
    assert "Read by the staff of the Secretariat who prepare the event, and by nobody else." in page
    assert post(inside, event).status_code == 200
    typed = {f"q{question.pk}": "yes", "companion_1": " ", "companion_2": " Bo  Berg ", "interpretation": "ar", "listed_to": "everyone"}
    assert post(inside, event, **typed).status_code == 302
    new = Registration.objects.get(user=nadia)
    assert (new.companions, new.interpretation, new.listed_to) == (["Bo Berg"], "ar", "everyone")
    assert list(Answer.objects.values_list("registration", "question", "value")) == [(new.pk, question.pk, True)]


def test_nothing_that_was_typed_is_lost_and_each_fault_is_named_at_its_field_and_on_top(inside):
    event = cast.make_event(companions_each=1)
    Question.objects.create(event=event, words="How many nights?", sort="number", is_required=True)
    answer = post(inside, event, companion_1="Bo Berg", **{f"q{Question.objects.get().pk}": "some"})
    page = text(answer)
    assert 'value="Bo Berg"' in page
    assert 'value="some"' in page
    assert page.count("Enter a whole number.") == 2
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"listed_to": "the world"}, "listed_to"), ({"companion_1": "123"}, "companion_1"), ({"interpretation": "de"}, "interpretation")],
)
def test_bad_input_is_refused(inside, typed, field):
    event = cast.make_event(companions_each=1, interpretation=["ar"])
    assert set(post(inside, event, **typed).context["form"].errors) == {field}
    assert not Registration.objects.exists()


def test_more_people_than_there_are_seats_for_are_refused_with_what_was_typed(inside):
    event = cast.make_event(companions_each=2, companions_capacity=1)
    answer = post(inside, event, companion_1="Bo Berg", companion_2="Cy Berg")
    assert answer.context["form"].non_field_errors() == ["There is a seat for 1 accompanying person more."]
    assert 'value="Cy Berg"' in text(answer)
    assert not Registration.objects.exists()


# --- For whom --------------------------------------------------------------------------------------------------------


def test_an_official_of_one_city_comes_for_it(client):
    event, city = cast.make_event(audience="members"), house.make_city("Aarhus")
    ove = house.make_person("ove")
    client.force_login(ove)
    assert "city" not in client.get(url(event)).context["form"].fields
    post(client, event)
    assert list(Registration.objects.values_list("user", "city")) == [(ove.pk, city.pk)]


def test_one_of_several_cities_chooses_among_their_own(client):
    event, ove = cast.make_event(), house.make_person("ove")
    mombasa, oslo = house.make_city("Mombasa"), house.make_city("Oslo")
    house.make_post(ove, mombasa)
    client.force_login(ove)
    assert set(post(client, event).context["form"].errors) == {"city"}
    assert set(post(client, event, city=oslo.pk).context["form"].errors) == {"city"}
    assert post(client, event, city=mombasa.pk).status_code == 302
    assert list(Registration.objects.values_list("city__name", flat=True)) == ["Mombasa"]


def test_a_guest_comes_for_none(inside, event, nadia):
    post(inside, event)
    new = Registration.objects.get()
    assert (new.user, new.city) == (nadia, None)


# --- Sessions --------------------------------------------------------------------------------------------------------


def test_sessions_are_booked_with_it(inside, event):
    one, two = cast.make_session(event, "One", capacity=1), cast.make_session(event, "Two", after=2)
    cast.make_session(event, "Not booked", after=4, books=False)
    assert [str(each) for each in inside.get(url(event)).context["form"].fields["sessions"].queryset] == ["One", "Two"]
    post(inside, event, sessions=[one.pk, two.pk])
    rows = Registration.objects.get().bookings.values_list("session__title", "state")
    assert sorted(rows) == [("One", "confirmed"), ("Two", "confirmed")]


def test_sessions_at_the_same_time_are_told(inside, event):
    one, two = cast.make_session(event, "One", hours=2), cast.make_session(event, "Two", after=1)
    answer = post(inside, event, sessions=[two.pk, one.pk])
    assert answer.context["form"].errors["sessions"] == ["“One” and “Two” are at the same time. Choose one of them."]
    assert not Registration.objects.exists()


def test_whoever_waits_for_the_event_books_no_session_yet(inside, event):
    session = cast.make_session(event)
    cast.register(event, cast.make_people(1)[0])
    answer = inside.post(url(event), {**TYPED, "sessions": [session.pk]}, follow=True)
    assert said(answer)[1] == "Seats in sessions can be chosen as soon as you have a seat at the event."
    assert not session.bookings.exists()


# --- Who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"way": "none"}, "There is no registration for this event here."),
        ({"state": "postponed"}, "Registration rests while the event has no date."),
        ({"state": "cancelled"}, "The event is cancelled."),
        ({"way": "invited"}, "Only those who were invited can register."),
        ({"registration_closes": timezone.now() - timedelta(seconds=1)}, "Registration is closed."),
        ({"registration_opens": timezone.now() + timedelta(days=1)}, "Registration has not opened yet."),
    ],
)
def test_where_nobody_registers_the_page_says_why_and_the_press_does_nothing(inside, fields, why):
    event = cast.make_event(**fields)
    page = inside.get(url(event))
    assert page.context["obstacle"] == why
    assert '<button class="button">Register</button>' not in text(page)
    assert post(inside, event).context["form"].non_field_errors() == [why]
    assert not Registration.objects.exists()


@pytest.mark.parametrize("fields", [{"audience": "members"}, {"audience": "invitation"}, {"state": "draft"}])
def test_an_outsider_finds_nothing(inside, fields):
    event = cast.make_event(**fields)
    assert [inside.get(url(event)).status_code, post(inside, event).status_code] == [404, 404]


def test_a_visitor_asks_for_a_link_where_everyone_may_come_and_signs_in_elsewhere(client, event):
    assert client.get(url(event)).headers["Location"] == f"/events/{event.slug}/register/link/"
    assert post(client, event).headers["Location"] == f"/account/login/?next={url(event)}"
    Event.objects.filter(pk=event.pk).update(way="invited")
    assert client.get(url(event)).headers["Location"] == f"/account/login/?next={url(event)}"
    assert not Registration.objects.exists()
