import pytest
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import translation

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


@pytest.mark.django_db
def test_unknown_address_offers_a_search(client):
    response = client.get("/ar/nothing-here/")
    page = response.content.decode()
    assert response.status_code == 404
    assert 'dir="rtl"' in page
    assert 'action="/ar/hub/"' in page


@pytest.mark.django_db
def test_refused_page_offers_to_sign_in(client):
    page = render_to_string("403.html")
    assert "This is not open to you" in page
    assert "/account/login/" in page
