"""At the door and in the line: who comes, checked in by one press; and who waits, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from events import seats, waiting_list
from events.admin.base import attempt, event_of, page
from events.models import Event, Registration
from events.models.registration import Party
from events.models.seated import SEATED, State
from events.registering import come_apart
from members.admin.base import number

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin

WITH_WORDS = 20  # those in front, whose sentence is worked out: of the others the same holds


class Door(_ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/door/", require_safe(view(self.door)), name="events_event_door"),
            path("<int:pk>/door/in/", require_POST(view(self.let_in)), name="events_event_let_in"),
            path("<int:pk>/door/out/", require_POST(view(self.let_out)), name="events_event_let_out"),
            path("<int:pk>/waiting/", require_safe(view(self.line)), name="events_event_line"),
            path("<int:pk>/waiting/apart/", require_POST(view(self.apart)), name="events_event_apart"),
            *super().get_urls(),
        ]

    # --- The door ----------------------------------------------------------------------------------------------------

    def door(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who has a seat, by name; `?q=` narrows it to a part of a name or a city."""
        event, sought = event_of(request, pk), request.GET.get("q", "").replace("\x00", "").strip()[:100]
        if not self._reads(request):
            raise PermissionDenied
        coming = event.registrations.filter(state__in=SEATED).select_related("user", "city").order_by("user__name", "pk")
        found = coming
        for word in sought.split()[:5]:
            found = found.filter(Q(user__name__icontains=word) | Q(city__name__icontains=word) | Q(user__email__istartswith=word))
        counts = {"there": coming.filter(state=State.ATTENDED).count(), "all": coming.count()}
        return page(self.admin_site, request, "door", event, gettext("At the door"), people=found, sought=sought, counts=counts)

    def let_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._pass(request, pk, "check_in", gettext("%(person)s is there."))

    def let_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._pass(request, pk, "check_out", gettext("%(person)s is not there after all."))

    def _pass(self, request: HttpRequest, pk: int, verb: str, said: str) -> HttpResponse:
        """One press; back to the list, which is whole again: the next one has another name."""
        event = event_of(request, pk, keeps=True)
        registration = self._one(event, request.POST.get("registration", ""))
        attempt(request, lambda: getattr(registration, verb)(by=request.user), said % {"person": registration.user})
        return redirect(f"{reverse('admin:events_event_door', args=[pk])}#people")

    @staticmethod
    def _one(event: Event, key: str) -> Registration:
        registration: Registration = get_object_or_404(event.registrations.select_related("user", "event"), pk=number(key))
        return registration

    @staticmethod
    def _reads(request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("events.view_registration"))

    # --- The line ----------------------------------------------------------------------------------------------------

    def line(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who waits, the first first, each with the sentence that they read themselves: why the list moves or waits."""
        event = event_of(request, pk)
        if not self._reads(request):
            raise PermissionDenied
        if Event.may_keep(request.user):
            seats.settle(event)
        event.refresh_from_db()
        waiting = list(event.registrations.in_line().select_related("user", "city", "party", "event")[:200])
        why = [(place, waiting_list.why(place) if number < WITH_WORDS else "") for number, place in enumerate(waiting)]
        offers = event.registrations.filter(state=State.OFFERED).select_related("user", "city").order_by("offered_until")
        return page(self.admin_site, request, "line", event, gettext("Waiting list"), rows=why, offers=offers)

    def apart(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A group no longer comes together: each of them is offered seats by themselves."""
        event = event_of(request, pk, keeps=True)
        party = get_object_or_404(Party, event=event, pk=number(request.POST.get("party", "")))
        if attempt(request, lambda: come_apart(party, by=request.user)):
            messages.success(request, gettext("They are offered seats one by one from now on."))
        return redirect("admin:events_event_line", pk)
