"""The admin has no door of its own: staff come in where everybody does."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from strongcities.access import public


class OneDoor(admin.AdminSite):
    @public
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the house's sign-in: the admin's own asks for a password only, no second factor, and has no rate limit."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not self.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """State the access of what is wrapped here, for `check_urls`."""
        wrapped: Any = super().admin_view(view, cacheable)
        wrapped.access = "staff"
        return wrapped
