"""Jobs live and die with the act that wants them, and outlive their worker."""

import asyncio
import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicRegistry

from strongcities import jobs
from strongcities.logs import request_id


def work():
    """Do every job that waits, as the worker does; nothing by the clock."""
    with app.replace_connector(DjangoConnector().get_worker_connector()) as ready:
        clock, ready.periodic_registry = ready.periodic_registry, PeriodicRegistry()
        try:
            asyncio.run(drain(ready))
        finally:
            ready.periodic_registry = clock


async def drain(ready):
    async with ready.open_async():
        await ready.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


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
        jobs.deliver_mail.defer()
        with connection.cursor() as cursor:  # as a worker leaves it that was killed a minute ago
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
            (dead,) = cursor.fetchone()
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = 0", [dead])
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
