import re
from importlib import import_module
from unittest.mock import Mock

import pytest
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import translation

from members.models import Draft
from tests import cast
from tests.outage import database_down

ALONE = {
    "400.html": "We could not read that",
    "403_csrf.html": "The form was too old",
    "500.html": "Something broke on our side",
    "503.html": "Back in a moment",
}


@pytest.mark.parametrize(("name", "says"), ALONE.items())
def test_page_is_drawn_without_request_session_or_database(name, says):
    """No database mark on this test: any query would be an error."""
    page = render_to_string(name)
    assert f"<h1>{says}</h1>" in page
    assert 'href="/"' in page


@pytest.mark.parametrize("name", ALONE)
def test_page_is_written_from_the_right_in_arabic(name):
    with translation.override("ar"):
        page = render_to_string(name)
    assert '<html lang="ar" dir="rtl">' in page
    assert 'href="/ar/"' in page


@override_settings(
    STORAGES={
        "staticfiles": {"BACKEND": "strongcities.assets.HouseStorage"},
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    },
    STATIC_ROOT="/nonexistent",
)
def test_page_is_drawn_even_when_the_list_of_hashed_files_is_missing():
    assert 'href="/static/css/house.css"' in render_to_string("500.html")


def test_too_large_a_form_says_so():
    assert "That was too much at once" in render_to_string("400.html", {"too_much": True})


def test_refused_page_offers_to_sign_in():
    page = render_to_string("403.html")
    assert "This is not open to you" in page
    assert "/account/login/" in page


# --- As a reader comes to them ---------------------------------------------------------------------------------------

SEARCH = import_module("hub.views.search")  # the module, where the package has the view of that name
TOO_LARGE = {"data": b"name=" + b"x" * 1_100_000, "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def shown(answer):
    """The page's heading, where its links lead, and all of it."""
    page = answer.content.decode()
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
    main = page[page.index("<main") :]
    return heading, set(re.findall(r'href="([^"]*)"', main[: main.index("</main>")])), page


@pytest.mark.parametrize("address", ["/hub/?q=%00", "/hub/?q=%FF", "/hub/practices/a%00b/"])
def test_an_address_that_is_no_text_leads_to_the_front_page(visitor, address):
    answer = visitor.get(address)
    heading, links, page = shown(answer)
    assert (answer.status_code, heading, links) == (400, "We could not read that", {"/"})
    assert "it may have been cut or changed on its way" in page


@pytest.mark.django_db
def test_a_form_that_is_too_large_says_that_nothing_was_kept(client):
    answer = client.post("/join/person/", **TOO_LARGE)
    heading, links, page = shown(answer)
    assert (answer.status_code, heading, links) == (413, "That was too much at once", {"/"})
    assert "nothing of it was kept" in page
    assert "shorten the text" in page


@pytest.mark.django_db
def test_a_page_for_others_says_whom_to_ask(visitor):
    aarhus, ove = cast.make_city(), cast.make_person("ove")
    visitor.force_login(ove)
    answer = visitor.get(f"/cities/{aarhus.slug}/edit/")
    heading, links, page = shown(answer)
    assert (answer.status_code, heading) == (403, "This is not open to you")
    assert links == {"/desk/", "/account/logout/", "mailto:info@strongcitiesnetwork.org"}
    assert "Nothing was changed" in page
    assert "city’s lead official" in page


@pytest.mark.django_db
def test_an_old_form_says_what_to_do(visitor):
    answer = visitor.post("/join/person/", {"name": "Petra"})
    heading, _links, page = shown(answer)
    assert (answer.status_code, heading) == (403, "The form was too old")
    assert "nothing was changed or sent" in page
    assert "load the page again, and send the form once more" in page
    assert not Draft.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_an_unknown_address_offers_a_search(visitor, prefix):
    answer = visitor.get(f"{prefix}/nothing-here/")
    _heading, links, page = shown(answer)
    assert (answer.status_code, links) == (404, {f"{prefix}/", f"{prefix}/cities/", f"{prefix}/contact/"})
    assert f'<form class="find" role="search" action="{prefix}/hub/">' in page
    assert f'dir="{"rtl" if prefix else "ltr"}"' in page


def test_a_fault_of_ours_says_whose_it_is(visitor, monkeypatch):
    monkeypatch.setattr(SEARCH, "find", Mock(side_effect=RuntimeError("for our eyes")))
    answer = visitor.get("/hub/")
    heading, links, page = shown(answer)
    assert (answer.status_code, heading, links) == (500, "Something broke on our side", {"/"})
    assert "nothing that you had saved is lost" in page
    assert "for our eyes" not in page


class TestDown:
    @pytest.fixture
    def down(self, django_db_blocker):
        with django_db_blocker.unblock(), database_down():
            yield

    @pytest.mark.parametrize("address", ["/", "/hub/", "/hub/?q=families", "/cities/", "/people/", "/ar/", "/ar/hub/"])
    def test_a_page_says_to_come_back(self, down, visitor, address):
        answer = visitor.get(address)
        heading, links, page = shown(answer)
        assert (answer.status_code, answer["Retry-After"], links) == (503, "30", {""})  # the page itself
        assert "max-age" not in answer.get("Cache-Control", "")
        if not address.startswith("/ar/"):
            assert heading == "Back in a moment"
            assert "Nothing that was saved is lost" in page
        assert "nowhere" not in page

    @pytest.mark.django_db
    @pytest.mark.parametrize("address", ["/join/person/", "/join/person/save/"])
    def test_a_form_sent_meanwhile_harms_nothing(self, client, address):
        client.raise_request_exception = False
        client.post("/join/person/", {"name": "Petra", "typed_at": "1000"})
        before = Draft.objects.get().person
        with database_down():
            answer = client.post(address, {"name": "Petra Peeters", "typed_at": "2000"})
            heading, links, page = shown(answer)
        assert (answer.status_code, answer["Retry-After"], heading, links) == (503, "30", "Back in a moment", {""})
        assert "go back first, so that what you typed is sent again" in page
        assert Draft.objects.get().person == before
        client.post(address, {"name": "Petra Peeters", "typed_at": "2000"})  # the same, sent again
        assert Draft.objects.get().answers("person")["name"] == "Petra Peeters"

    @pytest.mark.django_db
    def test_the_first_answer_of_all_begins_nothing(self, visitor):
        with database_down():
            assert Client(raise_request_exception=False).post("/join/person/", {"name": "Petra"}).status_code == 503
        assert not Draft.objects.exists()


# --- As a program does -----------------------------------------------------------------------------------------------


class TestJson:
    @pytest.mark.parametrize(
        ("address", "error"),
        [
            ("/hub/practices.json?q=%00", "We could not read that"),
            ("/hub/practices.json?theme=%FF", "We could not read that"),
            ("/ar/hub/practices.json?q=%00", "تعذّرت علينا قراءة ذلك"),
        ],
    )
    def test_what_is_no_text(self, visitor, address, error):
        answer = visitor.get(address)
        assert (answer.status_code, answer["Content-Type"], answer.json()) == (400, "application/json", {"error": error})

    def test_a_fault_of_ours(self, visitor, monkeypatch):
        monkeypatch.setattr(SEARCH, "find", Mock(side_effect=RuntimeError("for our eyes")))
        answer = visitor.get("/hub/practices.json")
        assert (answer.status_code, answer.json()) == (500, {"error": "Something broke on our side"})

    def test_a_database_that_is_down(self, django_db_blocker, visitor):
        with django_db_blocker.unblock(), database_down():
            answer = visitor.get("/hub/practices.json?q=families")
        assert (answer.status_code, answer["Retry-After"], answer.json()) == (503, "30", {"error": "Back in a moment"})

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("accepts", "content"),
        [
            ("application/json", "application/json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
            ("*/*", "text/html; charset=utf-8"),
            ("application/json, text/html", "text/html; charset=utf-8"),
        ],
    )
    def test_elsewhere_by_what_is_asked_for(self, client, visitor, accepts, content):
        answer = visitor.get("/hub/?q=%00", headers={"accept": accepts})
        assert (answer.status_code, answer["Content-Type"]) == (400, content)
        answer = visitor.post("/join/person/save/", {"name": "Petra"}, headers={"accept": accepts})
        assert (answer.status_code, answer["Content-Type"]) == (403, content)
        answer = client.post("/join/person/save/", headers={"accept": accepts}, **TOO_LARGE)
        assert (answer.status_code, answer["Content-Type"]) == (413, content)
