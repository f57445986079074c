"""Two records of one city become one: a page that shows what would move, and a page of what was done, with the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from members import history
from members.admin.base import NeverDeleted, number
from members.forms.merges import MergeForm
from members.models import City, Merge
from strongcities.workflow import MoveRefused

# What a city's page and the lists say of it. Its names are told apart: those that are lost as such go on as other names.
_TOLD = (
    "official_name", "own_name", "kind", "within", "country", "region", "population", "population_band", "website", "latitude",
    "longitude", "time_zone", "themes", "profile", "picture",
)  # fmt: skip


def _seen(kept: City, dropped: City) -> dict[str, Any]:
    """What the page shows before two become one."""
    lost = [
        (history.label_of(name), _said(kept, name), _said(dropped, name)) for name in _TOLD if getattr(kept, name) != getattr(dropped, name)
    ]
    return {"preview": Merge.preview(kept, dropped), "kept": kept, "dropped": dropped, "lost": [row for row in lost if row[2]]}


def _said(city: City, name: str) -> str:
    """A field in words, the beginning of a long one; of a picture, what it shows."""
    return Truncator(history.shown(city, "picture_alt" if name == "picture" else name)).chars(300)


@admin.register(Merge)
class MergeAdmin(NeverDeleted):
    """Made on a page of its own, changed by no form; undone by a button."""

    list_display = ("dropped", "kept", "state", "by", "at")
    list_filter = ("state",)
    list_select_related = ("dropped", "kept", "by")
    search_fields = ("dropped__name", "kept__name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return Merge.may_merge(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        undo = require_POST(self.admin_site.admin_view(self.undo))
        return [path("<int:pk>/undo/", undo, name="members_merge_undo"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """`?kept=…&dropped=…` shows what would move; the button behind it, by POST, merges what was shown."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        both = request.method == "POST" or {"kept", "dropped"} <= set(asked)
        form = MergeForm(asked if both else None, cities=City.objects.visible_to(request.user), initial=asked.dict())
        if not form.is_valid():
            return self._page(request, form)
        kept, dropped = form.cleaned_data["kept"], form.cleaned_data["dropped"]
        if request.method != "POST":
            return self._page(request, form, **_seen(kept, dropped))
        try:
            merge = Merge.merge(kept=kept, dropped=dropped, by=request.user, seen=request.POST.get("seen", ""))
        except MoveRefused as error:
            messages.error(request, str(error))
            return self._page(request, form, **_seen(kept, dropped))
        messages.success(request, gettext("%(dropped)s is now part of %(kept)s.") % {"dropped": dropped, "kept": kept})
        return redirect("admin:members_merge_change", merge.pk)

    def _page(self, request: HttpRequest, form: MergeForm, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": gettext("Merge two cities"), "opts": self.opts, "form": form, **more}
        return render(request, "admin/members/merge/new.html", context)

    def _load(self, request: HttpRequest, pk: str | int) -> Merge:
        if not self.has_view_permission(request):
            raise PermissionDenied
        merge = Merge.objects.select_related("kept", "dropped", "by").filter(pk=number(str(pk))).first()
        if merge is None:
            raise Http404
        return merge

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        merge = self._load(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(merge),
            "opts": self.opts,
            "merge": merge,
            "parts": merge.moved_in_words(),
            "transitions": merge.transitions.select_related("by"),
            "may_undo": merge.can_undo(request.user) and merge.allows("undo") and timezone.now() <= merge.until,
        }
        return render(request, "admin/members/merge/one.html", context)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        merge = self._load(request, pk)
        try:
            elsewhere = merge.undo(by=request.user)
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("They are two again."))
            if elsewhere:
                words = ngettext("%(count)d row changed since and stays where it is.", "%(count)d rows changed since and stay.", elsewhere)
                messages.warning(request, words % {"count": elsewhere})
        return redirect("admin:members_merge_change", pk)
