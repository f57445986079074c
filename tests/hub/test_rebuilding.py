"""Rebuilding the search, and counting its words, while others search and write: on real connections."""

import threading
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from hub import rebuilding, settling, suggest
from hub.jobs import count_words
from hub.models import Entry, Practice, Word
from hub.rebuilding import UnderWayError, rebuild
from hub.search import Query, search
from tests.cast import make_staff
from tests.hub import cast
from tests.hub.cast import make_city, make_practice, run

pytestmark = pytest.mark.django_db(transaction=True)
VISITOR = AnonymousUser()
PATIENCE = 30
COUNT_OF_BEFORE = import_module("hub.migrations.0008_own_language").COUNT
QUESTIONS = [
    *(Query(), Query("police"), Query("families schools mentoring"), Query("mentoring", all_words=True), Query('"young people"')),
    *(Query("preventoin"), Query("radicalisaton polise"), Query("youth -police"), Query("the"), Query("danemark")),
    *(Query("", {"theme": ("youth-engagement",)}, "newest"), Query("hate", {"level": ("primary", "secondary")})),
]


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def practices(transactional_db):
    """The real ones, four of them for member cities only, all but a few settled in five segments."""
    call_command("import_practices", cast.PRACTICES, stdout=StringIO())
    for practice in Practice.objects.order_by("pk")[:4]:
        Practice.objects.filter(pk=practice.pk).update(audience="members")
    run("SELECT hub_count_words()::text")
    run("SELECT hub_keep(3)")
    while run("SELECT count(*) FROM hub_pending") > 5:
        assert run("SELECT hub_settle(10, 1)") > 0


def seen(user=VISITOR):
    """All that a search tells: what is found in which order, counts, what was meant, and what is suggested."""
    answers = [search(query, user, 1, 100, bare=True) for query in QUESTIONS]
    told = [(answer.keys, answer.count, answer.facets, answer.without, answer.corrected, answer.with_all) for answer in answers]
    return told, [[one.text for one in suggest.completions(text, user)] for text in ("pre", "commu", "youth p")]


def elsewhere(act):
    """What `act` answers on another connection."""
    found = []

    def work():
        try:
            found.append(act())
        except Exception as error:  # noqa: BLE001  whatever it was is the answer
            found.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=work, daemon=True)
    other.start()
    other.join(PATIENCE)
    assert found, "it hangs"
    return found[0]


@contextmanager
def watched(answers):
    """After each statement of ours somebody else searches; what they were told is put into `answers`."""

    def look(execute_it, *given):
        try:
            return execute_it(*given)
        finally:
            answers.append(elsewhere(seen))

    with connection.execute_wrapper(look):
        yield


@contextmanager
def paused(*tables):
    """Whoever writes one of these tables stops after the first statement, until this ends."""
    execute(
        "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(78); RETURN NULL; END $$"
    )
    for table in tables:
        execute(f"CREATE TRIGGER pause AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION pause()")
    run("SELECT pg_advisory_lock(78)::text")
    try:
        yield
    finally:
        run("SELECT pg_advisory_unlock_all()::text")
        for table in tables:
            execute(f"DROP TRIGGER pause ON {table}")
        execute("DROP FUNCTION pause()")


def wait_until(sql, what):
    for _try in range(PATIENCE * 50):
        if run(sql):
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"never: {what}")


# Of this database alone: the other process's is a copy of the same, its tables have the same numbers.
LOCK = """SELECT EXISTS (
    SELECT FROM pg_locks l JOIN (SELECT DISTINCT pid, database FROM pg_locks) here USING (pid) JOIN pg_database d ON d.oid = here.database
    WHERE d.datname = current_database() AND ({which}))"""
SOMEBODY_WAITS = LOCK.format(which="NOT granted")


class Begun:
    """Something begun on another connection."""

    def __init__(self, act):
        self.answer: list[Any] = []
        self.thread = threading.Thread(target=lambda: self.answer.append(elsewhere(act)), daemon=True)
        self.thread.start()

    def end(self):
        self.thread.join(PATIENCE)
        assert self.answer, "it hangs"
        return self.answer[0]


def rebuild_quietly():
    return rebuild(lambda tally: None)


# --- Who searches meanwhile ------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch):
    """Several batches, with settlings between them."""
    monkeypatch.setattr(rebuilding, "BATCH", 9)
    monkeypatch.setattr(rebuilding, "UNSETTLED", 18)
    monkeypatch.setattr(settling, "FROM", 1)
    instead = {"SELECT hub_keep()": "SELECT hub_keep(3)", "SELECT hub_settle()": "SELECT hub_settle(20, 1)"}
    with connection.execute_wrapper(lambda execute_it, sql, *rest: execute_it(instead.get(sql, sql), *rest)):
        yield


def test_everything_is_entered_anew_and_the_answers_stay(practices, small):
    before, of_staff = seen(), seen(make_staff())
    entered = set(Entry.objects.values_list("pk", flat=True))
    execute("UPDATE hub_entry SET words = '', spelt = '', size = 1, theme = 0 WHERE practice_id % 3 = 0")
    execute("DELETE FROM hub_entry WHERE practice_id % 7 = 0")
    assert seen() != before, "the search is damaged"
    tally = rebuild_quietly()
    assert (tally.of, tally.entered, tally.bad, tally.busy) == (45, 45, {}, [])
    assert set(Entry.objects.values_list("pk", flat=True)) == entered
    assert (seen(), seen(make_staff("another@isd.example"))) == (before, of_staff)
    assert run("SELECT count(*) FROM hub_place") + run("SELECT count(*) FROM hub_pending") == 45


def test_whoever_searches_meanwhile_is_told_the_same_at_every_moment(practices, small):
    answers: list[Any] = []
    before = seen()
    with watched(answers):
        rebuild_quietly()
    assert len(answers) > 40
    assert all(answer == before for answer in answers)
    assert run("SELECT count(*) FROM hub_place") > 0


def test_negative_control_a_rebuild_that_empties_first_is_noticed(practices, small):
    answers: list[Any] = []
    before = seen()
    with watched(answers):
        execute("TRUNCATE hub_entry")
        rebuild_quietly()
    assert any(answer != before for answer in answers)
    assert answers[-1] == before


def count_words_now():
    run("SELECT hub_count_words()::text")


def test_whoever_searches_while_words_are_counted_is_told_the_same(practices):
    before = seen()
    with paused("hub_word"):
        counting = Begun(count_words_now)
        wait_until(SOMEBODY_WAITS, "the count has taken words out")
        assert elsewhere(seen) == before
    counting.end()
    with paused("hub_lexeme", "hub_language"):
        counting = Begun(count_words_now)
        wait_until(SOMEBODY_WAITS, "the count has taken stems out")
        assert elsewhere(seen) == before
    assert counting.end() is None
    assert seen() == before


def test_negative_control_words_that_are_taken_out_first_are_missed(practices):
    answers: list[Any] = []
    before = seen()
    with watched(answers):
        execute("DELETE FROM hub_word")
        count_words_now()
    assert answers[0] != before, "nothing is corrected"
    assert answers[-1] == before


# --- Who writes meanwhile --------------------------------------------------------------------------------------------


@pytest.fixture
def council(transactional_db):
    make_practice(make_city(), "Town hall")
    make_practice(make_city("Ghent", "BE"), "Parliament")
    return Practice.objects.get(title="Town hall")


def titles(words):
    return {practice.title for practice in search(Query(words, as_typed=True), VISITOR).results}


def test_what_is_being_written_is_entered_as_it_is_then(council, monkeypatch):
    monkeypatch.setattr(rebuilding, "PAUSE", 0.1)
    come = threading.Event()
    with transaction.atomic():
        Practice.objects.filter(pk=council.pk).update(title="Lighthouse")
        rebuilding_it = Begun(lambda: rebuild(lambda tally: come.set()))
        assert come.wait(PATIENCE), "nobody is waited for"
    tally = rebuilding_it.end()
    assert (tally.entered, tally.busy) == (2, [])
    assert (titles("lighthouse"), titles("town hall")) == ({"Lighthouse"}, set())


def test_negative_control_without_its_locks_the_old_text_is_entered(council, monkeypatch):
    monkeypatch.setattr(rebuilding, "_WAITS_FOR_NOBODY", "SELECT unnest(%s::bigint[])")
    with transaction.atomic():
        Practice.objects.filter(pk=council.pk).update(title="Lighthouse")
        rebuilding_it = Begun(rebuild_quietly)
        wait_until(SOMEBODY_WAITS, "it waits for the entry")
    rebuilding_it.end()
    assert titles("lighthouse") == set(), "what was written is not found"


def test_a_city_that_is_being_renamed_is_entered_as_it_is_then(council, monkeypatch):
    monkeypatch.setattr(rebuilding, "PAUSE", 0.1)
    come = threading.Event()
    with transaction.atomic():
        execute("UPDATE members_city SET name = 'Byzantion' WHERE slug LIKE 'aarhus%'")
        rebuilding_it = Begun(lambda: rebuild(lambda tally: come.set()))
        assert come.wait(PATIENCE)
    assert rebuilding_it.end().busy == []
    assert titles("byzantion") == {"Town hall"}


def test_what_is_written_all_the_while_is_named(council, monkeypatch, capsys):
    monkeypatch.setattr(rebuilding, "PAUSE", 0)
    monkeypatch.setattr(rebuilding, "TRIES", 2)
    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=council.pk)
        answer = elsewhere(lambda: call_command("rebuild_search"))
    assert isinstance(answer, CommandError)
    assert str(answer).startswith("1 of 2 practices could not be entered.")
    assert f"practice {council.pk} ({council.slug}): somebody was writing it" in capsys.readouterr().err
    assert titles("town") == {"Town hall"}, "it is found by its old entry"


def test_what_is_deleted_meanwhile_is_missed_by_nobody(council, monkeypatch):
    monkeypatch.setattr(rebuilding, "PAUSE", 0.1)
    come = threading.Event()
    with transaction.atomic():
        run("DELETE FROM hub_practice WHERE id = %s RETURNING 1", council.pk)
        rebuilding_it = Begun(lambda: rebuild(lambda tally: come.set()))
        assert come.wait(PATIENCE)
    tally = rebuilding_it.end()
    assert (tally.of, tally.entered, tally.bad, tally.busy) == (2, 1, {}, [])


def test_what_should_have_no_entry_has_none(council):
    execute("ALTER TABLE hub_practice DISABLE TRIGGER USER")
    Practice.objects.filter(pk=council.pk).update(state="draft")
    execute("ALTER TABLE hub_practice ENABLE TRIGGER USER")
    assert titles("town hall") == set(), "the page's own question to practices hides it"
    assert search(Query("town hall"), VISITOR).count == 1
    rebuild_quietly()
    assert search(Query("town hall", as_typed=True), VISITOR).count == 0


def count_while_a_gone_word_comes_back():
    """In the vocabulary stands a word that no practice has; somebody writes it while words are counted."""
    practice = make_practice(make_city("Kiel", "DE"), "Lighthouse", audience="members")
    Practice.objects.filter(pk=practice.pk).update(title="Windmill")
    with transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(title="Lighthouse")
        counting = Begun(count_words_now)
        wait_until(SOMEBODY_WAITS, "it has counted, and waits to write")
    assert counting.end() is None
    return Word.objects.filter(word="lighthouse").exists()


def test_a_word_that_comes_back_while_words_are_counted_stays(council):
    assert count_while_a_gone_word_comes_back()


def test_negative_control_without_a_look_at_what_was_written_since_it_is_lost(council):
    definition = run("SELECT pg_get_functiondef('hub_count_words'::regproc)")
    off = definition.replace("age(e.xmin) <= began", "false")
    assert off != definition
    execute(off)
    try:
        assert not count_while_a_gone_word_comes_back()
    finally:
        execute(definition)


def public_while_counting():
    """A word of practices for members comes to stand in one for everyone while words are counted."""
    make_practice(make_city("Kiel", "DE"), "Lighthouse", audience="members")
    count_words_now()
    with transaction.atomic():
        make_practice(make_city("Ghent", "BE"), "Lighthouse")
        counting = Begun(count_words_now)
        wait_until(SOMEBODY_WAITS, "it has counted, and waits to write")
    counting.end()
    return search(Query("lighthose"), VISITOR).corrected


def test_a_word_that_becomes_public_while_words_are_counted_is_public(council):
    assert public_while_counting() == "lighthouse"


HELD = LOCK.format(which="relation = 'hub_word'::regclass AND mode = 'ShareRowExclusiveLock'")


def held_while_it_counts():
    """Whether anybody holds the table of words against writers while entries are still being counted."""
    with transaction.atomic():
        execute("LOCK TABLE hub_entry IN ACCESS EXCLUSIVE MODE")
        counting = Begun(count_words_now)
        wait_until(LOCK.format(which="relation = 'hub_entry'::regclass AND NOT granted"), "it reads entries")
        held = run(HELD)
    counting.end()
    return held


def test_writers_do_not_wait_for_the_counting(council):
    assert held_while_it_counts() is False


def test_negative_control_until_now_they_did(council):
    definition = run("SELECT pg_get_functiondef('hub_count_words'::regproc)")
    execute(COUNT_OF_BEFORE)
    try:
        assert held_while_it_counts() is True
    finally:
        execute(definition)


def test_of_two_counts_the_second_waits(council):
    with transaction.atomic():
        count_words_now()
        counting = Begun(lambda: count_words(timestamp=0))
        wait_until(LOCK.format(which="locktype = 'advisory' AND objid = 6017549 AND NOT granted"), "it waits")
        assert not counting.answer
    assert counting.end() is None


# --- Two at once, and what breaks ------------------------------------------------------------------------------------


def test_of_two_rebuilds_the_second_does_nothing_and_says_so(council):
    answers = []

    def look(_tally):
        execute("UPDATE hub_entry SET size = 1")
        answers.append(elsewhere(lambda: call_command("rebuild_search")))
        answers.append(run("SELECT max(size) FROM hub_entry"))

    rebuild(look)
    assert isinstance(answers[0], CommandError)
    assert (str(answers[0]), answers[0].returncode) == (
        "Nothing done: a rebuild of the search is under way already. Wait until it ends.", 1,
    )  # fmt: skip
    assert answers[1] == 1, "nothing half done"
    assert rebuild_quietly().entered == 2, "the first one has left the door open"


def test_negative_control_without_its_lock_both_do_it(council, monkeypatch):
    monkeypatch.setattr(rebuilding, "_LOCK", "no number")
    answers = []
    with connection.execute_wrapper(lambda run_it, sql, values, *rest: run_it(sql, [1] if values == ["no number"] else values, *rest)):
        rebuild(lambda tally: answers.append(elsewhere(second)))
    assert [answer.entered for answer in answers] == [2]


def second():
    wrapped = connection.execute_wrapper(lambda run_it, sql, values, *rest: run_it(sql, [2] if values == ["no number"] else values, *rest))
    with wrapped:
        return rebuild_quietly()


@pytest.mark.parametrize("killed", [False, True])
def test_broken_off_in_the_middle_it_is_run_again(practices, small, killed):
    before = seen()

    def stop(tally):
        if tally.entered == 18:
            raise KeyboardInterrupt

    if killed:  # as by kill -9: its connection goes
        answer = elsewhere(lambda: rebuild(lambda tally: connection.close() if tally.entered == 18 else None))
        assert isinstance(answer, Exception)
    else:
        with pytest.raises(KeyboardInterrupt):
            rebuild(stop)
    assert seen() == before
    assert elsewhere(rebuild_quietly).entered == 45
    assert seen() == before


def test_a_command_that_is_broken_off_says_how_far_it_came(practices, small, monkeypatch):
    def broken(report):
        report(rebuilding.Tally(of=45, entered=18))
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuilding, "rebuild", broken)
    with pytest.raises(CommandError, match=r"Broken off after 18 practices\. The search works; run this again") as told:
        call_command("rebuild_search")
    assert told.value.returncode == 130


@contextmanager
def refused(*keys, state="22000"):
    """The database refuses the entries of these practices."""
    execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF NEW.practice_id IN ({', '.join(map(str, keys))}) THEN RAISE 'too long' USING ERRCODE = '{state}'; END IF;"
        " RETURN NEW; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON hub_entry FOR EACH ROW EXECUTE FUNCTION refuse();"
    )
    try:
        yield
    finally:
        execute("DROP TRIGGER refuse ON hub_entry; DROP FUNCTION refuse()")


def versions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_id, xmin::text FROM hub_entry")
        return dict(cursor.fetchall())


def test_one_bad_of_many_is_named_and_the_others_are_entered(practices, small, capsys):
    before, old = seen(), versions()
    bad = Practice.objects.order_by("pk")[20]
    with refused(bad.pk), pytest.raises(CommandError) as told:
        call_command("rebuild_search")
    assert (str(told.value), told.value.returncode) == (
        "1 of 45 practices could not be entered. Their old entries stay; all others are new.", 1,
    )  # fmt: skip
    said = capsys.readouterr()
    assert said.err == f"practice {bad.pk} ({bad.slug}): too long\n"
    assert said.out.startswith("44 practices entered anew and their words counted in ")
    assert {key for key, version in versions().items() if version == old[key]} == {bad.pk}
    assert seen() == before, "the bad one is found by its old entry"


def test_only_so_many_bad_ones_are_named(practices, capsys, monkeypatch):
    monkeypatch.setattr("hub.management.commands.rebuild_search.SHOWN", 2)
    keys = list(Practice.objects.order_by("pk").values_list("pk", flat=True)[:5])
    with refused(*keys, state="54000"), pytest.raises(CommandError, match=r"^5 of 45 practices"):
        call_command("rebuild_search")
    err = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in err] == [f"practice {keys[0]}", f"practice {keys[1]}", "… and 3 more"]


def test_a_disk_that_is_full_is_no_practice_s_fault(practices):
    with refused(Practice.objects.order_by("pk")[20].pk, state="53100"), pytest.raises(OperationalError, match="too long"):
        rebuild_quietly()
    assert rebuild_quietly().entered == 45, "the lock is free again"


def test_how_far_it_came_is_said(practices, small, capsys, monkeypatch):
    monkeypatch.setattr("hub.management.commands.rebuild_search.SAID_EACH", 0)
    call_command("rebuild_search")
    said = capsys.readouterr().out.splitlines()
    assert said[:-1] == [f"{number} of 45 practices entered …" for number in (9, 18, 27, 36, 45)]
    assert said[-1].startswith("45 practices entered anew")


def test_an_empty_hub_can_be_rebuilt(transactional_db):
    assert rebuild_quietly().entered == 0


def test_under_way_is_an_error_of_its_own(council):
    with pytest.raises(UnderWayError):
        rebuild(lambda tally: raise_from(elsewhere(rebuild_quietly)))


def raise_from(answer):
    raise answer
