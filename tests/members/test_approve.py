"""Application.approve, and its moves: who may, how many it takes, and races on real connections with negative controls."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members import joining
from members.models import Application, City, Membership, Official, Post, application as module
from members.models.application_state import State
from members.models.application_step import ApplicationTransition
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)


def subjects():
    return [message.subject for message in outbox()]


# --- It works --------------------------------------------------------------------------------------------------------


def test_new_city_needs_two_people_and_joins_once(sam, toni, nadia):
    application = cast.make_application(nadia, cast.make_city("Lund"), has_mandate=True, themes=["youth-engagement"], shown_to="members")
    application.approve(by=sam)
    assert (application.state, application.first_approver, application.decided_by) == (State.UNDER_REVIEW, sam, None)
    assert not City.objects.get(name="Lund").is_public
    assert not Post.objects.exists()
    application.approve(by=toni, mandate=True)
    assert (application.state, application.decided_by) == (State.APPROVED, toni)
    lund = City.objects.get(name="Lund")
    assert lund.is_public
    assert lund.is_member
    assert lund.memberships.count() == 1
    post = Post.objects.get()
    assert (post.official.user, post.city, post.is_lead, post.has_mandate) == (nadia, lund, True, True)
    official = Official.objects.get()
    assert (official.themes, official.shown_to, official.wants_newsletter) == (["youth-engagement"], "members", False)
    assert subjects() == [
        "We have your application for Lund", "Your application for Lund is being looked at", "Welcome to the Strong Cities Network"
    ]  # fmt: skip
    assert [(step.verb, step.to_state, step.by) for step in application.transitions.all()] == [
        ("submit", "submitted", nadia), ("approve", "under_review", sam), ("approve", "approved", toni)
    ]  # fmt: skip


def test_member_city_needs_one_and_the_next_official_is_no_lead(sam, lene, nadia, aarhus):
    application = cast.make_application(nadia, aarhus)
    application.approve(by=sam)
    assert application.state == State.APPROVED
    post = Post.objects.get(official__user=nadia)
    assert (post.is_lead, post.has_mandate) == (False, False)
    assert aarhus.memberships.count() == 1


def test_lead_official_admits_a_colleague(lene, nadia, aarhus):
    application = cast.make_application(nadia, aarhus, has_mandate=True)
    application.approve(by=lene, mandate=True)  # she may sign herself
    assert application.state == State.APPROVED
    assert Post.objects.get(official__user=nadia).has_mandate


def test_lead_without_mandate_cannot_give_one(nadia):
    leila = cast.make_person("leila")
    application = cast.make_application(nadia, cast.make_city("Mombasa"), has_mandate=True)
    with pytest.raises(PermissionDenied):
        application.approve(by=leila, mandate=True)
    application.approve(by=leila)
    assert not Post.objects.get(official__user=nadia).has_mandate


def test_mandate_is_never_given_without_being_claimed(sam, nadia, aarhus):
    application = cast.make_application(nadia, aarhus, has_mandate=False)
    with pytest.raises(PermissionDenied):
        application.approve(by=sam, mandate=True)


# --- The table of how many -------------------------------------------------------------------------------------------


def test_same_person_twice_is_refused_with_words(sam, nadia):
    application = cast.make_application(nadia, cast.make_city("Lund"))
    application.approve(by=sam)
    with pytest.raises(MoveRefused, match="You approved already; a new city needs a second person"):
        application.approve(by=sam)
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW


def test_city_that_joined_meanwhile_needs_one_more_even_from_the_first(sam, nadia):
    lund = cast.make_city("Lund")
    application = cast.make_application(nadia, lund)
    application.approve(by=sam)
    Membership.objects.create(city=lund, joined=timezone.now().date())
    application.approve(by=sam)
    assert (application.state, application.needs_two) == (State.APPROVED, False)
    assert lund.memberships.count() == 1


def test_city_that_left_meanwhile_needs_two_and_its_lead_may_no_longer(sam, toni, lene, nadia, aarhus):
    application = cast.make_application(nadia, aarhus)
    assert not application.needs_two
    aarhus.memberships.update(left=timezone.now().date())
    with pytest.raises(PermissionDenied):
        application.approve(by=lene)
    application.approve(by=sam)
    assert (application.state, application.needs_two) == (State.UNDER_REVIEW, True)
    application.approve(by=toni)
    assert application.state == State.APPROVED
    assert aarhus.memberships.count() == 2


# --- Who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nadia", "ove", "leila", "staff without the right"])
def test_others_may_not_decide(who, nadia, aarhus, lene):
    application = cast.make_application(nadia, aarhus)
    user = cast.make_staff("events", vets=False) if who.startswith("staff") else cast.make_person(who)
    for verb, words in (("approve", {}), ("decline", {"why": "no"}), ("ask", {"why": "what?"}), ("review", {})):
        with pytest.raises(PermissionDenied):
            getattr(application, verb)(by=user, **words)
    application.refresh_from_db()
    assert application.state == State.SUBMITTED
    assert application.transitions.count() == 1


def test_nobody_decides_on_their_own(sam, lene, aarhus):
    for person, city in ((sam, aarhus), (lene, cast.make_city("Ghent"))):
        application = cast.make_application(person, city)
        with pytest.raises(PermissionDenied):
            application.approve(by=person)


def test_inactive_staff_may_not(sam, nadia):
    application = cast.make_application(nadia)
    sam.is_active = False
    with pytest.raises(PermissionDenied):
        application.approve(by=sam)


def test_only_the_applicant_answers_and_withdraws(sam, nadia):
    application = cast.make_application(nadia)
    application.ask(by=sam, why="Which office?")
    with pytest.raises(PermissionDenied):
        application.answer(by=sam, why="mine")
    with pytest.raises(PermissionDenied):
        application.withdraw(by=sam)
    application.answer(by=nadia, why="The mayor’s.")
    assert application.state == State.UNDER_REVIEW
    application.withdraw(by=nadia)
    assert (application.state, application.decided_by) == (State.WITHDRAWN, nadia)
    assert subjects() == [
        "We have your application for Ghent", "A question about your application for Ghent",
        "We have your answer about Ghent", "Your application for Ghent is withdrawn",
    ]  # fmt: skip


# --- Already done ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_decision_stands_and_a_new_application_is_possible(end, sam, nadia):
    application = cast.make_application(nadia)
    application.decline(by=sam, why="No answer from the city.") if end == "decline" else application.withdraw(by=nadia)
    for verb, words in (("approve", {}), ("decline", {"why": "again"}), ("ask", {"why": "?"}), ("review", {})):
        with pytest.raises(MoveRefused, match="already settled"):
            getattr(application, verb)(by=sam, **words)
    again = cast.make_application(nadia, application.city)
    assert again.state == State.SUBMITTED


def test_who_stands_for_the_city_is_not_admitted_twice(sam, lene, aarhus):
    ove = cast.make_person("ove")
    application = cast.make_application(ove, aarhus)
    with pytest.raises(MoveRefused, match="represents Aarhus already"):
        application.approve(by=sam)


def test_match_moves_to_the_city_that_is_here_and_drops_the_proposed_one(sam, nadia, aarhus):
    proposed = City.propose(name="Aarhuus", country="DK", kind="city")
    application = cast.make_application(nadia, proposed)
    application.approve(by=sam)
    application.match(by=sam, city=aarhus)
    assert (application.city, application.first_approver, application.needs_two, application.state) == (aarhus, None, False, "under_review")
    assert not City.objects.filter(pk=proposed.pk).exists()
    with pytest.raises(MoveRefused, match="for this city already"):
        application.match(by=sam, city=aarhus)


def test_match_leaves_a_proposed_city_that_another_application_is_for(sam, nadia, aarhus):
    proposed = City.propose(name="Aarhuus", country="DK", kind="city")
    application = cast.make_application(nadia, proposed)
    cast.make_application(cast.make_person("leila"), proposed)
    application.match(by=sam, city=aarhus)
    assert City.objects.filter(pk=proposed.pk).exists()


# --- The database holds it, whatever the code does -------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(sam, toni, nadia, aarhus):
    application = cast.make_application(nadia, cast.make_city("Lund"))
    pk, now = application.pk, timezone.now()
    decide = "UPDATE members_application SET state = %s, decided_by_id = %s, decided_at = %s, first_approver_id = %s WHERE id = %s"
    refused("application_new_city_by_two_people", decide, "approved", sam.pk, now, sam.pk, pk)
    refused("application_new_city_by_two_people", decide, "approved", sam.pk, now, None, pk)
    refused("application_decided_has_a_decision", decide, "approved", None, None, toni.pk, pk)
    refused("application_decided_has_a_decision", decide, "submitted", sam.pk, now, None, pk)
    refused("application_not_decided_by_its_applicant", decide, "declined", nadia.pk, now, None, pk)
    copy = (
        "INSERT INTO members_application (applicant_id, city_id, needs_two, state, title, department, kind, languages, head_knows,"
        " signatory, has_mandate, second_contact, themes, message, shown_to, wants_newsletter, open_to_peers, language, submitted_at)"
        " SELECT applicant_id, city_id, needs_two, state, title, department, kind, languages, head_knows, signatory, has_mandate,"
        " second_contact, themes, message, shown_to, wants_newsletter, open_to_peers, language, submitted_at"
        " FROM members_application WHERE id = %s"
    )
    refused("application_one_open_per_person_and_city", copy, pk)
    application.decline(by=sam, why="no")
    step = "INSERT INTO members_applicationtransition (subject_id, verb, from_state, to_state, why, at) VALUES (%s, 'x', '', %s, '', %s)"
    refused("application_one_decision", step, pk, "approved", now)
    member = "INSERT INTO members_membership (city_id, joined, is_founding) VALUES (%s, %s, false)"
    refused("membership_one_at_a_time", member, aarhus.pk, date(2020, 1, 1))
    with transaction.atomic(), connection.cursor() as cursor:  # the statements themselves are sound
        cursor.execute(member, [application.city_id, date(2020, 1, 1)])


def test_every_change_is_in_the_history(sam, nadia):
    application = cast.make_application(nadia)
    application.review(by=sam)
    events = apps.get_model("members", "ApplicationEvent").objects.filter(pgh_obj=application.pk).order_by("pgh_id")
    assert [event.state for event in events] == ["submitted", "under_review"]


# --- Races -----------------------------------------------------------------------------------------------------------


def meet_after_reading(monkeypatch):
    """Both racers stop after the record is read (and locked, if locks are on) and before anything is written."""
    meeting = Meeting()
    allows = Application.allows

    def waits(self, verb):
        answer = allows(self, verb)
        meeting.wait()
        return answer

    monkeypatch.setattr(Application, "allows", waits)


def fetched(application):
    return Application.objects.get(pk=application.pk)


@real
def test_two_staff_at_once_make_one_decision(monkeypatch):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Aarhus"))
    meet_after_reading(monkeypatch)
    results = race(
        lambda: fetched(application).approve(by=sam), lambda: fetched(application).decline(by=toni, why="no")
    )  # fmt: skip
    assert sorted(type(result).__name__ for result in results) == ["MoveRefused", "NoneType"]
    assert ApplicationTransition.objects.filter(subject=application, to_state__in=["approved", "declined"]).count() == 1


@real
def test_without_the_lock_the_constraint_holds_it(monkeypatch):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Aarhus"))
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    results = race(
        lambda: fetched(application).approve(by=sam), lambda: fetched(application).decline(by=toni, why="no")
    )  # fmt: skip
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "NoneType"]
    assert ApplicationTransition.objects.filter(subject=application, to_state__in=["approved", "declined"]).count() == 1


@real
def test_negative_control_without_lock_and_constraint_two_decisions_happen(monkeypatch):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Aarhus"))
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    one_decision = next(
        constraint for constraint in ApplicationTransition._meta.constraints if constraint.name == "application_one_decision"
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(ApplicationTransition, one_decision)
    try:
        results = race(
            lambda: fetched(application).approve(by=sam), lambda: fetched(application).decline(by=toni, why="no")
        )  # fmt: skip
        assert results == [None, None]
        assert ApplicationTransition.objects.filter(subject=application, to_state__in=["approved", "declined"]).count() == 2
    finally:
        ApplicationTransition.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ApplicationTransition, one_decision)


@real
def test_same_person_in_two_tabs_is_one_approval(monkeypatch):
    sam = cast.make_staff("sam")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    meet_after_reading(monkeypatch)
    results = race(*[lambda: fetched(application).approve(by=sam)] * 2)
    (refused,) = [result for result in results if result is not None]
    assert isinstance(refused, MoveRefused)
    assert str(refused) == "You approved already; a new city needs a second person of the staff."
    application.refresh_from_db()
    assert (application.state, application.first_approver) == (State.UNDER_REVIEW, sam)
    assert application.transitions.filter(verb="approve").count() == 1
    assert not Membership.objects.exists()


@real
def test_negative_control_without_the_lock_both_tabs_count(monkeypatch):
    sam = cast.make_staff("sam")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    assert race(*[lambda: fetched(application).approve(by=sam)] * 2) == [None, None]
    assert list(application.transitions.filter(verb="approve").values_list("by", flat=True)) == [sam.pk, sam.pk]


def two_tabs_of_a_program(application, user):
    """Two tabs at once, of a program that takes no lock and asks nobody's name: who is not the first is the second."""
    statement = """
        UPDATE members_application SET first_approver_id = COALESCE(first_approver_id, %(by)s),
            state = CASE WHEN first_approver_id IS NULL THEN 'under_review' ELSE 'approved' END,
            decided_by_id = CASE WHEN first_approver_id IS NOT NULL THEN %(by)s END,
            decided_at = CASE WHEN first_approver_id IS NOT NULL THEN now() END
        WHERE id = %(application)s"""
    meeting = Meeting()

    def press():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            meeting.wait()
            cursor.execute(statement, {"by": user.pk, "application": application.pk})

    return race(press, press)


@real
def test_one_person_s_two_tabs_are_no_two_people_for_the_database():
    sam = cast.make_staff("sam")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    (refused,) = [result for result in two_tabs_of_a_program(application, sam) if result is not None]
    assert "application_new_city_by_two_people" in str(refused)
    assert fetched(application).state == State.UNDER_REVIEW


@real
def test_negative_control_without_lock_and_constraint_one_person_admits_a_new_city():
    sam = cast.make_staff("sam")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    with without_rules(Application, "application_new_city_by_two_people"):
        assert two_tabs_of_a_program(application, sam) == [None, None]
        found = fetched(application)
        assert (found.state, found.first_approver, found.decided_by) == (State.APPROVED, sam, sam)


@real
def test_two_people_at_once_are_two_approvals_and_one_membership(monkeypatch):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    meet_after_reading(monkeypatch)
    assert race(lambda: fetched(application).approve(by=sam), lambda: fetched(application).approve(by=toni)) == [None, None]
    application.refresh_from_db()
    assert application.state == State.APPROVED
    assert {application.first_approver, application.decided_by} == {sam, toni}
    assert Membership.objects.count() == 1


@real
def test_negative_control_without_the_lock_a_second_approval_is_lost(monkeypatch):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    application = cast.make_application(cast.make_person("nadia"), cast.make_city("Lund"))
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    assert race(lambda: fetched(application).approve(by=sam), lambda: fetched(application).approve(by=toni)) == [None, None]
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW  # two people approved, and one of them was overwritten
    assert application.transitions.filter(verb="approve").count() == 2


@real
def test_two_applications_for_one_new_city_approved_at_once_make_it_join_once():
    sam, toni, lund = cast.make_staff("sam"), cast.make_staff("toni"), cast.make_city("Lund")
    one, two = cast.make_application(cast.make_person("nadia"), lund), cast.make_application(cast.make_person("leila"), lund)
    one.approve(by=sam)
    two.approve(by=sam)
    assert race(lambda: fetched(one).approve(by=toni), lambda: fetched(two).approve(by=toni)) == [None, None]
    assert Membership.objects.filter(city=lund).count() == 1
    assert sorted(Post.objects.filter(city=lund).values_list("is_lead", flat=True)) == [False, True]


@pytest.mark.parametrize("page", ["/admin/members/application/{}/approve/", "/members/applications/{}/approve/"])
def test_an_approval_that_says_nothing_of_what_was_seen_is_none(client, page, aarhus, nadia):
    application = cast.make_application(nadia, aarhus)
    client.force_login(cast.make_staff("sam"))
    answer = client.post(page.format(application.pk), {}, follow=True)
    assert "The city was changed while you looked at it" in answer.content.decode()
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


# --- Matching, against whoever applies or drops ----------------------------------------------------------------------


def match_and_apply(monkeypatch):
    """Staff match Nadia's application to Ghent while she applies for Ghent in another window."""
    sam, nadia, ghent = cast.make_staff("sam"), cast.make_person("nadia"), cast.make_city("Ghent")
    application = cast.make_application(nadia, City.propose(name="Gennt", country="BE", kind="city"))
    token = joining.token_for(cast.make_draft(email=nadia.email, choice=str(ghent.pk)))
    meeting, create, merged = Meeting(), Application.objects.create, module._refuse_if_merged
    monkeypatch.setattr(module, "_refuse_if_merged", lambda city: meeting.pass_on(merged(city)))  # it has looked for another one

    def together(**fields):
        meeting.wait()
        return create(**fields)

    monkeypatch.setattr(Application.objects, "create", together)
    results = race(lambda: fetched(application).match(by=sam, city=ghent), lambda: joining.confirm(token, user=nadia))
    return sorted(type(result).__name__ for result in results), Application.objects.open().filter(applicant=nadia, city=ghent).count()


ONE_IS_TOLD = (["AppliedAlready", "NoneType"], ["MoveRefused", "tuple"])  # whoever comes second


@real
@pytest.mark.parametrize("locked", [True, False])
def test_a_match_and_an_application_for_the_same_city_at_once_are_one(monkeypatch, locked):
    if not locked:
        without_locks(monkeypatch)  # the constraint holds it alone, and is told in words
    told, count = match_and_apply(monkeypatch)
    assert told in ONE_IS_TOLD
    assert count == 1


@real
def test_negative_control_without_lock_and_constraint_a_match_makes_a_second_one(monkeypatch):
    without_locks(monkeypatch)
    with without_rules(Application, "application_one_open_per_person_and_city"):
        assert match_and_apply(monkeypatch) == (["NoneType", "tuple"], 2)


@real
def test_what_is_matched_to_a_city_that_is_dropped_at_once_is_refused_with_words(monkeypatch):
    """One application is matched to a proposed city while the only other one for that is matched away from it."""
    sam, toni, ghent = cast.make_staff("sam"), cast.make_staff("toni"), cast.make_city("Ghent")
    gennt, gendt = (City.propose(name=name, country="BE", kind="city") for name in ("Gennt", "Gendt"))
    one, other = cast.make_application(cast.make_person("nadia"), gendt), cast.make_application(cast.make_person("leila"), gennt)
    meeting, merged = Meeting(), module._refuse_if_merged
    monkeypatch.setattr(module, "_refuse_if_merged", lambda city: meeting.pass_on(merged(city)))
    results = race(lambda: fetched(one).match(by=sam, city=gennt), lambda: fetched(other).match(by=toni, city=ghent))
    assert results[1] is None
    if results[0] is None:  # it was first, so something hangs on the city
        assert fetched(one).city == gennt
    else:
        assert isinstance(results[0], MoveRefused)
        assert str(results[0]) == "That city is no longer here: it was only proposed. Look again."
        assert fetched(one).city == gendt
    assert City.objects.filter(pk=gennt.pk).exists() is (results[0] is None)
