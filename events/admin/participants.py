"""Lists of participants that staff take out, and what people eat and need: in numbers, and by name for those who look after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from events import participants
from events.admin.base import event_of, page
from events.models import Event
from events.models.seated import HOLDS, State
from members.admin.exports import file_of
from members.models import Export
from members.models.imported import Taken
from members.querysets import today

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin


class Participants(_ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/participants.<slug:suffix>", require_safe(view(self.people)), name="events_event_participants"),
            path("<int:pk>/needs/", require_safe(view(self.needs)), name="events_event_needs"),
            path("<int:pk>/needs.<slug:suffix>", require_safe(view(self.needs_file)), name="events_event_needs_file"),
            *super().get_urls(),
        ]

    def people(self, request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
        """Who has a seat; `?state=` has others: those on the waiting list, say. Who took it out is written down."""
        event = event_of(request, pk, keeps=True)
        self._refuse_who_may_not(request)
        state = request.GET.get("state", "")
        chosen = event.registrations.filter(state__in=[state] if state in State.values else HOLDS)
        rows = list(participants.rows(event, chosen))
        return self._taken(request, event, participants.columns(event), rows, kind=Taken.PARTICIPANTS, suffix=suffix)

    def needs(self, request: HttpRequest, pk: int) -> HttpResponse:
        event = event_of(request, pk)
        user: Any = request.user
        if not user.has_perm("events.view_answer"):
            raise PermissionDenied
        by_name = list(participants.needs_by_name(event)) if participants.may_read_needs(user) else None
        may_take = user.has_perm("members.take_out_export") and Event.may_keep(user)
        more = {"counted": participants.needs(event), "by_name": by_name, "may_take": may_take}
        return page(self.admin_site, request, "needs", event, gettext("What people eat and need"), **more)

    def needs_file(self, request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
        """The numbers, for whoever cooks: nobody's name is in it."""
        event = event_of(request, pk, keeps=True)
        self._refuse_who_may_not(request)
        rows = list(participants.needs_rows(event))
        return self._taken(request, event, participants.needs_columns(), rows, kind=Taken.NEEDS, suffix=suffix)

    @staticmethod
    def _refuse_who_may_not(request: HttpRequest) -> None:
        user: Any = request.user
        if not user.has_perm("members.take_out_export"):
            raise PermissionDenied

    @staticmethod
    def _taken(request: HttpRequest, event: Event, columns: Any, rows: Any, *, kind: Taken, suffix: str) -> HttpResponse:
        user: Any = request.user
        name = f"{event.slug}-{kind}-{today().isoformat()}"
        response = file_of(columns, rows, title=str(kind.label), name=name, suffix=suffix)
        chosen_by = f"event={event.slug}&{request.GET.urlencode()}".rstrip("&")[:1000]
        Export.objects.create(kind=kind, by=user, rows=len(rows), chosen_by=chosen_by)
        return response
