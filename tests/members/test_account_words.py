"""What pages about accounts say: in our own words, true for whoever reads them, and of use to a hand that types."""

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as house
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from django.test import Client

from members import joining
from members.models import User
from strongcities import sealed
from tests import cast
from tests.members import factors
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
RULES = [
    "At least 10 characters; a few words in a row are easy to remember.",
    "None that many people use, such as 1234567890.",
    "Not your name and not your mail address.",
]
NEW = "another long enough one"

# Of allauth, and said by pages that nobody reaches here.
UNREACHED = {
    "account/messages/cannot_delete_primary_email.txt": "its page of addresses: ours stands before it",
    "account/messages/email_deleted.txt": "the same",
    "account/messages/primary_email_set.txt": "the same",
    "account/messages/unverified_primary_email.txt": "the same",
    "account/messages/phone_verified.txt": "nobody signs in by telephone",
    "account/messages/phone_verification_sent.txt": "the same",
}


def test_every_message_that_somebody_can_meet_is_ours():
    place = Path(allauth.__file__).parent / "templates"
    theirs = {str(path.relative_to(place)) for room in ("account", "mfa") for path in (place / room / "messages").glob("*.txt")}
    assert len(theirs) > 15
    found: dict[str, Any] = {name: get_template(name) for name in theirs}
    ours = {name for name, template in found.items() if Path(template.origin.name).is_relative_to(house.BASE_DIR / "templates")}
    assert theirs - ours == set(UNREACHED)


@pytest.mark.django_db(transaction=True)  # allauth says some of them once it is committed
def test_messages_one_after_the_other(nadia, monkeypatch):
    factors.stop_the_clock(monkeypatch)
    client = Client()
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    told = []

    def do(address, **typed):
        answer = client.post(address, typed, follow=True)
        told.append([str(message) for message in answer.context["messages"]])
        return answer

    key = client.get("/account/2fa/totp/activate/").context["form"].secret
    with_codes = do("/account/2fa/totp/activate/", code=factors.code(key))
    assert all(words in with_codes.text for words in told[0])
    do("/account/2fa/recovery-codes/generate/")
    do("/account/2fa/totp/deactivate/")
    do("/account/password/change/", oldpassword=cast.PASSWORD, password1=NEW, password2=NEW)
    do("/account/logout/")
    assert told == [
        [
            "Your authenticator app is set up. From now on, signing in asks for its code.",
            "These codes are new. Earlier ones, if you had any, no longer work.",
        ],
        ["These codes are new. Earlier ones, if you had any, no longer work."],
        ["Your authenticator app is turned off. You may delete its entry in the app."],
        ["The new password holds from now on. Wherever else you were signed in, you are signed out."],
        ["You are signed out."],
    ]


def test_a_new_password_does_sign_out_elsewhere(nadia):
    """As the message says."""
    elsewhere, here = factors.shown_again(nadia), factors.shown_again(nadia)
    here.post("/account/password/change/", {"oldpassword": cast.PASSWORD, "password1": NEW, "password2": NEW})
    assert [factors.is_in(client) for client in (here, elsewhere)] == [True, False]


@pytest.mark.parametrize(
    ("is_staff", "demo", "has_one", "words"),
    [
        (False, True, False, "Whether you want one is up to you."),
        (False, False, False, "Whether you want one is up to you."),
        (True, True, False, "Outside this demo, the network’s staff must have one; here nobody must."),
        (True, False, False, "You work for the network, so you need one: set up the app or a key before you go on."),
        (True, False, True, "You work for the network, so you always need one: add another before you take the last one away."),
    ],
)
def test_whether_one_must_have_a_second_step(client, settings, is_staff, demo, has_one, words):  # noqa: PLR0917  pytest names them
    user = cast.make_user("ada@aarhus.dk", is_staff=is_staff)
    if has_one:
        Authenticator.objects.create(user=user, type="totp", data={"secret": sealed.seal(factors.SECRET)})
    client.force_login(user)
    settings.DEMO = demo
    page = client.get("/account/2fa/").text
    every = {"up to you", "Outside this demo", "you need one", "you always need one"}
    assert words in page
    assert {known for known in every if known in page} == {known for known in every if known in words}


class TestKey:
    @pytest.fixture
    def page(self, nadia):
        return factors.shown_again(nadia).get("/account/2fa/totp/activate/")

    def test_in_groups_of_four_that_are_one_word_when_copied(self, page):
        (key,) = re.findall(r'<code class="key-to-type"><bdi>(.*?)</bdi></code>', page.text)
        assert re.findall(r"<span>([A-Z2-7]{4})</span><wbr>", key) == [page.context["form"].secret[at : at + 4] for at in range(0, 32, 4)]
        assert re.sub(r"<[^>]+>", "", key) == page.context["form"].secret

    def test_a_link_brings_it_into_an_app_on_this_device(self, page):
        (link,) = re.findall(r'href="(otpauth:[^"]*)"', page.text)
        assert link.replace("&amp;", "&") == page.context["totp_url"]
        assert page.context["form"].secret in link


class TestRules:
    def rules_on(self, page):
        (rules,) = re.findall(r'<div class="hint"[^>]*><ul>(.*?)</ul>', page.text)
        (field,) = re.findall(r'<input type="password" name="password1?"[^>]*autocomplete="new-password"[^>]*>', page.text)
        assert page.text.index(rules) < page.text.index(field)  # read before one types
        return re.findall(r"<li>(.*?)</li>", rules)

    def test_the_same_before_the_field_wherever_a_password_is_chosen(self, nadia):
        Client().post("/account/password/reset/", {"email": nadia.email})
        (link,) = re.findall(r"/account/password/reset/key/\S+", outbox()[-1].message)
        without = cast.make_user("code@gent.be")
        without.set_unusable_password()
        without.save()
        by_code = Client()
        by_code.post("/account/login/code/", {"email": without.email})
        (code,) = re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)
        by_code.post("/account/login/code/confirm/", {"code": code})
        pages = [
            Client().get(link, follow=True),
            factors.shown_again(nadia).get("/account/password/change/"),
            by_code.get("/account/password/set/"),
            Client().get(f"/join/confirm/{joining.token_for(cast.make_draft(email='new@gent.be'))}/"),
        ]
        assert [self.rules_on(page) for page in pages] == [RULES] * 4

    @pytest.mark.parametrize(
        ("typed", "faults"),
        [
            (NEW, []),
            ("short one", ["This is too short: it takes at least 10 characters."]),
            ("password1234", ["Many people use this one, so it is tried first. Choose another."]),
            ("nadia.nys1", ["This is too much like your name or your mail address."]),
            ("lamp@gent.be", ["This is too much like your name or your mail address."]),
            (
                "password",
                [
                    "This is too short: it takes at least 10 characters.",
                    "Many people use this one, so it is tried first. Choose another.",
                ],
            ),
        ],
    )
    def test_each_fault_is_named_by_itself(self, typed, faults):
        try:
            validate_password(typed, User(email="lamps@gent.be", name="Nadia Nys"))
        except ValidationError as error:
            assert error.messages == faults
        else:
            assert faults == []

    def test_and_shown_at_the_field(self, nadia):
        page = factors.shown_again(nadia).post(
            "/account/password/change/", {"oldpassword": cast.PASSWORD, "password1": "password", "password2": "password"}
        )
        assert page.context["form"].errors == {
            "password1": [
                "This is too short: it takes at least 10 characters.",
                "Many people use this one, so it is tried first. Choose another.",
            ]
        }
        assert "Please check 2 things" in page.content.decode()  # as many as there are to read, though of one field
        assert User.objects.get(pk=nadia.pk).check_password(cast.PASSWORD)
