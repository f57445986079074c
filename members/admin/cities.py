"""Cities and their memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from members import countries
from members.admin.changes import ShowsHistory
from members.admin.exports import TakesOut
from members.models import Body, City, Membership
from members.models.imported import Taken
from members.querysets import today
from strongcities import languages
from strongcities.zoned import ZoneField

if TYPE_CHECKING:  # generic for the type checker alone
    _StackedInline = admin.StackedInline[Any, Any]
    _ModelForm = forms.ModelForm[Membership]
else:
    _StackedInline, _ModelForm = admin.StackedInline, forms.ModelForm


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


class PlaceFilter(admin.SimpleListFilter):
    """Whether the map of the members shows it."""

    title = _("place on the map")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("Members without one")), ("given", _("Given"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "none":
                return queryset.members().filter(latitude=None)
            case "given":
                return queryset.exclude(latitude=None)
        return queryset


@admin.register(City)
class CityAdmin(TakesOut, ShowsHistory):
    taken_out_as = Taken.CITIES
    list_display = ("name", "country_words", "kind", "region", "is_public", "is_sample")
    list_filter = ("is_public", "is_sample", PlaceFilter, "region", "kind")
    search_fields = ("name", "official_name", "own_name", "other_names")
    readonly_fields = ("is_sample", "within_it")
    inlines = (MembershipInline,)
    fields = (
        "name", "slug", "official_name", "own_name", "own_language", "other_names", "kind", "country", "within", "within_it",
        "region", "population", "population_band", "website", "latitude", "longitude", "time_zone", "is_public", "is_sample",
    )  # fmt: skip

    @admin.display(description=_("country"), ordering="country")
    def country_words(self, city: City) -> str:
        return city.country_name

    @admin.display(description=_("merged into"))
    def now_part_of(self, city: City) -> str:
        url = reverse("admin:members_city_change", args=[city.merged_into_id])
        return format_html('<a href="{}">{}</a>', url, city.merged_into)

    @admin.display(description=_("within it"))
    def within_it(self, city: City) -> str:
        """The authorities that are part of it, each a link to its own page."""
        parts = ((reverse("admin:members_city_change", args=[part.pk]), part.name, part.get_kind_display()) for part in city.parts.all())
        return format_html_join(gettext(", "), '<a href="{}">{} ({})</a>', parts) or "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it is part of is chosen among its country's, so a new city gets it once its country is saved."""
        if obj is None:
            return tuple(name for name in self.fields if name not in {"within", "within_it"})
        return ("now_part_of", *self.fields) if obj.merged_into_id else self.fields

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "time_zone" in form.base_fields:
            zone = City._meta.get_field("time_zone")
            form.base_fields["time_zone"] = ZoneField(label=capfirst(zone.verbose_name), required=not zone.blank)
        if "within" in form.base_fields and obj is not None:
            near: Any = form.base_fields["within"]
            near.queryset = City.objects.filter(Q(country=obj.country, merged_into=None) | Q(pk=obj.within_id)).exclude(pk=obj.pk)
            near.label_from_instance = lambda city: f"{city.name} ({city.get_kind_display()})"
            near.widget.can_add_related = near.widget.can_change_related = near.widget.can_view_related = False
        return form

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Where a city is chosen for something else, in any spelling, the nearest first, and none that was merged; the list has
        them, to be read."""
        if request.resolver_match is None or request.resolver_match.url_name != "autocomplete":
            return super().get_search_results(request, queryset, search_term)
        return (queryset.standing().like(search_term).nearest(search_term) if search_term.strip() else queryset.standing()), False

    def in_a_choice(self, city: City) -> str:
        return city.told_apart

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that was given out stays; and so does what a first approval was given to, or the second person would
        have the first one's word for another city."""
        if obj is None:
            return self.readonly_fields
        if obj.merged_into_id:  # what it was is kept for the way back; nothing of it is shown any more
            return (*self.fields, "now_part_of")
        return (*self.readonly_fields, "slug", *(City.IDENTITY if obj.is_half_approved else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a city that is there, only what was changed in this form: its lead officials may be editing the rest."""
        Body.hold()  # before the city: a membership that ends here ends seats
        obj.save(update_fields=form.changed_data if change else None)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for membership, changed in formset.changed_objects:
            if "left" in changed and membership.left:
                membership.end(membership.left, by=request.user, why=membership.why_left)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the database alone knows of dates: with a longer membership its seats last longer, and a body may have too many."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            if "seat_within_the_number" not in str(error):
                raise
            words = gettext("Nothing was saved: by these dates a body would have more cities than seats. End one of the seats first.")
            messages.error(request, words)
            return redirect(request.path)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "own_language":
            named = sorted(languages.names().items(), key=lambda item: item[1].casefold())
            return forms.ChoiceField(
                label=capfirst(db_field.verbose_name), help_text=db_field.help_text, required=False, choices=[("", "---------"), *named]
            )
        if db_field.name == "country":
            return forms.ChoiceField(label=capfirst(db_field.verbose_name), choices=lambda: [("", "---------"), *countries.choices()])
        return super().formfield_for_dbfield(db_field, request, **kwargs)
