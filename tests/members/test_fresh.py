"""Who has neither a password nor a second factor yet adds one soon after signing in, or signs in once more."""

import re
import time

import pytest
from allauth.account.internal.flows import login as flow
from django.test import Client

from members import joining
from members.models import AddressChange
from tests import cast
from tests.members import factors
from tests.members.factors import asks_again
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
DOORS = ["/account/password/set/", "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"]


@pytest.fixture
def signed_in():
    """Somebody without a password, whose browser was left open `ago` seconds after signing in by a mailed code."""

    def sit_down(ago, **fields):
        user = cast.make_user("astrid@aarhus.dk", **fields)
        user.set_unusable_password()
        user.save()
        client = Client()
        client.force_login(user)
        session = client.session
        session[flow.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "code", "at": time.time() - ago}]
        session[flow._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
        return client, user

    return sit_down


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_staff", [False, True])
def test_soon_after_signing_in_the_door_is_open(signed_in, door, is_staff):
    client, _user = signed_in(10, is_staff=is_staff)
    assert client.get(door).status_code == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_staff", [False, True])
def test_later_it_leads_to_a_mailed_code_and_back(signed_in, door, is_staff):
    client, _user = signed_in(3600, is_staff=is_staff)
    answer = client.get(door, follow=True)
    assert [url.split("?")[0] for url, _status in answer.redirect_chain] == ["/account/login/code/"]
    assert f"next={door.replace('/', '%2F')}" in answer.redirect_chain[0][0]
    assert "sign in once more" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_passer_by_sets_no_password(signed_in):
    client, user = signed_in(3600)
    client.post("/account/password/set/", {"password1": "thief-of-towns-99", "password2": "thief-of-towns-99"})
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_its_owner_does(signed_in):
    client, user = signed_in(10)
    client.post("/account/password/set/", {"password1": "thief-of-towns-99", "password2": "thief-of-towns-99"})
    user.refresh_from_db()
    assert user.has_usable_password()


class TestSignedInJustNow:
    """Who showed a moment ago that it is them isn't asked once more; for what they showed by, see accounts.SHOWN."""

    SET_UP = "/account/2fa/totp/activate/"
    GUARDED = (SET_UP, "/account/2fa/webauthn/add/", "/account/2fa/recovery-codes/generate/")

    def signed_in_by(self, user, method, ago=10.0):
        client = Client()
        client.force_login(user)
        session = client.session
        session[flow.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time() - ago}]
        session[flow._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
        return client

    def test_by_password(self, nadia):
        client = Client()
        client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        assert client.get(self.SET_UP).status_code == 200
        factors.later(client)
        assert asks_again(client.get(self.SET_UP))

    def test_a_form_that_is_sent_is_taken(self, nadia):
        client = Client()
        client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        assert client.post("/account/email/", {"email": "new@gent.be"})["Location"] == "/account/email/"
        assert AddressChange.objects.get().new == "new@gent.be"

    @pytest.mark.parametrize(
        ("method", "fresh"), [("password", True), ("mfa", True), ("code", False), ("socialaccount", False), ("password_reset", False)]
    )
    @pytest.mark.parametrize("door", GUARDED)
    def test_by_what(self, nadia, method, fresh, door):
        assert asks_again(self.signed_in_by(nadia, method).get(door)) is not fresh
        assert asks_again(self.signed_in_by(nadia, method, 5 * 60 + 1).get(door))

    def test_a_mailed_code_with_a_second_step_is_enough(self, nadia):
        factors.give_app(nadia)
        client = Client()
        client.post("/account/login/code/", {"email": nadia.email})
        typed = re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)[0]
        client.post("/account/login/code/confirm/", {"code": typed})
        factors.second_step(client, factors.code(now=time.time()))
        assert client.get("/account/2fa/totp/deactivate/").status_code == 200

    def test_without_the_second_step_nothing_opens(self, nadia):
        """The password is noted in the session before the second step is shown: that alone is nobody signed in."""
        factors.give_app(nadia)
        client = factors.half_in(nadia)
        for door in self.GUARDED:
            assert client.get(door)["Location"].startswith("/account/login/")

    def test_what_somebody_else_showed_in_this_browser_is_not_mine(self, nadia, lene):
        client = self.signed_in_by(lene, "password")
        session = client.session
        session["_auth_user_id"], session["_auth_user_hash"] = str(nadia.pk), nadia.get_session_auth_hash()
        session.save()
        assert client.get("/desk/").context["user"] == nadia
        assert asks_again(client.get(self.SET_UP))

    def test_a_new_accounts_password_was_chosen_just_now(self, client):
        draft = cast.make_draft(email="new@gent.be")
        client.post(f"/join/confirm/{joining.token_for(draft)}/", {"password": "another long enough one"})
        assert client.get("/desk/").status_code == 200
        assert client.get(self.SET_UP).status_code == 200
