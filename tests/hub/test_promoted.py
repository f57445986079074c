"""What the Secretariat puts above the results of a question."""

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from hub.models import Phrasing, Pick, Practice, Promotion
from hub.models.practice import State
from hub.models.promotion import PAGES
from hub.promoted import for_query
from hub.search import Query
from members.models import User
from members.querysets import today
from tests.cast import make_staff, secretariat
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db

MEND = importlib.import_module("hub.migrations.0040_picks_sums_orders").MEND
MENDED = ("pick_says_why_in_english", "pick_a_practice_once", "pick_a_page_once")
DAY = timedelta(days=1)
ANYONE = AnonymousUser()


def make_promotion(*questions: str, picks: Any = ("members:join",), begins: int = 0, ends: int = 0, name: str = "Joining") -> Promotion:
    """Shown today unless `begins` and `ends` say how many days from now; a pick is a practice or a page."""
    promotion = Promotion.objects.create(name=name, begins=today() + begins * DAY, ends=today() + ends * DAY)
    for text in questions:
        promotion.phrasings.create(text=text)
    for place, pick in enumerate(picks, 1):
        what = {"practice": pick} if isinstance(pick, Practice) else {"page": pick}
        promotion.picks.create(place=place, why={"en": "Because."}, **what)
    return promotion


def found(words, user=ANYONE, **query):
    return [str(pick.title) for pick in for_query(Query(words, **query), user)]


def test_it_is_found_by_all_words_of_a_question_in_any_order():
    make_promotion("join the network", "¿Cómo unirse?", "加入网络", "كيف أنضم")
    for words in ("join the network", "NETWORK, how to join the …", "unirse como", "我们想加入网络", "كَيف أنضم"):
        assert found(words) == ["Become a Strong City"], words
    for words in ("", "  ", "?!", "join", "the network", "joining the networks", "加入", "x " * 10_000):
        assert found(words) == [], words


def test_it_is_dated_by_the_day_itself():
    make_promotion("yesterday", begins=-2, ends=-1, name="Over")
    make_promotion("today", name="Today")
    make_promotion("tomorrow", begins=1, ends=2, name="Ahead")
    assert [found(words) for words in ("yesterday", "today", "tomorrow")] == [[], ["Become a Strong City"], []]


def test_whoever_narrows_wants_what_is_left():
    make_promotion("join")
    assert found("join", filters={"theme": ()}) == ["Become a Strong City"]
    assert found("join", filters={"theme": ("youth-engagement",)}) == []


def test_a_practice_is_shown_to_whom_may_see_it():
    city = make_city()
    open_one = make_practice(city, "Open")
    for_members = make_practice(city, "For members", audience="members")
    draft = make_practice(city, "Draft", state=State.DRAFT)
    make_promotion("youth", picks=[draft, for_members, open_one])
    assert found("youth") == ["Open"]
    assert found("youth", make_official(city)) == ["For members", "Open"]
    assert found("youth", make_staff()) == ["For members", "Open"]


def test_three_at_most_none_twice_and_the_newest_first():
    make_promotion("join", picks=["members:join", "pages:about"], begins=-3, name="Older")
    make_promotion("join us", picks=["members:cities", "members:join", "pages:contact"], begins=-1, name="Newer")
    assert found("join us") == ["Member cities", "Become a Strong City", "Contact"]
    assert found("join") == ["Become a Strong City", "About the network"]


def test_it_is_one_statement(django_assert_num_queries):
    city = make_city()
    make_promotion("youth", picks=[make_practice(city, name) for name in ("One", "Two", "Three")])
    with django_assert_num_queries(1):
        assert found("youth") == ["One", "Two", "Three"]
    with django_assert_num_queries(1):
        [pick.practice and pick.practice.city.called for pick in for_query(Query("youth"), ANYONE)]
    with django_assert_num_queries(0):
        found("")


def test_the_page_shows_it_above_the_first_results_alone_and_counts_it_nowhere(client):
    city = make_city()
    for number in range(21):
        make_practice(city, f"Council {number}")
    picked = make_practice(city, "Another thing", summary="Quite another.", body="")
    promotion = make_promotion("council", picks=[picked, "members:join"])
    promotion.picks.filter(place=1).update(why={"en": "The network’s own guide.", "ar": "دليل الشبكة."})
    page = client.get("/hub/", {"q": "council"})
    text = page.content.decode()
    assert page.context["answer"].count == 21
    assert (
        text.index("Picked by the Secretariat")
        < text.index(f'href="{picked.get_absolute_url()}?q=council"')
        < text.index("The network’s own guide.")
    )
    assert text.index("The network’s own guide.") < text.index("21 practices for “council”")
    assert "css/picked.css" in text
    assert 'href="/join/"' in text.partition('class="picked"')[2].partition("</section>")[0]
    second = client.get("/hub/", {"q": "council", "page": 2}).content.decode()
    assert "council" in second.lower()
    for other in (second, client.get("/hub/").content.decode(), client.get("/hub/", {"q": "thing"}).content.decode()):
        assert "Picked by the Secretariat" not in other
        assert "picked.css" not in other
    arabic = client.get("/ar/hub/", {"q": "council"}).content.decode()
    assert '<p lang="ar" dir="auto">دليل الشبكة.</p>' in arabic
    assert '<p lang="en" dir="auto">Because.</p>' in arabic, "what isn’t there in Arabic is there in English"


def test_what_finds_nothing_may_have_a_pick(client):
    make_promotion("fellowship")
    page = client.get("/hub/", {"q": "fellowship"}).content.decode()
    assert "Picked by the Secretariat" in page
    assert "No practice has any of these words" in page


def test_the_database_holds_it():
    practice = make_practice(make_city())
    promotion = make_promotion("join", picks=["members:join", practice])
    why = {"en": "So."}
    refused: list[tuple[Any, dict[str, Any], str]] = [
        (Promotion, {"name": "", "begins": today(), "ends": today()}, "promotion_has_a_name"),
        (Promotion, {"name": "x", "begins": today(), "ends": today() - DAY}, "promotion_ends_after_it_begins"),
        (Phrasing, {"promotion": promotion, "text": "?!"}, "phrasing_has_words"),
        (Pick, {"promotion": promotion, "place": 1, "page": "pages:about", "why": why}, "pick_one_in_a_place"),
        (Pick, {"promotion": promotion, "place": 4, "page": "pages:about", "why": why}, "pick_place_is_one_to_three"),
        (Pick, {"promotion": promotion, "place": 2, "why": why}, "pick_is_a_practice_or_a_page"),
        (Pick, {"promotion": promotion, "place": 2, "page": "admin:index", "why": why}, "pick_is_a_practice_or_a_page"),
        (
            Pick,
            {"promotion": promotion, "place": 2, "page": "pages:about", "practice": practice, "why": why},
            "pick_is_a_practice_or_a_page",
        ),
        (Pick, {"promotion": promotion, "place": 3, "page": "pages:about", "why": {}}, "pick_says_why_in_english"),
        (Pick, {"promotion": promotion, "place": 3, "page": "pages:about", "why": {"ar": "لأنه."}}, "pick_says_why_in_english"),
        (Pick, {"promotion": promotion, "place": 3, "page": "pages:about", "why": {"en": ""}}, "pick_says_why_in_english"),
        (Pick, {"promotion": promotion, "place": 3, "page": "members:join", "why": why}, "pick_a_page_once"),
        (Pick, {"promotion": promotion, "place": 3, "practice": practice, "why": why}, "pick_a_practice_once"),
    ]
    for model, values, name in refused:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.create(**values)
    make_promotion("join us", picks=["members:join", practice], name="The same in another")


def test_what_broke_the_rules_before_they_were_is_mended():
    city = make_city()
    council, forum = make_practice(city, "Council"), make_practice(city, "Forum")
    promotion = make_promotion("join", picks=[])
    rules = [rule for rule in Pick._meta.constraints if rule.name in MENDED]
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for rule in rules:
            editor.remove_constraint(Pick, rule)
        editor.execute("ALTER TABLE hub_pick DROP CONSTRAINT pick_place_is_one_to_three")
        about: dict[str, Any] = {"page": "pages:about"}
        for place, (values, why) in enumerate(
            [
                ({"practice": council}, {"en": "", "fr": "", "es": "Así."}),
                ({"practice": forum}, {}),
                (about, {"ar": "لأنه."}),
                ({"practice": council}, {"en": "Twice."}),
                ({"practice": forum}, {"en": "So."}),
                (about, {"en": "Twice."}),
                ({"page": "pages:contact"}, {"en": "", "ar": ""}),
            ],
            start=1,
        ):
            promotion.picks.create(place=place, why=why, **values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(MEND)
        for rule in rules:
            editor.add_constraint(Pick, rule)
    assert [(one.place, str(one.title), one.why["en"]) for one in promotion.picks.all()] == [
        (1, "Council", "Así."), (3, "About the network", "لأنه."), (5, "Forum", "So."),
    ]  # fmt: skip


def test_every_page_that_may_be_picked_is_there(client):
    for name, label in PAGES:
        pick = Pick(page=name, why={"en": "So."})
        assert client.get(pick.get_absolute_url()).status_code == 200
        with translation.override("en"):
            assert str(pick) == str(label)


# --- The staff's room ------------------------------------------------------------------------------------------------


def form(*questions: str, practice: Any = "", page: str = "", **fields: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {"name": "Youth", "begins": today().isoformat(), "ends": today().isoformat(), "_continue": "1"}
    sent |= {"phrasings-TOTAL_FORMS": len(questions), "phrasings-INITIAL_FORMS": 0, "picks-TOTAL_FORMS": 1, "picks-INITIAL_FORMS": 0}
    sent |= {f"phrasings-{place}-text": text for place, text in enumerate(questions)}
    return {
        **sent,
        "picks-0-place": 1,
        "picks-0-practice": practice,
        "picks-0-page": page,
        "picks-0-why_en": "So.",
        "picks-0-why_ar": "",
        **fields,
    }


@pytest.fixture
def staff(client):
    client.force_login(user := make_staff())
    return user


ADD = "/admin/hub/promotion/add/"


def test_staff_make_one_and_see_it(client, staff):
    practice = make_practice(make_city())
    response = client.post(ADD, form("youth council", practice=practice.pk, **{"picks-0-why_ar": "لأنه."}), follow=True)
    assert response.status_code == 200, response.content
    assert found("council for youth") == ["Youth council"]
    assert Pick.objects.get().why == {"en": "So.", "ar": "لأنه."}
    page = response.content.decode()
    assert "As readers see it" in page
    assert '<section class="picked"' in page
    assert 'href="/hub/?q=youth%20council"' in page
    listed = client.get("/admin/hub/promotion/?shown=today").content.decode()
    assert "youth council" in listed
    assert '<span class="stamp stamp--good">shown</span>' in listed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"picks-0-page": ""}, "Choose a practice or a page, not both."),
        ({"picks-0-why_en": ""}, "This field is required."),
        ({"picks-0-place": 4}, "The place is a number from 1 to 3."),
        ({"picks-0-place": 0}, "The place is a number from 1 to 3."),
        ({"picks-0-practice": "1 OR 1", "picks-0-page": ""}, "Select a valid choice"),
        ({"picks-0-practice": "9" * 30, "picks-0-page": ""}, "Select a valid choice"),
        ({"picks-0-page": "admin:index"}, "Select a valid choice"),
        ({"phrasings-0-text": "?!"}, "A question has at least one word."),
        ({"phrasings-0-text": ""}, "This field is required."),
        ({"ends": "2001-01-01"}, "It can’t end before it begins."),
    ],
)
def test_what_cannot_be_is_said(client, staff, changed, words):
    response = client.post(ADD, {**form("youth", page="pages:about"), **changed})
    assert response.status_code == 200
    assert response.text.count(words) == 1
    assert "Constraint" not in response.text
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("what", ["practice", "page"])
def test_the_same_is_picked_once(client, staff, what):
    value: Any = make_practice(make_city()).pk if what == "practice" else "pages:about"
    second = {"picks-1-place": 2, f"picks-1-{what}": value, "picks-1-why_en": "Again."}
    response = client.post(ADD, {**form("youth", **{what: value}), "picks-TOTAL_FORMS": 2, **second})
    assert (response.status_code, Promotion.objects.count()) == (200, 0)
    assert "Each practice and each page is picked once." in response.text
    assert client.post(ADD, {**form("youth", **{what: value}), "picks-TOTAL_FORMS": 2, **second, "picks-1-DELETE": "on"}).status_code == 302
    promotion = Promotion.objects.get()
    address = reverse("admin:hub_promotion_change", args=[promotion.pk])
    kept = {"picks-0-id": promotion.picks.get().pk, "picks-0-promotion": promotion.pk, "picks-INITIAL_FORMS": 1}
    kept |= {"phrasings-0-id": promotion.phrasings.get().pk, "phrasings-0-promotion": promotion.pk, "phrasings-INITIAL_FORMS": 1}
    kept |= {"history-TOTAL_FORMS": 0, "history-INITIAL_FORMS": 0, "picks-TOTAL_FORMS": 2}
    assert client.post(address, {**form("youth", **{what: value}), **kept, **second}).status_code == 200
    assert promotion.picks.count() == 1
    second = {"picks-1-place": 2, "picks-1-page": "pages:contact", "picks-1-why_en": "As well."}
    assert client.post(address, {**form("youth", **{what: value}), **kept, **second}).status_code == 302
    assert promotion.picks.count() == 2


def test_what_overlaps_and_what_nobody_sees_is_said(client, staff):
    make_promotion("youth council meeting", name="Meetings")
    make_promotion("youth", begins=5, ends=9, name="Later")
    draft = make_practice(make_city(), "Draft", state=State.DRAFT)
    page = client.post(ADD, form("council youth", "sport", practice=draft.pk), follow=True).content.decode()
    assert "“council youth” is asked for “Meetings” as well" in page
    assert "Not every reader sees “Draft”: not published." in page
    assert page.count("as well: then the newer one") == 1


@pytest.mark.parametrize(
    ("question", "warned"), [("the", True), ("The, of AND", True), ("в на", True), ("the prevention", False), ("预防", False)]
)
def test_a_question_of_common_words_alone_is_doubted(client, staff, question, warned):
    page = client.post(ADD, form("council", question, page="pages:about"), follow=True).text
    assert page.count("is nothing but common words: it is shown for very many questions.") == warned
    assert Promotion.objects.exists()


def test_picks_that_readers_do_not_see_are_told_as_such(client, staff):
    city = make_city()
    draft, members = make_practice(city, "Taken down", state=State.DRAFT), make_practice(city, "Within", audience="members")
    make_promotion("youth", picks=[draft, members, make_practice(city, "Open")], name="Some")
    make_promotion("sport", picks=[draft], name="None")
    make_promotion("arts", picks=[draft], begins=1, ends=1, name="Tomorrow")
    rows = {one.name: one for one in Promotion.objects.all()}
    listed = client.get("/admin/hub/promotion/").text
    why = "Taken down (not published)"
    assert f"{why} · Within (for members alone) · Open<" in listed
    assert (listed.count(why), listed.count(">shown</span>"), listed.count(">unseen</span>")) == (3, 1, 1)

    def page_of(name):
        return client.get(reverse("admin:hub_promotion_change", args=[rows[name].pk])).text.partition('id="seen"')[2]

    picked, _end, below = page_of("Some").partition("</section>")
    assert ("Taken down" in picked, "Within" in picked, "Open" in picked) == (False, True, True)
    assert "<li><bdi>Taken down</bdi> (not published)</li>" in below
    assert "<li><bdi>Within</bdi> (for members alone)</li>" in below
    assert "Readers see nothing: none of its answers is published." in page_of("None")
    draft.delete()
    assert "Readers see nothing: what was picked is deleted." in page_of("None")
    assert "Readers see nothing" not in page_of("Some")
    assert "none: what was picked is deleted" in client.get("/admin/hub/promotion/").text


def test_what_it_was_is_kept(client, staff):
    promotion = make_promotion("join", name="First name")
    promotion.name = "Second name"
    promotion.save()
    page = client.get(reverse("admin:hub_promotion_change", args=[promotion.pk])).content.decode()
    assert "<td>First name</td>" in page


def test_the_secretariat_keeps_them_and_nobody_else(client):
    promotion = make_promotion("join")
    addresses = [reverse(f"admin:hub_promotion_{name}", args=args) for name, args in (
        ("changelist", []), ("add", []), ("change", [promotion.pk]), ("delete", [promotion.pk]),
    )]  # fmt: skip
    other = User.objects.create_user("events@example.org", is_staff=True)
    for user, status in ((None, 302), (make_official(make_city()), 302), (other, 403)):
        client.logout()
        if user:
            client.force_login(user)
        assert {client.get(address).status_code for address in addresses} == {status}
        assert client.post(addresses[-1], {"post": "yes"}).status_code == status
    other.groups.add(secretariat())
    assert {client.get(address).status_code for address in addresses} == {200}
    assert Promotion.objects.count() == 1
    assert client.post(addresses[-1], {"post": "yes"}).status_code == 302
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_one_number_of_queries(client, staff, django_assert_num_queries, number):
    city = make_city()
    for name in ("One", "Two", "Three")[:number]:
        make_promotion(name, picks=[make_practice(city, name)], name=name)
    with django_assert_num_queries(10):
        assert len(client.get("/admin/hub/promotion/").context["cl"].result_list) == number
