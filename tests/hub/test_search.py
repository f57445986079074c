"""The search over the real records: words, languages, accents, filters, counts, ranking."""

import math
import random
from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings, strategies as st

from hub.models import Entry, Practice
from hub.passages import mark
from hub.query_text import take_apart
from hub.search import Query, search
from hub.taxonomy import BY_NAME, FACETS
from hub.words import WORD, fold
from tests.hub.cast import make_city, make_practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_practices", "no_synonyms")]
VISITOR = AnonymousUser()


def find(words="", page=1, per_page=100, sort=None, *, all_words=False, as_typed=False, **filters):
    chosen = {name: tuple(values) for name, values in filters.items()}
    return search(Query(words, chosen, sort, all_words=all_words, as_typed=as_typed), VISITOR, page, per_page)


def names(answer):
    return [practice.external_id for practice in answer.results]


def texts():
    return [(practice, text) for practice in Practice.objects.all() for text in (practice.title, practice.summary, practice.body)]


def test_every_word_of_every_record_is_in_its_entry():
    pairs = {(practice.pk, word) for practice, text in texts() for word in WORD.findall(text)}
    assert len(pairs) > 5_000
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.word FROM unnest(%s::bigint[], %s::text[]) AS a(id, word) JOIN hub_entry e ON e.practice_id = a.id"
            " WHERE NOT (e.spelt @@ plainto_tsquery('simple', hub_words(a.word))"
            " AND e.words @@ hub_said(e.language, hub_words(a.word)))",
            [list(column) for column in zip(*pairs, strict=True)],
        )
        assert cursor.fetchall() == []


def test_a_word_of_a_record_finds_that_record():
    chance = random.Random(1)
    pairs = sorted({(practice.external_id, word) for practice, text in texts() for word in WORD.findall(text)})
    for external_id, word in chance.sample(pairs, 250):
        assert external_id in names(find(word)), word


def test_a_sentence_of_a_record_finds_that_record_first():
    for practice in Practice.objects.all():
        assert names(find(practice.summary))[0] == practice.external_id


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Medellin", ["medellin-parceros"]),
        ("MEDELLÍN", ["medellin-parceros"]),
        ("prevencion reclutamiento", ["medellin-parceros"]),
        ("Kungalv", ["kungalv-tolerance-project"]),
        ("l'ecoute", ["montreal-cprmv", "bordeaux-capri"]),
        ("ligne d’écoute", ["montreal-cprmv", "bordeaux-capri"]),
        ("الدانمرك", ["copenhagen-vink", "aarhus-parents-and-workshops", "aarhus-info-house"]),
        ("Danemark", ["copenhagen-vink", "aarhus-parents-and-workshops", "aarhus-info-house"]),
        ("Aarhus", ["aarhus-info-house", "aarhus-parents-and-workshops"]),
    ],
)
def test_accents_other_languages_and_names_of_places_find(words, found):
    assert names(find(words)) == found


def test_forms_of_a_word_find_each_other_within_a_language():
    assert set(names(find("family"))) == set(names(find("families")))
    with_family = {p.external_id for p in Practice.objects.filter(body__iregex=r"\mfamily\M")}
    assert with_family
    assert with_family <= set(names(find("families")))


def test_labels_of_facets_find_what_bears_them():
    online = {p.external_id for p in Practice.objects.filter(themes__contains=["online-harms-and-disinformation"])}
    assert online
    assert online <= set(names(find("disinformation")))
    reached = {p.external_id for p in Practice.objects.filter(evidence="4")}
    assert reached
    assert reached <= set(names(find("replicated")))


def test_common_words_are_left_out_where_others_find_and_find_where_they_do_not():
    assert names(find("the mentoring")) == names(find("mentoring"))
    assert 0 < find("mentoring").count < find("the").count
    assert find("the qqqqqq").count == find("the").count


LONG = "families police schools mentoring advice exit support youth training prevention city hate online dialogue"  # past ARMS


@pytest.mark.parametrize("filters", [{}, {"level": ["primary"]}, {"level": ["primary"], "theme": ["youth-engagement", "gender-equality"]}])
@pytest.mark.parametrize(
    "asked", [["families", "police"], ["schools", "Kommune", "Aarhus"], ["prevention", "famille"], ["police", "qqqqqqqq"], LONG.split()]
)
def test_how_many_have_all_of_the_words_is_counted_by_hand(asked, filters):
    answer = find(" ".join(asked), **filters)
    each = [set(names(find(word, **filters))) for word in asked]
    assert (answer.words, answer.with_all) == (len(asked), len(set.intersection(*each)))
    assert answer.count == len(set.union(*each))


def test_some_have_all_and_others_any_of_the_words():
    answer = find("families police schools")
    assert 0 < answer.with_all < answer.count


@pytest.mark.parametrize(
    ("asked", "words"), [("", 0), ("?!", 0), ("families", 1), ("the families", 1), ("families FAMILIES", 1), ("the of", 2)]
)
def test_how_many_words_are_looked_for(asked, words):
    assert find(asked).words == words


def test_a_record_with_more_of_the_words_stands_higher():
    first = find("mentoring advice families exit").results[0]
    words = {fold(word) for text in (first.title, first.summary, first.body) for word in WORD.findall(text)}
    assert {"mentoring", "advice"} <= words
    assert names(find("info house advice mentoring exit support"))[0] == "aarhus-info-house"


@pytest.mark.parametrize("words", ["'\"", "- -- -", "!&|():*<->", "\\", "   "])
def test_marks_alone_ask_for_nothing_and_all_are_found(words):
    answer = find(words)
    assert (answer.count, answer.words) == (45, 0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [("%s %% {}", ["s"]), ("';DROP TABLE hub_entry;--", ["drop", "table", "hub", "entry"]), ("a:*", ["a"]), ("<script>", []), ("😀", [])],
)
def test_marks_around_words_are_no_trouble(asked, words):
    assert set(names(find(asked))) == set().union(*map(bodies_with, words))
    assert (len(words) == 0) is (find(asked).count == 0)


def test_without_a_word_all_are_found_and_an_unknown_one_finds_none():
    assert find("?!").count == find("").count == 45
    assert find("qqqqqqqq").count == 0
    assert find("q" * 9_000).count == 0


def test_ten_thousand_characters_of_words_are_read_to_the_last():
    words = " ".join(f"qq{number}" for number in range(1_700)) + " Medellin"
    assert len(words) > 10_000
    assert names(find(words)) == ["medellin-parceros"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=200))
def test_any_text_can_be_asked(text):
    answer = find(text, per_page=3)
    assert len(answer.results) == min(3, answer.count)


def naive(values, practices):
    """Each facet's counts by hand: those who pass the other facets' choices."""

    def passes(practice, name):
        return not values.get(name) or bool(set(values[name]) & of(practice, name))

    def of(practice, name):
        facet = BY_NAME[name]
        if name == "region":
            return {practice.city.region}
        if name == "population":
            return {practice.city.population_band}
        value = getattr(practice, facet.field)
        return set(value) if facet.many else {value}

    counts = {}
    for facet in FACETS:
        left = [p for p in practices if all(passes(p, other.name) for other in FACETS if other is not facet)]
        counts[facet.name] = dict(Counter(value for practice in left for value in of(practice, facet.name) if value))
    found = {p.pk for p in practices if all(passes(p, facet.name) for facet in FACETS)}
    without = {
        name: sum(all(passes(p, other.name) for other in FACETS if other.name != name) for p in practices)
        for name in values
        if values[name]
    }
    return found, counts, without


def test_counts_are_those_made_by_hand():
    chance = random.Random(7)
    practices = {p.pk: p for p in Practice.objects.select_related("city")}
    there = find("").facets
    for _try in range(40):
        words = chance.choice(["", "", "families", "police schools", "prevention"])
        values = {
            facet.name: tuple(chance.sample(sorted(there[facet.name]), 1) * chance.randint(0, 1)) or ()
            for facet in chance.sample(FACETS, 4)
            if there[facet.name]
        }
        if values.get("theme"):
            values["theme"] = (*values["theme"], "youth-engagement")
        matching = [practices[p.pk] for p in find(words).results]
        found, counts, without = naive(values, matching)
        answer = find(words, **values)
        assert {p.pk for p in answer.results} == found
        assert answer.count == len(found)
        assert answer.facets == counts
        assert answer.without == without


def test_facets_stand_in_the_order_of_the_taxonomy():
    answer = find("")
    assert list(answer.facets) == [facet.name for facet in FACETS]
    assert list(answer.facets["level"]) == ["primary", "secondary", "tertiary", "response", "system-wide"]


def test_orders():
    assert [p.evidence for p in find("", sort="evidence").results][:3] == ["4", "3", "2"]
    newest = [p.published_at for p in find("", sort="newest").results]
    assert newest == sorted(newest, reverse=True)


@pytest.mark.parametrize("words", ["", "prevention"])
@pytest.mark.parametrize("per_page", [1, 7, 20])
def test_pages_show_each_once(words, per_page):
    whole = names(find(words))
    pages = range(1, -(-len(whole) // per_page) + 1)
    assert [name for page in pages for name in names(find(words, page, per_page))] == whole
    assert names(find(words, len(whole) // per_page + 2, per_page)) == []
    assert find(words, 10**15, per_page).count == len(whole)


def test_pages_beyond_the_exactly_ordered_ones_go_on_where_those_end(monkeypatch):
    monkeypatch.setattr("hub.finding.BEST", 10)
    found = [name for page in range(1, 6) for name in names(find("prevention", page, 7))]
    assert sorted(found) == sorted(names(find("prevention")))


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("radicalisaton", "radicalisation"),
        ("mentring for Aarhus", "mentoring for Aarhus"),
        ("Polise schols", "police schools"),
        ("-youth mentring", "-youth mentoring"),
        ("prevencón", "prevencion"),
    ],
)
def test_a_word_that_nobody_writes_is_searched_for_as_it_was_meant(asked, meant):
    answer = find(asked)
    assert answer.corrected == meant
    assert names(answer) == names(find(meant)) != []


def test_as_typed_it_is_searched_for_as_it_is():
    answer = find("mentring for Aarhus", as_typed=True)
    assert (answer.corrected, set(names(answer))) == (None, set(names(find("Aarhus"))))
    assert find("radicalisaton", as_typed=True).count == 0


@pytest.mark.parametrize("asked", ["mentoring", "", "qqqqqqqq", "2019", "?", "xy", "the", "qqqqqqqq mentoring"])
def test_what_is_known_or_near_nothing_is_left_as_it_is(asked):
    assert find(asked).corrected is None


def test_a_known_word_is_left_alone_however_near_a_frequent_one_is():
    rare = [word for word, number in Counter(fold(w) for _p, text in texts() for w in WORD.findall(text)).items() if number == 1]
    assert len(rare) > 500
    assert [word for word in random.Random(3).sample(rare, 60) if find(word).corrected] == []


def bodies_with(phrase):
    """The practices that hold the phrase, by reading them."""
    said = " ".join(fold(word) for word in WORD.findall(phrase))
    held = set()
    for practice in Practice.objects.select_related("city"):
        parts = [practice.title, practice.summary, practice.body, *practice.lessons, *practice.partners]
        if any(f" {said} " in f" {' '.join(fold(word) for word in WORD.findall(part))} " for part in parts):
            held.add(practice.external_id)
    return held


@pytest.mark.parametrize("phrase", ["social cohesion", "hate crimes", "young people", "local prevention network", "of the city"])
def test_a_phrase_finds_what_holds_it_as_it_stands(phrase):
    found = set(names(find(f'"{phrase}"')))
    assert found
    assert found >= bodies_with(phrase)
    assert found <= set(names(find(phrase, all_words=True)))
    assert set(names(find(f"“{phrase}” mentoring"))) == found, "other words only rank"


def test_words_of_a_phrase_do_not_meet_across_a_title_and_what_follows():
    first = Practice.objects.get(external_id="aarhus-info-house")
    title, summary = WORD.findall(first.title), WORD.findall(first.summary)
    assert first.external_id in names(find(f'"{title[-2]} {title[-1]}"'))
    assert first.external_id not in names(find(f'"{title[-1]} {summary[0]}"'))
    assert first.external_id not in names(find(f'"{title[-1]} {title[0]}"'))


def test_a_word_with_a_minus_may_not_be_there():
    all_of_them, without = set(names(find("police"))), set(names(find("police -youth")))
    assert all_of_them & holds_word("youth")
    assert without == all_of_them - holds_word("youth")
    assert set(names(find("-police"))) == set(names(find(""))) - holds_word("police")
    assert set(names(find('police -"young people"'))) == all_of_them - set(names(find('"young people"')))


def holds_word(word):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.external_id FROM hub_entry e JOIN hub_practice p ON p.id = e.practice_id"
            " WHERE e.words @@ to_tsquery(hub_config(e.language), %s)",
            [word],
        )
        return {external_id for (external_id,) in cursor}


@pytest.mark.parametrize(
    ("words", "phrases", "without"),
    [
        ('a "b c" d', ("b c",), ()),
        ("«b c» “d”", ("b c", "d"), ()),
        ("a -b −c", (), ("b", "c")),
        ('-"b c"', (), ("b c",)),
        ('P-CVE a - b -- c "d', (), ()),
        ('l\'école\'s "" " … "', (), ()),
    ],
)
def test_what_is_asked_is_taken_apart(words, phrases, without):
    asked = take_apart(words)
    assert (asked.phrases, asked.without) == (phrases, without)


def test_all_of_the_words_where_all_are_asked_for():
    some, every = find("families police schools"), find("families police schools", all_words=True)
    assert 0 < every.count == every.with_all == some.with_all < some.count
    assert set(names(every)) <= set(names(some))
    assert find("mentoring qqqqqqqq", all_words=True).count == 0


def by_hand(asked):
    """BM25 as it is written down, over the words of the search's rows: external_id to score."""
    stems = {"mentoring": "mentor", "families": "famili", "police": "polic"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.external_id, u.lexeme, cardinality(u.positions), e.size FROM hub_entry e JOIN hub_practice p ON p.id = e.practice_id,"
            " unnest(e.words) u WHERE u.positions IS NOT NULL AND e.language = 'en'"
        )
        rows = cursor.fetchall()
    sizes = {external_id: size for external_id, _lexeme, _times, size in rows}
    every = list(Entry.objects.values_list("size", flat=True))
    average = sum(every) / len(every)
    scores = dict.fromkeys(sizes, 0.0)
    for word in asked:
        times = {external_id: count for external_id, lexeme, count, _size in rows if lexeme == stems[word]}
        held = Entry.objects.filter(RawSQL("words @@ %s::tsquery", [stems[word]], BooleanField())).count()
        weight = math.log(1 + (len(every) - held + 0.5) / (held + 0.5))
        for external_id, count in times.items():
            scores[external_id] += weight * count / (count + 1.2 * (0.25 + 0.75 * sizes[external_id] / average))
    return scores


def test_the_best_match_is_bm25_as_it_is_written_down(monkeypatch):
    monkeypatch.setattr("hub.words._bearers", dict)  # names of facets aside
    asked = ["mentoring", "families", "police"]
    scores = by_hand(asked)
    found = [practice.external_id for practice in find(" ".join(asked)).results if practice.language == "en"]
    assert len(found) > 20
    assert found == sorted(found, key=lambda external_id: -scores[external_id])


def test_statements(django_assert_num_queries):
    find("families")
    for words, number in [("", 3), ("families", 5), ("families police", 5), ("families radicalisaton", 9)]:
        with django_assert_num_queries(number):
            find(words)


def test_marks_stand_around_the_words_and_nothing_else_gets_through():
    practice = find("families").results[0]
    assert "<mark>" in practice.marked.title + practice.marked.summary + practice.marked.passage


def test_search_entries_and_listed_practices_are_the_same():
    assert set(Entry.objects.values_list("pk", flat=True)) == set(Practice.objects.listed().values_list("pk", flat=True))


# Texts of no real city, in languages whose words hang together otherwise than English ones.
OTHERS = {
    "ru": ("Профилактика экстремизма среди молодёжи", "профилактике", "Молодежь"),
    "zh": ("预防暴力极端主义的社区对话", "暴力极端主义", "社区"),
    "th": ("การป้องกันความรุนแรงในชุมชน", "ความรุนแรง", "ชุมชน"),
    "fr": ("Médiateurs à l’écoute des lycéens", "mediateur", "lycéen ecoute"),
    "de": ("Beratungsstellen für gefährdete Jugendliche", "Beratungsstelle", "gefahrdeten"),
    "ar": ("مراكز الحوار مع الشباب", "الحوارات", "الشّباب"),
    "sw": ("Mazungumzo ya vijana", "vijana", "MAZUNGUMZO"),
}


@pytest.mark.parametrize("language", OTHERS)
def test_a_practice_is_found_in_its_own_language(language):
    title, *asked = OTHERS[language]
    practice = make_practice(make_city("Nowhere", "SE", member=False), title, language=language, summary="…", body="", themes=[])
    for words in (title, *asked):
        found = find(words)
        assert practice in found.results, words
        assert "<mark>" in next(each for each in found.results if each == practice).marked.title
    assert find(title).results[0] == practice
    for words in (title, *asked):
        assert find(words).corrected is None


def test_signs_without_spaces_are_found_and_marked_within_a_run():
    make_practice(make_city("Nowhere", "SE", member=False), OTHERS["zh"][0], language="zh", summary="社", body="", themes=[])
    assert find("暴力").results[0].marked.title == "预防<mark>暴力</mark>极端主义的社区对话"
    assert find("极端主义 对话").results[0].marked.title == "预防暴力<mark>极端主义</mark>的社区<mark>对话</mark>"
    assert find("话").count == 0, "no pair begins with it"
    assert find("社").count == 1
    assert find('"暴力极端"').count == 1
    assert find('"暴力主义"').count == 0


def test_of_a_phrase_only_where_all_its_words_stand_is_marked():
    phrases = ((frozenset({"social"}), frozenset({"cohesion"})), (frozenset({"social"}), frozenset({"work"})))
    marked = mark("Social clubs: social cohesion, work, social work", frozenset(), phrases)
    assert marked == "Social clubs: <mark>social cohesion</mark>, work, <mark>social work</mark>"


def test_marks_are_made_for_who_looks_at_them(real_practices):
    for marks in (True, False):
        results = search(Query("police"), AnonymousUser(), marks=marks).results
        assert {hasattr(practice, "marked") for practice in results} == {marks}
