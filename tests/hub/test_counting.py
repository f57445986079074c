"""What is asked of the search is counted, without who."""

import importlib
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from hub import charts, counting, search_figures
from hub.jobs import sum_searches
from hub.models import Asking, FacetDay, Question, QuestionDay, Salt, SearchDay
from members.models import User
from members.querysets import today
from strongcities import sheets
from tests.cast import make_staff, secretariat
from tests.hub.cast import make_city, make_official, make_practice, make_synonyms
from tests.races import race

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (Android 9; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
HUB, FIGURES = "/hub/", "/admin/hub/question/figures/"


@pytest.fixture(autouse=True)
def a_salt_of_this_test():
    counting._salt.cache_clear()
    yield
    counting._salt.cache_clear()


def ask(client, words="", path=HUB, *, reader="198.51.100.7", headers=None, method="get", **data):
    told = {"User-Agent": BROWSER, **(headers or {})}
    return getattr(client, method)(path, {**({"q": words} if words else {}), **data}, headers=told, REMOTE_ADDR=reader)


def night(days: int = 1) -> None:
    """As many nights go by, the sums being made in each."""
    for _night in range(days):
        step = timedelta(days=1)
        Asking.objects.update(day=F("day") - step)
        Salt.objects.all().delete()
        counting._salt.cache_clear()
        for model in (SearchDay, FacetDay, QuestionDay):
            for row in model.objects.order_by("day"):
                model.objects.filter(pk=row.pk).update(day=row.day - step)
        Question.objects.update(last=F("last") - step)
        sum_searches.func(timestamp=0)


def days():
    return {(str(row.language), row.found): (row.searches, row.clicked, row.corrected, row.led) for row in SearchDay.objects.all()}


def test_a_search_is_a_row_of_its_day_without_who(client):
    make_practice(make_city())
    assert ask(client, "Youth", theme="youth-engagement").status_code == 200
    (row,) = Asking.objects.values()
    own = {**row, "day": row["day"] == today()}
    told = {"day": True, "language": "en", "found": 1, "facets": ["theme"], "is_click": False, "is_corrected": False}
    assert {name: own[name] for name in told} == told
    assert all(len(row[name]) == 32 for name in ("mark", "once", "key"))
    assert not {"198.51.100.7", "youth", "Youth"} & {str(value) for value in row.values()}
    assert {field.name for field in Asking._meta.get_fields()} == {
        "id", "day", "mark", "once", "is_click", "key", "language", "found", "facets", "is_corrected",
    }  # fmt: skip


def test_the_marks_of_one_reader_differ_from_day_to_day(client):
    ask(client, "youth")
    Asking.objects.update(day=today() - timedelta(days=1))
    Salt.objects.all().delete()
    counting._salt.cache_clear()
    ask(client, "youth")
    first, second = Asking.objects.order_by("pk")
    assert (first.mark != second.mark, first.once != second.once, first.key) == (True, True, second.key)


@pytest.mark.parametrize(
    ("headers", "method", "path", "data"),
    [
        ({"User-Agent": ""}, "get", HUB, {}),
        ({"User-Agent": "Mozilla/5.0 (compatible; Somebot/2.1; +http://bot.example)"}, "get", HUB, {}),
        ({"User-Agent": "curl/8.5"}, "get", HUB, {}),
        ({"Sec-GPC": "1"}, "get", HUB, {}),
        ({"DNT": "1"}, "get", HUB, {}),
        ({"Sec-Purpose": "prefetch;prerender"}, "get", HUB, {}),
        ({"Purpose": "prefetch"}, "get", HUB, {}),
        ({}, "head", HUB, {}),
        ({}, "get", "/hub/practices.json", {}),
        ({}, "get", HUB, {"page": 2}),
        ({}, "get", HUB, {"theme": "nothing"}),
    ],
)
def test_what_is_not_counted(client, headers, method, path, data):
    city = make_city()
    for number in range(21):
        make_practice(city, f"Youth {number}")
    ask(client, "youth", path=path, headers=headers, method=method, **data)
    ask(client, headers=headers)
    assert not Asking.objects.exists()
    ask(client, "youth")
    assert Asking.objects.count() == 1


def test_staff_are_not_counted_and_officials_are(client):
    client.force_login(make_staff())
    ask(client, "youth")
    assert not Asking.objects.exists()
    client.force_login(make_official(make_city()))
    ask(client, "youth")
    assert Asking.objects.count() == 1


def test_what_one_reader_asks_twice_is_one_search(client):
    make_practice(make_city())
    for reader, words in (("198.51.100.1", "youth"), ("198.51.100.1", "youth"), ("198.51.100.1", "nothing"), ("198.51.100.2", "youth")):
        ask(client, words, reader=reader)
    ask(client, "youth", path="/ar/hub/", reader="198.51.100.3")
    assert not SearchDay.objects.exists()
    night()
    assert days() == {("en", 1): (2, 0, 0, 0), ("en", 0): (1, 0, 0, 0), ("ar", 1): (1, 0, 0, 0)}
    assert not Asking.objects.exists()
    assert not Salt.objects.exists()
    assert set(SearchDay.objects.values_list("day", flat=True)) == {today() - timedelta(days=1)}


def test_a_step_to_a_practice_is_a_click_of_its_search(client):
    practice = make_practice(make_city())
    ask(client, "youth", theme="youth-engagement")
    ask(client, "council")
    for _twice in range(2):
        ask(client, "youth", path=practice.get_absolute_url(), theme="youth-engagement", page=3)
    ask(client, "council", path=practice.get_absolute_url(), reader="198.51.100.8")  # somebody else, by a link that was mailed
    ask(client, "", path=practice.get_absolute_url())
    night()
    assert days() == {("en", 1): (2, 1, 0, 0)}
    assert list(FacetDay.objects.values_list("facet", "searches")) == [("theme", 1)]


def test_searches_in_which_a_word_was_corrected_and_those_that_led_on(client):
    practice = make_practice(make_city(), "Polarisation")
    for reader, words in (("198.51.100.1", "polarisaton"), ("198.51.100.1", "polarisation"), ("198.51.100.2", "polarisaton")):
        ask(client, words, reader=reader)
    ask(client, "polarisaton", path=practice.get_absolute_url(), reader="198.51.100.2")
    assert Asking.objects.filter(is_corrected=True).count() == 2
    night()
    assert [sum(column) for column in zip(*days().values(), strict=True)] == [3, 1, 2, 1]


def test_the_sums_of_a_day_add_up_however_often_they_are_made(client):
    ask(client, "youth")
    night()
    ask(client, "youth", reader="198.51.100.9")
    Asking.objects.update(day=today() - timedelta(days=1))
    sum_searches.func(timestamp=0)
    sum_searches.func(timestamp=0)
    assert days() == {("en", 0): (2, 0, 0, 0)}
    assert [(one.days, one.readers, one.together) for one in Question.objects.all()] == [(0, 0, 1)], "a single reader each time"
    assert list(QuestionDay.objects.values_list("searches", "nothing")) == [(2, 2)]


# --- Whose words are kept --------------------------------------------------------------------------------------------


def many_ask(client, words, plan=(4, 3, 3)):
    """On as many days as many readers each; then once more, by which time the sums say how many have asked."""
    for number in plan:
        for reader in range(number):
            ask(client, words, reader=f"198.51.100.{reader + 1}")
        night()
    ask(client, words)
    night()


def test_words_are_kept_once_many_have_asked(client):
    for number in (4, 3, 1, 3):
        for reader in range(number):
            ask(client, "Hate-Speech", reader=f"198.51.100.{reader + 1}")
        assert [one.words for one in Question.objects.all()] in ([], [""])
        night()
        assert [(one.words, len(one.key)) for one in Question.objects.all()] == [("", 32)]
    ask(client, "hate speech!")
    assert [(one.words, one.days, one.readers, one.together) for one in Question.objects.all()] == [("hate speech", 3, 10, 4)]
    night()
    assert [(one.searches, one.nothing) for one in search_figures.questions()] == [(12, 12)]


@pytest.mark.parametrize("plan", [(1,) * 12, (2,) * 6, (3,) * 4, (9, 9), (4, 3, 2), (12, 1, 1, 1)])
def test_one_person_or_one_day_is_not_many(client, plan):
    """Two or three a day may be one person, by IPv4 and IPv6, or telephone and desk."""
    many_ask(client, "olga of aarhus", plan)
    assert [one.words for one in Question.objects.all()] == [""]


def test_who_is_signed_in_is_one_reader_wherever_they_are(client):
    official = make_official(make_city())
    for address in ("198.51.100.1", "2001:db8::1", "198.51.100.2"):
        client.force_login(official)
        ask(client, "youth", reader=address)
    assert Asking.objects.values("mark").distinct().count() == 1
    client.logout()
    for address in ("2001:db8::1", "2001:db8::ffff:1", "198.51.100.1"):
        ask(client, "youth", reader=address)
    assert Asking.objects.values("mark").distinct().count() == 3, "of IPv6 the first 64 bits"


PRIVATE = [
    "olga@aarhus.dk", "write to olga＠aarhus.dk", "12345", "call 0045 12", "+45 12 34 56 78", "id 1-2-3-4-5", "٠١٢٣٤",
    "12–34–56", "12–34–56–78", "+45·12·34·56·78", "1\u200b2\u200b3\u200b4\u200b5", "①②③④⑤", "jane﹫example.org", "1ـ2ـ3ـ4ـ5",
    "1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e3", "½½½", "12_34_56", "12\u030034\u030056", "from 2015–16",
    "one two three four five six seven eight nine", "x" * 81, "a " * 10_000, "预" * 81,
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_what_may_be_somebodys_has_no_words_to_keep(text):
    assert counting.keepable(text) == ""


@pytest.mark.parametrize("text", ["olga@aarhus.dk", "12–34–56", "①②③④⑤", "jane﹫example.org", "a " * 10_000])
def test_what_may_be_somebodys_is_never_kept(client, text, caplog):
    many_ask(client, text, (4, 3, 3))
    assert not Question.objects.exists()
    assert not Asking.objects.exclude(key="").exists()
    assert sum(SearchDay.objects.values_list("searches", flat=True)) == 11, "it is counted all the same"
    assert [record.message for record in caplog.records if record.name == "hub.counting"] == []


def test_what_is_harmless_may_be_kept():
    assert counting.keepable("  Prévention de l'extrémisme, 2015? ") == "prevention de l extremisme 2015"
    assert counting.keepable("16 to 24 years, 2015") == "16 to 24 years 2015"
    assert counting.keepable("P/CVE 预防暴力极端主义 منع التطرف") == "p cve 预防暴力极端主义 منع التطرف"


def test_the_database_holds_it():
    enough = {"days": 3, "readers": 10, "together": 4, "last": today()}
    refused: list[tuple[dict[str, Any], str]] = [
        ({**enough, "days": 2}, "question_is_many_peoples"),
        ({**enough, "readers": 9}, "question_is_many_peoples"),
        ({**enough, "together": 3}, "question_is_many_peoples"),
        ({**enough, "words": "12345"}, "question_holds_no_address"),
        ({**enough, "words": "a@b"}, "question_holds_no_address"),
        ({**enough, "words": "call 12 34 56"}, "question_holds_no_address"),
    ]
    for values, name in refused:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Question.objects.create(**{"key": "k", "words": "hate speech", **values})
    Question.objects.create(key="k", words="hate speech", **enough)

    Asking.objects.create(day=today(), mark="m", once="o", language="en", found=2)
    question = Question.objects.get()
    day: dict[str, Any] = {"day": today(), "searches": 2, "clicked": 1}
    sums = {**day, "language": "en", "found": 1, "corrected": 1, "led": 1}
    counts: list[tuple[Any, dict[str, Any], str]] = [
        (Asking, {"day": today(), "mark": "m", "once": "o", "language": "en", "found": 3}, "asking_found_is_known"),
        (SearchDay, {**sums, "found": 3}, "search_day_found_is_known"),
        (SearchDay, {**sums, "clicked": 3}, "search_day_clicked_of_searches"),
        (SearchDay, {**sums, "corrected": 3}, "search_day_corrected_of_searches"),
        (SearchDay, {**sums, "corrected": 2, "led": 2}, "search_day_led_of_corrected_and_clicked"),
        (SearchDay, {**sums, "clicked": 2, "led": 2}, "search_day_led_of_corrected_and_clicked"),
        (QuestionDay, {**day, "question": question, "nothing": 3}, "question_day_nothing_of_searches"),
        (QuestionDay, {**day, "question": question, "nothing": 0, "clicked": 3}, "question_day_clicked_of_searches"),
    ]
    for model, values, name in counts:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.create(**values)
    SearchDay.objects.create(**sums)
    QuestionDay.objects.create(**day, question=question, nothing=2)


def test_sums_that_could_not_be_are_mended():
    """What was written before the database held it."""
    models: tuple[Any, ...] = (Asking, SearchDay, QuestionDay)
    rules = [(model, rule) for model in models for rule in model._meta.constraints]
    assert len(rules) == 7
    with connection.schema_editor() as editor:
        for model, rule in rules:
            editor.remove_constraint(model, rule)
        for found, numbers in ((0, (2, 3, 4, 5)), (1, (5, 3, 2, 1)), (3, (1, 1, 1, 1))):
            names = ("searches", "clicked", "corrected", "led")
            SearchDay.objects.create(day=today(), language="en", found=found, **dict(zip(names, numbers, strict=True)))
        question = Question.objects.create(key="k", days=1, readers=1, together=1, last=today())
        QuestionDay.objects.create(question=question, day=today(), searches=2, nothing=3, clicked=1)
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(importlib.import_module("hub.migrations.0040_picks_sums_orders").MEND)
        for model, rule in rules:
            editor.add_constraint(model, rule)
    assert days() == {("en", 0): (2, 2, 2, 2), ("en", 1): (5, 3, 2, 1)}
    assert list(QuestionDay.objects.values_list("searches", "nothing", "clicked")) == [(2, 2, 1)]


def test_what_was_counted_when_fewer_were_enough_is_counted_anew():
    rules = [rule for rule in Question._meta.constraints if rule.name == "question_is_many_peoples"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Question, rules[0])
        question = Question.objects.create(key="k", words="olga of aarhus", days=3, readers=6, together=2, last=today())
        QuestionDay.objects.create(question=question, day=today(), searches=2, nothing=1, clicked=1)
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(importlib.import_module("hub.migrations.0047_many_ask").ANEW)
        editor.add_constraint(Question, rules[0])
    assert [(one.words, one.days, one.readers, one.together) for one in Question.objects.all()] == [("", 0, 0, 0)]
    assert QuestionDay.objects.count() == 1


# --- Never in the way ------------------------------------------------------------------------------------------------


def test_a_search_is_answered_when_it_cannot_be_counted(client, caplog):
    practice = make_practice(make_city())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE hub_asking RENAME TO hub_asking_gone")
    assert ask(client, "youth").context["answer"].count == 1
    assert ask(client, "youth", path=practice.get_absolute_url()).status_code == 200
    assert [record.message for record in caplog.records if record.name == "hub.counting"] == ["A search could not be counted."] * 2


@pytest.mark.django_db(transaction=True)
def test_the_day_s_salt_stays_when_the_first_row_of_the_day_does_not(client, monkeypatch):
    """Else this process would go on with a salt that nobody else has: one reader would be two, and nobody could drop it at night."""
    good = counting._INSERT
    monkeypatch.setattr(counting, "_INSERT", "SELECT 1 / 0")
    assert ask(client, "youth").status_code == 200
    assert not Asking.objects.exists()
    monkeypatch.setattr(counting, "_INSERT", good)
    ask(client, "youth")
    counting._salt.cache_clear()  # another process
    ask(client, "youth")
    assert Salt.objects.get().salt == counting._salt(today())
    (first, second) = Asking.objects.all()
    assert (first.mark, first.once) == (second.mark, second.once)


@pytest.mark.django_db(transaction=True)
def test_counting_waits_for_nobody(client):
    """The words are known from here on; the row is held by somebody else, the night's sums for one."""
    key = counting.key_of("hate speech")
    Question.objects.create(key=key, days=3, readers=10, together=4, last=today())
    with transaction.atomic():
        Question.objects.select_for_update().get(key=key)
        (answer,) = race(lambda: ask(client, "hate speech").status_code)
    assert answer == 200
    assert Asking.objects.count() == 1
    assert Question.objects.get().words == ""
    ask(client, "hate speech")
    assert Question.objects.get().words == "hate speech"


@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_sum_once(client):
    for reader in range(3):
        ask(client, "youth", reader=f"198.51.100.{reader + 1}")
    Asking.objects.update(day=today() - timedelta(days=1))
    race(*[lambda: sum_searches.func(timestamp=0)] * 4)
    assert days() == {("en", 0): (3, 0, 0, 0)}
    assert [(one.days, one.readers, one.together) for one in Question.objects.all()] == [(1, 3, 3)]


# --- How long --------------------------------------------------------------------------------------------------------


def test_days_over_thirteen_months_are_months_and_questions_go():
    now = today()
    old = date(now.year - 2, 3, 17)
    kept = now - timedelta(days=380)
    for day in (old, old + timedelta(days=2), old.replace(month=4), kept):
        for language in ("en", "ar"):
            SearchDay.objects.create(day=day, language=language, found=1, searches=2, clicked=1, corrected=1, led=0)
        FacetDay.objects.create(day=day, facet="theme", searches=3)
    enough = {"days": 3, "readers": 10, "together": 4}
    for key, words, last in (
        ("old", "hate", old), ("new", "youth", now), ("few", "", now - timedelta(days=91)), ("fresh", "", now - timedelta(days=89)),
    ):  # fmt: skip
        question = Question.objects.create(key=key, words=words, last=last, **enough)
        QuestionDay.objects.create(question=question, day=last, searches=1, nothing=0, clicked=0)
    QuestionDay.objects.create(question_id="new", day=old, searches=1, nothing=0, clicked=0)
    for _twice in range(2):
        sum_searches.func(timestamp=0)
        first, second = old.replace(day=1), old.replace(month=4, day=1)
        assert {(row.day, row.language): (row.searches, row.clicked, row.corrected) for row in SearchDay.objects.all()} == {
            (day, language): numbers
            for day, numbers in ((first, (4, 2, 2)), (second, (2, 1, 1)), (kept, (2, 1, 1)))
            for language in ("en", "ar")
        }
        assert set(FacetDay.objects.values_list("day", "searches")) == {(first, 6), (second, 3), (kept, 3)}
        assert set(Question.objects.values_list("key", flat=True)) == {"new", "fresh"}
        assert set(QuestionDay.objects.values_list("question", "day")) == {("new", now), ("fresh", now - timedelta(days=89))}


# --- What the staff see ----------------------------------------------------------------------------------------------


@pytest.fixture
def filled(client):
    practice = make_practice(make_city())
    many_ask(client, "youth deradicalisation")
    ask(client, "youth", theme="youth-engagement")
    ask(client, "youth", path=practice.get_absolute_url(), theme="youth-engagement")
    ask(client, "somebody’s name")
    night()


def test_the_figures(client, filled):
    client.force_login(make_staff())
    page = client.get(FIGURES)
    context = page.context
    assert context["totals"] == {"searches": 13, "nothing": 1, "unclicked": 11, "corrected": 0, "led": 0}
    assert sum(week.searches for week in context["weeks"]) == 13
    assert [(one.words, one.searches, one.nothing, one.clicked) for one in context["questions"]] == [("youth deradicalisation", 11, 0, 0)]
    assert context["unwritten"] == [("deradicalisation", 11)]
    assert context["filters"] == [("Theme", 1)]
    text = page.content.decode()
    assert "somebody" not in text
    assert '<rect class="all"' in text
    assert "style=" not in text
    listed = client.get("/admin/hub/question/")
    assert [one.words for one in listed.context["cl"].result_list] == ["youth deradicalisation"]
    assert FIGURES in listed.content.decode()


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("questions", [["youth deradicalisation", "11", "0", "0"]]),
        ("unwritten", [["deradicalisation", "11"]]),
        ("filters", [["Theme", "1"]]),
    ],
)
def test_each_part_as_a_spreadsheet(client, filled, part, rows):
    client.force_login(make_staff())
    response = client.get(f"{FIGURES}{part}.csv")
    columns, found = sheets.read(response.content)
    assert [[row.cells[column] for column in columns] for row in found] == rows
    assert part in response["Content-Disposition"]


def test_the_weeks_as_a_spreadsheet(client, filled):
    client.force_login(make_staff())
    _columns, rows = sheets.read(client.get(f"{FIGURES}weeks.csv").content)
    assert sum(int(row.cells["searches"]) for row in rows) == 13
    assert client.get(f"{FIGURES}nothing.csv").status_code == 404


def test_before_anything_is_counted(client):
    client.force_login(make_staff())
    assert "Nothing is counted yet." in client.get(FIGURES).content.decode()


def test_a_column_is_as_high_as_its_week_and_the_oldest_stands_first():
    then = today() - timedelta(days=70)
    weeks = [search_figures.Week(then + timedelta(days=7 * place), 10, 5, 0) for place in reversed(range(10))]
    weeks[-1] = search_figures.Week(then, 40, 0, 0)
    chart = charts.of_weeks(weeks)
    assert chart
    first, second = chart.columns[:2]
    assert (first.week, first.x, first.middle, first.top, first.height, first.nothing) == (weeks[-1], 3, 14, 0, 160, 0)
    assert (second.x, second.top, second.height, second.nothing, second.nothing_top) == (31, 120, 40, 20, 140)
    assert (chart.column, chart.width, chart.first, chart.last, chart.most) == (22, 280, then, then + timedelta(days=63), 40)


@pytest.mark.parametrize(("number", "width", "dates"), [(1, 190, 1), (2, 190, 2), (26, 728, 2)])
def test_under_the_columns_there_is_room_for_the_first_day_and_the_last(number, width, dates):
    chart = charts.of_weeks([search_figures.Week(today() - timedelta(days=7 * place), 0, 0, 0) for place in range(number)])
    assert chart
    assert (chart.width, 1 + (chart.last is not None), len(chart.columns)) == (width, dates, number)
    assert {column.height for column in chart.columns} == {0}
    assert charts.of_weeks([]) is None


def test_numbers_of_many_figures_stand_beside_each_other():
    chart = charts.of_weeks([search_figures.Week(today(), 1_234_567, 0, 0)] * 10)
    assert chart
    assert chart.columns[1].x - chart.columns[0].x == 56


def test_weeks_without_a_search_are_there_with_zeros():
    monday = today() - timedelta(days=1)
    monday -= timedelta(days=monday.weekday())
    for weeks, found in ((2, 0), (2, 1), (5, 2), (26, 1), (40, 1)):
        day = monday - timedelta(weeks=weeks) + timedelta(days=3)
        SearchDay.objects.create(day=day, language="en", found=found, searches=2, clicked=1, corrected=0, led=0)
    assert [((monday - week.first).days // 7, week.searches, week.nothing, week.unclicked) for week in search_figures.weeks()] == [
        (0, 0, 0, 0), (1, 0, 0, 0), (2, 4, 2, 1), (3, 0, 0, 0), (4, 0, 0, 0), (5, 2, 0, 1),
    ]  # fmt: skip


def test_a_word_s_bar_is_as_long_as_it_is_asked():
    words = [("hate", 200), ("speech", 99), ("rare", 1)]
    assert [(bar.word, bar.searches, bar.length) for bar in charts.of_words(words)] == [
        ("hate", 200, 100),
        ("speech", 99, 50),
        ("rare", 1, 1),
    ]
    assert len(charts.of_words(words * 10)) == charts.WORDS
    assert charts.of_words([]) == []


def asked_by_many(*questions):
    """Questions whose words are kept; the first was asked most."""
    for place, words in enumerate(reversed(questions), 1):
        question = Question.objects.create(key=words[:32], words=words, days=3, readers=10, together=4, last=today())
        QuestionDay.objects.create(question=question, day=today() - timedelta(days=1), searches=place, nothing=0, clicked=0)


def test_words_that_lead_to_a_practice_in_any_form_are_not_missing(no_synonyms):
    city = make_city()
    make_practice(city, "Mentoring in schools")
    make_practice(city, "社区青年", language="zh")
    asked_by_many("mentored school", "deradicalised school deradicalised", "我们社区", "社", "网络仇恨", "网", "deradicalised")
    assert search_figures.unwritten() == [("deradicalised", 7), ("网络仇恨", 3), ("网", 2)]


def test_words_that_synonyms_lead_to_a_practice_are_not_missing(no_synonyms):
    city = make_city()
    make_practice(city, "Mentoring in schools")
    make_practice(city, "Games", themes=["gender-equality"])
    make_synonyms("Mentors", en=["mentoring", "buddy", "big brother scheme", "(godfather)"], zh=["导师"])
    make_synonyms("Women", ["theme:gender-equality"], en=["womenfolk"])
    make_synonyms("Nothing there", en=["drones", "uavs"])
    asked_by_many("buddies", "buddy", "scheme", "big brother scheme", "the brother", "godfather", "找导师吧", "womenfolk", "drones")
    assert search_figures.unwritten() == [("scheme", 7), ("brother", 5), ("godfather", 4), ("drones", 1)]


def test_the_words_are_a_chart_and_a_table(client):
    asked_by_many("deradicalised", "hatred", *(f"word{number}" for number in range(charts.WORDS)))
    SearchDay.objects.create(day=today() - timedelta(days=8), language="en", found=1, searches=12, clicked=1, corrected=0, led=0)
    client.force_login(make_staff())
    page = client.get(FIGURES).text
    drawn, table = page.partition('<div class="bars" role="img"')[2].partition("<table")[::2]
    assert [drawn.count("<rect"), drawn.count("<bdi>"), table.partition("</table>")[0].count('<th scope="row"')] == [15, 15, 17]
    assert '<bdi>deradicalised</bdi></span><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none"><rect width="100"' in drawn
    assert 'role="img" aria-label="Columns: searches in each week from ' in page
    assert "at most 12 in one." in page
    regions = re.findall(r'role="region" tabindex="0" aria-labelledby="([^"]+)"', page)
    assert regions == ["weeks", "weeks weeks-table", "questions", "unwritten"]
    assert all(f'id="{name}"' in page for names in regions for name in names.split())
    arabic = client.get(f"/ar{FIGURES}").text
    assert '<div class="bars" role="img"' in arabic


def test_the_secretariat_reads_it_and_nobody_else(client):
    addresses = ["/admin/hub/question/", FIGURES, *(f"{FIGURES}{part}.csv" for part in ("weeks", "questions", "unwritten", "filters"))]
    other = User.objects.create_user("events@example.org", is_staff=True)
    for user, status in ((None, 302), (make_official(make_city()), 302), (other, 403)):
        client.logout()
        if user:
            client.force_login(user)
        assert {client.get(address).status_code for address in addresses} == {status}
    other.groups.add(secretariat())
    assert {client.get(address).status_code for address in addresses} == {200}
    assert {client.post(address).status_code for address in addresses[1:]} == {405}
    assert client.get("/admin/hub/question/add/").status_code == 403


def fill(number):
    """As many questions, weeks, filters and unwritten words."""
    for place in range(number):
        day = today() - timedelta(weeks=place)
        question = Question.objects.create(key=str(place), words=f"unwritten{'abc'[place]}", days=3, readers=10, together=4, last=day)
        QuestionDay.objects.create(question=question, day=day, searches=6, nothing=1, clicked=2)
        SearchDay.objects.create(day=day, language="en", found=1, searches=6, clicked=2, corrected=1, led=1)
        FacetDay.objects.create(day=day, facet=("theme", "level", "region")[place], searches=2)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_questions_asks_one_number_of_queries(client, django_assert_num_queries, number):
    fill(number)
    client.force_login(make_staff())
    with django_assert_num_queries(7):
        assert len(client.get("/admin/hub/question/").context["cl"].result_list) == number


@pytest.mark.parametrize("number", [1, 3])
def test_the_figures_ask_one_number_of_queries(client, django_assert_num_queries, number):
    fill(number)
    client.force_login(make_staff())
    with django_assert_num_queries(9):
        context = client.get(FIGURES).context
    assert [len(context[name]) for name in ("questions", "unwritten", "filters")] == [number] * 3
    assert context["totals"]["searches"] == 6 * number
