"""Cities and their memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from members import countries
from members.admin.changes import ShowsHistory
from members.models import City, Membership
from members.querysets import today

if TYPE_CHECKING:  # generic for the type checker alone
    _StackedInline = admin.StackedInline[Any, Any]
    _ModelForm = forms.ModelForm[Membership]
else:
    _StackedInline, _ModelForm = admin.StackedInline, forms.ModelForm

IDENTITY = ("name", "other_names", "kind", "country", "website")  # by which people tell which city it is


class MembershipForm(_ModelForm):
    def clean(self) -> dict[str, Any]:
        """A membership may end, or have ended earlier; one that is over doesn't come back: a city joins by two approvals."""
        values = super().clean() or {}
        was = Membership.objects.filter(pk=self.instance.pk).first()
        if was and was.left and was.left <= today() and "left" in values and (values["left"] is None or values["left"] > was.left):
            self.add_error("left", gettext("This membership ended. The city joins again by an application that two people approve."))
        return values


class MembershipInline(_StackedInline):
    model = Membership
    form = MembershipForm
    extra = 0
    can_delete = False
    readonly_fields = ("why_left", "left_by")


@admin.register(City)
class CityAdmin(ShowsHistory):
    list_display = ("name", "country_words", "kind", "region", "is_public", "is_sample")
    list_filter = ("is_public", "is_sample", "region", "kind")
    search_fields = ("name", "other_names")
    readonly_fields = ("is_sample",)
    inlines = (MembershipInline,)
    fields = (
        "name", "slug", "other_names", "kind", "country", "region", "population", "population_band", "website",
        "latitude", "longitude", "time_zone", "is_public", "is_sample",
    )  # fmt: skip

    @admin.display(description=_("country"), ordering="country")
    def country_words(self, city: City) -> str:
        return city.country_name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that was given out stays; and so does what a first approval was given to, or the second person would
        have the first one's word for another city."""
        if obj is None:
            return self.readonly_fields
        return (*self.readonly_fields, "slug", *(IDENTITY if obj.is_half_approved else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a city that is there, only what was changed in this form: its lead officials may be editing the rest."""
        obj.save(update_fields=form.changed_data if change else None)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "country":
            return forms.ChoiceField(label=capfirst(db_field.verbose_name), choices=lambda: [("", "---------"), *countries.choices()])
        return super().formfield_for_dbfield(db_field, request, **kwargs)
