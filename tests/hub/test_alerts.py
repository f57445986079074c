"""What is new to a saved search: told once, at its pace, to whom may see it, whatever breaks meanwhile."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django import app

from hub import alerts, jobs, saved_searches
from hub.models import Practice, SavedSearch, Told
from hub.models.practice import State
from hub.models.saved import MOST, Pace, next_turn, packed, unpacked
from hub.search import Query
from members.models import City, Membership, Official, Post
from members.querysets import today
from strongcities import mail
from strongcities.workflow import MoveRefused
from tests.cast import make_person, make_staff
from tests.hub.cast import make_city, make_official, make_practice
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks, without_rules

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
YOUTH = Query("", {"theme": ("youth-engagement",)})


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def olga(city):
    return make_official(city)


def save(user, query=YOUTH, name="Youth", pace=Pace.HOURLY):
    return saved_searches.save(query, by=user, name=name, pace=pace)


def new(city, title="Youth parliament", **fields):
    return make_practice(city, title, published_at=timezone.now(), **fields)


def turn():
    """The turn of every search that sends has come. Answers how many mails were queued."""
    SavedSearch.objects.exclude(pace=Pace.NEVER).update(due=timezone.now())
    return jobs.tell_news(0)


def waits(saved):
    """Whether its turn is still to come."""
    due = SavedSearch.objects.get(pk=saved.pk).due
    return due is not None and due > timezone.now()


def long_ago():
    """All that is there was written long before anybody looked, cities too."""
    before = timezone.now() - timedelta(days=9)
    Practice.objects.update(updated=before)
    City.history.rel.related_model.objects.update(pgh_created_at=before)  # type: ignore[attr-defined]  # made by pghistory


def told(saved):
    return set(Told.objects.filter(saved=saved).values_list("practice__title", flat=True))


# --- What is news ----------------------------------------------------------------------------------------------------


def test_what_is_new_is_mailed_once_and_what_was_there_is_not(city, olga):
    old = make_practice(city, "Youth council")
    saved = save(olga)
    assert turn() == 0
    practice = new(city)
    new(city, "Another theme", themes=["gender-equality"])
    assert (turn(), turn()) == (1, 0)
    (sent,) = outbox()
    assert (sent.to, sent.subject) == (["olga@example.org"], "1 new practice: Youth")
    assert f"{settings.SITE_URL}{practice.get_absolute_url()}" in sent.message
    assert old.title not in sent.message
    assert told(saved) == {"Youth parliament"}
    for one in (old, practice):
        one.summary = "Changed, and found as before."
        one.save()
    assert turn() == 0


@pytest.mark.parametrize("how", ["edited", "published", "restored"])
def test_what_comes_to_be_found_is_news_once(city, olga, how):
    state = {"edited": State.PUBLISHED, "published": State.IN_REVIEW, "restored": State.ARCHIVED}[how]
    practice = make_practice(city, themes=["gender-equality"] if how == "edited" else ["youth-engagement"], state=state)
    if how == "restored":
        Practice.objects.filter(pk=practice.pk).update(themes=["gender-equality"])
    save(olga)
    staff = make_staff()
    for _twice in range(2):
        if how == "published" and practice.state == State.IN_REVIEW:
            practice.publish(by=staff)
        elif how == "restored" and practice.state == State.ARCHIVED:
            practice.themes = ["youth-engagement"]
            practice.save()
            assert turn() == 0, "an archived practice is no news"
            practice.restore(by=staff)
        practice.themes = ["youth-engagement"]
        practice.save()
        turn()
        practice.themes = ["gender-equality"]
        practice.save()
    assert len(outbox()) == 1


def test_what_a_city_changes_can_be_news(city, olga):
    make_practice(city)
    saved = save(olga, Query("", {"population": ("over-5-million",)}))
    long_ago()
    city.population_band = "over-5-million"
    city.save()
    turn()
    assert told(saved) == {"Youth council"}


def test_an_archived_one_is_no_news(city, olga):
    save(olga)
    new(city, state=State.ARCHIVED)
    assert turn() == 0


def test_a_common_word_does_not_find_what_the_rare_one_does_not(city, olga):
    """Where all of the hub is asked, the rare word finds; among what is new alone, it finds nothing, and the common one is not
    looked for instead."""
    make_practice(city, "The mentoring of young people")
    saved = save(olga, Query("the mentoring"))
    long_ago()
    new(city, "The parliament of the young")
    turn()
    assert told(saved) == set()
    new(city, "Mentoring in schools")
    turn()
    assert told(saved) == {"Mentoring in schools"}


def test_what_was_long_in_the_making_is_not_lost(city, olga):
    """A transaction that began before the last look and ended after it."""
    saved = save(olga)
    practice = new(city)
    Practice.objects.filter(pk=practice.pk).update(updated=timezone.now() - timedelta(minutes=90))
    turn()
    assert told(saved) == {practice.title}


# --- To whom ---------------------------------------------------------------------------------------------------------


def test_only_what_its_owner_may_see(city, olga):
    saved = save(olga)
    outsider = save(make_official(make_city("Ghent", "BE", member=False), "nele@gent.be"))
    new(city, "Shared", audience="members")
    new(city, "A draft", state=State.DRAFT)
    new(city, "Public")
    turn()
    assert told(saved) == {"Shared", "Public"}
    assert told(outsider) == {"Public"}


def test_what_one_may_read_only_since_is_news(city):
    ghent = make_city("Ghent", "BE", member=False)
    saved = save(make_official(ghent, "nele@gent.be"))
    new(city, "Shared", audience="members")
    long_ago()
    assert turn() == 0
    Membership.objects.create(city=ghent, joined=today())
    assert (turn(), turn()) == (1, 0)
    assert told(saved) == {"Shared"}


def test_who_stands_for_no_city_any_more_gets_none(city, olga):
    saved = save(olga)
    Post.objects.filter(official__user=olga).update(until=today())
    new(city)
    assert turn() == 0
    assert waits(saved), "it waits for its next turn"
    assert told(saved) == set()


def test_a_closed_account_gets_none(city, olga):
    save(olga)
    olga.is_active = False
    olga.save()
    new(city)
    assert turn() == 0


def test_staff_get_what_is_published_alone(city):
    saved = save(make_staff())
    new(city, "A draft", state=State.DRAFT)
    new(city, "Public")
    turn()
    assert told(saved) == {"Public"}


# --- The mail --------------------------------------------------------------------------------------------------------


def test_a_mail_names_ten_and_counts_the_others(city, olga):
    saved = save(olga)
    for number in range(13):
        new(city, f"Youth {number}")
    assert (turn(), turn()) == (1, 0)
    (sent,) = outbox()
    assert sent.subject == "13 new practices: Youth"
    assert sent.message.count("/hub/practices/") == sent.html_message.count("/hub/practices/") == 10
    assert "and 3 more" in sent.message
    address = f"{settings.SITE_URL}/hub/?theme=youth-engagement&sort=newest"
    assert address in sent.message
    assert address.replace("&", "&amp;") in sent.html_message
    assert Told.objects.filter(saved=saved).count() == 10
    for practice in Practice.objects.all():
        practice.summary = "Changed."
        practice.save()
    assert turn() == 0, "those that were only counted are told of as well"


def test_a_mail_is_in_the_language_of_its_reader_and_private(city, olga):
    olga.language = "ar"
    olga.save()
    save(olga)
    new(city, "O'Brien & {{ sons }}", is_sample=True)
    turn()
    (sent,) = outbox()
    assert '<html lang="ar" dir="rtl">' in sent.html_message
    assert "/ar/hub/practices/" in sent.message
    assert "O'Brien & {{ sons }} (" in sent.message, "that it is a sample is said"
    assert mail.PRIVATE.items() <= sent.headers.items(), "the staff's outbox doesn't show it"


def test_a_mail_can_be_stopped_from_the_mail_program(city, olga, client):
    saved = save(olga)
    new(city)
    turn()
    (sent,) = outbox()
    (link,) = re.findall(r"<(http[^>]+)>", sent.headers["List-Unsubscribe"])
    assert sent.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.removeprefix(settings.SITE_URL) in sent.message
    path = link.removeprefix(settings.SITE_URL)
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 200
    assert SavedSearch.objects.get(pk=saved.pk).pace == Pace.HOURLY, "opening the page changes nothing"
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert SavedSearch.objects.get(pk=saved.pk).pace == Pace.NEVER
    new(city, "Another")
    assert turn() == 0


# --- Its pace --------------------------------------------------------------------------------------------------------

THURSDAY = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pace", "now", "then"),
    [
        (Pace.NEVER, THURSDAY, None),
        (Pace.HOURLY, THURSDAY, datetime(2026, 11, 26, 19, 0, tzinfo=UTC)),
        (Pace.DAILY, THURSDAY, datetime(2026, 11, 27, 6, 0, tzinfo=UTC)),
        (Pace.DAILY, datetime(2026, 11, 26, 5, 59, tzinfo=UTC), datetime(2026, 11, 26, 6, 0, tzinfo=UTC)),
        (Pace.WEEKLY, THURSDAY, MONDAY),
        (Pace.WEEKLY, MONDAY - timedelta(minutes=1), MONDAY),
        (Pace.WEEKLY, MONDAY, MONDAY + timedelta(days=7)),
    ],
)
def test_when_a_search_is_looked_at_again(pace, now, then):
    assert next_turn(pace, now) == then


def test_before_its_turn_nothing_is_looked_at(city, olga):
    save(olga, pace=Pace.DAILY)
    new(city)
    assert jobs.tell_news(0) == 0
    assert turn() == 1


def test_never_is_never_and_mails_switched_on_tell_of_what_comes_then(city, olga):
    saved = save(olga, pace=Pace.NEVER)
    new(city, "Meanwhile")
    assert (turn(), saved.due) == (0, None)
    saved_searches.change(saved, name="Young people", pace=Pace.DAILY)
    saved.refresh_from_db()
    assert (saved.name, saved.pace, saved.due.hour) == ("Young people", "daily", 6)
    assert turn() == 0
    new(city, "Since then")
    turn()
    assert told(saved) == {"Since then"}


def test_another_pace_forgets_nothing(city, olga):
    saved = save(olga)
    new(city)
    saved_searches.change(saved, name="Youth", pace=Pace.WEEKLY)
    turn()
    assert told(saved) == {"Youth parliament"}


# --- Whatever breaks -------------------------------------------------------------------------------------------------


def test_a_crash_in_the_middle_sends_nothing_and_loses_nothing(city, olga, monkeypatch):
    saved = save(olga)
    new(city)
    with monkeypatch.context() as broken:
        broken.setattr(mail, "send_all", _raises(RuntimeError("killed")))
        assert turn() == 0
    assert (outbox(), told(saved)) == ([], set())
    assert waits(saved), "the others don't wait for it"
    assert turn() == 1


def _raises(error):
    def send(*_given, **_more):
        raise error

    return send


def test_one_that_cannot_be_looked_at_does_not_hold_up_the_others(city, olga, monkeypatch):
    broken, other = save(olga), save(make_person("leila"))
    new(city)
    news = alerts._news
    monkeypatch.setattr(alerts, "_news", lambda saved, *more, **how: 1 / 0 if saved.pk == broken.pk else news(saved, *more, **how))
    assert turn() == 1
    assert (told(broken), told(other)) == (set(), {"Youth parliament"})


def test_a_database_that_is_away_is_said_to_the_worker(city, olga, monkeypatch):
    saved = save(olga)
    new(city)
    monkeypatch.setattr(mail, "send_all", _raises(OperationalError("away")))
    with pytest.raises(OperationalError):
        turn()
    assert not waits(saved)


def test_a_search_that_can_no_longer_be_read_sends_nothing(city, olga):
    saved = save(olga)
    SavedSearch.objects.update(search="?theme=of-last-year&theme=youth-engagement")
    new(city)
    assert turn() == 0
    saved_searches.mend(saved)
    assert SavedSearch.objects.get().search == "?theme=youth-engagement"
    assert turn() == 0, "from then on"
    new(city, "Since then")
    assert turn() == 1


def test_a_run_has_an_end(city, olga, monkeypatch):
    monkeypatch.setattr(alerts, "A_RUN", 2)
    for words in ("youth", "parliament", "practice"):
        save(olga, Query(words))
    new(city, "Youth parliament practice")
    assert turn() == 2
    assert jobs.tell_news(0) == 1


def test_a_quiet_turn_costs_little(city, olga, django_assert_num_queries):
    save(olga)
    long_ago()
    SavedSearch.objects.update(due=timezone.now())
    # which are due; then for a hundred at once: savepoint, the searches, whose owners may, who is a member, cities, what was written,
    # their next turn, savepoint
    with django_assert_num_queries(9):
        assert jobs.tell_news(0) == 0


@real
def test_two_workers_at_once_tell_once():
    city = make_city()
    save(make_official(city))
    new(city)
    SavedSearch.objects.update(due=timezone.now())
    assert sorted(race(lambda: jobs.tell_news(0), lambda: jobs.tell_news(0))) == [0, 1]
    assert (len(outbox()), Told.objects.count()) == (1, 1)


def meeting_before_telling(monkeypatch):
    meeting, tell = Meeting(), alerts._tell

    def both_know(*given):
        meeting.wait()
        tell(*given)

    monkeypatch.setattr(alerts, "_tell", both_know)


@real
def test_without_the_lock_the_constraint_still_holds(monkeypatch):
    city = make_city()
    save(make_official(city))
    new(city)
    SavedSearch.objects.update(due=timezone.now())
    without_locks(monkeypatch)
    meeting_before_telling(monkeypatch)
    assert sorted(race(lambda: jobs.tell_news(0), lambda: jobs.tell_news(0))) == [0, 1], "the second one is refused, and logged"
    assert (len(outbox()), Told.objects.count()) == (1, 1)


@real
def test_negative_control_without_lock_and_constraint_it_is_told_twice(monkeypatch):
    city = make_city()
    save(make_official(city))
    new(city)
    SavedSearch.objects.update(due=timezone.now())
    without_locks(monkeypatch)
    meeting_before_telling(monkeypatch)
    with without_rules(Told, "told_once_a_practice_and_search"):
        assert race(lambda: jobs.tell_news(0), lambda: jobs.tell_news(0)) == [1, 1]
        assert (len(outbox()), Told.objects.count()) == (2, 2)


# --- How many --------------------------------------------------------------------------------------------------------


def test_a_search_is_kept_once_and_fifty_at_most(city, olga):
    save(olga)
    with pytest.raises(MoveRefused, match="You keep this search already: Youth"):
        save(olga, name="Again")
    other = save(make_person("leila"))
    for number in range(1, MOST):
        save(olga, Query(f"word{number}"), pace=Pace.NEVER)
    with pytest.raises(MoveRefused, match="You keep 50 searches"):
        save(olga, Query("one more"))
    SavedSearch.objects.of(olga).get(number=7).delete()
    assert save(olga, Query("one more")).number == 7
    assert SavedSearch.objects.of(other.owner).count() == 1


@pytest.mark.parametrize("number", [0, 51])
def test_the_database_knows_of_fifty(olga, number):
    with pytest.raises(IntegrityError, match="saved_search_fifty_a_person"):
        SavedSearch.objects.create(owner=olga, number=number, name="N", search="?q=n", looked=timezone.now())


def nearly_fifty(user):
    rows = [SavedSearch(owner=user, number=number, name="N", search=f"?q={number}", looked=timezone.now()) for number in range(1, MOST)]
    SavedSearch.objects.bulk_create(rows)


def both_save(user):
    return race(*(lambda words=words: save(user, Query(words)).number for words in ("first", "second")))


@real
def test_of_two_who_save_the_fiftieth_at_once_one_does():
    user = make_official(make_city())
    nearly_fifty(user)
    answers = both_save(user)
    assert {50} == {answer for answer in answers if isinstance(answer, int)}
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [MoveRefused]


@real
def test_negative_control_without_lock_and_constraint_there_are_fifty_one(monkeypatch):
    user = make_official(make_city())
    nearly_fifty(user)
    without_locks(monkeypatch)
    meeting, begin = Meeting(), saved_searches._begin
    monkeypatch.setattr(saved_searches, "_begin", lambda *given: meeting.pass_on(begin(*given)))
    with without_rules(SavedSearch, "saved_search_each_number_once"):
        assert both_save(user) == [50, 50]
        assert SavedSearch.objects.count() == 51


def test_who_stands_for_nobody_keeps_nothing(city):
    with pytest.raises(PermissionDenied):
        save(make_person("nadia"))


# --- When it goes ----------------------------------------------------------------------------------------------------


def test_searches_go_with_the_account(city, olga):
    saved = save(olga)
    new(city)
    turn()
    Post.objects.filter(official__user=olga).delete()
    Official.objects.filter(user=olga).delete()
    olga.delete()
    assert not SavedSearch.objects.filter(pk=saved.pk).exists()
    assert not Told.objects.exists()


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_searches_go_a_month_after_the_last_post(city, olga, days, stays):
    saved = save(olga)
    of_staff, other = save(make_staff()), save(make_person("leila"))
    Post.objects.filter(official__user=olga).update(until=today() - timedelta(days=days))
    assert jobs.tidy_saved_searches(0) == (0 if stays else 1)
    assert set(SavedSearch.objects.all()) == {of_staff, other, *([saved] if stays else [])}


def test_sample_practices_that_were_told_can_still_be_taken_away(city, olga):
    from hub.samples import remove_practices

    save(olga)
    new(city, is_sample=True)
    turn()
    assert (Told.objects.count(), remove_practices(), Told.objects.count()) == (1, 1, 0)


def test_both_jobs_are_periodic():
    found = {(task.name, periodic.cron) for key, periodic in app.periodic_registry.periodic_tasks.items() if (task := periodic.task)}
    assert {("hub.jobs.tell_news", "*/10 * * * *"), ("hub.jobs.tidy_saved_searches", "55 3 * * *")} <= found


# --- Keys in few bytes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [[], [1], [7, 3, 3], range(1, 100_001), [2**62, 5], random.Random(1).sample(range(10_000_000), 5_000)])
def test_keys_come_out_as_they_went_in(keys):
    data = packed(keys)
    assert unpacked(data) == set(keys)
    assert len(data) < 4 * len(set(keys)) + 40
    assert len(packed(range(1, 100_001))) < 1_000


def test_no_history_is_kept_of_a_search(city, olga):
    save(olga, Query("a private word"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_name ~ '(savedsearch|told).*(event|history)'")
        assert cursor.fetchall() == []
