"""What the mails of registering say: the hour where it is, with its zone, and the reader's own where it is known."""

from datetime import UTC, datetime

import pytest

from events import inviting, jobs, registering
from events.inviting import Address
from events.models import Event, Notice, Registration, Speaker
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
BEGINS = datetime(2030, 6, 3, 9, tzinfo=UTC)
PARIS = "3 June 2030, 11:00 to 19:00 (Paris time)"


@pytest.fixture
def event():
    event = cast.make_event(capacity=1)
    Event.objects.filter(pk=event.pk).update(starts=BEGINS, ends=BEGINS.replace(hour=17))
    event.refresh_from_db()
    return event


@pytest.fixture
def amina(db):
    return cast.make_official(house.make_city("Mombasa", time_zone="Africa/Nairobi"), "amina@mombasa.go.ke")


def bodies():
    mail = outbox()[-1]
    return (mail.message, mail.html_message)


def test_a_confirmation_says_when_in_both_zones(event, amina):
    cast.register(event, amina)
    for body in bodies():
        assert f"{PARIS} · 12:00 to 20:00 your time (Nairobi)" in body
        assert "You have a seat. Your page for this event says" in body
        assert "The link to take part online" not in body


def test_a_guest_of_no_city_reads_the_event_s_zone(event, nadia):
    Event.objects.filter(pk=event.pk).update(link="https://example.org/room")
    event.refresh_from_db()
    cast.register(event, nadia)
    for body in bodies():
        assert PARIS in body
        assert "your time" not in body
        assert "The link to take part online stands there too." in body
        assert "https://example.org/room" not in body


def test_an_offer_says_until_when_in_both_zones(event, amina, nadia):
    cast.register(event, nadia)
    cast.register(event, amina)
    Registration.objects.get(user=nadia).withdraw(by=nadia)
    for body in bodies():
        assert "A seat is kept for you. Accept or decline it on your page until" in body
        assert body.count("(Paris time)") == 2
        assert body.count("your time (Nairobi)") == 2


def test_who_was_registered_by_somebody_else_reads_by_whom(event):
    lead, ove, city = house.make_person("lene"), house.make_person("ove"), house.make_city("Aarhus")
    Event.objects.filter(pk=event.pk).update(capacity=2)
    event.refresh_from_db()
    registering.register_group(event, by=lead, city=city, people=[lead, ove])
    for body in bodies():
        assert "Lene Lund registered you, together with others from Aarhus. You have a seat." in body


def test_an_invitation_says_until_when_one_can_register(event):
    inviting.invite(event, [Address("nina@town.org")], by=house.make_staff())
    for body in bodies():
        assert "You can register until 3 June 2030, 11:00 (Paris time)." in body
        assert PARIS in body


def test_so_does_a_link_that_was_asked_for(event):
    inviting.ask(event, "nina@town.org", language="en")
    for body in bodies():
        assert "Somebody, probably you, asked for a link" in body
        assert "You can register until 3 June 2030, 11:00 (Paris time)." in body


def test_whoever_has_to_do_with_a_cancelled_event_is_told(event, amina, nadia):
    """Who has a seat, who waits, who speaks, and whom the staff invited, with an account or without; not whoever left."""
    sam, gone, speaker = house.make_staff(), cast.make_people(1)[0], house.make_person("leila")
    for person in (nadia, amina, gone):
        cast.register(event, person)
    Registration.objects.get(user=gone).withdraw(by=gone)
    Speaker.objects.create(session=cast.make_session(event), official=speaker.official)
    lene = house.make_person("lene")
    inviting.invite(event, [Address("new@example.org", language="ar"), Address(lene.email)], by=sam)
    before = len(outbox())
    event.cancel(by=sam, why="The venue burnt down.")
    jobs.tell(notice=Notice.objects.get().pk)
    jobs.tell(notice=Notice.objects.get().pk)  # a job may run twice
    told = outbox()[before:]
    assert sorted(address for mail in told for address in mail.to) == sorted(
        [nadia.email, amina.email, speaker.email, lene.email, "new@example.org"]
    )
    assert all("The venue burnt down." in mail.message for mail in told)
