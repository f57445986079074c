"""Secrets at rest: the database holds none that can be read without the key; old keys read, no key opens nothing and lets nobody by."""

import importlib
import logging

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from members.models import Session, SignOn
from members.sessions import SessionStore
from strongcities import checks, sealed
from tests import cast
from tests.members import factors
from tests.members.factors import code, half_in, is_in, second_step, shown_again

pytestmark = pytest.mark.django_db
OLD, NEW, OTHER = (
    "Zk1nQ0b3w8yJm2uXe7sRt5vLh9pAc4dFi6gKo0jNq_E",
    "b8Qe2hT6rVx0mYp4sKz9uJc3wLd7fNa1gRi5oEt_XkM",
    "x4Wn7aPq0cZs8vBk2dYf6gUj9hRm3eLt1iVo5rCx_Ts",
)
SET_UP = "/account/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def old_key(settings, monkeypatch):
    settings.ENCRYPTION_KEYS = [OLD]
    factors.stop_the_clock(monkeypatch)
    return settings


def rows(*tables):
    """Everything that these tables hold, as the database would tell a thief."""
    with connection.cursor() as cursor:
        told = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608  our own names
            told += [line for (line,) in cursor.fetchall()]
    return told


def test_what_is_sealed_opens_again_and_never_looks_the_same():
    first, second = sealed.seal("Århus"), sealed.seal("Århus")
    assert first != second
    assert {sealed.unseal(first), sealed.unseal(second)} == {"Århus"}
    assert sealed.is_sealed(first)


@pytest.mark.parametrize("given", ["", "gAAAA", "JBSWY3DPEHPK3PXP", "gAAAAABnot-a-token", "gAAAAé"])
def test_what_was_never_sealed_is_refused(given):
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(given)
    with pytest.raises(sealed.Unreadable):
        sealed.seal_again(given)
    assert not sealed.opens(given)


def test_what_was_changed_on_the_way_is_refused():
    text = sealed.seal("very-secret")
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(text[:-4] + ("AAA=" if text[-4:] != "AAA=" else "BBB="))


@pytest.mark.parametrize(
    ("key", "is_one"), [(OLD, True), (OLD + "=", True), ("", False), ("A" * 43, False), (OLD[:-2], False), ("ключ" * 11, False)]
)
def test_what_is_a_key(key, is_one):
    assert sealed.is_key(key) is is_one


class TestAtRest:
    def test_an_app_and_its_codes(self, nadia):
        client = shown_again(nadia)
        page = client.get(SET_UP)
        key = page.context["form"].secret
        held = rows("members_session")
        assert held  # while it is set up
        assert [line for line in held if key in line] == []
        assert [sealed.is_sealed(row.session_data) for row in Session.objects.all()] == [True]  # not only written together
        assert SessionStore(client.session.session_key).load()["mfa.totp.secret"] == key
        answer = client.post(SET_UP, {"code": code(key)}, follow=True)
        codes = factors.codes_on(answer.text)
        assert len(codes) == 10
        held = rows("mfa_authenticator", "members_session")
        assert len(held) >= 3
        seed = sealed.unseal(Authenticator.objects.get(type="recovery_codes").data["seed"])
        for secret in (key, seed, *codes):
            assert [line for line in held if secret in line] == []

    def test_a_form_that_waits_until_its_reader_is_known(self, client, nadia):
        """allauth keeps what was posted in the session."""
        client.force_login(nadia)
        assert client.post("/account/email/", {"email": "new@gent.be"})["Location"].startswith("/account/reauthenticate/")
        (row,) = Session.objects.all()
        assert "new@gent.be" in str(row.get_decoded()) or "new%40gent.be" in str(row.get_decoded())
        assert sealed.is_sealed(row.session_data)

    def test_the_database_refuses_others(self, nadia):
        for kind, data in (("totp", {"secret": factors.SECRET}), ("recovery_codes", {"seed": "ab" * 40, "used_mask": 0})):
            with pytest.raises(IntegrityError, match="authenticator_secrets_are_sealed"), transaction.atomic():
                Authenticator.objects.create(user=nadia, type=kind, data=data)
        Authenticator.objects.create(user=nadia, type="webauthn", data={"name": "Blue"})  # has no secret of ours

    def test_sessions_from_before_are_read(self, client, nadia):
        client.force_login(nadia)
        store = SessionStore(client.session.session_key)
        Session.objects.update(session_data=super(SessionStore, store).encode(store.load()))
        assert is_in(client)


class TestRotation:
    def test_an_old_key_still_reads_and_the_new_one_seals(self, nadia, settings):
        factors.give_app(nadia)
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        client = half_in(nadia)
        second_step(client, code())
        assert is_in(client)
        text = sealed.seal("x")
        settings.ENCRYPTION_KEYS = [NEW]
        assert sealed.unseal(text) == "x"

    def test_once_everything_is_sealed_anew_the_old_key_may_go(self, nadia, settings, capsys):
        recovery = factors.give_app(nadia)
        SignOn.objects.create(
            city=cast.make_city("Aarhus"), slug="aarhus", issuer="https://x.dk", client_id="x", secret=sealed.seal("very-secret")
        )
        reader = shown_again(nadia)
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        call_command("seal_again")
        assert "Everything opens by the first" in capsys.readouterr().out
        settings.ENCRYPTION_KEYS = [NEW]
        assert SignOn.objects.get().unsealed_secret() == "very-secret"
        assert is_in(reader)
        for typed in (code(), recovery[0]):
            client = half_in(nadia)
            second_step(client, typed)
            assert is_in(client)

    def test_where_a_key_is_missing_it_says_so_and_changes_nothing(self, nadia, settings):
        factors.give_app(nadia)
        before = rows("mfa_authenticator")
        settings.ENCRYPTION_KEYS = [NEW]
        with pytest.raises(CommandError, match=r"^0 sealed anew; 2 that none of ENCRYPTION_KEYS opens"):
            call_command("seal_again")
        assert rows("mfa_authenticator") == before


class TestAWrongKey:
    @pytest.fixture
    def locked(self, nadia, settings):
        factors.give_app(nadia)
        settings.ENCRYPTION_KEYS = [OTHER]

    @pytest.mark.parametrize("typed", ["", "000000", code(), "12345678"])
    def test_nobody_gets_past_the_second_step(self, nadia, locked, typed):
        client = half_in(nadia)
        client.raise_request_exception = False
        answer = second_step(client, typed)
        assert answer.status_code == (503 if typed else 200)
        assert not is_in(client)

    @pytest.mark.parametrize(("prefix", "words"), [("", "A key is missing on our side"), ("/ar", '<html lang="ar" dir="rtl">')])
    def test_readers_get_a_page_and_the_log_names_the_variable(self, nadia, locked, caplog, prefix, words):
        client = half_in(nadia)
        client.raise_request_exception = False
        with caplog.at_level(logging.ERROR, logger="django.request"):
            answer = client.post(f"{prefix}/account/2fa/authenticate/", {"code": code()})
        assert words in answer.text
        assert "Retry-After" not in answer
        (record,) = [record for record in caplog.records if record.exc_info]
        assert str(record.exc_info[1]) == "ENCRYPTION_KEYS: none of the keys opens what is kept in the database"
        assert factors.SECRET not in str(vars(record))

    def test_the_account_still_counts_as_one_with_a_second_step(self, nadia, locked):
        answer = Client().post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        assert answer["Location"] == "/account/2fa/authenticate/"

    def test_a_check_names_it_before_anything_is_served(self, nadia, locked, settings):
        assert [fault.id for fault in checks.check_database(None, ["default"])] == ["strongcities.E023"]
        settings.ENCRYPTION_KEYS = [OTHER, OLD]
        assert checks.check_database(None, ["default"]) == []

    def test_sessions_are_over(self, nadia, settings):
        client = shown_again(nadia)
        settings.ENCRYPTION_KEYS = [OTHER]
        assert not is_in(client)


def test_the_migration_seals_what_lay_open_and_back(nadia):
    """As the database was before; the constraint that forbids it now is taken away for that."""
    step = importlib.import_module("members.migrations.0076_sealed")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mfa_authenticator DROP CONSTRAINT authenticator_secrets_are_sealed")
        cursor.execute("ALTER TABLE members_signon DROP CONSTRAINT sign_on_secret_is_sealed")
    open_ = {"totp": {"secret": factors.SECRET}, "recovery_codes": {"seed": "ab" * 40, "used_mask": 5}, "webauthn": {"name": "Blue"}}
    for kind, data in open_.items():
        Authenticator.objects.create(user=nadia, type=kind, data=data)
    for city, secret in (("Aarhus", "very-secret"), ("Mombasa", "")):
        SignOn.objects.create(city=cast.make_city(city), slug=city.lower(), issuer="https://x.dk", client_id="x", secret=secret)
    for _twice in range(2):
        step.seal(apps, None)
        assert [
            line
            for line in rows("mfa_authenticator", "members_signon")
            for known in (factors.SECRET, "ab" * 40, "very-secret")
            if known in line
        ] == []
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5
    assert {row.slug: row.secret and row.unsealed_secret() for row in SignOn.objects.all()} == {"aarhus": "very-secret", "mombasa": ""}
    step.unseal(apps, None)
    assert {row.type: row.data for row in Authenticator.objects.all()} == open_
    assert {row.slug: row.secret for row in SignOn.objects.all()} == {"aarhus": "very-secret", "mombasa": ""}
