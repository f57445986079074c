"""What people write to each other through the house, and what they tell the staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.contact import TEXT_LENGTH
from members.models.report import WHY_LENGTH, Kind
from members.words import plain


class PlainText(forms.CharField):
    """Words without anything hidden in them."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return plain(text).strip() if text else text


def _words(label: Any, length: int, help_text: Any = "") -> PlainText:
    return PlainText(label=label, max_length=length, widget=forms.Textarea(attrs={"rows": 8}), help_text=help_text)


class MessageForm(forms.Form):
    text = _words(_("Your message"), TEXT_LENGTH, _("Plain text. Who you are, what you would like to know, and why you ask them."))


class AnswerForm(forms.Form):
    text = _words(_("Your answer"), TEXT_LENGTH, _("Plain text."))
    addresses = forms.ChoiceField(
        label=_("Your mail addresses"),
        choices=[
            ("hide", _("Answer without showing my address: we go on writing through this page, and I see theirs no more than they mine")),
            ("show", _("Show my mail address to them, and theirs to me: we go on by mail as we like")),
        ],
        initial="hide",
        widget=forms.RadioSelect,
        help_text=_("Shown addresses can’t be taken back. You can still show them later."),
    )


class ReplyForm(forms.Form):
    text = _words(_("Your message"), TEXT_LENGTH, _("Plain text."))
    addresses = forms.BooleanField(
        label=_("Show our mail addresses to each other"), required=False, help_text=_("This can’t be taken back.")
    )

    def __init__(self, *args: Any, may_show: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_show:
            del self.fields["addresses"]


class ReportForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is wrong?"), choices=Kind.choices, widget=forms.RadioSelect)
    why = _words(_("What happened?"), WHY_LENGTH, _("The network’s staff read it, nobody else. They need not know you or the case."))


class WordsForm(forms.Form):
    """What the staff say of their decision on a report."""

    why = PlainText(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, help_text: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = help_text
