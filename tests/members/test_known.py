"""Strangers who guess at a mailbox, from however many addresses: its owner is not kept out, and nothing tells them who it is."""

import re
from types import SimpleNamespace

import pytest
from django.core import signing
from django.test import Client

from members import joining, known, limits
from members.limits import DOORS, Rate
from members.models import Knock
from tests import cast
from tests.members import factors
from tests.members.factors import half_in, is_in, second_step
from tests.members.test_doors import shown
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
LOGIN, CODE, RESET, SECOND = "/account/login/", "/account/login/code/", "/account/password/reset/", "/account/2fa/authenticate/"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    factors.stop_the_clock(monkeypatch)
    monkeypatch.setattr("members.accounts.EVEN", 0)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The same rates, with smaller figures: of one mailbox from one address, and of a mailbox whoever types it."""
    for name in ("account_login", "account_request_login_code", "account_reset_password"):
        here, one, mailbox = DOORS[name]
        few = (Rate(50, here.seconds, here.who), Rate(2, one.seconds, one.who), Rate(6, mailbox.seconds, mailbox.who))
        monkeypatch.setitem(DOORS, name, few)


def sign_in(user, client=None, password=cast.PASSWORD):
    client = client or Client()
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def sign_out(client):
    client.post("/account/logout/")
    return client


def guesses(email, many, first=0):
    """What strangers see, each from an address of their own."""
    return [
        shown(Client(REMOTE_ADDR=f"198.51.100.{first + number}").post(LOGIN, {"login": email, "password": "wrong"}), email)
        for number in range(many)
    ]


def statuses(seen):
    return [status for status, *_rest in seen]


class TestTheOwner:
    def test_gets_in_where_they_signed_in_before(self, nadia):
        home = sign_out(sign_in(nadia))
        assert statuses(guesses(nadia.email, 8)) == [200] * 6 + [429] * 2
        assert is_in(sign_in(nadia, home))

    def test_elsewhere_they_wait_or_take_another_way(self, nadia):
        """Tolerated (docs/decisions.md): else passwords could be guessed from everywhere, without an end."""
        guesses(nadia.email, 6)
        assert not is_in(sign_in(nadia, Client(REMOTE_ADDR="192.0.2.9")))
        client = Client(REMOTE_ADDR="192.0.2.9")
        assert client.post(CODE, {"email": nadia.email})["Location"] == "/account/login/code/confirm/"

    def test_from_the_very_address_of_who_guesses(self, nadia):
        """An office, a hall, a family."""
        home = sign_out(sign_in(nadia))
        stranger = Client()
        for _try in range(60):
            stranger.post(LOGIN, {"login": nadia.email, "password": "wrong"})
        assert is_in(sign_in(nadia, home))

    @pytest.mark.parametrize("door", [CODE, RESET])
    def test_gets_mail_all_the_same(self, nadia, door):
        home = sign_out(sign_in(nadia))
        for number in range(8):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(door, {"email": nadia.email})
        assert len(outbox()) == 6
        assert home.post(door, {"email": nadia.email}).status_code == 302
        assert len(outbox()) == 7

    def test_is_counted_at_home_as_well(self, nadia):
        """A browser that was stolen guesses no more than any other."""
        home = sign_out(sign_in(nadia))
        tries = [home.post(LOGIN, {"login": nadia.email, "password": "wrong"}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(4)]
        assert tries == [200, 200, 429, 429]

    def test_at_the_second_step(self, nadia, monkeypatch):
        """Who knows the password uses up the tries at the code, from wherever."""
        factors.give_app(nadia)
        home = half_in(nadia)
        second_step(home, factors.code())
        sign_out(home)
        monkeypatch.setitem(DOORS, "mfa_authenticate", (Rate(3, 900, limits.half_in),))  # one of them the owner used above
        monkeypatch.setitem(DOORS, "account_login", ())
        monkeypatch.setattr(limits, "give_back", lambda request: None)
        thief = half_in(nadia, Client(REMOTE_ADDR="198.51.100.1"))
        assert [second_step(thief, "000000").status_code for _try in range(3)] == [200, 200, 429]
        another = half_in(nadia, Client(REMOTE_ADDR="198.51.100.2"))
        assert second_step(another, "000000").status_code == 429  # each new browser of theirs counts with the others
        factors.stop_the_clock(monkeypatch, factors.NOW + 30)
        half_in(nadia, home)
        second_step(home, factors.code(now=factors.NOW + 30))
        assert is_in(home)

    @pytest.mark.parametrize("way", ["password", "code", "second step", "new account"])
    def test_is_known_by_every_way_in(self, nadia, way):
        client = Client()
        if way == "password":
            sign_in(nadia, client)
        elif way == "code":
            client.post(CODE, {"email": nadia.email})
            assert known.COOKIE not in client.cookies
            client.post("/account/login/code/confirm/", {"code": re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)[0]})
        elif way == "second step":
            factors.give_app(nadia)
            half_in(nadia, client)
            assert known.COOKIE not in client.cookies
            second_step(client, factors.code())
        else:
            client.post(f"/join/confirm/{joining.token_for(cast.make_draft(email='new@gent.be'))}/", {"password": cast.PASSWORD})
        assert is_in(client)
        cookie = client.cookies[known.COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/", 180 * 86_400)


class TestTheStranger:
    def test_nothing_tells_a_mailbox_with_an_account_from_one_without(self, nadia):
        """Through the whole series of refusals, while the owner comes and goes at home and in a new browser."""
        closed = cast.make_user("closed@gent.be", is_active=False)
        home = sign_out(sign_in(nadia))
        seen = {}
        for email in (nadia.email, "nobody@gent.be", closed.email):
            seen[email] = guesses(email, 3)
            if email == nadia.email:
                assert is_in(sign_in(nadia, home))
                sign_out(home)
                assert is_in(sign_in(nadia, Client(REMOTE_ADDR="192.0.2.77")))
                home.post(LOGIN, {"login": nadia.email, "password": "mistyped"})
            seen[email] += guesses(email, 6, first=100)
        assert statuses(seen[nadia.email]) == [200] * 6 + [429] * 3
        assert seen[nadia.email] == seen["nobody@gent.be"] == seen[closed.email]

    def test_nor_behind_the_owners_own_address(self, nadia):
        """Who sits in the same office counts along there."""
        seen = {}
        for email in (nadia.email, "nobody@gent.be"):
            stranger = Client()
            seen[email] = [shown(stranger.post(LOGIN, {"login": email, "password": "wrong"}), email)]
            if email == nadia.email:
                assert is_in(sign_in(nadia))
                assert is_in(sign_in(nadia))
            seen[email] += [shown(stranger.post(LOGIN, {"login": email, "password": "wrong"}), email) for _try in range(3)]
        assert statuses(seen[nadia.email]) == [200, 200, 429, 429]
        assert seen[nadia.email] == seen["nobody@gent.be"]

    @pytest.mark.parametrize("door", [CODE, RESET])
    def test_nor_where_a_mail_is_asked_for(self, nadia, door):
        home = sign_out(sign_in(nadia))
        seen = {}
        for email in (nadia.email, "nobody@gent.be"):
            seen[email] = [shown(Client(REMOTE_ADDR=f"198.51.100.{n}").post(door, {"email": email}), email) for n in range(4)]
            if email == nadia.email:
                home.post(door, {"email": email})
            seen[email] += [shown(Client(REMOTE_ADDR=f"198.51.100.{n}").post(door, {"email": email}), email) for n in range(4, 8)]
        assert statuses(seen[nadia.email]) == [302] * 6 + [429] * 2
        assert seen[nadia.email] == seen["nobody@gent.be"]

    def test_no_cookie_comes_with_a_wrong_password(self, nadia):
        client = sign_in(nadia, password="wrong")
        assert known.COOKIE not in client.cookies

    def test_a_cookie_of_their_own_account_is_none_for_another(self, nadia, lene):
        thief = sign_out(sign_in(lene))
        guesses(nadia.email, 6)
        assert thief.post(LOGIN, {"login": nadia.email, "password": "wrong"}).status_code == 429

    @pytest.mark.parametrize("cookie", ["", "x", "W10:1:x", signing.dumps(["me", ["x"]], salt="another"), "a" * 4000])
    def test_a_cookie_of_their_own_making_is_none(self, nadia, cookie):
        guesses(nadia.email, 6)
        thief = Client()
        thief.cookies[known.COOKIE] = cookie
        assert thief.post(LOGIN, {"login": nadia.email, "password": "wrong"}).status_code == 429

    def test_an_old_cookie_is_none(self, nadia, monkeypatch):
        home = sign_out(sign_in(nadia))
        guesses(nadia.email, 6)
        monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: factors.NOW + 10**9))
        assert home.post(LOGIN, {"login": nadia.email, "password": cast.PASSWORD}).status_code == 429

    def test_the_cookie_names_nobody(self, nadia):
        (value,) = [morsel.value for morsel in sign_in(nadia).cookies.values() if morsel.key == known.COOKIE]
        name, marks = signing.loads(value, salt="members.known")
        assert re.fullmatch(r"[\w-]{16}", name)
        assert [bool(re.fullmatch("[0-9a-f]{24}", mark)) for mark in marks] == [True, True]


class TestOneBrowserOfSeveral:
    def test_each_of_them_is_at_home_and_it_keeps_its_id(self, nadia, lene):
        client = sign_out(sign_in(nadia))
        first = signing.loads(client.cookies[known.COOKIE].value, salt="members.known")
        sign_out(sign_in(lene, client))
        second = signing.loads(client.cookies[known.COOKIE].value, salt="members.known")
        assert first[0] == second[0]
        assert set(first[1]) < set(second[1])
        guesses(nadia.email, 6)
        guesses(lene.email, 6, first=100)
        assert [is_in(sign_in(user, client)) and bool(sign_out(client)) for user in (nadia, lene)] == [True, True]

    def test_no_more_than_four(self, client):
        for number in range(6):
            sign_out(sign_in(cast.make_user(f"p{number}@gent.be"), client))
        assert len(signing.loads(client.cookies[known.COOKIE].value, salt="members.known")[1]) == known.MOST


def test_a_right_password_is_given_back_once_and_never_below_nothing(nadia):
    sign_in(nadia)
    assert sorted(Knock.objects.values_list("count", flat=True)) == [0, 0, 1]  # the mailbox's two; what this address types stays
    Knock.objects.take_back("nothing of that name")
    for row in Knock.objects.filter(count=0):
        Knock.objects.take_back(row.name)
    assert Knock.objects.filter(count=0).count() == 2
