"""django-allauth's forms, in the house's words and sentence case. Addresses are looked up as they are kept (members/mailboxes.py)."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _

from members.mailboxes import normal


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


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password (again)")


class ResetPasswordFromKeyForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password (again)")


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # it ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name to know it by")
        if "passwordless" in self.fields:
            self.fields["passwordless"].label = _("A passkey: it signs me in alone")
            self.fields["passwordless"].help_text = _("Without a password. The device asks for your finger, your face or its own code.")
