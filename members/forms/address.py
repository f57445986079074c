"""The new mail address of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from members.forms.join import MailField
from members.mailboxes import normal
from members.models import User
from strongcities import demo

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelChoiceField = forms.ModelChoiceField[User]
else:
    _ModelChoiceField = forms.ModelChoiceField


class AddressForm(forms.Form):
    """Says nothing about who else has the address: that is for its own mailbox to hear."""

    email = MailField(label=_("New mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email == self.account.email:
            raise ValidationError(gettext("This is your address already."))
        if not settings.DEMO and email.endswith(demo.DOMAIN):
            raise ValidationError(gettext("No mail reaches this address."))
        return email


class AccountField(_ModelChoiceField):
    """An account by its mail address, however it is typed."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(normal(value or ""))


class AddressForForm(forms.Form):
    """The same, entered by the staff for somebody who cannot sign in."""

    account = AccountField(User.objects.filter(is_active=True), label=_("Account"), to_field_name="email", widget=forms.EmailInput)
    email = MailField(label=_("New mail address"))
    why = forms.CharField(
        label=_("How do you know that it is them?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For instance: called back on the city's switchboard. Kept with the change."),
    )  # fmt: skip

    def clean_account(self) -> User:
        account: User = self.cleaned_data["account"]
        if account.is_staff:
            raise ValidationError(gettext("An account of the staff is changed by a superuser alone."))
        return account

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("account") and values.get("email") == values["account"].email:
            self.add_error("email", gettext("This is their address already."))
        return values


class VouchForm(forms.Form):
    why = forms.CharField(
        label=_("How do you know that it is them?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For instance: called back on the city's switchboard. Kept with the change."),
    )  # fmt: skip
