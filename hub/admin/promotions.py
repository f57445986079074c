"""The staff's room for promoted answers: a page each, with what readers of it see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminIntegerFieldWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from hub.admin.earlier import Earlier
from hub.admin.lines import FormSet, LinesFormSet
from hub.models import Phrasing, Pick, Promotion
from hub.models.promotion import MOST_PICKS, PICKED_TWICE
from hub.models.synonym import as_compared

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Promotion]
    _TabularInline = admin.TabularInline[Any, Promotion]
    _StackedInline = admin.StackedInline[Any, Promotion]
    _ModelForm = forms.ModelForm[Pick]
else:
    _ModelAdmin, _TabularInline, _StackedInline = admin.ModelAdmin, admin.TabularInline, admin.StackedInline
    _ModelForm = forms.ModelForm

_EARLIER = Promotion.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory
_WHY = {f"why_{code}": (code, name) for code, name in settings.LANGUAGES}


def _why_field(code: str) -> forms.CharField:
    return forms.CharField(
        max_length=300,
        required=code == "en",
        widget=forms.TextInput(attrs={"class": "vTextField", "lang": code, "dir": "auto"}),
    )


_PLACES = _("The place is a number from 1 to 3.")


class _PickForm(_ModelForm):
    place = forms.IntegerField(
        label=_("Place"),
        min_value=1,
        max_value=MOST_PICKS,
        widget=AdminIntegerFieldWidget,
        error_messages={"invalid": _PLACES, "min_value": _PLACES, "max_value": _PLACES},
    )

    class Meta:
        model = Pick
        fields = ("place", "practice", "page")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (code, language) in _WHY.items():
            self.fields[name].label = gettext("Why, in a sentence: %(language)s") % {"language": language}
            self.fields[name].initial = self.instance.why.get(code, "")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.instance.why = {code: values[name] for name, (code, _language) in _WHY.items() if values.get(name)}
        return values


# One field a language: a form of the admin names its fields before it is made.
PickForm = type("PickForm", (_PickForm,), {name: _why_field(code) for name, (code, _language) in _WHY.items()})


class PhrasingForm(forms.ModelForm if not TYPE_CHECKING else forms.ModelForm[Phrasing]):  # type: ignore[misc]
    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not as_compared([text])[0]:
            raise ValidationError(gettext("A question has at least one word."))
        return text


class Phrasings(_TabularInline):
    model = Phrasing
    form = PhrasingForm
    formset = LinesFormSet
    fields = ("text",)
    extra = 2
    min_num = 1
    validate_min = True


class _PickForms(FormSet):
    def clean(self) -> None:
        """Django doesn't compare what is unique on a condition between the forms that are sent together, and says the rest in its words."""
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        picked = [(one.get("practice"), one.get("page")) for one in kept if one.get("practice") or one.get("page")]
        if len(set(picked)) < len(picked):
            raise ValidationError(PICKED_TWICE)
        super().clean()


class _ChoicePractice(AutocompleteSelect):
    """Django asks the database for whatever was sent, to show it again with the form, and fails where that is no number."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if str(one).isdecimal()], attr)


class Picks(_StackedInline):
    model = Pick
    form = PickForm
    formset = _PickForms
    fields = ("place", "practice", "page", *_WHY)
    autocomplete_fields = ("practice",)
    extra = 0
    min_num = 1
    validate_min = True
    max_num = MOST_PICKS

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "practice":
            kwargs["widget"] = _ChoicePractice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class EarlierPromotions(Earlier):
    model = _EARLIER
    fields = readonly_fields = ("when", "name", "begins", "ends")


class Shown(admin.SimpleListFilter):
    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.today() if self.value() == "today" else queryset


@admin.register(Promotion)
class PromotionAdmin(_ModelAdmin):
    list_display = ("name", "questions", "answers", "begins", "ends", "shown")
    list_filter = (Shown,)
    search_fields = ("name", "phrasings__text", "picks__practice__title")
    fields = ("name", ("begins", "ends"))
    actions = None
    change_form_template = "admin/hub/promotion.html"
    BESIDE: ClassVar[Any] = _("On some of these days “%(text)s” is asked for “%(name)s” as well: then the newer one stands first.")

    UNSEEN: ClassVar[Any] = _("Not every reader sees “%(title)s”: %(why)s.")
    COMMON: ClassVar[Any] = _("“%(text)s” is nothing but common words: it is shown for very many questions.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return Promotion.objects.prefetch_related("phrasings", "picks__practice")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [Phrasings, Picks, EarlierPromotions] if obj else [Phrasings, Picks]

    @admin.display(description=_("questions"))
    def questions(self, promotion: Promotion) -> str:
        return " · ".join(one.text for one in promotion.phrasings.all())

    @admin.display(description=_("answers"))
    def answers(self, promotion: Promotion) -> str:
        told = [f"{one.title} ({one.unseen})" if one.unseen else str(one.title) for one in promotion.picks.all()]
        return " · ".join(told) or gettext("none: what was picked is deleted")

    @admin.display(description=_("today"))
    def shown(self, promotion: Promotion) -> Any:
        if not promotion.is_shown:
            return ""
        if any(one.is_seen for one in promotion.picks.all()):
            return format_html('<span class="stamp stamp--good">{}</span>', gettext("shown"))
        return format_html('<span class="stamp stamp--bad">{}</span>', gettext("unseen"))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        promotion = self.get_object(request, object_id)
        picks = list(promotion.picks.select_related("practice__city")) if promotion else []
        context = {"seen": [one for one in picks if one.is_seen], "unseen": [one for one in picks if one.unseen], "has_picks": bool(picks)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        promotion: Promotion = form.instance
        for own, other in promotion.clashes():
            messages.warning(request, self.BESIDE % {"text": own.text, "name": other.promotion})
        for one in promotion.common():
            messages.warning(request, self.COMMON % {"text": one.text})
        for pick in promotion.picks.select_related("practice"):
            if pick.unseen:
                messages.warning(request, self.UNSEEN % {"title": pick.title, "why": pick.unseen})
