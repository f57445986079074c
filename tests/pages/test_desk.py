from datetime import date

import pytest

from members.models import Official, Post, User
from tests.hub.cast import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def asta():
    return User.objects.create_user("asta@aarhus.example", "a long password", name="Asta")


def hold(user, city, **fields):
    official, _ = Official.objects.get_or_create(user=user)
    return Post.objects.create(
        official=official, city=city, title="Head of prevention", kind="policy", **{"since": date(2020, 1, 1), **fields}
    )


def test_desk_shows_the_cities_one_stands_for_today(client, asta):
    hold(asta, make_city("Aarhus"))
    hold(asta, make_city("Former"), until=date(2021, 1, 1))
    client.force_login(asta)
    page = client.get("/desk/").content.decode()
    assert "Good to see you, Asta" in page
    assert "/cities/aarhus/" in page
    assert "/cities/former/" not in page


def test_desk_without_a_city_shows_the_way(client, asta):
    client.force_login(asta)
    assert "You stand for no city yet" in client.get("/desk/").content.decode()


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
    assert "You stand for no city yet" in client.get("/desk/").content.decode()
    asta.is_staff = True
    asta.save()
    page = client.get("/desk/").content.decode()
    assert "Waits for you" in page
    assert "You stand for no city yet" not in page
    assert "Your cities" not in page
