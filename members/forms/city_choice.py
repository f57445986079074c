"""A city chosen by its name: picked from the admin's own list where there are scripts, typed where there are none. Where several
fit, they are asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from members import matching
from members.models import City

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelChoiceField = forms.ModelChoiceField[City]
else:
    _ModelChoiceField = forms.ModelChoiceField

LONGEST = 300  # characters: a name, or a link


class CityWidget(AutocompleteSelect):
    """The admin's own list that searches while one types, and a plain line for the name where it can't."""

    template_name = "admin/members/_city.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> Any:
        """The list goes by keys, the line by addresses, whichever of them came; what no city is meant by stays in the line."""
        meant = self.choices.field.meant(str(value or ""))
        city = meant[0] if len(meant) == 1 else None
        context = super().get_context(name, str(city.pk) if city else "", attrs)
        context["widget"]["attrs"].pop("required", None)  # without scripts it is hidden and empty: a browser would hold the form back
        context["widget"] |= {"typed": city.slug if city else value or "", "longest": LONGEST}
        return context


class CityField(_ModelChoiceField):
    """A city by its key, as the list sends it; by its name; by its address ("aarhus") or the link to its page, as staff copy it."""

    def label_from_instance(self, city: City) -> str:
        return city.told_apart

    def meant(self, text: str) -> list[City]:
        """The cities that `text` may mean, best first."""
        text = text.strip()
        if not text or "\x00" in text or len(text) > LONGEST:
            return []
        cities: Any = self.queryset
        if text.isascii() and text.isdecimal():
            return list(cities.filter(pk=text)) if len(text) < 19 else []
        address = text.rstrip("/").rpartition("/")[2]
        return list(cities.filter(slug=address)) or [match.city for match in matching.find(text, cities=cities)]

    def to_python(self, value: Any) -> City | None:
        if value in self.empty_values:
            return None
        found = self.meant(str(value))
        if not found:
            raise forms.ValidationError(_("No city of this name or address is here."), code="unknown")
        if len(found) > 1:
            raise forms.ValidationError(_("Several cities fit. Which one do you mean?"), code="several", params={"cities": found})
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The line has the address of the city that the list has by its key."""
        return super().has_changed(initial, data) and [str(city.pk) for city in self.meant(str(data or ""))] != [str(initial)]


class NamesCities(forms.BaseForm):
    """A form whose fields for cities are `CityField`s. Mixed in before Django's own; what stands is offered, and what was chosen."""

    chosen_for: ClassVar[type[Model]]  # whose fields these are

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, CityField):
                self._offer_cities(name, field)

    def clean(self) -> dict[str, Any]:
        """Where what was typed fits several cities, these are what is chosen from."""
        for name, errors in self.errors.as_data().items():
            if errors[0].code == "several":
                cities = (errors[0].params or {})["cities"]
                self.fields[name].widget = forms.RadioSelect(choices=[(city.pk, city.told_apart) for city in cities])
        return super().clean() or {}

    def _offer_cities(self, name: str, field: CityField) -> None:
        column: Any = self.chosen_for._meta.get_field(name)
        widget = CityWidget(column, admin.site)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):  # the admin's own links beside it stay
            field.widget.widget = widget
        else:
            field.widget = widget
        chosen = getattr(getattr(self, "instance", None), column.attname, None)
        field.queryset = City.objects.filter(Q(merged_into=None) | Q(pk=chosen))
