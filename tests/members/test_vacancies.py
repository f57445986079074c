"""No member city without a lead official unless the staff know: by whatever statement, and by two at once."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from members import jobs
from members.models import City, Import, Membership, Post, Vacancy, vacancy as vacancies
from members.models.official import PostTransition
from members.querysets import today
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)


def looked():
    """Let the deferred triggers look, as the end of the transaction does."""
    connection.check_constraints()


def vacant():
    looked()
    return sorted(Vacancy.objects.open().values_list("city__name", flat=True))


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def post(lene):
    looked()
    return Post.objects.get(official__user=lene)


def test_a_city_with_a_lead_is_no_vacancy(post):
    assert vacant() == []


ENDS = {
    "the verb": lambda post: post.end(by=post.official.user),
    "SQL: until": lambda post: sql('UPDATE members_post SET "until" = %s WHERE id = %s', today(), post.pk),
    "SQL: no lead": lambda post: sql("UPDATE members_post SET is_lead = false WHERE id = %s", post.pk),
    "SQL: another city": lambda post: sql("UPDATE members_post SET city_id = %s WHERE id = %s", cast.make_city("Ghent").pk, post.pk),
    "SQL: deleted": lambda post: sql("DELETE FROM members_post WHERE id = %s", post.pk),
    "SQL: account off": lambda post: sql("UPDATE members_user SET is_active = false WHERE id = %s", post.official.user_id),
}


@pytest.mark.parametrize("way", ENDS)
def test_the_last_lead_goes(post, way):
    ENDS[way](post)
    assert vacant() == ["Aarhus"]
    assert City.objects.get(name="Aarhus").is_member


@pytest.mark.parametrize("way", ENDS)
def test_another_lead_stays(post, way, aarhus):
    cast.make_post(cast.make_user("second@aarhus.dk"), aarhus, is_lead=True)
    ENDS[way](post)
    assert vacant() == []


def test_by_a_spreadsheet(post):
    sam = cast.make_staff("sam")
    sheet = f"mail,city,until\n{post.official.user.email},{post.city.slug},{today()}\n"
    record = Import.bring(kind="officials", name="people.csv", file=sheet.encode(), by=sam)
    record.write(by=sam, seen=record.plan(by=sam).mark)
    assert vacant() == ["Aarhus"]


def test_a_lead_again_closes_it(post, aarhus):
    post.end(by=post.official.user)
    assert vacant() == ["Aarhus"]
    cast.make_post(cast.make_user("second@aarhus.dk"), aarhus, is_lead=True)
    assert vacant() == []
    assert Vacancy.objects.get().closed is not None
    assert Vacancy.objects.count() == 1


def test_a_role_that_changes_hands_in_two_statements_opens_none(post, aarhus):
    Post.objects.filter(pk=post.pk).update(is_lead=False)
    cast.make_post(cast.make_user("second@aarhus.dk"), aarhus, is_lead=True)
    looked()
    assert not Vacancy.objects.exists()


def test_a_city_that_joins_without_one_is_known_to_the_staff():
    cast.make_city("Mombasa")
    cast.make_city("Oslo")  # left
    cast.make_city("Ghent")  # never joined
    cast.make_city("Sample", is_sample=True, joined=date(2020, 1, 1))
    assert vacant() == ["Mombasa"]


def test_a_city_that_leaves_needs_none(post):
    post.end(by=post.official.user)
    assert vacant() == ["Aarhus"]
    Membership.objects.update(left=today())
    assert vacant() == []


def test_the_database_keeps_one_open_per_city(post):
    post.end(by=post.official.user)
    looked()
    sql("SELECT members_watch_lead(%s)", post.city_id)
    assert Vacancy.objects.count() == 1


def test_a_date_that_passes_is_found_by_the_daily_job(post):
    """As it will be once the day has come: nothing tells the database then, so what it was told is forgotten here."""
    post.end(by=post.official.user)
    looked()
    Vacancy.objects.all().delete()
    jobs.look_for_vacancies(0)
    assert vacant() == ["Aarhus"]


def test_one_who_is_to_leave_tomorrow_is_still_there(post):
    Post.objects.filter(pk=post.pk).update(until=today() + timedelta(days=1))
    jobs.look_for_vacancies(0)
    assert vacant() == []


def test_the_secretariat_is_mailed_once_for_all_that_are_new(post):
    cast.make_city("Mombasa")
    post.end(by=post.official.user)
    looked()
    before = len(outbox())
    assert jobs.tell_vacancies(0) == 2
    assert jobs.tell_vacancies(0) == 0
    (mail,) = outbox()[before:]
    assert mail.to == [settings.CONTACT_MAIL]
    assert mail.subject.startswith("2 cities are without a lead official")
    assert "- Aarhus, Denmark" in mail.message
    assert "<li>Mombasa, Kenya</li>" in mail.html_message


def test_the_queue_stands_on_the_admin_s_first_page(client, sam, post):
    client.force_login(sam)
    assert "Nothing waits for you." in client.get("/admin/").content.decode()
    post.end(by=post.official.user)
    looked()
    page = client.get("/admin/members/vacancy/").content.decode()
    assert "Aarhus" in page
    assert "/members/cities/aarhus-dk/colleagues/" in page
    first_page = client.get("/admin/").content.decode()
    assert "Member cities without a lead official" in first_page
    assert "1 waits" in first_page
    assert client.get("/members/cities/aarhus-dk/colleagues/").status_code == 200


# --- Two at once, on two connections ---------------------------------------------------------------------------------


def two_leave(by_verb):
    """Both lead officials of Aarhus leave at the same moment; each one's transaction looks before the other's commits."""
    lene, aarhus = cast.make_person("lene"), cast.make_city("Aarhus")
    second = cast.make_user("second@aarhus.dk")
    posts = [Post.objects.get(official__user=lene), cast.make_post(second, aarhus, is_lead=True)]
    assert not Vacancy.objects.open().exists()
    written, seen = Meeting(), Meeting()

    def leaves(post):
        with transaction.atomic():
            if by_verb:
                post.end(by=post.official.user)
            else:
                sql('UPDATE members_post SET "until" = %s WHERE id = %s', today(), post.pk)
            written.wait()
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            seen.wait()

    assert race(*[lambda post=post: leaves(Post.objects.get(pk=post.pk)) for post in posts]) == [None, None]
    assert not Post.objects.today().filter(is_lead=True).exists()
    return Vacancy.objects.open().count()


@real
@pytest.mark.parametrize("by_verb", [True, False])
def test_two_leads_who_leave_at_once_leave_a_vacancy(by_verb):
    assert two_leave(by_verb) == 1


@real
def test_negative_control_without_the_city_s_lock_nobody_knows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('members_watch_lead'::regproc)")
        (definition,) = cursor.fetchone()
        assert "FOR NO KEY UPDATE" in definition
        cursor.execute(definition.replace("FOR NO KEY UPDATE", ""))
    try:
        assert two_leave(by_verb=False) == 0
    finally:
        sql(definition)


def told_by_two(monkeypatch):
    """Two workers tell at once, of the one city that both of its leads left; both have looked. Answers how many each told of."""
    assert two_leave(by_verb=True) == 1
    now, meeting = timezone.now, Meeting()
    monkeypatch.setattr(vacancies, "timezone", SimpleNamespace(now=lambda: meeting.pass_on(now())))
    before = len(outbox())
    answers = race(lambda: jobs.tell_vacancies(0), lambda: jobs.tell_vacancies(0))
    assert jobs.tell_vacancies(0) == 0
    return sorted(answers), [mail.to for mail in outbox()[before:]]


@real
def test_the_staff_are_told_once_of_two_who_left_at_once(monkeypatch):
    assert told_by_two(monkeypatch) == ([0, 1], [[settings.CONTACT_MAIL]])


@real
def test_negative_control_without_the_lock_they_are_told_twice(monkeypatch):
    without_locks(monkeypatch)
    assert told_by_two(monkeypatch) == ([1, 1], [[settings.CONTACT_MAIL]] * 2)


def hand_over_and_leave(monkeypatch):
    """Lene hands the lead over to Ove, who leaves: each act has judged that it may."""
    lene, aarhus = cast.make_person("lene"), cast.make_city("Aarhus")
    own, ove = Post.objects.get(official__user=lene), cast.make_post(cast.make_user("o@aarhus.dk"), aarhus)
    meeting, save = Meeting(), Post.save

    def together(self, **how):
        meeting.wait()
        save(self, **how)

    monkeypatch.setattr(Post, "save", together)
    handed, left = race(
        lambda: Post.objects.get(pk=own.pk).hand_over([ove], by=lene), lambda: Post.objects.get(pk=ove.pk).end(by=ove.official.user)
    )
    leads = Post.objects.today().filter(is_lead=True).count()
    return type(handed).__name__, type(left).__name__, leads, Vacancy.objects.open().count()


@real
def test_a_handover_and_a_successor_who_leaves_at_once_are_known(monkeypatch):
    """Whichever comes first: the handover is refused with words, or the successor leaves a vacancy."""
    assert hand_over_and_leave(monkeypatch) in [("MoveRefused", "NoneType", 1, 0), ("NoneType", "NoneType", 0, 1)]


@real
def test_negative_control_without_the_locks_the_lead_goes_to_one_who_left(monkeypatch):
    """Nobody is refused; what the triggers hold is left, so that the staff know."""
    without_locks(monkeypatch)
    assert hand_over_and_leave(monkeypatch) == ("NoneType", "NoneType", 0, 1)
    steps = PostTransition.objects.filter(subject__official__user__email="o@aarhus.dk").values_list("verb", "from_state")
    assert set(steps) == {("take_over", "official"), ("end", "official")}  # both, of what each had read
