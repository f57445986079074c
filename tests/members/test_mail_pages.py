"""Each mail has one thing to press, and says the same address in words."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from members.models import City

FOLDER = Path(settings.BASE_DIR) / "templates/mail/members"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.html"))
CONTEXT = {
    "city": City(name="Lund", slug="lund-se", country="SE"), "token": "abc", "days": 14, "application": SimpleNamespace(pk=7),
    "why": "Who is <the> mayor?", "vouch": SimpleNamespace(pk=7), "person": "Nadia Nys",
    "name": "Leila", "standing": "Adviser, Mombasa", "about": "a page",
    "contact": SimpleNamespace(key="2d0cd6cf-0f6c-4d63-9b4c-9b1b0f1f0f0f"),
    "slug": "lund-se",
    "site_url": "https://house.example", "contact_mail": "info@house.example", "language": "en",
}  # fmt: skip


def test_every_mail_is_looked_at():
    assert {"approved", "confirm", "declined", "information_asked"} < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_one_button_with_the_address_that_the_text_names(name):
    html = render_to_string(f"mail/members/{name}.html", CONTEXT)
    buttons = re.findall(r'<a class="button" href="(https://house\.example/[^"]+)">([^<]+)</a>', html)
    assert len(buttons) == 1
    assert html.count("<a class") == 1
    address, words = buttons[0]
    text = render_to_string(f"mail/members/{name}.txt", CONTEXT)
    assert f"{words}:\n{address}\n" in text


@pytest.mark.parametrize("name", ["declined", "information_asked"])
def test_what_somebody_wrote_is_set_apart(name):
    html = render_to_string(f"mail/members/{name}.html", CONTEXT)
    assert '<blockquote dir="auto"><p>Who is &lt;the&gt; mayor?</p></blockquote>' in html
