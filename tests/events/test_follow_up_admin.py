"""The staff's queues: travel support, and letters for visas."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from events.models import Event, Registration, TravelRequest, VisaLetter
from tests import cast as house
from tests.events import cast
from tests.events.test_follow_up import SECRETS, ask_letter, ask_travel, issue

pytestmark = pytest.mark.django_db
TRAVEL, LETTERS = "/admin/events/travelrequest/", "/admin/events/visaletter/"


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def event():
    return cast.make_event(offers_travel=True, offers_letters=True, host=house.make_city("Aarhus"))


@pytest.fixture
def seats(event):
    return [cast.register(event, person) for person in cast.make_people(3)]


def text(answer):
    return answer.content.decode()


def grant(**told):
    return {"grant-amount": "500", "grant-currency": "EUR", "grant-why": "Send receipts.", **told}


def sign(letter, **told):
    return {
        "issue-signer_name": "Sam Staff", "issue-signer_function": "Head of events", "issue-costs": "own", "issue-seen": letter.mark,
        **told,
    }  # fmt: skip


def test_the_first_page_says_what_waits(client, sam, seats):
    ask_travel(seats[0])
    for seat in seats[:2]:
        ask_letter(seat)
    client.force_login(sam)
    page = client.get("/admin/")
    waits = {queue.title: queue.count for queue in page.context["queues"]}
    assert (waits["Travel support to decide"], waits["Visa letters to issue"]) == (1, 2)


def test_support_is_granted_and_leads_on_to_the_next(client, sam, seats):
    first, second = ask_travel(seats[0]), ask_travel(seats[1])
    client.force_login(sam)
    page = text(client.get(f"{TRAVEL}{first.pk}/change/"))
    assert "Mombasa, Kenya" in page
    answer = client.post(f"{TRAVEL}{first.pk}/grant/", grant())
    assert answer["Location"] == f"{TRAVEL}{second.pk}/change/"
    first.refresh_from_db()
    assert (first.state, first.granted) == ("granted", Decimal(500))
    answer = client.post(f"{TRAVEL}{second.pk}/decline/", {"decline-why": "All of it is spent."})
    assert answer["Location"] == TRAVEL
    page = text(client.get(TRAVEL, {"queue": "standing"}))
    assert "€500.00" in page
    assert "Granted to those who have their seat" in page
    for state, address in (("granted", first.pk), ("declined", second.pk)):
        assert state in text(client.get(f"{TRAVEL}{address}/change/"))


@pytest.mark.parametrize("told", [{"grant-amount": "0"}, {"grant-amount": ""}, {"grant-currency": "ZZZ"}, {"grant-why": ""}])
def test_a_wrong_grant_is_said_at_its_field(client, sam, seats, told):
    travel = ask_travel(seats[0])
    client.force_login(sam)
    answer = client.post(f"{TRAVEL}{travel.pk}/grant/", grant(**told))
    assert answer.status_code == 200
    assert 'role="alert"' in text(answer)
    assert TravelRequest.objects.get().state == "asked"


def test_what_was_settled_meanwhile_is_said(client, sam, seats):
    travel = ask_travel(seats[0])
    travel.withdraw(by=seats[0].user)
    client.force_login(sam)
    page = client.post(f"{TRAVEL}{travel.pk}/grant/", grant(), follow=True)
    assert "already settled" in text(page)
    assert TravelRequest.objects.get().state == "withdrawn"


def test_a_letter_is_read_signed_and_opened(client, sam, seats):
    letter = ask_letter(seats[0])
    client.force_login(sam)
    page = client.get(f"{LETTERS}{letter.pk}/change/")
    assert "no-store" in page["Cache-Control"]
    assert "AK0765432" in text(page)
    assert client.get(f"{LETTERS}{letter.pk}/letter.pdf").status_code == 404
    assert client.post(f"{LETTERS}{letter.pk}/issue/", sign(letter)).status_code == 302
    letter = VisaLetter.objects.get()
    assert (letter.state, letter.signer_function) == ("issued", "Head of events")
    answer = client.get(f"{LETTERS}{letter.pk}/letter.pdf")
    assert (answer["Content-Type"], set(answer["Cache-Control"].split(", ")) >= {"private", "no-store"}) == ("application/pdf", True)


def test_a_letter_that_changed_while_it_was_read_is_not_signed(client, sam, seats):
    letter = ask_letter(seats[0])
    stale = sign(letter)
    ask_letter(seats[0], passport_number="BK1111111")
    client.force_login(sam)
    page = client.post(f"{LETTERS}{letter.pk}/issue/", stale, follow=True)
    assert "Read it once more" in text(page)
    assert VisaLetter.objects.get().state == "asked"


def test_a_consulate_asks_about_a_reference(client, sam, seats):
    good, gone = issue(ask_letter(seats[0]), sam), issue(ask_letter(seats[1]), sam)
    gone.decline(by=sam, why="The name was wrong.")
    asked = ask_letter(seats[2])
    client.force_login(sam)
    for letter, words in ((good, "good"), (gone, "void"), (asked, "never issued")):
        page = client.get(LETTERS, {"q": letter.reference})
        assert [row.pk for row in page.context["cl"].result_list] == [letter.pk]
        assert words in text(page)
    Event.objects.update(starts=timezone.now() - timedelta(days=2), ends=timezone.now() - timedelta(days=1))
    assert "void" in text(client.get(LETTERS, {"q": good.reference}))
    assert "is void" in text(client.get(f"{LETTERS}{good.pk}/change/"))


def test_no_list_shows_what_stands_in_a_passport_and_none_can_be_searched_for_it(client, sam, seats):
    issue(ask_letter(seats[0]), sam)
    client.force_login(house.make_staff("root", is_superuser=True))
    pages = [LETTERS, f"{LETTERS}?queue=all", f"{LETTERS}?queue=standing", "/admin/", TRAVEL, "/admin/post_office/email/"]
    for page in pages:
        told = text(client.get(page))
        assert "Person 1" in told or page in {"/admin/", TRAVEL, "/admin/post_office/email/", LETTERS}
        for secret in SECRETS:
            assert secret not in told, (page, secret)
    for word in ("AK0765432", "Leila Aisha"):
        assert list(client.get(LETTERS, {"q": word}).context["cl"].result_list) == []


def test_after_a_month_the_staff_read_it_no_more(client, sam, seats):
    letter, travel = issue(ask_letter(seats[0]), sam), ask_travel(seats[0])
    Event.objects.update(starts=timezone.now() - timedelta(days=32), ends=timezone.now() - timedelta(days=31))
    client.force_login(sam)
    for page, secret in ((f"{LETTERS}{letter.pk}/change/", "AK0765432"), (f"{TRAVEL}{travel.pk}/change/", "Mombasa, Kenya")):
        told = text(client.get(page))
        assert "Deleted: nobody reads it any more." in told
        assert secret not in told
    told = text(client.get(TRAVEL, {"queue": "all"}))
    assert "Person 1" in told
    assert "850" not in told


def test_staff_without_the_right_read_and_decide_nothing(client, seats):
    letter, travel = ask_letter(seats[0]), ask_travel(seats[0])
    client.force_login(house.make_staff("toni", vets=False))
    for page in (LETTERS, TRAVEL, f"{LETTERS}{letter.pk}/change/", f"{TRAVEL}{travel.pk}/change/", f"{LETTERS}{letter.pk}/letter.pdf"):
        assert client.get(page).status_code == 403, page
    assert client.post(f"{TRAVEL}{travel.pk}/grant/", grant()).status_code == 403
    assert client.post(f"{LETTERS}{letter.pk}/issue/", sign(letter)).status_code == 403
    assert (VisaLetter.objects.get().state, TravelRequest.objects.get().state) == ("asked", "asked")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_for_one_as_for_three(client, sam, seats, count, django_assert_num_queries):
    for seat in seats[:count]:
        ask_letter(seat)
        ask_travel(seat)
    client.force_login(sam)
    client.get(LETTERS)
    for page, queries in ((LETTERS, 7), (TRAVEL, 8)):
        with django_assert_num_queries(queries):
            assert len(client.get(page).context["cl"].result_list) == count


def test_once_the_seat_is_gone_nothing_waits(client, sam, seats):
    letter = ask_letter(seats[0])
    Registration.objects.filter(pk=seats[0].pk).update(state="withdrawn")
    client.force_login(sam)
    assert list(client.get(LETTERS).context["cl"].result_list) == []
    page = text(client.get(f"{LETTERS}{letter.pk}/change/"))
    assert "ended with the seat" in page
    assert "Sign and issue" not in page
