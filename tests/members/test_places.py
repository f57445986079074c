"""Where a city lies: what is read as a place, what is in doubt, and the small map."""

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from members import countries, editing, places
from members.locator import Locator
from members.models import City, CityChange
from tests import cast

pytestmark = pytest.mark.django_db

EDIT, PAGE = "/cities/aarhus-dk/edit/", "/cities/aarhus-dk/"
PARIS = (Decimal("48.8566"), Decimal("2.3522"))


def near(found, wanted):
    return all(abs(one - other) <= Decimal("0.0006") for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "48.8566, 2.3522", "48.8566,2.3522", "(48.8566 / 2.3522)", "48.8566 2.3522", "48,8566; 2,3522", "48,8566, 2,3522", "48,8566 2,3522",
        "48°51′24″N 2°21′8″E", "48°51'24\"N, 2°21'8\"E", "48º 51’ 24” n 2º 21’ 8” e", "48°51.4'N 2°21.13'E", "48°51'24''N2°21'8''E",
        "2.3522E, 48.8566N", "N 48.8566 E 2.3522", "N48.8566, E2.3522", "48.8566N 2.3522", "٤٨٫٨٥٦٦، ٢٫٣٥٢٢", "  +48.8566 , +2.3522 ",
    ],
)  # fmt: skip
def test_a_place_is_read_as_people_write_it(text):
    assert near(places.read(text), PARIS), text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("-34.6, -58.4", ("-34.6", "-58.4")), ("−34.6 −58.4", ("-34.6", "-58.4")), ("34.6S 58.4W", ("-34.6", "-58.4")),
        ("58.4 W, 34.6 S", ("-34.6", "-58.4")), ("0, 0", ("0", "0")), ("90, -180", ("90", "-180")), ("48, 2", ("48", "2")),
    ],
)  # fmt: skip
def test_south_and_west_are_below_nothing(text, place):
    assert places.read(text) == tuple(map(Decimal, place))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Aarhus", "place"), ("48.8566", "place"), ("48,8", "place"), ("48,85,2,35", "place"), ("1 2 3", "place"),
        ("48.85 O 2.35 N", "place"),

        ("48°N", "place"), ("9" * 5000, "place"), ("1" + ".1" * 3000, "place"), ("91, 2", "range"), ("48, 181", "range"),
        ("48N 2S", "letters"), ("2E 3W", "letters"), ("48°60'N 2°E", "parts"), ("48°1'60\"N 2°E", "parts"), ("-48S 2E", "parts"),
    ],
)  # fmt: skip
def test_what_is_no_place_or_could_be_two_is_refused(text, code):
    with pytest.raises(ValidationError) as refused:
        places.read(text)
    assert refused.value.code == code


@pytest.mark.timeout(5)
@pytest.mark.parametrize("text", ["1" + " " * 60 + "1" + " " * 60 + "x", "1" + "\t" * 10_000, "1 " * 5_000, "9" * 10_000, "1'" * 60 + "x"])
def test_what_is_long_is_refused_at_once(text):
    with pytest.raises(ValidationError):
        places.read(text)


@pytest.mark.parametrize("place", [PARIS, (Decimal("-34.6000"), Decimal("-58.4")), (Decimal("0.0000"), Decimal("100.0000"))])
def test_what_is_written_is_read_again(place):
    assert places.read(places.written(*place)) == place
    assert "E" not in places.written(*place)


def test_the_middle_of_each_country_is_near_it():
    codes = [code for code, _name in countries.choices()]
    assert len(codes) > 240
    assert [code for code in codes if not places.near(code, *map(Decimal, map(str, countries.place_of(code))))] == []


@pytest.mark.parametrize(
    ("country", "place", "right"),
    [
        ("DK", ("56.157", "10.211"), True), ("DK", ("10.211", "56.157"), False), ("FR", PARIS, True),
        ("FR", ("48.8566", "-12.3522"), False),

        ("UA", ("44.95", "34.10"), True), ("FJ", ("-18.12", "178.43"), True), ("FJ", ("-16.8", "-179.99"), True),
        ("TV", ("-8.5", "179.2"), True),

        ("RU", ("64.73", "177.5"), True), ("AU", ("-37.81", "144.96"), True), ("AU", ("37.81", "144.96"), False),
        ("RE", ("-20.9", "55.45"), True),
    ],
)  # fmt: skip
def test_near_a_country(country, place, right):
    assert places.near(country, *map(Decimal, place)) is right


def test_doubt_in_words():
    assert places.doubt("DK", None, None) == ""
    assert places.doubt("DK", Decimal("56.157"), Decimal("10.211")) == ""
    assert places.doubt("DK", *PARIS) == "48.8566, 2.3522 lies far from Denmark."
    turned = places.doubt("DK", Decimal("10.211"), Decimal("56.157"))
    assert turned == "10.211, 56.157 lies far from Denmark; the other way round, 56.157, 10.211, it would lie there."


# --- A lead official gives the city its place and its inhabitants ------------------------------------------------------


@pytest.fixture
def lead(client, lene):
    client.force_login(lene)
    return client


def send(client, **changes):
    form = client.get(EDIT).context["form"]
    data = {field.name: field.value() for field in form if field.value() not in (None, "", False)}
    return client.post(EDIT, {**data, **changes}, follow=True)


def text(response):
    return response.content.decode()


def test_a_lead_puts_the_city_on_the_map(lead, aarhus, sam):
    assert "Not on the map yet" in text(lead.get(EDIT))
    assert "56.2, 9.4 lies in the middle of Denmark" in text(lead.get(EDIT))
    page = text(send(lead, place="56°9′25″N 10°12′40″E"))
    aarhus.refresh_from_db()
    assert (aarhus.latitude, aarhus.longitude) == (Decimal("56.1569"), Decimal("10.2111"))
    assert "Map: Aarhus at 56.1569, 10.2111" in page
    assert "lies far from" not in page
    (change,) = CityChange.objects.all()
    assert (change.fields, change.seen_at, change.doubt) == (["latitude", "longitude"], None, "")
    assert 'value="56.1569, 10.2111"' in text(lead.get(EDIT))
    assert "Not on the map yet" not in text(lead.get(EDIT))
    assert "Nothing was changed." in text(send(lead))
    editing.take_back(change, by=sam, why="It is the harbour.")
    aarhus.refresh_from_db()
    assert (aarhus.latitude, aarhus.longitude) == (None, None)


def test_a_place_far_from_the_country_is_told_to_the_lead_and_to_the_staff(lead, client, aarhus, sam):
    page = text(send(lead, place="10.21, 56.16"))
    assert "the other way round, 56.16, 10.21, it would lie there. If that is a slip, edit the page once more." in page
    aarhus.refresh_from_db()
    assert aarhus.latitude == Decimal("10.21")
    client.force_login(sam)
    listed = text(client.get(reverse("admin:members_citychange_changelist")))
    assert "Latitude, Longitude: the place is in doubt" in listed
    shown = text(client.get(reverse("admin:members_citychange_change", args=[CityChange.objects.get().pk])))
    assert "10.21, 56.16 lies far from Denmark" in shown


@pytest.mark.parametrize(("typed", "words"), [("Aarhus", "This could not be read as a place."), ("91, 10", "A latitude lies between")])
def test_what_is_no_place_is_said_at_its_field_and_nothing_is_saved(lead, aarhus, typed, words):
    page = text(send(lead, place=typed, website="https://other.example/"))
    assert re.search(rf'<a href="#id_place">Place on the map: {words}', page)
    assert f'value="{typed}"' in page
    assert not CityChange.objects.exists()
    aarhus.refresh_from_db()
    assert aarhus.website == "https://www.aarhus.dk/"


def test_the_place_is_seen_before_it_is_saved(lead, aarhus):
    form = lead.get(EDIT).context["form"]
    data = {field.name: field.value() for field in form if field.value() not in (None, "", False)}
    page = text(lead.post(f"{EDIT}preview/", {**data, "place": "56.16, 10.21"}))
    assert page.count("Map: Aarhus at 56.16, 10.21") == 1
    aarhus.refresh_from_db()
    assert aarhus.latitude is None


@pytest.mark.parametrize("typed", ["290598", "290,598", "290.598", "290 598", "290’598", "٢٩٠٥٩٨"])
def test_a_lead_corrects_the_number_of_inhabitants(lead, aarhus, typed):
    assert "290,598" in text(send(lead, population=typed))
    aarhus.refresh_from_db()
    assert (aarhus.population, aarhus.population_band) == (290598, "250-000-to-1-million")
    assert CityChange.objects.get().fields == ["population"]


def test_the_band_follows_the_number_and_stays_without_one(lead, aarhus, sam):
    send(lead, population="49999")
    aarhus.refresh_from_db()
    assert aarhus.population_band == "under-50-000"
    assert CityChange.objects.get().fields == ["population", "population_band"]
    send(lead, population="")
    aarhus.refresh_from_db()
    assert (aarhus.population, aarhus.population_band) == (None, "under-50-000")
    assert "Under 50,000" in text(lead.get(PAGE))


def test_a_band_that_staff_set_stays_while_the_number_does(lead, aarhus):
    City.objects.filter(pk=aarhus.pk).update(population_band="1-to-5-million")
    send(lead, website="https://other.example/")
    aarhus.refresh_from_db()
    assert (aarhus.website, aarhus.population_band) == ("https://other.example/", "1-to-5-million")


@pytest.mark.parametrize("typed", ["many", "0", "-5", "12.5", "1e6", "400000001", "9" * 5000, "1,2,3"])
def test_what_is_no_number_of_inhabitants(lead, aarhus, typed):
    page = text(send(lead, population=typed))
    assert '<a href="#id_population">Inhabitants: ' in page
    assert not CityChange.objects.exists()


def test_who_keeps_the_names_is_said(lead):
    page = text(lead.get(EDIT))
    assert "Names, kind and country are kept by the Secretariat" in page
    assert "?subject=A%20change%20of%20the%20record%20of%20Aarhus" in page


# --- Who has no place ------------------------------------------------------------------------------------------------


def test_staff_see_which_members_lack_a_place(client, sam, aarhus):
    mombasa, _former, _no_member = cast.make_city("Mombasa"), cast.make_city("Oslo"), cast.make_city("Ghent")
    City.objects.filter(pk=mombasa.pk).update(latitude=-4, longitude=39)
    client.force_login(sam)
    listed = reverse("admin:members_city_changelist")

    def names(query):
        return {city.name for city in client.get(listed, query).context["cl"].result_list}

    assert names({}) == {"Aarhus", "Mombasa", "Oslo", "Ghent"}
    assert names({"place": "none"}) == {"Aarhus"}
    assert names({"place": "given"}) == {"Mombasa"}


def test_the_small_map_has_its_mark_in_the_middle():
    for latitude, longitude in ((56.16, 10.21), (-18.1, 178.4), (-16.8, -179.9), (69.6, 18.9), (-54.8, -68.3), (0, 0), (90, 0)):
        locator = Locator.of("DK", Decimal(str(latitude)), Decimal(str(longitude)))
        assert locator.mark
        x, y = map(int, locator.mark)
        assert 350 <= x <= 650, (latitude, longitude, x)
        assert 0 <= y <= int(locator.drawn_height), (latitude, longitude, y)
    assert Locator.of("DK", None, None).mark is None


def test_a_city_without_a_place_has_no_map(client, aarhus):
    assert "Where it is" not in text(client.get(PAGE))
    City.objects.filter(pk=aarhus.pk).update(latitude=56, longitude=10)
    page = text(client.get(PAGE))
    assert "Where it is" in page
    (around,) = re.findall(r'href="(/cities/\?bbox=[^"#]+)#map"', page)
    assert [city.name for city in client.get(around.replace("&amp;", "&")).context["page"]] == ["Aarhus"]


@pytest.mark.parametrize("people", [0, 400_000_001])
def test_the_database_holds_the_number_whoever_writes_it(aarhus, people):
    with pytest.raises(IntegrityError, match="city_inhabitants_are_people"), transaction.atomic():
        City.objects.filter(pk=aarhus.pk).update(population=people)
    City.objects.filter(pk=aarhus.pk).update(population=400_000_000)
    City.objects.filter(pk=aarhus.pk).update(population=None)
