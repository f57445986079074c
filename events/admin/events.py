"""The staff's room for events: the list, and the page of one with its form, its rooms and its history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from events.admin import acts
from events.admin.acts import Acts
from events.admin.adding import Adds
from events.admin.base import ByVerb
from events.admin.door import Door
from events.admin.event_form import EventForm
from events.admin.lines import Changes, EarlierEvents, Steps
from events.admin.papers import PaperInline
from events.admin.participants import Participants
from events.admin.seats import SeatPages
from events.models import Event, Room
from hub.admin.lines import LinesFormSet
from members.admin.base import QueueFilter, number
from strongcities import zones

if TYPE_CHECKING:  # generic for the type checker alone
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


class WhenFilter(QueueFilter):
    """What is coming first, the next on top."""

    title = _("time")
    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "coming": (_("Coming"), lambda rows: rows.coming()),
        "past": (_("Past"), lambda rows: rows.past()),
        "all": (_("All"), lambda rows: rows),
    }


class Rooms(_TabularInline):
    model = Room
    formset = LinesFormSet
    fields = ("name", "holds", "position")
    extra = 1


@admin.register(Event)
class EventAdmin(Acts, Adds, SeatPages, Door, Participants, ByVerb):
    form = EventForm
    list_display = ("title", "stamp", "kind", "when", "host", "seats")
    list_filter = (WhenFilter, "state", "kind", "audience", "series")
    search_fields = ("title", "slug", "host__name", "venue")
    list_select_related = ("host",)
    list_per_page = 50
    show_full_result_count = False
    actions = None
    change_form_template = "admin/events/event.html"
    readonly_fields = ("stamp",)
    inlines = (Rooms, PaperInline, Changes, Steps, EarlierEvents)
    fieldsets = (
        (None, {"fields": ("stamp", "title", "slug", "kind", "series", "summary", "body", "language", "seen", "shown")}),
        (
            _("When and where"),
            {"fields": ("host", "venue", "venue_address", "region", "is_online", "link", "zone", "starts", "ends")},
        ),
        (_("Whom it is for"), {"fields": ("audience", "way", "registration_opens", "registration_closes", "changes_until")}),
        (_("Seats"), {"fields": ("capacity", "per_city", "offer_hours", "companions_each", "companions_capacity")}),
        (_("What follows a seat"), {"fields": ("offers_travel", "offers_letters", "follow_up_until")}),
        (_("Themes"), {"classes": ("collapse",), "fields": ("themes",)}),
        (_("Languages"), {"classes": ("collapse",), "fields": ("languages", "interpretation")}),
        (_("Afterwards"), {"classes": ("collapse",), "fields": ("chatham_house", "outcomes", "for_cities", "next_steps")}),
    )

    # --- The list ----------------------------------------------------------------------------------------------------

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Of what is coming the next first; of the others, and where one is chosen for something else, the last."""
        found = request.resolver_match
        here = found is not None and found.url_name == "events_event_changelist"
        coming = here and request.GET.get(WhenFilter.parameter_name) not in {"past", "all"}
        return ("starts", "pk") if coming else ("-starts", "-pk")

    @admin.display(description=_("state"), ordering="state")
    def stamp(self, event: Event) -> str:
        if event._state.adding:
            return gettext("a draft, until it is announced")
        return format_html('<span class="stamp stamp--{}">{}</span>', event.state, event.get_state_display())

    @admin.display(description=_("when"), ordering="starts")
    def when(self, event: Event) -> str:
        """Its days, where it is: the hours stand on its page, and would be five lines here."""
        days = [formats.date_format(zones.wall(at, event.zone)) for at in (event.starts, event.ends)]
        return days[0] if days[0] == days[1] else gettext("%(start)s to %(end)s") % {"start": days[0], "end": days[1]}

    @admin.display(description=_("seats"), ordering="taken")
    def seats(self, event: Event) -> str:
        words = gettext("%(taken)d of %(most)s") if event.capacity is not None else gettext("%(taken)d")
        said = words % {"taken": event.taken, "most": event.capacity}
        if not event.waiting:
            return said
        waiting = ngettext("%(count)d waits", "%(count)d wait", event.waiting) % {"count": event.waiting}
        return gettext("%(seats)s, %(waiting)s") % {"seats": said, "waiting": waiting}

    def in_a_choice(self, event: Event) -> str:
        return gettext("%(event)s (%(day)s)") % {"event": event, "day": event.starts.date().isoformat()}

    # --- One event ---------------------------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that was given out stays."""
        return (*self.readonly_fields, "slug") if obj and obj.is_shown else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Why it changed is asked where somebody is told."""
        if obj and obj.is_shown and self.has_change_permission(request, obj):
            return (*self.fieldsets, (_("What is told"), {"fields": ("why",)}))
        return self.fieldsets

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        """A history has what was there before."""
        return [inline for inline in super().get_inline_instances(request, obj) if obj or isinstance(inline, Rooms)]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was announced stays: it is cancelled."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == Event.State.DRAFT)

    def hold(self, request: HttpRequest, object_id: str | None) -> None:
        """Two who save at once follow each other, so that the second one is told what the first one wrote."""
        if request.method == "POST" and object_id:
            Event.objects.select_for_update(of=("self",), no_key=True).filter(pk=number(object_id)).first()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        event = self.get_object(request, object_id)
        verbs = acts.offered(event, request.user) if event else []
        context = {"verbs": verbs, "event": event, "may_keep": Event.may_keep(request.user)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """A new one is gone on with: it has a programme and questions to come, and is to be announced."""
        answer = super().response_add(request, obj, post_url_continue)
        return answer if {IS_POPUP_VAR, "_addanother"} & set(request.POST) else redirect("admin:events_event_change", obj.pk)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new one is a draft; of one that is there only what was changed here is written, by its verb."""
        if not change:
            obj.save()
            obj.begin("make", by=request.user)
        elif form.mine:
            told = obj.notices.count()
            values = {name: form.cleaned_data[name] for name in form.mine}
            Event.objects.get(pk=obj.pk).change(by=request.user, why=form.cleaned_data.get("why", ""), **values)
            if (notice := obj.notices.first()) and obj.notices.count() > told:
                words = ngettext("%(count)d person is told by mail.", "%(count)d people are told by mail.", len(notice.people))
                messages.info(request, words % {"count": len(notice.people)})
        obj.refresh_from_db()
        if obj.host and obj.host.time_zone and obj.host.time_zone != obj.zone:
            words = gettext("Its hours are those of %(zone)s, and the host city’s clocks are those of %(host)s. Is that meant?")
            messages.warning(request, words % {"zone": obj.zone, "host": obj.host.time_zone})
