"""What the house mails about an account: its own words and frame, the account's language, and nothing about the reader."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "templates/mail/account"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.html"))
CONTEXT = {
    "code": "ABC-DEF", "city": "Lund", "token": "abc", "days": 7, "new": "o'neill@lund.se",
    "password_reset": "/account/password/reset/key/1-x/",
    "activate": "/account/confirm-email/x/", "site_url": "https://house.example", "contact_mail": "info@house.example", "language": "en",
}  # fmt: skip
NEVER = {  # what allauth could mail, and why it doesn't here
    "account_already_exists", "unknown_account",  # ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS is off, nobody signs up
    "password_reset_code",  # a link does it
    "email_changed", "email_confirm", "email_deleted",  # addresses change our way
    "account_disconnected",  # staff delete such links
}  # fmt: skip


def theirs():
    for path in sorted(Path(allauth.__file__).parent.glob("templates/*/email/*_message.txt")):
        name = path.name.removesuffix("_message.txt")
        if not name.startswith("base") and name not in NEVER:
            yield f"{path.parent.parent.name}/email/{name}"


@pytest.mark.parametrize("prefix", list(theirs()))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_of_the_librarys_mails_is_ours(rf, nadia, prefix, language):
    nadia.language = language
    nadia.save()
    request = rf.get("/", headers={"host": "evil.example", "user-agent": "Spybrowser/1"}, REMOTE_ADDR="192.0.2.7")
    links = {
        "password_reset_url": "https://evil.example/account/password/reset/key/1-x/",
        "activate_url": "https://evil.example/account/confirm-email/x/",
    }
    with context.request_context(request):
        more = {**links, "code": "ABC-DEF", "city": "Aarhus", "ip": "192.0.2.7", "user_agent": "Spybrowser/1", "user": nadia}
        get_adapter().send_mail(prefix, nadia.email, more)
    mail = outbox()[-1]
    assert f'<html lang="{language}"' in mail.html_message
    assert f"mailto:{settings.CONTACT_MAIL}" in mail.html_message
    for word in ("evil.example", "192.0.2.7", "Spybrowser", "example.com"):
        assert word not in mail.message + mail.html_message + mail.subject


@pytest.mark.parametrize("name", NAMES)
def test_one_button_with_the_address_that_the_text_names(name):
    html = render_to_string(f"mail/account/{name}.html", CONTEXT)
    buttons = re.findall(r'<a class="button" href="(https://house\.example/[^"]+)">([^<]+)</a>', html)
    assert len(buttons) == 1
    address, words = buttons[0]
    assert f"{words}:\n{address}\n" in render_to_string(f"mail/account/{name}.txt", CONTEXT)
    assert render_to_string(f"mail/account/{name}.subject.txt", CONTEXT).strip()


def test_what_happens_is_told(client, nadia):
    nadia.language = "ar"
    nadia.save()
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    new = "another long enough password"
    client.post("/account/password/change/", {"oldpassword": cast.PASSWORD, "password1": new, "password2": new})
    Client().post("/account/login/code/", {"email": nadia.email})
    Client().post("/account/password/reset/", {"email": nadia.email})
    assert [(mail.to, '<html lang="ar"' in mail.html_message) for mail in outbox()] == [([nadia.email], True)] * 3
    assert f"{settings.SITE_URL}/account/password/reset/key/" in outbox()[-1].message
