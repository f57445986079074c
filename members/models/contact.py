"""Two people of member cities who write to each other through the house, which shows neither's address.

| verb    | from                        | to        | who                                                     |
|---------|-----------------------------|-----------|---------------------------------------------------------|
| write   | (nothing)                   | sent      | an official, to one who agreed to be written to         |
| answer  | sent, ignored               | answered  | who was written to; says whether the addresses are shown |
| reply   | answered                    | answered  | either                                                  |
| ignore  | sent                        | ignored   | who was written to                                      |
| close   | answered                    | closed    | either                                                  |
| report  | any                         | reported  | either, once each, about words of the other (report.py)  |

Between two people there is one contact, whoever began it, as long as it is kept: nobody writes a second time before they are
answered, and one that was ignored, closed or reported stands in the way of any other between the two.

Who was ignored or reported isn't told: to them it looks as if it waited for an answer, or had been closed (`state_for`).

Held by the database: one contact between two, one first answer; an answer, an end and a report are never taken back.

Words are their writers' own: there is no history of them, and the staff read none that weren't reported.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.models.official import Official
from members.words import unlinked
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Transition, Workflow

TEXT_LENGTH = 3000
KEPT = timedelta(days=365)  # words, after the last of them


class State(models.TextChoices):
    SENT = "sent", _("waits for an answer")
    ANSWERED = "answered", _("answered")
    IGNORED = "ignored", _("ignored")
    CLOSED = "closed", _("ended")
    REPORTED = "reported", _("reported")


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Any) -> ContactQuerySet:
        """The two who write to each other, as long as they stand for member cities. Nobody else; the staff who handle
        reports read what was reported through the report (Report.visible_to)."""
        if not user.is_authenticated or not user.is_member:
            return self.none()
        return self.filter(Q(sender__user=user) | Q(receiver__user=user))

    def between(self, one: Official, other: Official) -> ContactQuerySet:
        return self.filter(Q(sender=one, receiver=other) | Q(sender=other, receiver=one))

    def to_answer_by(self, user: Any) -> ContactQuerySet:
        """Those that wait for `user`'s answer."""
        return self.visible_to(user).filter(receiver__user=user, state=State.SENT)

    def with_people(self) -> ContactQuerySet:
        return self.select_related("sender__user", "receiver__user")

    def old(self) -> ContactQuerySet:
        """Whose last word is older than they are kept, but for those with a report that is not decided yet."""
        return self.filter(last_at__lt=timezone.now() - KEPT).exclude(reports__state="open")


class Contact(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "answer": Move({State.SENT, State.IGNORED}, State.ANSWERED),
        "reply": Move({State.ANSWERED}, State.ANSWERED),
        "ignore": Move({State.SENT}, State.IGNORED),
        "close": Move({State.ANSWERED}, State.CLOSED),
        "report": Move(set(State.values), State.REPORTED),
    }

    key = models.UUIDField(_("address"), db_default=RandomUUID(), unique=True, editable=False)
    sender = models.ForeignKey(Official, models.PROTECT, related_name="contacts_sent", verbose_name=_("who wrote first"))
    receiver = models.ForeignKey(Official, models.PROTECT, related_name="contacts_received", verbose_name=_("who was written to"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.SENT, editable=False)
    began_at = models.DateTimeField(_("began"), default=timezone.now, editable=False)
    last_at = models.DateTimeField(_("last word"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("first answer"), null=True, blank=True, editable=False)
    addresses_shown = models.BooleanField(_("the two see each other’s mail address"), default=False, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_at", "-pk"]
        indexes = [models.Index(fields=["last_at"], name="contact_last_word")]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="contact_not_with_oneself"),
            models.UniqueConstraint(
                Least("sender", "receiver"),
                Greatest("sender", "receiver"),
                name="contact_one_between_two",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.ANSWERED, State.CLOSED], answered_at__isnull=False)
                | Q(state__in=[State.SENT, State.IGNORED], answered_at=None)
                | Q(state=State.REPORTED),
                name="contact_answered_has_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(addresses_shown=False) | Q(answered_at__isnull=False), name="contact_addresses_only_with_an_answer"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(one)s and %(other)s") % {"one": self.sender.user.name, "other": self.receiver.user.name}

    def get_absolute_url(self) -> str:
        return reverse("members:contact", args=[self.key])

    # --- What each of the two sees -----------------------------------------------------------------------------------

    def is_of(self, user: Any) -> bool:
        return user.pk in {self.sender.user_id, self.receiver.user_id}

    def other(self, user: Any) -> Official:
        """The one of the two who isn't `user`."""
        return self.receiver if self.sender.user_id == user.pk else self.sender

    def state_for(self, user: Any) -> str:
        """The state as `user`, one of the two, may know it: who was ignored or reported isn't told."""
        if self.state == State.IGNORED and self.sender.user_id == user.pk:
            return State.SENT
        if self.state == State.REPORTED and not self._reported_by(user):
            return State.CLOSED if self.answered_at else State.SENT
        return str(self.state)

    @property
    def shows_addresses(self) -> bool:
        return self.addresses_shown and self.state in {State.ANSWERED, State.CLOSED}

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_reply(self, user: Any) -> bool:
        """One of the two, who may still write here, while the other can still be reached."""
        if not user.is_authenticated or not self.is_of(user):
            return False
        return self.other(user).is_reachable and Official.objects.get(user=user.pk).can_write(user)

    def can_answer(self, user: Any) -> bool:
        return self.receiver.user_id == user.pk and self.can_reply(user)

    def can_ignore(self, user: Any) -> bool:
        return bool(user.is_authenticated and self.receiver.user_id == user.pk)

    def can_close(self, user: Any) -> bool:
        return bool(user.is_authenticated and self.is_of(user))

    def can_report(self, user: Any) -> bool:
        """One of the two to whom the other has written, and who has not reported it yet."""
        written_to = self.can_close(user) and (self.receiver.user_id == user.pk or self.answered_at is not None)
        return written_to and not self._reported_by(user)

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def write(cls, *, by: Any, to: Official, text: str) -> Contact:
        """The first words of `by` to `to`, mailed to them without an address.

        Raises PermissionDenied when `by` may not (any more: consent and bar are looked at under lock), MoveRefused when
        there is a contact between the two already.
        """
        own = Official.objects.filter(user=by.pk).first()
        if own is None:
            raise PermissionDenied
        with transaction.atomic():
            # In one order, so that two who write to each other at once don't wait for each other.
            both = Official.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[own.pk, to.pk]).order_by("pk")
            people = {official.pk: official for official in both}
            if not people[to.pk].can_be_written_to(by):
                raise PermissionDenied
            try:
                with transaction.atomic():
                    contact = cls.objects.create(sender=people[own.pk], receiver=people[to.pk])
            except IntegrityError as error:
                raise MoveRefused(gettext("You have written to each other already. Continue that conversation.")) from error
            contact.begin("write", by=by)
            contact._say(text, by=by)
        return contact

    def answer(self, *, by: Any, text: str, show_addresses: bool) -> None:
        """The first answer. With `show_addresses` the two see each other's address from now on: who wrote first agreed to
        that by writing, who answers agrees by choosing it."""
        with self.move("answer", by=by) as step:
            step.record.answered_at = timezone.now()
            step.record.addresses_shown = show_addresses
            step.record._say(text, by=by)

    def reply(self, *, by: Any, text: str, show_addresses: bool = False) -> None:
        """Words after the first answer. Who was written to may still show the addresses. Raises PermissionDenied when the
        other wants to."""
        with self.move("reply", by=by) as step:
            if show_addresses and not step.record.addresses_shown:
                if not step.record.can_answer(by):
                    raise PermissionDenied
                step.record.addresses_shown = True
            step.record._say(text, by=by)

    def ignore(self, *, by: Any) -> None:
        """No answer is to come, and no more words. Who wrote isn't told."""
        with self.move("ignore", by=by):
            pass

    def close(self, *, by: Any) -> None:
        """The end of it, for both: who was reported sees the same, and could tell by what may be begun anew."""
        with self.move("close", by=by):
            pass

    # --- Their parts -------------------------------------------------------------------------------------------------

    def _reported_by(self, user: Any) -> bool:
        return any(report.by_id == user.pk for report in self.reports.all())

    def _say(self, text: str, *, by: Any) -> None:
        from_sender = self.sender.user_id == by.pk
        own, other = (self.sender, self.receiver) if from_sender else (self.receiver, self.sender)
        self.messages.create(from_sender=from_sender, text=text)
        self.last_at = timezone.now()
        context = {
            "name": own.user.name,
            "standing": own.standing,
            "contact": self,
            "why": unlinked(text),
            "address": own.user.email if self.addresses_shown else "",
        }
        name = "members/contact_answered" if self.answered_at else "members/contact_written"
        mail.send(name, to=other.user.email, context=context, language=other.user.language, private=True)


class ContactTransition(Transition):
    subject = models.ForeignKey(Contact, models.CASCADE, related_name="transitions", verbose_name=_("conversation"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.UniqueConstraint(fields=["subject"], condition=Q(verb="answer"), name="contact_one_first_answer")]


class Message(models.Model):
    """Words of one of the two to the other: plain text. Never changed, and without a history, so that deleting deletes."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="messages", verbose_name=_("conversation"))
    from_sender = models.BooleanField(_("from the one who wrote first"))
    text = models.CharField(_("words"), max_length=TEXT_LENGTH)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="message_has_words")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"

    @property
    def writer(self) -> Official:
        return self.contact.sender if self.from_sender else self.contact.receiver
