"""The headers that keep a page to itself, on every kind of page, the admin's included."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from members.models import User
from strongcities import urls as house
from strongcities.access import public

pytestmark = pytest.mark.django_db
PROBES = ("/healthz", "/readyz")


@public
def broken(request):
    raise RuntimeError


@public
def sets_cookies(request):
    request.session["seen"] = 1
    return HttpResponse(str(request.META["wsgi.url_scheme"]))


urlpatterns = [path("broken/", broken), path("cookies/", sets_cookies), *house.urlpatterns]
handler400 = "strongcities.faults.bad_request"
handler500 = "tests.strongcities.test_headers.plain_500"


def plain_500(request):
    return HttpResponse("broken", status=500)


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_user("someone@isd.example", is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/account/login/", 302),
        ("/account/email/", 200),
        ("/demo/outbox/", 200),
        ("/admin/", 200),
        ("/admin/post_office/email/", 200),
        ("/nothing/here/", 404),
        ("/broken/", 500),
        ("/healthz", 200),
        ("/readyz", 200),
    ],
)
def test_every_page(staff, address, status):
    answer = staff.get(address)
    assert answer.status_code == status
    assert answer.has_header("X-Request-ID") is (address not in PROBES)  # probes are in no log
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not re.search(r"unsafe|https?:|\*", answer["Content-Security-Policy"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]


def test_cookies(client):
    cookie = client.get("/cookies/").cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def production(monkeypatch, **more):
    """The settings module as an https site reads it."""
    import importlib

    from strongcities import settings as module

    values = {"SITE_URL": "https://s.example", "ALLOWED_HOSTS": "s.example", "SECRET_KEY": "x" * 60, "DEMO": "0", **more}
    with monkeypatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        found = dict(vars(importlib.reload(module)))
    importlib.reload(module)
    return found


def test_over_https(monkeypatch, settings):
    found = production(monkeypatch)
    for name in found:
        if name.isupper() and name.startswith(("SECURE_", "SESSION_", "CSRF_", "LANGUAGE_COOKIE")):
            setattr(settings, name, found[name])
    settings.ALLOWED_HOSTS = ["s.example"]
    answer = Client(headers={"host": "s.example"}).get("/cookies/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    cookie = answer.cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    plain = Client(headers={"host": "s.example"}).get("/cookies/")
    assert (plain.status_code, plain["Location"]) == (301, "https://s.example/cookies/")
    for probe in PROBES:
        assert Client(headers={"host": "s.example"}).get(probe).status_code == 200
        assert "Strict-Transport-Security" in Client(headers={"host": "s.example"}).get(probe, secure=True)


def test_a_header_of_the_proxy_counts_only_behind_one(monkeypatch):
    assert "SECURE_PROXY_SSL_HEADER" not in production(monkeypatch) or production(monkeypatch)["SECURE_PROXY_SSL_HEADER"] is None
    behind = production(monkeypatch, BEHIND_PROXY="1")
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert behind["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
