import re

import pytest

PAGES = ["about", "contact", "privacy", "accessibility"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", PAGES)
def test_page_answers_visitors_without_a_query(client, page, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(f"/{page}/")
    text = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="en" dir="ltr">' in text
    assert text.count("<h1>") == 1
    assert not response.cookies


@pytest.mark.parametrize("page", PAGES)
def test_page_in_arabic_is_written_from_the_right(client, page):
    text = client.get(f"/ar/{page}/").content.decode()
    assert '<html lang="ar" dir="rtl">' in text
    assert f'href="/{page}/" lang="en" hreflang="en"' in text


@pytest.mark.parametrize("page", PAGES)
def test_wrong_method(client, page):
    assert client.post(f"/{page}/").status_code == 405


def test_language_link_keeps_the_question(client):
    assert 'href="/ar/about/?q=x" lang="ar"' in client.get("/about/?q=x").content.decode()


def test_head_names_the_page_in_each_language(client, settings):
    text = client.get("/ar/about/").content.decode()
    assert re.findall(r'rel="canonical" href="([^"]+)"', text) == [f"{settings.SITE_URL}/ar/about/"]
    assert re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]+)"', text) == [
        ("en", f"{settings.SITE_URL}/about/"),
        ("ar", f"{settings.SITE_URL}/ar/about/"),
    ]


def test_door_of_this_page_is_marked(client):
    text = client.get("/about/").content.decode()
    assert 'href="/about/" aria-current="page"' in text
    assert text.count('aria-current="page"') == 2  # in the head and in the phone's menu
