"""`/account/city/`: signing in by a city's own single sign-on. How the provider is asked and believed: members/sign_on.py."""

from __future__ import annotations

from typing import cast

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.sign_on import SignOnAddressForm
from members.models import SignOn
from members.sign_on import CityAdapter, refused
from strongcities.access import public

UNREACHABLE = (OAuth2Error, ValueError, requests.RequestException)  # nothing that can be asked, or it says nonsense of itself


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on(request: HttpRequest) -> HttpResponse:
    """Which provider signs in whoever has this address, told by its domain alone; then the link that leads there.

    A link, not a redirect: the policy lets no form of ours lead elsewhere, and one sees where one is going.
    """
    if request.user.is_authenticated:
        return redirect("pages:desk")
    form = SignOnAddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/sign_on.html", {"form": form})
    found = SignOn.objects.for_address(form.cleaned_data["email"])
    if found is None:
        return render(request, "members/sign_on.html", {"form": form, "none": True})
    try:
        provider = CityAdapter(request, found.slug).get_provider()
        url = provider.authorization_url(request, next_url=_next(request))
    except UNREACHABLE:
        return refused(request, "unreachable", found.city)
    request.session["sign_on_language"] = get_language()
    return render(request, "members/sign_on.html", {"found": found, "url": url})


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else reverse("pages:desk")


@public
@never_cache
@require_safe
def sign_on_callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the provider sends the reader back to."""
    language = request.session.get("sign_on_language", settings.LANGUAGE_CODE)
    with override(language):
        try:
            return cast(HttpResponse, OAuth2CallbackView.adapter_view(CityAdapter(request, slug))(request))
        except SocialApp.DoesNotExist as error:
            raise Http404 from error
        except UNREACHABLE:
            found = SignOn.objects.open().filter(slug=slug).select_related("city").first()
            return refused(request, "unreachable", found and found.city)
