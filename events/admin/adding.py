"""Somebody registered by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from events import adding, registering
from events.admin.base import WhyForm, event_of, page
from events.models import Event, Registration
from events.models.seated import State
from members.forms.city_choice import CityField, NamesCities
from members.models import City, User
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin


class AddForm(NamesCities, WhyForm):
    chosen_for: ClassVar[Any] = Registration
    mail = forms.CharField(
        label=_("Mail address of their account"), max_length=254, widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Whoever has no account is invited instead: the link makes one."),
    )  # fmt: skip
    city = CityField(
        queryset=City.objects.none(), label=_("For which city"), required=False,
        help_text=_("Empty: for the city of their post; whoever has none comes as a guest."),
    )  # fmt: skip
    ahead = forms.BooleanField(
        label=_("Ahead of those who wait"), required=False,
        help_text=_("They get a free seat even where others wait for it. Never more seats than there are."),
    )  # fmt: skip
    field_order = ("mail", "city", "why", "ahead")

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.fields["why"].help_text = _("Kept in the history of the registration, for the staff.")

    def clean_mail(self) -> User:
        found = list(User.objects.of_one_mailbox(self.cleaned_data["mail"]).filter(is_active=True)[:2])
        if len(found) != 1:
            raise forms.ValidationError(gettext("No account has this address. Invite them instead."))
        return found[0]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if (user := values.get("mail")) and "city" in values:
            own = registering.cities_of(user)
            if values["city"] is None and len(own) > 1:
                self.add_error("city", gettext("They hold posts in several cities. For which one do they come?"))
            elif values["city"] is not None and values["city"] not in own:
                self.add_error("city", gettext("They hold no post there today, or it is no member."))
            elif values["city"] is None and own:
                values["city"] = own[0]
        return values


class Adds(_ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.admin_site.admin_view(self.add_person))
        return [path("<int:pk>/register/", view, name="events_event_register"), *super().get_urls()]

    def add_person(self, request: HttpRequest, pk: int) -> HttpResponse:
        event = event_of(request, pk, keeps=True)
        form = AddForm(request.POST if request.method == "POST" else None, event=event)
        if form.is_valid():
            told = form.cleaned_data
            try:
                new = adding.add(
                    event, user=told["mail"], city=told["city"], by=request.user, why=told["why"], ahead=told["ahead"]
                )  # fmt: skip
            except MoveRefused as error:
                form.add_error(None, str(error))
            except PermissionDenied:
                form.add_error(None, gettext("You may not do this."))
            else:
                has_seat = new.state == State.CONFIRMED
                said = gettext("%(person)s has a seat.") if has_seat else gettext("%(person)s waits: no seat is free by order.")
                messages.success(request, said % {"person": new.user})
                return redirect("admin:events_registration_change", new.pk)
        return page(self.admin_site, request, "register", event, gettext("Register somebody"), form=form)
