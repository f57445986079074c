"""Mail: every message is a row of the outbox, written in the transaction of the act that it tells of.

`send()` renders three templates, `mail/<name>.subject.txt`, `.txt` and `.html`, in the reader's language. The worker
delivers (jobs.py), with retries; staff see the outbox in the admin, the demo on a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage, EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.translation import override
from post_office.models import PRIORITY, STATUS, Email
from post_office.utils import create_attachments

from strongcities import jobs

SUBJECT_LENGTH = 250  # what fits into the outbox's column, with room for an ellipsis


PRIVATE = {"Sensitivity": "Private"}  # RFC 2156; the staff's outbox doesn't show what such a mail says


@dataclass(frozen=True)
class Attached:
    """A file that goes with a mail; `kind` as a header has it: "text/calendar; method=PUBLISH"."""

    name: str
    content: bytes
    kind: str


def send(
    name: str, *, to: str, context: dict[str, Any], language: str, private: bool = False, unsubscribe: str = "",
    files: Sequence[Attached] = (),
) -> None:  # fmt: skip
    """Queue the mail `name` (e.g. "members/approved") for the address `to`, in `language`. A `private` one carries what
    somebody wrote to one person alone. `unsubscribe` is the address that ends mails of this kind when it is posted to (RFC 8058):
    mail programs show a button for it. `files` go with it.

    Raises ValidationError where `to` is no mail address: nothing is queued then.
    """
    written(name, to=to, context=context, language=language, private=private, unsubscribe=unsubscribe, files=files).send()


def send_all(messages: Iterable[EmailMessage]) -> None:
    """Queue mails that were `written`, all of them or none; the worker is told once."""
    if queued := list(messages):
        mailers.default.send_messages(queued)


def written(
    name: str, *, to: str, context: dict[str, Any], language: str, private: bool = False, unsubscribe: str = "",
    files: Sequence[Attached] = (),
) -> EmailMessage:  # fmt: skip
    """A mail as `send` would queue it."""
    with override(language):
        context = {**context, "site_url": settings.SITE_URL, "contact_mail": settings.CONTACT_MAIL, "language": language}
        subject = _one_line(_plain(f"mail/{name}.subject.txt", context))
        message = EmailMultiAlternatives(subject, _plain(f"mail/{name}.txt", context), to=[to], headers=_headers(private, unsubscribe))
        message.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
        for each in files:
            message.attach(each.name, each.content, each.kind)
    return message


def _headers(private: bool, unsubscribe: str) -> dict[str, str]:
    ends = {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if unsubscribe else {}
    return {**(PRIVATE if private else {}), **ends}


class Outbox(BaseEmailBackend):
    """Writes messages to django-post-office's queue word for word.

    Its own backend renders every text as a Django template once more, so that a name with braces in it would be run as
    one; this one doesn't. All messages of a call are queued, or none.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                _queue(message)
            jobs.deliver_mail.defer()
        return len(email_messages)


def _queue(message: EmailMessage) -> None:
    html = next((str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
    headers = {str(key): _one_line(value) for key, value in message.extra_headers.items()}
    if message.reply_to:
        headers.setdefault("Reply-To", _one_line(", ".join(map(str, message.reply_to))))
    email = Email(
        from_email=message.from_email,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=_shortened(_one_line(message.subject)),
        message=str(message.body),
        html_message=html,
        headers=headers or None,
        message_id=make_msgid(domain=settings.CONTACT_MAIL.rpartition("@")[2]),  # the same, should it go out twice
        status=STATUS.queued,
        priority=PRIORITY.medium,
    )
    email.save()  # checks every address, and refuses what breaks out of its line
    # As a file, since a text would be taken for the name of one.
    files = {str(name): {"file": ContentFile(_bytes(content)), "mimetype": kind} for name, content, kind in message.attachments}
    if files:
        email.attachments.add(*create_attachments(files))


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def _plain(name: str, context: dict[str, Any]) -> str:
    """A text template, without the escaping that only HTML needs: O'Brien stays O'Brien."""
    return str(get_template(name).template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]


def _one_line(text: Any) -> str:
    """No line break in a header: it would begin another one."""
    return " ".join(str(text).split())


def _shortened(text: str) -> str:
    return text if len(text) <= SUBJECT_LENGTH else f"{text[: SUBJECT_LENGTH - 1]}…"


class DemoDelivery(BaseEmailBackend):
    """The demo's postman: every message counts as delivered and goes nowhere; the outbox page shows it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(email_messages)
