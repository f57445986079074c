"""The main job, as its people do it in a browser: an official registers a city that isn't there, confirms the mail, two
of the staff approve it in the admin, the official signs in, searches the hub with a misspelt accent, narrows by a facet
and opens the practice. The same steps with scripts, without them, and in Arabic: nothing is found by its English words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from post_office.models import Email

from members.models import Application, City
from strongcities.demo import PASSWORD
from tests.browser.conftest import Watched

MAIL = "amal.example@harbour.example"
OWN_PASSWORD = "seven quiet bridges"


def mine() -> Application:
    return Application.objects.get(applicant__email=MAIL)


def press(site: Watched, button: str = "main form.form button.button") -> None:
    """Press the page's main button, after a look at the page by axe."""
    site.check()
    site.page.locator(button).first.click()
    site.page.wait_for_load_state()


def join(site: Watched, prefix: str) -> None:
    page = site.page
    site.go(f"{prefix}/")
    site.check()
    page.locator(f'a.button[href="{prefix}/join/"]').first.click()
    site.page.wait_for_load_state()
    site.check()
    page.locator(f'main a.button[href="{prefix}/join/city/"]').click()
    page.fill("[name=name]", "Harbourstad")
    page.select_option("[name=country]", "NL")
    press(site)
    if page.url.endswith("/choose/"):
        page.check("[name=choice][value=new]")
        press(site)
    page.select_option("[name=kind]", "municipality")
    page.fill("[name=website]", "https://www.harbour.example/")
    press(site)
    page.fill("[name=name]", "Amal Example")
    page.fill("[name=email]", MAIL)
    page.fill("[name=title]", "Prevention coordinator")
    page.check("[name=kind][value=policy]")
    press(site)
    page.check("[name=head_knows][value=yes]")
    page.fill("[name=signatory]", "The mayor")
    press(site)
    for principle in ("all_forms", "no_group", "with_communities"):
        page.check(f"[name={principle}]")
    press(site)
    assert "Harbourstad" in page.inner_text("main")
    press(site, f'main form[action="{prefix}/join/send/"] button')
    assert page.url.endswith("/join/sent/")
    assert MAIL in page.inner_text("main")
    site.check()


def confirm(site: Watched) -> None:
    mail = Email.objects.get(to=[MAIL])
    link = re.search(r"/\S*/join/confirm/\S+|/join/confirm/\S+", mail.message)
    assert link
    assert link[0] in mail.html_message
    path = link[0][link[0].index("/ar/") if "/ar/" in link[0] else link[0].index("/join/") :]
    site.go(path)
    assert not Application.objects.filter(applicant__email=MAIL).exists(), "opening the link changes nothing"
    site.page.fill("[name=password]", OWN_PASSWORD)
    press(site)
    assert site.page.url.endswith("/join/status/")
    site.check()
    assert mine().state == Application.State.SUBMITTED


def sign_in(site: Watched, prefix: str, email: str, password: str, to: str) -> None:
    site.go(f"{prefix}/account/login/?next={to}")
    site.page.fill("[name=login]", email)
    site.page.fill("[name=password]", password)
    press(site)
    assert site.page.url.endswith(to)
    site.check()


def approve(site: Watched, prefix: str, email: str) -> None:
    """One of the staff: from the first page of the admin through the queue to the application, and Approve."""
    sign_in(site, prefix, email, PASSWORD, f"{prefix}/admin/")
    application = mine()
    site.page.locator(f'a.button[href^="{prefix}/admin/members/application/"]').first.click()
    site.page.wait_for_load_state()
    site.check()
    site.page.locator(f'#result_list a[href*="/application/{application.pk}/"]').first.click()
    site.page.wait_for_load_state()
    site.check()
    site.page.locator(f'form[action="{prefix}/admin/members/application/{application.pk}/approve/"] button').click()
    site.page.wait_for_load_state()
    site.check()


def find_a_practice(site: Watched, prefix: str) -> None:
    """The search knows Medellín by `Medellìn`, with a wrong accent; the record it opens is the city's own."""
    page = site.page
    site.go(f"{prefix}/hub/")
    page.fill("main [name=q]", "Medellìn youth")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    site.check()
    every = page.locator("main ul.list > li").count()
    assert every > 1
    page.check("[name=region][value=latin-america-caribbean]")
    if page.locator(".chips .on").count() == 0:  # without scripts, and before they act, a button sends the choice
        page.locator(".rail button[form=search]").first.click()
    page.wait_for_url("**region=latin-america-caribbean**")
    site.check()
    narrowed = page.locator("main ul.list > li").count()
    assert 0 < narrowed < every
    page.locator('main ul.list a[href*="/hub/practices/medellin-parceros/"]').first.click()
    page.wait_for_load_state()
    site.check()
    assert "Medellín" in page.inner_text("main")


@pytest.mark.parametrize(("scripts", "language"), [(True, "en"), (False, "en"), (True, "ar")], ids=["scripts", "no scripts", "Arabic"])
def test_an_official_becomes_a_strong_city_and_finds_a_practice(
    content: None, browse: Callable[..., Watched], scripts: bool, language: str
) -> None:
    prefix = "" if language == "en" else f"/{language}"
    official = browse(scripts=scripts, language=language)
    join(official, prefix)
    confirm(official)

    approve(browse(scripts=scripts, language=language), prefix, "staff@example.org")
    application = mine()
    assert application.state == Application.State.UNDER_REVIEW, "a new city needs two people"
    assert not City.objects.get(name="Harbourstad").is_public
    approve(browse(scripts=scripts, language=language, dark=True), prefix, "staff2@example.org")
    application.refresh_from_db()
    assert application.state == Application.State.APPROVED
    assert City.objects.members().filter(name="Harbourstad").exists()

    back = browse(scripts=scripts, language=language)
    sign_in(back, prefix, MAIL, OWN_PASSWORD, f"{prefix}/desk/")
    find_a_practice(back, prefix)
