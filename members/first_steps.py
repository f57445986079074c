"""What is worth doing first, for `/desk/`: each step is asked of the data, and is gone as soon as it is done. Nothing is kept of it.

What a city's page lacks is said until it is there. What is a matter of choice (who sees a person, whether a mail domain lets people
in, a second step at sign-in) is offered to who is new at a city: who has chosen otherwise is asked no further.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext

from members.models import City, CityDomain, Invitation, Post, ShownTo
from members.models.domain import own_domains
from members.querysets import today

NEW = timedelta(days=90)  # at a city, or on this site: so long what is a matter of choice is offered


@dataclass(frozen=True)
class FirstStep:
    """What to do, why, and where."""

    what: str
    why: str
    url: str


def first_steps(user: Any) -> list[FirstStep]:
    """The steps that are left for `user`: of the cities that they lead, then their own. None for who represents no member city."""
    cities = City.objects.members()
    posts = list(user.posts_today.filter(city__in=cities, city__is_public=True).select_related("city").order_by("-is_lead", "-since"))
    steps = [step for post in posts if post.is_lead for step in (*_of_page(post.city), *_of_people(user, post))]
    if any(_is_new(user, post) for post in posts):
        steps += _of_person(user)
    return steps


def _is_new(user: Any, post: Post) -> bool:
    """A post that staff brought in from a list may be older than the account."""
    return bool(today() - max(post.since, user.joined.date()) < NEW)


def _of_page(city: City) -> Iterator[FirstStep]:
    edit, words = reverse("members:city_edit", args=[city.slug]), {"city": city.called}
    if not city.profile:
        why = gettext("Other cities see what prevention means in yours, and what to ask you about. A few sentences are a good start.")
        yield FirstStep(gettext("Write the profile of %(city)s") % words, why, f"{edit}#id_profile")
    if not city.themes:
        why = gettext("Cities that work on the same themes find each other by them.")
        yield FirstStep(gettext("Say what %(city)s works on") % words, why, f"{edit}#id_themes_0")
    if city.latitude is None:
        why = gettext("The map shows only cities whose place is known: two numbers, which any map on a phone tells.")
        yield FirstStep(gettext("Put %(city)s on the map") % words, why, f"{edit}#id_place")
    if not city.picture:
        why = gettext("It stands at the head of your page, in place of the emblem. A photograph from a phone will do.")
        yield FirstStep(gettext("Add a picture of %(city)s") % words, why, f"{edit}#id_picture")


def _of_people(user: Any, post: Post) -> Iterator[FirstStep]:
    city, words = post.city, {"city": post.city.called}
    people = reverse("members:colleagues", args=[city.slug])
    others = Post.objects.today().filter(city=city).exclude(official__user=user)
    if not others.exists() and not Invitation.objects.valid().filter(city=city).exists():
        why = gettext("You are its only official here. With a second one, nothing waits while you are away.")
        yield FirstStep(gettext("Invite a colleague of %(city)s") % words, why, f"{people}#invite")
    if _is_new(user, post) and own_domains(user) and not CityDomain.objects.on().filter(city=city).exists():
        why = gettext("If your mail domain is the city’s alone, colleagues can join without waiting for you. It is off until you say so.")
        yield FirstStep(gettext("Let colleagues of %(city)s join by their mail address") % words, why, f"{people}#domains")


def _of_person(user: Any) -> Iterator[FirstStep]:
    if user.official.shown_to == ShownTo.NOBODY:
        why = gettext("Nobody sees you now, so no colleague from another city can find you. You decide, and can change it at any time.")
        yield FirstStep(gettext("Choose who may see you"), why, reverse("members:consents"))
    if not Authenticator.objects.filter(user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]).exists():
        why = gettext("Your account acts for a city. With a second step it stays yours even if somebody learns your password.")
        yield FirstStep(gettext("Set up a second step at sign-in"), why, reverse("mfa_index"))
