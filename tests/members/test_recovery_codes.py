"""`/account/2fa/recovery-codes/`: the way back in for who has lost the phone."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from tests.members import factors
from tests.members.factors import asks_again, codes_on, half_in, is_in, second_step, shown_again
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
SEE, DOWNLOAD, NEW = (f"/account/2fa/recovery-codes/{end}" for end in ("", "download/", "generate/"))


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    factors.stop_the_clock(monkeypatch)


@pytest.fixture
def codes(nadia):
    return factors.give_app(nadia)


def gets_in_with(user, code):
    client = half_in(user)
    second_step(client, code)
    return is_in(client)


class TestSignIn:
    def test_each_signs_in_once_and_no_more(self, nadia, codes):
        assert [gets_in_with(nadia, code) for code in codes[:2]] == [True, True]
        assert [gets_in_with(nadia, code) for code in codes[:3]] == [False, False, True]

    def test_a_used_one_is_refused_with_words(self, nadia, codes):
        assert gets_in_with(nadia, codes[0])
        page = second_step(half_in(nadia), codes[0])
        assert page.status_code == 200
        assert "Incorrect code." in page.text

    def test_the_app_still_signs_in(self, nadia, codes):
        assert gets_in_with(nadia, codes[0])
        assert gets_in_with(nadia, factors.code())

    def test_written_in_two_halves(self, nadia, codes):
        assert gets_in_with(nadia, f" {codes[0][:4]}-{codes[0][4:]}")

    def test_one_that_never_was(self, nadia, codes):
        assert not gets_in_with(nadia, next(wrong for wrong in ("12345678", "12345679") if wrong not in codes))

    def test_of_another_account(self, nadia, lene, codes):
        others = factors.give_app(lene)
        assert not gets_in_with(nadia, others[0])
        assert gets_in_with(lene, others[0])

    def test_after_the_last_the_page_says_that_none_is_left(self, nadia, codes):
        row = Authenticator.objects.get(type="recovery_codes")
        row.data["used_mask"] = 0b11_1111_1110  # all but the first
        row.save()
        client = shown_again(nadia)
        assert codes_on(client.get(SEE).text) == [codes[0]]
        assert gets_in_with(nadia, codes[0])
        assert "0 of 10 codes are left" in client.get("/account/2fa/").text
        assert codes_on(client.get(SEE).text) == []
        assert client.get(DOWNLOAD).status_code == 404
        assert not gets_in_with(nadia, codes[0])

    @real
    def test_of_two_who_type_the_same_code_at_once_one_gets_in(self, nadia):
        codes = factors.give_app(nadia)
        clients = [half_in(nadia) for _reader in range(2)]
        answers = race(*[lambda client=client: second_step(client, codes[0]).status_code for client in clients])
        assert sorted(answers) == [200, 302]

    @real
    def test_negative_control_without_the_lock_both_do(self, nadia, monkeypatch):
        """The row is read, the code is found unused: by both, before either marks it."""
        codes = factors.give_app(nadia)
        clients = [half_in(nadia) for _reader in range(2)]
        meeting, mark = Meeting(), RecoveryCodes._mark_code_used
        monkeypatch.setattr(RecoveryCodes, "_mark_code_used", lambda self, place: mark(self, meeting.pass_on(place)))
        without_locks(monkeypatch)
        answers = race(*[lambda client=client: second_step(client, codes[0]).status_code for client in clients])
        assert answers == [302, 302]


class TestSee:
    @pytest.mark.parametrize("address", [SEE, DOWNLOAD])
    @pytest.mark.parametrize("prefix", ["", "/ar"])
    def test_an_open_browser_is_not_enough(self, client, nadia, codes, address, prefix):
        client.force_login(nadia)
        answer = client.get(prefix + address)
        assert answer["Location"].startswith(f"{prefix}/account/reauthenticate/?next=")
        assert codes_on(answer.text) == []

    def test_nor_are_password_and_second_step_of_this_morning(self, nadia, codes):
        client = half_in(nadia)
        second_step(client, factors.code())
        assert is_in(client)
        factors.later(client)
        assert asks_again(client.get(SEE))
        assert asks_again(client.get(DOWNLOAD))

    def test_who_shows_again_that_it_is_them_sees_those_that_are_left(self, nadia, codes):
        assert gets_in_with(nadia, codes[3])
        left = [code for code in codes if code != codes[3]]
        client = shown_again(nadia)
        page, file = client.get(SEE), client.get(DOWNLOAD)
        assert (codes_on(page.text), file.text.split()) == (left, left)
        assert file["Content-Type"].startswith("text/plain")
        assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
        assert "no-store" in page["Cache-Control"]
        assert "no-store" in file["Cache-Control"]

    def test_a_recovery_code_shows_it_as_well_and_is_used_up_by_that(self, client, nadia, codes):
        client.force_login(nadia)
        assert client.post("/account/2fa/reauthenticate/", {"code": codes[0], "next": SEE})["Location"] == SEE
        assert codes_on(client.get(SEE).text) == codes[1:]
        assert not gets_in_with(nadia, codes[0])

    def test_a_wrong_password_does_not(self, client, nadia, codes):
        client.force_login(nadia)
        page = client.post("/account/reauthenticate/", {"password": "wrong", "next": SEE})
        assert "This is not your password." in page.text
        assert asks_again(client.get(SEE))

    def test_everybody_sees_their_own(self, nadia, lene, codes):
        others = factors.give_app(lene)
        assert not set(codes) & set(others)
        assert codes_on(shown_again(lene).get(SEE).text) == others

    def test_who_has_none_finds_none(self, nadia):
        client = shown_again(nadia)
        assert [client.get(address).status_code for address in (SEE, DOWNLOAD)] == [404, 404]


class TestNew:
    def test_an_open_browser_is_not_enough(self, client, nadia, codes):
        client.force_login(nadia)
        assert asks_again(client.get(NEW))
        assert asks_again(client.post(NEW))
        assert Authenticator.objects.get(type="recovery_codes").wrap().generate_codes() == codes

    def test_the_old_ones_are_void(self, nadia, codes, django_capture_on_commit_callbacks):
        client = shown_again(nadia)
        assert "will no longer work" in client.get(NEW).text
        with django_capture_on_commit_callbacks(execute=True):
            page = client.post(NEW, follow=True)
        new = codes_on(page.text)
        assert page.redirect_chain == [(SEE, 302)]
        assert len(set(new)) == 10
        assert not set(new) & set(codes)
        assert not gets_in_with(nadia, codes[0])
        assert gets_in_with(nadia, new[0])
        assert [(mail.to, mail.subject) for mail in outbox()] == [([nadia.email], "New recovery codes were made")]
        assert [code for mail in outbox() for code in new if code in mail.message + mail.html_message] == []

    def test_looking_makes_none(self, nadia, codes):
        shown_again(nadia).get(NEW)
        assert codes_on(shown_again(nadia).get(SEE).text) == codes

    def test_alone_they_would_be_no_second_step(self, nadia):
        page = shown_again(nadia).post(NEW)
        assert page.status_code == 200
        assert 'class="error-summary"' in page.text
        assert not Authenticator.objects.exists()

    def test_somebody_elses_stay(self, nadia, lene, codes):
        others = factors.give_app(lene)
        shown_again(nadia).post(NEW)
        assert gets_in_with(lene, others[0])


def test_where_they_alone_are_left_no_second_step_is_asked(client, nadia, codes):
    """The staff took a lost app away in the admin: its owner gets in with the password, and sets up another."""
    Authenticator.objects.filter(type="totp").delete()
    client.post("/account/login/", {"login": nadia.email, "password": "a long enough password"})
    assert is_in(client)


def test_guessing_ends_after_ten(nadia, codes):
    """By the account, wherever it is tried from: a hundred million codes are not tried through. The right one waits, too."""
    wrong = [f"{number:08}" for number in range(30) if f"{number:08}" not in codes]
    first, second = (half_in(nadia, Client(REMOTE_ADDR=f"192.0.2.{place}")) for place in (1, 2))
    statuses = [second_step(client, code).status_code for client in (first, second) for code in wrong[:5]]
    assert statuses == [200] * 10
    for client in (first, second, half_in(nadia, Client(REMOTE_ADDR="192.0.2.3"))):
        assert [second_step(client, code).status_code for code in (codes[0], factors.code())] == [429, 429]
        assert not is_in(client)
