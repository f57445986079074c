"""What a visitor is shown says nothing of practices for members: neither the words they hold, nor in how many."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from hub.models import Practice
from hub.search import Query, search
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
BARE = {"summary": "None.", "body": "", "lessons": [], "partners": []}


def count_words():
    with connection.cursor() as cursor:
        cursor.execute("SELECT hub_count_words()")


@pytest.fixture(params=["as written", "counted"])
def count(request):
    def count():
        if request.param == "counted":
            count_words()

    return count


@pytest.fixture
def city(no_synonyms):
    return make_city()


def seen(words, user=VISITOR):
    answer = search(Query(words), user)
    return [practice.pk for practice in answer.results], answer.count, answer.corrected, answer.last, answer.words, answer.facets


def hide(city, number, title, **more):
    for _one in range(number):
        make_practice(city, title, audience="members", **(BARE | more))


def test_in_which_language_members_write_a_word(city, count):
    make_practice(city, "Evaluation", **BARE)
    make_practice(city, "Évaluation", language="fr", **BARE)
    count()
    before = seen("evaluating")
    assert before[1] > 0  # by its stem
    hide(city, 1, "Evaluating", language="fr")
    count()
    assert seen("evaluating") == before
    assert seen("evaluating", make_official(city))[1] == 1  # that one


def test_how_many_of_members_hold_a_word_that_others_hold_too(city, count):
    make_practice(city, "Zzquixotic", **BARE)
    count()
    before = seen("zzquixotic")
    hide(city, 7, "Zzquixotic")
    count()
    assert seen("zzquixotic") == before
    assert before[3] == 1
    assert search(Query("zzquixotic"), make_official(city)).last == 8


@pytest.mark.parametrize("frequent", ["zzalpha", "zzbeta"])
def test_the_order_that_members_words_would_turn(city, count, frequent):
    make_practice(city, "Zzalpha", **BARE)
    make_practice(city, "Zzbeta", **BARE)
    count()
    before = seen("zzalpha zzbeta")
    hide(city, 6, frequent)
    count()
    assert seen("zzalpha zzbeta") == before


def test_the_word_that_is_taken_for_another(city, count):
    for title in ("Qqmarbled", "Qqmarbled", "Qqmarbles"):
        make_practice(city, title, **BARE)
    count()
    before = seen("qqmarblex")
    assert before[2] == "qqmarbled"
    hide(city, 4, "Qqmarbles")
    count()
    assert seen("qqmarblex") == before
    count_words()
    assert search(Query("qqmarblex"), make_official(city)).corrected == "qqmarbles"


def test_a_word_that_was_withdrawn_since_the_last_count(city):
    make_practice(city, "Qqmarble", **BARE)  # of the same stem
    gone = make_practice(city, "Qqmarbling", **BARE)
    count_words()
    assert seen("qqmarblinz")[2] == "qqmarbling"
    Practice.objects.filter(pk=gone.pk).update(audience="members")
    assert seen("qqmarblinz")[2] is None


def test_what_may_not_be_there_is_read_as_what_is_looked_for(city):
    """In the languages in which it occurs: "dialogue" isn't the Spanish "diálogo", also beside a phrase, which rows answer."""
    make_practice(city, "Youth dialogue", **BARE)
    make_practice(city, "Youth diálogo", language="es", **BARE)
    assert seen("youth -dialogue")[1] == 1
    assert seen('"youth" -dialogue')[1] == 1
    assert seen('"youth" -dialogue -"old dialogue" -xyz')[1] == 1


def test_words_that_only_members_write_crowd_out_none(city, count):
    """Ten of the nearest are looked at: of those that the reader may see."""
    make_practice(city, "Qqmarbzz", **BARE)
    count()
    before = seen("qqmarblx")
    assert before[2] == "qqmarbzz"
    for letter in "abcdefghijkl":
        hide(city, 1, f"Qqmarbl{letter}")
    count()
    assert seen("qqmarblx") == before
