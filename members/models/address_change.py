"""A change of the mail address that an account signs in with: confirmed at both ends, or not at all.

| verb     | from  | to                  | who                                                                     |
|----------|-------|---------------------|-------------------------------------------------------------------------|
| ask      | –     | asked               | the account's owner; staff for one who cannot sign in                     |
| confirm  | asked | asked¹ or done      | whoever presses the button behind the link mailed to the new address     |
| agree    | asked | asked¹ or done      | whoever presses the button behind the link mailed to the old address     |
| vouch    | asked | asked¹ or done      | staff who vet, two different ones, where the old mailbox is lost         |
| withdraw | asked | stopped             | the account's owner; the house, for one that is over or asked for anew   |
| refuse   | asked | stopped             | whoever presses "not me" behind either link                              |

¹ As long as the other end has not spoken. The two may come in either order.

From the press at the new end on, the address is kept for this account: no other change can be confirmed for it, nor an
account opened with it. What was asked and not settled is over after `LIFE`, by its date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.mailboxes import normal
from members.models.session import Session
from members.models.user import User
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Step, Transition, Workflow

LIFE = timedelta(days=7)
DOUBTED = timedelta(days=7)  # before a change that its owner stopped: what was added then may be a thief's
_SALT = "members.address_change"


class AddressTaken(Exception):
    """Another account signs in with the new address, or is about to. Told to nobody but who can read its mail."""


class State(models.TextChoices):
    ASKED = "asked", _("waits for both ends")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")


class End(models.TextChoices):
    NEW = "new", _("new address")
    OLD = "old", _("old address")


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def open(self) -> AddressChangeQuerySet:
        """Asked for, not settled, and not over."""
        return self.filter(state=State.ASKED, asked__gt=timezone.now() - LIFE)

    def visible_to(self, user: Any) -> AddressChangeQuerySet:
        """One's own; the staff who vet see all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.vets else self.filter(account=user)

    def keeping(self, address: str) -> AddressChangeQuerySet:
        """The one that keeps `address` from everybody else, if there is one."""
        return self.open().filter(new=address, confirmed__isnull=False)

    def old(self) -> AddressChangeQuerySet:
        """Asked for 90 days ago or earlier: to be deleted, with the addresses that they name."""
        return self.filter(asked__lt=timezone.now() - timedelta(days=90))


class AddressChange(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "confirm": Move({State.ASKED}, (State.ASKED, State.DONE)),
        "agree": Move({State.ASKED}, (State.ASKED, State.DONE)),
        "vouch": Move({State.ASKED}, (State.ASKED, State.DONE)),
        "withdraw": Move({State.ASKED}, State.STOPPED),
        "refuse": Move({State.ASKED}, State.STOPPED),
    }

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="address_changes", verbose_name=_("account"))
    old = models.EmailField(_("old address"), max_length=254)
    new = models.EmailField(_("new address"), max_length=254)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED, editable=False)
    asked = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    confirmed = models.DateTimeField(_("confirmed at the new address"), null=True, blank=True, editable=False)
    agreed = models.DateTimeField(_("agreed at the old address"), null=True, blank=True, editable=False)
    first_helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("first of two")
    )
    second_helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("second of two")
    )

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of mail address")
        verbose_name_plural = _("changes of mail addresses")
        ordering = ["-asked", "-pk"]
        indexes = [models.Index(Func(F("old"), function="mailbox"), name="address_change_old_mailboxes", condition=Q(state=State.DONE))]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state=State.ASKED), name="address_change_one_open_per_account"),
            models.UniqueConstraint(
                fields=["new"], condition=Q(state=State.ASKED, confirmed__isnull=False), name="address_change_keeps_what_was_confirmed"
            ),
            models.CheckConstraint(condition=Q(new=Lower("new")) & ~Q(new=F("old")), name="address_change_to_another_lower_case"),
            models.CheckConstraint(
                condition=~Q(state=State.DONE)
                | (
                    Q(confirmed__isnull=False)
                    & (Q(agreed__isnull=False) | (Q(first_helper__isnull=False) & Q(second_helper__isnull=False)))
                ),
                name="address_change_done_by_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(second_helper=None) | (Q(first_helper__isnull=False) & ~Q(first_helper=F("second_helper"))),
                name="address_change_by_two_helpers",
            ),
            models.CheckConstraint(
                condition=(Q(first_helper=None) | ~Q(first_helper=F("account"))) & (Q(second_helper=None) | ~Q(second_helper=F("account"))),
                name="address_change_not_helped_by_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == State.ASKED and self.asked > timezone.now() - LIFE

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_withdraw(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.pk == self.account_id)

    def can_vouch(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.vets and user.pk != self.account_id)

    def can_confirm(self, user: Any) -> bool:
        """Nobody by name: whoever can read the mail shows it by the link."""
        return False

    can_agree = can_refuse = can_confirm

    # --- The mailed links --------------------------------------------------------------------------------------------

    def token(self, end: str) -> str:
        return signing.dumps([self.pk, str(end)], salt=_SALT)

    @classmethod
    def of_token(cls, token: str) -> tuple[AddressChange, End]:
        """The change that a mailed link is for, and which end it was mailed to. Raises DoesNotExist."""
        try:
            pk, end = signing.loads(token, salt=_SALT)
            return cls.objects.select_related("account").get(pk=pk), End(end)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise cls.DoesNotExist from error

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def ask(cls, *, account: User, new: str, by: User, why: str = "") -> AddressChange:
        """Ask for `new` in place of the account's address, in place of what was asked before; both ends are mailed.

        Nothing is looked up about `new`: not here, not in the mail, so nothing tells whether it has an account. Raises
        PermissionDenied, ValueError where it is the account's own.
        """
        new = normal(new)
        if by.pk != account.pk and not by.vets:
            raise PermissionDenied
        with _locked(account) as now:
            if new == now.email:
                raise ValueError("it is the account's address already")
            for before in cls.objects.filter(account=now, state=State.ASKED):
                before._stop("withdraw", by=None)
            change = cls.objects.create(account=now, old=now.email, new=new)
            change.transitions.create(verb="ask", to_state=change.state, by=by, why=why)
            for end, to in ((End.NEW, change.new), (End.OLD, change.old)):
                context = {"token": change.token(end), "days": LIFE.days, "by_staff": by.pk != now.pk, "new": new}
                mail.send(f"account/address_{end}", to=to, context=context, language=now.language)
        return change

    def confirm(self) -> None:
        """The new address is the owner's: its mailbox says so. Raises MoveRefused, AddressTaken."""
        with self._deciding("confirm", by=None) as step:
            change = step.record
            for over in type(self).objects.filter(new=change.new, state=State.ASKED, asked__lte=timezone.now() - LIFE):
                over._stop("withdraw", by=None)
            change.confirmed = change.confirmed or timezone.now()

    def agree(self) -> None:
        """The old address agrees. Raises MoveRefused, AddressTaken."""
        with self._deciding("agree", by=None) as step:
            step.record.agreed = step.record.agreed or timezone.now()

    def vouch(self, *, by: User, why: str) -> None:
        """One of two of the staff speaks for an old mailbox that is lost; `why` says how they know. Raises
        PermissionDenied, MoveRefused, AddressTaken."""
        with self._deciding("vouch", by=by, why=why) as step:
            change = step.record
            if change.first_helper_id == by.pk:
                raise MoveRefused(gettext("You vouched already; it needs a second person of the staff."))
            if change.first_helper is None:
                change.first_helper = by
            else:
                change.second_helper = by

    def withdraw(self, *, by: User) -> None:
        """The owner keeps the old address. Raises PermissionDenied, MoveRefused."""
        with _locked(self.account):
            self._stop("withdraw", by=by)

    def refuse(self, end: str) -> None:
        """ "That was not me", at one end. From the old one it also signs the account out everywhere, sets its password aside, and
        takes passkeys away that were added lately: whoever asked knew the password, and a passkey signs in without it. Raises
        MoveRefused."""
        with _locked(self.account) as account:
            self._stop("refuse", by=None)
            if end == End.OLD:
                account.set_unusable_password()
                account.save(update_fields=["password"])
                lately = Authenticator.objects.filter(user=account, created_at__gt=self.asked - DOUBTED)
                lately.filter(type=Authenticator.Type.WEBAUTHN).delete()  # an app's codes open nothing alone, and stay
                Session.objects.end_all(account)

    def _stop(self, verb: str, *, by: User | None) -> None:
        with self.move(verb, by=by):
            pass

    @contextmanager
    def _deciding(self, verb: str, *, by: User | None, why: str = "") -> Iterator[Step[AddressChange]]:
        """A move of one end; where the other has spoken already, the address changes with it."""
        try:
            with _locked(self.account) as account, self.move(verb, by=by, why=why) as step:
                change = step.record
                if not change.is_open:
                    raise MoveRefused(gettext("This link is too old. Nothing was changed."))
                if _is_taken(change.new, account):
                    raise AddressTaken
                yield step
                both = change.confirmed and (change.agreed or change.second_helper)
                step.to(State.DONE if both else State.ASKED)
                if both:
                    _give(account, change)
        except IntegrityError as error:  # somebody else was quicker, this very moment
            raise AddressTaken from error


class AddressChangeTransition(Transition):
    subject = models.ForeignKey(AddressChange, models.CASCADE, related_name="transitions")

    WORDS: ClassVar = {
        "ask": _("asked for"),
        "confirm": _("confirmed at the new address"),
        "agree": _("agreed at the old address"),
        "vouch": _("vouched for by one of the staff"),
        "withdraw": _("taken back"),
        "refuse": _("stopped behind a mailed link: “that was not me”"),
    }

    @property
    def words(self) -> Any:
        return self.WORDS[self.verb]


@contextmanager
def _locked(account: User) -> Iterator[User]:
    """The account, alone: whatever is asked, confirmed or stopped for it comes one after the other."""
    with transaction.atomic():
        yield User.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)


def _is_taken(address: str, account: User) -> bool:
    others = User.objects.exclude(pk=account.pk)
    if others.filter(Q(email=address) | Q(emailaddress__email__iexact=address, emailaddress__verified=True)).exists():
        return True
    return AddressChange.objects.keeping(address).exclude(account=account).exists()


def _give(account: User, change: AddressChange) -> None:
    """Write the new address into the account, and tell both."""
    account.email = change.new
    account.save(update_fields=["email"])
    EmailAddress.objects.filter(user=account).delete()
    EmailAddress.objects.create(user=account, email=change.new, verified=True, primary=True)
    for to in (change.new, change.old):
        mail.send("account/address_changed", to=to, context={"new": change.new}, language=account.language)
