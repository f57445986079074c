"""A change of mail address: two mails, two buttons, in either order, and nothing before the second."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members import joining
from members.models import AddressChange, Session, User, address_change as module
from members.models.address_change import LIFE, AddressTaken
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
NEW = "nadia@leuven.be"


def ask(account, new=NEW, by=None, **more):
    return AddressChange.ask(account=account, new=new, by=by or account, **more)


def links():
    """The newest link that each mailbox has, by address."""
    found = {}
    for mail in outbox():
        match = re.search(r"https?://[^/]+(/\S*email/confirm/\S+/)", mail.message)
        if match:
            found[mail.to[0]] = match[1]
    return found


def pressed(link, verb="confirm"):
    return Client().post(link.replace("/confirm/", f"/{verb}/"), follow=True)


def address_of(who):
    who.refresh_from_db()
    return who.email, list(EmailAddress.objects.filter(user=who).values_list("email", "verified", "primary"))


OLD = ("nadia@gent.be", [("nadia@gent.be", True, True)])
CHANGED = (NEW, [(NEW, True, True)])


@pytest.fixture
def recently(client, nadia):
    """Nadia, who has just shown that it is her."""
    client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
    client.post("/account/reauthenticate/", {"password": cast.PASSWORD})
    return client


class TestBothEnds:
    @pytest.mark.parametrize("order", [(NEW, "nadia@gent.be"), ("nadia@gent.be", NEW)])
    def test_it_changes_with_the_second_press(self, recently, nadia, order):
        assert recently.post("/account/email/", {"email": NEW.upper()})["Location"] == "/account/email/"
        found = links()
        assert set(found) == {NEW, "nadia@gent.be"}
        page = recently.get("/account/email/")
        assert NEW in page.text
        assert address_of(nadia) == OLD
        pressed(found[order[0]])
        assert address_of(nadia) == OLD
        assert "Done" in pressed(found[order[1]]).text
        assert address_of(nadia) == CHANGED
        told = [(mail.to, mail.subject) for mail in outbox()[2:]]
        assert sorted(told) == [([to], "Your mail address was changed") for to in ("nadia@gent.be", NEW)]

    def test_opening_the_links_changes_nothing(self, nadia):
        ask(nadia)
        for link in links().values():
            assert Client().get(link).status_code == 200
            assert Client().head(link).status_code == 200
            assert Client().get(link.replace("/confirm/", "/stop/")).status_code == 405
        assert address_of(nadia) == OLD
        assert AddressChange.objects.get().state == "asked"

    def test_one_end_twice_is_not_both(self, nadia):
        ask(nadia)
        for link in links().values():
            change = AddressChange.objects.get()
            pressed(link)
            pressed(link)
            change.refresh_from_db()
            assert (change.state, address_of(nadia)) == ("asked", OLD)
            AddressChange.objects.update(confirmed=None, agreed=None)

    def test_the_old_address_no_longer_signs_in(self, nadia):
        ask(nadia)
        for link in links().values():
            pressed(link)
        for address, gets_in in (("nadia@gent.be", False), (NEW, True)):
            client = Client()
            client.post("/account/login/", {"login": address, "password": cast.PASSWORD})
            assert (client.get("/desk/").status_code == 200) == gets_in

    def test_links_are_used_up(self, nadia):
        ask(nadia)
        found = links()
        for link in found.values():
            pressed(link)
        for link in found.values():
            assert "Done" in pressed(link).text
            assert "Done" in pressed(link, "stop").text
        assert address_of(nadia) == CHANGED

    def test_forged_links_are_not_there(self, nadia, lene):
        change = ask(nadia)
        good = change.token("new")
        for token in ("x", good[:-2], f"{change.pk}:new", signing.dumps([change.pk, "new"], salt="other")):
            assert Client().get(f"/account/email/confirm/{token}/").status_code == 404
            assert Client().post(f"/account/email/stop/{token}/").status_code == 404


class TestStopped:
    def test_from_the_old_end_it_throws_everybody_out(self, nadia, lene):
        thief, other = Client(), Client()
        thief.force_login(nadia)
        other.force_login(lene)
        ask(nadia, "thief@mail.example")
        found = links()
        pressed(found["thief@mail.example"])
        page = pressed(found["nadia@gent.be"], "stop")
        assert "stopped" in page.text
        assert not Session.objects.filter(account=nadia).exists()
        assert thief.get("/desk/").status_code == 302
        assert other.get("/desk/").status_code == 200
        nadia.refresh_from_db()
        assert not nadia.has_usable_password()
        pressed(found["thief@mail.example"])
        pressed(found["nadia@gent.be"])
        assert address_of(nadia) == OLD

    def test_passkeys_that_a_thief_may_have_added_go_and_all_else_stays(self, nadia, lene):
        kinds, days = Authenticator.Type, {"own": 8, "lately": 1}
        made = {name: Authenticator.objects.create(user=nadia, type=kinds.WEBAUTHN, data={}) for name in days}
        made |= {"app": Authenticator.objects.create(user=nadia, type=kinds.TOTP, data={})}
        made |= {"another's": Authenticator.objects.create(user=lene, type=kinds.WEBAUTHN, data={})}
        for name, ago in days.items():
            Authenticator.objects.filter(pk=made[name].pk).update(created_at=timezone.now() - timedelta(days=ago))
        ask(nadia)
        link = links()["nadia@gent.be"]
        assert "takes away passkeys" in Client().get(link).text
        pressed(link, "stop")
        assert {name for name, one in made.items() if Authenticator.objects.filter(pk=one.pk).exists()} == {"own", "app", "another's"}

    def test_from_the_new_end_it_only_stops(self, nadia):
        client = Client()
        client.force_login(nadia)
        ask(nadia)
        pressed(links()[NEW], "stop")
        assert AddressChange.objects.get().state == "stopped"
        assert client.get("/desk/").status_code == 200
        nadia.refresh_from_db()
        assert nadia.has_usable_password()

    def test_the_owner_keeps_the_old_one(self, client, nadia, lene):
        change = ask(nadia)
        client.force_login(lene)
        client.post("/account/email/withdraw/")
        change.refresh_from_db()
        assert change.state == "asked"  # hers is not withdrawn by somebody else
        client.force_login(nadia)
        client.post("/account/email/withdraw/")
        change.refresh_from_db()
        assert change.state == "stopped"
        for link in links().values():
            pressed(link)
        assert address_of(nadia) == OLD

    def test_asked_anew_the_first_links_are_void(self, nadia):
        ask(nadia, "first@leuven.be")
        first = links()
        ask(nadia)
        assert sorted(AddressChange.objects.values_list("new", "state")) == [("first@leuven.be", "stopped"), (NEW, "asked")]
        for link in first.values():
            pressed(link)
        assert address_of(nadia) == OLD

    def test_after_a_week_it_is_over(self, nadia):
        ask(nadia)
        AddressChange.objects.update(asked=timezone.now() - LIFE)
        for link in links().values():
            assert Client().get(link).status_code == 410
            pressed(link)
        assert address_of(nadia) == OLD
        assert AddressChange.objects.get().confirmed is None


class TestTaken:
    def test_asking_for_a_taken_one_looks_like_any_other(self, nadia, lene):
        seen = []
        for new in (lene.email, "nobody@aarhus.dk"):
            client = Client()
            client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
            client.post("/account/reauthenticate/", {"password": cast.PASSWORD})
            before = len(outbox())
            answer = client.post("/account/email/", {"email": new})
            page = client.get("/account/email/").text.replace(new, "…")
            mails = [(mail.to[0].replace(new, "…"), mail.subject) for mail in outbox()[before:]]
            text = re.sub(r"\S*(csrfmiddlewaretoken|nonce)[^>]*", "", page)
            seen.append((answer.status_code, sorted(answer.headers), text, mails))
        assert seen[0] == seen[1]

    def test_its_own_mailbox_alone_hears_of_it(self, nadia, lene):
        ask(nadia, lene.email)
        pressed(links()["nadia@gent.be"])
        page = Client().post(links()[lene.email])
        assert (page.status_code, "another account" in page.text) == (409, True)
        assert address_of(nadia) == OLD

    def test_it_is_said_at_the_first_press_already(self, nadia, lene):
        change = ask(nadia, lene.email)
        assert Client().post(links()[lene.email]).status_code == 409
        change.refresh_from_db()
        assert change.confirmed is None

    def test_once_confirmed_nobody_else_gets_it(self, nadia, lene):
        mine = ask(nadia)
        mine.confirm()
        hers = ask(lene)
        with pytest.raises(AddressTaken):
            hers.confirm()
        hers.refresh_from_db()
        assert hers.confirmed is None
        assert joining.account_of(NEW) == nadia

    def test_only_asked_for_it_is_everybodys(self, nadia, lene):
        ask(nadia)
        assert joining.account_of(NEW) is None
        ask(lene).confirm()
        with pytest.raises(AddressTaken):
            AddressChange.objects.get(account=nadia).confirm()

    def test_a_claim_that_is_over_keeps_nothing(self, nadia, lene):
        ask(nadia).confirm()
        AddressChange.objects.update(asked=timezone.now() - LIFE)
        assert joining.account_of(NEW) is None
        ask(lene).confirm()
        assert AddressChange.objects.get(account=nadia).state == "stopped"

    def test_an_account_made_meanwhile_keeps_its_address(self, nadia):
        change = ask(nadia)
        change.confirm()
        cast.make_user(NEW)
        with pytest.raises(AddressTaken):
            change.agree()
        assert address_of(nadia) == OLD


class TestLostMailbox:
    def test_two_of_the_staff_speak_for_it(self, nadia, sam, toni):
        change = ask(nadia)
        change.confirm()
        change.vouch(by=sam, why="Called back by the switchboard.")
        assert address_of(nadia) == OLD
        with pytest.raises(MoveRefused):
            change.vouch(by=sam, why="Again.")
        change.vouch(by=toni, why="Spoke to the mayor's office.")
        assert address_of(nadia) == CHANGED
        assert [(step.verb, step.by, step.why) for step in change.transitions.all()][-2:] == [
            ("vouch", sam, "Called back by the switchboard."),
            ("vouch", toni, "Spoke to the mayor's office."),
        ]

    def test_without_the_new_end_it_is_not_enough(self, nadia, sam, toni):
        change = ask(nadia, by=sam, why="She cannot sign in.")
        change.vouch(by=sam, why="…")
        change.vouch(by=toni, why="…")
        assert address_of(nadia) == OLD
        pressed(links()[NEW])
        assert address_of(nadia) == CHANGED

    def test_the_old_mailbox_can_still_stop_it(self, nadia, sam, toni):
        change = ask(nadia, by=sam, why="…")
        assert "staff" in next(mail for mail in outbox() if mail.to == ["nadia@gent.be"]).message
        change.vouch(by=sam, why="…")
        change.vouch(by=toni, why="…")
        pressed(links()["nadia@gent.be"], "stop")
        pressed(links()[NEW])
        assert address_of(nadia) == OLD

    def test_who_may(self, nadia, lene, sam):
        clerk = cast.make_staff("clerk", vets=False)
        change = ask(sam, "sam@elsewhere.example")
        for who in (nadia, lene, clerk, sam):
            with pytest.raises(PermissionDenied):
                change.vouch(by=who, why="…")
        for who in (lene, clerk):
            with pytest.raises(PermissionDenied):
                ask(nadia, by=who)

    def test_in_the_admin(self, nadia, sam, toni):
        client = Client()
        client.force_login(sam)
        url = "/admin/members/addresschange/add/"
        assert "required" in client.post(url, {"account": nadia.email, "email": NEW}).text
        assert not AddressChange.objects.exists()
        page = client.post(url, {"account": nadia.email, "email": NEW, "why": "Called back."}, follow=True)
        change = AddressChange.objects.get()
        assert "Called back." in page.text
        client.post(f"/admin/members/addresschange/{change.pk}/vouch/", {"why": "Switchboard."})
        second = Client()
        second.force_login(toni)
        assert "Vouch for it" in second.get(f"/admin/members/addresschange/{change.pk}/change/").text
        second.post(f"/admin/members/addresschange/{change.pk}/vouch/", {"why": "Town hall."})
        pressed(links()[NEW])
        assert address_of(nadia) == CHANGED
        assert "Town hall." in client.get(f"/admin/members/addresschange/{change.pk}/change/").text
        assert NEW in client.get("/admin/members/addresschange/").text

    def test_staff_are_not_moved_from_the_admin(self, sam, toni):
        client = Client()
        client.force_login(sam)
        client.post("/admin/members/addresschange/add/", {"account": toni.email, "email": NEW, "why": "…"})
        assert not AddressChange.objects.exists()

    def test_others_do_not_get_in(self, nadia):
        client = Client()
        change = ask(nadia)
        for who in (cast.make_staff("clerk", vets=False), nadia):
            client.force_login(who)
            for url in ("", "add/", f"{change.pk}/change/"):
                assert client.get(f"/admin/members/addresschange/{url}", follow=True).status_code == 403
            client.post(f"/admin/members/addresschange/{change.pk}/vouch/", {"why": "…"})
            assert change.transitions.count() == 1


class TestForm:
    @pytest.mark.parametrize("typed", ["", "nadia", "nadia@gent.be", "NADIA@gent.be", "a@b@c", f"{'x' * 250}@gent.be"])
    def test_what_is_no_new_address_is_said_at_the_field(self, recently, typed):
        page = recently.post("/account/email/", {"email": typed})
        assert page.status_code == 200
        assert page.context["form"].errors["email"]
        assert not AddressChange.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "kept"), [("nadia+news@gent.be", "nadia+news@gent.be"), ("nadia@münchen.de", "nadia@xn--mnchen-3ya.de")]
    )
    def test_plus_and_unicode(self, recently, typed, kept):
        assert recently.post("/account/email/", {"email": typed}).status_code == 302
        assert AddressChange.objects.get().new == kept

    def test_only_signed_in_and_shown_again(self, client, nadia):
        assert client.get("/account/email/")["Location"].startswith("/account/login/")
        client.force_login(nadia)
        assert client.post("/account/email/", {"email": NEW})["Location"].startswith("/account/reauthenticate/")
        assert not AddressChange.objects.exists()


class TestDatabase:
    def refuses(self, constraint, **fields):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            AddressChange.objects.update(**fields)

    def test_it_holds_what_is_said(self, nadia, lene, sam, toni):
        ask(nadia)
        now = timezone.now()
        self.refuses("done_by_both_ends", state="done")
        self.refuses("done_by_both_ends", state="done", confirmed=now)
        self.refuses("done_by_both_ends", state="done", agreed=now)
        self.refuses("done_by_both_ends", state="done", confirmed=now, first_helper=sam)
        self.refuses("by_two_helpers", first_helper=sam, second_helper=sam)
        self.refuses("by_two_helpers", second_helper=sam)
        self.refuses("not_helped_by_oneself", first_helper=nadia)
        self.refuses("not_helped_by_oneself", first_helper=sam, second_helper=nadia)
        self.refuses("to_another_lower_case", new="NADIA@leuven.be")
        self.refuses("to_another_lower_case", new="nadia@gent.be")
        AddressChange.objects.update(confirmed=now)
        with pytest.raises(IntegrityError, match="keeps_what_was_confirmed"), transaction.atomic():
            AddressChange.objects.create(account=lene, old=lene.email, new=NEW, confirmed=now)
        with pytest.raises(IntegrityError, match="one_open_per_account"), transaction.atomic():
            AddressChange.objects.create(account=nadia, old=nadia.email, new="x@leuven.be")


@real
class TestRaces:
    def test_asking_twice_at_once_leaves_one(self, nadia):
        results = race(lambda: ask(nadia, "one@leuven.be"), lambda: ask(nadia, "two@leuven.be"))
        assert [type(result) for result in results] == [AddressChange, AddressChange]
        assert AddressChange.objects.filter(state="asked").count() == 1

    def test_both_ends_at_once_change_it_once(self, nadia):
        change = ask(nadia)
        same = AddressChange.objects.get()
        assert race(change.confirm, same.agree) == [None, None]
        assert address_of(nadia) == CHANGED
        assert len(outbox()) == 4

    def test_two_accounts_at_once_one_gets_it(self, nadia, lene, monkeypatch):
        self.both_look_before_either_writes(monkeypatch)
        results = race(ask(nadia).confirm, ask(lene).confirm)
        assert sorted(map(repr, results)) == ["AddressTaken()", "None"]
        assert AddressChange.objects.filter(confirmed__isnull=False).count() == 1

    def test_stop_and_the_last_press_at_once(self, nadia):
        change = ask(nadia)
        change.confirm()
        same = AddressChange.objects.get()
        results = race(change.agree, lambda: same.refuse("old"))
        change.refresh_from_db()
        assert sum(isinstance(result, MoveRefused) for result in results) == 1
        assert address_of(nadia) == (CHANGED if change.state == "done" else OLD)

    def test_negative_control_without_the_lock_both_ends_lose_a_press(self, nadia, monkeypatch):
        """Each reads before the other has written, and the later one writes its own half alone."""
        change = ask(nadia)
        same = AddressChange.objects.get()
        without_locks(monkeypatch)
        self.both_look_before_either_writes(monkeypatch)
        race(change.confirm, same.agree)
        assert address_of(nadia) == OLD

    def both_look_before_either_writes(self, monkeypatch):
        meeting, really = Meeting(), module._is_taken
        monkeypatch.setattr(module, "_is_taken", lambda *given: meeting.pass_on(really(*given)))


def test_old_ones_are_forgotten(nadia):
    from members.jobs import tidy_address_changes

    ask(nadia)
    assert tidy_address_changes(0) == 0
    AddressChange.objects.update(asked=timezone.now() - timedelta(days=91))
    assert tidy_address_changes(0) == 2  # with its line of history
    assert not AddressChange.objects.exists()
    assert User.objects.filter(pk=nadia.pk).exists()
    assert not Session.objects.exists()
