"""Pages of every kind in Arabic: what stands there in Latin letters is a name, an address or a code, and else is named here.

The admin as a superuser sees it, every record's every page; forms that are refused; pages that tell of a fault."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from post_office.models import Email

from events.models import Event
from hub.models import SynonymGroup
from members.limits import TooOften, too_often
from members.models import Reason, User
from strongcities import mail
from tests import cast
from tests.events.cast import make_event, make_session
from tests.hub.cast import make_practice, make_synonyms
from tests.strongcities.test_translations import ADDRESS, ALL_LANGUAGES, COLUMN, KNOWN, LATIN, Words

# What stands in Latin letters in the admin and is nobody's name: formats; codes that a file or a text has to hold as they are;
# a city's address, and the group's name, a row that a migration made; languages by their own names (Français, Español); and what
# describes a picture, which Django has in English only.
IN_THE_ADMIN = {"Markdown", "Excel", "xlsx"} | {"da", "ar", "en", "DK", "Europe", "name", "city"} | {"mombasa", "ke", "Secretariat"}
IN_THE_ADMIN |= {"Fran", "ais", "Espa", "ol"}
IN_THE_ADMIN |= {"DOCX", "XLSX", "PPTX", "ODT", "ODS", "ODP", "PDF", "MD", "TXT"} | {"yes", "no"}
IN_THE_ADMIN |= {"Coyhaique"}  # a place of a zone that CLDR has no Arabic name of yet
PICTURES = {"Search", "True", "False"}
# The rights that a group may be given are rows in the database, written by Django in English.
RIGHTS = re.compile(r'<div id="id_permissions".*?</fieldset>', re.DOTALL)


def latin(page: str) -> set[str]:
    """The Latin words of an Arabic page that are nobody's name and no address."""
    words = Words(COLUMN.sub("", RIGHTS.sub("</fieldset>", ALL_LANGUAGES.sub("", page))))
    assert words.language == "ar"
    return set(LATIN.findall(ADDRESS.sub("", " ".join(words.text)))) - KNOWN


def pages_of(client, room: admin.ModelAdmin[Any]) -> dict[str, str]:
    """The pages of a record in the admin: the list, an empty form, the same refused, and those of the newest one there is."""
    about = room.opts
    start = f"admin:{about.app_label}_{about.model_name}"
    newest = room.model._default_manager.order_by("pk").last()
    asked: dict[str, tuple[Any, ...]] = {f"{start}_changelist": (), f"{start}_add": ()}
    asked |= {f"{start}_{page}": (newest.pk,) for page in ("change", "delete", "history")} if newest else {}
    found = {}
    for name, key in asked.items():
        try:
            address = reverse(name, args=key)
        except NoReverseMatch:
            continue  # there is no such page of this record
        response = client.get(address)
        if name.endswith("_add") and response.status_code == 302:  # it is made for an event
            address += f"?event={Event.objects.get().pk}"
            response = client.get(address)
        if response.status_code != 403:
            assert response.status_code == 200, address
            found[address] = response.content.decode()
            if name.endswith("_add"):
                rows = [inline.formset.prefix for inline in response.context.get("inline_admin_formsets", ())]
                begun = {f"{prefix}-{which}_FORMS": "0" for prefix in rows for which in ("TOTAL", "INITIAL")}
                found[f"{address} refused"] = client.post(address, begun).content.decode()
    return found


@pytest.fixture
def root(client, db):
    make_practice(cast.make_city("Aarhus"), "Ghent", summary="Ghent", slug="parents")
    cast.make_application()
    for who in ("lene", "leila"):
        cast.make_person(who)
    for number, reason in enumerate(Reason.objects.all()):
        reason.name = f"سبب {number}"
        reason.save()
    root = cast.make_staff("sam", is_superuser=True)
    Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={})
    Group.objects.create(name="قراء")
    SynonymGroup.objects.all().delete()  # in six languages each
    make_synonyms("الرياضة", ar=["رياضة", "كرة"])
    Email.objects.all().delete()  # they are in the language of who gets them
    mail.send("members/confirm", to="nadia@gent.be", context={"token": "abc", "days": 3}, language="ar")
    make_session(make_event("قمة", slug="aarhus", venue="قاعة", summary="ملخص"), "جلسة")
    client.force_login(root)
    return root


def test_a_superuser_reads_arabic_on_every_page_of_the_admin(client, root):
    pages: dict[str, str] = {}
    with override("ar"):
        for room in admin.site._registry.values():
            pages |= pages_of(client, room)
        for place in ("", *(f"{label}/" for label in {model._meta.app_label for model in admin.site._registry}), "jobs/"):
            pages[place] = client.get(f"/ar/admin/{place}").content.decode()
    assert len(pages) > 60
    assert {
        "/ar/admin/members/city/add/ refused",
        f"/ar/admin/mfa/authenticator/{Authenticator.objects.get().pk}/delete/",
        f"/ar/admin/members/reason/{Reason.objects.latest('pk').pk}/history/",
    } <= pages.keys()
    found = {place: latin(page) for place, page in pages.items()}
    left = {place: words - IN_THE_ADMIN - PICTURES for place, words in found.items()}
    assert {place: words for place, words in left.items() if words} == {}
    assert set().union(*found.values()) == IN_THE_ADMIN | PICTURES  # nothing is allowed that isn't there any more


REFUSED: dict[str, dict[str, Any]] = {
    "/ar/account/login/": {"login": "x", "password": ""},
    "/ar/account/login/ unknown": {"login": "nobody@gent.be", "password": "not the password"},
    "/ar/account/login/code/": {"email": "x"},
    "/ar/account/password/reset/": {"email": "x"},
    "/ar/join/city/": {"name": "x" * 300, "country": "XX"},
    "/ar/join/city/new/": {"kind": "nothing", "website": "x"},
    "/ar/join/person/": {"name": "x" * 300, "email": "x", "kind": "nothing", "languages": ["xx"]},
    "/ar/join/mandate/": {"head_knows": "perhaps", "themes": ["nothing"], "second_contact": "x"},
}
OF_ONESELF = {
    "/ar/account/password/change/": {"oldpassword": "wrong", "password1": "gent", "password2": "gint"},
    "/ar/account/password/change/ common": {"oldpassword": cast.PASSWORD, "password1": "password12", "password2": "password12"},
    "/ar/account/reauthenticate/": {"password": "wrong"},
}


@pytest.mark.parametrize("address", REFUSED)
def test_a_visitors_form_is_refused_in_arabic(client, db, address):
    cast.make_city("Ghent")
    draft = cast.make_draft()
    session = client.session
    session["draft"] = draft.key
    session.save()
    page = client.post(address.split()[0], REFUSED[address]).content.decode()
    assert 'class="error' in page or "errorlist" in page or "aria-invalid" in page
    typed = {word for value in REFUSED[address].values() for word in (value if isinstance(value, list) else [value])}
    assert latin(page) - typed == set()


@pytest.mark.parametrize("address", OF_ONESELF)
def test_a_members_form_is_refused_in_arabic(client, db, address):
    client.force_login(cast.make_person("nadia"))
    page = client.post(address.split()[0], OF_ONESELF[address]).content.decode()
    assert 'class="error' in page or "errorlist" in page or "aria-invalid" in page
    assert latin(page) == set()


@pytest.mark.parametrize("page", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_a_fault_is_told_in_arabic(page):
    with override("ar"):
        assert latin(render_to_string(page)) == set()


def test_too_often_is_told_in_arabic(db):
    request = RequestFactory().get("/ar/account/login/")
    request.user = User()
    with override("ar"):
        assert latin(too_often(request, TooOften(600)).content.decode()) == set()


def test_the_watch_sees_what_is_left_in_english():
    page = '<html lang="ar"><p>ابحث Search</p><bdi>Lene</bdi><code>kind</code><p dir="ltr" lang="en">All here</p></html>'
    assert latin(page) == {"Search"}
