"""`/events/<slug>/register/`: the form; the link that visitors ask for; and a lead official who registers colleagues."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from events import booking, inviting, registering, waiting_list
from events.forms.group import GroupForm
from events.forms.link import LinkForm
from events.forms.registering import RegistrationForm
from events.models import Event, Registration
from events.models.seated import State
from events.views.loading import done, seen, settled
from members.models import City
from strongcities.access import public, signed_in
from strongcities.workflow import MoveRefused

form_view = require_http_methods(["GET", "HEAD", "POST"])


@public
@never_cache
@form_view
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a seat. Visitors sign in first, or have a link mailed where everyone may come."""
    event, user = seen(request, slug), request.user
    if not user.is_authenticated:
        return redirect("events:ask", slug) if request.method != "POST" and inviting.can_ask(event) else redirect_to_login(request.path)
    if registering.live_of(event, user):
        return redirect("events:registration", slug)
    form = RegistrationForm(request.POST if request.method == "POST" else None, event=event, user=user)
    if form.is_bound and form.is_valid():
        try:
            new = registering.register(event, user=user, city=form.city, told=form.told())
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            return _registered(request, new, form.cleaned_data.get("sessions") or [])
    settled(event)
    obstacle = registering.obstacle(event, user)
    outlook = "" if obstacle else waiting_list.ahead(event, form.cities)
    context = {"event": event, "form": form, "obstacle": obstacle, "outlook": outlook, "leads": City.objects.led_by(user).exists()}
    return render(request, "events/register.html", context)


def _registered(request: HttpRequest, new: Registration, sessions: Any) -> HttpResponse:
    """How it stands, the next page says. Seats in sessions are for who has one at the event: of whoever waits, none is taken yet."""
    messages.success(request, gettext("Your registration has arrived. A mail on it is on its way to you."))
    if sessions and new.state == State.CONFIRMED:
        for words in booking.book_all(sessions, registration=new, by=request.user):
            messages.warning(request, words)
    elif sessions:
        messages.warning(request, gettext("Seats in sessions can be chosen as soon as you have a seat at the event."))
    return redirect("events:registration", new.event.slug)


# --- Visitors --------------------------------------------------------------------------------------------------------


@public
@never_cache
@form_view
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A link to register, mailed to whoever names their mailbox. What is answered is the same for every address."""
    event = seen(request, slug)
    if not inviting.can_ask(event):
        raise Http404
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"]
        said = gettext("A mail with a link is on its way to %(email)s. Open it to register.") % {"email": email}
        return done(request, lambda: inviting.ask(event, email, language=get_language() or "en"), said, "events:ask", slug)
    return render(request, "events/ask.html", {"event": event, "form": form, "obstacle": registering.closed(event)})


# --- Several of a city -----------------------------------------------------------------------------------------------


@signed_in
@never_cache
@form_view
def register_group(request: HttpRequest, slug: str) -> HttpResponse:
    """Colleagues of a city that the reader leads, all of them or none; and who is what of those registered before."""
    event, user = seen(request, slug), request.user
    cities = list(City.objects.members().filter(pk__in=City.objects.led_by(user)))
    groups = Registration.objects.in_groups_of(user).filter(event=event)
    if not cities and not groups.exists():
        raise PermissionDenied
    settled(event)
    forms = [GroupForm(_of(request, city), event=event, city=city, user=user) for city in cities]
    for form in forms:
        if form.is_bound and form.is_valid() and (answer := _register_group(request, event, form)):
            return answer
    context = {
        "event": event,
        "forms": forms,
        "groups": groups.select_related("user", "party", "city").order_by("party", "number", "pk"),
        "apart": event.parties.led_by(user).filter(together=True, registrations__state=State.WAITING).exists(),
        "obstacle": registering.closed(event),
    }
    return render(request, "events/register_group.html", context)


def _of(request: HttpRequest, city: City) -> Any:
    """What was posted, for the form of the city it was posted for."""
    return request.POST if request.method == "POST" and request.POST.get("city") == city.slug else None


def _register_group(request: HttpRequest, event: Event, form: GroupForm) -> HttpResponse | None:
    try:
        new = registering.register_group(event, by=request.user, city=form.city, people=form.people())
    except MoveRefused as error:
        form.add_error(None, str(error))
        return None
    words = ngettext("%(count)d person is registered.", "%(count)d people are registered, and each is told by mail.", len(new))
    messages.success(request, words % {"count": len(new)})
    return redirect("events:register_group", event.slug)


def _of_my_group(request: HttpRequest, slug: str, pk: int) -> Registration:
    mine = Registration.objects.in_groups_of(request.user).filter(event=seen(request, slug))
    found: Registration = get_object_or_404(mine.select_related("event", "party", "user"), pk=pk)
    return found


@signed_in
@require_POST
def group_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    place = _of_my_group(request, slug, pk)
    said = gettext("%(person)s has a seat.") % {"person": place.user}
    return done(request, lambda: place.accept(by=request.user), said, "events:register_group", slug)


@signed_in
@require_POST
def group_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    place = _of_my_group(request, slug, pk)
    said = gettext("The seat for %(person)s is declined, and goes to the next in line.") % {"person": place.user}
    return done(request, lambda: place.decline(by=request.user), said, "events:register_group", slug)
