"""Passkeys and security keys in a browser: Chromium's own virtual authenticator stands for a person's finger."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession

from members.models import User
from tests import cast
from tests.browser.conftest import Watched
from tests.outbox import outbox

pytestmark = pytest.mark.usefixtures("transactional_db")
ADD, KEYS, SECOND = "/account/2fa/webauthn/add/", "/account/2fa/webauthn/", "/account/2fa/authenticate/"
CODES = "/account/2fa/recovery-codes/"


class Finger:
    """An authenticator in the device, as CTAP 2 describes it, whose person agrees as long as `agree` says so."""

    def __init__(self, site: Watched, *, verifies: bool = True) -> None:
        self.cdp: CDPSession = site.page.context.new_cdp_session(site.page)
        self.cdp.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": verifies, "hasUserVerification": verifies}
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": verifies}})
        self.name = {"authenticatorId": made["authenticatorId"]}

    def agree(self, *, verified: bool) -> None:
        """Whether the finger is the right one. A wrong one ends as a cancelled one does: NotAllowedError."""
        self.cdp.send("WebAuthn.setUserVerified", {**self.name, "isUserVerified": verified})

    def remove(self) -> None:
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", self.name)

    def held(self) -> list[dict[str, Any]]:
        return list(self.cdp.send("WebAuthn.getCredentials", self.name)["credentials"])


def press(site: Watched, button: str = "main form.form button.button") -> None:
    """Press it, and wait for the page that follows: a key is shown in between."""
    with site.page.expect_navigation():
        site.page.locator(button).first.click()


def at(site: Watched) -> str:
    """Where one is, the address without what comes behind its path."""
    return urlsplit(site.page.url).path


def sign_in(site: Watched, user: User, prefix: str = "", to: str = "/desk/") -> None:
    site.go(f"{prefix}/account/login/?next={prefix}{to}")
    site.page.fill("[name=login]", user.email)
    site.page.fill("[name=password]", cast.PASSWORD)
    press(site)


def sign_out(site: Watched, prefix: str = "") -> None:
    site.go(f"{prefix}/account/logout/")
    press(site, "main form button.button")


def add(site: Watched, name: str, *, passkey: bool = True) -> None:
    site.page.fill("[name=name]", name)
    site.page.set_checked("[name=passwordless]", passkey)
    press(site, "#mfa_webauthn_add")


def with_passkey(site: Watched, user: User) -> None:
    """`user` signs in, adds a passkey and signs out."""
    sign_in(site, user, to=ADD)
    add(site, "My laptop")
    assert at(site) == CODES
    sign_out(site)


def trouble(site: Watched) -> str:
    """What the page says of a key that was not shown, once it says it."""
    note = site.page.locator("[data-key-trouble]")
    note.wait_for(state="visible")
    assert note.evaluate("note => document.activeElement === note")
    return note.inner_text()


@pytest.mark.parametrize(("prefix", "look"), [("", {}), ("/ar", {"language": "ar", "dark": True})], ids=["english", "arabic"])
def test_added_used_renamed_and_removed(browse, prefix, look):
    nadia = cast.make_person("nadia")
    site = browse(**look)
    page, finger = site.page, Finger(site)
    sign_in(site, nadia, prefix, to="/account/2fa/")
    site.check()
    press(site, f'main a[href="{prefix}{ADD}"]')
    site.check()
    add(site, "My laptop")
    assert at(site) == prefix + CODES
    site.check()
    assert page.locator(".codes li").count() == 10
    key = Authenticator.objects.get(type="webauthn")
    assert (key.user, str(key), key.wrap().is_passwordless, key.last_used_at) == (nadia, "My laptop", True, None)
    assert [known["rpId"] for known in finger.held()] == ["localhost"]
    assert [mail.to for mail in outbox()] == [[nadia.email]]
    sign_out(site, prefix)

    site.go(f"{prefix}/account/login/?next={prefix}{KEYS}")
    site.check()
    press(site, "#passkey_login")
    assert at(site) == prefix + KEYS  # no password, no second step
    site.check()
    assert "My laptop" in page.locator("table").inner_text()
    key.refresh_from_db()
    assert key.last_used_at is not None

    press(site, f'a[href="{prefix}{KEYS}keys/{key.pk}/edit/"]')
    site.check()
    new = "مفتاح المكتب" if prefix else "Desk in the office"
    page.fill("[name=name]", new)
    press(site)
    assert at(site) == prefix + KEYS
    key.refresh_from_db()
    assert (str(key), page.locator("table th bdi").inner_text()) == (new, new)

    press(site, f'a[href="{prefix}{KEYS}keys/{key.pk}/remove/"]')
    site.check()
    assert new in page.inner_text("main")
    assert Authenticator.objects.filter(pk=key.pk).exists()
    press(site, "main form.form button.button--danger")
    assert at(site) == prefix + KEYS
    site.check()
    assert not Authenticator.objects.exists()


def test_one_that_was_removed_signs_nobody_in(browse):
    site = browse()
    finger = Finger(site)
    with_passkey(site, cast.make_person("nadia"))
    Authenticator.objects.filter(type="webauthn").delete()
    assert len(finger.held()) == 1  # the device still has it
    site.go("/account/login/")
    press(site, "#passkey_login")
    assert at(site) == "/account/login/"
    assert site.page.inner_text(".messages .note--bad") == "The key was not accepted. Try again, or take another way."
    site.go("/desk/")
    assert at(site) == "/account/login/"


def test_one_of_a_closed_account_signs_nobody_in(browse):
    nadia = cast.make_person("nadia")
    site = browse()
    Finger(site)
    with_passkey(site, nadia)
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    site.go("/account/login/")
    press(site, "#passkey_login")
    assert at(site) == "/account/inactive/"
    site.go("/desk/")
    assert at(site) == "/account/login/"


class TestTrouble:
    """The page says what happened, nothing is on the console, and another way is open."""

    def test_no_key_at_sign_in(self, browse):
        nadia = cast.make_person("nadia")
        site = browse()
        Finger(site)  # has none
        site.go("/account/login/")
        site.page.click("#passkey_login")
        assert "No key was used" in trouble(site)
        site.check()
        sign_in(site, nadia)
        assert at(site) == "/desk/"

    def test_a_wrong_finger_and_then_the_right_one(self, browse):
        site = browse()
        finger = Finger(site)
        with_passkey(site, cast.make_person("nadia"))
        finger.agree(verified=False)
        site.go("/account/login/")
        site.page.click("#passkey_login")
        assert "No key was used" in trouble(site)
        finger.agree(verified=True)
        press(site, "#passkey_login")
        assert at(site) == "/desk/"

    def test_cancelled_while_adding(self, browse):
        nadia = cast.make_person("nadia")
        site = browse()
        finger = Finger(site)
        finger.agree(verified=False)
        sign_in(site, nadia, to=ADD)
        site.page.check("[name=passwordless]")
        site.page.click("#mfa_webauthn_add")
        assert "Nothing has changed" in trouble(site)
        site.check()
        assert not Authenticator.objects.exists()
        finger.agree(verified=True)
        add(site, "Second try")
        assert str(Authenticator.objects.get(type="webauthn")) == "Second try"

    def test_the_same_key_twice(self, browse):
        nadia = cast.make_person("nadia")
        site = browse()
        finger = Finger(site)
        sign_in(site, nadia, to=ADD)
        add(site, "Mine")
        site.go(ADD)
        site.page.click("#mfa_webauthn_add")
        assert trouble(site) == "This key stands in your list already."
        assert (len(finger.held()), Authenticator.objects.filter(type="webauthn").count()) == (1, 1)

    def test_a_browser_that_knows_no_keys(self, browse):
        site = browse()
        site.page.add_init_script("Object.defineProperty(navigator, 'credentials', { value: undefined })")
        site.go("/account/login/")
        site.page.click("#passkey_login")
        assert "could not ask for a key" in trouble(site)

    def test_enter_in_the_name_asks_for_the_key(self, browse):
        site = browse()
        Finger(site)
        sign_in(site, cast.make_person("nadia"), to=ADD)
        site.page.fill("[name=name]", "By keyboard")
        with site.page.expect_navigation():
            site.page.press("[name=name]", "Enter")
        assert str(Authenticator.objects.get(type="webauthn")) == "By keyboard"

    def test_in_arabic(self, browse):
        site = browse(language="ar")
        Finger(site)
        site.go("/ar/account/login/")
        site.page.click("#passkey_login")
        assert trouble(site)
        site.check()


class TestWithoutScripts:
    def test_sign_in_says_so_and_has_other_ways(self, browse):
        site = browse(scripts=False)
        site.go("/account/login/")
        page = site.page
        assert not page.locator("#passkey_login").is_visible()
        assert "Passkeys and security keys need JavaScript. A mailed code works without." in page.inner_text("main")
        press(site, 'main a[href="/account/login/code/"]')
        assert page.locator("[name=email]").is_visible()

    def test_adding_says_so(self, browse):
        site = browse(scripts=False)
        sign_in(site, cast.make_person("nadia"), to=ADD)
        assert at(site) == ADD
        assert not site.page.locator("#mfa_webauthn_add").is_visible()
        assert "An authenticator app works without." in site.page.inner_text("main")
        with site.page.expect_navigation():
            site.page.press("[name=name]", "Enter")
        assert "No key was shown" in site.page.inner_text(".error-summary")

    def test_the_second_step_says_so_and_takes_a_recovery_code(self, browse):
        nadia = cast.make_person("nadia")
        with_scripts = browse()
        Finger(with_scripts)
        with_passkey(with_scripts, nadia)
        codes = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
        site = browse(scripts=False)
        sign_in(site, nadia)
        assert at(site) == SECOND
        assert not site.page.locator("#mfa_webauthn_authenticate").is_visible()
        assert "A recovery code works without." in site.page.inner_text("main")
        site.page.fill("[name=code]", codes[0])
        press(site)
        assert at(site) == "/desk/"


class TestSecondStep:
    @pytest.fixture(autouse=True)
    def outside_the_demo(self, settings):
        settings.DEMO = False

    @pytest.fixture
    def sam(self, transactional_db):
        return cast.make_staff("sam")

    def test_staff_set_one_up_because_they_must_and_sign_in_with_it(self, browse, sam):
        site = browse()
        Finger(site, verifies=False)  # a small device to touch: no passkey
        sign_in(site, sam, to="/admin/")
        assert at(site) == "/account/2fa/"
        press(site, f'main a[href="{ADD}"]')
        add(site, "Blue one", passkey=False)
        site.go("/admin/")
        assert at(site) == "/admin/"
        sign_out(site)
        sign_in(site, sam, to="/admin/")
        assert at(site) == SECOND  # the password alone is not enough
        site.check()
        site.go("/admin/")
        assert at(site) == SECOND
        press(site, "#mfa_webauthn_authenticate")
        site.go("/admin/")
        assert at(site) == "/admin/"

    def test_a_passkey_alone_is_both_steps(self, browse, sam):
        site = browse()
        Finger(site)
        with_passkey(site, sam)
        site.go("/account/login/?next=/admin/")
        press(site, "#passkey_login")
        assert at(site) == "/admin/"

    def test_a_key_of_somebody_else_is_refused_with_words(self, browse, sam):
        """Of two people at one device: the browser is asked for a key of the one whose password was right."""
        toni = cast.make_staff("toni")
        site = browse()
        Finger(site)
        with_passkey(site, sam)
        with_passkey(site, toni)
        sign_in(site, toni)
        assert at(site) == SECOND
        known = Authenticator.objects.get(user=sam, type="webauthn").data["credential"]["rawId"]
        script = "id => { const data = document.getElementById('js_data'); const all = JSON.parse(data.textContent);"
        script += " all.request_options.publicKey.allowCredentials[0].id = id; data.textContent = JSON.stringify(all); }"
        site.page.evaluate(script, known)  # as somebody would who holds another's key
        press(site, "#mfa_webauthn_authenticate")
        assert at(site) == SECOND
        assert "The key was not accepted" in site.page.inner_text("main .note--bad:not([hidden])")
        press(site, "#mfa_webauthn_authenticate")
        assert at(site) == "/desk/"

    def test_it_shows_again_that_it_is_them(self, browse, sam):
        site = browse()
        Finger(site)
        with_passkey(site, sam)
        site.go(f"/account/login/?next={KEYS}")
        press(site, "#passkey_login")
        assert at(site) == KEYS
        key = Authenticator.objects.get(type="webauthn")
        site.go(f"/account/reauthenticate/?next={KEYS}keys/{key.pk}/remove/")
        press(site, 'main a[href^="/account/2fa/webauthn/reauthenticate/"]')
        site.check()
        press(site, "#mfa_webauthn_reauthenticate")
        assert at(site) == f"{KEYS}keys/{key.pk}/remove/"
        assert site.page.locator("main .button--danger").is_visible()
