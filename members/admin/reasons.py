"""Words ready for questions and refusals, in every language of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.forms.reasons import ReasonForm, text_field
from members.models import Reason

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(Reason)
class ReasonAdmin(_ModelAdmin):
    list_display = ("name", "use", "languages")
    list_filter = ("use",)
    search_fields = ("name", "texts")

    @admin.display(description=_("languages"))
    def languages(self, reason: Reason) -> str:
        return ", ".join(name for code, name in settings.LANGUAGES if reason.texts.get(code))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ReasonForm]:
        return ReasonForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        texts = [text_field(code) for code, _name in settings.LANGUAGES]
        return [(None, {"fields": ["use", "name", *texts]})]
