"""Many applications decided on at once, where that is safe: each is a decision, a mail and a note of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy as _, ngettext, ngettext_lazy

from members import evidence
from members.admin.base import number
from members.forms.decisions import CheckedForm
from members.models import Application
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class Together(_ModelAdmin):
    """The queue's acts on those that are ticked."""

    @admin.action(description=_("Take up for review"))
    def take_up(self, request: HttpRequest, chosen: QuerySet[Application]) -> None:
        """Each by itself: one that somebody else settled meanwhile stops none of the others."""
        taken = _each(self._first(request, chosen), lambda application: application.review(by=request.user))
        _tell(request, taken, ngettext_lazy("%(count)d application taken up.", "%(count)d applications taken up.", "count"))

    @admin.action(description=_("Approve together …"))
    def approve_together(self, request: HttpRequest, chosen: QuerySet[Application]) -> HttpResponse:
        """Nothing yet: the page that shows which of them may be approved together, and why the others may not."""
        return self._together(request, self._first(request, chosen))

    def _first(self, request: HttpRequest, chosen: QuerySet[Application]) -> QuerySet[Application]:
        """As many as a page of the list has, the oldest first; that the others are left is said. Each is a decision and mails."""
        if chosen.count() <= self.list_per_page:
            return chosen
        words = gettext("The oldest %(most)d are here; the others stay as they are. Choose again for more.")
        messages.warning(request, words % {"most": self.list_per_page})
        first = chosen.order_by("submitted_at", "pk").values("pk")[: self.list_per_page]
        return Application.objects.filter(pk__in=list(first.values_list("pk", flat=True)))

    def _together(self, request: HttpRequest, chosen: QuerySet[Application], form: CheckedForm | None = None) -> HttpResponse:
        rows = list(chosen.select_related("city", "applicant"))
        seen = evidence.of_many(rows)
        alone = {row.pk: _why_alone(row, seen[row.pk], request.user) for row in rows}
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Approve together"),
            "opts": self.opts,
            "safe": [(row, for_reader(row, seen[row.pk], request.user)) for row in rows if not alone[row.pk]],
            "others": [(row, alone[row.pk]) for row in rows if alone[row.pk]],
            "checked": form or CheckedForm(),
        }
        return render(request, "admin/members/application/together.html", context)

    def together(self, request: HttpRequest) -> HttpResponse:
        """Approves those that were shown as safe and still are; each is a decision, a mail and a note of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        marks = {number(pk): seen for pk, seen in (mark.split(":", 1) for mark in request.POST.getlist("one") if ":" in mark)}
        chosen = self.get_queryset(request).filter(pk__in=marks).select_related("city", "applicant")
        form = CheckedForm(request.POST)
        if not form.is_valid():
            return self._together(request, chosen, form)
        rows = list(chosen)
        found = evidence.of_many(rows)
        safe = [row for row in rows if not _why_alone(row, found[row.pk], request.user)]
        checked = form.cleaned_data["checked"] or gettext("Approved together with others: the address belongs to the city.")
        done = _each(safe, lambda one: one.approve(by=request.user, seen=marks[one.pk], checked=checked))
        _tell(request, (done[0], len(marks) - done[0]), ngettext_lazy("%(count)d approved.", "%(count)d approved.", "count"))
        return redirect("admin:members_application_changelist")


def for_reader(application: Application, seen: evidence.Evidence, user: Any) -> evidence.Evidence:
    """Without what is known of the person, for whoever doesn't vet and for the applicant themselves: as with notes of the staff."""
    return seen if application.can_note(user) else replace(seen, about_person=[])


def _why_alone(application: Application, seen: evidence.Evidence, user: Any) -> list[str]:
    if not application.can_approve(user):
        return [gettext("This is your own application: others decide on it.")]
    if not application.allows("approve"):
        return [gettext("It is “%(state)s”.") % {"state": application.get_state_display()}]
    return seen.alone


def _each(chosen: Iterable[Application], verb: Callable[[Application], None]) -> tuple[int, int]:
    """How many the verb was done to, and how many it was refused for."""
    done = refused = 0
    for application in chosen:
        try:
            verb(application)
        except (MoveRefused, PermissionDenied):
            refused += 1
        else:
            done += 1
    return done, refused


def _tell(request: HttpRequest, counts: tuple[int, int], words: Any) -> None:
    done, refused = counts
    if done:
        messages.success(request, words % {"count": done})
    if refused:
        left = ngettext(
            "%(count)d was left as it is: it was settled meanwhile, or has to be looked at by itself.",
            "%(count)d were left as they are: they were settled meanwhile, or have to be looked at one by one.",
            refused,
        )
        messages.warning(request, left % {"count": refused})
