"""Settling while others write, settle or search, on real connections."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from hub.models import Practice
from hub.search import Query, search
from tests.hub.cast import make_city, make_practice, run

VISITOR = AnonymousUser()
PAUSE = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_advisory_lock(77); PERFORM pg_advisory_unlock(77); RETURN NULL; END $$;
CREATE TRIGGER pause AFTER INSERT ON hub_stem_bits FOR EACH STATEMENT EXECUTE FUNCTION pause();
"""


@pytest.fixture
def twelve(transactional_db):
    city = make_city("Nowhere", "SE", member=False)
    for number in range(12):
        make_practice(city, f"Council {number}")
    run("SELECT hub_count_words()::text")
    run("SELECT hub_keep(3)")


def elsewhere(act):
    """Done on another connection, to its end."""

    def work():
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    other.join(timeout=20)
    assert not other.is_alive()


def settle_while(act):
    """A settling that has read its rows before `act` is done and committed, and ends after it. The pause is put where the bits
    are written."""
    with connection.cursor() as cursor:
        cursor.execute(PAUSE)
    placed = []

    def work():
        try:
            placed.append(run("SELECT hub_settle(100, 1)"))
        finally:
            connection.close()

    try:
        run("SELECT pg_advisory_lock(77)::text")
        settling_thread = threading.Thread(target=work)
        settling_thread.start()
        for _try in range(200):
            if run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted"):
                break
            threading.Event().wait(0.05)
        act()
        run("SELECT pg_advisory_unlock(77)")
        settling_thread.join(timeout=20)
        assert not settling_thread.is_alive()
    finally:
        run("SELECT pg_advisory_unlock_all()::text")
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER pause ON hub_stem_bits")
            cursor.execute("DROP FUNCTION pause()")
    return placed[0]


def change_one():
    Practice.objects.filter(title="Council 5").update(themes=["gender-equality"])


def themes():
    return search(Query(), VISITOR).facets["theme"]


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_it_settles_stays_pending(twelve):
    assert settle_while(change_one) == 11
    assert run("SELECT count(*) FROM hub_pending") == 1
    assert themes() == {"youth-engagement": 11, "gender-equality": 1}


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_out_while_it_settles_is_out(twelve):
    assert settle_while(lambda: Practice.objects.filter(title="Council 5").update(state="draft")) == 11
    assert (search(Query(), VISITOR).count, run("SELECT count(*) FROM hub_pending")) == (11, 0)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_versions_the_old_text_is_settled(twelve):
    definition = run("SELECT pg_get_functiondef('hub_settle'::regproc)")
    off = definition.replace("AND p.version = b.version", "")
    assert off != definition
    with connection.cursor() as cursor:
        cursor.execute(off)
    try:
        assert settle_while(change_one) == 12
        found = themes()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(definition)
    assert found == {"youth-engagement": 12}, "the bits are of before"


@pytest.mark.django_db(transaction=True)
def test_of_two_settling_at_once_one_does_nothing(twelve):
    seen = []
    with transaction.atomic():
        assert run("SELECT hub_settle(100, 1)") == 12
        elsewhere(lambda: seen.append(run("SELECT hub_settle(100, 1)")))
        elsewhere(lambda: seen.append(search(Query("council"), VISITOR).count))
    assert seen == [0, 12], "and who searches meanwhile finds all of them, by rows"
    assert search(Query("council"), VISITOR).count == 12
    assert run("SELECT count(*) FROM hub_segment") == 1
