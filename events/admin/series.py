"""Series of events, and photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from events.admin.base import named_event
from events.models import Photo, Series
from strongcities import uploads

if TYPE_CHECKING:  # generic for the type checker alone
    _SeriesAdmin = admin.ModelAdmin[Series]
    _PhotoAdmin = admin.ModelAdmin[Photo]
    _ModelForm = forms.ModelForm[Photo]
else:
    _SeriesAdmin = _PhotoAdmin = admin.ModelAdmin
    _ModelForm = forms.ModelForm


@admin.register(Series)
class SeriesAdmin(_SeriesAdmin):
    list_display = ("title", "summary")
    search_fields = ("title", "slug")
    actions = None

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that was given out stays."""
        return ("slug",) if obj else ()


class PhotoForm(_ModelForm):
    """The picture is drawn anew (strongcities/uploads.py); nothing of the file itself is kept."""

    file = forms.FileField(
        label=_("Picture"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("JPEG, PNG, WebP or AVIF, up to 5 MB. One that we may show, and in which whoever is seen agreed to it."),
    )  # fmt: skip

    def clean_file(self) -> uploads.Drawn | None:
        file = self.cleaned_data["file"]
        if file is None and not self.instance.picture:
            raise ValidationError(gettext("Choose a picture."))
        return uploads.draw(file) if file else None

    def _post_clean(self) -> None:
        """Its name is known once it is kept, and it is kept once nothing else is wrong."""
        drawn = self.cleaned_data.get("file")
        if drawn is not None and not self.errors:
            self.instance.picture = drawn.keep()
        super()._post_clean()  # type: ignore[misc]  # Django's own, without types


@admin.register(Photo)
class PhotoAdmin(_PhotoAdmin):
    form = PhotoForm
    list_display = ("seen", "event", "alt", "credit", "licence", "position")
    list_display_links = ("seen", "alt")
    list_filter = (("event", admin.RelatedOnlyFieldListFilter), "licence")
    search_fields = ("alt", "caption", "credit", "event__title")
    list_select_related = ("event",)
    autocomplete_fields = ("event",)
    readonly_fields = ("seen",)
    fields = ("event", "seen", "file", "alt", "caption", "credit", "licence", "position")
    actions = None

    @admin.display(description=_("picture"))
    def seen(self, photo: Photo) -> str:
        if not photo.picture:
            return "–"
        picture = uploads.Picture(photo.picture)
        return format_html(
            '<img class="thumbnail" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            picture.src, photo.alt, picture.width, picture.height,
        )  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?event=` from an event's own page."""
        return {"event": named_event(request, "event")}
