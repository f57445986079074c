"""Jobs: queued inside the transaction of the act that wants them, done by the worker (`manage.py procrastinate worker`).

A job may run twice (a worker that is killed leaves its job to the next), so every job does nothing the second time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils import timezone
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from strongcities import documents, uploads
from strongcities.logs import request_id

KEPT = timedelta(days=90)  # mails, for staff who look into what was sent
MAX_STARTS = 3  # of a job whose workers are killed
APART = timedelta(minutes=1)
logger = logging.getLogger("strongcities.jobs")


async def with_job_id(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Any) -> Any:
    """What a job logs carries its number, as what a request logs carries the request's id."""
    token = request_id.set(f"job-{context.job.id}")
    try:
        return await call_next()
    finally:
        request_id.reset(token)


def on_app_ready(ready: App) -> None:
    """Named in the settings; procrastinate calls it once the apps are loaded."""
    ready.worker_defaults["worker_middleware"] = [with_job_id]


@app.task(queue="mail", lock="outbox", retry=RetryStrategy(max_attempts=3, wait=10))
def deliver_mail() -> None:
    """Deliver what waits in the outbox. One at a time in the whole house (`lock`), so that no two workers take the same
    mail. Killed between the mail server's yes and the note of it, it sends that mail again: better twice than never."""
    from post_office.mail import send_queued  # models are ready only now

    while True:
        sent, failed, _again = send_queued(processes=1)
        if failed:
            logger.error("%s mails could not be delivered and were given up; the admin lists them", failed)
        if not sent:
            return


@app.periodic(cron="*/5 * * * *")
@app.task(queue="mail", queueing_lock="retry-mail")
def retry_mail(timestamp: int) -> None:
    """Every five minutes: whatever a failed delivery left for later."""
    deliver_mail.defer()


@app.periodic(cron="* * * * *")
@app.task(queue="tidy", queueing_lock="rescue-jobs", pass_context=True)
async def rescue_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: give the jobs of workers that were killed to others. Until then their locks hold everybody up.

    One of them may be what killed the worker. So they are started a minute apart, those first that were there the fewest times,
    and one that was there `MAX_STARTS` times is given up (strongcities/given_up.py shows it to the staff).
    """
    manager = context.app.job_manager
    later = timezone.now()
    for job in sorted(await manager.get_stalled_jobs(), key=lambda job: (job.attempts, job.id)):
        if job.attempts + 1 >= MAX_STARTS:
            logger.error("job %s (%s) ended its worker %s times and is given up", job.id, job.task_name, MAX_STARTS)
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(job, retry_at=later)
        except UniqueViolation:  # of its queueing lock: another that does the same waits already
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
        else:
            logger.warning("job %s of a killed worker is started again", job.id)
            later += APART


@app.periodic(cron="17 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Every night: what has expired goes. Nothing depends on this having run."""
    from post_office.utils import cleanup_expired_mails  # models are ready only now

    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    cleanup_expired_mails(timezone.now() - KEPT)


@app.periodic(cron="37 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy-pictures")
def tidy_pictures(timestamp: int) -> int:
    """Every night: pictures that no record shows and no history will bring back. Answers how many."""
    return uploads.tidy(timezone.now())


@app.periodic(cron="42 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy-documents")
def tidy_documents(timestamp: int) -> int:
    """Every night: documents that no record shows and no history will bring back. Answers how many."""
    return documents.tidy(timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(queue="tidy", queueing_lock="tidy-jobs", pass_context=True)
async def tidy_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: jobs that were done a month ago are forgotten; failed ones stay for somebody to look at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=30 * 24)
