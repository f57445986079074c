"""Which two cities are one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.querysets import CityQuerySet


class CityField(forms.CharField):
    """A city by its address ("aarhus") or the link to its page, as staff copy it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 300, **kwargs})
        self.cities: CityQuerySet | None = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        slug = text.rstrip("/").rpartition("/")[2]
        found = self.cities.filter(slug=slug).first() if self.cities is not None else None
        if found is None:
            raise forms.ValidationError(_("No city has this address."), code="unknown")
        return found


class MergeForm(forms.Form):
    kept = CityField(label=_("The city that stays"), help_text=_("Its address, as in /cities/aarhus/, or the whole link."))
    dropped = CityField(label=_("The city that goes into it"), help_text=_("The same for the other one."))

    def __init__(self, *args: Any, cities: CityQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.cities = cities  # type: ignore[attr-defined]  # both are CityFields
