"""What the system checks name, and that every view of the house states its access."""

import io

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections
from django.http import HttpResponse
from django.urls import get_resolver, include, path
from django.urls.resolvers import RegexPattern, URLResolver

from members.models import User
from strongcities import checks
from strongcities.access import public, signed_in, staff_only


@pytest.fixture
def production(settings):
    settings.DEMO = settings.DEBUG = settings.EMBEDDED = False
    settings.SITE_URL = "https://strongcities.example"
    settings.ALLOWED_HOSTS = ["strongcities.example"]
    settings.SECRET_KEY = "abcdefghijklmnopqrstuvwxyz0123456789" * 2
    settings.SECRET_KEY_FALLBACKS = []
    settings.ENCRYPTION_KEYS = ["Zk1nQ0b3w8yJm2uXe7sRt5vLh9pAc4dFi6gKo0jNq_E"]
    settings.MAILERS = {"delivery": {"OPTIONS": {"host": "mail.strongcities.example"}}}
    return settings


def names():
    return [fault.msg.split(":")[0] for fault in checks.check_environment(None)]


def test_a_house_that_is_told_everything(production):
    assert names() == []


@pytest.mark.parametrize(
    ("setting", "value", "variable"),
    [
        ("EMBEDDED", True, "DATABASE_URL"),
        ("SECRET_KEY", "", "SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY"),
        ("SECRET_KEY_FALLBACKS", ["short"], "SECRET_KEY_FALLBACKS"),
        ("ENCRYPTION_KEYS", [], "ENCRYPTION_KEYS"),
        ("ENCRYPTION_KEYS", ["short"], "ENCRYPTION_KEYS"),
        ("ENCRYPTION_KEYS", ["A" * 43], "ENCRYPTION_KEYS"),
        ("ENCRYPTION_KEYS", ["Zk1nQ0b3w8yJm2uXe7sRt5vLh9pAc4dFi6gKo0jNq_E", "an old one"], "ENCRYPTION_KEYS"),
        ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", ["other.example"], "ALLOWED_HOSTS"),
        ("SITE_URL", "", "SITE_URL"),
        ("SITE_URL", "http://strongcities.example", "SITE_URL"),
        ("SITE_URL", "https://strongcities.example/site", "SITE_URL"),
        ("MAILERS", {"delivery": {"OPTIONS": {"host": ""}}}, "MAIL_HOST"),
        ("DEBUG", True, "DEBUG"),
    ],
)
def test_what_is_missing_or_weak_is_named(production, setting, value, variable):
    setattr(production, setting, value)
    assert variable in names()


def test_a_host_below_a_domain(production):
    production.ALLOWED_HOSTS = [".example"]
    assert names() == []


@pytest.mark.parametrize("hosts", [["*"], ["demo.strongcities.example"], ["localhost", "10.0.0.1"]])
def test_a_demo_for_more_than_this_machine_is_refused(settings, hosts):
    assert names() == []
    settings.ALLOWED_HOSTS = hosts
    assert names() == ["DEMO"]


def test_check_deploy_fails_on_them(production):
    production.SECRET_KEY = "short"
    with pytest.raises(SystemCheckError, match="SECRET_KEY: set 50 or more"):
        call_command("check", "--deploy", databases=[])


@pytest.mark.parametrize(
    ("host", "found"), [("", []), ("/run/postgresql", []), ("127.0.0.1", []), ("::1", []), ("db.strongcities.example", ["DEMO"])]
)
def test_a_demo_on_another_machine_s_database_is_refused(settings, monkeypatch, host, found):
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", host)
    assert names() == found


@pytest.mark.django_db
class TestDatabase:
    def found(self):
        return [fault.id for fault in checks.check_database(None, ["default"])]

    def test_this_one_is_fine(self):
        assert self.found() == []

    @pytest.mark.parametrize(("version", "fine"), [("140012", False), ("150001", True), ("180006", True), ("190000", False)])
    def test_versions(self, monkeypatch, version, fine):
        class Cursor:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                return None

            def execute(self, question, values=None):
                self.answer = (version,) if "version" in question else (False,)

            def fetchone(self):
                return self.answer

        monkeypatch.setattr(connections["default"], "cursor", Cursor)
        assert self.found() == ([] if fine else ["strongcities.E020"])

    @pytest.mark.parametrize("mail", ["staff@example.org", "ada@example.org"])
    def test_demo_accounts_outside_the_demo(self, settings, mail):
        User.objects.create_user(mail)
        assert self.found() == []
        settings.DEMO = False
        assert self.found() == ["strongcities.E021"]


def unstated(request):
    return HttpResponse()


@public
def for_all(request):
    return HttpResponse()


@signed_in
def for_accounts(request):
    return HttpResponse()


@staff_only
def for_staff(request):
    return HttpResponse()


def resolver(*patterns):
    return URLResolver(RegexPattern(r"^/"), list(patterns))


def test_the_house_states_who_may_open_what():
    """The whole URLconf; that the walk does see views is shown by the count."""
    assert checks.check_urls(None) == []
    assert len(list(checks.views(get_resolver()))) > 50


def test_a_view_that_says_nothing_is_found(monkeypatch):
    stated = [path("a/", for_all), path("b/", for_accounts), path("c/", for_staff)]
    inner = [path("d/", unstated)]
    monkeypatch.setattr(checks, "get_resolver", lambda: resolver(*stated, path("deep/", include(inner))))
    (fault,) = checks.check_urls(None)
    assert fault.msg == "/deep/d/ says nothing about who may open it."
    assert "unstated" in fault.obj


def test_the_checks_are_registered():
    assert not [fault for fault in run_checks(tags=["urls", "security"]) if (fault.id or "").startswith("strongcities")]


@pytest.mark.django_db
def test_check_says_fine():
    call_command("check", stdout=io.StringIO())
