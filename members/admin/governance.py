"""Who sits on the network's bodies: staff give seats and end them on the body's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _

from members.admin.base import NeverDeleted
from members.forms.city_choice import CityField, NamesCities
from members.models import Body, City, Seat

if TYPE_CHECKING:  # generic for the type checker alone
    _StackedInline = admin.StackedInline[Any, Any]
    _ModelForm = forms.ModelForm[Seat]
    _FormSet = BaseInlineFormSet[Seat, Body, forms.ModelForm[Seat]]
else:
    _StackedInline, _ModelForm, _FormSet = admin.StackedInline, forms.ModelForm, BaseInlineFormSet


class SeatForm(NamesCities, _ModelForm):
    """Whose a seat is stays: one that was typed for the wrong city is deleted, and the right one given."""

    chosen_for = Seat

    class Meta:
        field_classes: ClassVar[dict[str, Any]] = {"city": CityField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None  # what others changed since this page was made stays theirs
        for name in {"city", "organisation", "sort"} & set(self.fields):
            self.fields[name].required = True
        if "city" in self.fields:
            self._name_city(self.fields["city"])

    def _name_city(self, field: Any) -> None:
        field.widget = field.widget.widget  # without the admin's links beside it
        if self.instance.city is not None:  # wherever it stands today: hidden, or merged into another one
            field.queryset = City.objects.filter(pk=self.instance.city.pk)
            field.widget = forms.Select(choices=[(self.instance.city_id, str(self.instance.city))])
            field.disabled, field.show_hidden_initial = True, False


class SeatFormSet(_FormSet):
    """All seats of a body together: counted as they would be, with those that end here, so that one is ended and the next
    given in one go."""

    def clean(self) -> None:
        super().clean()
        told = [form for form in self.forms if form.has_changed() and form.instance.since]  # what isn't, stays as the database has it
        untold = [seat for seat in Seat.objects.filter(body=self.instance) if seat.pk not in {form.instance.pk for form in told}]
        kept = [form for form in told if not (self.can_delete and self._should_delete_form(form))]  # type: ignore[attr-defined]
        for form in kept:
            if not form.errors:
                self._judge(form, [other.instance for other in kept if other is not form])
        self._count([form for form in kept if not form.errors], untold)

    def _judge(self, form: Any, others: list[Seat]) -> None:
        seat: Any = form.instance
        try:
            seat.validate_constraints()  # the whole of it: a form leaves out those with a field that it hasn't
            if any(other._state.adding and seat._state.adding and other.is_at_the_time_of(seat) for other in others):
                raise ValidationError(gettext("It has a seat on this body in this time already."))
        except ValidationError as error:
            form.add_error(None, error)

    def _count(self, sound: list[Any], untold: list[Seat]) -> None:
        """Said at each whose dates are typed here and that is held on the day on which there would be too many."""
        if day := self.instance.crowded_on([*untold, *(form.instance for form in sound)]):
            words = gettext("All %(count)s seats are taken on %(day)s. End one first.")
            for form in sound:
                seat = form.instance
                if {"since", "until"} & set(form.changed_data) and seat.since <= day and (seat.until is None or seat.until > day):
                    form.add_error("since", words % {"count": self.instance.most_cities, "day": date_format(day, "j F Y")})


class SeatInline(_StackedInline):
    model = Seat
    form = SeatForm
    formset = SeatFormSet
    extra = 1  # for whoever has no scripts to ask for an empty one

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj and obj.is_of_cities:
            return [("city", "is_co_chair"), ("since", "until")]
        return [("organisation", "sort"), ("region", "website"), "is_co_chair", ("since", "until")]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of today and ahead first, then those that ended."""
        seats: Any = super().get_queryset(request)
        return seats.dated().select_related("city", "body").order_by("-is_held", "-since", "-is_co_chair", "city__folded", "organisation")


@admin.register(Body)
class BodyAdmin(NeverDeleted):
    list_display = ("__str__", "seats_taken")
    fields = readonly_fields = ("seats_taken",)
    inlines = (SeatInline,)

    @admin.display(description=_("seats taken today"))
    def seats_taken(self, body: Body) -> str:
        taken = body.seats.today().count()
        return gettext("%(taken)d of %(most)d") % {"taken": taken, "most": body.most_cities} if body.is_of_cities else str(taken)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Who saves holds the body, so that what the form counted is still so when it is written. What it could not know of
        (a city that left, or was merged, at this very moment) the database refuses, and that is said."""
        if request.method != "POST" or not self.has_change_permission(request):
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                self._lock(object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            messages.error(request, gettext("Nothing was saved: somebody changed these seats, or a city, at the same moment. Look again."))
            return redirect(request.path)

    @staticmethod
    def _lock(object_id: str | None) -> None:
        wanted = Q(pk=int(object_id)) if object_id and object_id.isascii() and object_id.isdecimal() and len(object_id) < 10 else Q(pk=None)
        Body.objects.select_for_update(no_key=True).filter(wanted).first()
