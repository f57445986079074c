"""The staff's room for practices: the text is edited here, the state is changed by verbs, each at its own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Field, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from hub.admin.earlier import Earlier, ReadOnly
from hub.models import Practice, PracticeTransition
from members.forms.city_choice import CityField, NamesCities
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Practice]
    _ModelForm = forms.ModelForm[Practice]
else:
    _ModelAdmin, _ModelForm = admin.ModelAdmin, forms.ModelForm

VERBS = {
    "submit": _("Send for review"),
    "review": _("Take into review"),
    "publish": _("Publish"),
    "ask_changes": _("Ask for changes"),
    "archive": _("Archive"),
    "restore": _("Take out of the archive"),
}
_EARLIER = Practice.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory


class Lines(forms.CharField):
    """A list of texts, a line each."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class PracticeForm(NamesCities, _ModelForm):
    chosen_for = Practice

    class Meta:
        field_classes: ClassVar[dict[str, Any]] = {"city": CityField}


class Transitions(ReadOnly):
    model = PracticeTransition
    fields = readonly_fields = ("at", "verb", "from_state", "to_state", "by", "why")
    verbose_name_plural = _("steps")


class EarlierPractices(Earlier):
    model = _EARLIER
    fields = readonly_fields = ("when", "title", "summary", "state", "evidence")


@admin.register(Practice)
class PracticeAdmin(_ModelAdmin):
    form = PracticeForm
    list_display = ("title", "city", "stamp", "evidence", "language", "audience", "is_sample", "updated")
    list_filter = ("state", "evidence", "audience", "is_sample", "city__region", "language")
    search_fields = ("title", "external_id", "slug", "city__name")
    list_select_related = ("city",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-updated", "-pk")
    actions = None
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("state", "published_at", "is_sample", "created", "updated")
    inlines = (Transitions, EarlierPractices)
    change_form_template = "admin/hub/practice.html"
    fieldsets = (
        (None, {"fields": ("state", "title", "slug", "summary", "body", "language", "city")}),
        (_("When"), {"fields": ("status", "start_year", "end_year", "last_confirmed", "published_at")}),
        (
            _("How it is classified"),
            {
                "fields": (
                    "prevention_levels", "themes", "practice_types", "people_reached", "sectors", "lead_sector", "settings",
                    "forms_addressed", "evidence",
                )
            },
        ),
        (_("More"), {"fields": ("partners", "lessons", "sources", "audience", "licence", "external_id")}),
        (_("Of the record"), {"fields": ("is_sample", "created", "updated")}),
    )  # fmt: skip

    def queues(self, request: HttpRequest) -> list[Queue]:
        waiting = Practice.objects.visible_to(request.user).filter(state__in=(Practice.State.SUBMITTED, Practice.State.IN_REVIEW))
        row = waiting.aggregate(count=Count("pk"), oldest=Min("updated"))
        url = f"{reverse('admin:hub_practice_changelist')}?{urlencode({'state__in': 'submitted,in_review'})}"
        return [Queue(gettext("Practices sent by cities"), row["count"], row["oldest"], gettext("Review, and publish or ask."), url)]

    @admin.display(description=_("state"), ordering="state")
    def stamp(self, practice: Practice) -> str:
        return format_html('<span class="stamp stamp--{}">{}</span>', practice.state, practice.get_state_display())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Facets as boxes to tick, other lists as a line each."""
        if not isinstance(db_field, ArrayField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        about: dict[str, Any] = {"label": db_field.verbose_name, "required": not db_field.blank}
        if choices := db_field.base_field.choices:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **about)
        return Lines(help_text=_("One a line."), **about)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{verb}/", require_POST(self.admin_site.admin_view(self._view(verb))), name=f"hub_practice_{verb}")
            for verb in VERBS
        ]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        practice = self.get_object(request, object_id)
        verbs = [
            (f"admin:hub_practice_{verb}", words, verb == "ask_changes")
            for verb, words in VERBS.items()
            if practice and practice.allows(verb) and practice.may(verb, request.user)
        ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "verbs": verbs})

    def _view(self, verb: str) -> Any:
        """The view of one verb: the model decides whether it may be; what it refuses is said."""

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            practice = self.get_object(request, str(pk))
            if practice is None:
                raise Http404
            why = {"why": request.POST.get("why", "")} if verb == "ask_changes" else {}
            try:
                getattr(practice, verb)(by=request.user, **why)
            except MoveRefused as error:
                messages.error(request, str(error))
            except PermissionDenied:
                messages.error(request, gettext("You may not do this."))
            except ValueError:
                messages.error(request, gettext("Say what should change."))
            else:
                messages.success(request, gettext("Done: it is now “%(state)s”.") % {"state": practice.get_state_display()})
            return redirect("admin:hub_practice_change", pk)

        return view
