"""What the queues of travel support and of letters have in common: a list, and a page to decide on each that leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from members.admin.base import LeadsOn, NeverDeleted, QueueFilter
from strongcities import ages, letters
from strongcities.admin import Queue
from strongcities.workflow import MoveRefused


class FollowUpFilter(QueueFilter):
    """What waits first; whoever looks for something (a reference, a name) looks through all."""

    WAYS: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]] = {
        "waiting": (_("To be decided"), lambda rows: rows.waiting()),
        "standing": (_("Said yes to"), lambda rows: rows.standing().exclude(state="asked")),
        "all": (_("All"), lambda rows: rows),
    }

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.looked_for = bool(request.GET.get("q", "").strip())

    def _chosen(self) -> str:
        return "all" if self.looked_for and self.value() not in self.WAYS else super()._chosen()


class FollowUpAdmin(LeadsOn, NeverDeleted):
    """Nothing here is changed by a form: each verb has its own address, and the model decides whether it may be."""

    VERBS: ClassVar[dict[str, tuple[Any, Any, bool]]]  # what the button says, what is said afterwards, whether it can't be undone
    FORMS: ClassVar[dict[str, type[forms.Form]]]
    asked: ClassVar[Any]  # of the staff, on their first page
    template: ClassVar[str]

    list_filter = (FollowUpFilter,)
    list_display_links = ("person",)
    list_select_related = ("registration__user", "registration__event", "registration__city")
    list_per_page = 50
    ordering = ("made", "pk")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model.objects.visible_to(request.user)

    def queues(self, request: HttpRequest) -> list[Queue]:
        row = self.get_queryset(request).waiting().aggregate(count=Count("pk"), oldest=Min("made"))
        url = reverse(f"admin:events_{self.opts.model_name}_changelist")
        return [Queue(str(self.asked), row["count"], row["oldest"], gettext("Read it, and decide."), url)]

    @admin.display(description=_("person"), ordering="registration__user__name")
    def person(self, asked: Any) -> str:
        return format_html("<bdi>{}</bdi><br>{}", asked.registration.user, asked.registration.city or "")

    @admin.display(description=_("event"), ordering="registration__event__starts")
    def event(self, asked: Any) -> str:
        return str(asked.event)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, asked: Any) -> str:
        kind = {"granted": "good", "issued": "good", "asked": "warn", "declined": "bad", "ended": "bad"}.get(asked.stands, "")
        return format_html('<span class="stamp stamp--{}">{}</span>', kind, asked.stands_words)

    @admin.display(description=_("age"), ordering="made")
    def age(self, asked: Any) -> str:
        return ages.age(asked.made)

    # --- One of them -------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{verb}/",
                require_POST(self.admin_site.admin_view(partial(self._decide, verb=verb))),
                name=f"events_{self.opts.model_name}_{verb}",
            )
            for verb in self.VERBS
        ]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page where it is decided on. It only shows; see the verbs below."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._load(request, object_id))

    def _load(self, request: HttpRequest, pk: str | int) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("registration__user", "registration__event__host", "registration__city")
        try:
            return found.get(pk=int(pk))
        except (self.model.DoesNotExist, ValueError) as error:
            raise Http404 from error

    def initial(self, request: HttpRequest, asked: Any, verb: str) -> dict[str, Any]:
        """What stands in the form of a verb before anybody has written in it."""
        return {}

    def _page(self, request: HttpRequest, asked: Any, wrong: tuple[str, forms.Form] | None = None) -> HttpResponse:
        filled = {verb: self.FORMS[verb](prefix=verb, initial=self.initial(request, asked, verb)) for verb in self.VERBS}
        filled.update([wrong] if wrong else [])
        context = {
            **self.admin_site.each_context(request),
            "title": str(asked),
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "asked": asked,
            "registration": asked.registration,
            "event": asked.event,
            "next": self.next_after(request, asked),
            "transitions": asked.transitions.select_related("by"),
            "verbs": [
                {
                    "button": button, "form": filled[verb], "hard": hard,
                    "url": reverse(f"admin:events_{self.opts.model_name}_{verb}", args=[asked.pk]),
                }
                for verb, (button, _said, hard) in self.VERBS.items()
                if asked.is_live and asked.allows(verb) and asked.may(verb, request.user)
            ],
        }  # fmt: skip
        response = render(request, self.template, context)
        add_never_cache_headers(response)
        return response

    def _decide(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """One verb, by POST; what the model refuses is said, at its field where it is one's."""
        asked, (_button, said, _hard) = self._load(request, pk), self.VERBS[verb]
        form = self.FORMS[verb](request.POST, prefix=verb)
        if not form.is_valid():
            return self._page(request, asked, wrong=(verb, form))
        try:
            getattr(asked, verb)(by=request.user, **self.given(form))
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("You may not do this."))
        except (ValidationError, letters.Unprintable) as error:
            self.refused(form, error)
            return self._page(request, asked, wrong=(verb, form))
        else:
            return self.go_on(request, asked, said)
        return redirect(self.page_of(request, asked))

    def given(self, form: forms.Form) -> dict[str, Any]:
        """What the verb takes of the form."""
        return form.cleaned_data

    def refused(self, form: forms.Form, error: ValidationError | letters.Unprintable) -> None:
        """Say what a letter couldn't be set with, at the field or above the form."""
        if isinstance(error, letters.Unprintable):
            form.add_error(None, gettext("The letter can’t show these signs: %(signs)s.") % {"signs": " ".join(error.characters)})
            return
        for name, wrong in error.error_dict.items():
            form.add_error(name if name in form.fields else None, wrong)
