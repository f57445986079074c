"""Every name of a city: the official one, the one in its own language; how they are cleaned, found and compared."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from members import countries, matching
from members.models import City
from tests import cast
from tests.members.test_admin import city_form

pytestmark = pytest.mark.django_db


def sql(function, *words):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({', '.join(['%s'] * len(words))})", words)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("told", "bare"),
    [
        ("City of Aarhus", "Aarhus"),
        ("Aarhus Kommune", "Aarhus"),
        ("City and County of Denver", "Denver"),
        ("Rio de Janeiro", "Rio de Janeiro"),
        ("Municipalidad de San Juan de Lurigancho", "San Juan de Lurigancho"),
        ("بلدية تونس", "تونس"),
        ("Kommune", "Kommune"),
        ("  State   of Victoria ", "Victoria"),
        ("", ""),
    ],
)
def test_what_stands_around_a_name(told, bare):
    assert sql("without_office", told) == bare


def test_spellings_hold_every_name_once():
    city = cast.make_city(
        "Aarhus", official_name="City of Aarhus", own_name="Århus Kommune", own_language="da", other_names=["AAR", "Smilets by"]
    )
    city.refresh_from_db()
    assert city.spellings == "|arhus|ar|smiletsby|"


@pytest.mark.parametrize("words", ["تونس", "بلدية تونس", "City of Tunis", "tunis", "Municipality of Tunis", "Tunes-la-Verte"])
def test_the_directory_finds_a_city_by_any_name(client, words):
    cast.make_city("Ghent", joined="2020-01-01")
    cast.make_city(
        "Tunis", country="TN", official_name="Municipality of Tunis", own_name="بلدية تونس", own_language="ar",
        other_names=["Tunes-la-Verte"], joined="2020-01-01",
    )  # fmt: skip
    assert [city.name for city in client.get("/cities/", {"q": words}).context["page"]] == ["Tunis"]


def test_offices_that_are_called_alike_make_no_cities_alike():
    """The office is most of the letters of both names, and says nothing of either."""
    cast.make_city("Ruse", country="BG", official_name="Municipality of Ruse")
    assert [match.city.name for match in matching.find("Municipality of Ruse", cities=City.objects.all())] == ["Ruse"]
    assert matching.find("Municipality of Utrecht", cities=City.objects.all()) == []


def test_a_match_by_the_own_name_says_so():
    cast.make_city("Tunis", country="TN", own_name="تونس", own_language="ar")
    (match,) = matching.find("تونس", cities=City.objects.all())
    assert (match.how, match.name) == (matching.How.OTHER_NAME, "تونس")


@pytest.mark.parametrize("look", ["\u041e\u0455l\u043e", "\u041e\u0455\u04cf\u043e", "\u039fsl\u03bf"])
def test_a_name_in_letters_that_only_look_alike_is_found_as_a_spelling(look):
    """A word all in Cyrillic is a name like any other; that it looks like one that is here is what staff must see."""
    cast.make_city("Oslo")
    (match,) = matching.find(look, cities=City.objects.all())
    assert (match.city.name, match.how) == ("Oslo", matching.How.SPELLING)


@pytest.mark.parametrize(("own_name", "own_language"), [("Århus", ""), ("", "da")])
def test_the_own_name_and_its_language_come_together(own_name, own_language):
    city = cast.make_city("Aarhus")
    with pytest.raises(IntegrityError, match="city_own_name_has_a_language"), transaction.atomic():
        City.objects.filter(pk=city.pk).update(own_name=own_name, own_language=own_language)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "P\u0430ris"),
        ("official_name", "City of P\u0430ris"),
        ("own_name", "P\u0430ris"),
        ("other_names", "Lutetia,P\u0430ris"),
        ("own_name", "Par\u202eis"),
    ],
)
def test_the_admin_refuses_names_in_mixed_alphabets(client, sam, field, typed):
    paris = cast.make_city("Paris", country="FR")
    client.force_login(sam)
    form = {**city_form(paris), "own_name": "Paris", "own_language": "fr", field: typed}
    response = client.post(reverse("admin:members_city_change", args=[paris.pk]), form)
    assert response.status_code == 200
    assert set(response.context["adminform"].form.errors) == {field}
    paris.refresh_from_db()
    assert (paris.name, paris.own_name) == ("Paris", "")


def test_the_admin_takes_names_in_order(client, sam):
    paris = cast.make_city("Paris", country="FR")
    client.force_login(sam)
    form = {
        **city_form(paris),
        "official_name": "  City  of Ｐaris ",
        "own_name": "Ville de Paris",
        "own_language": "fr",
        "other_names": "Lutetia, Lutetia",
    }
    assert client.post(reverse("admin:members_city_change", args=[paris.pk]), form).status_code == 302
    paris.refresh_from_db()
    assert (paris.official_name, paris.own_name, paris.other_names) == ("City of Paris", "Ville de Paris", ["Lutetia"])


def test_every_form_of_a_city_cleans_its_names():
    city = City(name="Ga\u0430nd", slug="x", country="BE", region="europe", own_language="qqx", own_name="x")
    with pytest.raises(ValidationError) as error:
        city.full_clean()
    assert {"name", "own_language"} <= set(error.value.message_dict)


def test_the_page_shows_the_own_name_in_its_language(client):
    cast.make_city("Tunis", country="TN", official_name="Municipality of Tunis", own_name="بلدية تونس", own_language="ar")
    page = client.get("/cities/tunis-tn/").content.decode()
    assert '<p class="own-name"><bdi lang="ar" dir="rtl">بلدية تونس</bdi></p>' in page
    assert "Municipality of Tunis" in page


def test_an_approval_is_of_the_names_that_were_seen():
    city = cast.make_city("Ghent")
    marks = {city.identity}
    for field, value in (("official_name", "City of Ghent"), ("own_name", "Stad Gent"), ("own_language", "nl")):
        setattr(city, field, value)
        marks.add(city.identity)
    assert len(marks) == 4


def test_countries_stand_by_their_letters_in_a_select():
    """As somebody looks for them: with an accent beside those without."""
    order = [code for code, _name in countries.choices()]
    for neighbours in (["AF", "AX", "AL"], ["TN", "TR", "TM"], ["CI", "HR"]):
        first = order.index(neighbours[0])
        assert order[first : first + len(neighbours)] == neighbours
