"""Who has a keyboard and nothing else sees at each step where they are, and does all there is to do (tests/browser/keys.py)."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from post_office.models import Email

from members.limits import TooOften, too_often
from members.models import Application, City, Contact, Official, Session
from strongcities.demo import PASSWORD
from tests.browser.conftest import Watched
from tests.browser.keys import choose, enter, pick, reach, skip, walk, watch_keys, write

VISITOR = ["/", "/hub/?q=youth&theme=youth-engagement", "/hub/?q=xqzzyv", "/hub/practices/medellin-parceros/", "/cities/?region=europe", "/cities/aarhus/"]
OFFICIAL = [
    "/desk/", "/cities/aarhus/", "/cities/aarhus/edit/", "/people/", "/members/cities/aarhus/colleagues/", "/members/contacts/",
    "/account/email/", "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/sessions/",
]  # fmt: skip
STAFF = ["/admin/", "/admin/members/application/", "/admin/members/application/figures/"]
# What a phone with the reader's own colours shows in Arabic must be seen as well as what a large screen shows in English.
LOOKS = [pytest.param("", {"width": 1280, "height": 700}, id="desktop"), pytest.param("/ar", {"width": 360, "height": 740}, id="phone-arabic")]


@pytest.fixture
def person(browse):
    """Somebody with a keyboard, in the language and at the size that are asked for."""

    def sit_down(prefix: str = "", size: dict[str, int] | None = None) -> Watched:
        site = browse(language="ar" if prefix else "en")
        watch_keys(site)
        if size:
            site.page.set_viewport_size(size)
        if prefix:
            site.page.emulate_media(forced_colors="active")
        return site

    return sit_down


def sign_in(site: Watched, prefix: str, mail: str) -> None:
    site.go(f"{prefix}/account/login/")
    write(site.page, "[name=login]", mail)
    write(site.page, "[name=password]", PASSWORD)
    with site.page.expect_navigation():
        site.page.keyboard.press("Enter")
    assert site.page.url.endswith(f"{prefix}/desk/")


def walk_all(site: Watched, prefix: str, paths: list[str]) -> list[str]:
    """What is wrong, page by page."""
    wrong = []
    for path in paths:
        site.go(prefix + path)
        wrong += [f"{path}: {line}" for line in walk(site)]
    return wrong


def none(wrong: list[str]) -> None:
    """Nothing is wrong; else all that is, a line each."""
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("prefix", "size"), LOOKS)
def test_each_stop_of_a_visitor_and_of_an_official_is_seen(person, content, prefix, size):
    site = person(prefix, size)
    none(walk_all(site, prefix, [*VISITOR, "/account/login/"]))
    sign_in(site, prefix, "lead@example.org")
    letter = Contact.objects.get()
    own = Official.objects.get(user__email="official@example.org")
    none(walk_all(site, prefix, [*OFFICIAL, letter.get_absolute_url(), own.get_absolute_url()]))


@pytest.mark.parametrize(("prefix", "size"), LOOKS)
def test_each_stop_of_the_staff_is_seen(person, content, prefix, size):
    site = person(prefix, size)
    sign_in(site, prefix, "staff@example.org")
    application = Application.objects.get(applicant__email="ada@example.org")
    review = f"/admin/members/application/{application.pk}/"
    none(walk_all(site, prefix, [*STAFF, review]))
    site.page.evaluate("document.querySelectorAll('.decide details').forEach(one => one.open = true)")
    none(walk(site))


@pytest.mark.parametrize(("prefix", "size"), LOOKS)
@pytest.mark.usefixtures("transactional_db")
def test_each_stop_of_a_page_that_tells_of_a_fault_is_seen(person, prefix, size):
    """And each of them leads on: a page without a way out is one more fault."""
    site = person(prefix, size)

    def broken(request: Any, *_args: Any) -> Any:
        return too_often(request, TooOften(90))

    asked = {"400": "/hub/?q=%00", "404": "/nowhere/", "429": "/about/", "500": "/about/", "503": "/about/"}
    does = {"429": {"new": broken}, "500": {"side_effect": ZeroDivisionError}, "503": {"side_effect": OperationalError}}
    wrong = []
    for status, path in asked.items():
        with site.faults(), patch("pages.views.render", **does[status]) if status in does else nullcontext():
            answer = site.page.goto(site.base + prefix + path)
        assert answer
        assert str(answer.status) == status
        wrong += [f"{status}: {line}" for line in walk(site, least=2)]
        enter(site.page, "main a[href]")
    none(wrong)
