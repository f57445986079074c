"""Vouching: what the applicant is told (always the same), what the colleague sees, and what becomes evidence."""

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from members import accounts, evidence
from members.models import Application, Post, Vouch
from members.models.vouch import MOST
from members.querysets import today
from members.waiting import waiting_for
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)


def text(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(accounts, "EVEN", 0)


@pytest.fixture
def application(nadia):
    return cast.make_application(nadia, cast.make_city("Ghent"))


def name(client, application, email, **kwargs):
    return client.post(f"/join/status/{application.pk}/vouch/", {"colleague-email": email}, **kwargs)


def asked(application, lene):
    Vouch.ask(application, lene.email, by=application.applicant, colleague=lene)
    return Vouch.objects.get(voucher=lene)


# --- Naming ----------------------------------------------------------------------------------------------------------


def test_an_official_is_mailed_and_nobody_else(client, application, lene, aarhus):
    former = cast.make_user("former@aarhus.dk")
    cast.make_post(former, aarhus, until=today())
    client.force_login(application.applicant)
    before = len(outbox())
    said = []
    for email in (lene.email, former.email, "nobody@aarhus.dk"):
        page = text(name(client, application, email, follow=True))
        said.append(page.split('<ul class="messages"')[1].split("</ul>")[0].replace(email, "…"))
    assert len(set(said)) == 1
    assert "If … belongs to an official of a member city" in said[0]
    (mail,) = outbox()[before:]
    assert (mail.to, mail.subject) == (["lene@aarhus.dk"], "Nadia Nys asks you to vouch for them (Ghent)")
    assert [vouch.voucher for vouch in Vouch.objects.order_by("pk")] == [lene, None, None]
    page = text(client.get("/join/status/"))
    assert [email in page for email in (lene.email, former.email, "nobody@aarhus.dk")] == [True] * 3
    assert "Name colleague" not in page


@pytest.mark.parametrize("email", ["lene@aarhus.dk", "nobody@aarhus.dk"])
def test_a_watch_does_not_tell_either(client, application, lene, monkeypatch, email):
    monkeypatch.setattr(accounts, "EVEN", 1.5)
    client.force_login(application.applicant)
    before = time.monotonic()
    assert name(client, application, email).status_code == 302
    assert time.monotonic() - before >= 1.5


def test_what_the_colleague_answers_is_not_shown_to_the_applicant(client, application, lene):
    vouch = asked(application, lene)
    client.force_login(application.applicant)
    pages = [text(client.get("/join/status/"))]
    vouch.vouch(by=lene, words="We worked together.")
    pages.append(text(client.get("/join/status/")))
    assert "lene@aarhus.dk" in pages[0]
    assert pages[0].split("<main")[1].split("csrfmiddlewaretoken")[0] == pages[1].split("<main")[1].split("csrfmiddlewaretoken")[0]
    assert "We worked together." not in pages[1]
    assert "Lene Lund" not in pages[1]


def test_three_and_no_more_each_once(client, application, lene):
    client.force_login(application.applicant)
    assert "You named this address already." in text(
        [name(client, application, "Lene@Aarhus.dk", follow=True) for _twice in range(2)][1]
    )  # fmt: skip
    name(client, application, "b@x.dk")
    name(client, application, "c@x.dk")
    assert "You named three colleagues" in text(name(client, application, "d@x.dk", follow=True))
    assert Vouch.objects.count() == MOST


def test_naming_oneself_looks_the_same_and_does_nothing(client, application, aarhus):
    cast.make_post(application.applicant, aarhus)  # an official elsewhere
    client.force_login(application.applicant)
    before = len(outbox())
    assert "If nadia@gent.be belongs to" in text(name(client, application, "nadia@gent.be", follow=True))
    assert len(outbox()) == before
    assert Vouch.objects.get().voucher is None


def test_only_for_an_open_application_of_ones_own(client, application, sam, lene):
    client.force_login(lene)
    assert name(client, application, "b@x.dk").status_code == 404
    with pytest.raises(PermissionDenied):
        Vouch.ask(application, "b@x.dk", by=lene, colleague=None)
    application.decline(by=sam, why="no")
    client.force_login(application.applicant)
    assert "nobody needs to vouch" in text(name(client, application, lene.email, follow=True))
    assert not Vouch.objects.exists()


def test_a_bad_address_is_said_at_the_field(client, application):
    client.force_login(application.applicant)
    page = text(name(client, application, "nobody"))
    assert "error-summary" in page
    assert page.count('id="id_colleague-email"') <= 1


# --- Answering -------------------------------------------------------------------------------------------------------


def test_the_colleague_sees_name_post_and_city_and_vouches(client, application, lene):
    vouch = asked(application, lene)
    assert [item.what for item in waiting_for(lene)] == ["Nadia Nys asks you to vouch for them"]
    client.force_login(lene)
    page = text(client.get(f"/members/vouches/{vouch.pk}/"))
    assert all(words in page for words in ("Nadia Nys", "Prevention officer", "Ghent", "Belgium"))
    assert "nadia@gent.be" not in page
    assert "This field is required" in text(client.post(f"/members/vouches/{vouch.pk}/vouch/", {"words": " "}))
    page = text(client.post(f"/members/vouches/{vouch.pk}/vouch/", {"words": "We worked together."}, follow=True))
    assert "You vouched for them." in page
    assert evidence.of(application).speaks_for[-1] == "Lene Lund (Aarhus, lead official) vouches: “We worked together.”"
    assert "already settled" in text(client.post(f"/members/vouches/{vouch.pk}/decline/", follow=True))
    assert waiting_for(lene) == []


def test_a_decline_is_no_evidence(client, application, lene):
    vouch = asked(application, lene)
    before = evidence.of(application)
    client.force_login(lene)
    assert "You said that you can’t vouch" in text(client.post(f"/members/vouches/{vouch.pk}/decline/", follow=True))
    assert evidence.of(application) == before


@pytest.mark.parametrize("who", ["ove", "leila", "nadia", "sam"])
def test_nobody_else_opens_it(client, application, lene, who):
    vouch = asked(application, lene)
    user = cast.make_staff("sam") if who == "sam" else cast.make_person(who)
    client.force_login(user)
    for method, path in (("get", ""), ("post", "vouch/"), ("post", "decline/")):
        assert getattr(client, method)(f"/members/vouches/{vouch.pk}/{path}", {"words": "x"}).status_code == 404
    with pytest.raises(PermissionDenied):
        vouch.vouch(by=user, words="x")


def test_who_left_meanwhile_does_not_vouch(client, application, lene):
    vouch = asked(application, lene)
    lene.official.posts.get().end(by=lene)
    client.force_login(lene)
    assert client.get(f"/members/vouches/{vouch.pk}/").status_code == 404
    with pytest.raises(PermissionDenied):
        vouch.vouch(by=lene, words="x")


def test_what_was_said_stays_as_it_was_said(application, lene):
    asked(application, lene).vouch(by=lene, words="")
    lene.official.posts.get().end(by=lene)
    assert evidence.of(application).speaks_for[-1] == "Lene Lund (Aarhus, lead official) vouches."


def test_after_the_decision_no_answer_is_needed(client, application, lene, sam):
    vouch = asked(application, lene)
    application.decline(by=sam, why="no")
    client.force_login(lene)
    assert "settled meanwhile" in text(client.get(f"/members/vouches/{vouch.pk}/"))
    with pytest.raises(MoveRefused, match="settled meanwhile"):
        vouch.vouch(by=lene, words="x")
    assert waiting_for(lene) == []


# --- The database holds it -------------------------------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(application, lene):
    asked(application, lene)
    into = (
        "INSERT INTO members_vouch (application_id, number, email, voucher_id, state, words, asked) VALUES (%s, %s, %s, %s, %s, '', now())"
    )
    pk = application.pk
    refused("vouch_three_at_the_most", into, pk, 4, "b@x.dk", None, "asked")
    refused("vouch_each_number_once", into, pk, 1, "b@x.dk", None, "asked")
    refused("vouch_an_address_once", into, pk, 2, lene.email, None, "asked")
    refused("vouch_a_colleague_once", into, pk, 2, "b@x.dk", lene.pk, "asked")
    refused("nobody vouches for themselves", into, pk, 2, "b@x.dk", application.applicant.pk, "asked")
    refused("vouch_an_answer_has_a_post", into, pk, 2, "b@x.dk", None, "vouched")
    with transaction.atomic(), connection.cursor() as cursor:  # the statement itself is sound
        cursor.execute(into, [pk, 2, "b@x.dk", None, "asked"])


# --- Races -----------------------------------------------------------------------------------------------------------


def two_more(monkeypatch):
    """Two addresses are named at once where there is room for one."""
    nadia = cast.make_person("nadia")
    application = cast.make_application(nadia, cast.make_city("Ghent"))
    for email in ("a@x.dk", "b@x.dk"):
        Vouch.ask(application, email, by=nadia, colleague=None)
    meeting, create = Meeting(), Vouch.objects.create

    def together(**fields):
        meeting.wait()
        return create(**fields)

    monkeypatch.setattr(Vouch.objects, "create", together)
    asks = [
        lambda email=email: Vouch.ask(Application.objects.get(), email, by=nadia, colleague=None) for email in ("c@x.dk", "d@x.dk")
    ]  # fmt: skip
    return sorted(type(result).__name__ for result in race(*asks))


@real
def test_two_at_once_are_three_in_all(monkeypatch):
    assert two_more(monkeypatch) == ["MoveRefused", "NoneType"]
    assert Vouch.objects.count() == MOST


@real
def test_without_the_lock_the_constraint_holds_it(monkeypatch):
    without_locks(monkeypatch)
    assert two_more(monkeypatch) == ["IntegrityError", "NoneType"]
    assert Vouch.objects.count() == MOST


@real
def test_negative_control_without_lock_and_constraint_there_are_four(monkeypatch):
    without_locks(monkeypatch)
    once = next(constraint for constraint in Vouch._meta.constraints if constraint.name == "vouch_each_number_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Vouch, once)
    try:
        assert two_more(monkeypatch) == ["NoneType", "NoneType"]
        assert Vouch.objects.count() == MOST + 1
    finally:
        Vouch.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Vouch, once)


def test_posts_of_other_cities_speak_too(application, lene, aarhus):
    ove = cast.make_person("ove")
    Vouch.ask(application, ove.email, by=application.applicant, colleague=ove)
    Vouch.objects.get().vouch(by=ove, words="")
    assert Vouch.objects.get().post == Post.objects.get(official__user=ove)
    assert evidence.of(application).speaks_for[-1] == "Ove Olsen (Aarhus) vouches."


def test_the_lead_official_who_decides_reads_the_vouch_and_nothing_of_elsewhere(client, lene, nadia):
    """A decline elsewhere, and cities that are only proposed, are the staff's to know."""
    application = cast.make_application(nadia, cast.make_city("Aarhus"))
    ove = cast.make_person("ove")
    Vouch.ask(application, ove.email, by=application.applicant, colleague=ove)
    Vouch.objects.get(application=application, voucher=ove).vouch(by=ove, words="We worked together.")
    other = cast.make_application(application.applicant, cast.make_city("Mombasa"))
    other.decline(by=cast.make_staff("sam"), why="Not yet.")
    assert any("Mombasa" in words for words in evidence.of(application).speaks_against)
    client.force_login(lene)
    page = text(client.get(f"/members/applications/{application.pk}/"))
    assert "Ove Olsen (Aarhus) vouches: “We worked together.”" in page
    assert "Mombasa" not in page
    assert "What speaks against it" in page


def test_a_proposed_city_is_named_to_the_voucher_as_the_applicant_wrote_it(client, nadia, lene):
    hidden = cast.make_city("Lund")
    asked = cast.make_application(nadia, hidden, city_typed="Lunnd")
    Vouch.ask(asked, lene.email, by=nadia, colleague=lene)
    vouch = Vouch.objects.get(application=asked)
    assert "Lunnd" in outbox()[-1].message
    client.force_login(lene)
    page = text(client.get(f"/members/vouches/{vouch.pk}/"))
    assert "Lunnd" in page
    assert "Lund," not in page
