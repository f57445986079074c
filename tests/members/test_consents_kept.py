"""What somebody said of themselves is theirs: no second application or invitation, and nobody who decides on one, says it again."""

from __future__ import annotations

import pytest

from members.models import Invitation, Official
from tests import cast

pytestmark = pytest.mark.django_db


def consents(user):
    official = Official.objects.get(user=user)
    return official.shown_to, official.wants_newsletter, official.open_to_peers


@pytest.fixture
def waiting(aarhus, nadia):
    """Nadia stands for Aarhus, and asks to stand for Mombasa too, with everything ticked."""
    cast.make_post(nadia, aarhus)
    given = {"shown_to": "everyone", "wants_newsletter": True, "open_to_peers": True, "themes": ["youth-engagement"], "languages": ["fr"]}
    return cast.make_application(nadia, cast.make_city("Mombasa"), **given)


def test_a_consent_taken_back_stays_so_when_another_city_says_yes(waiting, nadia, sam):
    nadia.official.consent(shown_to="nobody", wants_newsletter=False, open_to_peers=False)
    waiting.approve(by=sam)
    assert consents(nadia) == ("nobody", False, False)
    nadia.official.refresh_from_db()
    assert (nadia.official.themes, nadia.official.languages) == ([], [])


def test_a_consent_given_stays_so_when_an_invitation_is_accepted(aarhus, nadia, client):
    cast.make_post(nadia, aarhus)
    official = Official.objects.get(user=nadia)
    official.choose(themes=["youth-engagement"], languages=["da"])
    official.consent(shown_to="members", wants_newsletter=True, open_to_peers=True)
    leila = cast.make_person("leila")
    invitation = Invitation.invite(cast.make_city("Mombasa"), nadia.email, by=leila, language="en")
    client.force_login(nadia)
    page = f"/members/invitations/{invitation.token}/"
    assert "stays as you set it" in client.get(page).content.decode()
    told = {"title": "Adviser", "kind": "policy", "languages": ["fr"], "all_forms": "on", "no_group": "on", "with_communities": "on"}
    assert client.post(page, told).status_code == 302
    assert nadia.posts_today.count() == 2
    assert consents(nadia) == ("members", True, True)
    official.refresh_from_db()
    assert (official.themes, official.languages) == (["youth-engagement"], ["da"])


def test_who_stood_for_nobody_any_more_says_anew(aarhus, nadia, sam):
    post = cast.make_post(nadia, aarhus)
    post.end(by=nadia)
    given = {"shown_to": "members", "wants_newsletter": True, "open_to_peers": False}
    cast.make_application(nadia, aarhus, **given).approve(by=sam)
    assert consents(nadia) == ("members", True, False)


def test_the_first_of_two_applications_says_it(nadia, sam, aarhus):
    first = cast.make_application(nadia, aarhus, shown_to="members")
    second = cast.make_application(nadia, cast.make_city("Mombasa"), shown_to="everyone", open_to_peers=True)
    first.approve(by=sam)
    second.approve(by=sam)
    assert consents(nadia) == ("members", False, False)


def test_the_questions_are_not_asked_again(client, aarhus, nadia):
    page = "/join/principles/"
    assert 'name="shown_to"' in client.get(page).content.decode()
    cast.make_post(nadia, aarhus)
    client.force_login(nadia)
    assert 'name="shown_to"' not in client.get(page).content.decode()
