"""The seats of an event: in all, of each city, of each session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from events import seats, sharing
from events.admin.base import attempt, event_of, page
from events.models import CitySeats, Event
from events.models.seated import State
from members.forms.city_choice import CityField, NamesCities
from members.models import City

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin

MOST = 100_000


class Whole(forms.Form):
    """What is missing altogether is no empty field: a form that came cut short would lift limits."""

    def clean(self) -> dict[str, Any]:
        if not self.fields.keys() <= self.data.keys():
            raise forms.ValidationError(gettext("The form came in part only, so nothing is changed. Send it again."))
        return super().clean() or {}


class TotalForm(Whole):
    capacity = forms.IntegerField(
        label=_("Seats in all"), required=False, min_value=0, max_value=MOST, help_text=_("Empty: as many as come.")
    )
    per_city = forms.IntegerField(
        label=_("Seats for each city"), required=False, min_value=0, max_value=1_000,
        help_text=_("Empty: no limit. A city that has a number of its own keeps it."),
    )  # fmt: skip


class CityForm(Whole, NamesCities, forms.Form):
    chosen_for: ClassVar[Any] = CitySeats
    city = CityField(queryset=City.objects.none(), label=_("City"))
    number = forms.IntegerField(
        label=_("Its seats"), required=False, min_value=0, max_value=MOST, help_text=_("Empty: as many as each city has.")
    )


class SeatPages(_ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/seats/", require_safe(view(self.seat_page)), name="events_event_seats"),
            path("<int:pk>/seats/total/", require_POST(view(self.seat_total)), name="events_event_seats_total"),
            path("<int:pk>/seats/city/", require_POST(view(self.seat_city)), name="events_event_seats_city"),
            *super().get_urls(),
        ]

    def seat_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Opened, it notes which offers are over, as every page about seats does."""
        event = event_of(request, pk)
        if Event.may_keep(request.user):
            seats.settle(event)
            event.refresh_from_db()
        return self._seats(request, event)

    def _seats(self, request: HttpRequest, event: Event, **filled: forms.Form) -> HttpResponse:
        held = {"offered": event.registrations.filter(state=State.OFFERED).count()}
        forms_ = {
            "total": TotalForm(initial={"capacity": event.capacity, "per_city": event.per_city}),
            "of_city": CityForm(),
            **filled,
        }
        shares = event.shares.select_related("city").order_by("city__folded", "pk")
        booked = event.sessions.filter(books=True).select_related("room").order_by("starts", "pk")
        more = {**held, **forms_, "shares": shares, "sessions": booked}
        return page(self.admin_site, request, "seats", event, gettext("Seats"), **more)

    def seat_total(self, request: HttpRequest, pk: int) -> HttpResponse:
        event, form = event_of(request, pk, keeps=True), TotalForm(request.POST)
        if not form.is_valid():
            return self._seats(request, event, total=form)
        said = gettext("Saved. Seats that came free were offered in order.")
        attempt(request, lambda: event.change(by=request.user, **form.cleaned_data), said)
        return redirect("admin:events_event_seats", pk)

    def seat_city(self, request: HttpRequest, pk: int) -> HttpResponse:
        event, form = event_of(request, pk, keeps=True), CityForm(request.POST)
        if not form.is_valid():
            return self._seats(request, event, of_city=form)
        city, number = form.cleaned_data["city"], form.cleaned_data["number"]
        said = gettext("Saved. Seats that came free were offered in order.")
        attempt(request, lambda: sharing.give(event, city, number, by=request.user), said)
        return redirect("admin:events_event_seats", pk)
