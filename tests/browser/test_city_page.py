"""A lead official writes the city's page in a browser, and one of the staff takes it back: with scripts, without, in Arabic."""

from __future__ import annotations

import pytest

from members.models import City, CityChange
from strongcities.demo import PASSWORD
from tests.browser.conftest import Watched
from tests.pictures import encoded, image


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def sign_in(site: Watched, mail: str, prefix: str) -> None:
    site.go(f"{prefix}/account/login/")
    site.page.fill("[name=login]", mail)
    site.page.fill("[name=password]", PASSWORD)
    site.page.locator("main form button.button").first.click()
    site.page.wait_for_url(f"**{prefix}/desk/")


def press(site: Watched, button: str) -> None:
    site.check()
    site.page.locator(button).first.click()
    site.page.wait_for_load_state()


@pytest.mark.parametrize(
    ("prefix", "look"),
    [("", {}), ("", {"scripts": False}), ("/ar", {"language": "ar", "dark": True})],
    ids=["scripts", "no-scripts", "arabic"],
)
@pytest.mark.usefixtures("content", "media")
def test_edited_and_taken_back(browse, prefix, look):
    lead = browse(**look)
    page = lead.page
    sign_in(lead, "lead@example.org", prefix)
    lead.go(f"{prefix}/cities/aarhus/")
    press(lead, f'main a.button[href="{prefix}/cities/aarhus/edit/"]')
    page.fill("[name=profile]", "## One table\n\nEvery month.")
    page.check("[name=themes][value=youth-engagement]")
    page.set_input_files("[name=picture]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": encoded(image())})
    page.fill("[name=picture_alt]", "Red and blue")
    press(lead, "form.form button.button")
    assert page.locator(".error-summary a").count() == 2
    assert page.locator(".chosen img").evaluate("img => img.naturalWidth") == 480
    page.fill("[name=picture_credit]", "A painter")
    page.select_option("[name=picture_licence]", "cc-by-sa-4.0")
    press(lead, "form.form button[formaction]")
    assert page.locator(".preview h2").last.inner_text() == "One table"
    assert not CityChange.objects.exists()
    press(lead, "form.form button.button")
    page.wait_for_url(f"**{prefix}/cities/aarhus/")
    assert page.locator(".city-picture img").evaluate("img => img.complete && img.naturalWidth > 0")
    lead.check()

    staff = browse(**look)
    sign_in(staff, "staff@example.org", prefix)
    staff.go(f"{prefix}/admin/members/citychange/")
    press(staff, "#result_list tbody th a")
    staff.page.locator(".decide summary").click()
    staff.page.fill("[name=why]", "Not so.")
    press(staff, ".decide .button--danger")
    staff.go(f"{prefix}/admin/members/city/{City.objects.get(slug='aarhus').pk}/history/")
    staff.check()
    aarhus = City.objects.get(slug="aarhus")
    assert (aarhus.profile, aarhus.themes, aarhus.picture) == ("", [], "")


def test_a_file_that_is_too_large_is_said_before_it_is_sent(browse, content):
    lead = browse()
    sign_in(lead, "lead@example.org", "")
    lead.go("/cities/aarhus/edit/")
    for size, valid in ((5_000_001, False), (1000, True)):
        lead.page.set_input_files("[name=picture]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x" * size})
        assert lead.page.locator("[name=picture]").evaluate("input => input.validity.valid") is valid
