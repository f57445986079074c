"""What is worth doing first, on the desk: each step asked of the data, gone once it is done."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from members.first_steps import first_steps
from members.models import City, CityDomain, Invitation, Membership, Post, User
from members.querysets import today
from strongcities import sealed
from strongcities.themes import Theme
from tests import cast

pytestmark = pytest.mark.django_db

OF_CITY = ["Write the profile of Aarhus", "Say what Aarhus works on", "Put Aarhus on the map", "Add a picture of Aarhus"]
INVITE, DOMAIN = "Invite a colleague of Aarhus", "Let colleagues of Aarhus join by their mail address"
SEEN, SECOND = "Choose who may see you", "Set up a second step at sign-in"


def steps(user):
    return [step.what for step in first_steps(user)]


def finish_page(city):
    picture = f"{'a' * 32}-1600x900"
    words = {"picture": picture, "picture_alt": "The harbour", "picture_credit": "The city", "picture_licence": "cc0-1.0"}
    fields = {"profile": "We talk.", "themes": [Theme.YOUTH], "latitude": 56, "longitude": 10}
    City.objects.filter(pk=city.pk).update(**fields, **words)


def test_a_new_lead_is_told_all_of_it_in_order(lene):
    assert steps(lene) == [*OF_CITY, INVITE, DOMAIN, SEEN, SECOND]


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"profile": "We talk."}, OF_CITY[0]), ({"themes": [Theme.YOUTH]}, OF_CITY[1]), ({"latitude": 56, "longitude": 10}, OF_CITY[2]),
    ],
)  # fmt: skip
def test_what_the_page_has_is_asked_no_more(lene, aarhus, fields, gone):
    City.objects.filter(pk=aarhus.pk).update(**fields)
    assert steps(lene) == [step for step in [*OF_CITY, INVITE, DOMAIN, SEEN, SECOND] if step != gone]


def test_when_all_is_done_nothing_is_left_and_the_desk_says_so(client, lene, aarhus):
    finish_page(aarhus)
    assert steps(lene) == [INVITE, DOMAIN, SEEN, SECOND]
    Invitation.invite(aarhus, "ove@aarhus.dk", by=lene, language="en")
    assert steps(lene) == [DOMAIN, SEEN, SECOND]
    CityDomain.confirm(aarhus, "aarhus.dk", by=lene)
    assert steps(lene) == [SEEN, SECOND]
    lene.official.consent(shown_to="members", wants_newsletter=False, open_to_peers=False)
    assert steps(lene) == [SECOND]
    client.force_login(lene)
    page = client.get("/desk/").content.decode()
    assert "Good next steps" in page
    assert "Everything is set up" not in page
    Authenticator.objects.create(user=lene, type=Authenticator.Type.TOTP, data={"secret": sealed.seal("x")})
    assert steps(lene) == []
    page = client.get("/desk/").content.decode()
    assert "Good next steps" not in page
    assert "Everything is set up" in page


def test_an_expired_invitation_invites_nobody(lene, aarhus):
    Invitation.invite(aarhus, "ove@aarhus.dk", by=lene, language="en")
    Invitation.objects.update(expires=timezone.now() - timedelta(days=1))
    assert steps(lene) == [*OF_CITY, INVITE, DOMAIN, SEEN, SECOND]


def test_a_colleague_is_enough(lene, aarhus):
    cast.make_person("ove")
    assert steps(lene) == [*OF_CITY, DOMAIN, SEEN, SECOND]


def test_recovery_codes_alone_are_no_second_step(lene):
    Authenticator.objects.create(user=lene, type=Authenticator.Type.RECOVERY_CODES, data={"seed": sealed.seal("x")})
    assert SECOND in steps(lene)


def test_an_ordinary_official_has_their_own_few(lene):
    assert steps(cast.make_person("ove")) == [SEEN, SECOND]


def test_what_is_a_matter_of_choice_is_offered_for_ninety_days(lene):
    ove = cast.make_person("ove")
    for user in (lene, ove):
        type(user).objects.filter(pk=user.pk).update(joined=timezone.now() - timedelta(days=90))
        user.refresh_from_db()
    assert (steps(lene), steps(ove)) == (OF_CITY, [])
    Post.objects.filter(official__user=ove).update(since=today() - timedelta(days=89))
    assert steps(ove) == [SEEN, SECOND]


def test_a_free_mailbox_speaks_for_no_city(aarhus):
    user = cast.make_user("lena@gmail.com", "Lena")
    cast.make_post(user, aarhus, is_lead=True)
    assert steps(user) == [*OF_CITY, INVITE, SEEN, SECOND]


def test_who_represents_no_member_city_is_told_nothing(client, lene, aarhus, sam):
    assert steps(lene)
    assert steps(cast.make_person("nadia")) == []
    assert steps(sam) == []
    Membership.objects.filter(city=aarhus).update(left=today())
    assert steps(lene) == []


def test_each_step_leads_where_it_is_done(client, lene):
    client.force_login(lene)
    for step in first_steps(lene):
        path, _hash, place = step.url.partition("#")
        page = client.get(path, follow=True)
        assert page.status_code == 200, path
        assert not place or f'id="{place}"' in page.content.decode(), step.url


def test_what_waits_stands_above(client, lene, aarhus):
    cast.make_application(city=aarhus)
    client.force_login(lene)
    page = client.get("/desk/").content.decode()
    assert page.index("Nadia Nys wants to join for Aarhus") < page.index("Good next steps") < page.index("Your cities")


def test_a_desk_asks_little(lene, django_assert_num_queries):
    lene = User.objects.get(pk=lene.pk)
    with django_assert_num_queries(7):
        first_steps(lene)
