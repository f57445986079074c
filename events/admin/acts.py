"""What is done to an event as a whole: each verb has a page of its own, which says first how many people it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from events import telling
from events.admin.base import NoWords, WhyForm, event_of, page
from events.arranging import MOST_DAYS
from events.models import Event
from strongcities import zones
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Event]
else:
    _ModelAdmin = admin.ModelAdmin


class ResumeForm(WhyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = False


class MoveForm(ResumeForm):
    days = forms.IntegerField(
        label=_("By how many days?"), min_value=-MOST_DAYS, max_value=MOST_DAYS,
        help_text=_("Later: 7. Earlier: -7. Hours stay as the clocks there show them; sessions and the dates of registration move along."),
    )  # fmt: skip
    field_order = ("days", "why")


class CopyForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    begins = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Every session comes as many days after it as there."),
    )  # fmt: skip


@dataclass(frozen=True)
class Act:
    """`says`: what comes of it. `mails`: whether those whom the event concerns are told."""

    button: Any
    says: Any
    form: Callable[..., forms.Form]
    done: Any
    mails: bool = True
    hard: bool = False


_WHY_ALL = _("Everyone whom it concerns reads it, by mail and on the event’s page.")
ACTS: dict[str, Act] = {
    "announce": Act(
        _("Announce"), _("Its page is shown to those it is for, and they can register by its dates. Nobody is mailed: invitations are."),
        NoWords, _("It is announced."), mails=False,
    ),
    "postpone": Act(
        _("Postpone"), _("It has no date for now. Registration and the waiting list rest; everyone keeps their place."),
        partial(WhyForm, about=_WHY_ALL), _("It is postponed, and those concerned are told why."),
    ),
    "resume": Act(
        _("It takes place after all"), _("It takes place on the dates that stand here: change them first, where there are others."),
        partial(ResumeForm, about=_WHY_ALL), _("It takes place, and those concerned are told."),
    ),
    "move_days": Act(
        _("Move everything by …"), _("The event with all its sessions and dates of registration, by the same number of days."),
        partial(MoveForm, about=_WHY_ALL), _("It is moved. Its page says what changed."),
    ),
    "copy": Act(
        _("Copy"), _("A draft on other dates, with rooms, sessions, speakers and questions. Registrations and outcomes stay here."),
        CopyForm, _("This is the copy: a draft that nobody but the staff sees."), mails=False,
    ),
    "cancel": Act(
        _("Cancel the event"), _("Nobody has a seat any more, and no session takes place. This can’t be taken back."),
        partial(WhyForm, about=_WHY_ALL), _("It is cancelled, and those concerned are told why."), hard=True,
    ),
}  # fmt: skip


def offered(event: Event, user: Any) -> list[tuple[str, Any, bool]]:
    """(address, button, whether it is what comes next) of each verb that `user` may do to it now."""
    return [
        (f"admin:events_event_{verb}", act.button, verb in {"announce", "resume"}) for verb, act in ACTS.items() if _may(event, verb, user)
    ]


def _may(event: Event, verb: str, user: Any) -> bool:
    return event.may(verb, user) and (verb not in event.MOVES or event.allows(verb)) and not (verb == "move_days" and event.is_over)


class Acts(_ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        both = require_http_methods(["GET", "HEAD", "POST"])
        own = [
            path(
                f"<int:pk>/{verb.replace('_', '-')}/", both(self.admin_site.admin_view(partial(self._act, verb=verb))),
                name=f"events_event_{verb}",
            )
            for verb in ACTS
        ]  # fmt: skip
        return own + super().get_urls()

    def _act(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """What it would do, and to how many; by POST it is done."""
        event, act = event_of(request, pk, keeps=True), ACTS[verb]
        form = act.form(request.POST if request.method == "POST" else None, initial=self._begins(event, verb))
        if form.is_valid():
            try:
                result = getattr(event, verb)(by=request.user, **form.cleaned_data)
            except MoveRefused as error:
                form.add_error(None, str(error))
            except PermissionDenied:
                form.add_error(None, gettext("You may not do this."))
            else:
                messages.success(request, str(act.done))
                return redirect("admin:events_event_change", getattr(result, "pk", event.pk))
        concerned = len(telling.concerned(event)) if act.mails and event.is_shown else 0
        allowed = verb not in event.MOVES or event.allows(verb)
        more = {"act": act, "form": form, "concerned": concerned, "allowed": allowed}
        return page(self.admin_site, request, "act", event, str(act.button), **more)

    @staticmethod
    def _begins(event: Event, verb: str) -> dict[str, Any]:
        if verb != "copy":
            return {}
        starts = zones.wall(event.starts, event.zone).date()
        try:
            return {"title": event.title, "begins": starts.replace(year=starts.year + 1)}
        except ValueError:  # 29 February
            return {"title": event.title, "begins": starts.replace(year=starts.year + 1, day=28)}
