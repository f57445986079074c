"""A city is called by one name on every page of who reads its own language: on a lead's pages its English name stands only where the
page shows the vetted names, or the other one of the two beside the first."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from members.models import Invitation, Post
from members.querysets import today
from tests import cast
from tests.hub.cast import make_practice

pytestmark = pytest.mark.django_db

OWN = "بيروت"
BESIDE = re.compile(r'<p class="own-name">.*?</p>|<details class="more vetted">.*?</details>', re.DOTALL)


def text(response):
    assert response.status_code == 200, response
    return response.content.decode()


def said(response):
    """The messages on a page."""
    return text(response).split('<ul class="messages"')[1].split("</ul>")[0]


def names(page):
    """Which of its two names a page calls the city by, and whether the vetted names or the other one stand on it too."""
    rest = BESIDE.sub("", page)
    return {name for name in ("Beirut", OWN) if name in rest}, "Beirut" in page


@pytest.fixture
def beirut():
    return cast.make_city("Beirut", country="LB", slug="a-city", own_name=OWN, own_language="ar", joined=date(2016, 1, 1))


@pytest.fixture
def lead(beirut):
    user = cast.make_user("rana@city.example", "Rana")
    cast.make_post(user, beirut, is_lead=True, has_mandate=True)
    return user


@pytest.fixture
def colleague(beirut):
    """Whom nobody has confirmed for long."""
    user = cast.make_user("sami@city.example", "Sami")
    cast.make_post(user, beirut, vetted=today() - timedelta(days=settings.REVET_AFTER))
    user.official.consent(shown_to="members", wants_newsletter=False, open_to_peers=True)
    return user


def post_of(user):
    return Post.objects.get(official__user=user).pk


def test_a_lead_s_pages_call_the_city_by_one_name(client, lead, colleague, beirut, nadia):
    application = cast.make_application(nadia, beirut)
    practice, seat = make_practice(beirut, "Youth council"), cast.make_seat(beirut)
    cast.make_seat(beirut, since=date(2017, 1, 1), until=date(2018, 1, 1))
    own, other = post_of(lead), post_of(colleague)
    client.force_login(lead)
    read = [
        "/desk/", "/members/posts/", f"/members/posts/{own}/leave/", f"/members/posts/{own}/hand-over/", f"/members/posts/{other}/end/",
        f"/members/posts/{other}/appoint/", "/members/leave/", "/members/cities/a-city/colleagues/", "/members/cities/a-city/leave/",
        f"/members/applications/{application.pk}/", "/cities/", "/cities/a-city/", "/cities/a-city/edit/",
        "/people/", f"/people/{colleague.official.key}/", "/hub/", practice.get_absolute_url(), seat.body.get_absolute_url(),
    ]  # fmt: skip
    found = {path: names(text(client.get(f"/ar{path}"))) for path in read}
    written = [("/cities/a-city/edit/preview/", {"seen": 0}), ("/members/cities/a-city/leave/", {"why": "A new council."})]
    found |= {f"POST {path}": names(text(client.post(f"/ar{path}", data))) for path, data in written}
    assert {path: called for path, (called, _both) in found.items() if called != {OWN}} == {}
    both = {path for path, (_called, both) in found.items() if both}
    assert both == {"/cities/", "/cities/a-city/", "/cities/a-city/edit/", "POST /cities/a-city/edit/preview/"}


def test_what_is_said_after_an_act_does_too(client, lead, colleague, beirut):
    client.force_login(lead)
    own, other = post_of(lead), post_of(colleague)
    form = client.get("/ar/cities/a-city/edit/").context["form"]
    shown = {field.name: field.value() for field in form if field.value()}
    acts = [
        ("/cities/a-city/edit/", {**shown, "profile": "We talk."}),
        (f"/members/posts/{other}/revet/", {}), (f"/members/posts/{own}/hand-over/", {"to": [other]}), (f"/members/posts/{own}/leave/", {}),
    ]  # fmt: skip
    for path, data in acts:
        assert names(said(client.post(f"/ar{path}", data, follow=True))) == ({OWN}, False), path


def test_so_does_the_end_of_its_membership(client, lead, colleague, beirut):
    client.force_login(lead)
    answer = client.post("/ar/members/cities/a-city/leave/confirm/", {"why": "A new council."}, follow=True)
    assert names(said(answer)) == ({OWN}, False)


def test_an_invitation_does_while_it_is_open_and_after(client, lead, beirut):
    invitation = Invitation.invite(beirut, "nina@city.example", by=lead, language="ar")
    page = f"/ar/members/invitations/{invitation.token}/"
    assert names(text(client.get(page))) == ({OWN}, False)
    invitation.withdraw(by=lead)
    assert names(client.get(page).content.decode()) == ({OWN}, False)


def test_so_do_the_pages_of_joining(client, beirut):
    client.post("/ar/join/city/", {"name": OWN, "country": "LB"})
    choices = text(client.get("/ar/join/city/choose/"))
    assert f"<strong>{OWN}</strong>" in choices
    client.post("/ar/join/city/choose/", {"choice": beirut.pk})
    for step in ("person", "mandate", "principles"):
        client.post(f"/ar/join/{step}/", cast.ANSWERS[step])
    assert names(text(client.get("/ar/join/check/"))) == ({OWN}, False)
