"""The outbox: word for word, in the act's transaction, delivered once, tried again."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from post_office.models import STATUS, Email
from procrastinate.contrib.django.models import ProcrastinateJob

from strongcities import jobs, mail, settings as house

pytestmark = pytest.mark.django_db

MAILS = {
    "mail/trial.subject.txt": "{% load i18n %}Welcome, {{ name }}",
    "mail/trial.txt": "{% load i18n %}{% get_current_language as language_now %}{{ language_now }}: {{ name }}, see {{ site_url }}/",
    "mail/trial.html": "<p>{{ name }}</p>",
}


@pytest.fixture(autouse=True)
def templates(settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", MAILS)]},
        }
    ]


def send(name="Ada", to="ada@aarhus.example", language="en"):
    mail.send("trial", to=to, context={"name": name}, language=language)


class Broken(BaseEmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, email_messages):
        raise OSError("no route to the mail server")


class Kept(BaseEmailBackend):
    """A mail server that keeps what it gets, as bytes."""

    taken: list[bytes] = []

    def send_messages(self, email_messages):
        self.taken.extend(message.message().as_bytes() for message in email_messages)
        return len(email_messages)


def test_a_mail_is_a_row_and_a_job(settings):
    send()
    email = Email.objects.get()
    assert (email.to, email.subject, email.html_message) == (["ada@aarhus.example"], "Welcome, Ada", "<p>Ada</p>")
    assert email.message == f"en: Ada, see {settings.SITE_URL}/"
    assert email.status == STATUS.queued
    assert ProcrastinateJob.objects.get().task_name == "strongcities.jobs.deliver_mail"


def test_in_the_language_of_the_reader():
    send(language="ar")
    assert Email.objects.get().message.startswith("ar: ")


@pytest.mark.parametrize("name", ["{{ 7|add:7 }}", "{% include 'mail/trial.txt' %}", "{% load static %}", "{# gone? #}"])
def test_a_name_that_looks_like_a_template_arrives_as_it_is(name):
    send(name)
    jobs.deliver_mail()
    email = Email.objects.get()
    assert name in email.subject
    assert name in email.message
    assert email.email_message().subject == f"Welcome, {name}"


def test_only_html_is_escaped():
    send("O'Brien & <b>Co</b>")
    email = Email.objects.get()
    assert email.subject == "Welcome, O'Brien & <b>Co</b>"
    assert "O'Brien & <b>Co</b>" in email.message
    assert email.html_message == "<p>O&#x27;Brien &amp; &lt;b&gt;Co&lt;/b&gt;</p>"


def test_a_line_break_in_a_name_begins_no_header(settings):
    settings.MAILERS = {**settings.MAILERS, "delivery": {"BACKEND": f"{__name__}.Kept"}}
    Kept.taken.clear()
    send("Ada\r\nBcc: everyone@example.org")
    jobs.deliver_mail()
    head = Kept.taken[0].split(b"\n\n")[0].replace(b"\r", b"")
    assert b"Subject: Welcome, Ada Bcc: everyone@example.org" in head
    assert b"\nBcc:" not in head


def test_a_long_subject_is_shortened():
    send("x" * 2_000)
    assert len(Email.objects.get().subject) == mail.SUBJECT_LENGTH


@pytest.mark.parametrize("to", ["nobody", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"])
def test_an_address_that_is_none(to):
    with pytest.raises(ValidationError):
        send(to=to)
    assert not Email.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_an_act_that_is_undone_sends_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        send()
        assert Email.objects.exists()
        assert ProcrastinateJob.objects.exists()
        raise RuntimeError
    assert not Email.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_delivered_once(settings):
    settings.MAILERS = {**settings.MAILERS, "delivery": {"BACKEND": f"{__name__}.Kept"}}
    Kept.taken.clear()
    send()
    jobs.deliver_mail()
    jobs.deliver_mail()
    assert len(Kept.taken) == 1
    assert Email.objects.get().status == STATUS.sent
    assert Email.objects.get().message_id.encode() in Kept.taken[0]


def test_tried_again_later_and_given_up_in_the_end(settings, caplog):
    settings.MAILERS = {**settings.MAILERS, "delivery": {"BACKEND": f"{__name__}.Broken"}}
    send()
    jobs.deliver_mail()
    email = Email.objects.get()
    assert email.status == STATUS.requeued
    assert email.scheduled_time > timezone.now()
    assert email.logs.get().message == "no route to the mail server"
    for _ in range(20):
        Email.objects.update(scheduled_time=None)
        jobs.deliver_mail()
    email.refresh_from_db()
    assert email.status == STATUS.failed
    assert email.number_of_retries == settings.POST_OFFICE["MAX_RETRIES"]
    assert "1 mails could not be delivered" in caplog.text


def test_attachments_and_answers_go_along(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    message = EmailMessage("With a file", "Here.", to=["a@b.example"], reply_to=["c@d.example"])
    message.attach("plan.txt", "words", "text/plain")
    message.send()
    email = Email.objects.get()
    assert email.headers == {"Reply-To": "c@d.example"}
    (attachment,) = email.attachments.all()
    with attachment.file as file:
        assert (attachment.name, file.read()) == ("plan.txt", b"words")


def test_old_mails_go():
    send()
    send()
    old = Email.objects.order_by("pk").first()
    Email.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=91))
    jobs.tidy(0)
    assert [email.pk for email in Email.objects.all()] == [old.pk + 1]


def test_every_mail_of_the_house_goes_this_way():
    assert house.MAILERS["default"]["BACKEND"] == "strongcities.mail.Outbox"
    send()
    assert [message.to for message in django_mail.outbox] == [["ada@aarhus.example"]], "tests see it, beside the row"
