"""The staff's room for the order of themes: a number a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from hub.admin.earlier import Earlier
from hub.admin.promotions import Shown
from hub.models import ThemeOrder
from strongcities.themes import Theme

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[ThemeOrder]
    _ModelForm = forms.ModelForm[ThemeOrder]
else:
    _ModelAdmin, _ModelForm = admin.ModelAdmin, forms.ModelForm

_EARLIER = ThemeOrder.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory
_PLACES = {f"place_{theme.name.lower()}": theme for theme in Theme}


class _OrderForm(_ModelForm):
    class Meta:
        model = ThemeOrder
        fields = ("begins", "ends", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, theme in _PLACES.items():
            if theme in (self.instance.themes or ()):
                self.fields[name].initial = self.instance.themes.index(theme) + 1

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("begins") and values.get("ends") and values["ends"] < values["begins"]:
            self.add_error("ends", gettext("It can’t end before it begins."))  # else the database is asked about no range
        places = {theme: values[name] for name, theme in _PLACES.items() if values.get(name)}
        if not places and not self.errors:
            raise ValidationError(gettext("Give at least one theme a place."))
        if len(set(places.values())) < len(places):
            raise ValidationError(gettext("Two themes have the same place."))
        self.instance.themes = [theme.value for theme in sorted(places, key=lambda theme: places[theme])]
        return values


OrderForm = type(
    "OrderForm",
    (_OrderForm,),
    {name: forms.IntegerField(label=theme.label, required=False, min_value=1, max_value=len(Theme)) for name, theme in _PLACES.items()},
)


class EarlierOrders(Earlier):
    model = _EARLIER
    fields = readonly_fields = ("when", "begins", "ends", "first", "why")

    @admin.display(description=_("themes"))
    def first(self, event: Any) -> str:
        return _named(event.themes)


def _named(themes: list[str]) -> str:
    return " · ".join(str(Theme(slug).label) for slug in themes)


@admin.register(ThemeOrder)
class ThemeOrderAdmin(_ModelAdmin):
    form = OrderForm
    list_display = ("begins", "ends", "first", "why", "shown")
    list_filter = (Shown,)
    search_fields = ("why",)
    actions = None
    fieldsets = (
        (None, {"fields": ("begins", "ends", "why")}),
        (
            _("Themes that stand first"),
            {
                "fields": tuple(_PLACES),
                "description": _("1 for the first, 2 for the second … Those without a number follow in the usual order."),
            },
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [EarlierOrders] if obj else []

    @admin.display(description=_("themes"))
    def first(self, order: ThemeOrder) -> str:
        return _named(order.themes)

    @admin.display(description=_("today"))
    def shown(self, order: ThemeOrder) -> Any:
        return format_html('<span class="stamp stamp--good">{}</span>', gettext("holds")) if order.holds else ""
