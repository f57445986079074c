"""How a list is narrowed, and the directory of member cities is: one of the values of each filter, and all of the filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Func, Q, TextField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from members import countries
from members.map import Box
from members.models import City
from members.querysets import CityQuerySet
from members.regions import Population, Region
from strongcities.themes import Theme


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, drawn without a template for each: a directory of every country has three hundred of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in value or ()}
        prefix = (attrs or {}).get("id", f"id_{name}")
        return format_html_join(
            "\n",
            '<div><label for="{0}_{1}"><input type="checkbox" name="{2}" value="{3}" id="{0}_{1}"{4}> {5}</label></div>',
            (
                (prefix, place, name, option, SafeString(" checked") if str(option) in chosen else "", label)
                for place, (option, label) in enumerate(self.choices)
            ),
        )


class Ticks(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # it ships no types
    """Boxes to tick; a city needs one of what they say."""

    def __init__(self, label: Any, choices: Any = (), **options: Any) -> None:
        super().__init__(label=label, choices=choices, widget=Boxes, distinct=False, **options)


class SectionField(forms.Field):
    """A section of the map, as `Box` writes it."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Box | None:
        if not value:
            return None
        try:
            return Box.read(str(value))
        except ValueError as error:
            raise ValidationError(_("That is no section of the map."), code="section") from error


class SectionFilter(django_filters.Filter):  # type: ignore[misc]  # it ships no types
    field_class = SectionField


class Narrowing(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """A list narrowed by any number of values of each filter, with what the page says of it."""

    def narrow(self, rows: Any, values: dict[str, Any]) -> Any:
        """`rows` narrowed by these values alone, given as the form cleans them."""
        for name, value in values.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @property
    def chosen(self) -> dict[str, list[str]]:
        """What narrows: the values of each filter, as its address has them. A value that isn't known is left out."""
        self.form.is_valid()
        found = {name: value if isinstance(value, list) else [str(value)] for name, value in self.form.cleaned_data.items() if value}
        return {name: found[name] for name in self.form.fields if name in found}

    @property
    def groups(self) -> list[Any]:
        """The fields of boxes to tick that have any."""
        return [field for field in self.form if isinstance(field.field.widget, Boxes) and field.field.choices]

    def label(self, name: str, value: str) -> str:
        """A filter's value in words; "" where the filter's own label says all."""
        return str(dict(getattr(self.form.fields[name], "choices", ())).get(value, value))

    def used(self) -> list[dict[str, str]]:
        """Each value in use: its filter's label, its words, and the address without it."""
        chosen = self.chosen
        return [
            {
                "label": str(self.form.fields[name].label),
                "words": self.label(name, value),
                "drop": address(chosen, **{name: [other for other in values if other != value]}),
            }
            for name, values in chosen.items()
            for value in values
        ]

    def without(self, every: Any) -> list[dict[str, Any]]:
        """For an empty result: how many of `every` there would be without each of the filters, the most helpful one first."""
        rows, chosen = [], self.chosen
        for name in chosen:
            left = {other: self.form.cleaned_data[other] for other in chosen if other != name}
            if count := self.narrow(every, left).count():
                rows.append({"label": str(self.form.fields[name].label), "count": count, "drop": address(chosen, **{name: None})})
        return sorted(rows, key=lambda row: -row["count"])


class CityFilter(Narrowing):
    q = django_filters.CharFilter(
        label=_("Name of a city"), method="named", max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    region = Ticks(_("Region"), Region.choices)
    country = Ticks(_("Country"))
    kind = Ticks(_("Kind"), City.Kind.choices)
    population = Ticks(_("Inhabitants"), Population.choices, field_name="population_band")
    theme = Ticks(_("Theme"), method="with_themes")
    bbox = SectionFilter(label=_("Section of the map"), method="inside")

    class Meta:
        model = City
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only countries and themes that a city among those to be narrowed has can be chosen."""
        super().__init__(*args, **kwargs)
        every = self.queryset.order_by()
        here = set(every.values_list("country", flat=True).distinct())
        cared_for = set(every.values_list(Func(F("themes"), function="unnest", output_field=TextField()), flat=True).distinct())
        self.filters["country"].extra["choices"] = [choice for choice in countries.choices() if choice[0] in here]
        self.filters["theme"].extra["choices"] = [choice for choice in Theme.choices if choice[0] in cared_for]

    def named(self, cities: CityQuerySet, _name: str, words: str) -> CityQuerySet:
        return cities.like(words)

    def with_themes(self, cities: CityQuerySet, _name: str, themes: list[str]) -> CityQuerySet:
        return cities.filter(themes__overlap=themes) if themes else cities

    def inside(self, cities: CityQuerySet, _name: str, box: Box) -> CityQuerySet:
        west, east = Q(longitude__gte=box.west), Q(longitude__lte=box.east)
        across = (west | east) if box.west > box.east else (west & east)
        return cities.filter(across, latitude__gte=box.south, latitude__lte=box.north)

    @property
    def section(self) -> Box | None:
        """The section of the map that is asked for."""
        self.form.is_valid()  # what is wrong elsewhere doesn't matter here
        box: Box | None = self.form.cleaned_data.get("bbox")
        return box

    def label(self, name: str, value: str) -> str:
        return "" if name == "bbox" else super().label(name, value)


def address(chosen: dict[str, list[str]], **more: Any) -> str:
    """A list's address after its path, "?" included: the same filters always have the same one. `more` replaces a
    filter, or takes it out where it is None."""
    left = {name: values for name, values in {**chosen, **more}.items() if values}
    return "?" + urlencode(left, doseq=True)
