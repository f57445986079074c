"""Every door to accounts: how often one may knock, and that none tells who has an account."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account import urls as account_urls
from allauth.account.models import EmailAddress
from allauth.mfa import urls as mfa_urls
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, reverse

from members import limits, urls as member_urls
from members.jobs import tidy_knocks
from members.limits import DOORS, RATES, Rate, TooOften
from members.models import Knock
from strongcities import sealed
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race

NOW = 1_900_000_000
pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

ONLY_SHOW = {
    "account_inactive", "account_email_verification_sent", "account_reset_password_done", "account_reset_password_from_key_done",
    "account_email",  # allauth's own page: ours stands before it
    "mfa_index", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "members:sessions",
}  # fmt: skip
WITH: dict[str, dict[str, Any]] = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
    "account_confirm_email": {"key": "x"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
    "members:address_confirm": {"token": "x"},
    "members:address_stop": {"token": "x"},
    "members:session_end": {"handle": "x"},
    "members:sign_on_callback": {"slug": "aarhus"},
    "members:join_save": {"path": "person"},
    "events:ask": {"slug": "x"},
    "events:letter_ask": {"slug": "x"},
    "events:invitation_accept": {"token": "x"},
    "events:invitation_decline": {"token": "x"},
}
# behind them accounts are made, or a letter is set: tests/events
EVENTS = {"events:ask", "events:invitation_accept", "events:invitation_decline", "events:letter_ask"}
FOR_STRANGERS = {
    "account_login", "account_request_login_code", "account_confirm_login_code", "account_reset_password", "account_signup",
    "account_reset_password_from_key", "account_confirm_email", "mfa_login_webauthn", "mfa_authenticate", "mfa_trust",
    "members:sign_on", "members:sign_on_callback", "members:address_confirm", "members:address_stop", "members:join_save",
    "events:ask", "events:invitation_accept", "events:invitation_decline",
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """No window ends between two knocks of a test."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: NOW))


def names(patterns, space=""):
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry.url_patterns, space)
        else:
            yield f"{space}{entry.name}"


def test_every_door_of_the_accounts_stands_in_the_table():
    """With a rate of its own, since somebody may be guessing there; the rest of the house: test_counted.py."""
    own = {name for name in names(member_urls.urlpatterns, "members:") if reverse_of(name).startswith("/account/")}
    known = {*names(account_urls.urlpatterns), *names(mfa_urls.urlpatterns), *own}
    assert known - ONLY_SHOW == set(DOORS) - ({"mfa_trust"} - known) - {"members:join_save"} - EVENTS


def reverse_of(name):
    for given in (WITH.get(name, {}), {"pk": 1}, {"slug": "x"}, {"token": "x"}, {"path": "x"}):
        try:
            return reverse(name, kwargs=given)
        except Exception:  # noqa: BLE001, S112  the next kind
            continue
    return ""


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, rates in DOORS.items() for place in range(len(rates)) if name != "mfa_trust"]
)
def test_each_says_when_to_come_back(nadia, monkeypatch, name, place):
    """Two are let by, the third is not: by each of the door's rates alone."""
    monkeypatch.setitem(DOORS, name, (replace(DOORS[name][place], most=2),))
    url = reverse(name, kwargs=WITH.get(name))
    typed = {"login": "x@gent.be", "email": "x@gent.be", "password": "wrong"}

    def knock():
        client = Client()
        if name not in FOR_STRANGERS:
            client.force_login(nadia)
        return client.get(url) if name in limits.BY_GET else client.post(url, typed)

    assert 429 not in {knock().status_code, knock().status_code}
    answer = knock()
    assert (answer.status_code, answer.templates[0].name) == (429, "members/too_often.html")
    assert 0 < int(answer["Retry-After"]) <= DOORS[name][0].seconds
    assert "Please wait" in answer.text


@pytest.mark.parametrize("name", [name for name, rates in DOORS.items() if len(rates) > 1 and name != "mfa_trust"])
def test_a_second_rate_counts_by_what_it_says(monkeypatch, name):
    """Somebody else's mailbox is not used up by mine, nor by a change of capitals."""
    monkeypatch.setitem(DOORS, name, (Rate(1, 60, DOORS[name][1].who),))
    url = reverse(name, kwargs=WITH.get(name))
    if name == "mfa_authenticate":
        return  # by the account that waits: test_the_second_step_is_counted_for_the_account
    statuses = [Client().post(url, {"login": mail, "email": mail}).status_code for mail in ("a@gent.be", "A@gent.be ", "b@gent.be")]
    assert [status == 429 for status in statuses] == [False, True, False]


def test_the_second_step_is_counted_for_the_account(nadia, monkeypatch):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=nadia, type=Authenticator.Type.TOTP, data={"secret": sealed.seal("JBSWY3DPEHPK3PXP")})
    monkeypatch.setitem(DOORS, "mfa_authenticate", (Rate(2, 900, limits.half_in),))

    def tries(address):
        client = Client(REMOTE_ADDR=address)
        client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        return client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code

    assert [tries(f"192.0.2.{number}") for number in range(3)] == [200, 200, 429]


def test_looking_is_free(client, monkeypatch):
    monkeypatch.setitem(DOORS, "account_login", (Rate(0, 60),))
    assert client.get("/account/login/").status_code == 200
    assert client.post("/account/login/").status_code == 429


def test_an_answer_of_429_says_the_same_of_everybody(nadia, monkeypatch):
    monkeypatch.setitem(DOORS, "account_reset_password", (Rate(0, 3600),))
    known, unknown = (shown(Client().post("/account/password/reset/", {"email": email}), email) for email in (nadia.email, "x@gent.be"))
    assert known == unknown


def read_and_then_written(monkeypatch):
    """The negative control: two who knock at once both read before either writes."""
    meeting = Meeting()

    def add(name, until):
        row = Knock.objects.filter(name=name).first()
        count = meeting.pass_on(row.count if row else 0) + 1
        Knock.objects.update_or_create(name=name, defaults={"count": count, "until": until})
        return count

    monkeypatch.setattr(Knock.objects, "add", add)


class TestCounting:
    @pytest.mark.parametrize("door", RATES)
    def test_acts(self, rf, door):
        most, seconds = RATES[door]
        for _knock in range(most):
            limits.knock(rf.post("/"), door)
        with pytest.raises(TooOften) as error:
            limits.knock(rf.post("/"), door)
        assert 0 < error.value.seconds <= seconds
        limits.knock(rf.post("/", REMOTE_ADDR="192.0.2.9"), door)  # others are let by

    def test_neither_address_nor_mailbox_lies_about(self, rf, settings):
        limits.knock(rf.post("/"), "send to", key="victim@gent.be")
        name = Knock.objects.get().name
        assert re.fullmatch("[0-9a-f]{64}", name)
        settings.SECRET_KEY = "another secret, so that nobody can try all addresses"
        limits.knock(rf.post("/"), "send to", key="victim@gent.be")
        assert Knock.objects.exclude(name=name).count() == 1

    def test_what_is_over_is_forgotten(self, rf):
        limits.knock(rf.post("/"), "send")
        assert tidy_knocks(0) == 0
        Knock.objects.update(until="2020-01-01T00:00Z")
        assert (tidy_knocks(0), Knock.objects.count()) == (1, 0)

    @real
    def test_eight_at_once_are_eight(self, rf):
        def twice():
            for _knock in range(2):
                limits.knock(rf.post("/"), "send", key="same")

        race(*[twice] * 8)
        assert Knock.objects.get().count == 16

    @real
    def test_negative_control_read_and_then_written_two_are_one(self, rf, monkeypatch):
        read_and_then_written(monkeypatch)
        race(*[lambda: limits.knock(rf.post("/"), "send", key="same")] * 2)
        assert Knock.objects.get().count == 1


# --- Who has an account is nobody's to know --------------------------------------------------------------------------


def shown(answer, email):
    """What anybody can see of an answer, but for what is random, of this second or as typed: status, headers, cookies, body."""
    passing = {"X-Request-ID", "Set-Cookie", "ETag", "Expires", "Content-Length"}
    headers = {name: value for name, value in answer.headers.items() if name not in passing}
    text = re.sub(r'(name="csrfmiddlewaretoken" value|content)="[^"]*"', "", answer.text).replace(email, "…")
    return answer.status_code, headers, sorted(answer.cookies), text


def walk(client, steps, email):
    """What is seen at each of `steps`: (address, what is posted or None)."""
    seen = []
    for address, posted in steps:
        typed = {name: value.replace("EMAIL", email) for name, value in (posted or {}).items()}
        answer = client.get(address) if posted is None else client.post(address, typed)
        seen.append(shown(answer, email))
    return seen


DOORS_OF_STRANGERS = {
    "sign in": [("/account/login/", {"login": "EMAIL", "password": "wrong"})] * 3 + [("/account/login/", None)],
    "sign in, in Arabic": [("/ar/account/login/", {"login": "EMAIL", "password": "wrong"})],
    "code": [
        ("/account/login/code/", {"email": "EMAIL"}),
        ("/account/login/code/confirm/", None),
        ("/account/login/code/confirm/", {"code": "ABC-DEF"}),
        ("/account/login/code/confirm/", {"action": "resend"}),
        ("/account/login/code/confirm/", {"code": "ABC-DEF"}),
        ("/account/login/code/confirm/", {"code": "ABC-DEF"}),
        ("/account/login/code/", None),
    ],
    "reset": [("/account/password/reset/", {"email": "EMAIL"}), ("/account/password/reset/done/", None)],
    "city": [("/account/city/", {"email": "EMAIL"})],
    "sign up": [("/account/signup/", {"email": "EMAIL", "password1": "a long enough one"})],
    "too often": [("/account/password/reset/", {"email": "EMAIL"})] * 6,
    "code, too often": [("/account/login/code/", {"email": "EMAIL"})] * 6,
}


@pytest.mark.parametrize("door", DOORS_OF_STRANGERS)
def test_a_door_answers_everybody_alike(nadia, monkeypatch, door):
    monkeypatch.setattr("members.accounts.EVEN", 0)
    closed = cast.make_user("closed@gent.be", is_active=False)
    known, unknown, shut = (walk(Client(), DOORS_OF_STRANGERS[door], email) for email in (nadia.email, "nobody@gent.be", closed.email))
    assert known == unknown == shut
    assert {mail.to[0] for mail in outbox()} <= {nadia.email, closed.email}  # to nobody who has no account: that would be told too


def test_joining_answers_everybody_alike(nadia):
    seen = []
    for email in (nadia.email, "nobody@gent.be"):
        client = Client()
        draft = cast.make_draft(email=email)
        client.get("/join/")
        session = client.session
        session["draft"] = draft.key
        session.save()
        before = len(outbox())
        pages = [shown(client.post("/join/send/"), email), shown(client.get("/join/sent/"), email)]
        mail = outbox()[before]
        text = re.sub(r"\S+/join/confirm/\S+", "", mail.message)
        seen.append((pages, len(outbox()) - before, mail.subject, text))
    assert seen[0] == seen[1]


def test_a_code_is_mailed_to_the_account_alone(nadia):
    for email in ("nobody@gent.be", nadia.email.upper()):
        Client().post("/account/login/code/", {"email": email})
    assert [mail.to for mail in outbox()] == [[nadia.email]] or [mail.to[0].lower() for mail in outbox()] == [nadia.email]


# --- Links in mails lead to a page with a button ---------------------------------------------------------------------


def mailed(path):
    """The link under `path` in the newest mail, without its host."""
    return next(word.removeprefix(settings.SITE_URL) for word in outbox()[-1].message.split() if word.startswith(settings.SITE_URL + path))


def test_opening_a_link_for_a_new_password_changes_nothing(nadia):
    Client().post("/account/password/reset/", {"email": nadia.email})
    link = mailed("/account/password/reset/key/")
    before = nadia.password
    for _scanner in range(3):
        page = Client().get(link, follow=True)
        assert "Save the password" in page.text
        Client().head(link)
    nadia.refresh_from_db()
    assert nadia.password == before
    reader = Client()
    page = reader.get(link, follow=True)
    new = {"password1": "another long enough one", "password2": "another long enough one"}
    reader.post(page.request["PATH_INFO"], new)
    nadia.refresh_from_db()
    assert nadia.check_password(new["password1"])
    assert "used already" in Client().get(link, follow=True).text
    assert "_auth_user_id" not in reader.session


def test_opening_a_link_to_confirm_a_mail_changes_nothing(nadia):
    """As the first account of a house gets it, which no application made."""
    EmailAddress.objects.update(verified=False)
    Client().post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    link = mailed("/account/confirm-email/")
    for _scanner in range(3):
        assert "<button" in Client().get(link).text
    assert not EmailAddress.objects.get().verified
    Client().post(link)
    assert EmailAddress.objects.get().verified
