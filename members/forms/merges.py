"""Which two cities are one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.forms.city_choice import CityField, CityWidget, ask_which
from members.models import Merge
from members.querysets import CityQuerySet


class MergeForm(forms.Form):
    use_required_attribute = False  # without scripts the list is hidden and empty, and a browser would hold the form back for it

    kept = CityField(label=_("The city that stays"), queryset=None, help_text=_("Its name, or the link to its page."))
    dropped = CityField(
        label=_("The city that goes into it"), queryset=None, help_text=_("The other record of the same city. It can be swapped later.")
    )

    def __init__(self, *args: Any, cities: CityQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            choice: Any = field
            choice.widget = CityWidget(Merge._meta.get_field(name), admin.site, attrs={"data-width": "100%"})
            choice.queryset = cities

    def clean(self) -> None:
        ask_which(self)
