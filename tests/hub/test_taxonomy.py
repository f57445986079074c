"""The facets' slugs: those of the domain, those of the real records, those of the search's bits."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from hub.finding import BITS
from hub.models import Entry
from hub.taxonomy import BY_NAME, CODED, FACETS
from strongcities import languages
from tests.hub.cast import PRACTICES, make_city, make_practice

pytestmark = pytest.mark.django_db


def test_parameters_are_those_of_the_design_in_the_order_of_the_page():
    names = ["level", "theme", "type", "people", "sector", "setting", "form", "evidence", "region", "population", "language"]
    assert [facet.name for facet in FACETS] == names


def test_real_records_know_no_other_slugs():
    used: dict[str, set[str]] = {facet.name: set() for facet in FACETS if facet.field and facet.choices}
    for line in PRACTICES.read_text().splitlines():
        record = json.loads(line)
        for name, slugs in used.items():
            values = record[BY_NAME[name].field]
            slugs.update(values if isinstance(values, list) else [values])
    assert all(used.values()), "every facet occurs"
    assert {name: slugs - set(BY_NAME[name].labels()) for name, slugs in used.items()} == {name: set() for name in used}


def test_slugs_of_the_migration_stand_in_the_taxonomys_order():
    frozen = import_module("hub.migrations.0002_search").SLUGS
    assert {name: slugs.split() for name, slugs in frozen.items()} == {facet.name: list(facet.labels()) for facet in CODED}


@pytest.mark.parametrize("facet", [facet for facet in CODED if facet.field], ids=lambda facet: facet.name)
def test_each_value_has_the_bit_that_the_search_asks_for(facet):
    city = make_city()
    for slug in facet.labels():
        fields: Any = {facet.field: [slug] if facet.many else slug}
        practice = make_practice(city, **fields)
        assert getattr(Entry.objects.get(practice=practice), facet.name) == BITS[facet.name][slug], slug


def test_a_citys_region_and_band_are_its_practices():
    city = make_city(region="south-asia", population_band="over-5-million")
    entry = Entry.objects.get(practice=make_practice(city))
    assert (entry.region, entry.population) == (BITS["region"]["south-asia"], BITS["population"]["over-5-million"])
    assert Entry.objects.get(practice=make_practice(make_city("Bergen", "NO"))).population == 0, "no band known"


def test_languages_have_names_and_directions():
    with override("en"):
        assert languages.name("fr") == "French"
    with override("ar"):
        assert languages.name("fr") == "الفرنسية"
    assert languages.name("zzz") == "zzz"
    assert (languages.direction("ar"), languages.direction("fr")) == ("rtl", "ltr")
    assert not languages.exists("EN")


def test_unknown_slugs_have_no_bit():
    with connection.cursor() as cursor:
        cursor.execute("SELECT hub_bits('{b,x,a}', '{a,b,c}'), hub_bits('{}', '{a}')")
        assert cursor.fetchone() == (3, 0)
