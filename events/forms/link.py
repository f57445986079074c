"""The mailbox of a visitor who wants to register, and the name of somebody who comes by a mailed link."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.join import MailField, NameField


class LinkForm(forms.Form):
    email = MailField(label=_("Your mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class NameForm(forms.Form):
    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
