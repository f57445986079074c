"""Telling the staff of abuse: who may, what they then read, what they decide, and that nobody learns who told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members.jobs import tidy_reports
from members.models import City, Contact, Official, Report, ReportTransition, User
from members.models.contact import State as ContactState
from members.models.report import State
from members.waiting import waiting_for
from strongcities.workflow import MoveRefused
from tests import cast
from tests.members.test_relay import bytes_of, fetched, kinds, open_to_peers, path, written
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

REPORTER_HEARS = ("lene", "Your report: Leila Ali", False)
QUEUE = "/admin/members/report/"
VERBS = ("dismiss", "settle", "warn", "bar")
SAID: dict[str, Any] = {"kind": "abuse", "why": "He insults me."}


def text(response):
    return response.content.decode()


@pytest.fixture
def leila(db):
    return open_to_peers("leila")


@pytest.fixture
def lene(db):
    return open_to_peers("lene")


@pytest.fixture
def contact(lene, leila):
    return written(leila, lene)


@pytest.fixture
def report(contact, lene):
    """Lene reported what Leila wrote to her."""
    return Report.file(by=lene, contact=contact, **SAID)


def page_of(report, verb="change"):
    return f"{QUEUE}{report.pk}/{verb}/"


# --- Telling ---------------------------------------------------------------------------------------------------------


def test_what_was_written_is_reported_and_it_ends(client, contact, lene, leila):
    contact.answer(by=lene, text="Who are you?", show_addresses=True)
    contact.reply(by=leila, text="You fool.")
    client.force_login(lene)
    assert "not told that you reported it" in text(client.get(path(contact, "report/")))
    assert "Please check 2 things" in text(client.post(path(contact, "report/"), {"kind": "", "why": " "}))
    assert "Thank you." in text(client.post(path(contact, "report/"), SAID, follow=True))
    report = Report.objects.get()
    assert (report.by, report.person, fetched(contact).state) == (lene, leila.official, ContactState.REPORTED)
    for by in (lene, leila):
        with pytest.raises(MoveRefused):
            fetched(contact).reply(by=by, text="More")
        with pytest.raises(MoveRefused):
            written(by, leila if by == lene else lene)
    page = text(client.get(path(contact)))
    assert ">reported<" in page
    assert "leila@" not in page
    assert client.get(path(contact, "report/")).status_code == 403  # once


def test_who_was_reported_sees_nothing_of_it(client, contact, lene, leila):
    contact.answer(by=lene, text="Who are you?", show_addresses=False)
    client.force_login(leila)
    before = len(outbox())
    Report.file(by=lene, contact=contact, **SAID)
    assert len(outbox()) == before
    for address in ("/members/contacts/", path(contact), "/desk/"):
        assert "eported<" not in text(client.get(address))
    assert ">ended<" in text(client.get(path(contact)))
    refusal = text(client.post(path(contact, "reply/"), {"text": "x"}, follow=True))
    assert "That is no longer possible" in refusal
    assert "“reported”" not in refusal
    Report.file(by=leila, contact=fetched(contact), **SAID)  # the other may tell as well
    assert Report.objects.count() == 2


def test_who_wrote_without_an_answer_has_nothing_to_report(client, contact, leila):
    client.force_login(leila)
    assert client.get(path(contact, "report/")).status_code == 403
    assert client.post(path(contact, "report/"), SAID).status_code == 403


@pytest.mark.parametrize("first", ["lene", "leila"])
def test_who_was_reported_cannot_tell_it_from_an_end(client, contact, lene, leila, first):
    """Every page and every refusal is the same, byte for byte, whether the other ended it or reported it; also where the one
    who looks had ended it themselves before."""
    contact.answer(by=lene, text="Yes.", show_addresses=False)
    client.force_login(leila)
    if first == "leila":
        contact.close(by=leila)
    seen = []
    for act in (lambda: first == "leila" or contact.close(by=lene), lambda: Report.file(by=lene, contact=fetched(contact), **SAID)):
        act()
        client.force_login(leila)
        person = lene.official.get_absolute_url()
        asked = ["/members/contacts/", path(contact), "/desk/", person, f"{person}write/"]
        pages = [client.get(address) for address in asked]
        pages += [
            client.post(f"{person}write/", {"text": "Once more"}, follow=True),
            client.post(path(contact, "reply/"), {"text": "x"}, follow=True),
        ]
        seen.append([(page.status_code, without_tokens(text(page))) for page in pages])
    assert fetched(contact).state == ContactState.REPORTED
    assert seen[0] == seen[1]


def without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|Reference: \w+', "", page)


def test_pages_are_reported_by_people_of_member_cities(client, lene, leila, aarhus):
    person, city = lene.official.get_absolute_url(), "/cities/aarhus-dk/"
    expected = [(None, 302), (cast.make_person("nadia"), 403), (cast.make_staff("sam"), 403), (leila, 200)]
    for user, status in expected:
        client.logout()
        if user:
            client.force_login(user)
        for page in (person, city):
            wanted = 404 if page == person and user and user.email == "nadia@gent.be" else status
            assert client.get(f"{page}report/").status_code == wanted, (user, page)
            assert client.post(f"{page}report/", {}).status_code == wanted, (user, page)
    for page in (person, city):
        assert "Report this page" in text(client.get(page))
        assert "Thank you." in text(client.post(f"{page}report/", SAID, follow=True))
        assert "You told us already" in text(client.post(f"{page}report/", SAID, follow=True))
    assert {report.about for report in Report.objects.all()} == {"The page of Lene Lund", "The page of Aarhus"}
    client.force_login(lene)
    for own in (person, city):  # whoever writes a page mends it
        assert "Report this page" not in text(client.get(own))
        assert client.get(f"{own}report/").status_code == 403
        assert client.post(f"{own}report/", SAID).status_code == 403
    with pytest.raises(PermissionDenied):
        Report.file(by=lene, city=aarhus, **SAID)
    assert Report.objects.count() == 2
    client.force_login(cast.make_person("ove"))
    assert "Report this page" in text(client.get(city))  # an official who can't edit it
    client.logout()
    assert 'href="/contact/#wrong"' in text(client.get(city))


# --- The staff's queue -----------------------------------------------------------------------------------------------


def test_who_gets_into_the_queue(client, report, leila):
    addresses = [QUEUE, page_of(report)]
    expected = [(None, 302), (leila, 302), (cast.make_staff("events", vets=False), 403), (cast.make_staff("sam"), 200)]
    for user, status in expected:
        client.logout()
        if user:
            client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == [status, status], user
        if status != 200:
            for verb in (*VERBS, "lift"):
                answer = client.post(page_of(report, verb), {f"{verb}-why": "x"})
                assert answer.status_code == status
                assert report.transitions.count() == 1
    assert client.post(page_of(report)).status_code == 405
    assert client.get(page_of(report, "bar")).status_code == 405
    assert client.get(f"{QUEUE}x/change/").status_code == 404


def test_the_page_shows_all_that_was_written_and_the_first_page_that_it_waits(client, contact, lene):
    contact.answer(by=lene, text="Who are you?", show_addresses=False)
    other = written(lene, open_to_peers("ove"))
    report = Report.file(by=lene, contact=contact, **SAID)
    client.force_login(cast.make_staff())
    page = text(client.get(page_of(report)))
    for words in ("How do you work with schools?", "Who are you?", "He insults me.", "Insults, threats or harassment", "Lene Lund"):
        assert words in page
    assert "1 waits" in text(client.get("/admin/"))
    assert "Leila Ali" in text(client.get(QUEUE))
    (item,) = waiting_for(cast.make_staff())
    assert item.what == "1 report of abuse"
    assert client.get(path(other)).status_code == 404  # what was not reported stays closed


def test_a_member_of_staff_who_is_reported_sees_nothing_of_it(client, report, leila):
    User.objects.filter(pk=leila.pk).update(is_staff=True)
    leila.groups.add(cast.secretariat())
    client.force_login(leila)
    assert client.get(page_of(report)).status_code == 404
    assert "He insults me." not in text(client.get(QUEUE))
    with pytest.raises(PermissionDenied):
        report.dismiss(by=User.objects.get(pk=leila.pk), why="Nothing.")


def test_nobody_decides_on_their_own_report(client, report, lene):
    User.objects.filter(pk=lene.pk).update(is_staff=True)
    lene.groups.add(cast.secretariat())
    client.force_login(lene)
    assert "Decide" not in text(client.get(page_of(report))).split("content-main")[1]
    assert "nobody decides on a report of their own" in text(client.post(page_of(report, "bar"), {"bar-why": "x"}, follow=True))
    report.refresh_from_db()
    assert report.state == State.OPEN


def test_after_one_is_decided_the_next_is_shown_with_the_way_back(client, report, leila, lene):
    sam = cast.make_staff()
    later = Report.file(by=leila, person=Official.objects.get(user=lene), kind="wrong", why="She left.")
    Report.objects.create(by=sam, person=Official.objects.get(user=leila), kind="other", why="Mine.")
    client.force_login(sam)
    assert f'<a href="{page_of(later)}">Next: The page of Lene Lund</a>' in text(client.get(page_of(report)))
    answer = client.post(page_of(report, "bar"), {"bar-why": "Be kind."}, follow=True)
    assert answer.redirect_chain == [(page_of(later), 302)]
    assert f'<a href="{page_of(report)}">{report}</a> · They can’t write here any more' in text(answer)
    answer = client.post(page_of(later, "dismiss"), {"dismiss-why": "She is there."}, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]  # what is one's own is for others
    assert client.post(page_of(report, "lift"), {"lift-why": "x"}).headers["Location"] == page_of(report)


def test_next_is_the_oldest_after_it_then_round_to_the_beginning(client, report, leila, lene, aarhus):
    second, third = (Report.file(by=leila, kind="wrong", why="Wrong.", **about) for about in ({"person": lene.official}, {"city": aarhus}))
    Report.objects.filter(pk__in=[report.pk, second.pk]).update(at=report.at)  # at the same moment, the key decides
    client.force_login(cast.make_staff())
    for done, following in ((report, second), (second, third), (third, report)):
        assert client.get(page_of(done)).context["next"] == following
    for done, following in ((second, third), (third, report)):
        assert client.post(page_of(done, "dismiss"), {"dismiss-why": "No."}).headers["Location"] == page_of(following)


# --- Deciding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "state", "told"),
    [
        ("dismiss", "dismissed", [("lene", "Your report: Leila Ali", True)]),
        ("settle", "settled", [REPORTER_HEARS]),
        ("warn", "warned", [("leila", "About how you use the network’s site", True), REPORTER_HEARS]),
        ("bar", "barred", [("leila", "You can no longer write to others on the network’s site", True), REPORTER_HEARS]),
    ],
)
def test_what_each_decision_does(client, report, verb, state, told):
    leila = report.person.user
    before = len(outbox())
    client.force_login(cast.make_staff())
    assert "This field is required" in text(client.post(page_of(report, verb), {f"{verb}-why": " "}))
    client.post(page_of(report, verb), {f"{verb}-why": "Be kind, please."})
    report.refresh_from_db()
    assert report.state == state
    mails = outbox()[before:]
    assert [(mail.to[0].split("@")[0], mail.subject, "Be kind, please." in mail.message) for mail in mails] == told
    for mail in mails:
        if mail.to == [leila.email]:
            assert b"lene@" not in bytes_of(mail)
            assert b"Lene" not in bytes_of(mail)
    assert Official.objects.get(user=leila).barred_from_relay is (verb == "bar")
    again = text(client.post(page_of(report, "dismiss"), {"dismiss-why": "x"}, follow=True))
    assert "already settled" in again
    assert len(outbox()) == before + len(mails)


@pytest.mark.parametrize("words", ["LENE LUND told us.", "lene@aarhus.dk told us."])
@pytest.mark.parametrize("verb", ["warn", "bar"])
def test_words_that_name_who_reported_are_refused(report, sam, leila, verb, words):
    before = len(outbox())
    with pytest.raises(MoveRefused, match="name who reported"):
        getattr(report, verb)(by=sam, why=words)
    report.refresh_from_db()
    assert (report.state, len(outbox())) == (State.OPEN, before)
    assert not Official.objects.get(user=leila).barred_from_relay


def test_a_bar_is_lifted_with_the_last(report, sam, leila):
    ove = open_to_peers("ove")
    second = Report.file(by=ove, person=leila.official, **SAID)
    for each in (report, second):
        each.bar(by=sam, why="Enough.")
    before = len(outbox())
    report.lift(by=sam, why="It was a mistake.")
    assert Official.objects.get(user=leila).barred_from_relay
    second.lift(by=sam, why="Both were.")
    assert not Official.objects.get(user=leila).barred_from_relay
    assert [mail.subject for mail in outbox()[before:]] == ["You can write to others on the network’s site again"]


def test_a_city_s_page_is_put_right_and_nobody_warned(client, sam, leila, aarhus):
    report = Report.file(by=leila, city=aarhus, kind="wrong", why="The picture is of another city.")
    client.force_login(sam)
    page = text(client.get(page_of(report)))
    assert "Note as put right" in page
    assert "Warn by mail" not in page
    with pytest.raises(PermissionDenied):
        report.warn(by=sam, why="x")
    report.settle(by=sam, why="Taken out.")
    assert outbox()[-1].subject == "Your report: The page of Aarhus"
    assert "Taken out." not in outbox()[-1].message


# --- The database holds it -------------------------------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(report, sam, leila, aarhus):
    insert = (
        "INSERT INTO members_report (by_id, person_id, contact_id, city_id, kind, why, state, at, decided_at)"
        " VALUES (%s, %s, %s, %s, 'abuse', 'x', %s, now(), %s)"
    )
    now, person, contact, by = timezone.now(), leila.official.pk, report.contact_id, report.by_id
    refused("report_about_a_person_or_a_city", insert, by, None, None, None, "open", None)
    refused("report_about_a_person_or_a_city", insert, by, person, None, aarhus.pk, "open", None)
    refused("report_about_a_person_or_a_city", insert, by, None, contact, aarhus.pk, "open", None)
    refused("report_one_a_person_and_contact", insert, by, person, contact, None, "dismissed", now)
    refused("report_decided_has_a_time", insert, by, person, None, None, "warned", None)
    refused("report_only_people_are_warned", insert, by, None, None, aarhus.pk, "barred", now)
    Report.file(by=report.by, person=leila.official, **SAID)
    refused("report_one_open_a_person_and_page", insert, by, person, None, None, "open", None)
    report.dismiss(by=sam, why="no")
    step = (
        "INSERT INTO members_reporttransition (subject_id, verb, from_state, to_state, why, at) VALUES (%s, 'x', '', 'barred', '', now())"
    )
    refused("report_one_decision", step, report.pk)


def test_reports_are_deleted_two_years_after_the_decision(report, sam, lene, leila, aarhus):
    barred, recent = Report.file(by=lene, person=leila.official, **SAID), Report.file(by=leila, city=aarhus, **SAID)
    still_open = Report.file(by=lene, city=City.objects.get(name="Mombasa"), **SAID)
    report.dismiss(by=sam, why="No.")
    barred.bar(by=sam, why="Enough.")
    Report.objects.filter(pk__in=[report.pk, barred.pk]).update(decided_at=timezone.now() - timedelta(days=731))
    recent.settle(by=sam, why="Done.")
    assert tidy_reports(0) == 1
    assert set(Report.objects.all()) == {barred, recent, still_open}
    assert Contact.objects.filter(pk=report.contact_id).exists()


# --- Races -----------------------------------------------------------------------------------------------------------


def meet_after_reading(monkeypatch):
    meeting = Meeting()
    allows = Report.allows
    monkeypatch.setattr(Report, "allows", lambda self, verb: meeting.pass_on(allows(self, verb)))


def two_decisions(report):
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    pk = report.pk
    return race(
        lambda: Report.objects.get(pk=pk).bar(by=sam, why="Enough."), lambda: Report.objects.get(pk=pk).dismiss(by=toni, why="No.")
    )  # fmt: skip


def reported():
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    return Report.file(by=lene, contact=written(leila, lene), **SAID)


@real
@pytest.mark.parametrize("locks", [True, False])
def test_two_staff_at_once_make_one_decision(monkeypatch, locks):
    report = reported()
    if not locks:
        without_locks(monkeypatch)  # the constraint holds it alone
    meet_after_reading(monkeypatch)
    assert kinds(two_decisions(report)) == ["MoveRefused" if locks else "IntegrityError", "NoneType"]
    report.refresh_from_db()
    assert Official.objects.get(user=report.person.user).barred_from_relay is (report.state == State.BARRED)


@real
def test_negative_control_without_lock_and_constraint_two_decisions_happen(monkeypatch):
    report = reported()
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    (one_decision,) = ReportTransition._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(ReportTransition, one_decision)
    try:
        assert two_decisions(report) == [None, None]
        assert report.transitions.exclude(verb="file").count() == 2
    finally:
        ReportTransition.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ReportTransition, one_decision)
