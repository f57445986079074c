"""Which two cities are one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.city_choice import CityField, NamesCities
from members.models import Merge
from members.querysets import CityQuerySet


class MergeForm(NamesCities, forms.Form):
    chosen_for = Merge

    kept = CityField(label=_("The city that stays"), queryset=None, help_text=_("Its name, or the link to its page."))
    dropped = CityField(
        label=_("The city that goes into it"), queryset=None, help_text=_("The other record of the same city. It can be swapped later.")
    )

    def __init__(self, *args: Any, cities: CityQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            choice: Any = field
            choice.widget.attrs["data-width"] = "100%"
            choice.queryset = cities
