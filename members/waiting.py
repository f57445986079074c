"""What waits for a person on `/desk/`, as far as this room knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from members.models import Application


@dataclass(frozen=True)
class Item:
    """One thing that waits: what, since when, what is asked, and the one button."""

    what: str
    since: datetime
    asked: str
    button: str
    url: str
    city: Any = None  # whose emblem stands beside it


def waiting_for(user: Any) -> list[Item]:
    """Everything that waits for `user`, the oldest first. Staff get a line per queue with its count, not each row."""
    items = [*_own(user), *(_queues(user) if user.vets else _colleagues(user))]
    return sorted(items, key=lambda item: item.since)


def standing_of(user: Any) -> list[Application]:
    """The person's own open applications, for the desk to say where they stand."""
    return list(Application.objects.of(user).open().select_related("city"))


def _own(user: Any) -> list[Item]:
    asked = Application.objects.of(user).filter(state=Application.State.INFORMATION_ASKED).select_related("city")
    return [
        Item(
            gettext("Your application for %(city)s") % {"city": application.city_for_applicant},
            max(step.at for step in application.transitions.all()),
            gettext("A question waits for your answer."),
            gettext("Answer"),
            reverse("members:join_status"),
            application.city,
        )
        for application in asked.prefetch_related("transitions")
    ]


def _colleagues(user: Any) -> list[Item]:
    waiting = Application.objects.waiting().to_decide_by(user).select_related("city", "applicant")
    return [
        Item(
            gettext("%(person)s wants to join for %(city)s") % {"person": application.applicant, "city": application.city},
            application.submitted_at,
            gettext("Do you know them, and shall they act for your city?"),
            gettext("Look at it"),
            reverse("members:application", args=[application.pk]),
            application.city,
        )
        for application in waiting
    ]


def _queues(user: Any) -> list[Item]:
    row = Application.objects.waiting().to_decide_by(user).aggregate(count=Count("pk"), oldest=Min("submitted_at"))
    if not row["count"]:
        return []
    words = ngettext("%(count)d application to join", "%(count)d applications to join", row["count"]) % {"count": row["count"]}
    url = reverse("admin:members_application_changelist")
    return [Item(words, row["oldest"], gettext("Vet, and decide or ask."), gettext("Open the queue"), url)]
