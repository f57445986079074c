"""The directory of member cities, a city's page, import, samples, demo accounts, tidying."""

import csv
import importlib
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from members import demo, samples
from members.imports import city_rows
from members.jobs import tidy_drafts
from members.models import Application, City, Draft, Membership, Post, Report, User
from strongcities.demo import ACCOUNTS, PASSWORD
from tests import cast

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def shown(response):
    return [city.name for city in response.context["page"]]


@pytest.fixture
def every_city():
    return {name: cast.make_city(name) for name in cast.CITIES}


def place(city, latitude, longitude, **fields):
    City.objects.filter(pk=city.pk).update(latitude=latitude, longitude=longitude, **fields)


# --- The directory ---------------------------------------------------------------------------------------------------


def test_members_of_today_by_name(client, every_city):
    assert City.objects.count() == 5
    response = client.get("/cities/")
    assert shown(response) == ["Aarhus", "Mombasa"]
    assert "member since 2015" in text(response)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "Århus"}, ["Aarhus"]),
        ({"q": "momb"}, ["Mombasa"]),
        ({"q": "aarhsu"}, []),
        ({"region": "europe"}, ["Aarhus"]),
        ({"country": "KE"}, ["Mombasa"]),
        ({"kind": "county"}, ["Mombasa"]),
        ({"population": "1-to-5-million"}, ["Mombasa"]),
        ({"region": "europe", "kind": "county"}, []),
        ({"region": "atlantis"}, ["Aarhus", "Mombasa"]),
        ({"region": ["europe", "east-southern-africa"]}, ["Aarhus", "Mombasa"]),
        ({"country": ["DK", "KE"], "kind": ["county", "state"]}, ["Mombasa"]),
        ({"theme": "youth-engagement"}, ["Mombasa"]),
        ({"theme": ["youth-engagement", "gender-equality"]}, ["Aarhus", "Mombasa"]),
        ({"theme": "crisis-response-and-victims"}, ["Aarhus", "Mombasa"]),
        ({"bbox": "8,54,12,58"}, ["Aarhus"]),
        ({"bbox": "12,-80,8,80"}, ["Mombasa"]),
        ({"bbox": "8,54,12"}, ["Aarhus", "Mombasa"]),
        ({"bbox": "nan,nan,nan,nan"}, ["Aarhus", "Mombasa"]),
        ({"q": "%"}, ["Aarhus", "Mombasa"]),
        ({"q": "x" * 10_000}, ["Aarhus", "Mombasa"]),
    ],
)
def test_narrowing(client, every_city, query, names):
    place(every_city["Aarhus"], 56.157, 10.211, themes=["gender-equality"])
    place(every_city["Mombasa"], -4.055, 39.664, themes=["youth-engagement", "polarisation-and-hate"])
    response = client.get("/cities/", query)
    assert (response.status_code, shown(response)) == (200, names)


def test_an_empty_result_says_which_filter_to_drop(client, every_city):
    page = text(client.get("/cities/", {"region": "europe", "kind": "county"}))
    assert "Without “Region”: 1 city" in page
    assert "Without “Kind”: 1 city" in page


def test_each_value_is_a_chip_that_leaves_the_others(client, every_city):
    page = text(client.get("/cities/", {"region": ["europe", "south-asia"], "q": "a", "bbox": "8,54,12,58"}))
    assert 'href="?q=a&amp;region=south-asia&amp;bbox=8%2C54%2C12%2C58"><span>Region: Europe</span>' in page
    assert 'href="?q=a&amp;region=europe&amp;region=south-asia"><span>Section of the map</span>' in page


def test_an_unknown_value_is_said_beside_its_field(client, every_city):
    assert "atlantis is not one of the available choices" in text(client.get("/cities/", {"region": "atlantis"}))


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "9" * 30])
def test_a_page_that_is_not_there(client, every_city, page):
    response = client.get("/cities/", {"page": page})
    assert response.status_code == 404
    assert "There is only 1 page; here it is." in text(response)
    assert shown(response) == ["Aarhus", "Mombasa"]


def test_pages_keep_the_filters(client):
    samples.make_cities(70)
    response = client.get("/cities/", {"q": "sample", "page": "2"})
    assert len(shown(response)) == 30
    assert 'href="?q=sample&amp;page=3"' in text(response)


def test_no_session_for_visitors(client, every_city):
    for path in ("/cities/", "/cities/aarhus-dk/"):
        assert not client.get(path).cookies


@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_asks_as_often_for_three_as_for_one(client, count, django_assert_num_queries):
    for number in range(count):
        cast.make_city(f"Town {number}", joined=date(2020, 1, 1), latitude=number * 20, longitude=number * 30)
    with django_assert_num_queries(5):  # countries that have members, their themes, count, page, map
        response = client.get("/cities/")
    assert len(shown(response)) == len(response.context["atlas"].spots) == count
    with django_assert_num_queries(7):  # and the search's count, and what the map of a country is to show
        client.get("/cities/", {"country": "DK"})


def test_ten_thousand_cities_ask_as_often_as_one_and_send_no_more_marks(client, django_assert_num_queries):
    samples.make_cities(10_000)
    for query in ({}, {"region": "europe"}, {"bbox": "-20,-35,55,35"}, {"q": "harbour", "theme": "youth-engagement"}):
        with django_assert_num_queries(5 + bool(query)):  # a search is counted
            response = client.get("/cities/", query)
        atlas = response.context["atlas"]
        assert 10 < len(atlas.spots) < 100
        assert atlas.marks.on_map + atlas.marks.outside + atlas.marks.nowhere == response.context["page"].paginator.count
        assert atlas.marks.on_map > 50
        assert len(response.content) < 150_000


def test_a_hidden_city_names_no_country(client, every_city):
    cast.make_city("Kiruna", country="SE", joined=date(2020, 1, 1), is_public=False)
    cast.make_city("Turku", country="FI", joined=date(2020, 1, 1))
    countries = [code for code, _name in client.get("/cities/").context["filter"].form.fields["country"].choices]
    assert sorted(countries) == ["DK", "FI", "KE"]


# --- The map ---------------------------------------------------------------------------------------------------------


def links(page):
    """(address, name) of the map's marks, in the order in which keys reach them."""
    return re.findall(r'<a role="link" xlink:href="([^"]+)" aria-label="([^"]+)"><circle', page)


@pytest.fixture
def placed(every_city):
    place(every_city["Aarhus"], 56.157, 10.211)
    place(every_city["Mombasa"], -4.055, 39.664)
    cast.make_city("Copenhagen", joined=date(2016, 1, 1), latitude=55.676, longitude=12.566, population=1_153_615)
    cast.make_city("Odense", joined=date(2016, 1, 1))
    return every_city


def test_the_map_has_the_cities_of_the_list(client, placed):
    page = text(client.get("/cities/"))
    (aim,) = set(re.findall(r'href="(\?bbox=[^"#]+)#map"', page))
    assert links(page) == [
        (f"{aim}#map", "2 cities: Copenhagen, Aarhus. Show them closer"),
        ("/cities/mombasa-ke/", "Mombasa"),
    ]
    assert "1 city has no place on the map yet: find it in the list." in page
    assert page.count("not on the map") == 1
    closer = client.get("/cities/" + unescape(aim))
    assert shown(closer) == ["Aarhus", "Copenhagen"]
    assert [name for _url, name in links(text(closer))] == ["Aarhus", "Copenhagen"]


def test_each_region_has_its_section(client, placed):
    world = client.get("/cities/").context["atlas"]
    europe = client.get("/cities/", {"region": "europe"}).context["atlas"]
    assert europe.frame != world.frame
    assert europe.view.width < world.view.width / 3
    both = client.get("/cities/", {"region": ["europe", "east-southern-africa"]}).context["atlas"]
    assert europe.view.width < both.view.width < world.view.width
    assert [way.url for way in world.regions].count("?region=europe#map") == 1
    assert "?region=europe#map" not in [way.url for way in europe.regions]
    assert [(way.url, way.label) for way in europe.out] == [("?#map", "The whole world")]


def test_links_of_the_map_keep_the_other_filters(client, placed):
    page = text(client.get("/cities/", {"kind": ["city", "county"], "region": "europe"}))
    assert 'href="?region=south-asia&amp;kind=city&amp;kind=county#map"' in page
    assert 'href="?kind=city&amp;kind=county#map">The whole world' in page


def test_those_outside_of_a_section_are_counted(client, placed):
    cast.make_city("Vladivostok", country="RU", joined=date(2020, 1, 1), latitude=43.1, longitude=131.9)
    assert "1 city lies outside of this section." in text(client.get("/cities/", {"region": "europe"}))
    assert "outside of this section" not in text(client.get("/cities/"))


def test_those_in_one_spot_lead_to_the_list(client, every_city):
    place(every_city["Aarhus"], 56.157, 10.211)
    cast.make_city("Aarhus", kind="county", slug="aarhus-county", joined=date(2020, 1, 1), latitude=56.157, longitude=10.211)
    page = text(client.get("/cities/"))
    ((url, name),) = links(page)
    assert name == "2 cities: Aarhus, Aarhus. Show them in the list"
    assert url.endswith("#found")
    assert 'id="found"' in page
    assert shown(client.get("/cities/" + unescape(url).split("#")[0])) == ["Aarhus", "Aarhus"]


def test_numbers_in_the_drawing_are_svg_s_in_every_language(client, placed):
    page = text(client.get("/ar/cities/"))
    numbers = re.findall(r' (?:cx|cy|r|x|y|viewBox)="([^"]*)"', page[page.index('<figure class="map"') : page.index("</figure>")])
    assert len(numbers) > 10
    assert all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?( -?[0-9]+(\.[0-9]+)?)*", number) for number in numbers)


def test_a_hidden_city_is_on_no_map(client, sam, placed):
    cast.make_city("Kiruna", country="SE", joined=date(2020, 1, 1), is_public=False, latitude=20, longitude=-100)
    assert "Kiruna" not in text(client.get("/cities/"))
    client.force_login(sam)
    assert "/cities/kiruna-se/" in [url for url, _name in links(text(client.get("/cities/")))]


@pytest.mark.parametrize("half", [{"latitude": 56.157}, {"latitude": -90}, {"longitude": 10.211}])
@pytest.mark.parametrize("query", [{}, {"country": "DK"}, {"region": "europe"}, {"bbox": "8,54,12,58"}])
def test_half_of_a_place_is_none(client, half, query):
    """The database holds no such record; one that came in before it did, or around it, takes nobody's map away."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_city DROP CONSTRAINT city_place_is_on_earth")
    odense = cast.make_city("Odense", joined=date(2016, 1, 1), latitude=55.4, longitude=10.4)
    cast.make_city("Aarhus", **half)
    response = client.get("/cities/", query)
    assert response.status_code == 200
    assert [name for _url, name in links(text(response))] == ["Odense"]
    if "bbox" not in query:
        assert response.context["atlas"].marks.nowhere == 1
        assert text(response).count("not on the map") == 1
    place(odense, None, None)
    assert links(text(client.get("/cities/", query))) == []


@pytest.mark.parametrize(
    "half", [{"latitude": 56.157}, {"longitude": 10.211}, {"latitude": 95, "longitude": 10}, {"latitude": 1, "longitude": 181}]
)
def test_the_database_holds_whole_places_alone(aarhus, half):
    with pytest.raises(IntegrityError, match="city_place_is_on_earth"), transaction.atomic():
        City.objects.filter(pk=aarhus.pk).update(**half)
    City.objects.filter(pk=aarhus.pk).update(latitude=56.157, longitude=10.211)
    City.objects.filter(pk=aarhus.pk).update(latitude=None, longitude=None)


def test_lone_halves_are_put_right_before_the_database_holds_it():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_city DROP CONSTRAINT city_place_is_on_earth")
    place(cast.make_city("Aarhus"), 56.157, None)
    place(cast.make_city("Ghent"), None, 3.72)
    place(cast.make_city("Oslo"), 59.91, 10.75)
    importlib.import_module("members.migrations.0030_lone_halves").put_right(apps, None)
    found = City.objects.order_by("name").values_list("latitude", "longitude")
    assert list(found) == [(None, None), (None, None), (Decimal("59.91"), Decimal("10.75"))]


# --- A city's page ---------------------------------------------------------------------------------------------------


def test_who_sees_which_city(client, sam, every_city):
    for path in ("/cities/lund-se/", "/cities/nowhere/"):
        assert client.get(path).status_code == 404
    for name in ("aarhus-dk", "ghent-be", "oslo-no"):
        assert client.get(f"/cities/{name}/").status_code == 200
    assert "Member from 2015 to 2020" in text(client.get("/cities/oslo-no/"))
    client.force_login(sam)
    assert client.get("/cities/lund-se/").status_code == 200


def test_officials_only_by_consent_and_only_to_member_cities(client, lene, nadia, aarhus):
    lene.official.consent(shown_to="members", wants_newsletter=False, open_to_peers=False)
    cast.make_person("ove")
    oslo = cast.make_city("Oslo")
    former = cast.make_user("former@oslo.no")
    cast.make_post(former, oslo)
    for user, sees in ((None, False), (nadia, False), (former, False), (cast.make_person("leila"), True), (cast.make_staff(), True)):
        if user:
            client.force_login(user)
        page = text(client.get("/cities/aarhus-dk/"))
        assert ("Lene Lund" in page) is sees
        assert "Ove Olsen" not in page
        assert "lene@aarhus.dk" not in page
    lene.official.consent(shown_to="nobody", wants_newsletter=False, open_to_peers=False)
    assert "Lene Lund" not in text(client.get("/cities/aarhus-dk/"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_city_s_page_asks_as_often_for_three_officials_as_for_one(client, sam, aarhus, count, django_assert_num_queries):
    for number in range(count):
        official = cast.make_post(cast.make_user(f"ove{number}@aarhus.dk", f"Ove {number}"), aarhus).official
        official.consent(shown_to="members", wants_newsletter=False, open_to_peers=False)
    client.force_login(sam)
    with django_assert_num_queries(16):  # its seats are one, the events that it hosts two
        assert text(client.get("/cities/aarhus-dk/")).count("<bdi>Ove ") == count


def test_samples_are_called_samples(client):
    samples.make_cities(1)
    assert ">Sample<" in text(client.get("/cities/"))
    assert ">Sample<" in text(client.get(City.objects.get().get_absolute_url()))


# --- Import ----------------------------------------------------------------------------------------------------------

HEAD = "name,country,kind,un_subregion,network_region,latitude,longitude,time_zone,population,population_source\n"
OWN = "name,country,kind,network_region,latitude,longitude,time_zone,population,official_name,own_name,own_language\n"
GOOD = "Aarhus,DK,city,Northern Europe,Europe,56.157,10.211,Europe/Copenhagen,285273,GeoNames\n"


def run(tmp_path, words, encoding="utf-8"):
    file = tmp_path / "cities.csv"
    file.write_bytes(words if isinstance(words, bytes) else words.encode(encoding))
    out = StringIO()
    call_command("import_cities", str(file), stdout=out)
    return out.getvalue()


def refused(tmp_path, words):
    with pytest.raises(CommandError) as error:
        run(tmp_path, words)
    return str(error.value)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_import_and_again(tmp_path, language):
    with translation.override(language):
        assert run(tmp_path, HEAD + GOOD, "utf-8-sig") == "1 cities made, 0 brought up to date.\n"
        assert run(tmp_path, HEAD + GOOD.replace("285273", "300000")) == "0 cities made, 1 brought up to date.\n"
    city = City.objects.get()
    assert (city.slug, city.population, city.population_band, city.is_public) == ("aarhus", 300_000, "250-000-to-1-million", True)
    assert (city.region, str(city.latitude), city.time_zone) == ("europe", "56.1570", "Europe/Copenhagen")
    membership = city.memberships.get()
    assert (membership.joined, membership.is_founding) == (date(2015, 9, 29), True)


def test_import_of_names(tmp_path):
    row = "Aarhus,DK,city,Europe,56.157,10.211,Europe/Copenhagen,285273,"
    run(tmp_path, OWN + row + "City of Aarhus,Aarhus Kommune,da\n")
    run(tmp_path, HEAD + GOOD)  # a file that says nothing of them leaves them
    run(tmp_path, OWN + row + ",,\n")
    city = City.objects.get()
    assert (city.official_name, city.own_name, city.own_language) == ("City of Aarhus", "Aarhus Kommune", "da")
    City.objects.update(own_name="", own_language="")
    for names, said in (
        (",Aarhus Kommune,", "own_language: A name in the city’s own language needs the language"),
        (",,da", "own_language: A name in the city’s own language needs the language"),
        (",Aarhus Kommune,xxx", "own_language: There is no language of this code."),
        ("City of A\u0430rhus,,", "official_name: “A\u0430rhus” mixes letters"),
        ("x" * 201 + ",,", "official_name: 201 characters, where 200 are allowed."),
    ):
        assert f"line 2, column {said}" in refused(tmp_path, OWN + row + names + "\n")


def test_import_adds_to_other_names(tmp_path):
    head, row = HEAD.replace("population_source", "other_names"), GOOD.replace("GeoNames", "Århus|Smilets By")
    run(tmp_path, head + row)
    City.objects.update(other_names=["Ahrus", "Århus"])
    run(tmp_path, head + row)
    assert City.objects.get().other_names == ["Ahrus", "Smilets By", "Århus"]
    run(tmp_path, HEAD + GOOD)
    assert len(City.objects.get().other_names) == 3


@pytest.mark.parametrize("name", ["AARHUS", "Áarhus", "Smilets by"])
def test_import_finds_a_city_by_another_name_or_spelling(tmp_path, name):
    city = cast.make_city("Aarhus", other_names=["Smilets By"])
    assert run(tmp_path, HEAD + GOOD.replace("Aarhus", name).replace("285273", "5")) == "0 cities made, 1 brought up to date.\n"
    city.refresh_from_db()
    assert (city.name, city.population) == ("Aarhus", 5)


def test_import_makes_a_founding_member_of_what_was_none_alone(tmp_path):
    """Whoever was a member before stays what it was, also where it left."""
    lund, oslo = cast.make_city("Lund"), cast.make_city("Oslo", is_public=False)
    run(tmp_path, "name,country,population\nLund,SE,90000\nOslo,NO,700000\n")
    for city in (lund, oslo):
        city.refresh_from_db()
    assert (lund.is_public, lund.population, lund.member_since) == (True, 90_000, date(2015, 9, 29))
    assert (oslo.is_public, oslo.population, oslo.is_member, oslo.memberships.count()) == (False, 700_000, False, 1)


def test_import_takes_days_that_the_file_names(tmp_path):
    run(tmp_path, "name,country,joined,founding\nLund,SE,2020-05-01,no\nUmeå,SE,,\n")
    assert list(Membership.objects.order_by("joined").values_list("city__name", "joined", "is_founding")) == [
        ("Umeå", date(2015, 9, 29), True), ("Lund", date(2020, 5, 1), False),
    ]  # fmt: skip


def test_the_project_s_own_file():
    out = StringIO()
    call_command("import_cities", "data/founding_cities.csv", stdout=out)
    assert out.getvalue() == "23 cities made, 0 brought up to date.\n"
    with open("data/founding_cities.csv", encoding="utf-8") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    assert Membership.objects.filter(is_founding=True, joined=date(2015, 9, 29)).count() == len(rows) == 23
    assert City.objects.members().public().count() == 23
    assert City.objects.get(name="Mombasa").kind == "county"
    assert City.objects.get(name="New York").other_names == ["NYC", "New York City"]


def test_the_project_s_own_file_is_read_in_a_handful_of_questions(django_assert_max_num_queries):
    call_command("import_cities", "data/founding_cities.csv", stdout=StringIO())
    with django_assert_max_num_queries(40):  # twice to look, once to lock, whatever the number of rows
        call_command("import_cities", "data/founding_cities.csv", stdout=StringIO())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace("DK", "XX"), "line 3, column country: “XX” is no country, nor the code of one."),
        (GOOD.replace(",city,", ",empire,"), "line 3, column kind: “empire” is none of: City"),
        (GOOD.replace("Aarhus", ""), "line 3, column name: A city has a name."),
        (GOOD.replace("Aarhus", "x" * 200), "line 3, column name: 200 characters, where 120 are allowed."),
        (GOOD.replace("Aarhus", "A\u0430rhus"), "line 3, column name: “A\u0430rhus” mixes letters"),
        (GOOD.replace("Europe,56", "Atlantis,56"), "line 3, column network_region: “Atlantis” is none of: North America"),
        (GOOD.replace("56.157", "north"), "line 3, column latitude: “north” is no number from −90 to 90."),
        (GOOD.replace("56.157", "NaN"), "line 3, column latitude: “NaN”"),
        (GOOD.replace("56.157", "95"), "line 3, column latitude: “95” is no number from −90 to 90."),
        (GOOD.replace("10.211", ""), "line 3, column longitude: Latitude and longitude go together."),
        (GOOD.replace("56.157", ""), "line 3, column longitude: Latitude and longitude go together."),
        (GOOD.replace("Europe/Copenhagen", "Mars/Base"), "line 3, column time_zone: There is no time zone “Mars/Base”."),
        (GOOD.replace("Europe/Copenhagen", "x" * 80), "line 3, column time_zone: There is no time zone “xxx"),
        (GOOD.replace("Europe/Copenhagen", "Europe\x00"), "Line 3 holds a character (NUL) that no text has"),
        (GOOD.replace("285273", "many"), "line 3, column population: “many” is no number of inhabitants."),
        (GOOD.replace("285273", "-4"), "line 3, column population: “-4” is no number"),
        (GOOD.replace("285273", "1_0"), "line 3, column population: “1_0” is no number"),
        (GOOD.replace("Aarhus", "Odense"), "line 3, column name: Line 2 is about the same city."),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_bad_row_is_named_and_nothing_is_imported(tmp_path, row, said, language):
    with translation.override(language):
        assert said in refused(tmp_path, HEAD + GOOD.replace("Aarhus", "Odense") + row)
    assert not City.objects.exists()


def test_a_name_that_is_another_spelling_is_looked_at_by_a_person(tmp_path, aarhus):
    said = refused(tmp_path, HEAD + GOOD.replace("Aarhus", "Århus"))
    spelling = "line 2, column name: “Århus” is another spelling of Aarhus."
    assert f"{spelling} It is here already: if you mean it, write aarhus-dk in the column “address”." in said


def test_fifty_bad_rows_are_named_and_the_rest_counted(tmp_path):
    said = refused(tmp_path, HEAD + "".join(GOOD.replace("Aarhus", f"{number}") for number in range(60))).splitlines()
    assert (said[0], said[1], said[-1]) == ("Nothing was imported. Bad rows:", "line 2, column name: A name has letters.", "and 10 more")
    assert len(said) == 52


def test_rows_with_more_cells_than_columns_are_named_with_the_others(tmp_path):
    said = refused(tmp_path, "name,country\nWashington, D.C.,US\nBonn,ZZ\n").splitlines()
    assert said[1].startswith("line 2: The row has more cells than there are columns.")
    assert said[2] == "line 3, column country: “ZZ” is no country, nor the code of one."


def test_rows_that_the_database_refuses_together(tmp_path, monkeypatch):
    """Should the look miss that they make a ring."""
    monkeypatch.setattr(city_rows.Here, "rings", lambda self, lines: None)
    cast.make_city("One", kind="county")
    cast.make_city("Two", kind="county")
    said = refused(tmp_path, "address,name,country,within\none-dk,One,DK,two-dk\ntwo-dk,Two,DK,one-dk\n")
    assert said.startswith("Nothing was imported: two rows don’t go together")
    assert not City.objects.filter(within__isnull=False).exists()


def test_a_file_that_is_none(tmp_path):
    assert "The first line has no column name, country." in refused(tmp_path, "a,b\n1,2\n")
    assert "neither UTF-8 nor UTF-16" in refused(tmp_path, HEAD.encode() + "Århus".encode("latin-1"))
    assert "is a quotation mark missing?" in refused(tmp_path, HEAD + '"Aarhus')
    assert "The first line names no columns." in refused(tmp_path, "")
    assert "larger than 5 MB" in refused(tmp_path, HEAD + "x" * 6 * 1024 * 1024)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_cities", str(tmp_path / "none.csv"))


# --- Samples and the demo --------------------------------------------------------------------------------------------


def test_samples_are_the_same_every_time():
    assert samples.make_cities(30) == 30
    first = list(City.objects.order_by("slug").values_list("name", "country", "population"))
    assert samples.make_cities(30) == 0
    Membership.objects.all().delete()
    City.objects.all().delete()
    samples.make_cities(10)
    samples.make_cities(30)
    assert list(City.objects.order_by("slug").values_list("name", "country", "population")) == first
    assert City.objects.members().filter(is_sample=True, name__contains="(sample 00").count() == 30


@pytest.fixture
def founding():
    call_command("import_cities", "data/founding_cities.csv", stdout=StringIO())


def test_demo_people_twice(client, founding):
    demo.make_people()
    demo.make_people()
    assert {user.email for user in User.objects.filter(is_staff=True)} == {"staff@example.org", "staff2@example.org"}
    assert all(user.vets for user in User.objects.filter(is_staff=True))
    assert set(Post.objects.filter(is_lead=True).values_list("official__user__email", "city__name")) == {
        ("lead@example.org", "Aarhus"), ("lead2@example.org", "Mombasa")
    }  # fmt: skip
    assert Application.objects.waiting().count() == 3
    assert sorted(Report.objects.values_list("state", flat=True)) == ["open", "settled"]
    assert all(why.startswith("Sample: ") for why in Report.objects.values_list("why", flat=True))
    assert client.login(email="lead@example.org", password=PASSWORD)


def test_demo_people_are_marked_wherever_their_names_stand(client, founding):
    demo.make_people()
    assert [user.name for user in User.objects.all() if not user.name.endswith(" (sample)")] == []
    for path in ("/cities/aarhus/", "/people/"):  # as everyone sees it
        page = client.get(path).content.decode()
        assert page.count("Lene Lead") == page.count("Lene Lead (sample)") > 0


def test_the_accounts_that_are_told_are_there(client, founding):
    """Each signs in with the password that is told, and is what is said of them."""
    demo.make_people()
    for account in ACCOUNTS:
        assert client.post("/account/login/", {"login": account.mail, "password": PASSWORD}).status_code == 302, account
        user, who = User.objects.get(email=account.mail), str(account.who)
        assert user.is_staff == account.is_staff
        posts = Post.objects.filter(official__user=user, until=None).values_list("city__name", "is_lead")
        assert [(city in who, is_lead == ("lead" in who)) for city, is_lead in posts] == [(True, True)] * len(posts)
        assert len(posts) == (not account.is_staff)
        client.logout()


def test_demo_people_are_refused_outside_the_demo(client, founding, settings):
    demo.make_people()
    assert client.login(email="lead@example.org", password=PASSWORD)
    assert client.get("/members/consents/").status_code == 200
    settings.DEMO = False
    assert client.get("/members/consents/").status_code == 302  # a session that came along
    client.logout()
    assert not client.login(email="lead@example.org", password=PASSWORD)
    cast.make_person("lene")
    assert client.login(email="lene@aarhus.dk", password=cast.PASSWORD)
    with pytest.raises(ImproperlyConfigured):
        demo.make_people()


# --- Tidying ---------------------------------------------------------------------------------------------------------


def test_drafts_are_deleted_after_thirty_days_and_applications_stay(nadia):
    application = cast.make_application(nadia)
    young, old = cast.make_draft(), cast.make_draft()
    Draft.objects.exclude(pk=young.pk).update(saved=timezone.now() - timedelta(days=31))
    assert Draft.objects.filter(pk=old.pk).exists()
    assert tidy_drafts(0) == 2
    assert set(Draft.objects.all()) == {young}
    application.refresh_from_db()
    assert application.draft is None
    assert ("members.jobs.tidy_drafts", "20 3 * * *") in {
        (task.task.name, task.cron) for task in app.periodic_registry.periodic_tasks.values()
    }


def test_samples_leave_no_history_and_others_do():
    samples.make_cities(3)
    events = apps.get_model("members", "CityEvent").objects
    assert not events.exists()
    cast.make_city("Aarhus")
    assert events.count() == 1


# --- Two names -------------------------------------------------------------------------------------------------------


def test_a_city_is_called_by_the_name_that_its_reader_knows(client):
    beirut = cast.make_city("Beirut", country="LB", own_name="بيروت", own_language="ar", joined=date(2016, 1, 1))
    place(beirut, 33.9, 35.5)
    cast.make_city("Aarhus", own_name="Aarhus Kommune", own_language="da")
    both = {"en": ("Beirut", '<bdi lang="ar" dir="rtl">بيروت</bdi>'), "ar": ("بيروت", '<bdi lang="en" dir="ltr">Beirut</bdi>')}
    for language, (first, beside) in both.items():
        prefix = "" if language == "en" else f"/{language}"
        page = text(client.get(f"{prefix}/cities/beirut-lb/"))
        assert re.search(rf"<h1>\s*{first}</h1>", page)
        assert page.count(beside) == 1
        assert f"<title>{first} ·" in page
        listed = text(client.get(f"{prefix}/cities/"))
        assert f'/beirut-lb/">{first}</a></h3>' in listed
        assert listed.count(beside) == 1
        assert f'aria-label="{first}"><circle' in listed
        assert '/aarhus-dk/">Aarhus</a></h3>' in listed  # nobody reads Danish here
        assert '<bdi lang="da" dir="ltr">Aarhus Kommune</bdi>' in listed


def test_a_city_of_one_name_has_nothing_beside_it(client):
    cast.make_city("Beirut", country="LB", own_name="بيروت", own_language="ar")
    assert 'class="own-name"' in text(client.get("/cities/beirut-lb/"))
    cast.make_city("Aarhus", own_name="Aarhus", own_language="da")
    assert "own-name" not in text(client.get("/cities/aarhus-dk/"))


def test_words_are_no_filter(client, every_city):
    page = text(client.get("/cities/", {"q": "aarhus"}))
    assert "<summary>Filters</summary>" in page
    assert "Name of a city: aarhus" in page
    assert "<summary>Filters (2)</summary>" in text(client.get("/cities/", {"q": "aarhus", "country": "DK", "region": "europe"}))
