"""What lead officials changed on their cities' pages: the queue, a page for each change, and a city's whole history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_POST

from members import editing, history
from members.admin.base import LeadsOn, NeverDeleted, QueueFilter
from members.models import CityChange
from strongcities import ages
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("Why is it taken back?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whoever made the change reads it, by mail."),
    )


class SeenFilter(QueueFilter):
    """What nobody of the staff looked at yet first."""

    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "new": (_("Not looked at yet"), lambda rows: rows.filter(seen_at=None)),
        "seen": (_("Looked at"), lambda rows: rows.exclude(seen_at=None)),
        "taken-back": (_("Taken back"), lambda rows: rows.exclude(undone_by=None)),
        "all": (_("All"), lambda rows: rows),
    }


@admin.register(CityChange)
class CityChangeAdmin(LeadsOn, NeverDeleted):
    """Nothing here is changed by a form: looking and taking back are verbs, each at its own address."""

    list_display = ("city", "by", "what", "age", "seen")
    list_display_links = ("city",)
    list_filter = (SeenFilter,)
    search_fields = ("city__name", "by__name", "by__email")
    list_select_related = ("city", "by", "seen_by", "undone_by__by", "after")
    list_per_page = 50
    actions = ("look_at_all",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_authenticated and request.user.keeps_cities)

    def get_queryset(self, request: HttpRequest) -> Any:
        return CityChange.objects.visible_to(request.user)

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = self.get_queryset(request).unseen().aggregate(count=Count("pk"), oldest=Min("at"))
        url = reverse("admin:members_citychange_changelist")
        return [
            Queue(gettext("Changes by lead officials"), row["count"], row["oldest"], gettext("Look at each, take back what is wrong."), url)
        ]

    # --- The list ----------------------------------------------------------------------------------------------------

    @admin.display(description=_("what changed"))
    def what(self, change: CityChange) -> str:
        told = gettext(", ").join(history.label_of(field) for field in change.fields)
        return gettext("%(fields)s: the place is in doubt") % {"fields": told} if change.doubt else told

    @admin.display(description=_("age"), ordering="at")
    def age(self, change: CityChange) -> str:
        return ages.age(change.at)

    @admin.display(description=_("looked at by"), ordering="seen_at")
    def seen(self, change: CityChange) -> str:
        if change.is_taken_back:
            return gettext("taken back by %(person)s") % {"person": change.undone_by.by}
        return str(change.seen_by or "–")

    @admin.action(description=_("I looked at the chosen changes"), permissions=["view"])
    def look_at_all(self, request: HttpRequest, chosen: QuerySet[CityChange]) -> None:
        count = 0
        for change in chosen.filter(seen_at=None):
            change.look(by=request.user)
            count += 1
        words = ngettext("%(count)d change is marked as looked at.", "%(count)d changes are marked as looked at.", count)
        messages.success(request, words % {"count": count})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    # --- One change --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{verb}/", require_POST(self.admin_site.admin_view(getattr(self, verb))), name=f"members_citychange_{verb}")
            for verb in ("look", "take_back")
        ]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What became of each field, and what may be done. It only shows; see the verbs below."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._load(request, object_id), WhyForm())

    def _load(self, request: HttpRequest, pk: str | int) -> CityChange:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("city", "by", "seen_by", "before", "after", "undone_by__by", "undoes__by")
        try:
            change: CityChange = found.get(pk=int(pk))
        except (CityChange.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return change

    def _page(self, request: HttpRequest, change: CityChange, form: forms.Form) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Change of %(city)s by %(person)s") % {"city": change.city, "person": change.by},
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "change": change,
            "next": self.next_after(request, change),
            "lines": history.lines(change.before, change.after, change.fields),
            "form": form,
        }
        return render(request, "admin/members/citychange/review.html", context)

    def look(self, request: HttpRequest, pk: int) -> HttpResponse:
        change = self._load(request, pk)
        change.look(by=request.user)
        return self.go_on(request, change, gettext("You looked at it."))

    def take_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        change, form = self._load(request, pk), WhyForm(request.POST)
        if not form.is_valid():
            return self._page(request, change, form)
        try:
            editing.take_back(change, by=request.user, why=form.cleaned_data["why"])
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("The change is taken back, and %(person)s is told why.") % {"person": change.by})
        return redirect(self.page_of(request, change))


class ShowsHistory(NeverDeleted):
    """A city's page in the admin, with its whole history behind Django's own link."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every change of the record, by whatever way, newest first: who, when, before and after."""
        city = self.get_object(request, object_id)
        if city is None:
            raise Http404
        if not self.has_view_or_change_permission(request, city):
            raise PermissionDenied
        wanted = request.GET.get("page", "1")
        page = int(wanted) if wanted.isascii() and wanted.isdecimal() and 0 < len(wanted) < 7 else 1
        entries, more = history.of(city, page=max(page, 1))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History of %(city)s") % {"city": city},
            "opts": self.opts,
            "city": city,
            "entries": entries,
            "newer": page - 1,
            "older": page + 1 if more else None,
            "may_look": request.user.keeps_cities,  # type: ignore[union-attr]  # signed in
        }
        return render(request, "admin/members/city/history.html", context)
