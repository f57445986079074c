"""What can't be read, what is too much, and a database that is down: a clear page each, at the right status."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from members.models import User
from strongcities import faults, urls as house
from strongcities.access import public
from tests.outage import database_down

PAGES = {
    "400.html": "{% if too_much %}too much{% else %}unreadable{% endif %}",
    "403_csrf.html": "try again",
    "500.html": "our fault",
    "503.html": "back soon",
}


@public
def echo(request):
    return HttpResponse("fine: " + repr(request.POST.get("text", request.GET.get("q", "")))[:100])


@public
def seek(request):
    return HttpResponse(str(User.objects.filter(email=request.POST["text"]).exists()))


@public
def broken(request):
    raise RuntimeError("a fault for mayor@aarhus.example")


urlpatterns = [path("echo/", echo), path("seek/", seek), path("broken/", broken), *house.urlpatterns]
handler400 = "strongcities.faults.bad_request"
handler500 = "strongcities.faults.server_error"


@pytest.fixture(autouse=True)
def plain_pages(settings):
    """The pages themselves belong to the look; here they are one line each."""
    settings.ROOT_URLCONF = __name__
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", PAGES)]},
        }
    ]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False, enforce_csrf_checks=False)


@pytest.mark.parametrize(
    "address", ["/echo/?q=%00", "/echo/?q=%FF", "/echo/?%C3=1", "/echo/%00", "/%FF/", "/ar/%FE%FF/", "/echo/?q=a%ED%A0%80"]
)
def test_addresses_that_are_no_text(visitor, address):
    answer = visitor.get(address)
    assert (answer.status_code, answer.content) == (400, b"unreadable")


@pytest.mark.parametrize("address", ["/echo/?q=%2500", "/echo/?q=%C3%85rhus", "/echo/?q=a+b%26", "/echo/?q=" + "%D8%B9" * 10_000])
def test_addresses_that_are_text(visitor, address):
    assert visitor.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["session", "csrf", "django_language", "other"])
def test_nul_in_a_cookie(visitor, name):
    answer = visitor.get("/echo/", headers={"Cookie": rf'{name}="\000\000\000\000\000\000\000\000\000"'})
    assert answer.status_code == 400


@pytest.mark.django_db
def test_nul_in_a_text_that_no_form_looked_at(visitor):
    assert visitor.post("/seek/", {"text": "aarhus"}).status_code == 200
    answer = visitor.post("/seek/", {"text": "aar\x00hus"})
    assert (answer.status_code, answer.content) == (400, b"unreadable")


@pytest.mark.django_db  # whatever is sent is counted
def test_broken_text_in_a_form_is_replaced(visitor):
    answer = visitor.post("/echo/", b"text=%FF%FE", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content.decode()) == (200, "fine: '\ufffd\ufffd'")


@pytest.mark.django_db  # whatever is sent is counted
def test_a_form_that_is_too_large(visitor):
    answer = visitor.post("/echo/", b"text=" + b"x" * 1_100_000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (413, b"too much")


@pytest.mark.django_db  # whatever is sent is counted
def test_a_form_with_too_many_fields(visitor):
    body = "&".join(f"f{number}=1" for number in range(1_100)).encode()
    answer = visitor.post("/echo/", body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (413, b"too much")


def test_a_body_that_is_announced_as_huge_is_never_read(visitor):
    answer = visitor.generic("POST", "/echo/", b"", CONTENT_LENGTH=str(faults.MAX_BODY + 1))
    assert (answer.status_code, answer.content) == (413, b"too much")


def test_an_old_tab(settings):
    answer = Client(enforce_csrf_checks=True).post("/echo/", {"text": "Aarhus"})
    assert (answer.status_code, answer.content) == (403, b"try again")


def test_an_error_nobody_caught(visitor, caplog):
    answer = visitor.get("/broken/")
    assert (answer.status_code, answer.content) == (500, b"our fault")
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info


class TestDown:
    @pytest.fixture
    def down(self, django_db_blocker):
        with django_db_blocker.unblock(), database_down():
            yield

    @pytest.mark.parametrize("address", ["/readyz"])
    def test_readyz_says_so(self, down, visitor, address):
        answer = visitor.get(address)
        assert (answer.status_code, answer.content) == (503, b"database not reachable\n")

    def test_healthz_answers(self, down, visitor):
        assert visitor.get("/healthz").status_code == 200

    @pytest.mark.parametrize("address", ["/account/login/", "/desk/", "/admin/", "/demo/outbox/"])
    def test_pages_say_so(self, down, visitor, address):
        visitor.cookies["session"] = "a-session-key-of-some-length-0000"  # or nothing would ask the database
        answer = visitor.get(address)
        assert (answer.status_code, answer.content, answer["Retry-After"]) == (503, b"back soon", "30")

    def test_in_a_middleware(self, down, visitor, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.asks_the_database"]
        answer = visitor.get("/echo/")
        assert (answer.status_code, answer.content) == (503, b"back soon")

    def test_nothing_is_told(self, down, visitor):
        visitor.cookies["session"] = "a-session-key-of-some-length-0000"
        assert b"nowhere" not in visitor.get("/desk/").content


def asks_the_database(get_response):
    def middleware(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return get_response(request)

    return middleware


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "utf-7", "latin-1"])
def test_a_form_in_an_alphabet_that_no_browser_sends(visitor, charset):
    typed = "login=a\\ud800@gent.be"
    answer = visitor.post("/account/login/", typed, content_type=f"application/x-www-form-urlencoded; charset={charset}")
    assert answer.status_code == 400
