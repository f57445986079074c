"""An account: a mail address that can sign in. Whom it stands for is an `Official`; ISD's people are `is_staff`."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from members.mailboxes import normal
from strongcities import zones


def new_session_key() -> str:
    return secrets.token_urlsafe(24)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account for `email`, as it is kept (members/mailboxes.py); without a password it can only sign in by a mailed code."""
        user = self.model(email=normal(email), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def of_one_mailbox(self, email: str) -> models.QuerySet[User]:
        """Every account whose mail goes to the same mailbox as far as anybody can tell: but for what stands behind a plus."""
        return self.alias(box=Func(F("email"), function="mailbox")).filter(box=Func(Value(email), function="mailbox"))

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normal(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    is_staff = models.BooleanField(_("works for ISD"), default=False, help_text=_("May open the admin."))
    is_active = models.BooleanField(_("active"), default=True)
    joined = models.DateTimeField(_("account since"), default=timezone.now)
    session_key = models.CharField(max_length=40, default=new_session_key, editable=False)  # part of what every session is checked by

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_mail_is_lower_case")]
        indexes = [
            GinIndex(OpClass(Func(F("name"), function="fold"), name="gin_trgm_ops"), name="user_name_trigrams"),
            models.Index(Func(F("name"), function="namesake"), name="user_namesakes"),  # members/namesakes.py
            models.Index(Func(F("email"), function="mailbox"), name="user_mailboxes"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session is checked by with each request (Django's own, of the password), with the key of the sessions."""
        return salted_hmac("members.User.session", f"{self.password}|{self.session_key}", secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Sign the account out of every browser: no session that is open now holds with its next request."""
        self.session_key = new_session_key()
        self.save(update_fields=["session_key"])

    def get_full_name(self) -> str:
        return self.name

    @property
    def vets(self) -> bool:
        """Whether this account decides on applications for ISD: staff with the permission (group Secretariat)."""
        return self.is_active and self.is_staff and self.has_perm("members.vet_application")

    @property
    def keeps_cities(self) -> bool:
        """Whether this account looks after the cities' records for ISD: staff with the permission (group Secretariat)."""
        return self.is_active and self.is_staff and self.has_perm("members.change_city")

    @property
    def handles_reports(self) -> bool:
        """Whether this account decides on reports of abuse for ISD: staff with the permission (group Secretariat)."""
        return self.is_active and self.is_staff and self.has_perm("members.handle_report")

    @property
    def posts_today(self) -> models.QuerySet[Any]:
        """The posts that this account's official holds today, in member cities or not."""
        from members.models.official import Post  # the two files name each other

        return Post.objects.today().filter(official__user=self)

    @cached_property
    def time_zone(self) -> str:
        """The zone that their clock goes by: of the city of their first post today that says one; "" if none does. Asked once of each
        object, so once for a page."""
        posts = self.posts_today.exclude(city__time_zone="").order_by("since", "pk")
        try:
            return zones.canonical(posts.values_list("city__time_zone", flat=True).first() or "")
        except zones.NoSuchZone:
            return ""

    def leads(self, city: Any) -> bool:
        """Whether this account is a lead official of `city` today."""
        return self.posts_today.filter(city=city, is_lead=True).exists()

    @property
    def is_member(self) -> bool:
        """Whether this account stands today for a city that is a member today."""
        from members.models.city import City  # the two files name each other

        return self.posts_today.filter(city__in=City.objects.members()).exists()
