"""Several authorities over one place: related, never in a ring, never taken for duplicates of each other."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from members import evidence
from members.models import City
from tests import cast
from tests.members.test_admin import city_form
from tests.races import Meeting, race

pytestmark = pytest.mark.django_db


@pytest.fixture
def kenya():
    """Mombasa city, within Mombasa county, within the coast; and Nyali within the city."""
    coast = cast.make_city("Coast", country="KE", kind="region")
    county = cast.make_city("Mombasa", within=coast)
    city = cast.make_city("Mombasa", country="KE", kind="city", slug="mombasa-city", joined=None, within=county)
    nyali = cast.make_city("Nyali", country="KE", kind="district", within=city)
    return coast, county, city, nyali


def put(city, within):
    City.objects.filter(pk=city.pk).update(within=within)


# --- No rings --------------------------------------------------------------------------------------------------------


def test_the_chain_is_told_the_nearest_first(kenya):
    coast, county, city, nyali = kenya
    assert list(City.objects.over(nyali)) == [city, county, coast]
    assert list(City.objects.over(coast)) == []
    assert list(county.parts.all()) == [city]


def test_no_city_is_part_of_itself(kenya):
    with pytest.raises(IntegrityError, match="city_is_no_part_of_itself"), transaction.atomic():
        put(kenya[0], kenya[0])


@pytest.mark.parametrize("place", [1, 2, 3])
def test_no_city_is_within_its_own_part(kenya, place):
    with pytest.raises(IntegrityError, match="would be a part of its own part"), transaction.atomic():
        put(kenya[0], kenya[place])
    assert City.objects.get(pk=kenya[0].pk).within is None


def test_a_statement_that_closes_a_ring_of_many_is_refused_as_a_whole(kenya):
    coast, county, *_ = kenya
    put(county, None)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE members_city SET within_id = %s - id WHERE id IN (%s, %s)", [coast.pk + county.pk, coast.pk, county.pk])
    assert not City.objects.filter(pk__in=[coast.pk, county.pk], within__isnull=False).exists()


def close_the_ring_from_both_ends():
    """Two people at once: one puts Aarhus within Ghent, the other Ghent within Aarhus."""
    aarhus, ghent = cast.make_city("Aarhus"), cast.make_city("Ghent")
    meeting = Meeting()

    def half(city, within):
        with transaction.atomic():
            put(city, within)
            meeting.wait()

    answers = race(lambda: half(aarhus, ghent), lambda: half(ghent, aarhus))
    return answers, City.objects.filter(within__isnull=False).count()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_close_no_ring():
    answers, related = close_the_ring_from_both_ends()
    assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "NoneType"]
    assert related == 1


@contextmanager
def no_lock():
    """The trigger's lock off: the function that takes it takes none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('cities_lock'::regproc)")
        (as_it_was,) = cursor.fetchone()
        cursor.execute("CREATE OR REPLACE FUNCTION cities_lock() RETURNS void LANGUAGE sql AS 'SELECT'")
        try:
            yield
        finally:
            cursor.execute(as_it_was)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_they_do():
    with no_lock():
        answers, related = close_the_ring_from_both_ends()
    assert (answers, related) == ([None, None], 2)


# --- In the admin ----------------------------------------------------------------------------------------------------


def test_staff_relate_authorities(client, sam, kenya):
    _coast, county, city, nyali = kenya
    put(nyali, None)
    client.force_login(sam)
    path = reverse("admin:members_city_change", args=[nyali.pk])
    assert client.post(path, {**city_form(nyali), "within": city.pk}).status_code == 302
    nyali.refresh_from_db()
    assert nyali.within == city
    page = client.get(reverse("admin:members_city_change", args=[county.pk])).content.decode()
    assert f'<a href="/admin/members/city/{city.pk}/change/">Mombasa (City)</a>' in page


def test_a_ring_is_said_in_words(client, sam, kenya):
    coast, _county, _city, nyali = kenya
    client.force_login(sam)
    response = client.post(reverse("admin:members_city_change", args=[coast.pk]), {**city_form(coast), "within": nyali.pk})
    assert response.context["adminform"].form.errors == {"within": ["This authority is itself part of Coast."]}


def test_only_authorities_of_the_country_are_offered(client, sam, kenya):
    cast.make_city("Ghent")
    client.force_login(sam)
    form = client.get(reverse("admin:members_city_change", args=[kenya[2].pk])).context["adminform"].form
    assert [city.name for city in form.fields["within"].queryset] == ["Coast", "Mombasa", "Nyali"]


# --- What people see -------------------------------------------------------------------------------------------------


def test_both_ways_on_the_page(client, kenya):
    county = client.get("/cities/mombasa-ke/").content.decode()
    assert 'Part of</dt><dd><a href="/cities/coast-ke/">Coast</a> (Region)' in county
    assert 'Within it</dt><dd><a href="/cities/mombasa-city/">Mombasa</a> (City)' in county
    city = client.get("/cities/mombasa-city/").content.decode()
    assert city.index('<a href="/cities/mombasa-ke/">Mombasa</a> (County)') < city.index('<a href="/cities/coast-ke/">Coast</a> (Region)')


def test_a_hidden_authority_is_named_to_staff_alone(client, sam, kenya):
    _coast, county, _city, nyali = kenya
    City.objects.filter(pk__in=[county.pk, nyali.pk]).update(is_public=False)
    page = client.get("/cities/mombasa-city/").content.decode()
    assert "/cities/coast-ke/" in page
    assert "/cities/mombasa-ke/" not in page
    assert "Nyali" not in page
    client.force_login(sam)
    page = client.get("/cities/mombasa-city/").content.decode()
    assert "/cities/mombasa-ke/" in page
    assert "Nyali" in page


# --- No duplicates of each other -------------------------------------------------------------------------------------


@pytest.fixture
def county_and_city(nadia):
    """Nadia applies for the county of Ghent; the city of Ghent is here."""
    city = cast.make_city("Ghent")
    county = cast.make_city("Ghent", kind="county", slug="ghent-county", is_public=False)
    return cast.make_application(nadia, county), county, city


def test_the_same_name_is_a_possible_duplicate(county_and_city):
    application, _county, city = county_and_city
    assert [match.city for match in evidence.of(application).duplicates] == [city]


@pytest.mark.parametrize("upwards", [True, False])
def test_a_related_authority_of_another_kind_is_none(county_and_city, upwards):
    application, county, city = county_and_city
    put(*((city, county) if upwards else (county, city)))
    assert evidence.of(application).duplicates == []


def test_one_of_the_same_kind_still_is(county_and_city):
    application, county, city = county_and_city
    other = cast.make_city("Gand", country="BE", kind="county", other_names=["Ghent"], within=county)
    put(city, county)
    assert [match.city for match in evidence.of(application).duplicates] == [other]
