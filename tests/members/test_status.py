"""`/join/status/`, answering, withdrawing, the lead official's pages, consents: who may open what, and what it does."""

import pytest

from members.models import Application, City, Official, Post
from members.models.application_state import State
from members.waiting import standing_of, waiting_for
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


# --- Where it stands -------------------------------------------------------------------------------------------------


def test_strangers_are_told_why_to_sign_in(client):
    page = text(client.get("/join/status/"))
    assert "Sign in with the mail address" in page
    assert "next=/join/status/" in page


def test_the_way_in_words_without_the_staff_s_own_steps(client, sam, nadia):
    application = cast.make_application(nadia, cast.make_city("Lund"))
    application.review(by=sam)
    application.notes.create(by=sam, text="Rang the town hall")
    application.approve(by=sam)
    application.ask(by=sam, why="Who is the mayor?")
    client.force_login(nadia)
    page = text(client.get("/join/status/"))
    for shown in ("Application sent", "Taken up for review", "More information asked", "Who is the mayor?", "Send answer", "Withdraw"):
        assert shown in page
    for hidden in ("Sam Staff", "Rang the town hall", "Approved by the first of two"):
        assert hidden not in page
    assert application.transitions.count() == 4  # the first approval is there, and not shown


def test_a_match_is_told_to_the_applicant(client, sam, nadia, aarhus):
    application = cast.make_application(nadia, City.propose(name="Aarhuus", country="DK", kind="city"), city_typed="Aarhuus")
    application.match(by=sam, city=aarhus)
    mail = outbox()[-1]
    assert (mail.to, mail.subject) == (["nadia@gent.be"], "Your application is now for Aarhus")
    for words in (mail.message, mail.html_message):
        assert "Your application is now for Aarhus, which is the city you described." in words
        assert "/join/status/" in words
    client.force_login(nadia)
    page = text(client.get("/join/status/"))
    assert page.count("Your application is now for Aarhus, which is the city you described.") == 1
    assert "<blockquote" not in page  # the name is in the sentence


def test_each_of_two_matches_names_its_own_city(client, sam, nadia, aarhus):
    application = cast.make_application(nadia)
    for city in (aarhus, cast.make_city("Mombasa")):
        application.match(by=sam, city=city)
    client.force_login(nadia)
    page = text(client.get("/join/status/"))
    assert [words for words in ("now for Aarhus,", "now for Mombasa,") if words in page] == ["now for Aarhus,", "now for Mombasa,"]
    assert [mail.subject for mail in outbox()[1:]] == ["Your application is now for Aarhus", "Your application is now for Mombasa"]


def test_a_match_to_a_city_that_somebody_else_proposed_tells_nothing_of_it(client, sam, nadia):
    """Neither its spelling nor that it is here, which would say that somebody applied; also not once it is shown to everyone."""
    theirs = City.propose(name="Lunnd", country="SE", kind="city")
    application = cast.make_application(nadia, City.propose(name="Lund", country="SE", kind="municipality"), city_typed="Lund")
    before = len(outbox())
    application.match(by=sam, city=theirs)
    assert application.city == theirs
    assert len(outbox()) == before
    client.force_login(nadia)
    for _look in range(2):
        assert "is now for" not in text(client.get("/join/status/"))
        City.objects.filter(pk=theirs.pk).update(is_public=True)
    assert [step.words for step in application.transitions.all()] == ["Application sent", "Matched to a city that was here already"]


def test_a_match_is_told_in_the_applicant_s_language(sam, nadia, aarhus):
    application = cast.make_application(nadia)
    Application.objects.filter(pk=application.pk).update(language="ar")
    application.match(by=sam, city=aarhus)
    assert 'dir="rtl"' in outbox()[-1].html_message


def test_nobody_sees_another_one_s(client, nadia):
    cast.make_application(nadia)
    client.force_login(cast.make_person("leila"))
    assert "You have not sent an application yet" in text(client.get("/join/status/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(client, nadia, count, django_assert_num_queries):
    for number in range(count):
        cast.make_application(nadia, cast.make_city(f"Town {number}"))
    client.force_login(nadia)
    with django_assert_num_queries(5):  # session, account, applications with cities, transitions, colleagues named
        assert text(client.get("/join/status/")).count("<article") == count


def test_answer(client, sam, nadia):
    application = cast.make_application(nadia)
    application.ask(by=sam, why="Who is the mayor?")
    client.force_login(nadia)
    assert client.get(f"/join/status/{application.pk}/answer/").status_code == 405
    assert "This field is required" in text(client.post(f"/join/status/{application.pk}/answer/", {"why": " "}))
    page = text(client.post(f"/join/status/{application.pk}/answer/", {"why": "Anna does."}, follow=True))
    assert "Your answer is sent." in page
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW
    page = text(client.post(f"/join/status/{application.pk}/answer/", {"why": "Again."}, follow=True))
    assert "already settled" in page
    assert application.transitions.filter(verb="answer").count() == 1


def test_withdraw_asks_once(client, nadia):
    application = cast.make_application(nadia)
    client.force_login(nadia)
    assert "Withdraw your application?" in text(client.get(f"/join/status/{application.pk}/withdraw/"))
    application.refresh_from_db()
    assert application.state == State.SUBMITTED
    assert "is withdrawn" in text(client.post(f"/join/status/{application.pk}/withdraw/", follow=True))
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert "already settled" in text(client.post(f"/join/status/{application.pk}/withdraw/", follow=True))


@pytest.mark.parametrize("verb", ["answer", "withdraw"])
def test_outsiders_find_nothing_to_answer_or_withdraw(client, sam, nadia, verb):
    application = cast.make_application(nadia)
    path = f"/join/status/{application.pk}/{verb}/"
    assert client.post(path).headers["Location"].startswith("/account/login/")
    for person in (cast.make_person("leila"), sam):
        client.force_login(person)
        assert client.post(path, {"why": "x"}).status_code == 404
    assert application.transitions.count() == 1


# --- A lead official's colleagues ------------------------------------------------------------------------------------


@pytest.fixture
def colleague(aarhus, lene, nadia):
    return cast.make_application(nadia, aarhus, has_mandate=True)


def test_leads_hear_of_a_colleague(sam, lene, nadia, aarhus):
    cast.make_person("ove")
    cast.make_application(nadia, aarhus)
    assert [(message.to, message.subject) for message in outbox()] == [
        (["nadia@gent.be"], "We have your application for Aarhus"), (["lene@aarhus.dk"], "A colleague wants to join for Aarhus")
    ]  # fmt: skip
    cast.make_application(cast.make_person("leila"), cast.make_city("Lund"))
    assert len(outbox()) == 3


VERBS = {"approve": {}, "ask": {"ask-why": "Which office?"}, "decline": {"decline-why": "Not one of ours."}}


@pytest.mark.parametrize(("verb", "state"), [("approve", "approved"), ("ask", "information_asked"), ("decline", "declined")])
def test_lead_decides(client, lene, colleague, verb, state):
    client.force_login(lene)
    assert "nadia@gent.be" in text(client.get(f"/members/applications/{colleague.pk}/"))
    path = f"/members/applications/{colleague.pk}/{verb}/"
    assert client.get(path).status_code == 405
    said = VERBS[verb] | {"seen": colleague.city.identity}
    assert client.post(path, said).headers["Location"] == f"/members/applications/{colleague.pk}/"
    colleague.refresh_from_db()
    assert colleague.state == state
    assert len(outbox()) == 3  # the lead's own, that somebody wants in; and two to the applicant
    if state != "information_asked":
        assert "already settled" in text(client.post(path, said, follow=True))
    assert len(outbox()) == 3


@pytest.mark.parametrize("verb", ["ask", "decline"])
def test_words_are_required(client, lene, colleague, verb):
    client.force_login(lene)
    assert "This field is required" in text(client.post(f"/members/applications/{colleague.pk}/{verb}/"))
    colleague.refresh_from_db()
    assert colleague.state == "submitted"


def test_lead_confirms_the_mandate(client, lene, colleague):
    client.force_login(lene)
    client.post(f"/members/applications/{colleague.pk}/approve/", {"mandate": "on", "seen": colleague.city.identity})
    assert Post.objects.get(official__user=colleague.applicant).has_mandate


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("ove", 404), ("leila", 404), ("nadia", 403), ("events", 404)])
@pytest.mark.parametrize("verb", ["", "approve/", "ask/", "decline/"])
def test_others_may_not(client, colleague, who, status, verb):
    if who:
        client.force_login(cast.make_staff(who, vets=False) if who == "events" else cast.make_person(who))
    path = f"/members/applications/{colleague.pk}/{verb}"
    response = client.post(path, VERBS.get(verb.strip("/"), {})) if verb else client.get(path)
    assert response.status_code == status
    colleague.refresh_from_db()
    assert colleague.state == "submitted"


def test_lead_of_a_city_that_left_sees_nothing(client, lene, colleague, aarhus):
    client.force_login(lene)
    assert Application.objects.visible_to(lene).get() == colleague
    aarhus.memberships.update(left="2020-01-01")
    assert not Application.objects.visible_to(lene).exists()
    assert client.get(f"/members/applications/{colleague.pk}/").status_code == 404


def test_what_shows_is_what_may_be_decided(sam, toni, lene, nadia, colleague):
    cast.make_application(sam, cast.make_city("Ghent"))
    for user in (sam, toni, lene, nadia, cast.make_person("ove"), cast.make_staff("events", vets=False)):
        may = {application.pk for application in Application.objects.all() if application.can_approve(user)}
        assert set(Application.objects.to_decide_by(user).values_list("pk", flat=True)) == may


# --- The desk --------------------------------------------------------------------------------------------------------


def test_what_waits_for_whom(sam, lene, nadia, colleague):
    assert [item.what for item in waiting_for(lene)] == ["Nadia Nys wants to join for Aarhus"]
    assert [(item.what, item.url) for item in waiting_for(sam)] == [("1 application to join", "/admin/members/application/")]
    assert waiting_for(nadia) == []
    assert standing_of(nadia) == [colleague]
    colleague.ask(by=lene, why="Which office?")
    assert [item.button for item in waiting_for(nadia)] == ["Answer"]
    assert waiting_for(lene) == waiting_for(sam) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_as_often_for_three_as_for_one(aarhus, lene, count, django_assert_num_queries):
    for number in range(count):
        cast.make_application(cast.make_user(f"p{number}@aarhus.dk"), aarhus)
    with django_assert_num_queries(7):
        assert len(waiting_for(lene)) == count


# --- Consents --------------------------------------------------------------------------------------------------------


def test_consents_are_changed_as_easily_as_given(client, lene):
    assert client.get("/members/consents/").status_code == 302
    client.force_login(lene)
    client.post("/members/consents/", {"shown_to": "everyone", "open_to_peers": "on"})
    official = Official.objects.get(user=lene)
    assert (official.shown_to, official.wants_newsletter, official.open_to_peers) == ("everyone", False, True)
    assert text(client.get("/members/consents/")).count("checked") == 2
    assert text(client.post("/members/consents/", {}, follow=True)).count("Your choices are saved. They hold from now on.") == 1
    official.refresh_from_db()
    assert (official.shown_to, official.wants_newsletter, official.open_to_peers) == ("nobody", False, False)


def test_consents_are_for_officials(client, nadia):
    client.force_login(nadia)
    assert client.get("/members/consents/").status_code == 404
