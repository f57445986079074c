"""The queue of letters for visas. Whoever verifies one for a consulate looks for its reference here: the list says whether it is good."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_safe

from events.admin.follow_up import FollowUpAdmin
from events.forms.follow_up import IssueForm, RefusalForm
from events.models import VisaLetter
from events.views.follow_up import as_download
from strongcities.letters.visa import Costs


@admin.register(VisaLetter)
class VisaLetterAdmin(FollowUpAdmin):
    """What stands in a passport is on the page of one letter, for whoever decides on it: in no list, and it can't be searched for."""

    VERBS: ClassVar[dict[str, tuple[Any, Any, bool]]] = {
        "issue": (_("Sign and issue"), _("Issued; they were told by mail that it is there."), False),
        "decline": (_("Decline, or call it back"), _("Declined; they were told why."), True),
    }
    FORMS: ClassVar[dict[str, type[forms.Form]]] = {"issue": IssueForm, "decline": RefusalForm}
    asked = _("Visa letters to issue")
    template = "admin/events/follow_up/letter.html"

    list_display = ("person", "event", "stands", "reference", "good", "age")
    search_fields = ("reference", "registration__user__name", "registration__event__title")
    search_help_text = _("A consulate asks about a letter: look for its reference.")

    @admin.display(description=_("for a consulate"))
    def good(self, letter: VisaLetter) -> str:
        if letter.is_good:
            return gettext("good")
        return format_html("<strong>{}</strong>", gettext("void")) if letter.issued else gettext("never issued")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:pk>/letter.pdf", require_safe(self.admin_site.admin_view(self.pdf)), name="events_visaletter_letter")
        return [own, *super().get_urls()]

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._load(request, pk)
        if not letter.is_good:
            raise Http404
        if not letter.can_open(request.user):
            raise PermissionDenied
        return as_download(letter)

    def initial(self, request: HttpRequest, asked: Any, verb: str) -> dict[str, Any]:
        if verb != "issue":
            return {}
        user: Any = request.user
        last = VisaLetter.objects.filter(signer_name=user.name).exclude(signer_function="").order_by("-issued").first()
        granted = asked.registration.travelrequests.standing().filter(state="granted").exists()
        return {
            "signer_name": user.name,
            "signer_function": last.signer_function if last else "",
            "costs": Costs.SHARED if granted else Costs.OWN,
            "seen": asked.mark,
        }
