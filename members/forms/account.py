"""django-allauth's forms, in the house's words and sentence case. Addresses are looked up as they are kept (members/mailboxes.py)."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as second_step
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as apps
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt
from allauth.mfa.webauthn import forms as keys
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import CharField, JSONField
from django.utils.translation import gettext_lazy as _

from members.mailboxes import normal

NAME = 60  # characters of a key's name: it stands in a table, and in a sentence
KEY_MISSING = _("No key was shown. Passkeys and security keys need JavaScript.")
KEY_REFUSED = _("The key was not accepted. Try again, or take another way.")


class LoginForm(forms.LoginForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Mail address")

    def clean_login(self) -> str:
        return normal(super().clean_login())


class RequestLoginCodeForm(forms.RequestLoginCodeForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Mail address")

    def clean_email(self) -> str:
        self.cleaned_data["email"] = normal(self.cleaned_data["email"])
        return str(super().clean_email())


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Mail address")

    def clean_email(self) -> str:
        self.cleaned_data["email"] = normal(self.cleaned_data["email"])
        return str(super().clean_email())


class _NewPassword:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password (again)")


class ChangePasswordForm(_NewPassword, forms.ChangePasswordForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")


class SetPasswordForm(_NewPassword, forms.SetPasswordForm):  # type: ignore[misc]  # it ships no types
    """Who has none yet."""


class ResetPasswordFromKeyForm(_NewPassword, forms.ResetPasswordKeyForm):  # type: ignore[misc]  # it ships no types
    """Behind a mailed link."""


class ActivateTotpForm(apps.ActivateTOTPForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    @property
    def key_in_groups(self) -> list[str]:
        """The key as a person types it, four letters at a time."""
        return wrap(self.secret, 4)

    def clean_code(self) -> str:
        """A code works once, the one that turns the app on as well: who saw it typed could sign in by it for half a minute."""
        code = str(super().clean_code())
        TOTP(Authenticator(user=self.user, data={"secret": encrypt(self.secret)})).validate_code(code)  # remembers it as used
        return code


class AuthenticateForm(second_step.AuthenticateForm):  # type: ignore[misc]  # it ships no types
    """The page asks for what its reader has: an app, a key, or both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = set(Authenticator.objects.filter(user=self.user).values_list("type", flat=True))
        self.has_app = Authenticator.Type.TOTP in kinds
        self.has_key = Authenticator.Type.WEBAUTHN in kinds


class _Shown:
    """A key that is shown: allauth's "Incorrect code." speaks of something else."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["credential"])

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form that this is mixed into
        except ValidationError as error:
            raise ValidationError(KEY_REFUSED, code=error.code) from error


class LoginWebauthnForm(_Shown, keys.LoginWebAuthnForm):  # type: ignore[misc]  # it ships no types
    """A passkey alone: one that its owner made for that, and shows by finger, face or PIN. All challenges lie in one place of the
    session, and that of a second step is met by a touch: whoever holds somebody's key for a moment must not sign in by it."""

    def clean_credential(self) -> Any:
        state = webauthn.get_state()
        if not state or state["user_verification"] != "required":
            raise ValidationError(KEY_REFUSED, code="incorrect_code")
        authenticator = super().clean_credential()
        if not authenticator.wrap().is_passwordless:
            raise ValidationError(KEY_REFUSED, code="incorrect_code")
        return authenticator


class AuthenticateWebauthnForm(_Shown, keys.AuthenticateWebAuthnForm):  # type: ignore[misc]  # it ships no types
    """A key after a password or a mailed code."""


class ReauthenticateWebauthnForm(_Shown, keys.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # it ships no types
    """A key of who shows once more that it is them."""


class AddWebauthnForm(keys.AddWebAuthnForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["credential"])
        _name(self.fields["name"])
        if "passwordless" in self.fields:
            self.fields["passwordless"].label = _("A passkey: it signs me in alone")
            self.fields["passwordless"].help_text = _("Without a password. The device asks for your finger, your face or its own code.")

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError, in words on keys; also where allauth lets through what the library can't read."""
        try:
            return dict(super().clean())
        except (ValidationError, ValueError) as error:
            raise ValidationError(KEY_REFUSED, code="incorrect_code") from error


class EditWebauthnForm(keys.EditWebAuthnForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self.fields["name"])


def _say(credential: JSONField) -> None:
    credential.label = _("Key")
    credential.error_messages |= {"required": KEY_MISSING, "invalid": KEY_REFUSED}


def _name(name: CharField) -> None:
    name.label = _("A name to know it by")
    name.max_length = NAME
    name.widget.attrs["maxlength"] = str(NAME)
    name.validators.append(MaxLengthValidator(NAME))
