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
from members.models import Application, City, Contact, Official, Reason
from strongcities.demo import PASSWORD
from tests.browser.conftest import Watched
from tests.browser.keys import choose, enter, pick, reach, skip, walk, watch_keys, write

VISITOR = [
    "/",
    "/hub/?q=youth&theme=youth-engagement",
    "/hub/?q=xqzzyv",
    "/hub/practices/medellin-parceros/",
    "/cities/?region=europe",
    "/cities/aarhus/",
]
OFFICIAL = [
    "/desk/", "/cities/aarhus/", "/cities/aarhus/edit/", "/people/", "/members/cities/aarhus/colleagues/", "/members/contacts/",
    "/account/email/", "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/", "/account/sessions/", "/hub/saved/", "/hub/saved/new/?q=youth&theme=youth-engagement",
]  # fmt: skip
STAFF = ["/admin/", "/admin/members/application/", "/admin/members/application/figures/"]
# What a phone with the reader's own colours shows in Arabic must be seen as well as what a large screen shows in English.
LOOKS = [
    pytest.param("", {"width": 1280, "height": 700}, id="desktop"),
    pytest.param("/ar", {"width": 360, "height": 740}, id="phone-arabic"),
]


@pytest.fixture
def person(browse):
    """Somebody with a keyboard, in the language and at the size that are asked for."""

    def sit_down(prefix: str = "", size: Any = None) -> Watched:
        site: Watched = browse(language="ar" if prefix else "en")
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
    with site.page.expect_event("domcontentloaded"):
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

    asked = {
        "400": "/hub/?q=%00",
        "404": "/nowhere/",
        "429": "/about/",
        "500": "/privacy/",
        "503": "/accessibility/",
    }  # each its own: browsers keep pages
    does: dict[str, dict[str, Any]] = {
        "429": {"new": broken},
        "500": {"side_effect": ZeroDivisionError},
        "503": {"side_effect": OperationalError},
    }
    wrong = []
    for status, path in asked.items():
        with site.faults(), patch("pages.views.render", **does[status]) if status in does else nullcontext():
            answer = site.page.goto(site.base + prefix + path)
        assert answer
        assert str(answer.status) == status
        wrong += [f"{status}: {line}" for line in walk(site, least=2)]
        enter(site.page, "main a[href]")
    none(wrong)


def has_focus(site: Watched, target: str) -> bool:
    return bool(site.page.evaluate("target => document.activeElement.matches(target)", target))


@pytest.mark.parametrize(("prefix", "size"), LOOKS)
def test_a_visitor_narrows_the_hub_and_takes_it_back(person, content, prefix, size):
    site = person(prefix, size)
    page = site.page
    site.go(f"{prefix}/")
    skip(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    if prefix:
        site.go(f"{prefix}/hub/")
        reach(page, ".menu summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert has_focus(site, ".menu[open] nav a")
        page.keyboard.press("Escape")
        assert has_focus(site, ".menu:not([open]) summary")
    site.go(f"{prefix}/hub/?q=youth")
    skip(page)
    if prefix:
        reach(page, ".fold > summary")
        page.keyboard.press("Enter")
        none(walk(site))
        skip(page)
    reach(page, "[name=theme][value=youth-engagement]")
    page.keyboard.press("Space")
    enter(page, "button[form=search]")
    assert "theme=youth-engagement" in page.url
    skip(page)
    enter(page, ".chips a.on")
    assert page.url.endswith("?q=youth")
    assert page.locator(".chips .on").count() == 0


@pytest.mark.parametrize(("prefix", "size"), LOOKS)
def test_an_application_is_written_sent_confirmed_and_taken_back(person, content, prefix, size):
    """Each page of it is walked as it stands, with what is typed and with what is wrong."""
    site = person(prefix, size)
    page = site.page
    wrong: list[str] = []

    def next_page(button: str = "main form.form button.button") -> None:
        enter(page, button)
        wrong.extend(f"{page.url}: {line}" for line in walk(site))
        skip(page)

    site.go(f"{prefix}/join/")
    skip(page)
    next_page('main a.button[href$="/join/city/"]')
    write(page, "[name=name]", "Aarhuss")
    pick(page, "[name=country]", "DK")
    next_page()
    assert "/join/city/choose/" in page.url
    choose(page, "choice", "new")
    next_page()
    pick(page, "[name=kind]", "municipality")
    next_page()
    next_page()  # nothing is filled in: the errors have the focus, and each leads to its field
    reach(page, ".error-summary a[href='#id_name']")
    page.keyboard.press("Enter")
    assert has_focus(site, "[name=name]")
    page.keyboard.insert_text("Amal Example")
    write(page, "[name=email]", "amal@harbour.example")
    write(page, "[name=title]", "Prevention coordinator")
    choose(page, "kind", "policy")
    next_page()
    choose(page, "head_knows", "yes")
    write(page, "[name=signatory]", "The mayor")
    next_page()
    for principle in ("all_forms", "no_group", "with_communities"):
        reach(page, f"[name={principle}]")
        page.keyboard.press("Space")
    next_page()
    next_page('main form[action$="/join/send/"] button')
    assert "/join/sent/" in page.url
    link = re.search(r"https?://[^/\s]+(/\S*join/confirm/\S+)", Email.objects.get(to=["amal@harbour.example"]).message)
    assert link
    site.go(link[1])
    wrong += walk(site)
    write(page, "[name=password]", "seven quiet bridges")
    next_page()
    assert "/join/status/" in page.url
    next_page('main a[href$="/withdraw/"]')
    next_page("main form button")
    assert Application.objects.get(applicant__email="amal@harbour.example").state == Application.State.WITHDRAWN
    none(wrong)


@pytest.mark.parametrize(("prefix", "size"), LOOKS[1:])
def test_the_staff_decide(person, content, prefix, size):
    asked = Reason.objects.create(use=Reason.Use.ASK, name="Who signs", texts={"en": "Who signs for {city}?"})
    Reason.objects.create(use=Reason.Use.DECLINE, name="No authority", texts={"en": "Membership is for local authorities."})
    site = person(prefix, size)
    page = site.page
    sign_in(site, prefix, "staff@example.org")
    ada, ben, cleo = (Application.objects.get(applicant__email=f"{name}@example.org") for name in ("ada", "ben", "cleo"))

    def open_one(application: Application) -> None:
        site.go(f"{prefix}/admin/members/application/")
        skip(page)
        enter(page, f'#result_list a[href*="/application/{application.pk}/"]')
        skip(page)

    site.go(f"{prefix}/admin/")
    skip(page)
    enter(page, 'a.button[href$="/admin/members/application/"]')
    open_one(ada)
    enter(page, 'form[action$="/review/"] button')
    skip(page)
    enter(page, 'form[action$="/approve/"] button')

    open_one(ben)
    reach(page, "#ask > summary")
    for is_open in (True, False, True):
        page.keyboard.press("Enter")
        assert has_focus(site, "#ask[open] > summary") is is_open
    enter(page, f'a[href*="ask={asked.pk}"]')
    reach(page, "#ask textarea")
    assert page.evaluate("document.activeElement.value") == f"Who signs for {ben.city}?"
    enter(page, 'form[action$="/ask/"] button')

    open_one(cleo)
    reach(page, "#decline > summary")
    page.keyboard.press("Enter")
    write(page, "#decline textarea", "It is there already.")
    enter(page, 'form[action$="/decline/"] button')

    for application in (ada, ben, cleo):
        application.refresh_from_db()
    assert ada.first_approver is not None
    assert (ben.state, cleo.state) == (Application.State.INFORMATION_ASKED, Application.State.DECLINED)


@pytest.mark.parametrize(("prefix", "size"), LOOKS[:1])
def test_a_lead_official_edits_the_page_answers_and_signs_another_place_out(person, content, prefix, size):
    sign_in(person(), "", "lead@example.org")  # elsewhere
    site = person(prefix, size)
    page = site.page
    sign_in(site, prefix, "lead@example.org")
    site.go(f"{prefix}/cities/aarhus/")
    skip(page)
    enter(page, 'main a[href$="/edit/"]')
    skip(page)
    write(page, "[name=profile]", "## One table")
    reach(page, ".markdown-help > summary")
    page.keyboard.press("Enter")
    none(walk(site))
    enter(page, "button[formaction]")
    assert page.locator(".preview h2").last.inner_text() == "One table"
    skip(page)
    enter(page, "form.form button.button:not([formaction])")
    assert City.objects.get(slug="aarhus").profile == "## One table"

    site.go(f"{prefix}{Contact.objects.get().get_absolute_url()}")
    skip(page)
    write(page, "form[action$='/answer/'] textarea", "Gladly.")
    choose(page, "addresses", "hide")
    enter(page, "form[action$='/answer/'] button")
    assert Contact.objects.get().state == Contact.State.ANSWERED

    site.go(f"{prefix}/account/sessions/")
    skip(page)
    enter(page, "main form[action*='/end/'] button")
    assert page.locator("main form[action*='/end/']").count() == 0
