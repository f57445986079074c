"""The staff's form for a reason: one text a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import Reason

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelForm = forms.ModelForm[Reason]
else:
    _ModelForm = forms.ModelForm


class ReasonForm(_ModelForm):
    """Every language of the house is asked for: an applicant reads the reason in the language of their mails."""

    class Meta:
        model = Reason
        fields = ("use", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[text_field(code)] = forms.CharField(
                label=name,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 4, "cols": 80, "lang": code, "dir": "auto"}),
                initial=self.instance.texts.get(code, ""),
                help_text=_("{name} stands for the applicant, {city} for the city."),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.instance.texts = {code: values.get(text_field(code), "") for code, _name in settings.LANGUAGES}
        return values


def text_field(code: str) -> str:
    """The form's field for the text in a language."""
    return f"text_{code}"
