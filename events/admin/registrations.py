"""Who asks to take part: the list over all events, its queues, and what is done to many at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_POST

from events.admin.base import NoWords, WhyForm, named_event
from events.admin.deciding import ABOUT, Decides
from events.models import Event, Registration
from events.models.seated import LIVE, SEATED, State
from members.admin.base import NeverDeleted, QueueFilter, number
from strongcities import ages
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused


class StandsFilter(QueueFilter):
    """What waits for the staff first."""

    title = _("state")
    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "decide": (_("To be decided"), lambda rows: rows.filter(state=State.REQUESTED)),
        "waiting": (_("On the waiting list"), lambda rows: rows.filter(state=State.WAITING)),
        "offered": (_("Seat offered"), lambda rows: rows.filter(state=State.OFFERED)),
        "seat": (_("With a seat"), lambda rows: rows.filter(state__in=SEATED)),
        "gone": (_("Without one"), lambda rows: rows.exclude(state__in=LIVE)),
        "all": (_("All"), lambda rows: rows),
    }


# (button, what is said afterwards, whether it needs a reason) of each verb that many get at once.
TOGETHER: dict[str, tuple[Any, Any, bool]] = {
    "approve": (_("Approve"), _("Approved: %(count)d. Whoever found no seat waits, in the order of asking."), False),
    "refuse": (_("Don’t accept"), _("Not accepted: %(count)d. Each was told why."), True),
    "cancel": (_("Take the registration away"), _("Taken away: %(count)d. Each was told why, and the seats were passed on."), True),
}


@admin.register(Registration)
class RegistrationAdmin(Decides, NeverDeleted):
    """Nothing here is changed by a form: each verb has its own address, and the model decides whether it may be."""

    list_display = ("person", "event", "city", "stamp", "age")
    list_display_links = ("person",)
    list_filter = (StandsFilter, ("event", admin.RelatedOnlyFieldListFilter), "city__region")
    search_fields = ("user__name", "user__email", "city__name", "event__title")
    list_select_related = ("user", "city", "event")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("made", "pk")
    actions = ("approve_together", "refuse_together", "cancel_together")
    change_list_template = "admin/events/registrations.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def queues(self, request: HttpRequest) -> list[Queue]:
        """What waits for the staff, and whom the house waits for: offers that nobody has answered yet."""
        if not Event.may_keep(request.user):
            return []
        found = Registration.objects
        decide = found.to_decide().exclude(user=request.user.pk).aggregate(count=Count("pk"), oldest=Min("made"))
        offers = found.filter(state=State.OFFERED).aggregate(count=Count("pk"), oldest=Min("made"))
        url = reverse("admin:events_registration_changelist")
        return [
            Queue(gettext("Registrations to decide"), decide["count"], decide["oldest"], gettext("Approve, or say why not."), url),
            Queue(
                gettext("Seats offered"), offers["count"], offers["oldest"],
                gettext("They pass on by themselves; somebody may need a call."), f"{url}?queue=offered",
            ),
        ]  # fmt: skip

    # --- The list ----------------------------------------------------------------------------------------------------

    @admin.display(description=_("person"), ordering="user__name")
    def person(self, registration: Registration) -> str:
        return format_html("{}<br>{}", registration.user, registration.user.email)

    @admin.display(description=_("state"), ordering="state")
    def stamp(self, registration: Registration) -> str:
        return format_html('<span class="stamp stamp--{}">{}</span>', registration.state, registration.get_state_display())

    @admin.display(description=_("age"), ordering="made")
    def age(self, registration: Registration) -> str:
        return ages.age(registration.made)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Of one event, with the links to its other rooms."""
        event = named_event(request)
        context = {"title": self.opts.verbose_name_plural, "event": event, "may_keep": Event.may_keep(request.user)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # --- Many at once ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"together/{verb}/", require_POST(self.admin_site.admin_view(partial(self._done, verb=verb))),
                name=f"events_registration_{verb}_together",
            )
            for verb in TOGETHER
        ]  # fmt: skip
        return own + super().get_urls()

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return Event.may_keep(request.user)

    @admin.action(description=_("Approve together …"), permissions=["keep"])
    def approve_together(self, request: HttpRequest, chosen: QuerySet[Registration]) -> HttpResponse:
        return self._together(request, chosen, "approve")

    @admin.action(description=_("Don’t accept, with a reason …"), permissions=["keep"])
    def refuse_together(self, request: HttpRequest, chosen: QuerySet[Registration]) -> HttpResponse:
        return self._together(request, chosen, "refuse")

    @admin.action(description=_("Take away, with a reason …"), permissions=["keep"])
    def cancel_together(self, request: HttpRequest, chosen: QuerySet[Registration]) -> HttpResponse:
        return self._together(request, chosen, "cancel")

    def _together(self, request: HttpRequest, chosen: Any, verb: str, form: Any = None) -> HttpResponse:
        """Nothing yet: the page that shows for which of them it may be done, and why not for the others."""
        rows = list(chosen.select_related("user", "city", "event").order_by("event", "number", "pk")[: self.list_per_page])
        button, _said, with_reason = TOGETHER[verb]
        why_not = {row.pk: self._why_not(row, verb, request.user) for row in rows}
        context = {
            **self.admin_site.each_context(request),
            "title": button, "opts": self.opts, "verb": verb, "hard": verb != "approve",
            "url": reverse(f"admin:events_registration_{verb}_together"),
            "able": [row for row in rows if not why_not[row.pk]],
            "others": [(row, why_not[row.pk]) for row in rows if why_not[row.pk]],
            "form": form or (WhyForm(about=ABOUT) if with_reason else NoWords()),
        }  # fmt: skip
        return render(request, "admin/events/together.html", context, status=422 if form else 200)

    @staticmethod
    def _why_not(row: Registration, verb: str, user: Any) -> str:
        if not row.may(verb, user):
            return gettext("This is not yours to do.")
        if verb != "cancel" and row.is_of(user):
            return gettext("This is your own registration: others decide on it.")
        return "" if row.allows(verb) else gettext("It is “%(state)s”.") % {"state": row.get_state_display()}

    def _done(self, request: HttpRequest, verb: str) -> HttpResponse:
        """Each by itself: one that somebody settled meanwhile stops none of the others."""
        if not Event.may_keep(request.user):
            raise PermissionDenied
        _button, said, with_reason = TOGETHER[verb]
        chosen = Registration.objects.filter(pk__in=list(map(number, request.POST.getlist("one")))[: self.list_per_page])
        form = WhyForm(request.POST, about=ABOUT) if with_reason else NoWords(request.POST)
        if not form.is_valid():
            return self._together(request, chosen, verb, form)
        done = left = 0
        for row in chosen.select_related("event").order_by("event", "number", "pk"):
            try:
                if self._why_not(row, verb, request.user):
                    raise MoveRefused
                getattr(row, verb)(by=request.user, **form.cleaned_data)
            except (MoveRefused, PermissionDenied):
                left += 1
            else:
                done += 1
        if done:
            messages.success(request, str(said) % {"count": done})
        if left:
            words = ngettext(
                "%(count)d was left as it is: it was settled meanwhile.",
                "%(count)d were left as they are: they were settled meanwhile.",
                left,
            )
            messages.warning(request, words % {"count": left})
        return redirect("admin:events_registration_changelist")
