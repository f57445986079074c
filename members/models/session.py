"""A session that is signed in, as its owner may see it and end it. The row is the session: once it is gone, so is access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # generic for the type checker alone
    _Manager = BaseSessionManager["Session"]
else:
    _Manager = BaseSessionManager


class SessionManager(_Manager):
    def of(self, user: Any) -> list[Session]:
        """Those that are signed in as `user` at this moment, the one used last first. A new password ended the others,
        though their rows may lie there still."""
        rows: list[Session] = list(self.filter(account=user, expire_date__gt=timezone.now()).order_by("-seen"))
        mark = user.get_session_auth_hash()
        return [row for row in rows if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), mark)]

    def end_all(self, user: Any, *, but: str | None = None) -> int:
        """Sign `user` out everywhere, with the very next request; `but` is the key of a session that stays. Answers how many."""
        ended, _each = self.filter(account=user).exclude(session_key=but or "").delete()
        return ended


class Session(AbstractBaseSession):
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("account"))
    device = models.CharField(_("device"), max_length=40, blank=True, help_text=_("The browser's and the system's name, no more."))
    since = models.DateTimeField(_("signed in"), null=True)
    seen = models.DateTimeField(_("last used"), null=True, help_text=_("To ten minutes."))

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account=None, since=None, seen=None)
                | models.Q(account__isnull=False, since__isnull=False, seen__isnull=False),
                name="session_signed_in_says_since_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device} ({self.since})"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from members.sessions import SessionStore  # the two name each other

        return SessionStore

    @property
    def handle(self) -> str:
        """What a page calls it: the key itself opens the account."""
        return str(salted_hmac("members.session", self.session_key, algorithm="sha256").hexdigest()[:24])
