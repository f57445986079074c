"""Mail: every message is a row of the outbox, written in the transaction of the act that it tells of.

`send()` renders three templates, `mail/<name>.subject.txt`, `.txt` and `.html`, in the reader's language. The worker
delivers (jobs.py), with retries; staff see the outbox in the admin, the demo on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils.translation import override
from post_office.models import PRIORITY, STATUS, Email
from post_office.utils import create_attachments

from strongcities import jobs


def send(name: str, *, to: str, context: dict[str, Any], language: str) -> None:
    """Queue the mail `name` (e.g. "members/approved") for the address `to`, in `language`."""
    with override(language):
        context = {**context, "site_url": settings.SITE_URL, "contact_mail": settings.CONTACT_MAIL, "language": language}
        subject = " ".join(render_to_string(f"mail/{name}.subject.txt", context).split())
        message = EmailMultiAlternatives(subject, render_to_string(f"mail/{name}.txt", context), to=[to])
        message.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
        message.send()


class Outbox(BaseEmailBackend):
    """Writes messages to django-post-office's queue word for word.

    Its own backend renders every text as a Django template once more, so that a name with braces in it would be run as
    one; this one doesn't.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            html = next((str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
            headers = {str(key): str(value) for key, value in message.extra_headers.items()}
            if message.reply_to:
                headers.setdefault("Reply-To", ", ".join(map(str, message.reply_to)))
            email = Email.objects.create(
                from_email=message.from_email,
                to=message.to,
                cc=message.cc,
                bcc=message.bcc,
                subject=message.subject,
                message=message.body,
                html_message=html,
                headers=headers or None,
                status=STATUS.queued,
                priority=PRIORITY.medium,
            )
            files = {str(name): {"file": content, "mimetype": kind} for name, content, kind in message.attachments}
            if files:
                email.attachments.add(*create_attachments(files))
        jobs.deliver_mail.defer()
        return len(email_messages)


class DemoDelivery(BaseEmailBackend):
    """The demo's postman: every message counts as delivered and goes nowhere; the outbox page shows it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(email_messages)
