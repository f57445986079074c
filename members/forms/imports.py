"""What staff choose when they bring in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.imported import Kind


class _SheetField(forms.FileField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"})
        super().__init__(allow_empty_file=True, widget=widget, **kwargs)  # that it is empty is said in better words when it is read


class FileForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is in it?"), widget=forms.RadioSelect)
    file = _SheetField(
        label=_("Spreadsheet"),
        help_text=_("A workbook (.xlsx) or CSV, with a column for each of what you want to set. 5 MB and 5,000 rows at most."),
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        """`kinds`: what the person may bring in."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [choice for choice in Kind.choices if choice[0] in kinds]


class CorrectedForm(forms.Form):
    file = _SheetField(label=_("Corrected file"), help_text=_("The whole list once more, with what was wrong put right."))
