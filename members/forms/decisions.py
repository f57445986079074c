"""What those who decide, and the applicant, write on the way."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class QuestionForm(forms.Form):
    why = forms.CharField(
        label=_("Question to the applicant"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The applicant reads it, by mail and on their page."),
    )


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=_("Reason for the applicant"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The applicant reads it. Say what would have to change for a new application."),
    )


class AnswerForm(forms.Form):
    why = forms.CharField(label=_("Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))


class CheckedForm(forms.Form):
    checked = forms.CharField(
        label=_("Note for the staff"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you checked, and how: kept with your approval. The applicant never sees it."),
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note for the staff"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the application. The applicant never sees it."),
    )
