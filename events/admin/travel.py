"""The queue of travel support, with what is granted by event and currency."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events import currencies
from events.admin.follow_up import FollowUpAdmin
from events.forms.follow_up import GrantForm, RefusalForm
from events.models import TravelRequest


@admin.register(TravelRequest)
class TravelRequestAdmin(FollowUpAdmin):
    VERBS: ClassVar[dict[str, tuple[Any, Any, bool]]] = {
        "grant": (_("Grant"), _("Granted; they were told by mail."), False),
        "decline": (_("Decline"), _("Declined; they were told why."), False),
    }
    FORMS: ClassVar[dict[str, type[forms.Form]]] = {"grant": GrantForm, "decline": RefusalForm}
    asked = _("Travel support to decide")
    template = "admin/events/follow_up/travel.html"

    list_display = ("person", "event", "stands", "thinks", "amount", "age")
    search_fields = ("registration__user__name", "registration__city__name", "registration__event__title")
    change_list_template = "admin/events/follow_up/travel_list.html"

    @admin.display(description=_("estimated cost"))
    def thinks(self, asked: TravelRequest) -> str:
        """Not the column itself, which a list would show for as long as it isn't deleted."""
        return asked.cost_words

    @admin.display(description=_("granted"), ordering="granted")
    def amount(self, asked: TravelRequest) -> str:
        return asked.granted_words

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the sums of what stands, for each event and currency."""
        sums = [{**row, "words": currencies.money(row["amount"], row["code"])} for row in self.get_queryset(request).sums()]
        return super().changelist_view(request, {"sums": sums, "title": self.opts.verbose_name_plural, **(extra_context or {})})

    def initial(self, request: HttpRequest, asked: Any, verb: str) -> dict[str, Any]:
        return {"amount": asked.told.get("cost"), "currency": asked.told.get("currency")} if verb == "grant" else {}
