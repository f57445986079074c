"""Accounts: how readers are counted, and what a watch tells about who has one."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from members import accounts, limits
from members.accounts import AccountAdapter
from members.models import AddressChange, User
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


class Watch:
    """A clock that goes on only where somebody works (`work`, in seconds) or sleeps."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.mark.parametrize(("work", "takes"), [(0.0, accounts.EVEN), (0.25, accounts.EVEN), (2.0, 2.0)])
@pytest.mark.parametrize("address", ["/account/password/reset/", "/account/login/code/", "/account/login/", "/ar/account/login/code/"])
@pytest.mark.parametrize("email", ["nadia@gent.be", "nobody@gent.be"])
def test_a_watch_does_not_tell(nadia, monkeypatch, address, email, work, takes):  # noqa: PLR0917  pytest names them
    """However long the view itself worked, the answer comes at the same time."""
    watch = Watch()
    monkeypatch.setattr(accounts, "time", watch)
    monkeypatch.setattr(limits.LimitMiddleware, "process_view", lambda *_given: watch.sleep(work))
    assert User.objects.filter(email=email).exists() == (email == nadia.email)
    Client().post(address, {"email": email, "login": email, "password": "wrong"})
    assert watch.now == pytest.approx(takes)
    assert len(outbox()) == (email == nadia.email and address != "/account/login/")


def test_who_gets_in_does_not_wait(client, nadia, monkeypatch):
    watch = Watch()
    monkeypatch.setattr(accounts, "time", watch)
    assert client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD}).status_code == 302
    assert watch.now == 0


def test_an_open_browser_is_not_enough_to_take_an_account_away(client, nadia):
    client.force_login(nadia)
    answer = client.post("/account/email/", {"email": "thief@mail.example"})
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not AddressChange.objects.exists()
    assert not EmailAddress.objects.filter(email="thief@mail.example").exists()


def test_the_owner_hears_of_a_new_password(client, nadia):
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    new = "another long enough password"
    answer = client.post("/account/password/change/", {"oldpassword": cast.PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert [mail.to for mail in outbox()] == [[nadia.email]]


@pytest.mark.parametrize("path", ["/account/password/reset/", "/account/login/", "/account/login/code/"])
@pytest.mark.parametrize("headers", [{}, {"x-requested-with": "XMLHttpRequest"}, {"accept": "application/json"}])
def test_scripts_and_browsers_wait_as_long(monkeypatch, path, headers):
    """allauth answers a script by another status: no way around what makes the doors even."""
    slept: list[float] = []
    monkeypatch.setattr("members.accounts.time.sleep", slept.append)
    answer = Client().post(path, {"email": "nobody@aarhus.dk", "login": "nobody@aarhus.dk", "password": "x"}, headers=headers)
    assert answer.status_code in {200, 302, 400}
    assert len(slept) == 1
