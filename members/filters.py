"""How the directory of member cities is narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from members import countries
from members.models import City
from members.querysets import CityQuerySet
from members.regions import Population, Region


class CityFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    q = django_filters.CharFilter(
        label=_("Name of a city"), method="named", max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    region = django_filters.ChoiceFilter(label=_("Region"), choices=Region.choices, empty_label=_("All regions"))
    country = django_filters.ChoiceFilter(label=_("Country"), empty_label=_("All countries"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=City.Kind.choices, empty_label=_("All kinds"))
    population = django_filters.ChoiceFilter(
        label=_("Inhabitants"), field_name="population_band", choices=Population.choices, empty_label=_("Any number")
    )

    class Meta:
        model = City
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only countries that have a city among those to be narrowed can be chosen."""
        super().__init__(*args, **kwargs)
        here = set(self.queryset.values_list("country", flat=True).distinct().order_by())
        self.filters["country"].extra["choices"] = [choice for choice in countries.choices() if choice[0] in here]

    def named(self, cities: CityQuerySet, _name: str, words: str) -> CityQuerySet:
        return cities.like(words)

    def used(self) -> list[dict[str, Any]]:
        """The filters in use: name, label, value, the value in words, and the values of the `others`."""
        self.form.is_valid()  # a value that isn't known is left out; the others stand
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        rows = []
        for name, value in chosen.items():
            field: Any = self.form.fields[name]
            words = dict(field.choices).get(value, value) if hasattr(field, "choices") else value
            others = {key: kept for key, kept in chosen.items() if key != name}
            rows.append({"name": name, "label": field.label, "value": value, "words": words, "others": others})
        return rows
