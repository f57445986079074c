"""A key that was only touched, without finger, face or PIN, is a second step and never signs in alone."""

import hashlib
import json
import time
from types import SimpleNamespace

import pytest
from allauth.account.internal import stagekit
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from tests import cast
from tests.members.factors import is_in

pytestmark = pytest.mark.django_db
HOUSE, SITE = hashlib.sha256(b"testserver").digest(), "https://testserver"
FLAG = AuthenticatorData.FLAG
TOUCHED, VERIFIED, ATTESTED = FLAG.UP, FLAG.UV, FLAG.AT
ALONE = "/account/2fa/webauthn/login/"


def make_key(user, *, alone=True):
    """A key of `user`; `alone`: added as a passkey."""
    key, name = ec.generate_private_key(ec.SECP256R1()), user.email.encode()
    data = AttestedCredentialData.create(bytes(16), name, ES256.from_cryptography_key(key.public_key()))
    seen = AttestationObject.create("none", AuthenticatorData.create(HOUSE, TOUCHED | VERIFIED | ATTESTED, 0, data), {})
    credential = {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "clientExtensionResults": {"credProps": {"rk": alone}},
        "response": {
            "clientDataJSON": websafe_encode(CollectedClientData.create("webauthn.create", b"0" * 32, SITE)),
            "attestationObject": websafe_encode(seen),
        },
    }
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Blue", "credential": credential})
    return key


def signs_in(client, user, key, how):
    """Whether the challenge that lies in the session, signed by the key, opens the account of its owner."""
    client_data = CollectedClientData.create("webauthn.get", client.session["mfa.webauthn.state"]["challenge"], SITE)
    data, name = AuthenticatorData.create(HOUSE, how, 1), websafe_encode(user.email.encode())
    shown = {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(client_data),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(key.sign(data + client_data.hash, ec.ECDSA(hashes.SHA256()))),
            "userHandle": websafe_encode(user_pk_to_url_str(user).encode()),
        },
    }
    client.post(ALONE, {"credential": json.dumps(shown)})
    return is_in(client) and client.session["_auth_user_id"] == str(user.pk)


def asked_alone():
    client = Client()
    client.get(ALONE, headers={"accept": "application/json"})
    return client


@pytest.fixture
def owner():
    return cast.make_user("owner@aarhus.dk")


def test_a_passkey_that_was_verified_signs_in(owner):
    assert signs_in(asked_alone(), owner, make_key(owner), TOUCHED | VERIFIED)


def test_one_that_was_touched_does_not(owner):
    assert not signs_in(asked_alone(), owner, make_key(owner), TOUCHED)


def test_nor_one_that_was_added_as_a_second_step(owner):
    assert not signs_in(asked_alone(), owner, make_key(owner, alone=False), TOUCHED | VERIFIED)


@pytest.mark.parametrize("is_staff", [False, True])
@pytest.mark.parametrize("how", [TOUCHED, TOUCHED | VERIFIED])
def test_the_challenge_of_somebodys_second_step_is_none_for_signing_in(settings, monkeypatch, is_staff, how):
    """It is met by a touch; and it is left in the session when the half sign-in that it was for is over."""
    settings.DEMO = False
    owner, thief = cast.make_user("owner@aarhus.dk", is_staff=is_staff), cast.make_user("thief@gent.be")
    key = make_key(owner)
    make_key(thief)
    client = Client()
    client.post("/account/login/", {"login": thief.email, "password": cast.PASSWORD})
    client.get("/account/2fa/authenticate/")
    monkeypatch.setattr(stagekit, "time", SimpleNamespace(time=lambda: time.time() + 901))
    assert not signs_in(client, owner, key, how)
