"""Writing to each other through the house: who may, what each of the two sees, and that no address is told."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from post_office.models import Email
from procrastinate.contrib.django import app

from members.jobs import tidy_contacts
from members.models import Contact, ContactTransition, Message, Official, Report, User
from members.models.contact import State
from members.waiting import waiting_for
from members.words import plain, unlinked
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules, without_trigger

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

WORDS = "How do you work with schools? See https://evil.example/x or www.evil.example."


def text(response):
    return response.content.decode()


def open_to_peers(who):
    """Somebody of the cast, who agreed to be shown and to be written to."""
    user = cast.make_person(who)
    Official.objects.filter(user=user).update(shown_to="members", open_to_peers=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def leila(db):
    return open_to_peers("leila")


@pytest.fixture
def lene(db):
    return open_to_peers("lene")


@pytest.fixture
def contact(lene, leila):
    """Leila of Mombasa wrote to Lene of Aarhus."""
    return written(leila, lene)


def written(by, to):
    return Contact.write(by=by, to=Official.objects.get(user=to), text=WORDS)


def fetched(contact):
    return Contact.objects.get(pk=contact.pk)


def path(contact, verb=""):
    return f"/members/contacts/{contact.key}/{verb}"


def bytes_of(mail):
    """A mail as it goes over the line, every header in it, and its texts decoded."""
    message = mail.email_message().message()
    parts = [part.get_payload(decode=True) or b"" for part in message.walk()]
    return message.as_bytes() + b"\n".join(parts) + str(message.items()).encode()


# --- The whole way, and that no address is told ----------------------------------------------------------------------


def test_neither_address_leaves_the_house_until_it_is_shown(client, lene, leila):
    page = lene.official.get_absolute_url()
    client.force_login(leila)
    pages = [client.get(page), client.get(f"{page}write/"), client.post(f"{page}write/", {"text": WORDS}, follow=True)]
    contact = Contact.objects.get()
    pages += [client.get("/members/contacts/"), client.get(path(contact)), client.get("/desk/")]
    (mail,) = outbox()
    assert mail.to == ["lene@aarhus.dk"]
    assert b"leila@" not in bytes_of(mail)
    assert not any("lene@" in text(each) for each in pages)
    assert mail.subject == "Leila Ali wrote to you"
    assert "Leila Ali (Prevention officer, Mombasa)" in mail.message
    for body in (mail.message, mail.html_message):
        assert "How do you work with schools?" in body
    message = mail.email_message().message()
    assert "info@strongcitiesnetwork.org" in message["From"]
    assert {"Reply-To", "Sender", "Return-Path", "Cc", "Bcc"}.isdisjoint(message.keys())

    client.force_login(lene)
    for address in ("/desk/", "/members/contacts/", path(contact)):
        assert "leila@" not in text(client.get(address))
    answered = client.post(path(contact, "answer/"), {"text": "Gladly.", "addresses": "hide"}, follow=True)
    assert "Your answer is sent." in text(answered)
    assert "leila@" not in text(answered)
    client.force_login(leila)
    assert "lene@" not in text(client.get(path(contact)))
    client.post(path(contact, "reply/"), {"text": "When?", "addresses": "on"})  # only who was written to may show them
    assert not fetched(contact).addresses_shown
    assert [mail.to for mail in outbox()] == [["lene@aarhus.dk"], ["leila@mombasa.go.ke"], ["lene@aarhus.dk"]]
    for mail in outbox():
        other = b"lene@" if mail.to == ["leila@mombasa.go.ke"] else b"leila@"
        assert other not in bytes_of(mail)

    client.force_login(lene)
    client.post(path(contact, "reply/"), {"text": "Tomorrow.", "addresses": "on"})
    assert "leila@mombasa.go.ke" in text(client.get(path(contact)))
    client.force_login(leila)
    assert "lene@aarhus.dk" in text(client.get(path(contact)))
    assert b"lene@aarhus.dk" in bytes_of(outbox()[-1])


def test_an_answer_that_shows_addresses_shows_them_to_both(client, contact, lene, leila):
    client.force_login(lene)
    client.post(path(contact, "answer/"), {"text": "Write to me.", "addresses": "show"})
    assert "leila@mombasa.go.ke" in text(client.get(path(contact)))
    mail = outbox()[-1]
    assert (mail.to, "Their mail address: lene@aarhus.dk" in mail.message) == (["leila@mombasa.go.ke"], True)
    assert "lene@" in mail.html_message


def test_whether_addresses_are_shown_must_be_chosen(client, contact, lene):
    client.force_login(lene)
    page = text(client.post(path(contact, "answer/"), {"text": "Gladly."}))
    assert "Please check one thing" in page
    assert "Gladly." in page
    assert fetched(contact).state == State.SENT


def test_words_are_text_and_links_in_mails_are_none(client, contact, lene):
    mail = outbox()[0]
    for body in (mail.message, mail.html_message):
        assert "evil" in body
        assert "https://evil" not in body
        assert "evil.example" not in body
    assert unlinked("see a.b, at 3.5 https://x.org/y me@x.org. End") == (
        "see a.\u2060b, at 3.\u20605 https:\u2060//x.\u2060org/y me@\u2060x.\u2060org. End"
    )
    Message.objects.update(text="<b>bold</b> https://evil.example/")
    client.force_login(lene)
    page = text(client.get(path(contact)))
    assert "&lt;b&gt;bold&lt;/b&gt; https://evil.example/" in page
    assert 'href="https://evil' not in page


def test_hidden_characters_go_and_line_ends_count_once(client, lene, leila):
    assert plain("a\u202eb\x07\r\nc\u200dd") == "ab\nc\u200dd"
    client.force_login(leila)
    page = f"{lene.official.get_absolute_url()}write/"
    assert "at most 3000 characters" in text(client.post(page, {"text": "x" * 3001}))
    assert client.post(page, {"text": "x\r\n" * 1499 + "xx"}).status_code == 302  # 4,499 over the line, 3,000 as they are read
    assert len(Contact.objects.get().messages.get().text) == 3000


@pytest.mark.parametrize("words", ["", "   \n ", "x" * 3001])
def test_bad_words_are_refused_and_nothing_is_sent(client, lene, leila, words):
    client.force_login(leila)
    assert "Please check one thing" in text(client.post(f"{lene.official.get_absolute_url()}write/", {"text": words}))
    assert not Contact.objects.exists()
    assert not outbox()


def test_a_name_can_t_break_out_of_a_header(lene, leila):
    User.objects.filter(pk=leila.pk).update(name="Eve\r\nBcc: all@x.example")
    contact = written(User.objects.get(pk=leila.pk), lene)
    message = outbox()[0].email_message().message()
    assert contact.pk
    assert "Bcc" not in message
    assert message["Subject"] == "Eve Bcc: all@x.example wrote to you"


# --- Who may write ---------------------------------------------------------------------------------------------------


def test_who_may_begin(client, lene, leila):
    former = cast.make_user("former@oslo.no", "Finn Former")
    cast.make_post(former, cast.make_city("Oslo"))
    page = f"{lene.official.get_absolute_url()}write/"
    assert client.get(page).headers["Location"].startswith("/account/login/")
    expected = [
        (cast.make_person("nadia"), 404), (former, 404), (lene, 403), (cast.make_staff("events", vets=False), 403),
        (cast.make_staff("sam"), 403), (leila, 200),
    ]  # fmt: skip
    for user, status in expected:
        client.force_login(user)
        assert (user.name, client.get(page).status_code) == (user.name, status)
        if status != 200:
            assert client.post(page, {"text": WORDS}).status_code == status
    assert not Contact.objects.exists()
    assert client.put(page).status_code == 405


@pytest.mark.parametrize("hindered", ["not open", "not shown", "barred", "no name", "receiver left", "receiver closed", "sender left"])
def test_what_stands_in_the_way(client, lene, leila, hindered):
    page = f"{lene.official.get_absolute_url()}write/"
    status = 403
    today = timezone.now().date()
    if hindered == "not open":
        Official.objects.filter(user=lene).update(open_to_peers=False)
    elif hindered == "not shown":
        Official.objects.filter(user=lene).update(shown_to="nobody", open_to_peers=False)
        status = 404
    elif hindered == "barred":
        Official.objects.filter(user=leila).update(barred_from_relay=True)
    elif hindered == "no name":
        User.objects.filter(pk=leila.pk).update(name="")
    elif hindered == "receiver left":
        lene.official.posts.update(until=today)
        status = 404
    elif hindered == "receiver closed":
        User.objects.filter(pk=lene.pk).update(is_active=False)
        status = 404
    else:
        leila.official.posts.update(until=today)
        status = 404
    client.force_login(leila)
    assert client.post(page, {"text": WORDS}).status_code == status
    with pytest.raises(PermissionDenied):
        written(User.objects.get(pk=leila.pk), lene)
    assert not outbox()


def test_one_at_a_time_whoever_began(client, contact, lene, leila):
    for by, to in ((leila, lene), (lene, leila)):
        with pytest.raises(MoveRefused, match="written to each other already"):
            written(by, to)
        client.force_login(by)
        assert "Read your messages" in text(client.get(to.official.get_absolute_url()))
        page = text(client.post(f"{to.official.get_absolute_url()}write/", {"text": "Again"}, follow=True))
        assert "written to each other already" in page
    assert len(outbox()) == 1
    contact.answer(by=lene, text="Yes.", show_addresses=False)
    contact.close(by=leila)
    for by, to in ((leila, lene), (lene, leila)):  # an end is for good
        with pytest.raises(MoveRefused, match="written to each other already"):
            written(by, to)


def test_who_was_ignored_isn_t_told_and_can_t_write_again(client, contact, lene, leila):
    client.force_login(lene)
    assert "can’t write to you again" in text(client.post(path(contact, "ignore/"), follow=True))
    assert fetched(contact).state == State.IGNORED
    assert len(outbox()) == 1
    client.force_login(leila)
    for address in ("/members/contacts/", path(contact)):
        assert "waits for an answer" in text(client.get(address))
        assert "ignored" not in text(client.get(address))
    with pytest.raises(MoveRefused):
        written(leila, lene)
    contact.answer(by=lene, text="After all.", show_addresses=False)
    assert contact.state == State.ANSWERED


def test_rate_of_beginning(client, leila):
    client.force_login(leila)
    for number in range(11):
        user = cast.make_user(f"p{number}@aarhus.dk", f"Person {number}")
        cast.make_post(user, cast.make_city("Aarhus"))
        Official.objects.filter(user=user).update(shown_to="members", open_to_peers=True)
        answer = client.post(f"{user.official.get_absolute_url()}write/", {"text": WORDS})
        assert answer.status_code == (302 if number < 10 else 429)
    assert Contact.objects.count() == 10
    assert "Retry-After" in answer


# --- Who reads and does what -----------------------------------------------------------------------------------------

VERBS = {
    "answer": {"text": "x", "addresses": "show"}, "reply": {"text": "x"}, "ignore": {}, "close": {},
    "report": {"kind": "abuse", "why": "x"},
}  # fmt: skip


def test_nobody_else_finds_it(client, contact):
    former = cast.make_user("former@oslo.no", "Finn Former")
    cast.make_post(former, cast.make_city("Oslo"))
    strangers = [
        cast.make_person("nadia"), former, open_to_peers("ove"), cast.make_staff("events", vets=False), cast.make_staff("sam"),
        cast.make_user("boss@isd.example", "Boss", is_staff=True, is_superuser=True),
    ]  # fmt: skip
    addresses = [path(contact), path(contact, "report/")]
    assert all(client.get(address).status_code == 302 for address in addresses)
    for user in strangers:
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == [404, 404], user
        assert [client.post(path(contact, f"{verb}/"), sent).status_code for verb, sent in VERBS.items()] == [404] * 5, user
        assert "Leila" not in text(client.get("/members/contacts/"))
        assert not Contact.objects.visible_to(user).exists()
    assert fetched(contact).state == State.SENT
    assert ContactTransition.objects.count() == 1


def test_the_two_lose_it_with_their_post(client, contact, lene):
    client.force_login(lene)
    assert client.get(path(contact)).status_code == 200
    lene.official.posts.update(until=timezone.now().date())
    assert client.get(path(contact)).status_code == 404


def test_verbs_go_by_post(client, contact, lene):
    client.force_login(lene)
    for verb in ("answer", "reply", "ignore", "close"):
        assert client.get(path(contact, f"{verb}/")).status_code == 405
    assert client.post(path(contact)).status_code == 405


def test_who_began_may_not_answer_in_the_other_s_place(client, contact, leila):
    for verb, words in (("answer", {"text": "x", "show_addresses": True}), ("ignore", {})):
        with pytest.raises(PermissionDenied):
            getattr(contact, verb)(by=leila, **words)
    client.force_login(leila)
    page = text(client.post(path(contact, "answer/"), {"text": "x", "addresses": "show"}, follow=True))
    assert "That is no longer possible" in page
    assert "lene@" not in page


def test_who_was_barred_or_left_can_t_write_on(contact, lene, leila):
    contact.answer(by=lene, text="Yes.", show_addresses=False)
    Official.objects.filter(user=leila).update(barred_from_relay=True)
    with pytest.raises(PermissionDenied):
        fetched(contact).reply(by=leila, text="And?")
    fetched(contact).reply(by=lene, text="Still here.")
    leila.official.posts.update(until=timezone.now().date())
    with pytest.raises(PermissionDenied):
        fetched(contact).reply(by=lene, text="And now?")


def test_it_waits_on_the_desk(client, contact, lene, leila):
    (item,) = waiting_for(lene)
    assert item.what == "Leila Ali wrote to you"
    assert not waiting_for(leila)
    contact.ignore(by=lene)
    assert not waiting_for(lene)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_three_as_for_one(client, lene, count, django_assert_num_queries):
    for number in range(count):
        user = cast.make_user(f"p{number}@mombasa.go.ke", f"Person {number}")
        cast.make_post(user, cast.make_city("Mombasa"))
        written(user, lene)
    with django_assert_num_queries(7):  # own; vouches; colleagues, to confirm; member today; contacts with people
        assert len(waiting_for(lene)) == count
    for contact in Contact.objects.all():
        Report.file(by=lene, contact=contact, kind="abuse", why="x")


# --- Many of them ----------------------------------------------------------------------------------------------------

CONTACTS = "/members/contacts/"
QUERIES_OF_A_CONTACT = 18  # who reads, and may write on (each look at a consent asks); how many words, and a page of them


def many(lene, count):
    """So many who wrote to Lene, each an hour after the other: Person 1 first."""
    mombasa, now = cast.make_city("Mombasa"), timezone.now()
    for number in range(1, count + 1):
        post = cast.make_post(cast.make_user(f"p{number}@mombasa.go.ke", f"Person {number}"), mombasa)
        at = now + timedelta(hours=number - count)
        one = Contact.objects.create(sender=post.official, receiver=Official.objects.get(user=lene), began_at=at, last_at=at)
        Message.objects.create(contact=one, from_sender=True, text=WORDS)
        Report.objects.create(by=lene, person=post.official, contact=one, kind="abuse", why="x")


def named(answer):
    return re.findall(r"<bdi>(Person \d+)</bdi>", text(answer))


def links(answer):
    """The pages that are linked to, of the list itself."""
    found = re.search(r'<nav class="pages".*?</nav>', text(answer), re.DOTALL)
    return re.findall(r'href="([^"]*)"', found.group()) if found else []


@pytest.mark.parametrize("count", [1, 3, 60])
def test_sixty_contacts_ask_as_often_as_one(client, lene, count, django_assert_num_queries):
    many(lene, count)
    client.force_login(lene)
    with django_assert_num_queries(6):  # session, account, member today, how many, contacts with people, reports
        page = client.get(CONTACTS)
    assert named(page) == [f"Person {number}" for number in range(count, max(0, count - 30), -1)]


def test_contacts_have_pages_the_latest_first(client, lene):
    many(lene, 61)
    client.force_login(lene)
    first, second, third = (client.get(CONTACTS, {"page": number}) for number in (1, 2, 3))
    assert [named(page) for page in (first, second, third)] == [
        [f"Person {number}" for number in numbers] for numbers in (range(61, 31, -1), range(31, 1, -1), (1,))
    ]
    assert links(first) == ["?page=2", "?page=3", "?page=2"]  # the two numbers, and the next one
    assert "61 people" in text(first)
    assert {page.status_code for page in (first, second, third)} == {200}
    assert "no-store" in second["Cache-Control"]


@pytest.mark.parametrize("asked", ["4", "0", "-1", "x", "9" * 30, "", "1.5"])
def test_a_page_of_contacts_that_is_not_there_is_said_above_the_first(client, lene, asked):
    many(lene, 61)
    client.force_login(lene)
    page = client.get(CONTACTS, {"page": asked})
    assert (page.status_code, named(page)[0], len(named(page))) == (404, "Person 61", 30)
    assert "There is no such page; the last one is 3. Here is the first." in text(page)


def test_without_contacts_there_is_a_way_to_some_and_nothing_to_turn(client, lene):
    client.force_login(lene)
    page = client.get(CONTACTS)
    assert (page.status_code, links(page), "0 people" in text(page)) == (200, [], False)
    assert "Your messages with officials of other cities will appear here" in text(page)
    assert 'href="/people/">Find people of other cities</a>' in text(page)


@pytest.fixture
def long_one(contact, lene):
    """An exchange of 65: Word 1 is in the first message, Word 65 in the last."""

    def of(count):
        Message.objects.all().delete()
        Contact.objects.filter(pk=contact.pk).update(state="answered", answered_at=timezone.now())
        for number in range(1, count + 1):
            Message.objects.create(contact=contact, from_sender=number % 2 == 1, text=f"Word {number}.")
        return path(contact)

    return of


def words(answer):
    return [int(number) for number in re.findall(r"Word (\d+)\.", text(answer))]


@pytest.mark.parametrize("count", [1, 3, 65])
def test_a_long_exchange_asks_as_often_as_a_short_one(client, lene, long_one, count, django_assert_num_queries):
    address = long_one(count)
    client.force_login(lene)
    with django_assert_num_queries(QUERIES_OF_A_CONTACT):
        page = client.get(address)
    assert words(page) == list(range(max(1, count - 29), count + 1))


def test_a_long_exchange_has_pages_read_downwards(client, lene, long_one):
    address = long_one(65)
    client.force_login(lene)
    latest, middle, earliest = (client.get(address, {"page": number}) for number in (1, 2, 3))
    assert [words(page) for page in (latest, middle, earliest)] == [list(range(36, 66)), list(range(6, 36)), list(range(1, 6))]
    assert "65 messages. The first page has the latest." in text(latest)
    assert links(middle) == ["?page=1", "?page=1", "?page=3", "?page=3"]
    gone = client.get(address, {"page": 4})
    assert (gone.status_code, words(gone)) == (404, words(latest))
    assert "the last one is 3. Here is the first." in text(gone)
    assert "first page has the latest" not in text(client.get(long_one(30)))


def test_what_is_refused_is_asked_about_below_the_latest_words(client, lene, long_one):
    """Also where it was written below earlier ones: what was typed is still there."""
    address = long_one(65)
    client.force_login(lene)
    page = client.post(f"{address}reply/?page=3", {"text": "x" * 3001})
    assert page.status_code == 200
    assert "x" * 3001 in text(page)
    assert Message.objects.count() == 65
    sent = client.post(f"{address}reply/", {"text": "Word 66."}, follow=True)
    assert words(sent)[-1] == 66


# --- What staff see in the outbox ------------------------------------------------------------------------------------


def test_the_staff_s_outbox_doesn_t_tell_what_was_written(client, contact):
    client.force_login(cast.make_user("boss@isd.example", "Boss", is_staff=True, is_superuser=True))
    mail = Email.objects.get()
    page = text(client.get(f"/admin/post_office/email/{mail.pk}/change/"))
    listed = text(client.get("/admin/post_office/email/"))
    assert "lene@aarhus.dk" in page
    assert "lene@aarhus.dk" in listed
    for word in ("schools", "Leila"):
        assert word not in page
        assert word not in listed
    assert mail.subject.startswith("Leila")
    found = {
        word: client.get("/admin/post_office/email/", {"q": word}).context["cl"].result_count for word in ("Leila", "lene@", "lene wrote")
    }
    assert found == {"Leila": 0, "lene@": 1, "lene wrote": 0}
    Email.objects.update(headers=None)
    assert "schools" in text(client.get(f"/admin/post_office/email/{mail.pk}/change/"))
    assert client.get("/admin/post_office/email/", {"q": "Leila"}).context["cl"].result_count == 1


# --- The database holds it -------------------------------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(contact, lene, leila):
    insert = (
        "INSERT INTO members_contact (sender_id, receiver_id, state, began_at, last_at, addresses_shown)"
        " VALUES (%s, %s, %s, now(), now(), false)"
    )
    one, other = lene.official.pk, leila.official.pk
    refused("contact_not_with_oneself", insert, one, one, "sent")
    refused("contact_one_between_two", insert, one, other, "sent")
    refused("contact_one_between_two", insert, other, one, "ignored")
    refused("contact_answered_has_an_answer", "UPDATE members_contact SET state = 'closed'")
    refused("contact_addresses_only_with_an_answer", "UPDATE members_contact SET addresses_shown = true")
    refused("message_has_words", "UPDATE members_message SET text = ''")
    with pytest.raises(Exception, match="too long"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE members_message SET text = repeat('x', 3001)")
    Report.file(by=lene, contact=contact, kind="abuse", why="x")
    refused("contact_stays_reported", "UPDATE members_contact SET state = 'closed', answered_at = now()")
    refused("contact_one_between_two", insert, one, other, "sent")


# --- Tidying ---------------------------------------------------------------------------------------------------------


def test_words_are_deleted_a_year_after_the_last(lene, leila):
    ove, noor = open_to_peers("ove"), cast.make_user("noor@mombasa.go.ke", "Noor")
    cast.make_post(noor, cast.make_city("Mombasa"))
    Official.objects.filter(user=noor).update(shown_to="members", open_to_peers=True)
    contacts = {
        "answered": written(leila, lene),
        "ignored": written(leila, ove),
        "reported": written(noor, lene),
        "open": written(noor, ove),
    }
    young = written(lene, ove)
    contacts["answered"].answer(by=lene, text="Yes.", show_addresses=False)
    contacts["ignored"].ignore(by=ove)
    decided = Report.file(by=lene, contact=contacts["reported"], kind="abuse", why="x")
    decided.dismiss(by=cast.make_staff(), why="No.")
    Report.file(by=ove, contact=contacts["open"], kind="abuse", why="x")
    Contact.objects.exclude(pk=young.pk).update(last_at=timezone.now() - timedelta(days=366))
    assert tidy_contacts(0) == 4
    assert set(Message.objects.values_list("contact", flat=True)) == {young.pk, contacts["open"].pk}
    assert set(Contact.objects.all()) == {young, contacts["open"], contacts["ignored"], contacts["reported"]}
    with pytest.raises(MoveRefused):
        written(leila, ove)
    assert ("members.jobs.tidy_contacts", "30 3 * * *") in {
        (task.task.name, task.cron) for task in app.periodic_registry.periodic_tasks.values()
    }


# --- Races -----------------------------------------------------------------------------------------------------------


def meet_after_reading(monkeypatch):
    """Both racers stop after the record is read (and locked, if locks are on) and before anything is written."""
    meeting = Meeting()
    allows = Contact.allows
    monkeypatch.setattr(Contact, "allows", lambda self, verb: meeting.pass_on(allows(self, verb)))


def answers(contact, lene):
    return lambda: fetched(contact).answer(by=lene, text="Yes.", show_addresses=True)


def reports(contact, lene):
    return lambda: Report.file(by=lene, contact=fetched(contact), kind="abuse", why="x") and None


def kinds(results):
    return sorted(type(result).__name__ for result in results)


@real
def test_two_answers_at_once_are_one(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    meet_after_reading(monkeypatch)
    assert kinds(race(answers(contact, lene), answers(contact, lene))) == ["MoveRefused", "NoneType"]
    assert (contact.messages.count(), len(outbox())) == (2, 2)


@real
def test_without_the_lock_the_database_holds_the_one_answer(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    assert kinds(race(answers(contact, lene), answers(contact, lene))) == ["IntegrityError", "NoneType"]
    assert (contact.messages.count(), len(outbox())) == (2, 2)


@real
def test_negative_control_without_lock_and_constraint_two_answers_go_out(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    without_locks(monkeypatch)
    meet_after_reading(monkeypatch)
    (one_answer,) = ContactTransition._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(ContactTransition, one_answer)
    try:
        assert race(answers(contact, lene), answers(contact, lene)) == [None, None]
        assert (contact.messages.count(), len(outbox())) == (3, 3)
    finally:
        ContactTransition.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ContactTransition, one_answer)


@real
def test_a_report_and_an_answer_at_once_leave_it_reported(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    meet_after_reading(monkeypatch)
    results = race(answers(contact, lene), reports(contact, lene))
    assert kinds(results) in (["MoveRefused", "NoneType"], ["NoneType", "NoneType"])  # whoever was first; the report always holds
    assert results[1] is None
    assert (fetched(contact).state, Report.objects.count()) == (State.REPORTED, 1)


def report_first(monkeypatch, contact, lene):
    """The answer has read the contact, then the report is made, then the answer is written."""
    without_locks(monkeypatch)
    say = Contact._say

    def after_the_report(self, words, *, by):
        (result,) = race(reports(contact, lene))
        assert result is None
        say(self, words, by=by)

    monkeypatch.setattr(Contact, "_say", after_the_report)


@real
def test_without_the_lock_the_database_keeps_a_report(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    report_first(monkeypatch, contact, lene)
    with pytest.raises(IntegrityError, match="stays reported"):
        answers(contact, lene)()
    assert (fetched(contact).state, contact.messages.count(), len(outbox())) == (State.REPORTED, 1, 1)


@real
def test_negative_control_without_lock_and_trigger_a_report_is_overwritten(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    report_first(monkeypatch, contact, lene)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_contact DISABLE TRIGGER contact_stays_reported")
    try:
        answers(contact, lene)()
        assert (fetched(contact).state, Report.objects.count()) == (State.ANSWERED, 1)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE members_contact ENABLE TRIGGER contact_stays_reported")


def both_begin(monkeypatch):
    """Leila and Lene write to each other at once; each has been found to be one who may be written to."""
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    meeting, may = Meeting(), Official.can_be_written_to
    monkeypatch.setattr(Official, "can_be_written_to", lambda self, user: meeting.pass_on(may(self, user)))
    return kinds(race(lambda: written(leila, lene) and None, lambda: written(lene, leila) and None))


@real
@pytest.mark.parametrize("locked", [True, False])
def test_two_who_write_to_each_other_at_once_have_one_contact(monkeypatch, locked):
    if not locked:
        without_locks(monkeypatch)  # the constraint holds it alone
    assert both_begin(monkeypatch) == ["MoveRefused", "NoneType"]
    assert (Contact.objects.count(), len(outbox())) == (1, 1)


@real
def test_negative_control_without_lock_and_constraint_there_are_two_contacts(monkeypatch):
    without_locks(monkeypatch)
    with without_rules(Contact, "contact_one_between_two"):
        assert both_begin(monkeypatch) == ["NoneType", "NoneType"]
        assert (Contact.objects.count(), len(outbox())) == (2, 2)


@real
def test_an_end_and_a_reply_at_once_leave_it_ended(monkeypatch):
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    contact.answer(by=lene, text="Yes.", show_addresses=False)
    meet_after_reading(monkeypatch)
    replied, closed = race(lambda: fetched(contact).reply(by=leila, text="When?"), lambda: fetched(contact).close(by=lene))
    assert closed is None
    assert fetched(contact).state == State.CLOSED
    assert contact.messages.count() == (3 if replied is None else 2)  # said before the end, or refused
    assert replied is None or isinstance(replied, MoveRefused)


# What another writes when the record has been read and its new words are not written yet: (who is late, with what; what comes
# between; where it must stay).
LATE = {
    "a reply after the end": (
        lambda contact, leila, lene: contact.reply(by=leila, text="When?"),
        lambda contact, leila, lene: contact.close(by=lene),
        State.CLOSED,
    ),
    "no answer after the answer": (
        lambda contact, leila, lene: contact.ignore(by=lene),
        lambda contact, leila, lene: contact.answer(by=lene, text="Yes.", show_addresses=False),
        State.ANSWERED,
    ),
}


def comes_late(monkeypatch, case):
    """Without locks: `late` has read, `first` happens as a whole on a connection of its own, then `late` writes."""
    late, first, stays = LATE[case]
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    contact = written(leila, lene)
    if stays == State.CLOSED:
        contact.answer(by=lene, text="Yes.", show_addresses=False)
    without_locks(monkeypatch)
    allows, between = Contact.allows, [lambda: first(fetched(contact), leila, lene)]

    def read(self, verb):
        found = allows(self, verb)
        if between:
            assert race(between.pop()) == [None]
        return found

    monkeypatch.setattr(Contact, "allows", read)
    return contact, lambda: late(fetched(contact), leila, lene), stays


@real
@pytest.mark.parametrize("case", LATE)
def test_without_the_lock_the_database_takes_back_no_end_and_no_answer(monkeypatch, case):
    contact, act, stays = comes_late(monkeypatch, case)
    with pytest.raises(IntegrityError, match="stays so"):
        act()
    assert fetched(contact).state == stays


@real
@pytest.mark.parametrize("case", LATE)
def test_negative_control_without_lock_and_trigger_it_is_taken_back(monkeypatch, case):
    contact, act, stays = comes_late(monkeypatch, case)
    with without_trigger(Contact, "contact_never_goes_back"):
        act()
    assert fetched(contact).state != stays


@real
def test_consent_taken_back_while_somebody_writes_holds(monkeypatch):
    """The writer waits for the row that the consent is being taken back in, then sees it gone."""
    leila, lene = open_to_peers("leila"), open_to_peers("lene")
    taken, begun = Meeting(), Meeting()

    def takes_back():
        with transaction.atomic():
            Official.objects.get(user=lene).consent(shown_to="members", wants_newsletter=False, open_to_peers=False)
            taken.wait()
            begun.wait()  # nobody comes while the lock holds the writer back
        return "taken back"

    def writes():
        taken.wait()
        return written(leila, lene) and None

    assert kinds(race(takes_back, writes)) == ["PermissionDenied", "str"]
    assert not Contact.objects.exists()
