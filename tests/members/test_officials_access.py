"""Every address of this part, opened by every kind of person, against one table (docs/access.md has the same rows).

The records are those of Aarhus: Lene leads it with the mandate, Ove and Sissel are officials there. Leila leads Mombasa, Nadia
has an account and an application for Aarhus, in which she named Ove. Each address is opened as its page is (GET where it has
one, else POST without an answer), so nothing but who asks decides.
"""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from members.models import CityDomain, Invitation, Post, Vouch
from tests import cast

pytestmark = pytest.mark.django_db

WHO = ("visitor", "nadia", "ove", "lene", "leila", "events", "sam")
#  visitor: a stranger; nadia: an account without a post; ove: official of the city; lene: its lead official;
#  leila: lead official of another city; events: staff without vetting; sam: the Secretariat
IN = 302  # to the door, or (for a POST) done and led on
TABLE = {
    "posts": ("get", IN, 200, 200, 200, 200, 200, 200),
    "leave": ("get", IN, 200, 200, 200, 200, 200, 200),
    "post_leave": ("get", IN, 404, 200, 404, 404, 404, 404),  # Ove's
    "colleagues": ("get", IN, 403, 403, 200, 403, 403, 200),
    "city_invite": ("post", IN, 403, 403, 200, 403, 403, 200),
    "domain_confirm": ("post", IN, 403, 403, 200, 403, 403, 200),
    "domain_end": ("post", IN, 404, 404, 302, 404, 404, 302),
    "city_leave": ("get", IN, 403, 403, 200, 403, 403, 200),
    "city_leave_confirm": ("post", IN, 403, 403, 302, 403, 403, 302),
    "post_end": ("get", IN, 404, 404, 200, 404, 404, 200),  # Sissel's
    "post_appoint": ("get", IN, 404, 404, 200, 404, 404, 200),  # Sissel's
    "post_hand_over": ("get", IN, 404, 404, 200, 404, 404, 200),  # Lene's
    "post_revet": ("post", IN, 404, 404, 302, 404, 404, 302),  # Sissel's
    "invitation": ("get", 200, 200, 200, 200, 200, 200, 200),  # by its link; only the address's owner can accept
    "invitation_renew": ("post", IN, 404, 404, 302, 404, 404, 302),
    "invitation_withdraw": ("post", IN, 404, 404, 302, 404, 404, 302),
    "vouch": ("get", IN, 404, 200, 404, 404, 404, 404),
    "vouch_give": ("post", IN, 404, 200, 404, 404, 404, 404),
    "vouch_decline": ("post", IN, 404, 302, 404, 404, 404, 404),
    "join_vouch": ("post", IN, 200, 404, 404, 404, 404, 404),  # Nadia's
}


@pytest.fixture
def addresses(lene, aarhus, nadia):
    ove, sissel = cast.make_person("ove"), cast.make_user("sissel@aarhus.dk", "Sissel")
    application = cast.make_application(nadia, aarhus)
    Vouch.ask(application, ove.email, by=nadia, colleague=ove)
    invitation = Invitation.invite(aarhus, "new@aarhus.dk", by=lene, language="en")
    own, other, sissels = Post.objects.get(official__user=ove), Post.objects.get(official__user=lene), cast.make_post(sissel, aarhus)
    arguments: dict[str, list[Any]] = {
        "posts": [], "leave": [], "post_leave": [own.pk], "domain_end": [CityDomain.confirm(aarhus, "aarhus.dk", by=lene).pk],
        "post_end": [sissels.pk], "post_appoint": [sissels.pk], "post_hand_over": [other.pk], "post_revet": [sissels.pk],
        "invitation": [invitation.token], "invitation_renew": [invitation.pk], "invitation_withdraw": [invitation.pk],
        "vouch": [Vouch.objects.get().pk], "vouch_give": [Vouch.objects.get().pk], "vouch_decline": [Vouch.objects.get().pk],
        "join_vouch": [application.pk],
    }  # fmt: skip
    return {name: reverse(f"members:{name}", args=arguments.get(name, [aarhus.slug])) for name in TABLE}


def person(who):
    return cast.make_staff(who, vets=who == "sam") if who in {"events", "sam"} else cast.make_person(who)


@pytest.mark.parametrize("place", range(len(WHO)), ids=WHO)
def test_every_address_as_every_kind_of_person(client, addresses, place):
    if WHO[place] != "visitor":
        client.force_login(person(WHO[place]))
    found = {}
    for name, (method, *_expected) in TABLE.items():
        if name == "city_leave_confirm":
            continue  # it ends the city: the last one, below
        cache.clear()
        found[name] = getattr(client, method)(addresses[name]).status_code
    found["city_leave_confirm"] = client.post(addresses["city_leave_confirm"], {"why": ""}).status_code
    assert found == {name: expected[place] for name, (_method, *expected) in TABLE.items()}


ADMIN = {  # visitor, account, official, lead, other lead, staff without the right, Secretariat
    "members_vacancy_changelist": (302, 302, 302, 302, 302, 403, 200),
    "members_post_changelist": (302, 302, 302, 302, 302, 403, 200),
    "members_invitation_changelist": (302, 302, 302, 302, 302, 403, 200),
    "members_citydomain_changelist": (302, 302, 302, 302, 302, 403, 200),
    "members_vacancy_add": (302, 302, 302, 302, 302, 403, 403),
    "members_post_add": (302, 302, 302, 302, 302, 403, 403),
    "members_invitation_add": (302, 302, 302, 302, 302, 403, 403),
    "members_citydomain_add": (302, 302, 302, 302, 302, 403, 403),
}


@pytest.mark.parametrize("place", range(len(WHO)), ids=WHO)
def test_the_admin_s_records(client, addresses, place):
    if WHO[place] != "visitor":
        client.force_login(person(WHO[place]))
    assert {name: client.get(reverse(f"admin:{name}")).status_code for name in ADMIN} == {name: row[place] for name, row in ADMIN.items()}


def test_the_admin_shows_no_key_of_an_invitation(client, sam, addresses):
    invitation = Invitation.objects.get()
    client.force_login(sam)
    for page in (reverse("admin:members_invitation_changelist"), reverse("admin:members_invitation_change", args=[invitation.pk])):
        text = client.get(page).content.decode()
        assert "new@aarhus.dk" in text
        assert invitation.key not in text
    assert client.post(reverse("admin:members_invitation_change", args=[invitation.pk]), {"email": "x@x.dk"}).status_code == 403


def test_a_city_s_page_leads_those_who_keep_its_people_there(client, addresses):
    for who, shown in (("ove", False), ("lene", True), ("leila", False), ("sam", True), ("events", False)):
        client.force_login(person(who))
        page = client.get("/cities/aarhus-dk/").content.decode()
        assert ("/members/cities/aarhus-dk/colleagues/" in page) is shown, who
        page = client.get("/desk/").content.decode()
        assert ("/members/cities/aarhus-dk/colleagues/" in page) is (who == "lene"), who
