"""`/members/cities/<slug>/colleagues/`: the people of a member city, for its lead officials and the Secretariat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.forms.officials import DomainForm, InviteForm
from members.models import Application, City, CityDomain, Invitation, Post, PostTransition
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused

STEPS_SHOWN = 20


def managed(request: HttpRequest, slug: str) -> City:
    """The member city whose people the reader keeps: 404 for one that they may not see, 403 for everyone else's."""
    city: City = get_object_or_404(City.objects.visible_to(request.user), slug=slug)
    if not city.can_manage_people(request.user):
        raise PermissionDenied
    return city


def do(request: HttpRequest, city: City, verb: Callable[[], Any], said: str) -> HttpResponse:
    """One verb, then back to the city's people; what the model refuses is said."""
    try:
        verb()
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("members:colleagues", city.slug)


def show_people(request: HttpRequest, city: City, *, invite: Form | None = None, domain: Form | None = None) -> HttpResponse:
    user: Any = request.user
    again = set(Post.objects.to_vet_again().filter(city=city).values_list("pk", flat=True))
    posts = list(city.posts.today().select_related("official__user").order_by("-is_lead", "official__user__name", "pk"))
    for post in posts:
        post.city = city
        vars(post)["acts"] = _acts(post, user, again)
    rules = _rules(city, posts)
    own = next((post for post in posts if post.is_of(user) and post.is_lead), None)
    context = {
        "city": city,
        "posts": posts,
        "own": own,
        "others": any(not post.is_of(user) and not post.is_lead for post in posts),
        "applications": Application.objects.waiting().to_decide_by(user).filter(city=city).select_related("applicant"),
        "invitations": Invitation.objects.open().visible_to(user).filter(city=city).select_related("invited_by"),
        "domains": rules,
        "steps": PostTransition.objects.filter(subject__city=city)
        .select_related("subject__official__user", "by")
        .order_by("-at", "-pk")[:STEPS_SHOWN],
        "invite": invite or InviteForm(prefix="invite", initial={"language": get_language()}),
        "domain": domain or DomainForm(prefix="domain", user=user, on=_awake(rules)),
        "may_leave": city.can_leave(user),
    }
    return render(request, "members/colleagues.html", context)


def _rules(city: City, posts: list[Post]) -> list[CityDomain]:
    """The city's confirmed domains, each with whether it sleeps (CityDomain.sleeps), asked once for all."""
    lead = {post.official.user_id for post in posts if post.is_lead}
    rules = list(city.domains.on().select_related("confirmed_by"))
    people: dict[int, Any] = {}
    for rule in rules:
        person = people.setdefault(rule.confirmed_by_id, rule.confirmed_by)
        vars(rule)["asleep"] = not person.is_active or not (person.pk in lead or person.vets)
    return rules


def _awake(rules: list[CityDomain]) -> set[str]:
    return {rule.domain for rule in rules if not vars(rule)["asleep"]}


def _acts(post: Post, user: Any, again: set[int]) -> dict[str, bool]:
    """What the reader may do to a colleague's post. The reader keeps this city's people, or would not be here."""
    other = not post.is_of(user)
    return {
        "appoint": other and not post.is_lead,
        "end": other and (not post.is_lead or user.vets),
        "revet": other and post.pk in again,
    }


@signed_in
@never_cache
@require_safe
def colleagues(request: HttpRequest, slug: str) -> HttpResponse:
    """Colleagues, applications, invitations, mail domains, and what was done."""
    return show_people(request, managed(request, slug))


@signed_in
@require_POST
def confirm_domain(request: HttpRequest, slug: str) -> HttpResponse:
    city = managed(request, slug)
    rules = _rules(city, list(city.posts.today().select_related("official")))
    form = DomainForm(request.POST, prefix="domain", user=request.user, on=_awake(rules))
    if not form.is_valid():
        return show_people(request, city, domain=form)
    domain = form.cleaned_data["domain"]
    said = gettext("From now on whoever applies with an address at %(domain)s joins at once.") % {"domain": domain}
    return do(request, city, lambda: CityDomain.confirm(city, domain, by=request.user), said)


@signed_in
@require_POST
def end_domain(request: HttpRequest, pk: int) -> HttpResponse:
    domain = get_object_or_404(CityDomain.objects.visible_to(request.user).select_related("city"), pk=pk)
    said = gettext("Nobody joins by %(domain)s any more; who did stays.") % {"domain": domain.domain}
    return do(request, domain.city, lambda: domain.end(by=request.user), said)
