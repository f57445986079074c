"""Invitation: who invites, who accepts and what it does, what it tells nobody, and races with negative controls."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members import evidence, inviting, joining
from members.inviting import Settled
from members.joining import AppliedAlready, LinkBad, SignInFirst
from members.models import Application, Invitation, InvitationTransition, Membership, Official, Post, User
from members.models.invitation import LIFE, MOST_OPEN
from members.querysets import today
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

TOLD = {"title": "Youth worker", "department": "", "kind": Post.Kind.PRACTITIONER, "languages": ["da"]}
TYPED = {
    "name": "Nina New", "title": "Youth worker", "department": "", "kind": "practitioner", "languages": ["da"],
    "all_forms": "on", "no_group": "on", "with_communities": "on", "wants_newsletter": "on", "password": "a quite long password",
}  # fmt: skip


def text(response):
    return response.content.decode()


def address(invitation):
    return f"/members/invitations/{invitation.token}/"


def make(email="nina@aarhus.dk", *, by=None, city=None):
    return Invitation.invite(city or cast.make_city("Aarhus"), email, by=by or cast.make_person("lene"), language="en")


def age(invitation, days=15):
    Invitation.objects.filter(pk=invitation.pk).update(expires=timezone.now() + LIFE - timedelta(days=days))
    invitation.refresh_from_db()


@pytest.fixture
def invitation(lene):
    return make()


# --- Inviting --------------------------------------------------------------------------------------------------------


def test_the_mail_has_the_link_and_says_who_invites(invitation):
    (mail,) = outbox()
    assert mail.to == ["nina@aarhus.dk"]
    assert mail.subject == "Lene Lund invites you to the Strong Cities Network, for Aarhus"
    links = {part.split("/")[0] for body in (mail.message, mail.html_message) for part in body.split("/members/invitations/")[1:]}
    assert [inviting.invitation_of(token) for token in links] == [invitation]
    assert "14 days" in mail.message


def test_staff_invite_for_a_member_city(sam):
    assert make(by=sam).invited_by == sam


@pytest.mark.parametrize("who", ["ove", "leila", "nadia", "staff without the right", "lead of a city that left"])
def test_others_do_not_invite(who, lene, aarhus):
    if who.startswith("staff"):
        by = cast.make_staff("events", vets=False)
    elif who.startswith("lead of"):
        by = lene
        aarhus.memberships.update(left=today())
    else:
        by = cast.make_person(who)
    with pytest.raises(PermissionDenied):
        make(by=by)
    assert not Invitation.objects.exists()
    assert outbox() == []


def test_nobody_is_invited_for_a_city_that_is_no_member(sam):
    with pytest.raises(PermissionDenied):
        make(by=sam, city=cast.make_city("Ghent"))


def test_inviting_again_renews_the_one_and_ends_its_link(invitation, lene):
    old = address(invitation)
    again = make()
    assert again == invitation
    assert address(again) != old
    with pytest.raises(LinkBad):
        inviting.invitation_of(invitation.token)
    assert inviting.invitation_of(again.token) == invitation
    assert Invitation.objects.count() == 1
    assert len(outbox()) == 2


def test_a_city_has_so_many_open_and_no_more(lene):
    first, *_rest = [make(f"p{number}@aarhus.dk") for number in range(MOST_OPEN)]
    with pytest.raises(MoveRefused, match="20 open invitations: that is the most"):
        make()
    age(first)
    new = make()
    with pytest.raises(MoveRefused, match="that is the most"):
        first.renew(by=lene)
    new.withdraw(by=lene)
    first.renew(by=lene)
    assert not first.is_expired


def test_what_the_lead_is_told_is_the_same_whoever_it_is(client, lene, nadia):
    client.force_login(lene)
    pages = [
        text(client.post("/members/cities/aarhus-dk/invite/", {"invite-email": email, "invite-language": "en"}, follow=True))
        for email in (nadia.email, "nobody@gent.be", cast.make_person("ove").email)
    ]
    assert all("An invitation is on its way to" in page for page in pages)
    assert Invitation.objects.count() == 3
    assert all("Nadia Nys" not in page for page in pages)


@pytest.mark.parametrize("email", ["", "nobody", "jøn@aarhus.dk", "a@b", "a@aarhus.dk\nBcc: b@aarhus.dk"])
def test_bad_addresses(client, lene, email):
    client.force_login(lene)
    page = text(client.post("/members/cities/aarhus-dk/invite/", {"invite-email": email, "invite-language": "en"}))
    assert "error-summary" in page
    assert not Invitation.objects.exists()


def test_plus_and_unicode_domains_are_one_mailbox_each(client, lene):
    punycode = "århus.dk".encode("idna").decode()
    client.force_login(lene)
    for email in ("Nina+Net@Århus.dk", f"nina+net@{punycode}"):
        client.post("/members/cities/aarhus-dk/invite/", {"invite-email": email, "invite-language": "en"})
    assert [row.email for row in Invitation.objects.all()] == [f"nina+net@{punycode}"]


def test_one_mailbox_is_invited_three_times_a_day(client, lene, sam):
    for number in range(4):
        client.force_login((lene, sam)[number % 2])
        answer = client.post("/members/cities/aarhus-dk/invite/", {"invite-email": "x@aarhus.dk", "invite-language": "en"})
        assert answer.status_code == (302 if number < 3 else 429)


# --- Withdrawing, renewing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["renew", "withdraw"])
def test_who_may_renew_and_withdraw(client, invitation, verb, sam):
    for who in ("ove", "leila", "nadia"):
        person = cast.make_person(who)
        with pytest.raises(PermissionDenied):
            getattr(invitation, verb)(by=person)
        client.force_login(person)
        assert client.post(f"/members/invitations/{invitation.pk}/{verb}/").status_code == 404
    getattr(invitation, verb)(by=sam)


def test_withdrawn_is_over(client, invitation, lene):
    client.force_login(lene)
    assert "The invitation is withdrawn." in text(client.post(f"/members/invitations/{invitation.pk}/withdraw/", follow=True))
    assert "already settled" in text(client.post(f"/members/invitations/{invitation.pk}/withdraw/", follow=True))
    client.logout()
    answer = client.get(address(invitation))
    assert (answer.status_code, "Aarhus has withdrawn it." in text(answer)) == (410, True)


# --- Accepting -------------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing(client, invitation):
    page = text(client.get(address(invitation)))
    assert "Lene Lund invites you" in page
    assert "Choose a password" in page
    invitation.refresh_from_db()
    assert invitation.state == "open"
    assert not User.objects.filter(email="nina@aarhus.dk").exists()


def test_a_new_person_becomes_an_official_at_once(client, invitation, lene):
    answer = client.post(address(invitation), TYPED, follow=True)
    assert "Welcome: you now represent Aarhus." in text(answer)
    assert answer.redirect_chain[-1][0] == "/desk/"
    nina = User.objects.get(email="nina@aarhus.dk")
    assert client.session["_auth_user_id"] == str(nina.pk)
    post = nina.official.posts.get()
    assert (post.city.name, post.is_lead, post.has_mandate, post.vetted) == ("Aarhus", False, False, today())
    application = Application.objects.get()
    assert (application.state, application.decided_by, application.invitation) == ("approved", lene, invitation)
    assert nina.official.wants_newsletter
    assert not nina.official.open_to_peers
    assert [mail.subject for mail in outbox()[1:]] == [
        "Welcome to the Strong Cities Network", "Nina New has accepted your invitation to Aarhus",
    ]  # fmt: skip
    assert client.login(email="nina@aarhus.dk", password=TYPED["password"])


def test_the_first_one_of_a_city_without_a_lead_leads_it(client, sam):
    make(by=sam, city=cast.make_city("Aarhus"))
    client.post(address(Invitation.objects.get()), TYPED)
    assert Post.objects.get().is_lead


def test_principles_and_password_are_asked(client, invitation):
    page = text(client.post(address(invitation), TYPED | {"no_group": "", "password": "short"}))
    assert "please agree to it" in page
    assert "too short" in page
    assert page.count('class="error-summary"') == 1
    assert "Please check 2 things" in page
    assert not User.objects.filter(email="nina@aarhus.dk").exists()


def test_it_is_used_once(client, invitation):
    client.post(address(invitation), TYPED)
    client.logout()
    answer = client.post(address(invitation), TYPED | {"name": "Somebody Else"})
    assert answer.status_code == 410
    assert "It was accepted" in text(answer)
    assert Application.objects.count() == 1


def test_an_expired_one_is_over_until_it_is_renewed(client, invitation, lene):
    age(invitation)
    answer = client.post(address(invitation), TYPED)
    assert (answer.status_code, "Its time is over." in text(answer)) == (410, True)
    with pytest.raises(MoveRefused, match="time is over"):
        invitation.accept(by=cast.make_user("nina@aarhus.dk"), **TOLD)
    assert not Application.objects.exists()
    invitation.renew(by=lene)
    assert client.get(address(invitation)).status_code == 200


def test_a_link_that_is_none(client):
    assert client.get("/members/invitations/nothing/").status_code == 404


def test_who_has_an_account_signs_in_first_and_keeps_it(client, lene, nadia):
    invitation = make(nadia.email)
    page = text(client.get(address(invitation)))
    assert "Sign in with it, and you come back" in page
    assert f"next={address(invitation)}".replace(":", "%3A") in page
    assert client.post(address(invitation), TYPED).status_code == 200
    assert not Post.objects.filter(official__user=nadia).exists()
    client.force_login(nadia)
    page = text(client.get(address(invitation)))
    assert "Choose a password" not in page
    assert 'name="name"' not in page
    client.post(address(invitation), {**TYPED, "password": "", "name": "Another Name"})
    nadia.refresh_from_db()
    assert (nadia.name, nadia.posts_today.get().city.name) == ("Nadia Nys", "Aarhus")


def test_another_account_is_told_what_to_do(client, invitation, nadia):
    client.force_login(nadia)
    for answer in (client.get(address(invitation)), client.post(address(invitation), TYPED)):
        assert "you are signed in as nadia@gent.be" in text(answer)
        assert "invite the address that you sign in with" in text(answer)
    assert not Application.objects.exists()
    with pytest.raises(PermissionDenied):
        invitation.accept(by=nadia, **TOLD)
    with pytest.raises(SignInFirst):
        inviting.accept(invitation.token, user=nadia, told=TOLD)


def test_a_stranger_cannot_take_over_an_account_by_its_invitation(rf, lene, nadia):
    from django.contrib.auth.models import AnonymousUser

    invitation = make(nadia.email)
    with pytest.raises(SignInFirst):
        inviting.accept(invitation.token, user=AnonymousUser(), told=TOLD, name="Thief", password="a long password indeed")


def test_who_stands_for_the_city_already_is_told(client, lene):
    ove = cast.make_person("ove")
    invitation = make(ove.email)
    client.force_login(ove)
    assert client.get(address(invitation)).status_code == 409
    with pytest.raises(AppliedAlready):
        inviting.accept(invitation.token, user=ove, told=TOLD)


def test_an_open_application_of_theirs_is_the_one_that_is_approved(lene, nadia, aarhus):
    application = cast.make_application(nadia, aarhus)
    make(nadia.email).accept(by=nadia, **TOLD)
    assert Application.objects.get() == application
    application.refresh_from_db()
    assert (application.state, application.title) == ("approved", "Youth worker")


@pytest.mark.parametrize("why", ["has left", "leads no more"])
def test_where_the_inviter_may_no_more_it_waits_with_the_invitation_as_evidence(client, invitation, lene, why):
    lene.official.posts.update(**{"until": today()} if why == "has left" else {"is_lead": False})
    page = text(client.post(address(invitation), TYPED, follow=True))
    assert "Your application is sent." in page
    application = Application.objects.get()
    assert (application.state, application.decided_by, Post.objects.filter(official__user__email="nina@aarhus.dk").count()) == (
        "submitted", None, 0,
    )  # fmt: skip
    said = evidence.of(application).speaks_for
    assert f"Invited for Aarhus by Lene Lund on {timezone.now():%-d %B %Y}." in said


def test_where_the_city_has_left_two_people_decide(client, lene, sam):
    invitation = make(by=sam)
    Membership.objects.update(left=today())
    client.post(address(invitation), TYPED)
    application = Application.objects.get()
    assert (application.state, application.needs_two, application.first_approver) == ("submitted", True, None)


# --- The database holds it -------------------------------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(invitation, lene):
    refused("invitation_accepted_has_its_application", "UPDATE members_invitation SET state = 'accepted'")
    copy = (
        "INSERT INTO members_invitation (city_id, email, invited_by_id, language, key, state, sent, expires)"
        " SELECT city_id, email, invited_by_id, language, 'other', state, sent, expires FROM members_invitation"
    )
    refused("invitation_one_open_per_address_and_city", copy)
    invitation.withdraw(by=lene)
    into = "INSERT INTO members_invitationtransition (subject_id, verb, from_state, to_state, why, at)"
    refused("invitation_settled_once", f"{into} VALUES (%s, 'x', '', 'accepted', '', now())", invitation.pk)


def test_the_history_does_not_keep_what_opens_the_link(invitation):
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'members_invitationevent'")
        columns = {name for (name,) in cursor.fetchall()}
    assert "email" in columns
    assert "key" not in columns


# --- Races -----------------------------------------------------------------------------------------------------------


def meet_after_reading(monkeypatch):
    meeting = Meeting()
    allows = Invitation.allows

    def waits(self, verb):
        answer = allows(self, verb)
        meeting.wait()
        return answer

    monkeypatch.setattr(Invitation, "allows", waits)


def fetched(invitation):
    return Invitation.objects.get(pk=invitation.pk)


def names(results):
    return sorted(type(result).__name__ for result in results)


def two_accepts(invitation, nadia):
    return race(*[lambda: fetched(invitation).accept(by=nadia, **TOLD)] * 2)


@real
def test_two_accepts_at_once_are_one(monkeypatch):
    nadia = cast.make_person("nadia")
    invitation = make(nadia.email)
    meet_after_reading(monkeypatch)
    assert names(two_accepts(invitation, nadia)) == ["Application", "MoveRefused"]
    assert Post.objects.filter(official__user=nadia).count() == Application.objects.count() == 1


@real
def test_two_accepts_of_a_new_person_make_one_account(monkeypatch):
    from django.contrib.auth.models import AnonymousUser

    invitation = make()
    token, stranger = invitation.token, AnonymousUser()
    meeting, of_token = Meeting(), Invitation.of_token
    monkeypatch.setattr(Invitation, "of_token", lambda token: meeting.pass_on(of_token(token)))
    results = race(
        *[lambda: inviting.accept(token, user=stranger, told=TOLD, name="Nina", password="a long password indeed")] * 2
    )  # fmt: skip
    assert names(results) == ["Application", "Settled"]
    assert isinstance(next(result for result in results if not isinstance(result, Application)), Settled)
    assert User.objects.filter(email="nina@aarhus.dk").count() == Official.objects.filter(user__email="nina@aarhus.dk").count() == 1


@real
def test_accept_and_withdraw_at_once_are_one_of_both(monkeypatch):
    nadia, lene = cast.make_person("nadia"), cast.make_person("lene")
    invitation = make(nadia.email)
    meet_after_reading(monkeypatch)
    results = race(lambda: fetched(invitation).accept(by=nadia, **TOLD), lambda: fetched(invitation).withdraw(by=lene))
    invitation.refresh_from_db()
    assert sum(isinstance(result, MoveRefused) for result in results) == 1
    assert (invitation.state == "accepted") is Post.objects.filter(official__user=nadia).exists() is not isinstance(results[0], MoveRefused)


@real
def test_without_the_lock_the_constraint_holds_it(monkeypatch):
    nadia, lene = cast.make_person("nadia"), cast.make_person("lene")
    invitation = make(nadia.email)
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    results = race(lambda: fetched(invitation).accept(by=nadia, **TOLD), lambda: fetched(invitation).withdraw(by=lene))
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert InvitationTransition.objects.filter(to_state__in=["accepted", "withdrawn"]).count() == 1


@real
def test_negative_control_without_lock_and_constraint_it_is_accepted_and_withdrawn(monkeypatch):
    nadia, lene = cast.make_person("nadia"), cast.make_person("lene")
    invitation = make(nadia.email)
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    once = next(constraint for constraint in InvitationTransition._meta.constraints if constraint.name == "invitation_settled_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(InvitationTransition, once)
    try:
        results = race(lambda: fetched(invitation).accept(by=nadia, **TOLD), lambda: fetched(invitation).withdraw(by=lene))
        assert names(results) == ["Application", "NoneType"]
        assert InvitationTransition.objects.filter(to_state__in=["accepted", "withdrawn"]).count() == 2
    finally:
        InvitationTransition.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(InvitationTransition, once)


@real
def test_negative_control_without_lock_and_constraints_one_invitation_is_used_twice(monkeypatch):
    nadia = cast.make_person("nadia")
    invitation = make(nadia.email)
    Official.objects.create(user=nadia)
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    for model in (Application, Post):  # neither has found one before the other writes it
        monkeypatch.setattr(model.objects, "create", held_until_both_come(model.objects.create))
    rules = (
        without_rules(InvitationTransition, "invitation_settled_once"),
        without_rules(Application, "application_one_open_per_person_and_city"),
        without_rules(Post, "post_one_open_per_person_and_city"),
    )
    with rules[0], rules[1], rules[2]:
        assert names(two_accepts(invitation, nadia)) == ["Application", "Application"]
        assert Post.objects.filter(official__user=nadia).count() == Application.objects.count() == 2
        assert InvitationTransition.objects.filter(to_state="accepted").count() == 2


def held_until_both_come(act):
    meeting = Meeting()

    def waits(**fields):
        meeting.wait()
        return act(**fields)

    return waits


def invited_and_applies(monkeypatch):
    """Nadia opens her invitation while she sends an application for the same city in another window. Who invited her leads no more,
    so that what comes of it stays open."""
    nadia = cast.make_person("nadia")
    invitation = make(nadia.email)
    Post.objects.filter(official__user=invitation.invited_by).update(is_lead=False)
    token = joining.token_for(cast.make_draft(email=nadia.email, choice=str(invitation.city_id)))
    monkeypatch.setattr(Application.objects, "create", held_until_both_come(Application.objects.create))
    results = race(lambda: fetched(invitation).accept(by=nadia, **TOLD), lambda: joining.confirm(token, user=nadia))
    return results, Application.objects.open().filter(applicant=nadia).count()


@real
@pytest.mark.parametrize("locked", [True, False])
def test_an_invitation_and_an_application_at_once_are_one(monkeypatch, locked):
    if not locked:
        without_locks(monkeypatch)  # the constraint holds it alone, and is told in words
    (accepted, applied), count = invited_and_applies(monkeypatch)
    assert count == 1
    if isinstance(accepted, Application):
        assert isinstance(applied, AppliedAlready)
    else:
        assert isinstance(accepted, MoveRefused)
        assert "You applied for Aarhus this very moment, in another window." in str(accepted)
        assert applied[1] is True


@real
def test_negative_control_without_lock_and_constraint_an_invitation_makes_a_second_application(monkeypatch):
    without_locks(monkeypatch)
    with without_rules(Application, "application_one_open_per_person_and_city"):
        (accepted, applied), count = invited_and_applies(monkeypatch)
        assert (type(accepted), applied[1], count) == (Application, True, 2)


def test_an_invitation_that_a_merge_left_behind_leads_to_what_the_city_is_part_of(lene, aarhus):
    """Both records had invited the same mailbox, so one of the two stayed where it was."""
    double = cast.make_city("Århus Kommune", slug="arhus-kommune", joined=date(2017, 1, 1))
    cast.make_post(lene, double, is_lead=True)
    left, nina = make(city=double), make()
    cast.make_merge(aarhus, double)
    left.refresh_from_db()
    assert left.city == double
    application = left.accept(by=cast.make_user(nina.email), **TOLD)
    assert (application.city, application.state) == (aarhus, "approved")


def many(monkeypatch):
    """Two lead officials invite at once where there is room for one."""
    lene = cast.make_person("lene")
    for number in range(MOST_OPEN - 1):
        make(f"p{number}@aarhus.dk")
    city, meeting = cast.make_city("Aarhus"), Meeting()
    create = Invitation.objects.create

    def together(**fields):
        meeting.wait()
        return create(**fields)

    monkeypatch.setattr(Invitation.objects, "create", together)
    return race(*[lambda email=email: Invitation.invite(city, email, by=lene, language="en") for email in ("a@x.dk", "b@x.dk")])


@real
def test_two_at_once_do_not_go_beyond_the_most(monkeypatch):
    assert names(many(monkeypatch)) == ["Invitation", "MoveRefused"]
    assert Invitation.objects.valid().count() == MOST_OPEN


@real
def test_negative_control_without_the_lock_there_is_one_too_many(monkeypatch):
    without_locks(monkeypatch)
    assert names(many(monkeypatch)) == ["Invitation", "Invitation"]
    assert Invitation.objects.valid().count() == MOST_OPEN + 1


def test_invited_once_more_in_another_language(aarhus, lene):
    first = Invitation.invite(aarhus, "new@aarhus.dk", by=lene, language="en")
    again = Invitation.invite(aarhus, "new@aarhus.dk", by=lene, language="ar")
    assert (again.pk, again.language) == (first.pk, "ar")
    assert "شبكة المدن القوية" in outbox()[-1].message
    again.renew(by=lene)
    assert again.language == "ar"
