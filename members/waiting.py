"""What waits for a person on `/desk/`, as far as this room knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from members.models import Application, City, CityChange, Contact, Post, Report, Vacancy, Vouch


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
    items = [*_own(user), *_contacts(user), *_vouches(user), *_reports(user), *_changes(user)]
    items += _queues(user) if user.vets else [*_colleagues(user), *_to_confirm(user)]
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
            gettext("%(person)s wants to join for %(city)s") % {"person": application.applicant, "city": application.city.called},
            application.submitted_at,
            gettext("Do you know them, and should they act for your city?"),
            gettext("Open the application"),
            reverse("members:application", args=[application.pk]),
            application.city,
        )
        for application in waiting
    ]


def _vouches(user: Any) -> list[Item]:
    waiting = Vouch.objects.visible_to(user).waiting().select_related("application__applicant", "application__city")
    return [
        Item(
            gettext("%(person)s asks you to vouch for them") % {"person": vouch.application.applicant},
            vouch.asked,
            gettext("They have applied for %(city)s. Do you know them?") % {"city": vouch.application.city.called},
            gettext("See who it is"),
            reverse("members:vouch", args=[vouch.pk]),
            vouch.application.city,
        )
        for vouch in waiting
    ]


def _to_confirm(user: Any) -> list[Item]:
    """For a lead official: a line for each city with colleagues whom nobody has confirmed for long."""
    due = Post.objects.to_vet_again().filter(city__in=City.objects.led_by(user)).exclude(official__user=user)
    counts = {row["city"]: row for row in due.order_by().values("city").annotate(count=Count("pk"), oldest=Min("vetted"))}
    if not counts:
        return []
    return [
        Item(
            ngettext("%(count)d colleague to confirm", "%(count)d colleagues to confirm", counts[city.pk]["count"]) % counts[city.pk],
            datetime.combine(counts[city.pk]["oldest"], time(), UTC),
            gettext("Do they still represent %(city)s?") % {"city": city.called},
            gettext("Open the people of the city"),
            reverse("members:colleagues", args=[city.slug]),
            city,
        )
        for city in City.objects.filter(pk__in=counts)
    ]


def _contacts(user: Any) -> list[Item]:
    return [
        Item(
            gettext("%(person)s wrote to you") % {"person": contact.sender.user.name},
            contact.began_at,
            gettext("Answer it, or leave it at that."),
            gettext("Read it"),
            contact.get_absolute_url(),
        )
        for contact in Contact.objects.to_answer_by(user).with_people()
    ]


def _reports(user: Any) -> list[Item]:
    row = Report.objects.waiting().visible_to(user).aggregate(count=Count("pk"), oldest=Min("at"))
    if not row["count"]:
        return []
    words = ngettext("%(count)d report of abuse", "%(count)d reports of abuse", row["count"]) % {"count": row["count"]}
    url = reverse("admin:members_report_changelist")
    return [Item(words, row["oldest"], gettext("Read it, and decide."), gettext("Open the queue"), url)]


def _queues(user: Any) -> list[Item]:
    items = []
    row = Application.objects.waiting().to_decide_by(user).aggregate(count=Count("pk"), oldest=Min("submitted_at"))
    if row["count"]:
        words = ngettext("%(count)d application to join", "%(count)d applications to join", row["count"]) % row
        url = reverse("admin:members_application_changelist")
        items.append(Item(words, row["oldest"], gettext("Vet, and decide or ask."), gettext("Open the queue"), url))
    row = Vacancy.objects.open().aggregate(count=Count("pk"), oldest=Min("since"))
    if row["count"]:
        words = (
            ngettext("%(count)d member city without a lead official", "%(count)d member cities without a lead official", row["count"]) % row
        )
        url, asked = reverse("admin:members_vacancy_changelist"), gettext("Appoint one of the city’s officials, or invite somebody.")
        items.append(Item(words, row["oldest"], asked, gettext("Open the queue"), url))
    return items


def _changes(user: Any) -> list[Item]:
    """What lead officials changed on their cities' pages, for the staff to look at."""
    row = CityChange.objects.visible_to(user).unseen().aggregate(count=Count("pk"), oldest=Min("at"))
    if not row["count"]:
        return []
    words = ngettext("%(count)d change of a city’s page", "%(count)d changes of cities’ pages", row["count"]) % {"count": row["count"]}
    url = reverse("admin:members_citychange_changelist")
    return [Item(words, row["oldest"], gettext("Look at each, take back what is wrong."), gettext("Open the queue"), url)]
