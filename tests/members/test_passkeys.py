"""`/account/2fa/webauthn/`: what a server must refuse of passkeys and security keys. With real ones: tests/browser/test_passkeys.py."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests import cast
from tests.members.factors import asks_again, is_in, shown_again

pytestmark = pytest.mark.django_db
ADD, KEYS, SIGN_IN = (f"/account/2fa/webauthn/{end}" for end in ("add/", "", "login/"))
SIGNED = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "attestationObject": "oA"}
BROKEN = {
    "none": "", "no JSON": "{", "empty": "{}", "a number": "5", "a list": "[1]", "half": '{"id": "a", "rawId": "a"}',
    "no response": json.dumps({"id": "aGk", "rawId": "aGk", "type": "public-key", "response": None}),
    "no base64": json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {}}),
    "of nobody": json.dumps({"id": "aGk", "rawId": "aGk", "type": "public-key", "response": {**SIGNED, "userHandle": "OTk5OTk5"}}),
    "made up": json.dumps({"id": "aGk", "rawId": "aGk", "type": "public-key", "response": SIGNED}),
}  # fmt: skip


def key_of(user, name="Blue one"):
    """A key that is listed; what signs is in no test without a browser."""
    return Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "credential": {}})


class TestAnOpenBrowserIsNotEnough:
    @pytest.mark.parametrize("act", ["add/", "keys/{}/edit/", "keys/{}/remove/"])
    def test_to_change_keys(self, client, nadia, act):
        key = key_of(nadia)
        client.force_login(nadia)
        address = KEYS + act.format(key.pk)
        assert asks_again(client.get(address))
        assert asks_again(client.post(address, {"name": "Mine now"}))
        assert [str(left) for left in Authenticator.objects.all()] == ["Blue one"]


class TestOwn:
    def test_renamed(self, nadia):
        key = key_of(nadia)
        assert shown_again(nadia).post(f"{KEYS}keys/{key.pk}/edit/", {"name": "Desk"})["Location"] == KEYS
        key.refresh_from_db()
        assert (str(key), key.data["credential"]) == ("Desk", {})

    @pytest.mark.parametrize("name", ["", " ", "x" * 61])
    def test_not_to_what_no_list_can_show(self, nadia, name):
        key = key_of(nadia)
        page = shown_again(nadia).post(f"{KEYS}keys/{key.pk}/edit/", {"name": name})
        assert (page.status_code, 'class="error-summary"' in page.text) == (200, True)
        key.refresh_from_db()
        assert str(key) == "Blue one"

    def test_a_name_is_text(self, nadia):
        key_of(nadia, "<script>alert(1)</script>")
        page = shown_again(nadia).get(KEYS)
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert(1)" not in page.text

    @pytest.mark.parametrize("act", ["edit", "remove"])
    def test_somebody_elses_is_not_there(self, nadia, lene, act):
        key = key_of(lene)
        client = shown_again(nadia)
        address = f"{KEYS}keys/{key.pk}/{act}/"
        assert [client.get(address).status_code, client.post(address, {"name": "Mine"}).status_code] == [404, 404]
        assert "Blue one" not in client.get(KEYS).text
        assert [str(left) for left in Authenticator.objects.all()] == ["Blue one"]

    def test_the_pages_name_keys_in_arabic_too(self, nadia):
        client = shown_again(nadia)
        adding = client.get(f"/ar{ADD}")
        changing = client.get(f"/ar{KEYS}keys/{key_of(nadia).pk}/edit/")
        assert ["اسم تعرفونه به" in page.text for page in (adding, changing)] == [True, True]


class TestBroken:
    @pytest.mark.parametrize("credential", BROKEN.values(), ids=BROKEN)
    def test_at_sign_in(self, client, nadia, credential):
        client.get(SIGN_IN, headers={"accept": "application/json"})
        page = client.post(SIGN_IN, {"credential": credential}, follow=True)
        assert page.redirect_chain == [("/account/login/", 302)]
        assert "No key was shown." in page.text or "The key was not accepted." in page.text
        assert not is_in(client)

    @pytest.mark.parametrize("credential", BROKEN.values(), ids=BROKEN)
    def test_while_adding(self, nadia, credential):
        client = shown_again(nadia)
        client.get(ADD)
        page = client.post(ADD, {"name": "Mine", "credential": credential})
        assert page.status_code == 200
        assert "No key was shown." in page.text or "The key was not accepted." in page.text
        assert "Incorrect code" not in page.text
        assert not Authenticator.objects.exists()


class TestChallenge:
    def ask(self, client):
        answer = client.get(SIGN_IN, headers={"accept": "application/json"})
        return answer, answer.json()["request_options"]["publicKey"]

    def test_each_is_new_and_kept_by_nobody(self, client):
        asked = [self.ask(client) for _time in range(3)]
        assert len({options["challenge"] for _answer, options in asked}) == 3
        assert all("no-store" in answer["Cache-Control"] for answer, _options in asked)

    def test_it_names_no_account_and_demands_that_the_device_knows_its_person(self, client, nadia):
        key_of(nadia)
        _answer, options = self.ask(client)
        assert (options.get("allowCredentials", []), options["userVerification"], options["rpId"]) == ([], "required", "testserver")

    def test_without_scripts_it_is_the_page_to_sign_in(self, client):
        assert client.get(SIGN_IN)["Location"] == "/account/login/"


def test_who_is_in_already_is_led_on(nadia):
    client = Client()
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    assert client.post(SIGN_IN, {"credential": ""})["Location"] == "/desk/"
