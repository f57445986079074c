"""Words as their languages write them: with particles and endings, in the hub and in what is asked."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from hub.models import SynonymGroup
from hub.search import Query, search
from hub.synonyms import groups_in
from hub.words import WORD, fold, read as read_words
from tests.hub.cast import make_city, make_practice, make_synonyms, run

VISITOR = AnonymousUser()
BARE = {"summary": "…", "body": "", "themes": []}


@pytest.fixture
def city(db):
    SynonymGroup.objects.all().delete()
    return make_city("Nowhere", "SE", member=False)


def found(words, **how):
    return {practice.title for practice in search(Query(words, **how), VISITOR).results}


class TestArabicParticles:
    TITLES = ("خطة لمنع التطرف العنيف", "منع العنف", "الوقاية والمدارس", "وقاية الشباب في المدرسة")

    @pytest.fixture(autouse=True)
    def practices(self, city):
        for title in self.TITLES:
            make_practice(city, title, language="ar", **BARE)

    @pytest.mark.parametrize("asked", ["منع", "لمنع", "المنع", "وبالمنع", "فلمنع"])
    def test_a_word_is_found_with_and_without_them(self, asked):
        assert found(asked) == {self.TITLES[0], self.TITLES[1]}

    @pytest.mark.parametrize("asked", ["وقاية", "الوقاية", "والوقاية", "للوقاية", "بالوقاية"])
    def test_a_word_that_begins_with_such_a_letter(self, asked):
        assert found(asked) == {self.TITLES[2], self.TITLES[3]}

    def test_a_phrase(self):
        assert found('"منع التطرف العنيف"') == {self.TITLES[0]}
        assert found('"منع التطرف" -خطة') == set()

    def test_it_is_marked_as_it_is_written(self):
        practice: Any = search(Query("منع تطرف"), VISITOR).results[0]
        assert "<mark>لمنع</mark> <mark>التطرف</mark>" in practice.marked.title
        assert practice.why.missing == []

    def test_what_is_common_only_finds_where_nothing_else_is(self):
        assert found("في الشباب") == {self.TITLES[3]}
        assert found("في") == {self.TITLES[3]}

    def test_of_three_letters_none_is_taken(self):
        assert run("SELECT hub_stem('ولد', 'ar')") == "ولد"
        assert run("SELECT hub_stem('والولد', 'ar')") == "ولد"

    def test_an_expression_is_looked_for_in_the_same_way(self, city):
        make_synonyms("Prevention", en=["preventing violent extremism"], ar=["لمنع التطرف العنيف"])
        assert found("preventing violent extremism", all_words=True) == {self.TITLES[0]}


def test_a_word_that_nobody_writes_is_common_where_a_language_says_so(city):
    make_practice(city, "Youth council", **BARE)
    terms = {term.word: term for term in read_words("в на для для the هذا jugend", sees_all=False).terms}
    assert {word for word, term in terms.items() if term.is_stop} == {"в", "на", "для", "the", "هذا"}
    assert not terms["jugend"].is_known
    assert terms["для"].is_known, "so that it is not taken for another word"


class TestOtherFormsOfAnExpression:
    @staticmethod
    def asked(text):
        """Where which expressions stand in it."""
        return [(match.start, match.length, match.asked) for match in groups_in([fold(word) for word in WORD.findall(text)])]

    @pytest.fixture(autouse=True)
    def groups(self, city):
        make_synonyms("School", en=["school"], ru=["школа"], ar=["مدارس"], es=["escuela"])
        make_synonyms("Gangs", en=["gang"], es=["maras", "pandillas juveniles"])

    @pytest.mark.parametrize(
        ("text", "expressions"),
        [
            ("в школе", [(1, 1, "школа")]),
            ("школами", [(0, 1, "школа")]),
            ("للمدارس", [(0, 1, "مدارس")]),
            ("escuelas", [(0, 1, "escuela")]),
            ("Schools", [(0, 1, "school")]),
            ("la pandilla juvenil", [(1, 2, "pandillas juveniles")]),
            ("mar", []),  # the stem of maras, which is too short to tell
            ("maras", [(0, 1, "maras")]),
        ],
    )
    def test_is_one_too(self, text, expressions):
        assert self.asked(text) == expressions

    def test_the_one_that_stands_there_as_it_is_wins(self, city):
        make_synonyms("Plural", en=["schools"])
        assert self.asked("schools school") == [(0, 1, "schools"), (1, 1, "school")]
        assert self.asked("schooling") == [], "another form of both"
        make_synonyms("Waves", en=["radio"])
        assert self.asked("radios") == [(0, 1, "radio")]
        make_synonyms("Sets", es=["radios"])
        assert self.asked("radios") == [(0, 1, "radios")]

    def test_finds(self, city):
        make_practice(city, "At school", **BARE)
        make_practice(city, "At home", **BARE)
        assert found("молодёжь в школе") == {"At school"}

    def test_a_word_that_is_written_in_a_language_is_read_in_it(self, city):
        assert self.asked("escuel") == [(0, 1, "escuela")], "read in all"
        make_practice(city, "Escuel", **BARE)
        assert self.asked("escuel") == [], "an English word by now"
        assert self.asked("escuelas") == [(0, 1, "escuela")]


def test_what_is_left_of_a_cut_word_is_not_another_word(city):
    make_synonyms("Gangs", en=["gang"], es=["maras"])
    for title in ("The MAR procedure", "Mars", "A gang"):
        make_practice(city, title, **BARE)
    make_practice(city, "El mar", language="es", **BARE)
    assert found("gangs") == {"A gang"}
    assert found("maras") == {"A gang"}
