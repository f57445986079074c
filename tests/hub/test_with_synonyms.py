"""What staff say is the same is found, in whatever language it is asked."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from hub.models import Practice, SynonymGroup
from hub.search import Query, search
from tests.hub.cast import make_city, make_practice, make_synonyms, run

VISITOR = AnonymousUser()
TITLES = {
    "en": [
        "A plan for P/CVE",
        "Preventing violent extremism in schools",
        "Extremism, violent or not, and preventing it",
        "The mayor’s table",
        "Football at night",
        "Sport at night",
    ],
    "es": ["La mesa del alcalde"],
    "fr": ["Prévention de l’extrémisme violent"],
    "zh": ["社区预防暴力极端主义"],
}
SEEN = {"summary": "…", "body": "", "themes": []}


def titles(words, **how):
    return [practice.title for practice in search(Query(words, **how), VISITOR).results]


@pytest.fixture
def practices(db):
    SynonymGroup.objects.all().delete()
    make_synonyms(
        "Prevention", en=["P/CVE", "preventing violent extremism"], fr=["prévention de l’extrémisme violent"], zh=["预防暴力极端主义"]
    )
    make_synonyms("Mayor", en=["mayor"], es=["alcalde"])
    make_synonyms("Youth", codes=["theme:youth-engagement"], fr=["engagement des jeunes"])
    make_synonyms("Sport", en=["sport", "(football)"])
    city = make_city("Nowhere", "SE", member=False)
    for language, titled in TITLES.items():
        for title in titled:
            make_practice(city, title, language=language, **SEEN)
    make_practice(city, "Council of pupils", **{**SEEN, "themes": ["youth-engagement"]})


SAME = {
    "A plan for P/CVE", "Preventing violent extremism in schools", "Prévention de l’extrémisme violent", "社区预防暴力极端主义",
}  # fmt: skip


@pytest.fixture(params=["rows", "bits"])
def searched(practices, request):
    """By rows, and by bits with a few rows that wait."""
    if request.param == "bits":
        run("SELECT hub_count_words()::text")
        run("SELECT hub_keep(2)")
        assert run("SELECT hub_settle(8, 1)") == 8
    return request.param


@pytest.mark.usefixtures("searched")
class TestEitherWay:
    @pytest.mark.parametrize("words", ["P/CVE", "preventing violent extremism", "prévention de l'extrémisme violent", "预防暴力极端主义"])
    def test_an_expression_finds_all_that_mean_it(self, words):
        assert set(titles(words)) >= SAME
        assert set(titles(words)[:5]) >= SAME
        assert set(titles(words, all_words=True)) >= SAME

    def test_of_its_words_alone_it_has_none(self):
        assert "Extremism, violent or not, and preventing it" in titles("preventing violent extremism")
        assert "Extremism, violent or not, and preventing it" not in titles("P/CVE")

    def test_a_word_finds_the_same_in_another_language(self):
        assert set(titles("mayor")) == set(titles("alcalde")) == {"The mayor’s table", "La mesa del alcalde"}
        assert titles("mayor")[0] == "The mayor’s table"
        assert set(titles("mayor table", all_words=True)) == {"The mayor’s table"}

    def test_a_question_in_one_language_finds_by_the_theme(self):
        assert titles("engagement des jeunes")[0] == "Council of pupils"

    def test_what_is_only_found_comes_after_and_finds_nothing_itself(self):
        assert titles("sport")[:2] == ["Sport at night", "Football at night"]
        assert titles("football") == ["Football at night"]

    def test_a_synonym_is_no_misspelling(self):
        Practice.objects.filter(title="The mayor’s table").update(title="The majors table")
        answer = search(Query("mayor"), VISITOR)
        assert (answer.corrected, [p.title for p in answer.results]) == (None, ["La mesa del alcalde"])

    def test_how_many_words_are_asked_is_not_changed_by_it(self):
        answer = search(Query("preventing violent extremism"), VISITOR)
        assert (answer.words, answer.with_all) == (3, 5)


def test_what_is_marked_is_what_was_found(practices):
    (practice,) = [p for p in search(Query("mayor"), VISITOR).results if p.language == "es"]
    marked: Any = practice
    assert marked.marked.title == "La mesa del <mark>alcalde</mark>"


def test_of_a_longer_expression_no_word_is_marked_by_itself(practices):
    make_practice(make_city("Elsewhere", "SE", member=False), "Violent weather", language="fr", **SEEN)
    shown = {practice.title: practice for practice in search(Query("P/CVE violent"), VISITOR).results}
    marked: Any = shown["Prévention de l’extrémisme violent"]
    assert marked.marked.title == "<mark>Prévention de l’extrémisme violent</mark>"
    alone: Any = {practice.title: practice for practice in search(Query("P/CVE"), VISITOR).results}
    assert "Violent weather" not in alone
    assert alone["A plan for P/CVE"].marked.title == "A plan for <mark>P/CVE</mark>"


def test_what_is_also_found_counts_half_of_what_is_the_same(practices):
    make_synonyms("First", en=["firstasked", "(alsofound)"])
    make_synonyms("Second", en=["secondasked", "thesame"])
    city = make_city("Elsewhere", "SE", member=False)
    for title in ("Alsofound", "Thesame"):  # of equal ones the first would stand first
        make_practice(city, title, **SEEN)
    assert titles("firstasked secondasked") == ["Thesame", "Alsofound"]
