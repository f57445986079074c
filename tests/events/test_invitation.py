"""`/events/invitations/<token>/` and the link that visitors ask for: who comes in by them, and what they tell nobody."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from events import inviting
from events.inviting import Address
from events.models import Event, EventInvitation
from members import accounts
from members.models import User
from strongcities.logs import path_of
from tests import cast as house
from tests.events import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return cast.make_event(audience="invitation", way="invited")


def invite(event, email="nina@town.org", name=""):
    inviting.invite(event, [Address(email, name)], by=house.make_staff())
    return event.invitations.get(email=email)


@pytest.fixture
def invitation(event):
    return invite(event, name="Nina New")


def url(invitation, verb=""):
    return f"/events/invitations/{invitation.token}/{verb}"


def text(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


def form_of(event):
    return f"/events/{event.slug}/register/"


def test_the_mail_leads_to_the_page(client, invitation):
    (mail,) = outbox()
    assert (mail.to, mail.subject) == (["nina@town.org"], "Invitation: Spring workshop")
    token = mail.message.split("/events/invitations/")[1].split("/")[0]
    page = text(client.get(f"/events/invitations/{token}/"))
    assert "You are invited" in page
    assert 'value="Nina New"' in page


def test_to_open_it_answers_nothing_and_makes_nothing(client, invitation):
    client.get(url(invitation))
    invitation.refresh_from_db()
    assert (invitation.state, User.objects.filter(email="nina@town.org").exists()) == ("open", False)
    assert [client.get(url(invitation, verb)).status_code for verb in ("accept/", "decline/")] == [405, 405]
    assert client.post(url(invitation)).status_code == 405


def test_the_button_makes_an_account_signs_in_and_leads_to_the_form(client, event, invitation):
    answer = client.post(url(invitation, "accept/"), {"name": "Nina New"})
    nina = User.objects.get(email="nina@town.org")
    assert answer.headers["Location"] == form_of(event)
    assert (client.session["_auth_user_id"], nina.name, nina.has_usable_password()) == (str(nina.pk), "Nina New", False)
    assert [record["method"] for record in client.session["account_authentication_methods"]] == ["code"]
    client.post(form_of(event), {"listed_to": "nobody"})
    assert cast.stands(event) == [("nina", "confirmed")]
    invitation.refresh_from_db()
    assert (invitation.state, invitation.user) == ("accepted", nina)
    assert "See your registration" in text(client.get(url(invitation)))


def test_a_session_that_somebody_prepared_is_not_the_one_that_is_signed_in(client, invitation):
    client.get("/account/login/")
    session = client.session
    session["mark"] = "x"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(url(invitation, "accept/"), {"name": "Nina New"})
    assert client.session.session_key != before
    assert not Client(headers={"cookie": f"sessionid={before}"}).session.get("_auth_user_id")


def test_without_a_name_nothing_is_made(client, invitation):
    answer = client.post(url(invitation, "accept/"), {"name": " "})
    assert set(answer.context["form"].errors) == {"name"}
    assert not User.objects.filter(email="nina@town.org").exists()


def test_pressed_twice_it_is_one_account_and_the_second_browser_signs_in(client, event, invitation):
    client.post(url(invitation, "accept/"), {"name": "Nina New"})
    other = Client()
    answer = other.post(url(invitation, "accept/"), {"name": "Somebody Else"}, follow=True)
    assert "Sign in with it, and the form to register comes next." in text(answer)
    assert "_auth_user_id" not in other.session
    assert list(User.objects.filter(email="nina@town.org").values_list("name", flat=True)) == ["Nina New"]


def test_whoever_has_an_account_signs_in_first_and_comes_to_the_form(client, event, nadia):
    invitation = invite(event, nadia.email)
    page = text(client.get(url(invitation)))
    assert f'href="/account/login/?next=/events/{event.slug}/register/"'.replace("/events", "%2Fevents") in page.replace(
        f"%2F{event.slug}%2Fregister%2F", f"/{event.slug}/register/"
    )
    assert client.post(url(invitation, "accept/"), {"name": "Nadia"}).headers["Location"] == url(invitation)
    assert "_auth_user_id" not in client.session
    client.force_login(nadia)
    assert f'href="{form_of(event)}"' in text(client.get(url(invitation)))
    assert client.post(url(invitation, "accept/")).headers["Location"] == form_of(event)


def test_a_mailbox_behind_a_plus_is_the_same_mailbox(client, event, nadia):
    invitation = invite(event, "nadia+events@gent.be")
    client.post(url(invitation, "accept/"), {"name": "Nadia"})
    assert list(User.objects.filter(email__contains="nadia").values_list("pk", flat=True)) == [nadia.pk]
    assert "_auth_user_id" not in client.session


def test_somebody_else_who_is_signed_in_neither_registers_nor_changes_account(client, event, invitation):
    leila = house.make_person("leila")
    client.force_login(leila)
    page = text(client.get(url(invitation)))
    assert "and you are signed in as <bdi>leila@mombasa.go.ke</bdi>" in page
    assert client.post(url(invitation, "accept/"), {"name": "Nina"}).headers["Location"] == url(invitation)
    assert client.session["_auth_user_id"] == str(leila.pk)
    assert not User.objects.filter(email="nina@town.org").exists()
    assert client.get(form_of(event)).status_code == 404


def test_it_is_declined_by_a_button_and_may_be_accepted_after_all(client, event, invitation):
    assert said(client.post(url(invitation, "decline/"), follow=True))[0].startswith("Thank you for telling us.")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.transitions.last().by) == ("declined", None)
    page = client.post(url(invitation, "decline/"), follow=True)
    assert said(page) == ["This was already settled: it is now “declined”."]
    assert "You declined. Should you be able to come after all" in text(page)
    client.post(url(invitation, "accept/"), {"name": "Nina"})
    client.post(form_of(event), {"listed_to": "nobody"})
    invitation.refresh_from_db()
    assert invitation.state == "accepted"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "cancelled"}, "The event is cancelled."),
        ({"registration_closes": timezone.now() - timedelta(hours=1)}, "Registration is closed."),
        ({"starts": timezone.now() - timedelta(days=2), "ends": timezone.now() - timedelta(days=1)}, "The event is over"),
    ],
)
def test_where_it_is_too_late_the_page_says_so_and_makes_no_account(client, event, invitation, fields, words):
    Event.objects.filter(pk=event.pk).update(**fields)
    page = text(client.get(url(invitation)))
    assert words in page
    assert "accept/" not in page
    client.post(url(invitation, "accept/"), {"name": "Nina"})
    assert not User.objects.filter(email="nina@town.org").exists()


def test_after_it_was_withdrawn_the_link_is_as_one_that_never_was(client, invitation):
    assert client.get(url(invitation)).status_code == 200
    invitation.withdraw(by=house.make_staff())
    for path in (url(invitation), "/events/invitations/nothing/"):
        answer = client.get(path)
        assert (answer.status_code, answer.templates[0].name) == (404, "events/invitation_gone.html")
    for verb in ("accept/", "decline/"):
        assert client.post(url(invitation, verb), {"name": "Nina"}).status_code == 404
    assert not User.objects.filter(email="nina@town.org").exists()


def test_the_token_stays_out_of_the_logs(client, invitation):
    for path in (url(invitation), url(invitation, "decline/")):
        request = client.get(path).wsgi_request
        assert "[token]" in path_of(request)
        assert invitation.token not in path_of(request)


# --- The link that visitors ask for ----------------------------------------------------------------------------------


@pytest.fixture
def public(monkeypatch):
    monkeypatch.setattr(accounts, "EVEN", 0.0)
    return cast.make_event()


def ask(client, event, email, **more):
    return client.post(f"/events/{event.slug}/register/link/", {"email": email}, **more)


def test_a_link_is_mailed_to_whoever_names_their_mailbox(client, public):
    answer = ask(client, public, "Nina@Town.org", follow=True)
    assert said(answer) == ["A mail with a link is on its way to nina@town.org. Open it to register."]
    (mail,) = outbox()
    assert (mail.to, mail.subject) == (["nina@town.org"], "Your link to register: Spring workshop")
    found = EventInvitation.objects.get()
    assert (found.asked_for, found.state, found.invited_by) == (True, "open", None)
    client.post(url(found, "accept/"), {"name": "Nina"})
    client.post(form_of(public), {"listed_to": "nobody"})
    assert cast.stands(public) == [("nina", "confirmed")]


def test_asked_for_twice_it_is_the_same_link(client, public):
    ask(client, public, "nina@town.org")
    ask(client, public, "nina@town.org")
    assert EventInvitation.objects.count() == 1
    assert len({mail.message.split("/events/invitations/")[1].split("/")[0].split(":")[0] for mail in outbox()}) == 1


def test_the_answer_is_the_same_for_whom_it_is_known_and_for_whom_not(public, nadia):
    answers = []
    for email in (nadia.email, "nobody@gent.be"):
        page = ask(Client(), public, email, follow=True)
        answers.append((page.redirect_chain, text(page).replace(email, "…")))
    answers = [(chain, page.split("<main")[1].split("csrfmiddlewaretoken")[0]) for chain, page in answers]
    assert answers[0] == answers[1]


def test_it_takes_the_same_time(client, nadia):
    event = cast.make_event()
    began = time.monotonic()
    ask(client, event, nadia.email)
    assert time.monotonic() - began >= accounts.EVEN


def test_what_is_no_address_is_refused(client, public):
    assert set(ask(client, public, "nobody").context["form"].errors) == {"email"}
    assert outbox() == []


@pytest.mark.parametrize("fields", [{"audience": "members"}, {"way": "invited"}, {"way": "none"}, {"state": "draft"}])
def test_where_not_everyone_may_come_there_is_no_such_page(client, public, fields):
    Event.objects.filter(pk=public.pk).update(**fields)
    answer = ask(client, public, "nina@town.org")
    assert (answer.status_code, client.get(f"/events/{public.slug}/register/link/").status_code, outbox()) == (404, 404, [])


def test_whoever_sees_an_event_for_members_can_send_nobody_a_link_to_it(client, public):
    Event.objects.filter(pk=public.pk).update(audience="members")
    client.force_login(house.make_person("ove"))
    assert client.get(form_of(public)).status_code == 200
    assert ask(client, public, "nina@town.org").status_code == 404
    assert (outbox(), EventInvitation.objects.count()) == ([], 0)


def test_where_registration_is_closed_it_says_so_and_mails_nothing(client, public):
    Event.objects.filter(pk=public.pk).update(registration_closes=timezone.now())
    assert said(ask(client, public, "nina@town.org", follow=True)) == ["Registration is closed."]
    assert (outbox(), EventInvitation.objects.count()) == ([], 0)


def test_one_mailbox_is_not_flooded(client, public):
    statuses = [ask(client, public, "nina@town.org").status_code for _press in range(6)]
    assert statuses == [302] * 5 + [429]
    assert ask(client, public, "ova@town.org").status_code == 302


def test_a_link_that_somebody_asked_for_lets_nobody_in_once_it_is_not_for_everyone(client, public, nadia):
    event = public
    inviting.ask(event, nadia.email, language="en")
    link = event.invitations.get()
    Event.objects.filter(pk=event.pk).update(audience="committee")
    client.force_login(nadia)
    assert [client.get(path).status_code for path in (f"/events/{event.slug}/", form_of(event), url(link))] == [404, 404, 404]
    assert not Event.objects.open_to(nadia).exists()


def test_whoever_asked_for_a_link_can_be_invited_all_the_same(client, public, nadia):
    event = public
    inviting.ask(event, nadia.email, language="en")
    Event.objects.filter(pk=event.pk).update(audience="committee")
    event.refresh_from_db()
    staff = house.make_staff()
    assert [inviting.invite(event, [Address(nadia.email)], by=staff) for _again in range(2)] == [(1, 0), (0, 1)]
    assert [step.verb for step in event.invitations.get().transitions.all()] == ["ask", "invite"]
    client.force_login(nadia)
    assert client.get(form_of(event)).status_code == 200
