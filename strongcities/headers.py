"""Headers that Django has no setting for, and all of them for what is answered before the site."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.gzip import GZipMiddleware as DjangoGZipMiddleware
from django.middleware.security import SecurityMiddleware

_POLICY = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
_PACKED = ("image/", "application/pdf", "application/vnd.openxmlformats-", "application/vnd.oasis.")


class PermissionsPolicyMiddleware:
    """No page of the house asks for a camera, a place or a payment, so none may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", _POLICY)
        return response


class GZipMiddleware(DjangoGZipMiddleware):
    """Django's, but for what is compressed already: packing it once more only takes time."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(_PACKED):
            return response
        return super().process_response(request, response)


def with_headers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """`view` with the headers that every page bears, where it answers before the site's own middleware does. It leads nobody
    to https."""
    dressed: Any = SecurityMiddleware(ContentSecurityPolicyMiddleware(XFrameOptionsMiddleware(PermissionsPolicyMiddleware(view))))
    dressed.redirect = False
    return dressed  # type: ignore[no-any-return]  # a middleware, which may be asynchronous elsewhere
