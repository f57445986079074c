"""Leaving the network, as a city or as a person: the record stays, access is gone with the next request.

| who leaves             | what ends                                                               | what stays                        |
|------------------------|-------------------------------------------------------------------------|-----------------------------------|
| a person, one city     | `Post.end` (models/official.py)                                         | the dated post, their other posts |
| a person, the network  | every post, every session in every browser, consents, open applications | account, dated posts              |
| a city                 | membership, its officials' posts, open invitations, confirmed domains,  | the city's page, posts, practices |
|                        | its single sign-on, its seats on the network's bodies                   |                                   |
| a city, by a date that | membership, from that day on; its seats on the network's bodies         | posts, invitations, domains,      |
| staff enter            | (`Membership.end`)                                                      | sign-on: good for members alone   |

A person without a post may still sign in (to see what they were, and to apply again), and reads what visitors read.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from members.models import Application, Body, City, Invitation, Post, SignOn
from members.querysets import today
from strongcities import mail
from strongcities.workflow import MoveRefused


def leave_network(user: Any) -> None:
    """`user` leaves every city they stand for, and is signed out everywhere."""
    with transaction.atomic():
        for application in Application.objects.of(user).open().order_by("pk"):  # before the cities, as an approval locks them
            application.withdraw(by=user)
        cities = Post.objects.filter(_not_over(), official__user=user).values("city")
        locked = list(City.objects.select_for_update(no_key=True).filter(pk__in=cities).order_by("pk"))
        posts = _open_posts(Q(official__user=user, city__in=locked))
        for post in posts:
            post.close(by=user, verb="leave_network")
            for lead in post.city.leads_today():
                context = {"city": post.city, "person": user, "why": ""}
                mail.send("members/colleague_left", to=lead.email, context=context, language=lead.language)
        if official := getattr(user, "official", None):
            official.take_consents_back()
        user.end_sessions()
        context = {"city": gettext(", ").join(str(post.city) for post in posts)}
        mail.send("members/left_network", to=user.email, context=context, language=user.language)


def leave_as_city(city: City, *, by: Any, why: str) -> None:
    """`city` is a member no more from today on, says `by`. Its officials and the Secretariat are mailed who said so, and why.

    Raises PermissionDenied; MoveRefused where it is no member (any more).
    """
    with transaction.atomic():
        # Before the city, as accepting an invitation locks them in this order.
        invitations = list(Invitation.objects.open().filter(city=city).order_by("pk"))
        for invitation in invitations:
            invitation.withdraw(by=None)
        Body.hold()
        locked = City.objects.select_for_update(no_key=True).get(pk=city.pk)
        membership = locked.memberships.today().first()
        if membership is None:
            raise MoveRefused(gettext("%(city)s is no member any more.") % {"city": locked})
        if not locked.can_leave(by):
            raise PermissionDenied
        membership.end(today(), by=by, why=why)
        locked.domains.on().update(ended=timezone.now(), ended_by=by)
        with suppress(SignOn.DoesNotExist, MoveRefused):  # there is none, or it is closed
            locked.sign_on.close(by=None)
        context = {"city": locked, "person": by, "why": why}
        for post in _open_posts(Q(city=locked)):
            post.close(by=by, why=why, verb="leave_city")
            user = post.official.user
            mail.send("members/city_left", to=user.email, context=context, language=user.language)
        mail.send("members/city_left", to=settings.CONTACT_MAIL, context=context, language=settings.LANGUAGE_CODE)


def _not_over() -> Q:
    return Q(until=None) | Q(until__gt=today())


def _open_posts(which: Q) -> list[Post]:
    """Locked, those that begin later among them. The caller holds their cities."""
    posts = Post.objects.select_for_update(of=("self",), no_key=True).select_related("city", "official__user")
    return list(posts.filter(_not_over(), which).order_by("pk"))
