"""What others say of applicants: who invited them, who vouches for them. Sentences for members/evidence.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext

from members.models import Application, Invitation, Vouch
from members.models.vouch import State


def said_of(applications: Iterable[Application]) -> dict[int, list[str]]:
    """Sentences by application, in two queries however many they are."""
    keys = [application.pk for application in applications]
    said: dict[int, list[str]] = defaultdict(list)
    for invitation in Invitation.objects.filter(application__in=keys).select_related("invited_by", "city"):
        words = {"person": invitation.invited_by, "city": invitation.city, "day": date_format(invitation.sent, "j F Y")}
        said[invitation.application_id or 0].append(gettext("Invited for %(city)s by %(person)s on %(day)s.") % words)
    vouches = Vouch.objects.filter(application__in=keys, state=State.VOUCHED)
    for vouch in vouches.select_related("voucher", "post__city"):
        said[vouch.application_id].append(_sentence(vouch))
    return said


def _sentence(vouch: Vouch) -> str:
    post = vouch.post
    if post is None:  # the database holds that an answer has one
        raise ValueError(vouch.pk)
    words = {"person": vouch.voucher, "city": post.city, "words": vouch.words}
    if not vouch.words:
        return (
            gettext("%(person)s (%(city)s, lead official) vouches.") if post.is_lead else gettext("%(person)s (%(city)s) vouches.")
        ) % words
    if post.is_lead:
        return gettext("%(person)s (%(city)s, lead official) vouches: “%(words)s”") % words
    return gettext("%(person)s (%(city)s) vouches: “%(words)s”") % words
