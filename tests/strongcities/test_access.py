"""Who gets in where: the three words, the second factor of staff, and one door for all."""

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.urls import path

from members.models import User
from strongcities import sealed, urls as house
from strongcities.access import public, signed_in, staff_only

pytestmark = pytest.mark.django_db


@public
def square(request):
    return HttpResponse("square")


@signed_in
def hall(request):
    return HttpResponse("hall")


@staff_only
def office(request):
    return HttpResponse("office")


urlpatterns = [path("square/", square), path("hall/", hall), path("office/", office), *house.urlpatterns]


@pytest.fixture(autouse=True)
def rooms(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def official():
    return User.objects.create_user("official@aarhus.example")


@pytest.fixture
def staff():
    return User.objects.create_user("someone@isd.example", is_staff=True, is_superuser=True)


def statuses(client):
    return [client.get(address).status_code for address in ("/square/", "/hall/", "/office/")]


def test_strangers(client):
    assert statuses(client) == [200, 302, 302]
    assert client.get("/hall/")["Location"] == "/account/login/?next=/hall/"


def test_accounts(client, official):
    client.force_login(official)
    assert statuses(client) == [200, 200, 403]


def test_staff(client, staff):
    client.force_login(staff)
    assert statuses(client) == [200, 200, 200]


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def outside_the_demo(self, settings):
        settings.DEMO = False

    @pytest.mark.parametrize("address", ["/square/", "/hall/", "/office/", "/admin/"])
    def test_staff_without_one_are_sent_to_set_it_up(self, client, staff, address):
        client.force_login(staff)
        answer = client.get(f"{address}?a=1")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/2fa/")
        assert "%3Fa%3D1" in answer["Location"]

    @pytest.mark.parametrize("address", ["/account/2fa/", "/account/logout/", "/healthz"])
    def test_they_can_set_it_up_and_leave(self, client, staff, address):
        client.force_login(staff)
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize("address", ["mfa/authenticator/"])
    def test_pages_of_the_admin_about_accounts_are_no_way_round(self, client, staff, address, settings):
        client.force_login(staff)
        for language in ("", "/ar"):
            for ask in (client.get, client.post):
                answer = ask(f"{language}/admin/{address}")
                assert (answer.status_code, answer["Location"].split("?")[0]) == (302, f"{language}/account/2fa/")
        settings.DEMO = True
        assert client.get(f"/admin/{address}").status_code == 200

    def test_staff_with_one_get_in(self, client, staff):
        Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": sealed.seal("x")})
        client.force_login(staff)
        assert statuses(client) == [200, 200, 200]

    def test_recovery_codes_alone_are_none(self, client, staff):
        Authenticator.objects.create(user=staff, type=Authenticator.Type.RECOVERY_CODES, data={"seed": sealed.seal("x")})
        client.force_login(staff)
        assert client.get("/hall/").status_code == 302

    def test_officials_need_none(self, client, official):
        client.force_login(official)
        assert client.get("/hall/").status_code == 200

    def test_in_the_demo_staff_need_none(self, client, staff, settings):
        client.force_login(staff)
        assert client.get("/hall/").status_code == 302
        settings.DEMO = True
        assert client.get("/hall/").status_code == 200


class TestAdminDoor:
    def test_it_is_the_one_of_the_house(self, client):
        answer = client.get("/admin/login/?next=/admin/members/")
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/admin/members/")

    def test_a_password_posted_to_it_opens_nothing(self, client, staff):
        staff.set_password("a-long-password")
        staff.save()
        client.post("/admin/login/", {"username": staff.email, "password": "a-long-password"})
        assert "_auth_user_id" not in client.session

    def test_a_stranger_at_the_admin(self, client):
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/account/login/?next=/admin/")

    def test_officials_are_refused(self, client, official):
        client.force_login(official)
        assert client.get("/admin/", follow=True).status_code == 403

    def test_staff_get_in(self, client, staff):
        client.force_login(staff)
        assert client.get("/admin/").status_code == 200
        assert client.get("/admin/login/")["Location"] == "/admin/"
