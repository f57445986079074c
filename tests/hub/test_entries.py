"""The search's rows are kept by the database, whatever writes: the ORM, plain SQL, a renamed city, two at once."""

import threading
from importlib import import_module

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from hub.jobs import count_words
from hub.models import Entry, Practice, Word
from hub.search import Query, search
from hub.words import LIVE, read
from members.models import City
from tests.cast import make_staff
from tests.hub.cast import make_city, make_official, make_practice

VISITOR = AnonymousUser()


def titles(words, user=VISITOR):
    return {practice.title for practice in search(Query(words), user).results}


@pytest.mark.django_db
class TestOneWriter:
    def test_a_new_word_is_found_at_once_and_by_its_other_forms(self):
        make_practice(make_city(), "Mediators at stations")
        assert titles("mediator") == titles("mediators") == {"Mediators at stations"}

    def test_a_changed_title_is_found_and_the_old_one_no_more(self):
        practice = make_practice(make_city(), "Lighthouse")
        assert titles("lighthouse") == {"Lighthouse"}
        Practice.objects.filter(pk=practice.pk).update(title="Windmill")
        assert (titles("lighthouse"), titles("windmill")) == (set(), {"Windmill"})

    def test_plain_sql_is_seen_too(self):
        practice = make_practice(make_city(), "Lighthouse")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE hub_practice SET body = 'a ferry' WHERE id = %s", [practice.pk])
            assert titles("ferry") == {"Lighthouse"}
            cursor.execute("UPDATE hub_practice SET state = 'draft' WHERE id = %s", [practice.pk])
            assert titles("ferry") == set()
            cursor.execute("UPDATE hub_practice SET state = 'archived' WHERE id = %s", [practice.pk])
            assert titles("ferry") == {"Lighthouse"}
            cursor.execute("DELETE FROM hub_practice WHERE id = %s", [practice.pk])
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("summary", "By the lighthouse."),
            ("body", "## At the lighthouse"),
            ("lessons", ["Early", "The lighthouse"]),
            ("partners", ["Lighthouse trust"]),
        ],
    )
    def test_a_word_of_each_field_finds_and_one_that_was_taken_out_no_more(self, field, value):
        make_practice(make_city(), "Bridge")
        practice = make_practice(make_city(), "Council", **{field: value})
        assert titles("lighthouse") == {"Council"}
        Practice.objects.filter(pk=practice.pk).update(**{field: [] if isinstance(value, list) else "Another"})
        assert titles("lighthouse") == set()

    def test_a_renamed_city_is_found_by_its_new_name_and_place(self):
        city = make_city("Constantinople", "TR", other_names=["Byzantion"])
        make_practice(city, "Bridge")
        assert titles("constantinople") == titles("byzantion") == {"Bridge"}
        City.objects.filter(pk=city.pk).update(name="Istanbul", other_names=[], region="middle-east-north-africa")
        assert (titles("constantinople"), titles("istanbul")) == (set(), {"Bridge"})
        assert search(Query(), VISITOR).facets["region"] == {"middle-east-north-africa": 1}

    def test_a_practice_is_found_by_every_name_of_its_city(self):
        city = make_city("Marrakesh", "MA")
        make_practice(city, "Bridge")
        assert titles("مراكش") == set()
        City.objects.filter(pk=city.pk).update(official_name="City of Marraquexe", own_name="بلدية مراكش", own_language="ar")
        assert titles("مراكش") == titles("marraquexe") == {"Bridge"}
        assert titles("بلدية") == set()  # the office says nothing of which city it is

    def test_counting_drops_words_that_are_gone(self):
        practice = make_practice(make_city(), "Lighthouse")
        assert Word.objects.filter(word="lighthouse").exists()
        Practice.objects.filter(pk=practice.pk).update(title="Windmill")
        count_words(timestamp=0)
        assert not Word.objects.filter(word="lighthouse").exists()
        assert Word.objects.get(word="windmill", language="en").records == 1

    def test_what_is_corrected_tells_no_word_that_the_reader_may_not_see(self):
        city = make_city()
        make_practice(city, "Lighthouse", audience="members")
        member = make_official(city)
        assert search(Query("lighthose"), member).corrected == "lighthouse"
        assert search(Query("lighthose"), VISITOR).corrected is None

    def test_a_form_that_only_hidden_practices_have_is_not_what_was_meant(self):
        city = make_city()
        make_practice(city, "Lighthoused")
        make_practice(city, "Lighthousing", audience="members")
        assert search(Query("lighthousng"), VISITOR).corrected == "lighthoused"
        assert search(Query("lighthousng"), make_staff()).corrected == "lighthousing"

    def test_a_word_of_a_hidden_practice_is_as_unknown_as_one_that_is_nowhere(self):
        city = make_city()
        make_practice(city, "Johnson")
        before = search(Query("johnsen families"), VISITOR).corrected
        make_practice(city, "Johnsen", audience="members")
        assert before == search(Query("johnsen families"), VISITOR).corrected == "johnson families"
        assert search(Query("johnsen families"), make_staff()).corrected is None

    def test_a_common_word_finds_where_the_rare_one_is_not_for_the_reader(self):
        city = make_city()
        make_practice(city, "The lighthouse", audience="members")
        make_practice(city, "The ferry")
        assert titles("the lighthouse", make_staff()) == {"The lighthouse"}
        assert titles("the lighthouse") == {"The ferry"}


@pytest.fixture
def old_city(transactional_db):
    return make_city("Oldname", "SE", member=False)


def race(city):
    """A city is renamed; before that is committed, another connection writes a practice of it."""

    def write():
        try:
            make_practice(City.objects.get(pk=city.pk), "Bridge")
        finally:
            connection.close()

    with transaction.atomic():
        City.objects.filter(pk=city.pk).update(name="Newname")
        other = threading.Thread(target=write)
        other.start()
        other.join(timeout=1.5)  # with the lock it waits for us, without it is done by now but for its reference to the city
    other.join(timeout=20)
    assert not other.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_practice_written_while_its_city_is_renamed_bears_the_new_name(old_city):
    race(old_city)
    assert titles("newname") == {"Bridge"}


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_it_bears_the_old_name(old_city):
    create = import_module("hub.migrations.0008_own_language").ENTER
    start, end = create.index("PERFORM FROM members_city"), create.index("FOR SHARE;") + len("FOR SHARE;")
    with connection.cursor() as cursor:
        cursor.execute(create[:start] + create[end:])
        try:
            race(old_city)
        finally:
            cursor.execute(create)
    assert (titles("newname"), titles("oldname")) == (set(), {"Bridge"})


def test_a_word_of_a_large_hub_is_one_term(db):
    """What the last count says of the hub is taken, and nothing beside it."""
    make_practice(make_city(), "Lighthouse", summary="None.", body="")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hub_language SET records = %s, size = %s", [LIVE + 1, 20 * (LIVE + 1)])
    reading = read("lighthouse zzzz", sees_all=False)
    assert [(term.word, term.records) for term in reading.terms] == [("lighthouse", 1), ("zzzz", 0)]
    assert reading.average == 20
