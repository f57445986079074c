"""One registration on a page of its own: what the person said, where it stands, and the verbs by which it is decided on."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from events import participants, seats, waiting_list
from events.admin.base import NoWords, WhyForm
from events.admin.words import done
from events.models import Event, Registration
from events.models.seated import State
from members.admin.base import LeadsOn, number
from strongcities import languages
from strongcities.workflow import MoveRefused

ABOUT = _("The person reads it, by mail.")
# (button, what is said afterwards, whether it needs a reason, whether it is hard to take back)
VERBS: dict[str, tuple[Any, Any, bool, bool]] = {
    "approve": (_("Approve"), "", False, False),
    "refuse": (_("Don’t accept"), _("Not accepted; they were told why."), True, True),
    "check_in": (_("Check in"), _("They are there."), False, False),
    "check_out": (_("Check out"), _("They are not there after all."), False, False),
    "cancel": (_("Take the registration away"), _("Taken away; they were told why, and the seat was passed on."), True, True),
}


class Decides(LeadsOn):
    """The page shows; each verb has its own address. Whoever decided on one goes on to the next that waits."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{verb.replace('_', '-')}/", require_POST(self.admin_site.admin_view(partial(self._do, verb=verb))),
                name=f"events_registration_{verb}",
            )
            for verb in VERBS
        ]  # fmt: skip
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """It only shows; see the verbs below. That an offer is over by its date is noted first."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        registration = self._load(request, object_id)
        if Event.may_keep(request.user):
            seats.settle(registration.event)
            registration.refresh_from_db()
        return self._page(request, registration)

    def _load(self, request: HttpRequest, pk: str | int) -> Registration:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Registration.objects.select_related("user", "city", "event__host", "party__city", "party__made_by")
        registration = found.filter(pk=number(str(pk))).first()
        if registration is None:
            raise Http404
        return registration

    def _page(self, request: HttpRequest, registration: Registration, wrong: tuple[str, forms.Form] | None = None) -> HttpResponse:
        user: Any = request.user
        waits = registration.state == State.WAITING
        others = Registration.objects.filter(user=registration.user_id).exclude(pk=registration.pk).select_related("event")
        steps = registration.transitions.select_related("by")
        context = {
            **self.admin_site.each_context(request),
            "title": str(registration), "opts": self.opts, "preserved_filters": self.get_preserved_filters(request),
            "registration": registration, "event": registration.event, "may_keep": Event.may_keep(user),
            "verbs": self._verbs(registration, user, dict([wrong] if wrong else [])),
            "interpretation": languages.name(registration.interpretation) if registration.interpretation else "",
            "own": registration.is_of(user) and registration.state == State.REQUESTED,
            "place": waiting_list.place_of(registration) if waits else None,
            "why": waiting_list.why(registration) if waits else "",
            "answers": participants.answers_to(registration, user) if user.has_perm("events.view_answer") else [],
            "bookings": registration.bookings.select_related("session").order_by("session__starts", "pk"),
            "fellows": registration.party.registrations.select_related("user").order_by("number") if registration.party else (),
            "others": others.order_by("-event__starts", "-pk")[:20],
            "steps": [(done(step.verb), step) for step in steps],
            "next": self.next_after(request, registration) if Event.may_keep(user) else None,
        }  # fmt: skip
        return render(request, "admin/events/registration.html", context, status=422 if wrong else 200)

    @staticmethod
    def _verbs(registration: Registration, user: Any, filled: dict[str, forms.Form]) -> list[dict[str, Any]]:
        found = []
        for verb, (button, _said, reason, hard) in VERBS.items():
            own = verb in {"approve", "refuse"} and registration.is_of(user)
            if own or not (registration.allows(verb) and registration.may(verb, user)):
                continue
            form = filled.get(verb) or (WhyForm(prefix=verb, about=ABOUT) if reason else NoWords())
            url = reverse(f"admin:events_registration_{verb}", args=[registration.pk])
            found.append({"button": button, "form": form, "reason": reason, "hard": hard, "url": url})
        return found

    def _do(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """One verb, by POST; what the model refuses is said. A decision leads on to the next."""
        registration, (_button, said, reason, _hard) = self._load(request, pk), VERBS[verb]
        form = WhyForm(request.POST, prefix=verb, about=ABOUT) if reason else NoWords(request.POST)
        if not form.is_valid():
            return self._page(request, registration, (verb, form))
        try:
            if verb in {"approve", "refuse"} and registration.is_of(request.user):
                raise PermissionDenied
            getattr(registration, verb)(by=request.user, **form.cleaned_data)
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("You may not do this: nobody decides on a registration of their own, or without the right to."))
        else:
            if verb in {"approve", "refuse"}:
                return self.go_on(request, registration, str(said) or _became(registration))
            messages.success(request, str(said))
        return redirect(self.page_of(request, registration))


def _became(registration: Registration) -> str:
    if registration.state == State.CONFIRMED:
        return gettext("Approved: they have a seat, and were told by mail.")
    return gettext("Approved: no seat is free, so they wait; they were told by mail.")
