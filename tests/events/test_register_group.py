"""`/events/<slug>/register/group/`: colleagues of a city, all of them or none."""

import pytest

from events import registering
from events.models import Registration
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
QUERIES = 13


@pytest.fixture
def lead(db):
    return house.make_person("lene")


@pytest.fixture
def ove(db):
    return house.make_person("ove")


@pytest.fixture
def hers(client, lead):
    client.force_login(lead)
    return client


@pytest.fixture
def event():
    return cast.make_event(audience="members", capacity=2)


def url(event, more=""):
    return f"/events/{event.slug}/register/group/{more}"


def register(client, event, *people):
    posts = [person.official.posts.get().pk for person in people]
    return client.post(url(event), {"city": "aarhus-dk", "aarhus-dk-posts": posts}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_colleagues_are_registered_together(hers, event, lead, ove):
    answer = register(hers, event, lead, ove)
    assert said(answer) == ["2 people are registered, and each is told by mail."]
    assert cast.stands(event) == [("lene", "confirmed"), ("ove", "confirmed")]
    assert sorted(mail.to[0] for mail in outbox()) == [lead.email, ove.email]
    assert [(row.user, row.state) for row in answer.context["groups"]] == [(lead, "confirmed"), (ove, "confirmed")]


def test_all_or_none_where_seats_are_short(hers, event, lead, ove):
    cast.register(event, house.make_person("leila"), house.make_city("Mombasa"))
    register(hers, event, lead, ove)
    assert cast.stands(event) == [("leila", "confirmed"), ("lene", "waiting"), ("ove", "waiting")]
    page = hers.get(f"/events/{event.slug}/registration/").content.decode()
    assert "1 seat is free, and your group of 2 comes together or not at all" in page
    assert "Let the group come apart" in page
    hers.post(f"/events/{event.slug}/registration/apart/")
    assert cast.stands(event) == [("leila", "confirmed"), ("lene", "offered"), ("ove", "waiting")]


def test_whoever_did_not_make_the_group_is_told_who_may(client, event, lead, ove):
    cast.register(event, house.make_person("leila"), house.make_city("Mombasa"))
    client.force_login(lead)
    register(client, event, lead, ove)
    client.force_login(ove)
    page = client.get(f"/events/{event.slug}/registration/").content.decode()
    assert "<bdi>Lene Lund</bdi>, who registered your group, can let it come apart." in page
    assert "Let the group come apart" not in page
    assert client.post(f"/events/{event.slug}/registration/apart/").status_code == 403
    assert cast.stands(event)[1:] == [("lene", "waiting"), ("ove", "waiting")]


def test_the_lead_answers_for_them(hers, event, lead, ove):
    leila = house.make_person("leila")
    cast.register(event, leila, house.make_city("Mombasa"))
    register(hers, event, lead, ove)
    Registration.objects.get(user=leila).withdraw(by=leila)
    place = Registration.objects.get(user=ove)
    assert place.state == "offered"
    assert said(hers.post(url(event, f"{place.pk}/accept/"), follow=True)) == ["Ove Olsen has a seat."]
    mine = Registration.objects.get(user=lead)
    hers.post(url(event, f"{mine.pk}/decline/"), follow=True)
    assert cast.stands(event)[1:] == [("lene", "declined"), ("ove", "confirmed")]
    assert said(hers.post(url(event, f"{place.pk}/accept/"), follow=True)) == ["This was already settled: it is now “confirmed”."]


def test_nobody_else_answers_for_them(client, event, lead, ove):
    client.force_login(lead)
    cast.register(event, house.make_person("leila"), house.make_city("Mombasa"))
    register(client, event, lead, ove)
    place = Registration.objects.get(user=ove)
    for who in (ove, house.make_person("leila"), house.make_staff()):
        client.force_login(who)
        assert [client.post(url(event, f"{place.pk}/{verb}/")).status_code for verb in ("accept", "decline")] == [404, 404]


def test_one_alone_is_no_group_and_somebody_else_s_colleague_is_not_found(hers, event, lead, ove):
    leila = house.make_person("leila")
    for people in ((lead,), (lead, leila), ()):
        answer = register(hers, event, *people)
        assert [set(form.errors) for form in answer.context["forms"]] == [{"posts"}]
    assert cast.stands(event) == []


def test_one_who_registered_by_themselves_is_not_told_of_but_refused(hers, event, lead, ove):
    cast.register(event, ove, house.make_city("Aarhus"))
    page = hers.get(url(event))
    assert [row.pk for row in page.context["groups"]] == []
    assert {post.official.user for post in page.context["forms"][0].fields["posts"].queryset} == {lead, ove}
    answer = register(hers, event, lead, ove)
    assert answer.context["forms"][0].non_field_errors() == ["One of them has been registered meanwhile."]
    assert cast.stands(event) == [("ove", "confirmed")]


@pytest.mark.parametrize(("who", "status"), [("ove", 403), ("nadia", 404), ("leila", 200)])
def test_it_is_for_lead_officials(client, event, who, status):
    client.force_login(house.make_person(who))
    assert client.get(url(event)).status_code == status


def test_the_city_of_another_lead_is_not_registered_for(client, event, lead, ove):
    client.force_login(house.make_person("leila"))
    register(client, event, lead, ove)
    assert cast.stands(event) == []


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_is_one(client, lead, django_assert_num_queries, times):
    event, city = cast.make_event(), house.make_city("Aarhus")
    for number in range(times):
        people = [cast.make_official(city, f"fellow{number}{letter}@aarhus.dk") for letter in "ab"]
        registering.register_group(event, by=lead, city=city, people=people)
    client.force_login(lead)
    client.get(url(event))
    with django_assert_num_queries(QUERIES):
        client.get(url(event))
