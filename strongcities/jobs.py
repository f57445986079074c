"""Jobs: queued inside the transaction of the act that wants them, done by the worker (`manage.py procrastinate worker`)."""

from __future__ import annotations

from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app


def on_app_ready(ready: App) -> None:
    """Named in the settings; procrastinate calls it once the apps are loaded."""


@app.task(queue="mail", lock="outbox", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def deliver_mail() -> None:
    """Deliver what waits in the outbox. One at a time in the whole house (`lock`), so that no mail goes out twice."""
    from post_office.mail import send_queued

    send_queued(processes=1)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="mail", queueing_lock="retry-mail")
def retry_mail(timestamp: int) -> None:
    """Every five minutes: whatever a failed delivery left for later."""
    deliver_mail.defer()
