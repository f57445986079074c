"""`/account/2fa/`: an authenticator app as second step, set up, used and turned off."""

import base64
import logging
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from strongcities import sealed
from tests import cast
from tests.members import factors
from tests.members.factors import another, asks_again, code, half_in, is_in, second_step, shown_again
from tests.outbox import outbox
from tests.races import race

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
SET_UP, TURN_OFF = "/account/2fa/totp/activate/", "/account/2fa/totp/deactivate/"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    factors.stop_the_clock(monkeypatch)


def key_on(page):
    """The key that the page names to type into the app."""
    return re.findall(r'<code class="key-to-type"><bdi>([A-Z2-7]{32})</bdi></code>', in_one(page.text))[0]


def in_one(text):
    """`text` without what sets the key's groups apart: what is read as groups is the key as well."""
    return re.sub(r"</?span>|<wbr>", "", text)


def set_up(user):
    """The browser, the key, and the page that follows."""
    client = shown_again(user)
    key = key_on(client.get(SET_UP))
    return client, key, client.post(SET_UP, {"code": code(key)}, follow=True)


class TestSetUp:
    def test_an_open_browser_is_not_enough(self, client, nadia):
        """Whoever sits down at it would lock its owner out."""
        client.force_login(nadia)
        assert asks_again(client.get(SET_UP))
        assert asks_again(client.post(SET_UP, {"code": "000000"}))

    def test_the_page_shows_the_key_as_words_and_as_a_picture(self, nadia):
        page = shown_again(nadia).get(SET_UP)
        assert len(key_on(page)) == 32  # 160 bits, as RFC 4226 recommends
        (picture,) = re.findall(r'<img class="qr" src="data:image/svg\+xml;base64,([^"]+)" alt="[^"]+">', page.text)
        assert b"<svg" in base64.b64decode(picture)
        told = page.context["totp_url"]
        assert told == f"otpauth://totp/nadia%40gent.be?secret={key_on(page)}&issuer=Strong%20Cities%20Network"
        assert page["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize(("prefix", "words"), [("", "Incorrect code."), ("/ar", "الرمز غير صحيح.")])
    def test_a_wrong_code_is_refused_with_words_and_the_same_key(self, nadia, prefix, words):
        client = shown_again(nadia)
        key = key_on(client.get(prefix + SET_UP))
        page = client.post(prefix + SET_UP, {"code": another(code(key))})
        assert page.status_code == 200
        assert words in re.findall(r'class="error-summary".*?</div>', page.text, re.DOTALL)[0]
        assert key_on(page) == key  # what was scanned stays good
        assert not Authenticator.objects.exists()

    def test_a_key_of_somebody_elses_choice_turns_nothing_on(self, nadia):
        client = shown_again(nadia)
        client.get(SET_UP)
        client.post(SET_UP, {"code": code(), "secret": factors.SECRET})
        assert not Authenticator.objects.exists()

    def test_the_right_code_turns_it_on_and_leads_to_the_recovery_codes(self, nadia, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            _client, key, page = set_up(nadia)
        assert page.redirect_chain == [("/account/2fa/recovery-codes/", 302)]
        app, recovery = Authenticator.objects.order_by("-type")
        assert (app.user, app.type, recovery.user, recovery.type) == (nadia, "totp", nadia, "recovery_codes")
        assert sealed.unseal(app.data["secret"]) == key
        assert factors.codes_on(page.text) == recovery.wrap().generate_codes()
        assert len(set(recovery.wrap().generate_codes())) == 10
        assert [(mail.to, mail.subject) for mail in outbox()] == [([nadia.email], "An authenticator app was added")]

    def test_it_is_set_up_once(self, nadia):
        client, _key, _page = set_up(nadia)
        assert client.get(SET_UP)["Location"] == TURN_OFF
        assert client.post(SET_UP, {"code": code()})["Location"] == TURN_OFF
        assert Authenticator.objects.filter(type="totp").count() == 1


class TestSignIn:
    def test_with_password_and_code(self, nadia):
        factors.give_app(nadia)
        client = half_in(nadia)
        assert second_step(client, code())["Location"] == "/desk/"
        assert is_in(client)

    def test_it_leads_on_to_where_one_wanted(self, nadia):
        factors.give_app(nadia)
        client = Client()
        client.post("/account/login/?next=/hub/", {"login": nadia.email, "password": cast.PASSWORD, "next": "/hub/"})
        assert second_step(client, code())["Location"] == "/hub/"

    def test_a_code_with_a_space_as_apps_show_it(self, nadia):
        factors.give_app(nadia)
        client = half_in(nadia)
        second_step(client, f"{code()[:3]} {code()[3:]}")
        assert is_in(client)

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６"])
    def test_a_wrong_one_is_refused_with_words(self, nadia, typed):
        factors.give_app(nadia)
        client = half_in(nadia)
        page = second_step(client, typed)
        assert (page.status_code, is_in(client)) == (200, False)
        assert 'class="error-summary"' in page.text
        second_step(client, code())
        assert is_in(client)  # and may be put right

    def test_the_same_code_does_not_work_twice(self, nadia):
        """Who looked over a shoulder has half a minute."""
        factors.give_app(nadia)
        second_step(half_in(nadia), code())
        thief = half_in(nadia)
        page = second_step(thief, code())
        assert (page.status_code, is_in(thief)) == (200, False)
        assert "Incorrect code." in page.text

    def test_nor_does_the_one_that_turned_it_on(self, nadia):
        _client, key, _page = set_up(nadia)
        thief = half_in(nadia)
        second_step(thief, code(key))
        assert not is_in(thief)

    def test_one_code_is_for_one_account(self, nadia, lene):
        """That it was used is remembered for the account, not for all: two apps may show the same digits."""
        for user in (nadia, lene):
            factors.give_app(user)
            client = half_in(user)
            second_step(client, code())
            assert is_in(client)

    @pytest.mark.parametrize("off", [-86_400, -60, 60, 3600, 31_536_000])
    def test_a_code_of_another_time_is_refused(self, nadia, off):
        factors.give_app(nadia)
        client = half_in(nadia)
        assert code(now=factors.NOW + off) != code()
        second_step(client, code(now=factors.NOW + off))
        assert not is_in(client)

    def test_a_code_of_another_key_is_refused(self, nadia):
        factors.give_app(nadia)
        client = half_in(nadia)
        second_step(client, code("KRUGS4ZANFZSAYJAORSXG5BAONSWG4TF"))
        assert not is_in(client)

    @pytest.mark.parametrize("prefix", ["", "/ar"])
    def test_a_right_password_alone_opens_nothing(self, nadia, prefix):
        factors.give_app(nadia)
        client = half_in(nadia)
        for address in ("/desk/", "/account/sessions/", "/account/2fa/", TURN_OFF, "/account/email/"):
            assert client.get(prefix + address)["Location"].startswith(f"{prefix}/account/login/")

    def test_without_the_password_there_is_no_second_step(self, client, nadia):
        factors.give_app(nadia)
        assert client.get("/account/2fa/authenticate/")["Location"] == "/account/login/"
        assert second_step(client, code())["Location"] == "/account/login/"
        assert not is_in(client)

    def test_what_was_begun_and_left_is_over_after_a_quarter_of_an_hour(self, nadia):
        factors.give_app(nadia)
        client = half_in(nadia)
        session = client.session
        session["account_login"]["initiated_at"] -= 15 * 60 + 1
        session.save()
        second_step(client, code())
        assert not is_in(client)

    def test_a_new_password_does_not_go_round_it(self, nadia):
        """Who reads the mails of an account sets a new password, and is asked for the second step then."""
        factors.give_app(nadia)
        client = Client()
        client.post("/account/password/reset/", {"email": nadia.email})
        (link,) = re.findall(r"/account/password/reset/key/\S+", outbox()[-1].message)
        page = client.get(link, follow=True)
        client.post(page.request["PATH_INFO"], {"password1": "another long enough one", "password2": "another long enough one"})
        nadia.refresh_from_db()
        assert nadia.check_password("another long enough one")
        assert not is_in(client)
        answer = client.post("/account/login/", {"login": nadia.email, "password": "another long enough one"})
        assert (answer["Location"], is_in(client)) == ("/account/2fa/authenticate/", False)

    @real
    def test_of_two_who_type_the_same_code_at_once_one_gets_in(self, nadia):
        factors.give_app(nadia)
        clients = [half_in(nadia) for _reader in range(2)]
        answers = race(*[lambda client=client: second_step(client, code()).status_code for client in clients])
        assert sorted(answers) == [200, 302]
        assert sorted(is_in(client) for client in clients) == [False, True]


class TestTurnOff:
    def test_an_open_browser_is_not_enough(self, nadia):
        factors.give_app(nadia)
        client = half_in(nadia)
        second_step(client, code())
        assert is_in(client)
        factors.later(client)
        for answer in (client.get(TURN_OFF), client.post(TURN_OFF)):
            assert asks_again(answer)
        assert Authenticator.objects.filter(type="totp").exists()

    def test_who_shows_again_that_it_is_them_turns_it_off(self, nadia):
        factors.give_app(nadia)
        client = shown_again(nadia)
        assert "<button" in client.get(TURN_OFF).text
        assert Authenticator.objects.filter(type="totp").exists()  # looking does nothing
        assert client.post(TURN_OFF)["Location"] == "/account/2fa/"
        assert not Authenticator.objects.exists()  # codes to get back in with go as well: there is nothing to get round
        assert [(mail.to, mail.subject) for mail in outbox()] == [([nadia.email], "The authenticator app was turned off")]
        answer = Client().post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        assert answer["Location"] == "/desk/"

    def test_a_code_of_the_app_shows_it_as_well(self, client, nadia):
        factors.give_app(nadia)
        client.force_login(nadia)
        ask = "/account/2fa/reauthenticate/"
        page = client.post(ask, {"code": another(code()), "next": TURN_OFF})
        assert (page.status_code, asks_again(client.get(TURN_OFF))) == (200, True)
        assert "Incorrect code." in page.text
        assert client.post(ask, {"code": code(), "next": TURN_OFF})["Location"] == TURN_OFF
        assert client.get(TURN_OFF).status_code == 200

    def test_it_holds_for_five_minutes(self, nadia):
        factors.give_app(nadia)
        client = factors.later(shown_again(nadia))
        assert asks_again(client.post(TURN_OFF))
        assert Authenticator.objects.filter(type="totp").exists()

    def test_what_is_not_on_is_not_found(self, nadia):
        client = shown_again(nadia)
        assert [client.get(TURN_OFF).status_code, client.post(TURN_OFF).status_code] == [404, 404]

    def test_nobody_turns_off_somebody_elses(self, nadia, lene):
        factors.give_app(lene)
        assert shown_again(nadia).post(TURN_OFF).status_code == 404
        assert Authenticator.objects.filter(user=lene, type="totp").exists()


def test_the_secret_is_told_once_and_written_nowhere(nadia, caplog):
    """On no page, in no mail, in no log line, in no session, whoever looks; nor are the codes."""
    caplog.set_level(logging.DEBUG)
    client, key, page = set_up(nadia)
    recovery = factors.codes_on(page.text)
    assert len(recovery) == 10
    factors.second_step(half_in(nadia), recovery[0])
    root = cast.make_staff("sam", is_superuser=True)
    staff = Client()
    staff.force_login(root)
    pages = [client.get(address) for address in ("/desk/", "/account/2fa/", "/account/sessions/", SET_UP, TURN_OFF)]
    rows = Authenticator.objects.filter(user=nadia)
    assert rows.count() == 2
    for address in (
        reverse("admin:mfa_authenticator_changelist"),
        f"{reverse('admin:mfa_authenticator_changelist')}?q=nadia",
        reverse("admin:members_user_change", args=[nadia.pk]),
        reverse("admin:post_office_email_changelist"),
        *(reverse(f"admin:mfa_authenticator_{name}", args=[row.pk]) for row in rows for name in ("change", "history", "delete")),
    ):
        pages.append(staff.get(address))
        assert (pages[-1].status_code, address) == (200, address)
    assert "Nadia Nys" in pages[5].text
    told = [page.text for page in pages] + [mail.message + mail.html_message for mail in outbox()]
    told += [str(vars(record)) for record in caplog.records] + [str(client.session.items()), str(staff.session.items())]
    assert any("/account/2fa/totp/activate/" in line for line in told)  # the log is there
    for secret in (key, code(key), *recovery, sealed.unseal(rows.get(type="recovery_codes").data["seed"])):
        assert [text for text in told if secret in in_one(text)] == []


def test_the_pages_say_in_arabic_too_what_they_ask(nadia):
    client = shown_again(nadia)
    for address, words in (("/ar" + SET_UP, "إعداد"), ("/ar/account/2fa/", "الخطوة الثانية")):
        page = client.get(address)
        assert '<html lang="ar" dir="rtl">' in page.text
        assert words in page.text
