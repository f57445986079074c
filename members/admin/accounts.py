"""The staff's rooms for accounts: cities' single sign-on, and changes of addresses whose old mailbox is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from members.admin.base import NeverDeleted
from members.forms.address import AddressForForm, VouchForm
from members.forms.sign_on import SignOnForm
from members.models import AddressChange, SignOn, User
from members.models.address_change import AddressTaken
from members.sign_on import callback_url
from strongcities.workflow import MoveRefused


def _vets(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_active and user.is_staff and user.vets)


class ForTheSecretariat:
    """Open to the staff who vet: what is behind it opens accounts."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _vets(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _vets(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _vets(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _vets(request)


@admin.register(SignOn)
class SignOnAdmin(ForTheSecretariat, NeverDeleted):
    form = SignOnForm
    change_form_template = "admin/members/signon/change_form.html"
    list_display = ("city", "host", "domain_words", "state", "entered_by", "opened_by")
    list_select_related = ("city", "entered_by", "opened_by")
    list_filter = ("state",)
    search_fields = ("city__name", "domains__domain")
    readonly_fields = ("sends_back_to",)
    fields = ("city", "slug", "issuer", "client_id", "secret", "mail_domains", "sends_back_to")

    def get_queryset(self, request: HttpRequest) -> Any:
        return SignOn.objects.visible_to(request.user).prefetch_related("domains")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The address that was given to the city's technicians stays."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    @admin.display(description=_("mail domains"))
    def domain_words(self, sign_on: SignOn) -> str:
        return gettext(", ").join(row.domain for row in sign_on.domains.all())

    @admin.display(description=_("sends back to"))
    def sends_back_to(self, sign_on: SignOn) -> str:
        return callback_url(sign_on.slug) if sign_on.slug else gettext("Known once it is saved; the city enters it at its provider.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Whatever was entered waits for a second person, who opens it."""
        values = {name: form.cleaned_data[name] for name in ("city", "issuer", "client_id", "secret")}
        obj.enter(by=request.user, domains=form.cleaned_data["mail_domains"], **values)

    def render_change_form(  # noqa: PLR0917  as Django calls it
        self, request: HttpRequest, context: dict[str, Any], add: bool = False, change: bool = False, form_url: str = "", obj: Any = None
    ) -> Any:
        if obj:
            user: Any = request.user
            may = {verb: obj.allows(verb) and obj.may(verb, user) for verb in ("open", "close")}
            context |= {"sign_on": obj, "may": may, "transitions": obj.transitions.select_related("by")}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{verb}/", require_POST(self.admin_site.admin_view(getattr(self, verb))), name=f"members_signon_{verb}")
            for verb in ("open", "close")
        ]
        return [*own, *super().get_urls()]

    def open(self, request: HttpRequest, pk: int) -> HttpResponse:
        seen = request.POST.get("seen", "")
        return self._do(request, pk, lambda row: row.open(by=request.user, seen=seen), gettext("It is in use."))

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, lambda row: row.close(by=request.user), gettext("It is closed, and signs nobody in."))

    def _do(self, request: HttpRequest, pk: int, verb: Callable[[SignOn], None], said: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            verb(row)
            messages.success(request, said)
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("You entered it: another of the staff opens it."))
        return redirect("admin:members_signon_change", pk)


@admin.register(AddressChange)
class AddressChangeAdmin(ForTheSecretariat, NeverDeleted):
    """Asked for by the staff where somebody cannot sign in; vouched for by two where the old mailbox is lost."""

    list_display = ("account", "new", "state", "asked", "ends")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("account__email", "account__name", "old", "new")
    fields = readonly_fields = ("account", "old", "new", "state")  # no form of the admin takes an address; see `add_view`
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return AddressChange.objects.visible_to(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("who agreed"))
    def ends(self, change: AddressChange) -> str:
        said = [
            (change.confirmed, gettext("new address")),
            (change.agreed, gettext("old address")),
            (change.first_helper_id, gettext("one of the staff")),
            (change.second_helper_id, gettext("a second of the staff")),
        ]
        return ", ".join(words for spoken, words in said if spoken) or "–"

    def get_urls(self) -> list[URLPattern]:
        vouch = require_POST(self.admin_site.admin_view(self.vouch))
        return [path("<int:pk>/vouch/", vouch, name="members_addresschange_vouch"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a change in the name of somebody who cannot sign in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AddressForForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            by = cast(User, request.user)
            change = AddressChange.ask(account=values["account"], new=values["email"], by=by, why=values["why"])
            messages.success(request, gettext("Both addresses have a mail now. Two of the staff can vouch for the old one."))
            return redirect("admin:members_addresschange_change", change.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Change somebody's mail address"),
            "opts": self.opts,
            "form": form,
        }
        return render(request, "admin/members/addresschange/ask.html", context)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where the change stands. It only shows; see `vouch`."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._load(request, object_id), VouchForm())

    def vouch(self, request: HttpRequest, pk: int) -> HttpResponse:
        change, form = self._load(request, pk), VouchForm(request.POST)
        if not form.is_valid():
            return self._page(request, change, form)
        try:
            change.vouch(by=cast(User, request.user), why=form.cleaned_data["why"])
            messages.success(request, gettext("Your word is recorded."))
        except MoveRefused as error:
            messages.error(request, str(error))
        except PermissionDenied:
            messages.error(request, gettext("Nobody vouches for themselves."))
        except AddressTaken:
            messages.error(request, gettext("Another account has the new address."))
        return redirect("admin:members_addresschange_change", pk)

    def _load(self, request: HttpRequest, pk: str | int) -> AddressChange:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            change: AddressChange = self.get_queryset(request).select_related("account", "first_helper", "second_helper").get(pk=int(pk))
        except (AddressChange.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return change

    def _page(self, request: HttpRequest, change: AddressChange, form: VouchForm) -> HttpResponse:
        user: Any = request.user
        settled = change.agreed or change.second_helper or change.first_helper == user
        context = {
            **self.admin_site.each_context(request),
            "title": str(change.account), "opts": self.opts, "change": change, "form": form,
            "transitions": change.transitions.select_related("by"),
            "may_vouch": change.is_open and change.can_vouch(user) and not settled,
        }  # fmt: skip
        return render(request, "admin/members/addresschange/change.html", context)
