"""Officials with their posts, and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from members.admin.base import NeverDeleted
from members.admin.exports import TakesOut
from members.models import Official, Post, User
from members.models.imported import Taken

if TYPE_CHECKING:  # generic for the type checker alone
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline


class PostInline(_TabularInline):
    """To read: a post is changed by its verbs alone, which ask who may, mail, and write down what was done."""

    model = Post
    template = "admin/edit_inline/rows.html"
    extra = 0
    can_delete = False
    fields = readonly_fields = ("city", "title", "department", "kind", "is_lead", "has_mandate", "since", "until", "vetted", "people")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("people of the city"))
    def people(self, post: Post) -> str:
        url = reverse("members:colleagues", args=[post.city.slug])
        return format_html('<a href="{}">{}</a>', url, gettext("People of %(city)s") % {"city": post.city})


@admin.register(Official)
class OfficialAdmin(TakesOut, NeverDeleted):
    taken_out_as = Taken.OFFICIALS
    list_display = ("user", "shown_to", "open_to_peers", "barred_from_relay")
    list_filter = ("barred_from_relay", "shown_to")
    search_fields = ("user__name", "user__email", "posts__city__name")
    list_select_related = ("user",)
    # Consents are the person's to give; who may no longer write to others is decided on a report.
    readonly_fields = ("user", "shown_to", "wants_newsletter", "open_to_peers", "barred_from_relay")
    fields = ("user", "languages", "themes", "shown_to", "wants_newsletter", "open_to_peers", "barred_from_relay")
    inlines = (PostInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An official comes from an application, or from a list that is brought in."""
        return False

    def may_take_out(self, request: HttpRequest) -> bool:
        """Their posts go out with them."""
        return super().may_take_out(request) and self.admin_site._registry[Post].has_view_permission(request)

    def to_take_out(self, chosen: Any) -> Any:
        """A row for each post of theirs."""
        return Post.objects.filter(official__in=chosen.values("pk")).order_by("official__user__name", "official", "-since")


@admin.register(User)
class UserAdmin(NeverDeleted):
    """Accounts come from applications; staff are made by `manage.py createsuperuser` or by ticking here, by superusers."""

    list_display = ("email", "name", "is_staff", "is_active", "joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "language", "is_active", "is_staff", "is_superuser", "groups", "joined", "last_login")
    readonly_fields = ("email", "joined", "last_login")  # an address is changed by its owner, who confirms it
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers alone: who may change an account could make themselves anything."""
        return bool(request.user.is_active and request.user.is_superuser)
