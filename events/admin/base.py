"""What the staff's pages for events have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from events.models import Event
from hub.admin.practices import Lines
from members import languages
from members.admin.base import number
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
    _Form = forms.BaseForm
else:
    _ModelAdmin, _Form = admin.ModelAdmin, object


class WhyForm(forms.Form):
    """A reason, for whoever reads it."""

    why = forms.CharField(label=_("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, about: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = about


class NoWords(forms.Form):
    """Nothing is asked but to press the button."""


class Refusable(_Form):
    """A form that shows what the verb refused which it was sent for (ByVerb)."""

    refused = ""

    def clean(self) -> Any:
        values = super().clean()
        if self.refused:
            self.add_error(None, self.refused)
        return values


class OfAnEvent(_ModelAdmin):
    """Records that are added to an event, from there (`?event=`), by those who keep events."""

    choose_first: Any  # what is said to who would add one to no event

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and Event.may_keep(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and Event.may_keep(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj) and Event.may_keep(request.user)
        return may and (obj is None or self.hangs_on_nothing(obj))

    def hangs_on_nothing(self, record: Any) -> bool:
        """Whether nobody answered it, asked for it, or depends on it, so that it may go."""
        raise NotImplementedError

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        event = named_event(request, "event")
        if event is None:
            messages.info(request, self.choose_first)
            return redirect("admin:events_event_changelist")
        return super().add_view(request, form_url, {"event": event, "may_keep": True, **(extra_context or {})})

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"event_here": obj.event if obj else named_event(request, "event")})


class ByVerb(_ModelAdmin):
    """Records whose form is written by a verb. What the verb refuses is said at the form, with all that was typed."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """In one transaction with what the form looked at; once more where the verb refused, for the page that says so."""
        try:
            with transaction.atomic():
                self.hold(request, object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        except MoveRefused as error:
            request.refused = str(error)  # type: ignore[attr-defined]  # read by get_form, of this same request
            return super().changeform_view(request, object_id, form_url, extra_context)

    def hold(self, request: HttpRequest, object_id: str | None) -> None:
        """Lock what the form is of, where two may write it at once."""

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"refused": getattr(request, "refused", "")})

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Languages by their names; lists as boxes to tick, or as a line each."""
        about: dict[str, Any] = {"label": capfirst(db_field.verbose_name), "help_text": db_field.help_text, "required": not db_field.blank}
        if db_field.name == "language":
            begins = db_field.get_default()  # else the first of the list, Arabic, is what a browser sends
            return forms.ChoiceField(**about, choices=_one_language(db_field), initial=begins)
        if not isinstance(db_field, ArrayField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in {"languages", "interpretation"}:
            return forms.MultipleChoiceField(**{**about, "help_text": ""}, choices=languages.choices, widget=forms.CheckboxSelectMultiple)
        if choices := db_field.base_field.choices:
            return forms.MultipleChoiceField(**about, choices=choices, widget=forms.CheckboxSelectMultiple)
        return Lines(**{**about, "help_text": _("One a line.")}, widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}))


def _one_language(db_field: Field[Any, Any]) -> Any:
    return lambda: [*([("", "–")] if db_field.blank else []), *languages.choices()]


def event_of(request: HttpRequest, pk: Any, *, keeps: bool = False) -> Event:
    """The event whose page of the staff this is. Raises PermissionDenied for whoever may not see it, or `keeps` it not; Http404."""
    user: Any = request.user
    if not (Event.may_keep(user) or (not keeps and user.has_perm("events.view_event"))):
        raise PermissionDenied
    found: Event | None = Event.objects.visible_to(user).select_related("host", "series").filter(pk=number(str(pk))).first()
    if found is None:
        raise Http404
    return found


def named_event(request: HttpRequest, parameter: str = "event__id__exact") -> Event | None:
    """The event that the address names: of a list its filter, of a form that adds something to an event `?event=`."""
    return Event.objects.visible_to(request.user).filter(pk=number(request.GET.get(parameter, ""))).first()


def page(site: Any, request: HttpRequest, template: str, event: Event, title: str, **more: Any) -> HttpResponse:
    """A page about one event, with the links to its other rooms."""
    wrong = any(form.errors for form in more.values() if isinstance(form, forms.BaseForm))
    context = {
        **site.each_context(request), "opts": Event._meta, "event": event, "title": title, "room": template,
        "may_keep": Event.may_keep(request.user), **more,
    }  # fmt: skip
    return render(request, f"admin/events/{template}.html", context, status=422 if wrong else 200)


def attempt(request: HttpRequest, verb: Callable[[], Any], said: Any = "") -> bool:
    """Do it and say so; what is refused is said, never a bare 403 after a press of a button. Whether it was done."""
    try:
        verb()
    except MoveRefused as error:
        messages.error(request, str(error))
    except PermissionDenied:
        messages.error(request, gettext("You may not do this."))
    else:
        if said:
            messages.success(request, said)
        return True
    return False
