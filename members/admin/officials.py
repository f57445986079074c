"""The staff's rooms for who stands for cities: cities without a lead official, posts to vet again, invitations, mail domains.

Everything here is read. What is done to a city's people is done on their page (members/views/colleagues.py), which the Secretariat
may open for every member city, by the same verbs and with the same mails as its lead officials.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from members.admin.base import NeverDeleted, QueueFilter
from members.admin.exports import TakesOut
from members.models import CityDomain, Invitation, Post, PostTransition, Vacancy
from members.models.imported import Taken
from strongcities import ages
from strongcities.admin import Queue, ToRead
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


class ReadOnly(NeverDeleted, ToRead):
    """Read here, changed by verbs; each row leads to the city's people."""

    actions: Any = None

    @admin.display(description=_("people of the city"), ordering="city__folded")
    def people(self, record: Any) -> str:
        url = reverse("members:colleagues", args=[record.city.slug])
        return format_html('<a href="{}">{}</a>', url, gettext("People of %(city)s") % {"city": record.city})


class VacancyFilter(QueueFilter):
    """Those that nobody fills yet first."""

    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "waiting": (_("Waiting for us"), lambda rows: rows.open()),
        "all": (_("All"), lambda rows: rows),
    }


@admin.register(Vacancy)
class VacancyAdmin(ReadOnly):
    list_display = ("city", "age", "told", "closed", "people")
    list_filter = (VacancyFilter,)
    list_select_related = ("city",)
    search_fields = ("city__name",)
    fields = readonly_fields = ("city", "since", "told", "closed", "people")
    ordering = ("since", "pk")

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = Vacancy.objects.open().aggregate(count=Count("pk"), oldest=Min("since"))
        url = reverse("admin:members_vacancy_changelist")
        asked = gettext("Appoint one of the city’s officials, or invite somebody.")
        return [Queue(gettext("Member cities without a lead official"), row["count"], row["oldest"], asked, url)]

    @admin.display(description=_("age"), ordering="since")
    def age(self, vacancy: Vacancy) -> str:
        return ages.duration((vacancy.closed or timezone.now()) - vacancy.since)


class PostFilter(QueueFilter):
    """Who stands for a city today first; the ones to vet again are a part of these."""

    title = _("time")
    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "today": (_("Held today"), lambda rows: rows.today()),
        "again": (_("To vet again"), lambda rows: rows.to_vet_again()),
        "all": (_("All, ended ones too"), lambda rows: rows),
    }


class StepInline(_TabularInline):
    """What was done to the post: handed over, ended, confirmed, by whom and why."""

    model = PostTransition
    template = "admin/edit_inline/rows.html"
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "words", "by", "why")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("what was done"))
    def words(self, step: PostTransition) -> str:
        return step.words


@admin.register(Post)
class PostAdmin(TakesOut, ReadOnly):
    """Who stands for which city, those whom nobody confirmed for long first. A post is ended on the city's page."""

    taken_out_as = Taken.OFFICIALS
    whole = "queue=all"

    list_display = ("official", "title", "people", "is_lead", "since", "vetted")
    list_filter = (PostFilter, "is_lead")
    list_select_related = ("official__user", "city")
    search_fields = ("official__user__name", "official__user__email", "city__name")
    fields = readonly_fields = (
        "official",
        "city",
        "title",
        "department",
        "kind",
        "is_lead",
        "has_mandate",
        "since",
        "until",
        "vetted",
        "people",
    )
    ordering = ("vetted", "pk")
    actions = ("still_stand",)
    inlines = (StepInline,)

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = Post.objects.to_vet_again().aggregate(count=Count("pk"), oldest=Min("vetted"))
        url = f"{reverse('admin:members_post_changelist')}?queue=again"
        asked = gettext("Ask the city whether they still represent it, then confirm or end the post.")
        return [Queue(gettext("Officials to vet again"), row["count"], _start_of(row["oldest"]), asked, url)]

    @admin.action(description=_("They still represent their city"), permissions=["vet"])
    def still_stand(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        """Each by itself: what is refused for one doesn't hold up the others, and is said."""
        done = 0
        for post in posts.select_related("city", "official__user"):
            try:
                post.revet(by=request.user)
            except MoveRefused as error:
                messages.error(request, str(error))
            except PermissionDenied:
                messages.error(
                    request, gettext("%(post)s: not yours to confirm, or of no member city.") % {"post": f"{post.official}, {post}"}
                )
            else:
                done += 1
        if done:
            messages.success(request, ngettext("%(count)d post is confirmed.", "%(count)d posts are confirmed.", done) % {"count": done})

    def has_vet_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.vets)


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("email", "city", "invited_by", "stands", "sent", "expires", "people")
    list_filter = ("state",)
    list_select_related = ("city", "invited_by")
    search_fields = ("email", "city__name", "invited_by__name")
    fields = readonly_fields = ("email", "city", "invited_by", "stands", "sent", "expires", "application", "people")

    def get_queryset(self, request: HttpRequest) -> Any:
        return Invitation.objects.visible_to(request.user).order_by("-sent", "-pk")


@admin.register(CityDomain)
class CityDomainAdmin(ReadOnly):
    list_display = ("domain", "city", "is_shared", "confirmed_by", "since", "ended", "people")
    list_filter = ("is_shared", ("ended", admin.EmptyFieldListFilter))
    list_select_related = ("city", "confirmed_by")
    search_fields = ("domain", "city__name")
    fields = readonly_fields = ("domain", "city", "is_shared", "confirmed_by", "since", "ended", "ended_by", "people")

    def get_queryset(self, request: HttpRequest) -> Any:
        return CityDomain.objects.visible_to(request.user)
