"""What follows an approval: travel support, letters for visas, interpretation, further questions."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from post_office.models import Email

from events import following
from events.models import Answer, Notice, Question, Registration, TravelRequest, VisaLetter
from events.models.event import Event
from events.waiting import waiting_for
from strongcities import sealed
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db

TRAVEL = {
    "from_where": "Mombasa, Kenya", "how": "flight", "cost": Decimal("850.00"), "currency": "EUR", "own_share": "The hotel",
    "note": "No night flights",
}  # fmt: skip
PASSPORT = {
    "full_name": "Leila Aisha Ali", "nationality": "Kenyan", "born": "1984-05-17", "passport_number": "AK0765432",
    "post": "Director of community safety", "city": "Mombasa County, Kenya", "addressee": "Consulate of France\nNairobi, Kenya",
}  # fmt: skip
SECRETS = ("Leila Aisha Ali", "AK0765432", "1984-05-17", "17 May 1984", "Consulate of France")
SIGNED = {"signer_name": "Sam Staff", "signer_function": "Head of events", "costs": "network"}


@pytest.fixture
def leila():
    return house.make_person("leila")


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def event():
    return cast.make_event(offers_travel=True, offers_letters=True, interpretation=["ar", "fr"], host=house.make_city("Aarhus"), capacity=2)


@pytest.fixture
def seat(event, leila):
    return cast.register(event, leila, house.make_city("Mombasa"))


@pytest.fixture
def page(seat):
    return f"/events/{seat.event.slug}/registration/follow-up/"


def ask_travel(seat, **told):
    return following.ask_for_travel(seat, by=seat.user, told={**TRAVEL, **told})


def ask_letter(seat, language="en", **told):
    return following.ask_for_letter(seat, by=seat.user, told={**PASSPORT, **told}, language=language)


def issue(letter, sam):
    letter.issue(by=sam, seen=letter.mark, **SIGNED)
    return letter


def form(prefix, told):
    return {f"{prefix}-{name}": str(value) for name, value in told.items()}


def mails():
    return list(Email.objects.order_by("pk").values_list("subject", flat=True))


def everything(*tables):
    """All that these tables hold, as the database would tell a thief."""
    with connection.cursor() as cursor:
        told = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608  our own names
            told += [line for (line,) in cursor.fetchall()]
    return "\n".join(told)


# --- Travel support ----------------------------------------------------------------------------------------------------


def test_support_is_asked_for_told_anew_and_granted(seat, sam):
    travel = ask_travel(seat)
    assert (travel.state, travel.told) == ("asked", TRAVEL)
    again = ask_travel(seat, cost=Decimal("900.00"))
    assert (again.pk, again.told["cost"], TravelRequest.objects.count()) == (travel.pk, Decimal("900.00"), 1)
    travel.grant(by=sam, amount=Decimal("600"), currency="EUR", why="Send receipts within a month.")
    assert (travel.state, travel.granted, travel.words) == ("granted", Decimal("600"), "Send receipts within a month.")
    assert mails()[-1] == f"Travel support granted: {seat.event.title}"
    assert "€600.00" in Email.objects.last().message
    assert "Send receipts within a month." in Email.objects.last().message
    assert [(step.verb, step.by) for step in travel.transitions.all()] == [("ask", seat.user), ("grant", sam)]


def test_what_was_decided_is_not_told_anew(seat, sam):
    travel = ask_travel(seat)
    travel.grant(by=sam, amount=Decimal("600"), currency="EUR", why="")
    with pytest.raises(MoveRefused, match="decided"):
        ask_travel(seat)
    with pytest.raises(MoveRefused, match="granted"):
        travel.grant(by=sam, amount=Decimal("700"), currency="EUR", why="")


def test_support_is_declined_with_a_reason_and_may_be_asked_for_once_more(seat, sam):
    travel = ask_travel(seat)
    with pytest.raises(ValueError, match="say why"):
        travel.decline(by=sam, why=" ")
    travel.decline(by=sam, why="All of it is spent.")
    assert (travel.state, travel.settled is not None) == ("declined", True)
    assert "All of it is spent." in Email.objects.last().message
    assert ask_travel(seat).pk != travel.pk
    assert sorted(seat.travelrequests.values_list("state", flat=True)) == ["asked", "declined"]


def test_a_grant_can_be_taken_back_by_the_staff_and_given_back_by_the_person(seat, sam):
    travel = ask_travel(seat)
    travel.grant(by=sam, amount=Decimal("600"), currency="EUR", why="")
    travel.decline(by=sam, why="It was a mistake.")
    assert travel.state == "declined"
    other = ask_travel(seat)
    other.grant(by=sam, amount=Decimal("500"), currency="EUR", why="")
    other.withdraw(by=seat.user)
    assert (other.state, list(TravelRequest.objects.sums())) == ("withdrawn", [])


@pytest.mark.parametrize("verb", ["grant", "decline", "withdraw"])
def test_nobody_else_decides(seat, verb):
    travel = ask_travel(seat)
    words: dict[str, dict[str, Any]] = {"grant": {"amount": Decimal(5), "currency": "EUR", "why": ""}, "decline": {"why": "No."}}
    told = words.get(verb, {})
    reads_only = house.make_staff("toni", vets=False)
    for other in (house.make_person("ove"), reads_only, *([seat.user] if verb != "withdraw" else [house.make_staff("sam")])):
        with pytest.raises(PermissionDenied):
            getattr(travel, verb)(by=other, **told)
    with pytest.raises(PermissionDenied):
        following.ask_for_travel(seat, by=house.make_person("ove"), told=TRAVEL)
    assert TravelRequest.objects.get().state == "asked"


def test_staff_sign_no_letter_and_grant_no_journey_of_their_own(event, sam):
    own, toni = cast.register(event, sam), house.make_staff("toni")
    travel, letter = ask_travel(own), ask_letter(own)
    acts = (
        lambda: travel.grant(by=sam, amount=Decimal(5), currency="EUR", why="Yes."),
        lambda: travel.decline(by=sam, why="No."),
        lambda: letter.issue(by=sam, seen=letter.mark, **SIGNED),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    travel.grant(by=toni, amount=Decimal(5), currency="EUR", why="Yes.")
    assert issue(letter, toni).can_open(sam)


def test_nobody_tells_anew_what_somebody_else_asked_for(seat, sam):
    travel, letter = ask_travel(seat), ask_letter(seat)
    with pytest.raises(PermissionDenied):
        travel.change(by=sam, told={"note": "By another."})
    with pytest.raises(PermissionDenied):
        letter.change(by=sam, told=PASSPORT, language="fr")
    assert (TravelRequest.objects.get().note, VisaLetter.objects.get().language) == (travel.note, "en")


def test_sums_by_event_and_currency_are_of_those_who_still_come(event, sam):
    people = cast.make_people(3)
    Event.objects.filter(pk=event.pk).update(capacity=None)
    other = cast.make_event("Second", offers_travel=True, in_days=10)
    for person, where, amount, currency in (
        (people[0], event, 100, "EUR"), (people[1], event, 50, "EUR"), (people[2], event, 70, "USD"), (people[0], other, 20, "EUR"),
        (people[1], other, 999, "EUR"),
    ):  # fmt: skip
        ask_travel(cast.register(where, person)).grant(by=sam, amount=Decimal(amount), currency=currency, why="")
    ask_travel(cast.register(other, people[2]))  # only asked
    gone = Registration.objects.get(event=other, user=people[1])
    gone.withdraw(by=people[1])
    assert [(row["event"], row["code"], row["count"], row["amount"]) for row in TravelRequest.objects.sums()] == [
        (event.title, "EUR", 2, Decimal(150)),
        (event.title, "USD", 1, Decimal(70)),
        ("Second", "EUR", 1, Decimal(20)),
    ]


# --- Letters -----------------------------------------------------------------------------------------------------------


def test_a_letter_is_asked_for_issued_and_says_what_was_told(seat, sam):
    letter = ask_letter(seat)
    assert letter.told == PASSPORT
    issue(letter, sam)
    assert (letter.state, letter.signer_name, letter.costs, letter.is_good) == ("issued", "Sam Staff", "network", True)
    reader = pypdf.PdfReader(BytesIO(letter.pdf()))
    text = " ".join(reader.pages[0].extract_text().split())
    for words in ("Leila Aisha Ali", "AK0765432", "17 May 1984", "Consulate of France", letter.reference, "Town hall", "Sam Staff"):
        assert words in text, words
    assert mails()[-1] == f"Your letter for the visa: {seat.event.title}"
    assert letter.reference in Email.objects.last().message


def test_each_letter_has_a_reference_of_its_own(seat, sam):
    first = issue(ask_letter(seat), sam)
    first.withdraw(by=seat.user)
    second = ask_letter(seat)
    assert len({first.reference, second.reference}) == 2
    assert (first.stands, first.is_good, second.state) == ("withdrawn", False, "asked")
    with pytest.raises(IntegrityError, match="reference"), transaction.atomic():
        VisaLetter.objects.filter(pk=second.pk).update(reference=first.reference)


def test_what_changed_while_it_was_read_is_read_once_more(seat, sam):
    letter = ask_letter(seat)
    seen = letter.mark
    ask_letter(seat, passport_number="BK1111111")
    with pytest.raises(MoveRefused, match="changed"):
        letter.issue(by=sam, seen=seen, **SIGNED)
    assert VisaLetter.objects.get().state == "asked"


def test_an_issued_letter_says_the_same_after_the_event_changed_and_is_called_stale(seat, sam):
    letter = issue(ask_letter(seat), sam)
    before = letter.pdf()
    assert not letter.is_stale
    seat.event.change(by=sam, venue="Another hall")
    letter = VisaLetter.objects.get()
    assert letter.is_stale
    assert letter.pdf() == before


def test_a_letter_that_does_not_fit_is_not_signed(seat, sam):
    letter = ask_letter(seat)
    with pytest.raises(ValidationError):
        letter.issue(by=sam, seen=letter.mark, signer_name="", signer_function="x", costs="network")
    assert (VisaLetter.objects.get().state, mails()[-1:]) != ("issued", [f"Your letter for the visa: {seat.event.title}"])


@pytest.mark.parametrize("verb", ["withdraw", "cancel", "event"])
def test_a_seat_that_is_lost_ends_what_was_asked_for(seat, sam, verb):
    letter, travel = issue(ask_letter(seat), sam), ask_travel(seat)
    if verb == "withdraw":
        seat.withdraw(by=seat.user)
    elif verb == "cancel":
        seat.cancel(by=sam, why="No room.")
    else:
        seat.event.cancel(by=sam, why="No room.")
    letter, travel = VisaLetter.objects.get(), TravelRequest.objects.get()
    assert (letter.state, letter.is_good, travel.state) == ("ended", False, "ended")
    assert letter.settled
    assert travel.settled
    assert [step.verb for step in letter.transitions.all()] == ["ask", "issue", "end"]
    assert f"Your letter for the visa is void: {seat.event.title}" in mails()
    with pytest.raises(MoveRefused):
        letter.pdf()


def test_a_letter_is_void_without_its_seat_whatever_was_noted(seat, sam):
    """Somebody wrote the registration's state past every verb."""
    letter = issue(ask_letter(seat), sam)
    Registration.objects.filter(pk=seat.pk).update(state="withdrawn")
    letter = VisaLetter.objects.get()
    assert (letter.state, letter.stands, letter.is_good) == ("issued", "ended", False)
    assert list(VisaLetter.objects.standing()) == []


def test_nothing_is_issued_to_who_has_lost_the_seat(seat, sam):
    letter, travel = ask_letter(seat), ask_travel(seat)
    Registration.objects.filter(pk=seat.pk).update(state="withdrawn")
    with pytest.raises(MoveRefused, match="no seat"):
        letter.issue(by=sam, seen=letter.mark, **SIGNED)
    with pytest.raises(MoveRefused, match="no seat"):
        travel.grant(by=sam, amount=Decimal(5), currency="EUR", why="")


# --- For whom, and until when ------------------------------------------------------------------------------------------


def test_only_who_has_a_seat_asks(event, leila):
    people = cast.make_people(2)
    for person in people:
        cast.register(event, person)
    waits = cast.register(event, leila)
    assert waits.state == "waiting"
    for ask in (ask_travel, ask_letter):
        with pytest.raises(MoveRefused, match="not confirmed"):
            ask(waits)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"follow_up_until": timedelta(seconds=-1)}, "date"),
        ({"starts": timedelta(days=-2), "ends": timedelta(seconds=-1)}, "over"),
        ({"state": "cancelled"}, "cancelled"),
    ],
)
def test_only_in_time(seat, fields, words):
    now = timezone.now()
    Event.objects.filter(pk=seat.event_id).update(
        **{name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    )
    seat = Registration.objects.get()
    for ask in (ask_travel, ask_letter):
        with pytest.raises(MoveRefused, match=words):
            ask(seat)
    with pytest.raises(MoveRefused, match=words):
        following.choose_interpretation(seat, by=seat.user, language="fr")


def test_only_what_the_event_offers(seat):
    Event.objects.update(offers_travel=False, offers_letters=False)
    for ask in (ask_travel, ask_letter):
        with pytest.raises(MoveRefused, match="not offered"):
            ask(Registration.objects.get())
    assert not TravelRequest.objects.exists()
    assert not VisaLetter.objects.exists()


def test_the_database_holds_the_rules(seat, sam):
    travel, letter = ask_travel(seat), ask_letter(seat)
    rules = [
        ("travel_one_live_request", lambda: TravelRequest.objects.create(registration=seat)),
        ("letter_one_live", lambda: VisaLetter.objects.create(registration=seat)),
        ("travel_granted_has_an_amount", lambda: TravelRequest.objects.filter(pk=travel.pk).update(state="granted")),
        ("travel_cost_has_a_currency", lambda: TravelRequest.objects.filter(pk=travel.pk).update(currency="")),
        ("letter_issued_is_signed", lambda: VisaLetter.objects.filter(pk=letter.pk).update(state="issued")),
        ("letter_lies_sealed", lambda: VisaLetter.objects.filter(pk=letter.pk).update(details=json.dumps(PASSPORT))),
        ("event_journeys_have_a_place", lambda: Event.objects.update(host=None, venue="", is_online=True)),
        ("event_follow_up_ends_with_it", lambda: Event.objects.update(follow_up_until=seat.event.ends + timedelta(hours=1))),
    ]
    for rule, broken in rules:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            broken()
    with pytest.raises(MoveRefused, match="a place to travel to"):
        seat.event.change(by=sam, host=None, venue="", is_online=True)


# --- Interpretation, further questions -----------------------------------------------------------------------------------


def test_interpretation_is_chosen_from_what_there_is(seat):
    following.choose_interpretation(seat, by=seat.user, language="fr")
    assert Registration.objects.get().interpretation == "fr"
    with pytest.raises(ValueError, match="de"):
        following.choose_interpretation(seat, by=seat.user, language="de")
    following.choose_interpretation(seat, by=seat.user, language="")
    assert Registration.objects.get().interpretation == ""


def test_further_answers_are_kept_and_those_of_the_registration_left_alone(seat):
    event = seat.event
    first = Question.objects.create(event=event, words="Your topic?", stage="registration")
    hotel = Question.objects.create(event=event, words="Which hotel?", stage="follow-up")
    train = Question.objects.create(event=event, words="Which train?", stage="follow-up")
    Answer.objects.create(registration=seat, question=first, value="Youth")
    following.answer(seat, by=seat.user, answers={hotel.pk: "Harbour", train.pk: "9:10", first.pk: "Other"})
    assert set(seat.answers.values_list("question__words", "value")) == {
        ("Your topic?", "Youth"), ("Which hotel?", "Harbour"), ("Which train?", "9:10"),
    }  # fmt: skip
    following.answer(seat, by=seat.user, answers={hotel.pk: "Station"})
    assert set(seat.answers.values_list("question__words", "value")) == {("Your topic?", "Youth"), ("Which hotel?", "Station")}


def test_the_desk_says_what_must_be_answered_and_the_page_keeps_it(client, seat, page):
    event = seat.event
    hotel = Question.objects.create(event=event, words="Which hotel?", stage="follow-up", is_required=True)
    Question.objects.create(event=event, words="Anything else?", stage="follow-up")
    client.force_login(seat.user)
    asked = f"What is asked of you: {event.title}"
    assert [item.what for item in waiting_for(seat.user)] == [asked]
    assert waiting_for(house.make_person("ove")) == []
    answer = client.post(f"{page}answers/", {f"q{hotel.pk}": ""})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert client.post(f"{page}answers/", {f"q{hotel.pk}": "Harbour"}).status_code == 302
    assert [answer.value for answer in seat.answers.all()] == ["Harbour"]
    assert "Harbour" in client.get(page).content.decode()
    assert waiting_for(seat.user) == []


# --- Who is told that something is asked --------------------------------------------------------------------------------


def test_whoever_gets_a_seat_is_mailed_where_something_is_asked(event, leila):
    cast.register(event, leila)
    assert mails() == [f"You have a seat: {event.title}", f"What is asked of you: {event.title}"]
    Email.objects.all().delete()
    cast.register(cast.make_event("Plain"), leila)
    assert mails() == ["You have a seat: Plain"]


def test_whoever_has_a_seat_is_mailed_once_it_is_asked_of_them_later(leila, sam):
    event = cast.make_event(capacity=1)
    seat, _waits = cast.register(event, leila), cast.register(event, cast.make_people(1)[0])
    event.change(by=sam, offers_travel=True)
    event.change(by=sam, offers_letters=True)  # something was asked already
    notice = Notice.objects.get(about="follow-up")
    assert notice.people == [seat.user_id]
    from events import telling

    telling.tell(notice)
    assert mails()[-1] == f"What is asked of you: {event.title}"


# --- Sealed --------------------------------------------------------------------------------------------------------------


def test_what_stands_in_a_passport_lies_open_nowhere(client, seat, sam, caplog, page):
    with caplog.at_level(logging.DEBUG):
        client.force_login(seat.user)
        assert client.post(f"{page}letter/", form("letter", {**PASSPORT, "language": "fr"})).status_code == 302
        letter = VisaLetter.objects.get()
        assert letter.told == PASSPORT
        issue(letter, sam)
        assert client.get(page[: -len("follow-up/")] + "letter.pdf").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        tables = [name for (name,) in cursor.fetchall()]
    assert {"events_visaletter", "events_visalettertransition", "post_office_email", "procrastinate_jobs", "members_session"} <= set(tables)
    held = everything(*(f'"{name}"' for name in tables))
    assert letter.reference in held
    for secret in SECRETS:
        assert secret not in held, secret
        assert secret not in caplog.text, secret


def test_the_house_seals_letters_anew(seat, settings):
    old, new = "Zk1nQ0b3w8yJm2uXe7sRt5vLh9pAc4dFi6gKo0jNq_E", "b8Qe2hT6rVx0mYp4sKz9uJc3wLd7fNa1gRi5oEt_XkM"
    settings.ENCRYPTION_KEYS = [old]
    letter = ask_letter(seat)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("seal_again")
    settings.ENCRYPTION_KEYS = [new]
    letter.refresh_from_db()
    assert letter.told == PASSPORT
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(sealed.Unreadable):
        letter.told  # noqa: B018  what is asked is whether it can be


# --- The page ------------------------------------------------------------------------------------------------------------


def test_the_page_asks_what_the_event_offers(client, seat, page):
    client.force_login(seat.user)
    answer = client.get(page)
    told = answer.content.decode()
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    for words in ("Ask for travel support", "Ask for a letter", "Interpretation", "Mombasa County, Kenya"):
        assert words in told, words
    Event.objects.update(offers_travel=False, offers_letters=False, interpretation=[])
    told = client.get(page).content.decode()
    assert "Nothing is asked of you at the moment" in told
    assert "Ask for" not in told


def test_support_is_asked_for_on_the_page(client, seat, page):
    client.force_login(seat.user)
    assert client.post(f"{page}travel/", form("travel", TRAVEL)).status_code == 302
    assert TravelRequest.objects.get().told == TRAVEL
    told = client.get(page).content.decode()
    assert "to be decided" in told
    assert "No night flights" in told
    client.post(f"{page}travel/withdraw/")
    assert TravelRequest.objects.get().state == "withdrawn"
    assert client.post(f"{page}travel/withdraw/").status_code == 404


@pytest.mark.parametrize(
    ("part", "told", "wrong"),
    [
        ("travel", {**TRAVEL, "currency": "XXX"}, "Select a valid choice"),
        ("travel", {**TRAVEL, "cost": "-5"}, "greater than or equal to 0"),
        ("travel", {**TRAVEL, "from_where": ""}, "required"),
        ("letter", {**PASSPORT, "language": "en", "born": "2050-01-01"}, "date of birth"),
        ("letter", {**PASSPORT, "language": "en", "full_name": "ليلى علي"}, "can’t show these signs"),
        ("letter", {**PASSPORT, "language": "de"}, "Select a valid choice"),
        ("letter", {**PASSPORT, "language": "en", "addressee": "1\n2\n3\n4\n5\n6"}, "At most five lines fit"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(client, seat, part, told, wrong):
    page = f"/events/{seat.event.slug}/registration/follow-up/"
    client.force_login(seat.user)
    answer = client.post(f"{page}{part}/", form(part, told))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert wrong in text
    assert 'role="alert"' in text
    assert (TRAVEL["own_share"] if part == "travel" else PASSPORT["passport_number"]) in text
    assert not TravelRequest.objects.exists()
    assert not VisaLetter.objects.exists()


def test_the_letter_is_its_persons_alone(client, seat, sam, page):
    letter = issue(ask_letter(seat), sam)
    address = page[: -len("follow-up/")] + "letter.pdf"
    for other in (house.make_person("ove"), sam):
        client.force_login(other)
        assert (client.get(address).status_code, client.get(page).status_code) == (404, 404)
    client.force_login(seat.user)
    answer = client.get(address)
    assert (answer["Content-Type"], set(answer["Cache-Control"].split(", ")) >= {"private", "no-store"}) == ("application/pdf", True)
    assert answer["Content-Disposition"] == f'attachment; filename="{letter.reference}.pdf"'
    assert answer.content == letter.pdf()
    told = client.get(page).content.decode()
    assert letter.reference in told
    client.post(f"{page}letter/withdraw/")
    assert client.get(address).status_code == 404
    assert "is void" in client.get(page).content.decode()


def test_who_registered_a_group_sees_no_passport_of_it(client, event):
    lead, ove = house.make_person("lene"), house.make_person("ove")
    from events import registering

    registering.register_group(event, by=lead, city=house.make_city("Aarhus"), people=[lead, ove])
    seat = event.registrations.get(user=ove)
    ask_letter(seat)
    assert list(VisaLetter.objects.visible_to(lead)) == []
    assert VisaLetter.objects.visible_to(ove).count() == 1
    client.force_login(lead)
    assert "AK0765432" not in client.get(f"/events/{event.slug}/registration/follow-up/").content.decode()


def test_once_the_seat_is_gone_the_page_says_so(client, seat, sam, page):
    issue(ask_letter(seat), sam)
    seat.withdraw(by=seat.user)
    client.force_login(seat.user)
    told = client.get(page).content.decode()
    assert "You have no seat at this event any more." in told
    assert "is void" in told
    assert client.post(f"{page}travel/", form("travel", TRAVEL)).status_code == 302
    assert not TravelRequest.objects.exists()


def test_interpretation_on_the_page(client, seat, page):
    client.force_login(seat.user)
    client.post(f"{page}interpretation/", {"interpretation-language": "ar"})
    assert Registration.objects.get().interpretation == "ar"
    assert client.post(f"{page}interpretation/", {"interpretation-language": "de"}).status_code == 200
    assert Registration.objects.get().interpretation == "ar"
