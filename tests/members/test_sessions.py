"""`/account/sessions/`: where one is signed in, and signing out there. Two browsers are two real clients."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from members import devices
from members.models import Session
from members.sessions import SEEN
from tests import cast

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


def signed_in(who, agent=LAPTOP):
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR="192.0.2.7")
    assert client.post("/account/login/", {"login": who.email, "password": cast.PASSWORD}).status_code == 302
    return client


def gets_in(client):
    return client.get("/desk/").status_code == 200


def button(client, device):
    """The address that the page's button beside `device` posts to."""
    page = client.get("/account/sessions/")
    assert device in page.text
    return next(f"/account/sessions/{row['session'].handle}/end/" for row in page.context["rows"] if row["device"] == device)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Firefox on Android"),
        (LAPTOP, "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Mac"),
        ("curl/8.0", "A device that does not say what it is"),
        ("", "A device that does not say what it is"),
        ("<script>alert(1)</script> Firefox", "Firefox"),
    ],
)
def test_a_device_in_words(agent, words):
    assert devices.words(devices.named(agent)) == words


def test_the_page_names_devices_and_nothing_else(nadia, lene):
    phone, laptop = signed_in(nadia, PHONE), signed_in(nadia)
    signed_in(lene, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    page = laptop.get("/account/sessions/")
    assert [(row["device"], row["here"]) for row in page.context["rows"]] == [("Edge on Windows", True), ("Firefox on Android", False)]
    for secret in (phone.session.session_key, laptop.session.session_key, "192.0.2.7", "Mozilla"):
        assert secret not in page.text
    row = Session.objects.get(session_key=phone.session.session_key)
    assert (row.account, row.device) == (nadia, "Firefox, Android")
    assert "192.0.2.7" not in str(vars(row)) + str(row.get_decoded())


def test_one_is_ended_alone_with_its_very_next_request(nadia):
    phone, tablet, laptop = signed_in(nadia, PHONE), signed_in(nadia, "iPad Safari"), signed_in(nadia)
    assert [gets_in(client) for client in (phone, tablet, laptop)] == [True, True, True]
    laptop.post(button(laptop, "Firefox on Android"))
    assert [gets_in(client) for client in (phone, tablet, laptop)] == [False, True, True]


def test_all_others_are_ended_at_once(nadia, lene):
    phone, tablet, laptop, stranger = signed_in(nadia, PHONE), signed_in(nadia, "iPad Safari"), signed_in(nadia), signed_in(lene)
    assert laptop.post("/account/sessions/end/", follow=True).status_code == 200
    assert [gets_in(client) for client in (phone, tablet, laptop, stranger)] == [False, False, True, True]


def test_nobody_ends_the_session_of_somebody_else(nadia, lene):
    hers, mine = signed_in(lene, PHONE), signed_in(nadia)
    handle = Session.objects.get(account=lene).handle
    assert mine.post(f"/account/sessions/{handle}/end/").status_code == 302
    assert gets_in(hers)


def test_a_request_under_way_does_not_bring_an_ended_session_back(nadia):
    phone = signed_in(nadia, PHONE)
    under_way = phone.session
    under_way["typed"] = "something"
    Session.objects.end_all(nadia)
    with pytest.raises(UpdateError):
        under_way.save()
    assert not gets_in(phone)


def test_only_by_post_and_only_signed_in(client, nadia):
    for address in ("/account/sessions/end/", "/account/sessions/0/end/"):
        assert client.post(address)["Location"].startswith("/account/login/")
        assert signed_in(nadia).get(address).status_code == 405
    assert client.get("/account/sessions/")["Location"].startswith("/account/login/")


def test_a_session_that_a_new_password_ended_is_not_shown(nadia):
    signed_in(nadia, PHONE)
    nadia.set_password("another long enough password")
    nadia.save()
    client = Client()
    client.force_login(nadia)
    assert len(client.get("/account/sessions/").context["rows"]) == 1
    assert Session.objects.filter(account=nadia).count() == 2


def test_last_used_is_kept_to_ten_minutes(nadia):
    client = signed_in(nadia)
    key = client.session.session_key

    def seen():
        return Session.objects.get(session_key=key).seen

    first = seen()
    client.get("/desk/")
    assert seen() == first  # no write with each page
    session = client.session
    session[SEEN] = (timezone.now() - timedelta(minutes=11)).isoformat()
    session.save()
    client.get("/desk/")
    assert seen() > first


def test_a_visitor_with_a_draft_has_a_session_of_nobody(client):
    client.post("/join/city/save/", {"name": "Leuven", "country": "BE"})
    assert [(row.account, row.since, row.device) for row in Session.objects.all()] == [(None, None, "")]


def test_signing_out_leaves_no_row(nadia):
    client = signed_in(nadia)
    client.post("/account/logout/")
    assert not Session.objects.filter(account=nadia).exists()
