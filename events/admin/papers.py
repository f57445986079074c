"""Papers of events: in a room of their own, and as rows beneath their event (`PaperInline`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.models import Paper, Session
from members import languages
from strongcities import documents

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Paper]
    _ModelForm = forms.ModelForm[Paper]
    _StackedInline = admin.StackedInline[Any, Any]
else:
    _ModelAdmin, _ModelForm, _StackedInline = admin.ModelAdmin, forms.ModelForm, admin.StackedInline


class PaperForm(_ModelForm):
    file = forms.FileField(
        label=_("Document"), required=False, help_text=documents.HELP, widget=forms.ClearableFileInput(attrs={"accept": documents.ACCEPT})
    )
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices, initial="en")

    class Meta:
        model = Paper
        fields = ("event", "session", "title", "author", "link", "language", "audience", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.is_required = True  # it is replaced by another one, or by a link, and never merely cleared
        if self.instance.file:
            said = {"file": self.instance.file.file_name, "about": self.instance.file.label, "help": documents.HELP}
            self.fields["file"].help_text = _("Now: %(file)s (%(about)s). Another file replaces it. %(help)s") % said
        if "session" in self.fields:
            of_event = (
                Session.objects.filter(event=self.instance.event_id) if self.instance.event_id else Session.objects.select_related("event")
            )
            self.fields["session"].queryset = of_event  # type: ignore[attr-defined]  # a choice of rows

    def clean_file(self) -> documents.Read | None:
        file = self.cleaned_data.get("file")
        return documents.read(file) if file else None

    def clean(self) -> dict[str, Any]:
        """A new document is written once nothing else is wrong; what no record shows after all is tidied later (strongcities/kept.py).
        A link takes the place of a document that was there."""
        values = super().clean() or {}
        event, session = values.get("event") or (self.instance.event if self.instance.event_id else None), values.get("session")
        if event and session and session.event_id != event.pk:
            self.add_error("session", _("This session is of another event."))
        if self.errors:
            return values
        new, link = values.get("file"), values.get("link")
        takes_place = bool(link and "link" in self.changed_data)
        if bool(new or (self.instance.document and not takes_place)) == bool(link):  # as the database has it; it isn't asked about `file`
            self.add_error(None, _("A paper is either a document or a link."))
        elif new or takes_place:
            self.instance.document = new.keep() if new else ""
        return values


class PaperInline(_StackedInline):
    """For the page of an event."""

    model = Paper
    form = PaperForm
    fields = ("title", "author", "file", "link", "session", "language", "audience", "position")
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        sessions = Session.objects.filter(event=obj) if obj else Session.objects.none()
        formset.form.base_fields["session"].queryset = sessions  # type: ignore[attr-defined]  # the same
        return formset


@admin.register(Paper)
class PaperAdmin(_ModelAdmin):
    form = PaperForm
    fields = ("event", "session", "title", "author", "file", "link", "language", "audience", "position")
    list_display = ("title", "event", "session", "audience", "kept")
    list_filter = ("audience",)
    list_select_related = ("event", "session")
    search_fields = ("title", "author", "event__title")
    list_per_page = 50

    @admin.display(description=_("document"))
    def kept(self, paper: Paper) -> str:
        return paper.file.label if paper.file else paper.link
