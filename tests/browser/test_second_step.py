"""An authenticator app and a mailed code in a browser: set up, used with a code and with a recovery code, turned off; with
scripts, without, in Arabic."""

from __future__ import annotations

import re

import pytest

from tests import cast
from tests.browser.conftest import Watched
from tests.members import factors
from tests.outbox import outbox

pytestmark = pytest.mark.usefixtures("transactional_db")
SET_UP, TURN_OFF = "/account/2fa/totp/activate/", "/account/2fa/totp/deactivate/"
LOOKS = pytest.mark.parametrize(
    ("prefix", "look"),
    [("", {}), ("", {"scripts": False}), ("/ar", {"language": "ar", "dark": True})],
    ids=["scripts", "no-scripts", "arabic"],
)


def fill(site: Watched, to: str, **fields: str) -> None:
    """Fill the page's form and send it; one is led to `to`."""
    site.check()
    for name, value in fields.items():
        site.page.fill(f"main form.form [name={name}]", value)
    with site.page.expect_navigation():
        site.page.locator("main form.form button").first.click()
    assert site.page.url.split("?")[0] == site.base + to


def sign_out(site: Watched, prefix: str) -> None:
    site.go(f"{prefix}/account/logout/")
    fill(site, f"{prefix}/")


@LOOKS
def test_an_app(browse, monkeypatch, prefix, look):
    factors.stop_the_clock(monkeypatch)
    nadia = cast.make_person("nadia")
    password, again = {"login": nadia.email, "password": cast.PASSWORD}, {"password": cast.PASSWORD}
    site = browse(**look)
    page = site.page
    site.go(f"{prefix}/account/login/?next={prefix}{SET_UP}")
    fill(site, prefix + SET_UP, **password)  # who signed in just now isn't asked again
    key = page.inner_text("main code")
    shown = page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0") if site.scripts else True
    assert shown  # the policy lets the picture through
    fill(site, prefix + SET_UP, code=factors.another(factors.code(key)))
    assert page.locator(".error-summary").count() == 1
    fill(site, f"{prefix}/account/2fa/recovery-codes/", code=factors.code(key))
    site.check()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    site.go(f"{prefix}/account/2fa/")
    site.check()
    sign_out(site, prefix)

    for code in (codes[0], factors.code(key, factors.NOW + 60)):
        factors.stop_the_clock(monkeypatch, factors.NOW + 60)
        site.go(f"{prefix}/account/login/")
        fill(site, f"{prefix}/account/2fa/authenticate/", **password)
        assert page.locator("#mfa_webauthn_authenticate").count() == 0  # there is no key to ask for
        fill(site, f"{prefix}/account/2fa/authenticate/", code="000000" if code != "000000" else "000001")
        fill(site, f"{prefix}/desk/", code=code)
        if code == codes[0]:
            sign_out(site, prefix)

    site.go(f"{prefix}/account/reauthenticate/?next={prefix}{TURN_OFF}")
    site.check()
    fill(site, prefix + TURN_OFF, **again)
    fill(site, f"{prefix}/account/2fa/")
    site.check()
    sign_out(site, prefix)
    site.go(f"{prefix}/account/login/")
    fill(site, f"{prefix}/desk/", **password)


@LOOKS
def test_a_mailed_code(browse, prefix, look):
    nadia = cast.make_person("nadia")
    site = browse(**look)
    site.go(f"{prefix}/account/login/code/")
    fill(site, f"{prefix}/account/login/code/confirm/", email=nadia.email)
    (code,) = re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)
    for _try in range(2):
        fill(site, f"{prefix}/account/login/code/confirm/", code="BBBB-BBBB")
    fill(site, f"{prefix}/account/login/code/", code="BBBB-BBBB")
    assert site.page.locator(".messages .note--bad").count() == 1
    site.go(f"{prefix}/account/login/code/confirm/")
    assert site.page.locator(".messages .note--warn").count() == 1
    fill(site, f"{prefix}/account/login/code/confirm/", email=nadia.email)
    (code,) = re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)
    fill(site, f"{prefix}/desk/", code=code.lower())
