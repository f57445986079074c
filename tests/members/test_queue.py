"""The staff's queue: evidence beside each row, words kept ready, many at once where that is safe, the time to a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from members import evidence, figures, matching
from members.models import Application, City, Reason
from members.models.application_state import State
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db

QUEUE = "/admin/members/application/"


def text(response):
    return response.content.decode()


@pytest.fixture
def colleague(aarhus, lene):
    """Somebody whose address is in Aarhus' house."""
    return cast.make_application(cast.make_user("new@aarhus.dk", "Nete New"), aarhus)


# --- Evidence of many ------------------------------------------------------------------------------------------------


def test_twins_of_many_are_those_of_each(aarhus):
    cast.make_city("Mombasa")
    proposed = [
        City.propose(name="Århus", country="DK", kind="region"),
        City.propose(name="City of Mombassa", country="KE", kind="city"),
        City.propose(name="Odense", country="DK", kind="city"),
    ]
    found = matching.twins(proposed, City.objects.all())
    assert [[match.city.name for match in found[city.pk]] for city in proposed] == [["Aarhus"], ["Mombasa"], []]
    assert found[proposed[0].pk][0].how == matching.How.SPELLING
    for city in proposed[:2]:
        alone = matching.find(city.name, country=city.country, cities=City.objects.exclude(pk=city.pk))
        assert [match.city for match in found[city.pk]] == [match.city for match in alone]


def test_the_queue_names_a_possible_duplicate_with_its_likeness(client, sam):
    cast.make_city("Mombasa")
    cast.make_application(city=City.propose(name="Mombaza", country="KE", kind="city"))
    client.force_login(sam)
    assert "It may be Mombasa (County), which is here already: the names are alike by" in text(client.get(QUEUE))


def test_evidence_of_many_costs_as_much_as_of_one(django_assert_num_queries, lene, aarhus):
    for number in range(6):
        city = City.propose(name=f"Aarhus {number}", country="DK", kind="city")
        cast.make_application(cast.make_user(f"p{number}@x.example"), city)
    rows = list(Application.objects.select_related("city", "applicant"))
    with django_assert_num_queries(12):
        evidence.of_many(rows[:1])
    with django_assert_num_queries(12):
        evidence.of_many(rows)


def test_who_took_it_up_is_said(client, sam, toni, colleague):
    colleague.review(by=toni)
    client.force_login(sam)
    assert "Toni Staff reads it" in text(client.get(QUEUE))


# --- Words kept ready ------------------------------------------------------------------------------------------------


@pytest.fixture
def asks(db):
    Reason.objects.all().delete()
    return Reason.objects.create(use="ask", name="Which one", texts={"en": "Dear {name}, which {city}? {0} %s {{x}}", "ar": "أيّ {city}؟"})


def test_words_are_put_in_for_this_applicant(client, sam, asks, colleague):
    client.force_login(sam)
    page = client.get(f"{QUEUE}{colleague.pk}/change/", {"ask": asks.pk})
    assert page.context["question"].initial["why"] == "Dear Nete New, which Aarhus? {0} %s {{x}}"
    assert 'id="ask" open' in text(page)
    assert colleague.transitions.count() == 1  # nothing is sent by picking words


def test_words_are_in_the_applicants_language_or_english(asks, colleague):
    colleague.language = "ar"
    assert asks.words_for(colleague) == "أيّ Aarhus؟"
    colleague.language = "fr"
    assert asks.words_for(colleague).startswith("Dear Nete New")


@pytest.mark.parametrize("bad", ["", "x", "0", "9" * 30])
def test_words_that_are_not_there_put_nothing_in(client, sam, asks, colleague, bad):
    client.force_login(sam)
    page = client.get(f"{QUEUE}{colleague.pk}/change/", {"ask": bad, "decline": asks.pk})
    assert page.status_code == 200
    assert not page.context["question"].initial
    assert not page.context["reason"].initial  # a question is no reason to decline


def test_secretariat_keeps_words_in_every_language(client, sam, settings):
    client.force_login(sam)
    add = "/admin/members/reason/add/"
    assert "This field is required." in text(client.post(add, {"use": "ask", "name": "Where", "text_en": "Where?"}))
    client.post(add, {"use": "ask", "name": "Where", "text_en": "Where?", "text_ar": "أين؟"})
    reason = Reason.objects.get(name="Where")
    assert reason.texts == {"en": "Where?", "ar": "أين؟"}
    client.post(f"/admin/members/reason/{reason.pk}/change/", {"use": "ask", "name": "Where", "text_en": "Where is it?", "text_ar": "أين؟"})
    reason.refresh_from_db()
    assert reason.texts["en"] == "Where is it?"
    again = client.post(add, {"use": "ask", "name": "Where", "text_en": "Where?", "text_ar": "أين؟"})
    assert "There is one of this name already." in text(again)


def test_the_database_wants_english():
    with pytest.raises(IntegrityError, match="reason_is_there_in_english"):
        Reason.objects.create(use="ask", name="Only Arabic", texts={"ar": "أين؟"})


def test_some_are_there_from_the_beginning(settings):
    assert Reason.objects.to_ask().count() >= 3
    for reason in Reason.objects.all():
        assert set(reason.texts) == {code for code, _name in settings.LANGUAGES}


# --- What was checked ------------------------------------------------------------------------------------------------


def test_what_was_checked_is_kept_with_the_approval(client, sam, colleague):
    client.force_login(sam)
    client.post(f"{QUEUE}{colleague.pk}/approve/", {"checked": "Rang the town hall.", "seen": colleague.city.identity})
    note = colleague.notes.get()
    assert (note.by, note.text) == (sam, "Rang the town hall.")


def test_a_refused_approval_keeps_no_note(client, sam, colleague):
    colleague.withdraw(by=colleague.applicant)
    client.force_login(sam)
    client.post(f"{QUEUE}{colleague.pk}/approve/", {"checked": "Rang the town hall.", "seen": colleague.city.identity})
    assert not colleague.notes.exists()


def test_too_long_a_note_is_refused_and_nothing_approved(client, sam, colleague):
    client.force_login(sam)
    assert "at most 5000" in text(client.post(f"{QUEUE}{colleague.pk}/approve/", {"checked": "x" * 5001}))
    colleague.refresh_from_db()
    assert colleague.state == State.SUBMITTED


# --- Many at once ----------------------------------------------------------------------------------------------------


def marks(*applications):
    return [f"{one.pk}:{one.city.identity}" for one in applications]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"message": "Please read this."}, "They wrote something"),
        ({"has_mandate": True}, "may sign for the city"),
    ],
)
def test_what_is_to_be_read_is_decided_alone(client, sam, colleague, change, why):
    Application.objects.filter(pk=colleague.pk).update(**change)
    client.force_login(sam)
    page = client.post(QUEUE, {"action": "approve_together", "_selected_action": [colleague.pk]})
    assert (page.context["safe"], why in text(page)) == ([], True)
    client.post(f"{QUEUE}together/", {"one": marks(colleague)})
    colleague.refresh_from_db()
    assert colleague.state == State.SUBMITTED


def test_only_the_safe_ones_are_approved_together(client, sam, colleague, aarhus, nadia):
    second = cast.make_application(cast.make_user("two@aarhus.dk", "Tove Two"), aarhus)
    stranger = cast.make_application(cast.make_user("x@gmail.com", "Xaver"), aarhus)
    new_city = cast.make_application(nadia)
    own = cast.make_application(sam, aarhus)
    gone = cast.make_application(cast.make_user("three@aarhus.dk", "Tom Three"), aarhus)
    everyone = [colleague, second, stranger, new_city, own, gone]
    client.force_login(sam)
    page = client.post(QUEUE, {"action": "approve_together", "_selected_action": [one.pk for one in everyone]})
    assert {row.pk for row, _seen in page.context["safe"]} == {colleague.pk, second.pk, gone.pk}
    assert {row.pk for row, _why in page.context["others"]} == {stranger.pk, new_city.pk, own.pk}
    gone.withdraw(by=gone.applicant)
    told = text(client.post(f"{QUEUE}together/", {"one": marks(*everyone), "checked": "All in Aarhus' list."}, follow=True))

    assert "2 approved." in told
    assert "4 were left as they are" in told
    states = dict(Application.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in everyone] == ["approved", "approved", "submitted", "submitted", "submitted", "withdrawn"]
    assert {note.text for one in everyone for note in one.notes.all()} == {"All in Aarhus' list."}
    welcomed = {mail.to[0] for mail in outbox() if "elcome" in mail.subject}
    assert welcomed == {"new@aarhus.dk", "two@aarhus.dk"}


def test_a_city_that_changed_under_the_reader_is_left(client, sam, colleague, aarhus):
    seen = marks(colleague)
    City.objects.filter(pk=aarhus.pk).update(other_names=["Evilton"])
    client.force_login(sam)
    client.post(f"{QUEUE}together/", {"one": seen})
    colleague.refresh_from_db()
    assert colleague.state == State.SUBMITTED


@pytest.mark.parametrize("bad", ["", "x", ":", "0:abc", "9" * 30 + ":a", "\x00:a"])
def test_marks_that_are_none_approve_nothing(client, sam, colleague, bad):
    client.force_login(sam)
    assert client.post(f"{QUEUE}together/", {"one": [bad]}).status_code in {302, 400}
    colleague.refresh_from_db()
    assert colleague.state == State.SUBMITTED


def test_many_are_taken_up_together(client, sam, toni, colleague, nadia):
    taken = cast.make_application(nadia)
    taken.review(by=toni)
    client.force_login(sam)
    told = text(client.post(QUEUE, {"action": "take_up", "_selected_action": [colleague.pk, taken.pk]}, follow=True))
    assert "1 application taken up." in told
    assert "1 was left as it is" in told
    colleague.refresh_from_db()
    assert colleague.state == State.UNDER_REVIEW


@pytest.mark.parametrize("who", ["lene", "events"])
def test_others_decide_nothing_together(client, colleague, who):
    client.force_login(cast.make_staff("events", vets=False) if who == "events" else cast.make_person(who))
    expected = 403 if who == "events" else 302
    assert client.post(f"{QUEUE}together/", {"one": marks(colleague)}).status_code == expected
    assert client.get(f"{QUEUE}figures/").status_code == expected
    colleague.refresh_from_db()
    assert colleague.state == State.SUBMITTED


# --- The time to a decision ------------------------------------------------------------------------------------------


def decide(sam, *days, ago=1):
    """Declined applications that waited so many days each, decided `ago` days ago."""
    for number, wait in enumerate(days):
        one = cast.make_application(cast.make_user(f"d{ago}-{number}@x.example"), cast.make_city(f"Town {ago} {number}"))
        one.decline(by=sam, why="no")
        Application.objects.filter(pk=one.pk).update(decided_at=timezone.now() - timedelta(days=ago))
        Application.objects.filter(pk=one.pk).update(submitted_at=F("decided_at") - timedelta(days=wait))


def test_the_figure_is_the_median_and_nine_in_ten(client, sam, nadia):
    assert figures.lately() == figures.Waits(0, None, None)
    decide(sam, *range(1, 12))
    decide(sam, 100, ago=91)
    cast.make_application(nadia).withdraw(by=nadia)
    assert figures.lately() == figures.Waits(11, 6.0, 10.0)
    client.force_login(sam)
    assert "11 decisions in the last 90 days: half took 6 days or less, nine in ten took 10 days or less." in text(client.get(QUEUE))


@pytest.mark.parametrize(
    ("days", "words"), [(0.0, "1 day"), (0.3, "1 day"), (1, "1 day"), (1.01, "2 days"), (59, "59 days"), (60, "2 months"), (61, "3 months")]
)
def test_a_wait_is_said_in_whole_days_rounded_up(days, words):
    assert figures.Waits(1, days, days).half_in_words == words
    assert figures.Waits(1, days, days).nine_in_ten_in_words == words


def test_without_a_decision_the_figures_say_so(client, sam):
    client.force_login(sam)
    page = text(client.get(f"{QUEUE}figures/"))
    assert "Nothing is decided yet." in page
    assert "<table" not in page.partition('id="content-main"')[2]
    assert "No decision in the last 90 days." in text(client.get(QUEUE))


def test_one_decision_is_said_as_one_and_compared_with_nothing(client, sam):
    decide(sam, 0)
    client.force_login(sam)
    page = text(client.get(f"{QUEUE}figures/"))
    assert "1 decision in the last 90 days: it took 1 day or less." in page
    assert '<td class="number">1</td><td>1 day</td><td>1 day</td>' in page
    assert 'class="bar"' not in page


def test_a_thousand_decisions_read_as_well(client, sam):
    decide(sam, 3)
    one = Application.objects.get()
    Application.objects.bulk_create(
        Application(
            applicant=one.applicant,
            city=one.city,
            title="x",
            kind="policy",
            state=State.DECLINED,
            decided_by=sam,
            decided_at=one.decided_at,
        )
        for _number in range(1_233)
    )
    Application.objects.update(submitted_at=F("decided_at") - timedelta(hours=1))
    client.force_login(sam)
    page = text(client.get(f"{QUEUE}figures/"))
    assert "1,234 decisions in the last 90 days: half took 1 day or less, nine in ten took 1 day or less." in page
    assert '<td class="number">1,234</td>' in page


def test_months_are_newest_first_with_the_longest_bar_full(client, sam):
    decide(sam, 2, ago=1)
    decide(sam, 8, ago=70)
    months = figures.by_month()
    assert [month.waits.half for month in months] == [2.0, 8.0]
    assert [month.width for month in months] == [25.0, 100.0]
    client.force_login(sam)
    page = text(client.get(f"{QUEUE}figures/"))
    assert '<rect width="25.00"' in page
    assert client.post(f"{QUEUE}figures/").status_code == 405


def test_many_at_once_are_as_many_as_a_page_has(client, sam, monkeypatch):
    """However many are chosen through “select all”: the oldest of them, and what is left is said."""
    monkeypatch.setattr(admin.site._registry[Application], "list_per_page", 2)
    waiting = [
        cast.make_application(cast.make_user(f"p{number}@aarhus.dk", f"P {number}"), cast.make_city("Aarhus")) for number in range(3)
    ]
    client.force_login(sam)
    chosen = {"action": "take_up", "_selected_action": [one.pk for one in waiting], "select_across": "1"}
    page = text(client.post("/admin/members/application/", chosen, follow=True))
    assert "The oldest 2 are here; the others stay as they are." in page
    assert [Application.objects.get(pk=one.pk).state for one in waiting] == ["under_review", "under_review", "submitted"]
    together = text(client.post("/admin/members/application/", chosen | {"action": "approve_together"}))
    assert [f"p{number}@aarhus.dk" in together for number in range(3)] == [True, True, False]
