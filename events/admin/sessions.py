"""The programme: a list of sessions with filters, a page for each with its speakers, clashes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from events import changing, programme
from events.admin.base import ByVerb, NoWords, OfAnEvent, Refusable, named_event, page
from events.models import Event, Room, Session, Speaker
from events.models.seated import LIVE
from members.admin.base import number
from strongcities import moments
from strongcities.workflow import MoveRefused
from strongcities.zoned import WallTimeField, ZonedForm

if TYPE_CHECKING:  # generic for the type checker alone
    _StackedInline = admin.StackedInline[Any, Any]
    _ModelForm = forms.ModelForm[Session]
else:
    _StackedInline, _ModelForm = admin.StackedInline, forms.ModelForm


class SessionForm(Refusable, ZonedForm, _ModelForm):
    """Hours as the clocks of the event's place show them."""

    starts = WallTimeField(label=_("Begins"))
    ends = WallTimeField(label=_("Ends"))
    event_here: Event | None = None  # set by the admin: whose programme it is

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.event_here
        if event is None:
            return
        self.zone, self.instance.event = event.zone, event
        if "room" in self.fields:
            room: Any = self.fields["room"]
            room.queryset = Room.objects.filter(event=event)
            room.widget.can_add_related = room.widget.can_change_related = room.widget.can_view_related = False
        if "starts" in self.fields and self.instance._state.adding:
            self.initial.setdefault("starts", event.starts)

    def _get_validation_exclusions(self) -> set[str]:
        untold = {name for name in self.fields if name not in self.cleaned_data}
        return super()._get_validation_exclusions() | untold  # type: ignore[misc,no-any-return]  # Django's own, without types

    def clean(self) -> Any:
        values = super().clean() or self.cleaned_data
        event, starts, ends = self.event_here, values.get("starts"), values.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", gettext("It ends before it begins."))
        elif event and starts and ends and not self.instance.is_cancelled and (starts < event.starts or ends > event.ends):
            words = gettext("It lies outside of the event: %(span)s.")
            self.add_error("starts" if starts < event.starts else "ends", words % {"span": _span(event)})
        if values.get("capacity") is not None and not values.get("books"):
            self.add_error("books", gettext("A limit of seats needs that seats are taken beforehand."))
        taken = self.instance.taken
        if values.get("capacity") is not None and values["capacity"] < taken:
            self.add_error("capacity", changing.fewer_seats(taken))
        return values


def _span(event: Event | Session, zone: str = "") -> str:
    return moments.words(event.starts, event.ends, zone=zone or event.zone)  # type: ignore[union-attr]  # a session's is given


class Speakers(_StackedInline):
    model = Speaker
    extra = 1
    autocomplete_fields = ("official",)
    fields = (("official", "name"), "standing", ("role", "position"), "named_to")

    def get_formset(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, form=SpeakerForm, **kwargs)


class SpeakerForm(forms.ModelForm if not TYPE_CHECKING else forms.ModelForm[Speaker]):  # type: ignore[misc]
    def clean(self) -> Any:
        """An official's own choice stays; the staff say it of guests, who told them."""
        values = super().clean() or self.cleaned_data
        if values.get("official"):
            kept = self.instance.named_to if self.instance.pk and self.instance.official_id == values["official"].pk else ""
            if values.get("named_to") and values["named_to"] != (kept or Speaker._meta.get_field("named_to").default):
                self.add_error("named_to", gettext("An official says so themselves, on their page of events."))
        return values


def _clashes(event: Event) -> list[programme.Clash]:
    return programme.clashes(event.sessions.select_related("room").prefetch_related("speakers__official__user"))


@admin.register(Session)
class SessionAdmin(OfAnEvent, ByVerb):
    form = SessionForm
    list_display = ("title", "when", "room", "kind", "seats", "speakers_named", "stands")
    list_filter = ("event", "kind", "books", "is_cancelled", ("room", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title", "speakers__name", "speakers__official__user__name", "room__name", "event__title")
    list_select_related = ("event", "room")
    list_per_page = 100
    show_full_result_count = False
    ordering = ("starts", "pk")
    actions = None
    inlines = (Speakers,)
    change_list_template = "admin/events/programme.html"
    change_form_template = "admin/events/session.html"
    fields = ("title", "kind", "summary", "starts", "ends", "room", "books", "capacity", "language", "interpretation")

    # --- The list ----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("speakers__official__user")

    @admin.display(description=_("when"), ordering="starts")
    def when(self, session: Session) -> str:
        return moments.words(session.starts, session.ends, zone=session.event.zone)

    @admin.display(description=_("seats"))
    def seats(self, session: Session) -> str:
        if not session.books:
            return "–"
        words = gettext("%(taken)d of %(most)s") if session.capacity is not None else gettext("%(taken)d")
        return words % {"taken": session.taken, "most": session.capacity}

    @admin.display(description=_("speakers"))
    def speakers_named(self, session: Session) -> str:
        return gettext(", ").join(map(str, session.speakers.all())) or "–"

    @admin.display(description=_("state"))
    def stands(self, session: Session) -> str:
        return format_html('<span class="stamp stamp--cancelled">{}</span>', gettext("called off")) if session.is_cancelled else ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Of one event: with its clashes in words, and the links to its other rooms."""
        event = named_event(request)
        context = {
            "title": self.opts.verbose_name_plural, "event": event, "may_keep": Event.may_keep(request.user),
            "clashes": _clashes(event) if event else [],
        }  # fmt: skip
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # --- One session -------------------------------------------------------------------------------------------------

    choose_first = _("Choose the event first: a session is added to its programme.")

    def hangs_on_nothing(self, record: Any) -> bool:
        return not record.bookings.exists()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        session = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if session:
            keeps = session.event.can_change(request.user)
            clashes = [clash for clash in _clashes(session.event) if session.pk in {clash.first.pk, clash.second.pk}]
            context = {"event": session.event, "clashes": clashes, "may_keep": keeps, "may_call_off": keeps and not session.is_cancelled}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.fields if not change or name in form.changed_data}
        if change:
            Session.objects.select_related("event").get(pk=obj.pk).change(by=request.user, **values)
            obj.refresh_from_db()
        else:
            obj.change(by=request.user, **values)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.remove(by=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What somebody booked at this very moment is refused in words."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except MoveRefused as error:
            messages.error(request, str(error))
            return redirect("admin:events_session_change", object_id)

    def _of_event(self, event_id: int) -> str:
        return f"{reverse('admin:events_session_changelist')}?event__id__exact={event_id}"

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        return redirect(self._of_event(obj.event_id))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> Any:
        return redirect(self._of_event(obj.event_id))

    # --- Called off --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.admin_site.admin_view(self.call_off))
        return [path("<int:pk>/call-off/", view, name="events_session_call_off"), *super().get_urls()]

    def call_off(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = Session.objects.select_related("event").filter(pk=number(str(pk))).first()
        if not self.has_change_permission(request):
            raise PermissionDenied
        if session is None:
            raise Http404
        form = NoWords(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                session.call_off(by=request.user)
            except MoveRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, gettext("“%(session)s” is called off; whoever had a seat in it is told.") % {"session": session})
                return redirect(self._of_event(session.event_id))
        concerned = session.bookings.filter(state__in=LIVE).count()
        more = {"session": session, "concerned": concerned, "form": form}
        return page(self.admin_site, request, "call_off", session.event, gettext("Call off a session"), **more)
