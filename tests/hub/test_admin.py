"""Practices in the admin: the text by a form, the state by verbs alone."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from hub.models import Practice
from hub.models.practice import State
from members.models import User
from tests.cast import make_staff, secretariat
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(user := make_staff())
    return user


def url(verb, practice):
    return reverse(f"admin:hub_practice_{verb}", args=[practice.pk])


def test_a_practice_is_published_by_its_button(client, staff):
    practice = make_practice(make_city(), state=State.SUBMITTED, published_at=None)
    page = client.get(url("change", practice)).content.decode()
    for verb in ("review", "publish", "ask_changes"):
        assert f'action="{url(verb, practice)}"' in page
    for verb in ("archive", "restore", "submit"):
        assert f'action="{url(verb, practice)}"' not in page
    assert client.post(url("publish", practice), follow=True).status_code == 200
    practice.refresh_from_db()
    assert practice.state == State.PUBLISHED
    assert [(step.verb, step.by) for step in practice.transitions.all()] == [("publish", staff)]


def test_the_first_page_counts_what_waits_and_leads_to_it(client, staff):
    city = make_city()
    waiting = make_practice(city, "Waits", state=State.SUBMITTED, published_at=None)
    make_practice(city, "Done")
    page = client.get(reverse("admin:index"))
    (queue,) = [queue for queue in page.context["queues"] if "practice" in queue.url]
    assert (queue.count, queue.oldest) == (1, waiting.updated)
    assert list(client.get(queue.url).context["cl"].queryset) == [waiting]


def test_pressed_twice_it_is_done_once(client, staff):
    practice = make_practice(make_city(), state=State.SUBMITTED, published_at=None)
    client.post(url("publish", practice))
    assert "already settled" in client.post(url("publish", practice), follow=True).content.decode()
    assert practice.transitions.count() == 1


def test_asking_for_changes_says_which(client, staff):
    practice = make_practice(make_city(), state=State.IN_REVIEW, published_at=None)
    assert "Say what should change." in client.post(url("ask_changes", practice), {"why": " "}, follow=True).content.decode()
    client.post(url("ask_changes", practice), {"why": "Who was reached?"})
    assert practice.transitions.get().why == "Who was reached?"


def test_a_verb_is_no_link(client, staff):
    practice = make_practice(make_city())
    assert client.get(url("archive", practice)).status_code == 405
    assert client.post(reverse("admin:hub_practice_archive", args=[0])).status_code == 404


def test_outsiders_get_no_further_than_the_door(client):
    practice = make_practice(make_city())
    for user in (None, make_official(practice.city, is_lead=True)):
        if user:
            client.force_login(user)
        assert client.post(url("archive", practice)).status_code == 302
    practice.refresh_from_db()
    assert practice.state == State.PUBLISHED


@pytest.mark.parametrize(("verb", "state"), [("publish", State.SUBMITTED), ("archive", State.PUBLISHED)])
def test_staff_outside_the_secretariat_change_no_state(client, verb, state):
    user = User.objects.create_user("other@example.org", is_staff=True)
    practice = make_practice(make_city(), state=state)
    client.force_login(user)
    client.post(url(verb, practice))
    practice.refresh_from_db()
    assert (practice.state, practice.transitions.count()) == (state, 0)
    user.groups.add(secretariat())
    client.post(url(verb, practice))
    practice.refresh_from_db()
    assert practice.state != state


def test_staff_of_another_room_may_not(client):
    client.force_login(User.objects.create_user("events@example.org", is_staff=True))
    practice = make_practice(make_city())
    client.post(url("archive", practice))
    practice.refresh_from_db()
    assert (practice.state, practice.transitions.count()) == (State.PUBLISHED, 0)
    assert client.get(url("change", practice)).status_code == 403


def test_staff_of_the_secretariat_may(client):
    user = User.objects.create_user("sec@example.org", is_staff=True)
    user.groups.add(secretariat())
    client.force_login(user)
    assert client.get(reverse("admin:hub_practice_changelist")).status_code == 200
    assert client.get(url("change", make_practice(make_city()))).status_code == 200


def form(practice, **changed):
    """What the practice's page sends, with another title and what is `changed`."""
    return {
        "title": "Another",
        "slug": practice.slug, "summary": "S", "body": "", "language": "en", "city": practice.city_id, "status": "unknown",
        "themes": ["gender-equality", "youth-engagement"], "evidence": "1", "lessons": "One\nTwo\n\n", "partners": "", "sources": "[]",
        "audience": "public", "licence": "", "external_id": "", "state": "archived", "lead_sector": "",
        "transitions-TOTAL_FORMS": 0, "transitions-INITIAL_FORMS": 0, "history-TOTAL_FORMS": 0, "history-INITIAL_FORMS": 0,
        **changed,
    }  # fmt: skip


def test_the_form_changes_the_text_and_never_the_state(client, staff):
    practice = make_practice(make_city(), lessons=["One"])
    response = client.post(url("change", practice), form(practice))
    assert response.status_code == 302, response.context["adminform"].errors
    practice.refresh_from_db()
    assert (practice.title, practice.state, practice.evidence) == ("Another", State.PUBLISHED, "1")
    assert (practice.themes, practice.lessons) == (["gender-equality", "youth-engagement"], ["One", "Two"])
    assert "Youth council" in client.get(url("change", practice)).content.decode(), "what it was is shown"


def test_its_city_is_given_without_scripts_by_its_name(client, staff):
    aarhus, mombasa = make_city(), make_city("Mombasa", "KE")
    double, practice = make_city("Aarhuus"), make_practice(mombasa)
    page = client.get(url("change", practice)).content.decode()
    assert '<noscript><input type="text" name="city" value="mombasa-ke"' in page
    assert re.search(r'<select name="city"(?![^>]* required)', page)  # hidden and empty, it would hold the form back
    assert 'id="view_id_city"' in page  # the admin's own links beside it
    # The hidden list sends the city as it was, and after it the line what was typed.
    shown = client.post(url("change", practice), form(practice, city=[mombasa.pk, "Århus"])).content.decode()
    assert "Several cities fit. Which one do you mean?" in shown
    assert [f'type="radio" name="city" value="{city.pk}"' in shown for city in (aarhus, double, mombasa)] == [True, True, False]
    assert client.post(url("change", practice), form(practice, city=[mombasa.pk, "Atlantis"])).status_code == 200
    assert Practice.objects.get().city == mombasa
    assert client.post(url("change", practice), form(practice, city=[mombasa.pk, double.slug])).status_code == 302
    assert Practice.objects.get().city == double


def test_a_city_by_its_address_is_no_change(client, staff):
    practice = make_practice(make_city())
    client.post(url("change", practice), form(practice, city=practice.city.slug))
    assert "city" not in LogEntry.objects.get().get_change_message().lower()
    client.post(url("change", practice), form(practice, city=make_city("Mombasa", "KE").slug))
    assert "City" in LogEntry.objects.latest("pk").get_change_message()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_one_number_of_queries(client, staff, django_assert_num_queries, number):
    for name in ("Aarhus", "Bergen", "Kano")[:number]:
        make_practice(make_city(name))
    with django_assert_num_queries(8):  # two ask what the Secretariat may; a list that is narrowed is counted
        page = client.get(reverse("admin:hub_practice_changelist"), {"q": "council"})
    assert page.content.decode().count("Youth council") == number
    assert Practice.objects.count() == number
