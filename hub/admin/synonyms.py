"""The staff's room for synonyms: a page a group, with what it would find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from hub import synonym_file, synonym_reach
from hub.admin.earlier import Earlier
from hub.admin.lines import LinesFormSet
from hub.models import Expression, SynonymGroup
from hub.models.synonym import LANGUAGES, MOST_WORDS, as_compared, codes_by_facet
from members.querysets import today
from strongcities import sheets
from strongcities.languages import direction

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[SynonymGroup]
    _TabularInline = admin.TabularInline[Any, SynonymGroup]
    _ModelForm = forms.ModelForm[SynonymGroup]
else:
    _ModelAdmin, _TabularInline, _ModelForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm

_EARLIER = Expression.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory
IN_A_CELL = 2  # expressions of a language that the list shows


class GroupForm(_ModelForm):
    class Meta:
        widgets: ClassVar[dict[str, Any]] = {"note": forms.Textarea(attrs={"rows": 2})}

    codes = forms.MultipleChoiceField(
        label=_("Also leads to"),
        required=False,
        choices=codes_by_facet,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Practices with any of these are found as well."),
    )


class ExpressionFormSet(LinesFormSet):
    """The database holds what is said here; it is said here so that it stands at the line that it is about."""

    def clean(self) -> None:
        super().clean()
        lines = [form for form in self.forms if form.cleaned_data.get("text") and not form.cleaned_data.get("DELETE")]
        compared = as_compared([form.cleaned_data["text"] for form in lines])
        asked = [folded for form, folded in zip(lines, compared, strict=True) if not form.cleaned_data["only_found"]]
        others = Expression.objects.exclude(group=self.instance.pk).filter(folded__in=asked, only_found=False)
        elsewhere = dict(others.values_list("folded", "group__name"))
        if not lines:
            raise ValidationError(gettext("The group has no expression."))
        seen = set[str]()
        for form, folded in zip(lines, compared, strict=True):
            if not 1 <= len(folded.split()) <= MOST_WORDS:
                form.add_error("text", gettext("An expression has one to eight words."))
            elif folded in seen:
                form.add_error("text", gettext("It is there already: to the search, capitals, accents and hyphens make no difference."))
            elif folded in elsewhere and not form.cleaned_data["only_found"]:
                words = gettext("The group “%(group)s” has it already. Put the two together, or let it be only found here.")
                form.add_error("text", words % {"group": elsewhere[folded]})
            seen.add(folded)
        if any(form.errors for form in lines):
            raise ValidationError(gettext("Some expressions can’t be taken like this."))


class Expressions(_TabularInline):
    model = Expression
    formset = ExpressionFormSet
    fields = ("language", "text", "only_found", "practices")
    readonly_fields = ("practices",)
    extra = 3

    @admin.display(description=_("practices with it"))
    def practices(self, one: Expression) -> str:
        return str(one.held) if one.pk else ""  # type: ignore[attr-defined]  # by the queryset

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(held=synonym_reach.HELD)


class EarlierExpressions(Earlier):
    """What the expressions were before each change."""

    model = _EARLIER
    fk_name = "group"
    fields = readonly_fields = ("when", "what", "language", "text", "only_found")
    verbose_name_plural = _("expressions that were changed or taken out")

    @admin.display(description=_("What"))
    def what(self, event: Any) -> str:
        return gettext("taken out") if event.pgh_label == "delete" else gettext("changed; it was")


class Missing(admin.SimpleListFilter):
    title = _("language without an expression")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return LANGUAGES

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.exclude(expressions__language=self.value()) if self.value() else queryset


class Kind(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("same", _("the same")), ("also", _("also finds"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(only_finds=self.value() == "also") if self.value() in {"same", "also"} else queryset


class BringForm(forms.Form):
    file = forms.FileField(
        label=_("Spreadsheet"),
        allow_empty_file=True,  # that it is empty is said in better words when it is read
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("CSV or a workbook (.xlsx), as the file that is taken out here: a group a row, a language a column."),
    )


@admin.register(SynonymGroup)
class SynonymGroupAdmin(_ModelAdmin):
    form = GroupForm
    list_display = ("name", "kind", *(f"in_{code}" for code, _name in LANGUAGES))
    list_filter = (Kind, Missing)
    search_fields = ("name", "expressions__text", "expressions__folded", "codes")
    # what a group leads to beside its expressions fills a page: folded, so that those come first
    fieldsets = ((None, {"fields": ("name", "note")}), (_("Filters"), {"classes": ("collapse",), "fields": ("codes",)}))
    inlines = (Expressions, EarlierExpressions)
    list_per_page = 50
    actions = None
    change_form_template = "admin/hub/synonyms.html"
    change_list_template = "admin/hub/synonyms_list.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return SynonymGroup.objects.with_kind().prefetch_related("expressions")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """As the search compares words: P/CVE finds what p-cve finds."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            found = found | queryset.filter(expressions__folded__contains=as_compared([search_term])[0])
        return found, distinct or bool(search_term.strip())

    @admin.display(description=_("kind"), ordering="only_finds")
    def kind(self, group: Any) -> str:
        return gettext("also finds") if group.only_finds else gettext("the same")

    # --- A page a group ----------------------------------------------------------------------------------------------

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was before is for a group that was."""
        return [inline for inline in super().get_inline_instances(request, obj) if obj or not isinstance(inline, EarlierExpressions)]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        group = self.get_object(request, object_id)
        finds = synonym_reach.reach(group, request.user) if group and self.has_view_permission(request, group) else None
        return super().change_view(request, object_id, form_url, {"finds": finds, **(extra_context or {})})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        stops, frequent, elsewhere = synonym_reach.doubtful(SynonymGroup.objects.get(pk=form.instance.pk))
        for one in stops:
            messages.warning(request, gettext("“%(text)s” is nothing but common words, which the search passes over.") % {"text": one})
        for one in frequent:
            messages.warning(
                request, gettext("“%(text)s” stands in so many practices that it would bury the other results.") % {"text": one}
            )
        for one, other in elsewhere:
            messages.warning(request, gettext("“%(text)s” is in the group “%(group)s” as well.") % {"text": one, "group": other})

    # --- All of them as a file ---------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("file.csv", require_safe(view(self.take_out)), name="hub_synonymgroup_file"),
            path("bring/", require_http_methods(["GET", "HEAD", "POST"])(view(self.bring)), name="hub_synonymgroup_bring"),
            *super().get_urls(),
        ]

    def take_out(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = sheets.csv_file(synonym_file.COLUMNS, synonym_file.taken_out())
        response = HttpResponse(file, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="synonyms-{today().isoformat()}.csv"'
        return response

    def bring(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = BringForm(request.POST, request.FILES) if request.method == "POST" else BringForm()
        faults: list[str] = []
        if form.is_valid():
            try:
                done = synonym_file.bring(*sheets.read(form.cleaned_data["file"].read(sheets.LARGEST + 1)))
            except sheets.NotASheet as error:
                faults = [str(error)]
            except synonym_file.NotBrought as error:
                faults = error.faults
            else:
                words = gettext("Groups made: %(made)d. Changed: %(changed)d. As they were: %(same)d.")
                messages.success(request, words % vars(done))
                return redirect("admin:hub_synonymgroup_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring in synonyms"),
            "opts": self.opts,
            "form": form,
            "faults": faults,
        }
        return render(request, "admin/hub/synonyms_bring.html", context, status=422 if faults or form.errors else 200)


def _in(code: str, name: str) -> Any:
    """The column of a language: the first expressions, and how many more there are."""

    @admin.display(description=name)
    def column(self: SynonymGroupAdmin, group: SynonymGroup) -> Any:
        texts = [one.text for one in group.expressions.all() if one.language == code]
        more = [f"+{len(texts) - IN_A_CELL}"] if len(texts) > IN_A_CELL else []
        return format_html_join(
            "", '<span class="said" lang="{}" dir="{}">{}</span>', ((code, direction(code), text) for text in [*texts[:IN_A_CELL], *more])
        )

    return column


for _code, _name in LANGUAGES:
    setattr(SynonymGroupAdmin, f"in_{_code}", _in(_code, _name))
