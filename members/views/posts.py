"""`/members/posts/`: what I am and was; and what is done to a post: leave, end, lead, hand over, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import leaving
from members.forms.officials import EndForm, HandOverForm, LeaveCityForm, MandateTick
from members.models import City, Post
from members.querysets import today
from members.views.colleagues import do, managed
from members.views.join import require_form
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused


@signed_in
@never_cache
@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """The reader's cities: today's posts, and those that are over."""
    own = Post.objects.of(request.user).select_related("city").order_by("-since", "-pk")
    led = set(City.objects.led_by(request.user).values_list("pk", flat=True))
    context = {"now": [post for post in own if post.is_today], "past": [post for post in own if not post.is_today], "led": led}
    return render(request, "members/posts.html", context)


@signed_in
@never_cache
@require_form
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then ends a post of the reader's own."""
    post = get_object_or_404(Post.objects.of(request.user).select_related("city", "official__user"), pk=pk)
    if request.method != "POST":
        last = post.is_lead and len(post.city.leads_today()) == 1
        return render(request, "members/post_leave.html", {"post": post, "last": last})
    try:
        post.end(by=request.user)
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("You no longer represent %(city)s.") % {"city": post.city.called})
    return redirect("members:posts")


@signed_in
@never_cache
@require_form
def leave_network(request: HttpRequest) -> HttpResponse:
    """Asks once, then the reader leaves every city and is signed out in every browser."""
    user: Any = request.user
    if request.method != "POST":
        return render(request, "members/leave.html", {"posts": user.posts_today.select_related("city")})
    leaving.leave_network(user)
    logout(request)
    messages.success(request, gettext("You have left the network. Thank you for what you gave to it."))
    return redirect("pages:home")


# --- By a lead official ----------------------------------------------------------------------------------------------


def _colleague(request: HttpRequest, pk: int, verb: str) -> Post:
    """A post at a member city whose people the reader keeps: 404 for every other one, 403 where `verb` is not theirs."""
    user: Any = request.user
    kept = Q() if user.vets else Q(city__in=City.objects.led_by(user))
    post = get_object_or_404(Post.objects.filter(kept).select_related("city", "official__user"), pk=pk)
    if not getattr(post, f"can_{verb}")(user):
        raise PermissionDenied
    return post


@signed_in
@never_cache
@require_form
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for the reason, then ends a colleague's post."""
    post = _colleague(request, pk, "end")
    form = EndForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/post_end.html", {"post": post, "form": form})
    said = gettext("The post of %(person)s has ended; they were told why.") % {"person": post.official}
    return do(request, post.city, lambda: post.end(by=request.user, why=form.cleaned_data["why"]), said)


@signed_in
@never_cache
@require_form
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what it means, then makes a colleague lead official."""
    post = _colleague(request, pk, "appoint")
    form = MandateTick(request.POST if request.method == "POST" else None, may_give=post.can_give_mandate(request.user))
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/post_appoint.html", {"post": post, "form": form})
    said = gettext("%(person)s is lead official now.") % {"person": post.official}
    return do(request, post.city, lambda: post.appoint(by=request.user, mandate=form.cleaned_data.get("mandate", False)), said)


@signed_in
@require_POST
def revet(request: HttpRequest, pk: int) -> HttpResponse:
    post = _colleague(request, pk, "revet")
    said = gettext("Noted: %(person)s still represents %(city)s.") % {"person": post.official, "city": post.city.called}
    return do(request, post.city, lambda: post.revet(by=request.user), said)


@signed_in
@never_cache
@require_form
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Who leads from now on, then the role goes to them."""
    post = _colleague(request, pk, "hand_over")
    form = HandOverForm(request.POST if request.method == "POST" else None, post=post, may_give=post.can_give_mandate(request.user))
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/post_hand_over.html", {"post": post, "form": form, "own": post.is_of(request.user)})
    given = form.cleaned_data
    try:
        post.hand_over(given["to"], by=request.user, mandate=given.get("mandate", False))
    except MoveRefused as error:
        messages.error(request, str(error))
        return redirect("members:post_hand_over", pk)
    names = gettext(", ").join(str(successor.official) for successor in given["to"])
    messages.success(request, gettext("%(city)s is led by %(person)s now.") % {"city": post.city.called, "person": names})
    return redirect("members:posts") if post.is_of(request.user) else redirect("members:colleagues", post.city.slug)


# --- The city itself -------------------------------------------------------------------------------------------------


def _leaving(request: HttpRequest, slug: str) -> City:
    city = managed(request, slug)
    if not city.can_leave(request.user):
        raise PermissionDenied
    return city


@signed_in
@never_cache
@require_form
def leave_city(request: HttpRequest, slug: str) -> HttpResponse:
    """The first press: why the city leaves. It answers with what will happen, and a second button."""
    city = _leaving(request, slug)
    form = LeaveCityForm(request.POST or None)
    context = {"city": city, "form": form, "posts": city.posts.today().count(), "day": today()}
    asked = request.method == "POST" and form.is_valid()
    return render(request, "members/city_leave_confirm.html" if asked else "members/city_leave.html", context)


@signed_in
@require_POST
def leave_city_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """The second press: the city has left."""
    city, form = _leaving(request, slug), LeaveCityForm(request.POST)
    if not form.is_valid():
        return redirect("members:city_leave", slug)
    try:
        leaving.leave_as_city(city, by=request.user, why=form.cleaned_data["why"])
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, gettext("%(city)s has left the network. Its officials and the Secretariat were told.") % {"city": city.called}
        )
    return redirect(city)
