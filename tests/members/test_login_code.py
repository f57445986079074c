"""`/account/login/code/`: signing in by a mailed code, without a password."""

import re
import time
from types import SimpleNamespace

import pytest
from allauth.account.internal.flows import code_verification
from django.conf import settings
from django.test import Client

from tests import cast
from tests.members import factors
from tests.members.factors import is_in, second_step
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
ASK, ENTER = "/account/login/code/", "/account/login/code/confirm/"
OVER = "No code is awaited here"


def asked(user, prefix=""):
    """A browser that asked for a code, and the code that was mailed."""
    client = Client()
    answer = client.post(prefix + ASK, {"email": user.email})
    assert (answer.status_code, answer["Location"]) == (302, prefix + ENTER)
    return client, mailed()


def mailed():
    return re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", outbox()[-1].message)[0]


def wrong_for(code):
    return ("CCCC-CCCC", "BBBB-BBBB")[code == "CCCC-CCCC"]


def test_the_right_code_signs_in(nadia):
    client, code = asked(nadia)
    assert not is_in(client)
    assert client.post(ENTER, {"code": code})["Location"] == "/desk/"
    assert client.get("/desk/").wsgi_request.user == nadia


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}"])
def test_however_it_is_typed(nadia, typed):
    client, code = asked(nadia)
    client.post(ENTER, {"code": typed.format(code, code.replace("-", "").lower())})
    assert is_in(client)


def test_it_leads_on_to_where_one_wanted(nadia):
    """From page to page, by what stands in each: nothing else remembers it."""
    client = Client()
    (ask,) = re.findall(r'href="(/account/login/code/[^"]*)"', client.get("/account/login/?next=/hub/").text)
    page = client.get(ask)
    assert 'name="next" value="/hub/"' in page.text
    page = client.post(ask, {"email": nadia.email, "next": "/hub/"}, follow=True)
    assert 'name="next" value="/hub/"' in page.text
    assert client.post(ENTER, {"code": mailed(), "next": "/hub/"})["Location"] == "/hub/"


def test_the_mail_is_in_the_houses_words_and_names_nobody(nadia):
    _client, code = asked(nadia)
    (mail,) = outbox()
    assert (mail.to, mail.subject) == ([nadia.email], "Your code to sign in")
    assert (mail.message.count(code), mail.html_message.count(code)) == (1, 1)
    for text in (mail.message, mail.html_message):
        assert "It signs you in once and is good for a few minutes." in text
        assert "give the code to nobody" in text
        assert f"{settings.SITE_URL}{ENTER}" in text
    assert code not in mail.subject  # shown on a locked phone


def test_in_the_accounts_language(nadia):
    nadia.language = "ar"
    nadia.save()
    _client, code = asked(nadia)
    (mail,) = outbox()
    assert '<html lang="ar" dir="rtl"' in mail.html_message
    assert code in mail.message
    assert "Your code" not in mail.subject + mail.message


def test_a_code_is_new_each_time(nadia):
    codes = {asked(nadia)[1] for _time in range(4)}
    assert len(codes) == 4


class TestTooOld:
    def at(self, monkeypatch, seconds):
        monkeypatch.setattr(code_verification, "time", SimpleNamespace(time=lambda: time.time() + seconds))

    def test_good_for_three_minutes(self, nadia, monkeypatch):
        client, code = asked(nadia)
        self.at(monkeypatch, 3 * 60 - 10)
        client.post(ENTER, {"code": code})
        assert is_in(client)

    @pytest.mark.parametrize("prefix", ["", "/ar"])
    def test_then_no_more_and_the_page_says_so(self, nadia, monkeypatch, prefix):
        client, code = asked(nadia, prefix)
        self.at(monkeypatch, 3 * 60 + 1)
        page = client.post(prefix + ENTER, {"code": code}, follow=True)
        assert (page.redirect_chain, is_in(client)) == ([(prefix + ASK, 302)], False)
        assert 'class="note note--warn"' in page.text
        if not prefix:
            assert OVER in page.text

    def test_nor_does_time_turned_back_bring_it_back(self, nadia, monkeypatch):
        client, code = asked(nadia)
        self.at(monkeypatch, 3 * 60 + 1)
        client.get(ENTER)
        monkeypatch.undo()
        client.post(ENTER, {"code": code})
        assert not is_in(client)


class TestWrong:
    def test_twice_may_be_put_right(self, nadia):
        client, code = asked(nadia)
        for _try in range(2):
            page = client.post(ENTER, {"code": wrong_for(code)})
            assert (page.status_code, "Incorrect code." in page.text) == (200, True)
        client.post(ENTER, {"code": code})
        assert is_in(client)

    def test_the_third_ends_it(self, nadia):
        client, code = asked(nadia)
        for _try in range(2):
            client.post(ENTER, {"code": wrong_for(code)})
        page = client.post(ENTER, {"code": wrong_for(code)}, follow=True)
        assert page.redirect_chain == [(ASK, 302)]
        assert "That was one wrong code too many. Ask for a new one." in page.text
        assert OVER not in page.text  # said once
        client.post(ENTER, {"code": code})
        assert not is_in(client)

    def test_a_new_one_begins_anew(self, nadia):
        client, code = asked(nadia)
        for _try in range(3):
            client.post(ENTER, {"code": wrong_for(code)})
        client.post(ASK, {"email": nadia.email})
        client.post(ENTER, {"code": mailed()})
        assert is_in(client)

    def test_an_empty_one_counts_as_well(self, nadia):
        client, code = asked(nadia)
        for _try in range(3):
            client.post(ENTER, {"code": ""})
        client.post(ENTER, {"code": code})
        assert not is_in(client)


class TestElsewhere:
    def test_another_browsers_code_does_not_work_here(self, nadia):
        _theirs, code = asked(nadia)
        mine, _own = asked(nadia)
        page = mine.post(ENTER, {"code": code})
        assert (page.status_code, is_in(mine)) == (200, False)

    def test_nor_one_of_another_account(self, nadia, lene):
        _theirs, code = asked(lene)
        mine, own = asked(nadia)
        mine.post(ENTER, {"code": code})
        assert not is_in(mine)
        mine.post(ENTER, {"code": own})
        assert mine.get("/desk/").wsgi_request.user == nadia

    @pytest.mark.parametrize("typed", [None, "CODE"])
    def test_where_none_was_asked_for_the_page_says_so(self, client, nadia, typed):
        """As on a phone where the mail's link was followed."""
        _elsewhere, code = asked(nadia)
        page = client.post(ENTER, {"code": code}, follow=True) if typed else client.get(ENTER, follow=True)
        assert page.redirect_chain == [(ASK, 302)]
        assert OVER in page.text
        assert not is_in(client)

    def test_while_one_is_awaited_no_other_is_sent(self, nadia):
        """A second would only make it less clear which to enter. Who got none cancels, and asks anew."""
        client, old = asked(nadia)
        for page in (client.get(ASK), client.post(ASK, {"email": nadia.email}), client.get("/account/login/")):
            assert page["Location"] == ENTER
        assert len(outbox()) == 1
        cancel = client.get(ENTER)
        assert 'form="leave"' in cancel.text
        assert client.post("/account/logout/", {"next": "/account/login/"})["Location"] == "/account/login/"
        client.post(ASK, {"email": nadia.email})
        client.post(ENTER, {"code": old})
        assert not is_in(client)
        client.post(ENTER, {"code": mailed()})
        assert is_in(client)


class TestUsed:
    def test_not_twice(self, nadia):
        client, code = asked(nadia)
        client.post(ENTER, {"code": code})
        assert is_in(client)
        client.post("/account/logout/")
        page = client.post(ENTER, {"code": code}, follow=True)
        assert (page.redirect_chain, is_in(client)) == ([(ASK, 302)], False)
        assert OVER in page.text

    def test_nor_by_who_has_it_beside_a_request_of_their_own(self, nadia):
        client, code = asked(nadia)
        client.post(ENTER, {"code": code})
        thief, _own = asked(nadia)
        thief.post(ENTER, {"code": code})
        assert not is_in(thief)


class TestNobody:
    """That both pages are the same to the letter: test_doors.py."""

    def test_an_address_without_account_gets_the_same_page_and_no_mail(self, client):
        answer = client.post(ASK, {"email": "nobody@gent.be"})
        assert (answer.status_code, answer["Location"]) == (302, ENTER)
        assert "nobody@gent.be" in client.get(ENTER).text
        assert outbox() == []

    @pytest.mark.parametrize("typed", ["", "-", "None", "CCCC-CCCC"])
    def test_and_no_code_opens_it(self, client, typed):
        client.post(ASK, {"email": "nobody@gent.be"})
        assert client.post(ENTER, {"code": typed}).status_code == 200
        assert not is_in(client)

    def test_a_closed_account_stays_closed(self):
        closed = cast.make_user("closed@gent.be", is_active=False)
        client = Client()
        client.post(ASK, {"email": closed.email})
        codes = [mailed()] if outbox() else []
        for code in codes:
            client.post(ENTER, {"code": code})
        assert not is_in(client)

    def test_no_address_is_none(self, client):
        for typed in ("", "nobody"):
            page = client.post(ASK, {"email": typed})
            assert (page.status_code, 'class="error-summary"' in page.text) == (200, True)


class TestSecondStep:
    """A code proves the mailbox, as a password reset does: who has a second step is asked for it."""

    @pytest.fixture(autouse=True)
    def one_moment(self, monkeypatch):
        factors.stop_the_clock(monkeypatch)

    @pytest.mark.parametrize("demo", [True, False])
    def test_of_the_staff_it_is_asked(self, settings, demo):
        settings.DEMO = demo
        sam = cast.make_staff("sam")
        factors.give_app(sam)
        client, code = asked(sam)
        assert client.post(ENTER, {"code": code})["Location"] == "/account/2fa/authenticate/"
        assert not is_in(client)
        assert client.get("/admin/")["Location"].startswith("/admin/login/")
        second_step(client, "000000" if factors.code() != "000000" else "000001")
        assert not is_in(client)
        assert second_step(client, factors.code())["Location"] == "/desk/"
        assert client.get("/admin/").status_code == 200

    def test_of_an_official_as_well(self, lene):
        codes = factors.give_app(lene)
        client, code = asked(lene)
        client.post(ENTER, {"code": code})
        assert not is_in(client)
        second_step(client, codes[0])
        assert is_in(client)

    def test_staff_without_one_are_sent_to_set_it_up(self, settings):
        settings.DEMO = False
        client, code = asked(cast.make_staff("sam"))
        client.post(ENTER, {"code": code})
        assert client.get("/desk/")["Location"].startswith("/account/2fa/?next=")

    def test_it_does_not_show_again_that_it_is_them(self, nadia):
        """Who opens the mails in a browser that was left open can't change the second step by that."""
        client, code = asked(nadia)
        client.post(ENTER, {"code": code})
        assert is_in(client)
        assert factors.asks_again(client.post("/account/2fa/totp/activate/"))
