"""Who has neither a password nor a second factor yet adds one soon after signing in, or signs in once more."""

import time

import pytest
from allauth.account.internal.flows import login as flow
from django.test import Client

from tests import cast

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
