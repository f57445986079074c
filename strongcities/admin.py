"""The admin site, under the house's own first page: queues of work before lists of records.

A room's admin class that has work waiting says so with `queues(request)`; the first page asks each of them.
Of what libraries bring, only what staff need is here (`tidy`): the mails, groups, and lost second factors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, ManyToManyField, Min, Model, Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from post_office.models import Attachment, Email, EmailTemplate, Log
from procrastinate.contrib.django.models import ProcrastinateJob

from strongcities import given_up, rooms
from strongcities.door import OneDoor
from strongcities.logs import without_tokens
from strongcities.mail import PRIVATE

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelAdmin = admin.ModelAdmin[Any]
    _ModelForm = forms.ModelForm[Group]
else:
    _ModelAdmin, _ModelForm = admin.ModelAdmin, forms.ModelForm

OURS = ("members", "hub", "events")  # the apps whose records a group may be given


@dataclass(frozen=True)
class Queue:
    """Work that waits: what, how much, since when the oldest, what is asked, and where."""

    title: str
    count: int
    oldest: datetime | None
    asked: str
    url: str


class Choices(AutocompleteJsonView):
    """What a list that searches while one types offers: each in the words by which its room tells those of one name apart."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": getattr(self.model_admin, "in_a_choice", str)(obj)}


def _may_narrow(listed: Any, allowed: Callable[..., bool], lookup: str, value: Any, request: HttpRequest) -> bool:
    """Whether the list `listed` may be narrowed by `lookup` of its address. Django lets any column of the record's own be asked for, by
    its beginning too: a password's hash, a key, a mail's words would be read letter by letter. Here a list is narrowed by what it
    offers as a filter, and by nothing else."""
    column = lookup.partition("__")[0]
    if column not in {field.name for field in listed.opts.get_fields()}:
        return allowed(lookup, value, request)  # no column: a filter of the list's own, or nothing, which Django refuses by itself
    offered = [each if isinstance(each, str) else each[0] for each in listed.get_list_filter(request) if not isinstance(each, type)]
    return allowed(lookup, value, request) and any(f"{lookup}__".startswith(f"{name}__") for name in [*offered, listed.opts.pk.name])


class Site(OneDoor):
    site_header = _("Strong Cities Network: staff")
    site_title = _("Strong Cities Network: staff")
    index_title = _("What waits")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        super().register(model_or_iterable, admin_class, **options)
        for model in [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable:
            if listed := self._registry.get(model):  # Django leaves out what another model takes the place of: its own User
                vars(listed)["lookup_allowed"] = partial(_may_narrow, listed, listed.lookup_allowed)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page. Queues with something in them come first, the one with the oldest on top."""
        queues = sorted(self._queues(request), key=lambda queue: (queue.oldest is None, queue.oldest))
        waiting, quiet = [queue for queue in queues if queue.count], [queue for queue in queues if not queue.count]
        return super().index(request, {**(extra_context or {}), "queues": waiting, "quiet": quiet})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By what they are for; which app a record belongs to says nothing to the staff."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["model"]._meta.label: model for app in apps for model in app["models"]}
        return rooms.grouped(models, reverse("admin:index"))

    def _queues(self, request: HttpRequest) -> Iterator[Queue]:
        for model_admin in self._registry.values():
            if hasattr(model_admin, "queues") and model_admin.has_view_permission(request):
                yield from model_admin.queues(request)
        failed = given_up.jobs().aggregate(count=Count("pk"), oldest=Min("at"))
        if failed["count"]:  # else nobody needs to know that there are such
            asked = gettext("The log says why: tell whoever runs the site.")
            yield Queue(gettext("Jobs that were given up"), failed["count"], failed["oldest"], asked, reverse("admin:jobs"))

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Choices.as_view(admin_site=self)(request)

    def get_urls(self) -> list[Any]:
        return [*given_up.urls(self), *super().get_urls()]


class GroupForm(_ModelForm):
    def clean_permissions(self) -> list[Permission]:
        """What is ticked, and what the group has that isn't offered here."""
        unseen = self.instance.permissions.exclude(content_type__app_label__in=OURS) if self.instance.pk else ()
        return [*self.cleaned_data["permissions"], *unseen]


class GroupAdmin(_ModelAdmin):
    form = GroupForm
    search_fields = ("name",)
    fields = ("name", "permissions")

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Permission.objects.filter(content_type__app_label__in=OURS).select_related("content_type")
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class ToRead(_ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MailAdmin(ToRead):
    """The outbox, to read: what was sent to whom, and what is stuck."""

    list_display = ("about", "recipients", "status", "created")
    list_filter = ("status",)
    search_fields = ("to", "subject")
    fields = readonly_fields = ("about", "recipients", "status", "created", "number_of_retries", "text")
    ordering = ("-created", "-pk")
    change_form_template = "admin/change_form.html"  # the library's own has a link to send again, at an address of its own admin
    actions = None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """What a private mail says isn't told by a search that finds it, either: it is found by its address alone."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        private = Email.objects.filter(headers__contains=PRIVATE)
        for word in search_term.split():
            found = found.exclude(Q(pk__in=private) & ~Q(to__icontains=word))
        return found, distinct

    @admin.display(description=_("subject"), ordering="subject")
    def about(self, email: Email) -> str:
        return gettext("(between the two of them)") if _is_private(email) else email.subject

    @admin.display(description=_("to"))
    def recipients(self, email: Email) -> str:
        return ", ".join(email.to)

    @admin.display(description=_("text"))
    def text(self, email: Email) -> str:
        """Without what opens an account: a link is for the one it was mailed to; and without what one person wrote to another,
        or the staff to one person."""
        if _is_private(email):
            return gettext("What a person wrote to another, or the staff to one person about a report, is not shown here.")
        return re.sub(r"https?://\S+", lambda link: without_tokens(link[0]), email.message)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_private(email: Email) -> bool:
    return PRIVATE.items() <= (email.headers or {}).items()


class SecondFactorAdmin(ToRead):
    """Who has a second factor. Its secret is nobody's to read; a lost one is deleted, and its owner sets up another."""

    list_display = fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)


class SignOnLinkAdmin(ToRead):
    """Whom a city's single sign-on has named for which account. Deleted where the city gave somebody a new identity: the
    next sign-in makes another."""

    list_display = fields = readonly_fields = ("user", "provider", "date_joined", "last_login")
    search_fields = ("user__email", "provider")
    list_select_related = ("user",)


# (record, what one and many are called, what its columns are called), where a library names them in English only.
NAMED: tuple[tuple[type[Model], tuple[Any, Any] | None, dict[str, Any]], ...] = (
    (
        Authenticator,
        (_("second factor"), _("second factors")),
        {"user": _("account"), "type": _("kind"), "created_at": _("created"), "last_used_at": _("last used")},
    ),
    (Email, None, {"created": _("created"), "number_of_retries": _("number of retries")}),
)


def name() -> None:
    """Call the libraries' records by words that can be translated. No migration comes of it: those compare what the class was
    written with, which stays as it is."""
    for model, names, columns in NAMED:
        if names:
            model._meta.verbose_name, model._meta.verbose_name_plural = names
        for column, words in columns.items():
            model._meta.get_field(column).verbose_name = words  # type: ignore[union-attr]


def tidy() -> None:
    """Once all rooms are registered: take out what libraries registered and nobody needs (some of it breaks the content
    security policy), put the house's own in place of the rest."""
    name()
    site = admin.site
    site.unregister(
        [EmailTemplate, Attachment, Log, Email, Group, EmailAddress, Authenticator, ProcrastinateJob, SocialAccount, SocialApp, SocialToken]
    )
    site.register(Authenticator, SecondFactorAdmin)
    site.register(SocialAccount, SignOnLinkAdmin)
    site.register(Email, MailAdmin)
    site.register(Group, GroupAdmin)
