"""What the house may know of an applicant already: for the staff to read, and for nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import F, Func, TextField
from django.utils import timezone

from members import evidence, leaving, namesakes
from members.models import AddressChange, Application, City, Post, User
from members.querysets import today
from tests import cast

pytestmark = pytest.mark.django_db
QUEUE = "/admin/members/application/"
ASIDE = "It may be somebody else."


def text(response):
    return response.content.decode()


def told(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def hints(application):
    return evidence.of(application).about_person


def weighs(application):
    return any("of the person already" in why for why in evidence.of(application).alone)


@pytest.fixture
def lena(aarhus):
    """Somebody new who applies for Aarhus."""
    return cast.make_application(cast.make_user("lena@aarhus.dk", "Léna Holm"), aarhus)


# --- What is the same ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Léna Holm", "LENA HOLM", "Holm, Lena", "Lena  Holm", "Lénna Holm", "Lena-Holm", "Lena Ηοlm", "Ｌena Holm"],
)
def test_one_name_in_many_spellings(name):
    assert told("SELECT namesake(%s)", name) == "holm lena"


@pytest.mark.parametrize("name", ["Lena Helm", "Lena", "Lena Maria Holm", "Lenah Olm", "", "  ", "—"])
def test_another_name(name):
    assert told("SELECT namesake(%s)", name) != "holm lena"


def test_letters_that_only_look_like_others_are_taken_for_them():
    assert told("SELECT namesake(%s)", "Аnna Ноva") == told("SELECT namesake(%s)", "Anna Hova")  # А, Н, о: Cyrillic
    assert told("SELECT namesake(%s)", "李 小龙") == told("SELECT namesake(%s)", "小龙 李")


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("lena+scn@aarhus.dk", "lena@aarhus.dk"),
        ("lena+a+b@aarhus.dk", "lena@aarhus.dk"),
        ("+scn@aarhus.dk", "+scn@aarhus.dk"),
        ("le.na@aarhus.dk", "le.na@aarhus.dk"),
        ("l.e.n.a+x@gmail.com", "lena@gmail.com"),
        ("lena@googlemail.com", "lena@gmail.com"),
        ("lena@notgmail.com", "lena@notgmail.com"),
    ],
)
def test_one_mailbox(address, mailbox):
    assert told("SELECT mailbox(%s)", address) == mailbox


# --- Other accounts --------------------------------------------------------------------------------------------------


def test_nothing_known_says_nothing(lena, lene):
    assert (hints(lena), weighs(lena)) == ([], False)


def test_a_name_in_the_same_city_weighs_and_elsewhere_it_is_said(lena, aarhus, lene):
    cast.make_post(cast.make_user("lh@mombasa.go.ke", "Holm, Lena"), cast.make_city("Mombasa"))
    assert hints(lena) == [f"Another account has this name, lh@mombasa.go.ke (Holm, Lena): represents Mombasa. {ASIDE}"]
    assert not weighs(lena)
    cast.make_post(cast.make_user("old@aarhus.dk", "LENA HOLM"), aarhus, until=date(2024, 5, 3))
    assert hints(lena)[0] == f"Another account has this name, old@aarhus.dk (LENA HOLM): represented Aarhus until 3 May 2024. {ASIDE}"
    assert len(hints(lena)) == 2
    assert weighs(lena)


def test_a_name_of_one_word_tells_something_in_the_same_city_alone(aarhus, lene):
    maria = cast.make_application(cast.make_user("maria@aarhus.dk", "Maria"), aarhus)
    cast.make_post(cast.make_user("m@mombasa.go.ke", "MARÍA"), cast.make_city("Mombasa"))
    assert hints(maria) == []
    cast.make_application(cast.make_user("m@aarhus.dk", "María"), aarhus)
    assert hints(maria) == [f"Another account has this name, m@aarhus.dk (María): has applied for Aarhus. {ASIDE}"]


def test_accounts_without_a_name_are_nobody_s_namesakes(aarhus):
    one = cast.make_application(cast.make_user("one@aarhus.dk"), aarhus)
    cast.make_application(cast.make_user("two@aarhus.dk"), aarhus)
    assert hints(one) == []


def test_what_became_of_the_other_one_is_told(lena, sam, lene):
    other = cast.make_user("lh@gent.be", "Lena Holm")
    cast.make_application(other, cast.make_city("Ghent")).decline(by=sam, why="no")
    cast.make_application(other, cast.make_city("Lund"))
    post = cast.make_post(other, cast.make_city("Mombasa"))
    post.end(by=sam, why="We never heard of them.")
    day, decided = (each.strftime("%-d %B %Y") for each in (today(), timezone.now()))
    facts = f"represented Mombasa until {day}, when Sam Staff ended the post; was declined for Ghent on {decided}; has applied for Lund"
    assert hints(lena) == [f"Another account has this name, lh@gent.be (Lena Holm): {facts}. {ASIDE}"]


@pytest.mark.parametrize(
    ("fields", "fact"),
    [({"is_staff": True}, "works for ISD"), ({"is_active": False}, "is closed; has to do with no city"), ({}, "has to do with no city")],
)
def test_an_account_without_posts(lena, fields, fact):
    cast.make_user("lh@isd.example", "Lena Holm", **fields)
    assert hints(lena) == [f"Another account has this name, lh@isd.example (Lena Holm): {fact}. {ASIDE}"]


def moved(user, old, state="done", days=1):
    """`user` had the address `old`, until so many days ago."""
    at = timezone.now() - timedelta(days=days)
    fields = {"confirmed": at, "agreed": at} if state == "done" else {}
    return AddressChange.objects.create(account=user, old=old, new=user.email, state=state, asked=at, **fields)


FORMERLY = "Another account, {} ({}), had the same mailbox before or has it now: has to do with no city."


@pytest.mark.parametrize("old", ["lena@aarhus.dk", "lena+x@aarhus.dk"])
def test_a_mailbox_that_another_account_had_until_lately(lena, old):
    other = cast.make_user("lh@leuven.be", "Somebody Else")
    moved(other, old)
    assert hints(lena) == [FORMERLY.format("lh@leuven.be", "Somebody Else")]
    assert weighs(lena)


def test_it_is_said_of_who_has_a_single_name_too(aarhus):
    one = cast.make_application(cast.make_user("lena@aarhus.dk", "Lena"), aarhus)
    moved(cast.make_user("lh@leuven.be", "Somebody Else"), "lena@aarhus.dk")
    assert hints(one) == [FORMERLY.format("lh@leuven.be", "Somebody Else")]


def test_a_mailbox_that_the_applicant_had_until_lately(lena):
    cast.make_user("holm@leuven.be", "Somebody Else")
    moved(lena.applicant, "holm+1@leuven.be")
    assert hints(lena) == [FORMERLY.format("holm@leuven.be", "Somebody Else")]


def test_a_mailbox_that_both_had_one_after_the_other(lena):
    other = cast.make_user("lh@leuven.be", "Somebody Else")
    for user in (lena.applicant, other):
        moved(user, "post@aarhus.dk")
    assert hints(lena) == [FORMERLY.format("lh@leuven.be", "Somebody Else")]


@pytest.mark.parametrize("state", ["asked", "stopped"])
def test_an_address_that_was_not_left_tells_nothing(lena, state):
    moved(cast.make_user("lh@leuven.be", "Somebody Else"), "lena@aarhus.dk", state)
    moved(lena.applicant, "lh@leuven.be", state)
    assert hints(lena) == []


def test_nor_does_one_that_is_forgotten(lena):
    """Nothing more is kept for it: the change, with both addresses, goes after 90 days as before."""
    moved(cast.make_user("lh@leuven.be", "Somebody Else"), "lena@aarhus.dk", days=91)
    assert hints(lena) != []
    AddressChange.objects.old().delete()
    assert hints(lena) == []


def test_a_mailbox_behind_a_plus_is_said_before_names_and_weighs(lena):
    cast.make_user("lh@gent.be", "Lena Holm")
    cast.make_user("lena+second@aarhus.dk", "Somebody Else")
    cast.make_user("le.na@aarhus.dk", "Dotted")
    assert hints(lena) == [
        "It may be the mailbox of another account as well, lena+second@aarhus.dk (Somebody Else): has to do with no city.",
        f"Another account has this name, lh@gent.be (Lena Holm): has to do with no city. {ASIDE}",
    ]
    assert weighs(lena)


def test_dots_count_but_for_one_provider(aarhus):
    one = cast.make_application(cast.make_user("h.olm@gmail.com", "H"), aarhus)
    cast.make_user("holm+x@googlemail.com", "O")
    assert hints(one) == ["It may be the mailbox of another account as well, holm+x@googlemail.com (O): has to do with no city."]


def test_of_a_common_name_three_are_named_those_of_the_city_first(lena, aarhus):
    for number in range(5):
        cast.make_user(f"n{number}@x.example", "Lena Holm")
    cast.make_application(cast.make_user("last@x.example", "Lena Holm"), aarhus)
    said = hints(lena)
    assert [next((mail for mail in ("last@", "n0@", "n1@", "more accounts") if mail in words), words) for words in said] == [
        "last@", "n0@", "n1@", "more accounts",
    ]  # fmt: skip


# --- The account itself ----------------------------------------------------------------------------------------------


def again(user, city):
    return cast.make_application(User.objects.get(pk=user.pk), city)


def test_who_left_and_comes_back_is_told_from_who_was_removed(lene, sam, aarhus):
    ove, day = cast.make_person("ove"), today().strftime("%-d %B %Y")
    post = Post.objects.get(official__user=ove)
    post.end(by=ove)
    left = again(ove, aarhus)
    assert (hints(left), weighs(left)) == ([f"They represented Aarhus until {day}, and left by themselves."], False)
    left.withdraw(by=ove)
    cast.make_post(ove, cast.make_city("Mombasa")).end(by=sam, why="They never worked there.")
    removed = again(ove, aarhus)
    assert f"They represented Mombasa until {day}, when Sam Staff ended the post: “They never worked there.”" in hints(removed)
    assert weighs(removed)


def test_who_left_the_network_or_whose_city_left(lene, aarhus):
    ove, day = cast.make_person("ove"), today().strftime("%-d %B %Y")
    leaving.leave_network(User.objects.get(pk=ove.pk))
    leaving.leave_as_city(City.objects.get(pk=aarhus.pk), by=lene, why="No money.")
    assert hints(again(ove, cast.make_city("Ghent"))) == [f"They represented Aarhus until {day}, and left by themselves."]
    assert hints(again(lene, cast.make_city("Ghent"))) == [f"They represented Aarhus until it left the network on {day}."]


def test_a_post_that_ended_by_nobody_s_verb_is_only_dated(nadia, aarhus):
    cast.make_post(nadia, aarhus, until=date(2024, 5, 3))
    assert hints(again(nadia, aarhus)) == ["They represented Aarhus until 3 May 2024."]


def test_posts_of_today_and_open_applications_elsewhere(nadia, aarhus):
    cast.make_post(nadia, cast.make_city("Mombasa"))
    first, second = again(nadia, aarhus), again(nadia, cast.make_city("Lund"))
    assert hints(first) == ["They represent Mombasa today.", "They have an open application for Lund as well."]
    assert weighs(first)
    second.withdraw(by=nadia)
    assert (hints(first), weighs(first)) == (["They represent Mombasa today."], False)


def test_what_an_approval_made_is_no_hint(sam, toni, nadia):
    application = again(nadia, City.propose(name="Leuven", country="BE", kind="city", website="https://leuven.be"))
    for who in (sam, toni):
        application.approve(by=who)
    assert hints(Application.objects.get(pk=application.pk)) == []


# --- Where it is read ------------------------------------------------------------------------------------------------


@pytest.fixture
def known(lena):
    cast.make_user("lena+second@aarhus.dk", "Zyxknown")
    return lena


def test_staff_read_it_beside_the_application_and_in_the_queue(client, sam, known):
    client.force_login(sam)
    page = text(client.get(f"{QUEUE}{known.pk}/change/"))
    assert "What we may know of the person" in page
    assert "Hints, neither for nor against" in page
    assert "Zyxknown" in page
    queue = text(client.get(QUEUE))
    assert "; 1 hint about the person" in queue
    assert "<li>? It may be the mailbox of another account" in queue
    others = client.post(QUEUE, {"action": "approve_together", "_selected_action": [known.pk]})
    assert others.context["safe"] == []
    assert "Something that we know of the person already is to be read." in text(others)


def test_what_weighs_nothing_is_read_where_many_are_approved(client, sam, lene, lena):
    cast.make_user("lh@gent.be", "Lena Holm Zyx")
    cast.make_user("lh2@gent.be", "Lena Holm")
    client.force_login(sam)
    page = client.post(QUEUE, {"action": "approve_together", "_selected_action": [lena.pk]})
    assert [row.pk for row, _seen in page.context["safe"]] == [lena.pk]
    assert "<li>? Another account has this name, lh2@gent.be" in text(page)


def test_without_hints_nothing_is_said_of_any(client, sam, lena):
    client.force_login(sam)
    assert "hint" not in text(client.get(QUEUE)).lower().partition("<main")[2]
    assert "What we may know of the person" not in text(client.get(f"{QUEUE}{lena.pk}/change/"))


def test_nobody_else_reads_it(client, known, lene):
    """Neither the lead official who may decide, nor the applicant, nor the applicant who is one of the staff."""
    for reader, address in ((lene, f"/members/applications/{known.pk}/"), (known.applicant, "/join/status/")):
        client.force_login(reader)
        page = client.get(address)
        assert page.status_code == 200
        assert "Aarhus" in text(page)
        assert "Zyxknown" not in text(page)
    of_staff = cast.make_staff("lena")
    own = cast.make_application(of_staff, cast.make_city("Aarhus"))
    cast.make_user("lena+second@isd.example", "Zyxown")
    assert "Zyxown" in hints(own)[0]
    client.force_login(of_staff)
    for address in (QUEUE, f"{QUEUE}{own.pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Zyxown" not in text(page)
        assert ("Zyxknown" in text(page)) is (address == QUEUE)  # of others they read it


def test_hints_of_many_cost_as_much_as_of_one_and_are_those_of_each(django_assert_num_queries, lene, aarhus, sam):
    for number in range(6):
        user = cast.make_user(f"p{number}@x.example", f"Person Common{'abcdef'[number % 3]}")
        cast.make_application(user, aarhus)
        cast.make_post(user, cast.make_city("Mombasa"), until=today() - timedelta(days=1))
    rows = list(Application.objects.select_related("city", "applicant"))
    with django_assert_num_queries(3):
        one = namesakes.of_many(rows[:1])
    with django_assert_num_queries(3):
        many = namesakes.of_many(rows)
    assert one[rows[0].pk] == many[rows[0].pk]
    assert {len(found.said) for found in many.values()} == {2}


def test_both_are_found_by_their_indexes():
    User.objects.bulk_create(User(email=f"p{number}@x.example", name=f"Person Number{number}") for number in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_user")
        for found, index in (
            (User.objects.alias(key=Func(F("name"), function="namesake", output_field=TextField())), "user_namesakes"),
            (User.objects.alias(key=Func(F("email"), function="mailbox", output_field=TextField())), "user_mailboxes"),
        ):
            assert index in found.filter(key="number7 person").explain()
