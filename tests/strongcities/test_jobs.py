"""Jobs live and die with the act that wants them, and outlive their worker."""

import asyncio
import logging
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicRegistry

from members.models import Session
from members.sessions import SessionStore
from strongcities import jobs
from strongcities.logs import request_id
from tests.house import ROOT, environment_here


def work(*queues):
    """Do every job that waits (in these queues), as the worker does; nothing by the clock."""
    with app.replace_connector(DjangoConnector().get_worker_connector()) as ready:
        clock, ready.periodic_registry = ready.periodic_registry, PeriodicRegistry()
        try:
            asyncio.run(drain(ready, list(queues) or None))
        finally:
            ready.periodic_registry = clock


async def drain(ready, queues):
    async with ready.open_async():
        await ready.run_worker_async(queues=queues, wait=False, install_signal_handlers=False, listen_notify=False)


DEADLY = """
import os, django
django.setup()
from django.core.management import call_command
from procrastinate.contrib.django import app
app.periodic_registry.periodic_tasks.clear()
app.task(name="deadly", queue="deadly")(lambda: os._exit(9))
call_command("procrastinate", "worker", "--one-shot")
"""


def worker_that_dies():
    """A real worker, on the test's own database, in which the job "deadly" ends the process as running out of memory does.
    Answers how it ended; its heart is then as old as after a minute."""
    ended = subprocess.run([sys.executable, "-c", DEADLY], cwd=ROOT, env=environment_here(), timeout=240, check=False).returncode
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    return ended


def rescue():
    jobs.rescue_jobs.configure().defer(timestamp=0)
    work("tidy")


def left_by_a_dead_worker(*numbers):
    """These jobs as a worker leaves them that was killed a minute ago."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
        (dead,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = ANY(%s)", [dead, list(numbers)])


@pytest.mark.django_db
def test_a_job_of_an_act_that_is_undone_never_exists():
    with transaction.atomic():
        jobs.deliver_mail.defer()
        assert ProcrastinateJob.objects.count() == 1
        transaction.set_rollback(True)
    assert ProcrastinateJob.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestWorker:
    @pytest.fixture(autouse=True)
    def nothing_waits(self, transactional_db):
        with connection.cursor() as cursor:  # Django doesn't empty these tables after a test: they aren't its own
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE")

    def test_it_does_what_waits(self):
        jobs.deliver_mail.defer()
        work()
        assert list(ProcrastinateJob.objects.values_list("status", flat=True)) == ["succeeded"]

    def test_what_a_job_logs_has_its_number(self, monkeypatch):
        seen = []
        monkeypatch.setattr(SessionStore, "clear_expired", lambda: seen.append(request_id.get()))
        number = jobs.tidy.configure().defer(timestamp=0)
        work()
        assert seen == [f"job-{number}"]

    def test_a_job_of_a_killed_worker_is_done_by_another(self, caplog):
        left_by_a_dead_worker(jobs.deliver_mail.defer())
        jobs.deliver_mail.defer()
        work()
        assert sorted(ProcrastinateJob.objects.values_list("status", flat=True)) == ["doing", "todo"], "its lock holds up the next"
        jobs.rescue_jobs.configure().defer(timestamp=0)
        with caplog.at_level(logging.WARNING):
            for _ in range(3):  # one job frees the next
                work()
        assert "of a killed worker is started again" in caplog.text
        assert set(ProcrastinateJob.objects.values_list("status", flat=True)) == {"succeeded"}

    def test_it_counts_as_alive_while_it_shows_itself(self):
        with pytest.raises(CommandError, match="No worker"):
            call_command("check_worker")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '50 seconds')")
        call_command("check_worker")
        with connection.cursor() as cursor:  # as a worker leaves it that hangs
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '61 seconds'")
        with pytest.raises(CommandError, match="No worker"):
            call_command("check_worker")

    def test_a_job_that_kills_its_worker_is_given_up(self, caplog):
        number = app.configure_task("deadly", queue="deadly").defer()
        job = ProcrastinateJob.objects.filter(pk=number)
        for start in range(1, jobs.MAX_STARTS + 1):
            assert worker_that_dies() == 9
            assert job.get().status == "doing"
            rescue()
            assert (job.get().status, job.get().attempts) == ("failed" if start == jobs.MAX_STARTS else "todo", start)
        assert f"job {number} (deadly) ended its worker {jobs.MAX_STARTS} times and is given up" in caplog.text
        assert worker_that_dies() == 0, "the next worker lives"
        assert job.get().status == "failed"

    def test_jobs_of_one_worker_are_started_again_apart(self):
        """One of them may have killed it, and would take the same others along each time."""
        numbers = [app.configure_task("deadly", queue="deadly").defer() for _each in range(3)]
        left_by_a_dead_worker(*numbers)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET attempts = 1 WHERE id = %s", [numbers[0]])
        rescue()
        waiting = ProcrastinateJob.objects.filter(pk__in=numbers).order_by("scheduled_at")
        assert [job.pk for job in waiting] == [numbers[1], numbers[2], numbers[0]], "the one that was there before comes last"
        times = [job.scheduled_at for job in waiting]
        assert all(timedelta(seconds=59) < later - sooner < timedelta(seconds=61) for sooner, later in pairwise(times))

    def test_a_job_whose_twin_waits_is_let_go_and_holds_up_no_rescue(self):
        twin = jobs.retry_mail.configure(schedule_in={"hours": 1})
        stalled = twin.defer(timestamp=0)
        left_by_a_dead_worker(stalled)
        waits = twin.defer(timestamp=300)
        other = jobs.tidy.configure().defer(timestamp=0)
        left_by_a_dead_worker(other)
        rescue()
        assert dict(ProcrastinateJob.objects.filter(task_name__contains="retry_mail").values_list("pk", "status")) == {waits: "todo"}
        assert ProcrastinateJob.objects.get(pk=other).status in {"todo", "succeeded"}

    def test_done_jobs_are_forgotten_and_failed_ones_kept(self):
        for status in ("succeeded", "failed"):
            number = jobs.tidy.configure().defer(timestamp=0)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])
                cursor.execute("UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = %s", [number])
        jobs.tidy_jobs.configure().defer(timestamp=0)
        work()
        assert list(ProcrastinateJob.objects.order_by("pk").values_list("task_name", "status")) == [
            ("strongcities.jobs.tidy", "failed"),
            ("strongcities.jobs.tidy_jobs", "succeeded"),
        ]


@pytest.mark.django_db
def test_expired_sessions_go():
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(days=days))
    jobs.tidy(0)
    assert [session.session_key for session in Session.objects.all()] == ["new"]


def test_what_runs_by_the_clock():
    registered = app.periodic_registry.periodic_tasks.values()
    assert {(task.task.name, task.cron) for task in registered} >= {
        ("strongcities.jobs.retry_mail", "*/5 * * * *"),
        ("strongcities.jobs.rescue_jobs", "* * * * *"),
        ("strongcities.jobs.tidy", "17 3 * * *"),
        ("strongcities.jobs.tidy_jobs", "47 3 * * *"),
    }
