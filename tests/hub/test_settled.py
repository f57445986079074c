"""What is found by bits is what is found by rows; and what is written is found, whatever is settled or being settled."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import given, settings, strategies as st

from hub import finding, settling
from hub.models import Entry, Practice
from hub.search import Query, search
from members.models import City
from tests.cast import make_staff, make_user
from tests.hub.cast import make_city, make_official, make_practice, run

VISITOR = AnonymousUser()
WORDS = [
    *("families", "police", "schools", "mentoring", "prevention", "youth", "aarhus", "the"),
    *("danemark", "disinformation", "-hate", "-police", "qqq", "women", "famille"),
]
CHOICES = {
    "theme": ["youth-engagement", "gender-equality", "polarisation-and-hate", "online-harms-and-disinformation"],
    "level": ["primary", "secondary", "response"],
    "language": ["en", "fr", "ar"],
    "evidence": ["0", "2", "x"],
    "region": ["europe", "south-asia"],
}


def settle(most=10):
    """All but the last few, in segments of `most`."""
    run("SELECT hub_keep(3)")
    while run("SELECT count(*) FROM hub_pending") > 5:
        assert run("SELECT hub_settle(%s, 1)", most) > 0


def asked(query, user=VISITOR, page=1, per_page=20):
    answer = search(query, user, page, per_page)
    return [p.pk for p in answer.results], answer.count, answer.facets, answer.without, answer.with_all


def by_rows(monkeypatch, *question):
    with monkeypatch.context() as patch:
        patch.setattr(finding, "_kept", lambda *_any: None)
        return asked(*question)


def few_are_weighed(monkeypatch, most):
    """Only so many are put in their exact order, of what is settled; pages have five."""
    monkeypatch.setattr(finding, "FOREMOST", most)
    monkeypatch.setattr(finding, "PAGE", 5)


def some_query(chance):
    filters = {name: tuple(chance.sample(values, chance.choice([1, 2]))) for name, values in CHOICES.items() if chance.random() < 0.35}
    words = " ".join(chance.sample(WORDS, chance.randint(0, 4)))
    return Query(words, filters, chance.choice([None, "newest", "evidence"]), all_words=chance.random() < 0.3)


@pytest.fixture
def settled(db, real_practices):
    settle()
    assert (run("SELECT count(*) FROM hub_segment"), run("SELECT count(*) FROM hub_pending")) == (4, 5)


@pytest.mark.usefixtures("settled")
class TestTheSameAsByRows:
    @pytest.mark.parametrize("seed", range(6))
    def test_for_any_question(self, monkeypatch, seed):
        chance = random.Random(seed)
        Practice.objects.filter(pk__in=Practice.objects.order_by("pk").values("pk")[:4]).update(audience="members")
        Practice.objects.filter(pk__in=Practice.objects.order_by("-pk").values("pk")[:4]).update(is_sample=True)
        for user in (VISITOR, make_staff()):
            for _try in range(15):
                question = some_query(chance), user, chance.choice([1, 1, 2]), chance.choice([5, 20])
                assert asked(*question) == by_rows(monkeypatch, *question), question

    @pytest.mark.parametrize("who", ["visitor", "member", "own city", "nobody's", "staff"])
    def test_for_every_kind_of_reader(self, monkeypatch, who):
        city = City.objects.order_by("pk")[0]
        Practice.objects.filter(pk__in=Practice.objects.order_by("pk").values("pk")[:9]).update(audience="members")
        user = {
            "visitor": lambda: VISITOR,
            "member": lambda: make_official(make_city("Member", "NO")),
            "own city": lambda: make_official(city),
            "nobody's": lambda: make_user("nobody@example.org"),
            "staff": make_staff,
        }[who]()
        for query in (Query(), Query("families police"), Query("", {"level": ("primary",)})):
            assert asked(query, user) == by_rows(monkeypatch, query, user)
        assert asked(Query(), user, 1, 100)[1] == Entry.objects.visible_to(user).count()

    def test_it_is_by_bits_indeed(self, no_synonyms, django_assert_num_queries):
        asked(Query("police"))
        with django_assert_num_queries(5) as statements:
            asked(Query("police mentoring"))
        assert "hub_ask(" in statements.captured_queries[3]["sql"]

    def test_each_page_has_what_the_one_before_has_not(self, monkeypatch):
        for best in (300, 10):
            few_are_weighed(monkeypatch, best)
            for query in (Query("prevention"), Query("", sort="newest"), Query("youth police", sort="evidence")):
                pages = [asked(query, VISITOR, page, 5)[0] for page in range(1, 11)]
                shown = [pk for page in pages for pk in page]
                assert len(shown) == len(set(shown)) == asked(query)[1]

    @pytest.mark.parametrize("sort", ["newest", "evidence"])
    def test_deep_pages_go_on_in_order(self, monkeypatch, sort):
        whole = by_rows(monkeypatch, Query("", sort=sort), VISITOR, 1, 100)[0]
        few_are_weighed(monkeypatch, 10)
        key = {entry.pk: entry.fresh if sort == "newest" else entry.evidence % 32 for entry in Entry.objects.all()}
        found = [key[pk] for page in range(1, 11) for pk in asked(Query("", sort=sort), VISITOR, page, 5)[0]]
        waiting = run("SELECT count(*) FROM hub_pending")
        assert found[10 + waiting :] == sorted(found[10 + waiting :], reverse=True)
        assert sorted(found) == sorted(key[pk] for pk in whole)

    def test_the_foremost_are_those_whose_levels_make_the_largest_sums(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT lexeme FROM hub_lexeme WHERE is_kept AND lexeme !~ ':' ORDER BY records DESC, lexeme LIMIT 4")
            stems, weights = [stem for (stem,) in cursor], [1, 3, 6, 5]
            cursor.execute(
                """
                SELECT p.practice_id, sum(a.weight * CASE WHEN i.impact >= l.bar THEN 15 ELSE hub_level(i.impact) END)
                FROM hub_place p JOIN hub_entry e USING (practice_id)
                CROSS JOIN unnest(%s::text[], %s::integer[]) AS a(stem, weight) JOIN hub_lexeme l ON l.lexeme = a.stem
                CROSS JOIN LATERAL (SELECT quote_literal(a.stem)::tsquery AS query) q
                CROSS JOIN LATERAL (SELECT hub_impact(hub_times(e.words, q.query), e.size, hub_average()) AS impact) i
                WHERE e.words @@ q.query GROUP BY 1""",
                [stems, weights],
            )
            sums = dict(cursor.fetchall())
            for most in (1, 5, 12, 20):
                cursor.execute(
                    "SELECT number FROM hub_ask(%s::text[], '{0,1,2,3}', '{}', '{}', '{}', '{}', %s::integer[], false, '{}', '{}', true,"
                    " '{}', 'relevance', 0, %s) WHERE kind = 'practice'",
                    [stems, weights, most],
                )
                assert sorted(sums[pk] for (pk,) in cursor) == sorted(sums.values())[-most:]

    @pytest.mark.parametrize("order", ["relevance", "newest", "evidence"])
    def test_the_exact_ones_stand_in_one_order_for_however_many_are_asked_for_at_once(self, monkeypatch, order):
        query = Query("prevention police", sort=order)
        few_are_weighed(monkeypatch, 10)
        whole = asked(query, VISITOR, 1, 100)[0]
        assert len(whole) > 20
        for at_once in (1, 3, 7, 12, 50):
            pages = -(-len(whole) // at_once)
            shown = [pk for page in range(1, pages + 1) for pk in asked(query, VISITOR, page, at_once)[0]]
            assert shown[:10] == whole[:10]
            assert len(shown) == len(whole)
            assert set(shown) == set(whole)


@pytest.mark.usefixtures("settled")
class TestWhatIsWritten:
    def titles(self, words, user=VISITOR):
        return {practice.title for practice in search(Query(words, as_typed=True), user).results}

    def first(self):
        return Practice.objects.get(pk=run("SELECT practice_id FROM hub_place ORDER BY place LIMIT 1"))

    def test_is_found_at_once_and_the_old_no_more(self):
        practice = self.first()
        count = search(Query(), VISITOR).count
        Practice.objects.filter(pk=practice.pk).update(title="Lighthouse", summary="Ferries.", body="")
        assert self.titles("lighthouse") == {"Lighthouse"}
        assert practice.title not in self.titles(practice.title)
        assert search(Query(), VISITOR).count == count
        assert (run("SELECT count(*) FROM hub_dead"), run("SELECT count(*) FROM hub_pending")) == (1, 6)

    def test_is_as_visible_as_it_is_now(self):
        practice = self.first()
        Practice.objects.filter(pk=practice.pk).update(title="Lighthouse", audience="members")
        assert (self.titles("lighthouse"), self.titles("lighthouse", make_staff())) == (set(), {"Lighthouse"})
        settle(most=20)
        assert (self.titles("lighthouse"), self.titles("lighthouse", make_staff())) == (set(), {"Lighthouse"})

    @pytest.mark.parametrize("act", ["delete", "hide"])
    def test_is_gone_when_it_is_gone(self, act):
        practice, count = self.first(), search(Query(), VISITOR).count
        if act == "delete":
            run("DELETE FROM hub_entry WHERE practice_id = %s RETURNING 1", practice.pk)
        else:
            Practice.objects.filter(pk=practice.pk).update(state="draft")
        assert search(Query(), VISITOR).count == count - 1
        assert practice.pk not in asked(Query(practice.title))[0]
        assert (run("SELECT count(*) FROM hub_dead"), run("SELECT count(*) FROM hub_pending")) == (1, 5)

    def test_settles_again_with_those_of_the_emptiest_segment(self, monkeypatch):
        for practice in Practice.objects.filter(pk__in=[self.first().pk + number for number in range(8)]):
            Practice.objects.filter(pk=practice.pk).update(lessons=["Lighthouses help."])
        assert run("SELECT hub_settle(20, 1)") > 8
        assert run("SELECT count(*) FROM hub_dead") == 0
        assert run("SELECT sum(bit_count(live)) FROM hub_segment") == run("SELECT count(*) FROM hub_place")
        for query in (Query("lighthouses"), Query("prevention families"), Query()):
            assert asked(query) == by_rows(monkeypatch, query)

    def test_every_entry_has_a_place_or_waits_for_one(self):
        both = "SELECT practice_id FROM hub_place UNION ALL SELECT practice_id FROM hub_pending"
        Practice.objects.filter(title__contains="a").update(summary="Anew.")
        settle(most=16)
        there = run(f"SELECT array_agg(practice_id ORDER BY practice_id) FROM ({both}) b")  # noqa: S608
        assert there == sorted(Entry.objects.values_list("pk", flat=True))

    def test_a_stem_that_is_gone_leaves_no_bits(self):
        assert run("SELECT count(*) FROM hub_stem_bits WHERE lexeme = 'mentor'")
        Practice.objects.update(title="Anew", summary="Anew.", body="", lessons=[], partners=[])
        run("SELECT hub_count_words()::text")
        assert not run("SELECT count(*) FROM hub_stem_bits WHERE lexeme = 'mentor'")
        assert run("SELECT count(*) FROM hub_stem_bits WHERE lexeme = 'theme:youth-engagement'")

    def test_a_stem_that_has_become_frequent_or_rare(self, monkeypatch):
        for fewest in (1, 30, 3):
            run("SELECT hub_keep(%s)", fewest)
            for words in ("police", "mentoring families", "danemark -police"):
                assert asked(Query(words)) == by_rows(monkeypatch, Query(words))


def test_a_small_hub_is_not_settled(db, real_practices, monkeypatch):
    assert settling.settle() == 0
    monkeypatch.setattr(settling, "FROM", 45)
    assert settling.settle() == 0, "fewer wait than are worth a segment"
    assert run("SELECT count(*) FROM hub_pending") == 45


@pytest.fixture
def mixed(db):
    """Ten practices alone, by turns in one of two languages and in one of two regions, the longer texts in French."""
    Practice.objects.all().delete()
    cities = [make_city("Nowhere", "SE", member=False), make_city("Elsewhere", "KE", member=False)]
    for number in range(10):
        language, body = (("en", ""), ("fr", "des mots qui ne disent rien " * 9))[number % 2]
        make_practice(cities[number // 2 % 2], "Forum", language=language, summary=f"Forum {number}", body=body)
    run("SELECT hub_count_words()::text")
    run("SELECT hub_keep(2)")


def test_what_is_alike_is_settled_together(mixed):
    while run("SELECT hub_settle(2, 1)"):
        pass
    segments = """SELECT count(*) FROM (
        SELECT FROM hub_place JOIN hub_entry USING (practice_id) GROUP BY place / 16384
        HAVING count(DISTINCT language) = 1 AND count(DISTINCT region) = 1) alike"""
    assert (run("SELECT count(*) FROM hub_segment"), run(segments)) == (5, 3), "of each language five, of the regions three and two"


def test_where_a_word_weighs_most_is_told_from_all_and_not_from_those_settled_first(mixed):
    assert run("SELECT hub_settle(2, 1)") == 2
    lowest = """SELECT min(hub_impact(hub_times(words, 'forum'), size, hub_average())) FROM hub_entry WHERE {which}"""
    everywhere, first = (run(lowest.format(which=which)) for which in ("true", "practice_id IN (SELECT practice_id FROM hub_place)"))
    assert run("SELECT bar FROM hub_lexeme WHERE lexeme = 'forum'") == pytest.approx(everywhere)
    assert everywhere < first


@st.composite
def ranked(draw):
    """Numbers of three bits for some of 40 places in two segments, which of them are hits, and how many are wanted."""
    numbers = draw(st.lists(st.integers(0, 7), min_size=40, max_size=40))
    hits = draw(st.lists(st.booleans(), min_size=40, max_size=40))
    return numbers, hits, draw(st.integers(0, 45))


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(ranked())
def test_the_first_by_planes_are_the_first_by_numbers_and_alike_from_all_segments(case):
    numbers, hits, want = case

    def bits(flags):
        return "".join("1" if flag else "0" for flag in flags).ljust(16_384, "0")

    halves = [slice(0, 20), slice(20, 40)]
    planes = [bits([number >> plane & 1 for number in numbers[half]]) for plane in range(3) for half in halves]
    found = run("SELECT hub_first(%s::text[]::bit varying[], 2, %s::text[]::bit varying[], %s)::text[]",
                planes, [bits(hits[half]) for half in halves], want)  # fmt: skip
    chosen = {place for half, text in enumerate(found) for place in range(half * 20, half * 20 + 20) if text[place - half * 20] == "1"}
    order = sorted((place for place in range(40) if hits[place]), key=lambda place: (-numbers[place], place % 20, place))
    assert chosen == set(order[:want])
