"""Who is invited to which event: many at once, reminded, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from events import invited, inviting
from events.admin.base import NoWords, attempt, event_of, named_event, page
from events.models import Event, EventInvitation
from members.admin.base import NeverDeleted, QueueFilter, number
from strongcities import sheets
from strongcities.admin import Queue, ToRead
from strongcities.workflow import MoveRefused

State = EventInvitation.State


class StateFilter(QueueFilter):
    """Those who have not answered first."""

    title = _("state")
    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "open": (_("Not answered"), lambda rows: rows.filter(state=State.OPEN)),
        "accepted": (_("Accepted"), lambda rows: rows.filter(state=State.ACCEPTED)),
        "declined": (_("Declined"), lambda rows: rows.filter(state=State.DECLINED)),
        "withdrawn": (_("Withdrawn"), lambda rows: rows.filter(state=State.WITHDRAWN)),
        "all": (_("All"), lambda rows: rows),
    }


class InviteForm(forms.Form):
    """Whom to invite: pasted, or in a file."""

    pasted = forms.CharField(
        label=_("Addresses, one a line"), required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("As you have them: a name and the address in angle brackets, or the address alone."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a spreadsheet"), required=False, allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("A workbook (.xlsx) or CSV with a column “email”, and if you like “name” and “language”."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the mails"), choices=settings.LANGUAGES)
    skip = forms.BooleanField(label=_("Leave out lines that can’t be read, and invite the others"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        language, file = values.get("language", "en"), values.get("file")
        if bool(file) == bool(values.get("pasted", "").strip()):
            raise forms.ValidationError(gettext("Paste addresses, or choose a file: one of the two."))
        try:
            read = invited.in_file(file.read(sheets.LARGEST + 1), language=language) if file else None
        except sheets.NotASheet as error:
            self.add_error("file", str(error))
            return values
        values["read"] = read or invited.pasted(values["pasted"], language=language)
        if values["read"].faults and not values["skip"]:
            field = "file" if file else "pasted"
            for line, words in values["read"].faults[:50]:
                self.add_error(field, gettext("Line %(line)d: %(words)s") % {"line": line, "words": words})
        elif not values["read"].people:
            raise forms.ValidationError(gettext("There is no address to invite."))
        return values


@admin.register(EventInvitation)
class EventInvitationAdmin(NeverDeleted, ToRead):
    list_display = ("email", "name", "event", "stamp", "sent", "reminded")
    list_filter = (StateFilter, ("event", admin.RelatedOnlyFieldListFilter), "asked_for")
    search_fields = ("email", "name", "event__title")
    list_select_related = ("event",)
    list_per_page = 100
    show_full_result_count = False
    ordering = ("sent", "pk")
    actions = ("withdraw_chosen",)
    fields = readonly_fields = ("email", "name", "event", "stamp", "asked_for", "invited_by", "sent", "reminded", "reminders", "user")
    change_list_template = "admin/events/invitations.html"

    def queues(self, request: HttpRequest) -> list[Queue]:
        """Who could be reminded today."""
        if not Event.may_keep(request.user):
            return []
        row = EventInvitation.objects.to_remind().aggregate(count=Count("pk"), oldest=Min("sent"))
        url = reverse("admin:events_eventinvitation_changelist")
        return [Queue(gettext("Invitations without an answer"), row["count"], row["oldest"], gettext("Remind them, or withdraw."), url)]

    @admin.display(description=_("state"), ordering="state")
    def stamp(self, invitation: EventInvitation) -> str:
        return format_html('<span class="stamp stamp--{}">{}</span>', invitation.state, invitation.get_state_display())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        event = named_event(request)
        context: dict[str, Any] = {"title": self.opts.verbose_name_plural, "event": event, "may_keep": Event.may_keep(request.user)}
        if event:
            counts = dict(event.invitations.order_by().values_list("state").annotate(Count("pk")))
            context["counts"] = [(label, counts.get(state, 0)) for state, label in State.choices]
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return Event.may_keep(request.user)

    @admin.action(description=_("Withdraw the chosen invitations"), permissions=["keep"])
    def withdraw_chosen(self, request: HttpRequest, chosen: QuerySet[EventInvitation]) -> None:
        """Each by itself: who has registered meanwhile keeps what they have."""
        done = left = 0
        for invitation in chosen:
            try:
                invitation.withdraw(by=request.user)
            except (MoveRefused, PermissionDenied):
                left += 1
            else:
                done += 1
        if done:
            messages.success(
                request, ngettext("%(count)d invitation is withdrawn.", "%(count)d invitations are withdrawn.", done) % {"count": done}
            )
        if left:
            words = ngettext(
                "%(count)d stays: it was answered, or withdrawn already.",
                "%(count)d stay: they were answered, or withdrawn already.",
                left,
            )
            messages.warning(request, words % {"count": left})

    # --- Of one event ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        both = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("of/<int:pk>/invite/", both(view(self.invite)), name="events_event_invite"),
            path("of/<int:pk>/remind/", both(view(self.remind)), name="events_event_remind"),
            path("<int:pk>/withdraw/", require_POST(view(self.withdraw)), name="events_eventinvitation_withdraw"),
            *super().get_urls(),
        ]

    def _of_event(self, event: Event) -> HttpResponse:
        return redirect(f"{reverse('admin:events_eventinvitation_changelist')}?event__id__exact={event.pk}")

    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        event = event_of(request, pk, keeps=True)
        form = InviteForm(request.POST, request.FILES) if request.method == "POST" else InviteForm(initial={"language": event.language})
        if form.is_valid():
            read = form.cleaned_data["read"]
            try:
                new, there = inviting.invite(event, read.people, by=request.user)
            except MoveRefused as error:
                form.add_error(None, str(error))
            else:
                self._tell(request, new, there + read.twice, len(read.faults))
                return self._of_event(event)
        return page(self.admin_site, request, "invite", event, gettext("Invite people"), form=form)

    @staticmethod
    def _tell(request: HttpRequest, new: int, there: int, bad: int) -> None:
        messages.success(request, ngettext("%(count)d person is invited.", "%(count)d people are invited.", new) % {"count": new})
        if there:
            words = ngettext(
                "%(count)d had an invitation already, and was not mailed again.",
                "%(count)d had one already, and were not mailed again.",
                there,
            )
            messages.info(request, words % {"count": there})
        if bad:
            words = ngettext("%(count)d line was left out.", "%(count)d lines were left out.", bad)
            messages.warning(request, words % {"count": bad})

    def remind(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Once more to those who haven't answered: says first how many that are."""
        event = event_of(request, pk, keeps=True)
        form = NoWords(request.POST if request.method == "POST" else None)
        if form.is_valid():
            count = inviting.remind(event, by=request.user)
            messages.success(request, ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", count) % {"count": count})
            return self._of_event(event)
        return page(self.admin_site, request, "remind", event, gettext("Remind"), concerned=inviting.due(event).count(), form=form)

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not Event.may_keep(request.user):
            raise PermissionDenied
        invitation = EventInvitation.objects.select_related("event").filter(pk=number(str(pk))).first()
        if invitation is None:
            raise Http404
        attempt(request, lambda: invitation.withdraw(by=request.user), gettext("It is withdrawn: its link no longer opens."))
        return self._of_event(invitation.event)
