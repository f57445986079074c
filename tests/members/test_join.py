"""`/join/`: questions that keep what was typed, the mailed link, and the button behind it."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from members import countries, joining, limits
from members.models import Application, City, Draft, Session, User
from members.models.city import CityGone
from members.models.draft import LONGEST_ANSWER
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
NEW = {"password": "correct horse battery"}


def newest() -> Any:
    return outbox()[-1]


def link():
    """The path of the link in the newest mail."""
    (path,) = re.findall(r"http://[^/\s]+(/\S*join/confirm/\S+)", newest().message)
    return path


def post_all(client, **changes):
    """Type every answer, a page after another, as a browser does."""
    draft = cast.make_draft(**changes)
    answers = {step: getattr(draft, step) for step in Draft.STEPS}
    draft.delete()
    pages = ["city", "city/new", "person", "mandate", "principles"]
    return [client.post(f"/join/{page}/", answers[page.partition("/")[0]]).headers.get("Location") for page in pages]


def open_as(client, draft):
    """Make `draft` the one of this browser."""
    session = client.session
    session["draft"] = draft.key
    session.save()
    return draft


# --- The way through -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "words"), [("city", "Step 1 of 5: Your city"), ("city/new", "Step 1 of 5: Your city"), ("mandate", "Step 3 of 5: Mandate")]
)
def test_a_phone_is_told_the_step_in_one_line(client, page, words):
    html = client.get(f"/join/{page}/").content.decode()
    assert f"<summary>{words}</summary>" in html
    assert html.count('aria-current="step"') == 1


def test_a_new_city_from_the_first_page_to_the_status(client):
    assert post_all(client) == ["/join/city/choose/", "/join/person/", "/join/mandate/", "/join/principles/", "/join/check/"]
    assert client.get("/join/city/choose/").headers["Location"] == "/join/city/new/"  # nothing like it is here
    page = client.get("/join/check/").content.decode()
    assert "Petra Peeters" in page
    assert "Mail me the link" in page
    assert client.post("/join/send/").headers["Location"] == "/join/sent/"
    assert "petra@leuven.be" in client.get("/join/sent/").content.decode()
    assert [message.to for message in outbox()] == [["petra@leuven.be"]]
    assert not User.objects.exists()

    assert client.get(link()).status_code == 200
    assert not Application.objects.exists()  # opening the link does nothing
    assert client.post(link(), NEW).headers["Location"] == "/join/status/"
    application = Application.objects.get()
    assert (application.applicant.email, application.applicant.name, application.city.name) == (
        "petra@leuven.be",
        "Petra Peeters",
        "Leuven",
    )
    assert (application.city.is_public, application.city.region, application.needs_two) == (False, "europe", True)
    assert (application.languages, application.head_knows, application.has_mandate) == (["nl", "en"], True, True)
    assert (application.shown_to, application.wants_newsletter, application.open_to_peers) == ("nobody", False, False)
    assert EmailAddress.objects.get(user=application.applicant).verified
    assert "Your application is sent." in client.get("/join/status/").content.decode()
    assert outbox()[-1].subject == "We have your application for Leuven"


def test_choosing_a_city_that_is_here(client, aarhus):
    client.post("/join/city/", {"name": "Århus", "country": "DK"})
    page = client.get("/join/city/choose/").content.decode()
    assert "“Århus” is another spelling of Aarhus." in page
    assert "a member since 2015" in page
    assert client.post("/join/city/choose/", {"choice": aarhus.pk}).headers["Location"] == "/join/person/"
    assert joining.chosen_city(Draft.objects.get()) == aarhus
    client.post("/join/city/", {"name": "Odense", "country": "DK"})  # another name: the choice no longer holds
    assert joining.chosen_city(Draft.objects.get()) is None


def test_a_city_that_was_not_offered_cannot_be_chosen(client, aarhus):
    hidden = cast.make_city("Lund")
    client.post("/join/city/", {"name": "Aarhus", "country": "DK"})
    for choice in (hidden.pk, "", "x", "9" * 30):
        assert client.post("/join/city/choose/", {"choice": choice}).status_code == 200
        assert "city" not in joining.done(Draft.objects.get())


def test_a_hidden_city_is_never_named(client):
    cast.make_city("Lund")
    client.post("/join/city/", {"name": "Lund", "country": "SE"})
    assert client.get("/join/city/choose/").headers["Location"] == "/join/city/new/"
    City.objects.update(is_public=True)
    assert client.get("/join/city/choose/").status_code == 200  # there it is


# --- What was typed is kept ------------------------------------------------------------------------------------------


def test_nothing_is_begun_by_looking(client):
    for path in ("/join/", "/join/city/", "/join/person/", "/join/mandate/", "/join/principles/"):
        assert client.get(path).status_code == 200
    assert not Session.objects.exists()
    assert not Draft.objects.exists()


def test_wrong_answers_are_kept_and_named(client):
    response = client.post(
        "/join/person/", {"name": "Petra", "email": "not a mail", "title": "", "kind": "king", "languages": ["nl", "xx"]}
    )
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"email", "title", "kind", "languages"}
    back = client.get("/join/person/").content.decode()
    assert 'value="not a mail"' in back
    assert 'value="Petra"' in back


def test_autosave_keeps_each_step_and_says_when(client):
    response = client.post("/join/person/save/", {"name": "Petra", "typed_at": "2000"}, headers={"accept": "application/json"})
    assert response.status_code == 200
    assert response.json()["saved"][:10] == timezone.now().date().isoformat()
    client.post("/join/mandate/save/", {"signatory": "The mayor", "typed_at": "2001"}, headers={"accept": "application/json"})
    draft = Draft.objects.get()
    assert draft.answers("person")["name"] == "Petra"
    assert draft.answers("mandate")["signatory"] == "The mayor"
    assert 'value="Petra"' in client.get("/join/person/").content.decode()


def test_a_late_autosave_never_undoes_what_was_typed_after_it(client):
    client.post("/join/person/save/", {"name": "Petra Peeters", "typed_at": "2000"}, headers={"accept": "application/json"})
    late = client.post("/join/person/save/", {"name": "Pet", "typed_at": "1999"}, headers={"accept": "application/json"})
    assert (late.status_code, late.json()) == (200, {"saved": None, "draft": Draft.objects.get().mark})
    assert Draft.objects.get().answers("person")["name"] == "Petra Peeters"
    client.post("/join/person/", {"name": "Without a script"})  # no clock: a button was pressed
    assert Draft.objects.get().answers("person")["name"] == "Without a script"


def test_a_page_tells_the_script_which_draft_it_is_of_and_what_is_saved(client):
    pages = ("/join/city/", "/join/person/", "/join/check/")
    assert 'data-draft=""' in client.get("/join/").content.decode()
    assert 'data-draft=""' in client.get(pages[0]).content.decode()
    client.post("/join/person/save/", {"name": "Petra", "typed_at": "2000"}, headers={"accept": "application/json"})
    draft = Draft.objects.get()
    for path in ("/join/", *pages):
        page = client.get(path).content.decode()
        assert f'data-draft="{draft.mark}"' in page
        assert draft.key not in page
    for path in pages:
        assert re.findall(r'data-step="(\w+)" data-typed-at="(\d+)"', client.get(path).content.decode()) == [
            ("city", "0"), ("person", "2000"), ("mandate", "0"), ("principles", "0"), ("check", "0"),
        ]  # fmt: skip


def test_an_autosave_too_many_is_told_when_to_come_back(client, monkeypatch):
    monkeypatch.setitem(limits.DOORS, "members:join_save", (limits.Rate(1, 3600),))
    answers = [client.post("/join/person/save/", {"name": name}, headers={"accept": "application/json"}) for name in ("Petra", "Pet")]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert 0 < int(answers[1].headers["Retry-After"]) <= 3600
    assert Draft.objects.get().answers("person")["name"] == "Petra"


def test_save_and_go_on_later_without_scripts(client):
    response = client.post("/join/person/save/", {"name": "Petra"}, headers={"accept": "text/html,*/*"}, follow=True)
    assert response.redirect_chain == [("/join/person/", 302)]
    assert "Come back to this page in this browser until" in response.content.decode()
    assert 'value="Petra"' in response.content.decode()


def test_discard_deletes_it(client):
    open_as(client, cast.make_draft())
    assert client.post("/join/discard/").headers["Location"] == "/join/"
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("path", "field", "typed"),
    [
        ("person", "name", "x" * 10_000),
        ("person", "name", "a\x00b"),
        ("person", "name", "P\u0435tra"),  # a Cyrillic letter
        ("person", "name", "Petra\u202e"),
        ("person", "name", "…"),
        ("person", "email", "petra@" + "x" * 300 + ".be"),
        ("person", "email", "pétra@leuven.be"),
        ("person", "email", "a@b@c.be"),
        ("person", "message", "x" * 10_000),
        ("city/new", "website", "javascript:alert(1)"),
        ("city/new", "country", "XX"),
        ("city/new", "name", "L\u0435uven"),
        ("city/new", "kind", "empire"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_kept(client, path, field, typed):
    step = path.partition("/")[0]
    good = cast.make_draft().answers(step)
    response = client.post(f"/join/{path}/", {**good, field: typed})
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {field}
    draft = Draft.objects.latest("pk")
    assert draft.answers(step)[field] == typed.replace("\x00", "")[:LONGEST_ANSWER]
    assert step not in joining.done(draft) or "\x00" in typed  # which can't be kept, and without which it will do
    assert client.post(f"/join/{path}/", good).status_code == 302  # it was this field alone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Petra+Scn@Leuven.BE", "petra+scn@leuven.be"),
        ("info@münchen.de", "info@xn--mnchen-3ya.de"),
        (" petra@leuven.be ", "petra@leuven.be"),
    ],
)
def test_addresses_with_plus_and_other_letters(typed, kept):
    assert joining.answers(cast.make_draft(email=typed)).email == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Petra+Scn@Straße.example", "petra+scn@xn--strae-oqa.example"),
        ("petra+a+b@MÜNCHEN.example", "petra+a+b@xn--mnchen-3ya.example"),
        ("petra@މާލެ.example", "petra@xn--qqbi1fva.example"),
    ],
)
def test_an_address_with_plus_and_other_letters_goes_the_whole_way(client, sam, typed, kept):
    """From the page where it is typed to the one where it is vetted; then it signs in, in either form."""
    post_all(client, email=typed)
    assert client.post("/join/send/").status_code == 302
    assert [message.to for message in outbox()] == [[kept]]
    assert client.post(link(), NEW).headers["Location"] == "/join/status/"
    application = Application.objects.get()
    assert (application.applicant.email, application.applicant.name) == (kept, "Petra Peeters")
    assert EmailAddress.objects.values_list("email", "verified").get(user=application.applicant) == (kept, True)
    for address in (typed, kept):
        client.logout()
        assert client.post("/account/login/", {"login": address, **NEW}).status_code == 302
        assert client.get("/join/status/").status_code == 200
    client.force_login(sam)
    page = client.get(f"/admin/members/application/{application.pk}/change/")
    assert (page.status_code, f"<dd>{kept}</dd>" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("name", ["L\u0435uven", "Βrussels", "\u0410thens"])
def test_a_city_s_name_of_two_alphabets_is_refused_with_words_and_kept(client, name):
    for path in ("city", "city/new"):
        answer = client.post(f"/join/{path}/", {**cast.make_draft().answers("city"), "name": name})
        page = answer.content.decode()
        assert (answer.status_code, set(answer.context["form"].errors)) == (200, {"name"})
        assert f"“{name}” mixes letters of different alphabets that look alike." in page
        assert f'value="{name}"' in page
    assert not City.objects.exists()


def test_a_city_in_letters_that_only_look_like_its_own_is_found_and_shown_to_those_who_vet(client, sam):
    """Every letter of it is Cyrillic, so no word of it mixes alphabets."""
    posing = "Мехісо"
    mexico = cast.make_city("Mexico", country="MX")
    client.post("/join/city/", {"name": posing, "country": "MX"})
    page = client.get("/join/city/choose/")
    assert (page.status_code, f"“{posing}” is another spelling of Mexico." in page.content.decode()) == (200, True)
    post_all(client, name=posing, country="MX", website="https://mexico.example", email="petra@mexico.example")
    client.post("/join/city/choose/", {"choice": "new"})  # they insist
    client.post("/join/send/")
    client.post(link(), NEW)
    application = Application.objects.get()
    assert (application.city.name, application.city.is_public) == (posing, False)
    client.force_login(sam)
    review = client.get(f"/admin/members/application/{application.pk}/change/")
    assert f"It may be Mexico (City), which is here already. “{posing}” is another spelling of Mexico." in review.content.decode()
    assert [match.city for match in review.context["evidence"].duplicates] == [mexico]


def test_names_come_in_one_form():
    assert joining.answers(cast.make_draft(name="Ｌｅｕｖｅｎ  a\u0300 la Dyle")).new_city["name"] == "Leuven à la Dyle"
    for name in ("東京", "Київ", "القاهرة", "مشهد\u200cها", "N’Djamena", "’s-Hertogenbosch", "Łódź"):
        assert joining.answers(cast.make_draft(name=name)).new_city["name"] == name


def test_a_duplicate_city_is_refused_with_words(client, aarhus):
    response = client.post("/join/city/new/", {"name": "AARHUS", "country": "DK", "kind": "city"})
    assert response.context["form"].errors["name"] == ["Aarhus, Denmark is here already. Go back one page and choose it."]
    assert client.post("/join/city/new/", {"name": "AARHUS", "country": "DK", "kind": "county"}).status_code == 302


# --- The mail and its link -------------------------------------------------------------------------------------------


def test_no_page_and_no_mail_tells_whether_there_is_an_account(client, nadia):
    seen = []
    for email in ("nadia@gent.be", "norah@gent.be"):
        client.logout()
        open_as(client, cast.make_draft(email=email))
        page = [client.post("/join/person/", {**cast.ANSWERS["person"], "email": email}).status_code]
        page += [client.get("/join/check/").content, client.post("/join/send/", follow=True).content]
        body = newest().message
        mine = rb"csrf\w+\" value=\"\w+|data-(draft|token)=\"[^\"]+|nadia|norah"
        seen.append([re.sub(mine, b"", part) if isinstance(part, bytes) else part for part in page])
        seen[-1].append(re.sub(r"confirm/\S+", "", body))
    assert seen[0] == seen[1]
    assert User.objects.filter(email="nadia@gent.be").exists()


def test_the_mail_holds_nothing_that_was_typed(client):
    open_as(client, cast.make_draft(name="Buy at evil.example", email="petra@leuven.be"))
    client.post("/join/send/")
    message = newest()
    html = message.html_message
    assert "evil" not in message.subject + message.message + html
    assert link() in message.message
    assert link() in html


def test_send_again_after_a_minute(client):
    draft = open_as(client, cast.make_draft())
    client.post("/join/send/")
    refused = client.post("/join/send/")
    assert (refused.status_code, len(outbox())) == (429, 1)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    Draft.objects.filter(pk=draft.pk).update(sent=timezone.now() - timedelta(minutes=1))
    assert client.post("/join/send/").status_code == 302
    assert len(outbox()) == 2


def test_one_mailbox_gets_no_more_than_five_mails_an_hour(client):
    for _number in range(5):
        open_as(client, cast.make_draft(email="victim@leuven.be"))
        assert client.post("/join/send/").status_code == 302
    open_as(client, cast.make_draft(email="victim@leuven.be"))
    assert client.post("/join/send/").status_code == 429
    open_as(client, cast.make_draft(email="other@leuven.be"))
    assert client.post("/join/send/").status_code == 302


def test_an_incomplete_application_is_not_sent(client):
    open_as(client, cast.make_draft(no_group=""))
    assert client.post("/join/send/").headers["Location"] == "/join/check/"
    page = client.get("/join/check/").content.decode()
    assert "these steps need an answer" in page
    assert "Mail me the link" not in page
    assert outbox() == []


def test_an_old_link_is_said_to_be_old_and_a_new_one_is_sent(client, monkeypatch):
    draft = cast.make_draft()
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now - 3 * 24 * 3600 - 5)
    token = joining.token_for(draft)
    monkeypatch.undo()
    for response in (client.get(f"/join/confirm/{token}/"), client.post(f"/join/confirm/{token}/", NEW)):
        assert response.status_code == 410
        assert "Send a new link" in response.content.decode()
    assert not Application.objects.exists()
    assert client.post(f"/join/confirm/{token}/again/").status_code == 200
    assert outbox()[-1].to == ["petra@leuven.be"]
    assert client.get(link()).status_code == 200
    assert client.post(f"/join/confirm/{token}/again/").status_code == 429


def test_a_link_confirms_what_was_sent_and_nothing_else(client):
    draft = cast.make_draft()
    token = joining.token_for(draft)
    assert client.get(f"/join/confirm/{token}/").status_code == 200
    draft.keep("person", {"email": "somebody@else.be"})
    assert client.post(f"/join/confirm/{token}/", NEW).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", signing.dumps(["x", "y"], salt="other"), "x" * 5000])
def test_a_bad_link_helps(client, token):
    for response in (client.get(f"/join/confirm/{token}/"), client.post(f"/join/confirm/{token}/again/")):
        assert response.status_code == 404
        assert "copy the whole address" in response.content.decode()


def test_a_link_whose_draft_is_gone(client):
    draft = cast.make_draft()
    token = joining.token_for(draft)
    draft.delete()
    assert client.get(f"/join/confirm/{token}/").status_code == 404


# --- The button ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "short", "password123", "petra@leuven.be"])
def test_a_weak_password_is_refused(client, password):
    token = joining.token_for(cast.make_draft())
    response = client.post(f"/join/confirm/{token}/", {"password": password})
    assert set(response.context["form"].errors) == {"password"}
    assert not User.objects.exists()


class TestTwoWhoNameOneNewCity:
    """They meet in one row, so that the staff see one city. Neither may learn from it that somebody else applied."""

    TYPED = {"ada@leuven.be": "Léuven", "ben@leuven.be": "LEUVEN"}

    @pytest.fixture
    def applications(self):
        def apply(email, name):
            token = joining.token_for(cast.make_draft(email=email, name=name))
            return joining.confirm(token, user=AnonymousUser(), password=NEW["password"])[0]

        return {email: apply(email, name) for email, name in self.TYPED.items()}

    def reads(self, client, application):
        """All that this applicant can read about their application."""
        client.force_login(application.applicant)
        paths = ("/join/status/", f"/join/status/{application.pk}/withdraw/", "/desk/")
        pages = [client.get(path).content.decode() for path in paths]
        mails = [mail for mail in outbox() if mail.to == [application.applicant.email]]
        return [*pages, *(f"{mail.subject} {mail.message} {mail.html_message}" for mail in mails)]

    def test_each_reads_what_they_typed(self, client, applications, sam):
        first, second = applications.values()
        assert first.city == second.city
        for application in (first, second):
            application.review(by=sam)
            application.ask(by=sam, why="Who is the mayor?")
        for (email, typed), (_other, theirs) in zip(self.TYPED.items(), reversed(self.TYPED.items()), strict=True):
            found = self.reads(client, applications[email])
            assert len(found) == 6
            assert [typed in text for text in found] == [True] * 6
            assert [theirs in text for text in found] == [False] * 6

    def test_staff_see_the_city_and_once_it_is_public_all_do(self, client, applications, sam, toni):
        first, second = applications.values()
        second.approve(by=sam)
        second.approve(by=toni)
        assert second.city.name == "Léuven"
        for application in (first, second):
            application.refresh_from_db()
            assert application.city_for_applicant == "Léuven"
        assert "Léuven" in newest().message
        assert "Your application for LEUVEN" not in newest().message

    def test_who_is_known_for_it_already_reads_what_they_typed(self, client, applications):
        second = applications["ben@leuven.be"]
        client.force_login(second.applicant)
        token = joining.token_for(cast.make_draft(email="ben@leuven.be", name="leuven"))
        page = client.post(f"/join/confirm/{token}/")
        assert page.status_code == 409
        assert "You have an open application for leuven already" in page.content.decode()

    def test_one_that_is_matched_to_a_city_of_the_network_reads_that(self, applications, sam):
        application = applications["ben@leuven.be"]
        application.match(by=sam, city=cast.make_city("Ghent"))
        assert application.city_for_applicant == "Ghent"


def test_an_account_must_be_signed_in(client, nadia):
    token = joining.token_for(cast.make_draft(email="nadia@gent.be"))
    for response in (client.get(f"/join/confirm/{token}/"), client.post(f"/join/confirm/{token}/", NEW)):
        page = response.content.decode()
        assert "Sign in to send your application" in page
        assert f"next={quote(f'/join/confirm/{token}/')}" in page
    client.force_login(cast.make_person("leila"))
    assert "You are signed in as leila@mombasa.go.ke" in client.get(f"/join/confirm/{token}/").content.decode()
    assert not Application.objects.exists()
    client.force_login(nadia)
    for method in (client.get, client.head):  # a link that is opened, by the account's own reader or a scanner, sends nothing
        assert method(f"/join/confirm/{token}/").status_code == 200
        assert not Application.objects.exists()
    assert "Choose a password" not in client.get(f"/join/confirm/{token}/").content.decode()
    assert client.post(f"/join/confirm/{token}/").status_code == 302
    application = Application.objects.get()
    assert application.applicant == nadia
    nadia.refresh_from_db()
    assert nadia.name == "Nadia Nys"  # what was typed changes no account
    assert nadia.check_password(cast.PASSWORD)


def test_the_button_itself_asks_whose_account_it_is(nadia):
    token = joining.token_for(cast.make_draft(email="nadia@gent.be"))
    for user in (AnonymousUser(), cast.make_person("leila")):
        with pytest.raises(joining.SignInFirst):
            joining.confirm(token, user=user)
    assert joining.confirm(token, user=nadia)[1]


def test_a_confirmed_second_address_is_the_account_s_too(client, nadia):
    EmailAddress.objects.create(user=nadia, email="nadia@stad.gent.be", verified=True)
    token = joining.token_for(cast.make_draft(email="nadia@stad.gent.be"))
    client.force_login(nadia)
    client.post(f"/join/confirm/{token}/")
    assert Application.objects.get().applicant == nadia
    assert User.objects.count() == 1


def test_twice_is_once(client):
    token = joining.token_for(cast.make_draft())
    assert client.post(f"/join/confirm/{token}/", NEW).headers["Location"] == "/join/status/"
    sent = len(outbox())
    for response in (client.post(f"/join/confirm/{token}/", NEW), client.get(f"/join/confirm/{token}/")):
        assert response.headers["Location"] == "/join/status/"
    assert (Application.objects.count(), User.objects.count(), len(outbox())) == (1, 1, sent)


def test_answers_change_no_more_once_confirmed(client):
    draft = open_as(client, cast.make_draft())
    joining.confirm(joining.token_for(draft), user=AnonymousUser(), password=NEW["password"])
    assert draft.keep("person", {"name": "Other"}) is False
    client.post("/join/person/", {"name": "A new application"})
    assert Draft.objects.count() == 2


@pytest.mark.parametrize("stands", [False, True])
def test_a_second_one_for_the_same_city_is_refused_with_words(client, nadia, aarhus, stands):
    if stands:
        cast.make_post(nadia, aarhus)
    else:
        cast.make_application(nadia, aarhus)
    before = Application.objects.count()
    token = joining.token_for(cast.make_draft(email="nadia@gent.be", choice=str(aarhus.pk)))
    client.force_login(nadia)
    response = client.post(f"/join/confirm/{token}/")
    assert response.status_code == 409
    assert ("You represent Aarhus already" if stands else "an open application for Aarhus already") in response.content.decode()
    assert "/join/status/" in response.content.decode()
    assert Application.objects.count() == before


def test_a_city_that_somebody_proposed_meanwhile_is_shared(client):
    proposed = City.propose(name="LEUVEN", country="BE", kind="city")
    client.post(f"/join/confirm/{joining.token_for(cast.make_draft())}/", NEW)
    assert Application.objects.get().city == proposed


# --- Races -----------------------------------------------------------------------------------------------------------


def meet_before_submitting(monkeypatch):
    """Both racers stop when they have read that there is no application yet, and before they write one."""
    meeting = Meeting()
    submit = Application.submit

    def waits(**fields):
        meeting.wait()
        return submit(**fields)

    monkeypatch.setattr(Application, "submit", waits)


def confirmers(user):
    token = joining.token_for(cast.make_draft(email=user.email))
    return [lambda: joining.confirm(token, user=user)] * 2


@real
def test_a_double_click_makes_one_application(monkeypatch):
    meet_before_submitting(monkeypatch)
    (one, made_one), (two, made_two) = race(*confirmers(cast.make_person("nadia")))
    assert one == two
    assert sorted([made_one, made_two]) == [False, True]
    assert Application.objects.count() == 1
    assert len(outbox()) == 1


@real
def test_without_the_lock_the_constraints_hold_it(monkeypatch):
    cast.make_city("Leuven", country="BE")
    City.objects.update(is_public=False)
    without_locks(monkeypatch)
    meet_before_submitting(monkeypatch)
    results = race(*confirmers(cast.make_person("nadia")))
    assert sorted(type(result).__name__ for result in results) == ["AppliedAlready", "tuple"]
    assert Application.objects.count() == 1


@real
def test_negative_control_without_lock_and_constraints_there_are_two(monkeypatch):
    nadia = cast.make_person("nadia")
    cast.make_city("Leuven", country="BE", is_public=False)
    without_locks(monkeypatch)
    meet_before_submitting(monkeypatch)
    one_open = next(rule for rule in Application._meta.constraints if rule.name == "application_one_open_per_person_and_city")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Application, one_open)
        editor.execute("ALTER TABLE members_application DROP CONSTRAINT members_application_draft_id_key")
    try:
        assert [made for _application, made in race(*confirmers(nadia))] == [True, True]
        assert Application.objects.count() == 2
    finally:
        Application.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE members_application ADD CONSTRAINT members_application_draft_id_key UNIQUE (draft_id)")
            editor.add_constraint(Application, one_open)


def two_tabs():
    """Nadia applies for Ghent twice at once: two drafts, two links, two windows."""
    nadia, ghent = cast.make_person("nadia"), cast.make_city("Ghent")
    tokens = [joining.token_for(cast.make_draft(email=nadia.email, choice=str(ghent.pk))) for _tab in range(2)]
    results = race(*[lambda token=token: joining.confirm(token, user=nadia) for token in tokens])
    return sorted(type(result).__name__ for result in results), Application.objects.open().filter(applicant=nadia, city=ghent).count()


@real
@pytest.mark.parametrize("locked", [True, False])
def test_two_drafts_of_one_person_for_one_city_at_once_are_one_application(monkeypatch, locked):
    if not locked:
        without_locks(monkeypatch)  # the constraint holds it alone
    meet_before_submitting(monkeypatch)
    assert two_tabs() == (["AppliedAlready", "tuple"], 1)
    assert len(outbox()) == 1


@real
def test_negative_control_without_lock_and_constraint_one_person_has_two_for_one_city(monkeypatch):
    without_locks(monkeypatch)
    meet_before_submitting(monkeypatch)
    with without_rules(Application, "application_one_open_per_person_and_city"):
        assert two_tabs() == (["tuple", "tuple"], 2)


@real
def test_who_proposes_a_city_while_staff_drop_it_proposes_it_anew(monkeypatch):
    """Staff match the only application for it to another city after the button has found it and before it is held."""
    sam, nadia, leuven = cast.make_staff("sam"), cast.make_person("nadia"), City.propose(name="Leuven", country="BE", kind="city")
    others, ghent = cast.make_application(cast.make_person("leila"), leuven), cast.make_city("Ghent")
    token = joining.token_for(cast.make_draft(email=nadia.email))
    meanwhile(monkeypatch, lambda: others.match(by=sam, city=ghent))
    application, made = joining.confirm(token, user=nadia)
    assert made
    assert (application.city.name, application.city == leuven) == ("Leuven", False)


def meanwhile(monkeypatch, act):
    """`act`, on a connection of its own, when the button has read which city it is for and before it holds it."""
    held, acts = City.held, [act]

    def after(pk):
        if acts:
            assert race(acts.pop()) == [None]
        return held(pk)

    monkeypatch.setattr(City, "held", after)


@real
def test_two_drafts_of_one_new_person_make_one_account(monkeypatch):
    tokens = [joining.token_for(cast.make_draft(name=name)) for name in ("Leuven", "Ghent")]
    meeting = Meeting()
    account_of = joining.account_of
    monkeypatch.setattr(joining, "account_of", lambda email: meeting.pass_on(account_of(email)))
    results = race(*[lambda token=token: joining.confirm(token, user=AnonymousUser(), password=NEW["password"]) for token in tokens])
    assert sorted(type(result).__name__ for result in results) == ["SignInFirst", "tuple"]
    assert User.objects.count() == 1


@real
def test_two_people_who_propose_one_city_at_once_share_it(monkeypatch):
    meeting = Meeting()
    region_of = countries.region_of
    monkeypatch.setattr(countries, "region_of", lambda code: meeting.pass_on(region_of(code)))
    one, two = race(*[lambda name=name: City.propose(name=name, country="BE", kind="city") for name in ("Leuven", "LEUVEN")])
    assert one == two
    assert City.objects.count() == 1


@real
def test_the_database_refuses_a_second_city_of_the_name():
    cast.make_city("Leuven", country="BE")
    with pytest.raises(IntegrityError, match="city_one_of_a_name_kind_and_country"):
        City.objects.create(name="Léuven", slug="other", country="BE", kind="city", region="europe")


def test_an_endless_number_for_a_city_breaks_no_page(client):
    client.post("/join/city/new/", {"name": "Leuven", "country": "BE", "kind": "city"})
    client.post("/join/city/choose/save/", {"choice": "9" * 5000})
    assert Draft.objects.get().city["choice"] == "9" * 5000
    for address in ("/join/", "/join/person/", "/join/check/"):
        assert client.get(address).status_code == 200


def test_a_city_whose_record_goes_each_time_is_asked_again(client, monkeypatch, nadia):
    """Whatever goes on there, the press of the button ends: in words."""
    token = joining.token_for(cast.make_draft(email=nadia.email))
    tries = []

    def gone(pk):
        tries.append(pk)
        raise CityGone

    monkeypatch.setattr(City, "held", gone)
    client.force_login(nadia)
    assert client.post(f"/join/confirm/{token}/").status_code == 410
    assert len(tries) == 3
    assert not City.objects.filter(name="Leuven").exists()


# --- From behind the link back to a page -----------------------------------------------------------------------------


def test_each_part_can_be_changed_from_behind_the_link_in_any_browser(client):
    draft = cast.make_draft()
    token = joining.token_for(draft)
    page = client.get(f"/join/confirm/{token}/").content.decode()
    assert sorted(re.findall(rf"/join/confirm/{re.escape(token)}/change/(\w+)/", page)) == sorted(Draft.STEPS)
    answer = client.post(f"/join/confirm/{token}/change/person/", follow=True)
    assert answer.redirect_chain == [("/join/person/", 302)]
    assert 'value="Petra Peeters"' in answer.content.decode()
    assert client.post("/join/person/", {**cast.ANSWERS["person"], "title": "Mayor"}).headers["Location"] == "/join/check/"
    draft.refresh_from_db()
    assert (draft.person["title"], draft.city, draft.mandate) == ("Mayor", cast.ANSWERS["city"], cast.ANSWERS["mandate"])
    assert client.get(f"/join/confirm/{token}/").status_code == 410  # it confirmed other words
    client.post("/join/send/")
    assert "Mayor" in client.get(link()).content.decode()


def test_whoever_began_it_in_another_browser_reads_no_further(client):
    """They may have typed somebody else's address, to read what that person adds."""
    draft = cast.make_draft()
    other = Client()
    session = other.session
    session["draft"] = draft.key
    session.save()
    assert "Petra Peeters" in other.get("/join/person/").content.decode()
    client.post(f"/join/confirm/{joining.token_for(draft)}/change/person/")
    client.post("/join/person/", {**cast.ANSWERS["person"], "title": "Mayor of Ghent"})
    assert "Petra Peeters" not in other.get("/join/person/").content.decode()
    other.post("/join/person/", {**cast.ANSWERS["person"], "title": "Nobody"})
    assert Draft.objects.get(pk=draft.pk).person["title"] == "Mayor of Ghent"


def test_looking_takes_no_draft_over(client):
    token = joining.token_for(cast.make_draft())
    client.get(f"/join/confirm/{token}/")
    assert client.get(f"/join/confirm/{token}/change/person/").status_code == 405
    assert "draft" not in client.session


@pytest.mark.parametrize(("token", "step", "status"), [("nothing", "person", 404), (None, "check", 404), (None, "nothing", 404)])
def test_no_such_link_or_part(client, token, step, status):
    token = token or joining.token_for(cast.make_draft())
    assert client.post(f"/join/confirm/{token}/change/{step}/").status_code == status
    assert "draft" not in client.session


def test_an_old_link_changes_nothing(client):
    draft = cast.make_draft()
    token = joining.token_for(draft)
    draft.keep("person", {"title": "Mayor"})
    assert client.post(f"/join/confirm/{token}/change/person/").status_code == 410
    assert "draft" not in client.session


def test_who_has_an_account_signs_in_before_changing(client, nadia):
    token = joining.token_for(cast.make_draft(email=nadia.email))
    page = client.post(f"/join/confirm/{token}/change/person/").content.decode()
    assert "Sign in to send your application" in page
    assert "draft" not in client.session
    client.force_login(nadia)
    assert client.post(f"/join/confirm/{token}/change/person/").headers["Location"] == "/join/person/"


def test_what_is_sent_is_changed_no_more(client):
    draft = cast.make_draft()
    token = joining.token_for(draft)
    joining.confirm(token, user=AnonymousUser(), password=NEW["password"])
    assert client.post(f"/join/confirm/{token}/change/person/").headers["Location"] == "/join/status/"
    assert "draft" not in client.session
