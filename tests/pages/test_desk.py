from datetime import date

import pytest

from tests.cast import make_city, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def asta():
    return make_user("asta@aarhus.example", name="Asta")


def test_desk_shows_the_cities_one_stands_for_today(client, asta):
    make_post(asta, make_city("Aarhus"))
    make_post(asta, make_city("Former", country="DE"), until=date(2021, 1, 1))
    client.force_login(asta)
    page = client.get("/desk/").content.decode()
    assert "Good to see you, Asta" in page
    assert "/cities/aarhus-dk/" in page
    assert "/cities/former-de/" not in page


def test_desk_without_a_city_shows_the_way(client, asta):
    client.force_login(asta)
    assert "You don’t represent a city yet" in client.get("/desk/").content.decode()


def test_stranger_is_sent_to_sign_in(client):
    response = client.get("/desk/")
    assert response.status_code == 302
    assert response.url == "/account/login/?next=/desk/"


def test_staff_find_the_admin_and_officials_do_not(client, asta):
    client.force_login(asta)
    assert "/admin/" not in client.get("/desk/").content.decode()
    asta.is_staff = True
    asta.save()
    assert 'href="/admin/"' in client.get("/desk/").content.decode()


def test_wrong_method(client, asta):
    client.force_login(asta)
    assert client.post("/desk/").status_code == 405


def test_staff_without_a_city_are_not_told_to_apply(client, asta):
    client.force_login(asta)
    assert "You don’t represent a city yet" in client.get("/desk/").content.decode()
    asta.is_staff = True
    asta.save()
    page = client.get("/desk/").content.decode()
    assert "Waiting for you" in page
    assert "You don’t represent a city yet" not in page
    assert "Your cities" not in page
