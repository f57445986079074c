"""Accounts: how readers are counted, and what a watch tells about who has one."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from members import accounts, limits
from members.accounts import AccountAdapter
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


def counted(rf, **headers):
    return AccountAdapter().get_client_ip(rf.get("/", **headers))


@pytest.mark.parametrize(
    ("address", "as_"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::9", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_who_has_one_address_of_a_house_has_them_all(rf, address, as_):
    assert counted(rf, REMOTE_ADDR=address) == as_


def test_behind_a_proxy_readers_are_told_apart_and_cannot_say_who_they_are(rf, settings):
    forged = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 192.0.2.7"}
    assert counted(rf, **forged) == "10.0.0.1"  # no proxy: the header is the reader's own
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert counted(rf, **forged) == "192.0.2.7"


def test_counts_are_not_thrown_away_by_other_readers(rf):
    """Django's own cache table keeps 300 rows; whoever fills it would begin anew."""
    for _knock in range(5):
        limits.knock(rf.post("/"), "send to", key="victim@gent.be")
    with pytest.raises(limits.TooOften):
        limits.knock(rf.post("/"), "send to", key="victim@gent.be")
    for number in range(700):
        cache.set(f"other-{number}", 1, 3600)
    with pytest.raises(limits.TooOften):
        limits.knock(rf.post("/"), "send to", key="victim@gent.be")


@pytest.mark.parametrize("address", ["/account/password/reset/", "/account/login/code/", "/ar/account/password/reset/"])
@pytest.mark.parametrize("field", ["nadia@gent.be", "nobody@gent.be"])
def test_a_watch_does_not_tell_who_has_an_account(client, nadia, monkeypatch, address, field):
    monkeypatch.setattr(accounts, "EVEN", 1.5)
    client.get(address)
    before = time.monotonic()
    answer = client.post(address, {"email": field})
    assert time.monotonic() - before >= 1.5
    assert answer.status_code == 302
    assert len(outbox()) == (field == nadia.email)


def test_an_open_browser_is_not_enough_to_take_an_account_away(client, nadia):
    client.force_login(nadia)
    answer = client.post("/account/email/", {"action_add": "", "email": "thief@mail.example"})
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not EmailAddress.objects.filter(email="thief@mail.example").exists()


def test_the_owner_hears_of_a_new_password(client, nadia):
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    new = "another long enough password"
    answer = client.post("/account/password/change/", {"oldpassword": cast.PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert [mail.to for mail in outbox()] == [[nadia.email]]
