"""The house's outbox, watched: each mail is a row as ever, and stands in `django.core.mail.outbox` for tests to read."""

from django.core import mail

from strongcities.mail import Outbox


class WatchedOutbox(Outbox):
    def send_messages(self, email_messages):
        sent = super().send_messages(email_messages)
        mail.outbox.extend(email_messages)
        return sent
