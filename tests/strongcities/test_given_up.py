"""Jobs that were given up: who hears of them, and who may do something about it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from strongcities import jobs
from tests import cast

pytestmark = pytest.mark.django_db
PAGE = "/admin/jobs/"


def text(response):
    return response.content.decode()


def status_of(number):
    return ProcrastinateJob.objects.filter(pk=number).values_list("status", flat=True).first()


def give_up(number, attempts=3):
    with connection.cursor() as cursor:  # as the worker does
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s", [attempts - 1, number])
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [number])
    return number


@pytest.fixture
def job():
    return give_up(jobs.tidy.configure().defer(timestamp=0))


@pytest.fixture
def sam():
    return cast.make_staff("sam")


@pytest.fixture
def root():
    return cast.make_staff("root", is_superuser=True)


def test_all_staff_hear_of_them_and_those_who_run_the_site_settle_them(client, sam, root, job):
    client.force_login(sam)
    first = text(client.get("/admin/"))
    assert "Jobs that were given up" in first
    assert f'href="{PAGE}"' in first
    page = text(client.get(PAGE))
    assert "strongcities.jobs.tidy" in page
    assert "started 3 times" in page
    assert f"job-{job}" in page
    assert timezone.now().strftime("%Y") in page
    assert "Try again" not in page
    client.force_login(root)
    assert "Try again" in text(client.get(PAGE))


def test_where_all_is_done_nobody_hears_of_jobs(client, sam):
    jobs.tidy.configure().defer(timestamp=0)
    client.force_login(sam)
    assert "Jobs that were given up" not in text(client.get("/admin/"))
    assert "None: everything" in text(client.get(PAGE))


def test_try_again(client, root, job):
    client.force_login(root)
    assert "It is started again." in text(client.post(f"{PAGE}{job}/again/", follow=True))
    again = ProcrastinateJob.objects.get(pk=job)
    assert again.status == "todo"
    assert abs(again.scheduled_at - timezone.now()) < timedelta(minutes=5)
    assert client.post(f"{PAGE}{job}/again/").status_code == 404, "it waits already"


def test_try_again_where_another_does_the_same(client, root, job):
    other = jobs.tidy.configure().defer(timestamp=300)
    client.force_login(root)
    assert "Another job that does the same waits already." in text(client.post(f"{PAGE}{job}/again/", follow=True))
    assert (status_of(job), status_of(other)) == ("failed", "todo")


def test_let_go(client, root, job):
    waits = jobs.tidy.configure().defer(timestamp=300)
    client.force_login(root)
    assert "It is let go." in text(client.post(f"{PAGE}{job}/let-go/", follow=True))
    assert client.post(f"{PAGE}{waits}/let-go/").status_code == 404
    assert (status_of(job), status_of(waits)) == (None, "todo")


@pytest.mark.parametrize("verb", ["again", "let-go"])
def test_others_may_not(client, sam, job, verb):
    for person, status in ((sam, 403), (cast.make_person("nadia"), 302), (None, 302)):
        client.force_login(person) if person else client.logout()
        assert client.post(f"{PAGE}{job}/{verb}/").status_code == status
    assert status_of(job) == "failed"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(client, sam, count, django_assert_num_queries):
    for number in range(count):
        give_up(jobs.tidy.configure(queueing_lock=f"tidy {number}").defer(timestamp=0))
    client.force_login(sam)
    client.get(PAGE)
    with django_assert_num_queries(5):
        assert text(client.get(PAGE)).count("strongcities.jobs.tidy") == count
