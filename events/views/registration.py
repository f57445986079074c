"""`/events/<slug>/registration/`: one's own registration, and everything that one may do to it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import programme_of_mine, registering, waiting_list
from events.forms.answers import shown
from events.forms.registering import RegistrationForm
from events.models import Registration
from events.models.seated import State
from events.views.loading import done, own, seen, settled
from strongcities import languages
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused

HERE = "events:registration"


@signed_in
@never_cache
@require_safe
def registration(request: HttpRequest, slug: str) -> HttpResponse:
    """How it stands, why, and what can be done. Opening it changes nothing but what is over by its date."""
    event = seen(request, slug)
    settled(event)
    try:
        found = own(request, slug)
    except Http404:
        return redirect("events:register", slug)  # nobody has come here by a link of ours: they have not registered
    waits = found.state == State.WAITING
    context = {
        "event": found.event,
        "registration": found,
        "place": waiting_list.place_of(found) if waits else None,
        "why": waiting_list.why(found) if waits else "",
        "why_not": _why_not(found),
        "again": not found.is_live and not registering.obstacle(event, request.user),
        "answers": [(answer.question, shown(answer.question, answer.value)) for answer in found.answers.select_related("question")],
        "interpretation": found.interpretation and languages.name(found.interpretation),
        "may_change": found.can_change(request.user),
        "may_withdraw": found.allows("withdraw") and not event.is_over,
        "apart": waits and bool(found.party and found.party.together),
        "sessions": programme_of_mine.sessions_for(found),
    }
    return render(request, "events/registration.html", context)


def _why_not(registration: Registration) -> str:
    """What the staff wrote to a registration that was refused or taken away."""
    if registration.state not in {State.REFUSED, State.CANCELLED}:
        return ""
    step = registration.transitions.filter(to_state=registration.state).last()
    return step.why if step else ""


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form once more, with what was said."""
    found = own(request, slug)
    if not found.can_change(request.user):
        messages.error(request, gettext("Your answers can’t be changed any more."))
        return redirect(HERE, slug)
    form = RegistrationForm(request.POST if request.method == "POST" else None, event=found.event, user=request.user, registration=found)
    if form.is_bound and form.is_valid():
        try:
            found.change(by=request.user, told=form.told())
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("Your answers are changed."))
            return redirect(HERE, slug)
    return render(request, "events/change.html", {"event": found.event, "form": form, "registration": found})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, and says what becomes free."""
    found = own(request, slug)
    if request.method == "POST":
        return done(request, lambda: found.withdraw(by=request.user), gettext("Your registration is withdrawn."), HERE, slug)
    if not found.allows("withdraw") or found.event.is_over:
        return redirect(HERE, slug)
    sessions = [booking.session for booking in found.bookings.live().select_related("session")]
    return render(request, "events/withdraw.html", {"event": found.event, "registration": found, "sessions": sessions})


@signed_in
@require_POST
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    found = own(request, slug)
    return done(request, lambda: found.accept(by=request.user), gettext("You have a seat."), HERE, slug)


@signed_in
@require_POST
def decline(request: HttpRequest, slug: str) -> HttpResponse:
    found = own(request, slug)
    said = gettext("You declined the seat. It goes to the next in line.")
    return done(request, lambda: found.decline(by=request.user), said, HERE, slug)


@signed_in
@require_POST
def apart(request: HttpRequest, slug: str) -> HttpResponse:
    """Those of the groups that the reader registered there are offered seats one by one from now on."""
    event = seen(request, slug)
    groups = event.parties.led_by(request.user)
    if not groups:
        raise PermissionDenied

    def come_apart() -> None:
        for party in groups.filter(together=True):
            registering.come_apart(party, by=request.user)

    said = gettext("From now on each of your group is offered a seat as soon as there is one.")
    return done(request, come_apart, said, "events:register_group", slug)
