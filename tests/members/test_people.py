"""`/people/` and a person's page: who sees whom, how people are found, and that a consent taken back hides at once."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import Application, Official, Post, ShownTo
from tests import cast

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def show(user, to, **fields):
    """The official of `user`, shown `to` somebody."""
    Official.objects.filter(user=user).update(shown_to=to, **fields)
    return Official.objects.get(user=user)


@pytest.fixture
def shown(db):
    """Lene is shown to everyone, Leila to members, Ove to nobody."""
    lene, leila, ove = (cast.make_person(who) for who in ("lene", "leila", "ove"))
    show(lene, ShownTo.EVERYONE, themes=["youth-engagement"], languages=["da", "en"])
    show(leila, ShownTo.MEMBERS, themes=["gender-equality"], languages=["sw"])
    return {"lene": lene, "leila": leila, "ove": ove}


def names(response):
    return [person.user.name for person in response.context["page"]]


def kinds_of_people():
    """One of each kind, and whether they see those who are shown to members."""
    former = cast.make_user("former@oslo.no", "Finn Former")
    cast.make_post(former, cast.make_city("Oslo"))
    left = cast.make_user("left@aarhus.dk", "Lars Left")
    cast.make_post(left, cast.make_city("Aarhus"), until=timezone.now().date())
    return [
        (None, False), (cast.make_person("nadia"), False), (former, False), (left, False), (cast.make_person("leila"), True),
        (cast.make_staff("events", vets=False), True), (cast.make_staff("sam"), True),
    ]  # fmt: skip


# --- Who sees whom ---------------------------------------------------------------------------------------------------


def test_three_levels_for_every_kind_of_person(client, shown):
    pages = {who: Official.objects.get(user=user).get_absolute_url() for who, user in shown.items()}
    for user, sees_members in kinds_of_people():
        client.logout()
        if user:
            client.force_login(user)
        listed = client.get("/people/")
        assert names(listed) == (["Leila Ali", "Lene Lund"] if sees_members else ["Lene Lund"]), user
        assert ("Officials of member cities see more people" in text(listed)) is not sees_members
        statuses = {who: client.get(page).status_code for who, page in pages.items()}
        assert statuses == {"lene": 200, "leila": 200 if sees_members else 404, "ove": 404}, user
        city = text(client.get("/cities/aarhus-dk/")) + text(client.get("/cities/mombasa-ke/"))
        assert ("Lene Lund" in city, "Leila Ali" in city, "Ove Olsen" in city) == (True, sees_members, False)
        for page in (listed, client.get(pages["lene"])):
            assert ("Youth engagement</span>" in text(page) or "Youth engagement</dd>" in text(page)) is sees_members
            assert "lene@" not in text(page)


@pytest.mark.parametrize("gone", ["left the post", "post to come", "city left", "city hidden", "account closed", "no name"])
def test_only_posts_of_today_in_member_cities_of_open_accounts(client, shown, gone):
    lene, today = shown["lene"], timezone.now().date()
    page = lene.official.get_absolute_url()
    assert client.get(page).status_code == 200
    post = Post.objects.get(official=lene.official)
    if gone == "left the post":
        Post.objects.filter(pk=post.pk).update(until=today)
    elif gone == "post to come":
        Post.objects.filter(pk=post.pk).update(since=today + timedelta(days=1))
    elif gone == "city left":
        post.city.memberships.update(left=today)
    elif gone == "city hidden":
        type(post.city).objects.filter(pk=post.city_id).update(is_public=False)
    else:
        type(lene).objects.filter(pk=lene.pk).update(**({"is_active": False} if gone == "account closed" else {"name": ""}))
    for user in (None, cast.make_person("leila"), cast.make_staff()):
        if user:
            client.force_login(user)
        assert client.get(page).status_code == 404
        assert "Lene Lund" not in names(client.get("/people/"))
        assert "lene@" not in text(client.get("/people/"))
        if gone != "city hidden":
            assert "Lene Lund" not in text(client.get("/cities/aarhus-dk/"))


def test_a_person_of_two_cities_is_shown_with_both(client, shown):
    cast.make_post(shown["lene"], cast.make_city("Mombasa"), title="Adviser")
    cast.make_post(shown["lene"], cast.make_city("Oslo"), title="Not shown")
    page = text(client.get(shown["lene"].official.get_absolute_url()))
    assert "Prevention officer" in page
    assert "Adviser" in page
    assert "Not shown" not in page
    assert len(names(client.get("/people/"))) == 1


def test_an_address_that_is_none(client, shown):
    for path in ("/people/1/", "/people/lene@aarhus.dk/", "/people/00000000-0000-0000-0000-000000000000/"):
        assert client.get(path).status_code == 404
    assert client.post("/people/").status_code == 405


def test_search_engines_keep_none_of_it(client, shown):
    for path in ("/people/", shown["lene"].official.get_absolute_url()):
        assert '<link rel="canonical"' in text(client.get(path))
        assert '<meta name="robots" content="noindex">\n</head>' in text(client.get(path))
    assert '<meta name="robots" content="noarchive">' in text(client.get("/cities/aarhus-dk/"))
    assert "noarchive" not in text(client.get("/cities/mombasa-ke/"))


# --- Taken back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/people/", "/cities/aarhus-dk/", "page"])
def test_a_visitor_s_copy_is_asked_about_each_time_so_consent_taken_back_hides_at_once(client, shown, path):
    lene = shown["lene"]
    path = lene.official.get_absolute_url() if path == "page" else path
    first = client.get(path)
    assert set(first["Cache-Control"].split(", ")) == {"public", "no-cache"}
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    lene.official.consent(shown_to=ShownTo.NOBODY, wants_newsletter=False, open_to_peers=False)
    after = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert after.status_code == (404 if "page" in path or path.count("-") > 2 else 200)
    assert "Lene Lund" in text(first)
    assert "Lene Lund" not in text(after)


def test_pages_without_people_are_kept_for_a_minute_as_before(client, shown):
    assert client.get("/cities/mombasa-ke/")["Cache-Control"] == "public, max-age=60"


def test_pages_for_somebody_signed_in_are_kept_by_nobody(client, shown):
    client.force_login(shown["ove"])
    for path in ("/people/", "/cities/aarhus-dk/", shown["lene"].official.get_absolute_url()):
        assert set(client.get(path)["Cache-Control"].split(", ")) == {"private", "no-store"}


# --- Finding ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(shown):
    odense = cast.make_city("Odense", joined=date(2020, 1, 1))
    soren = cast.make_user("soren@odense.dk", "Søren Åström")
    cast.make_post(soren, odense, kind=Post.Kind.ELECTED)
    cast.make_post(soren, cast.make_city("Mombasa"), kind=Post.Kind.PRACTITIONER)
    show(soren, ShownTo.EVERYONE, themes=["youth-engagement"], languages=["da"])
    return shown


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Leila Ali", "Lene Lund", "Søren Åström"]),
        ({"q": "soren"}, ["Søren Åström"]),
        ({"q": "ÅSTRÖM sør"}, ["Søren Åström"]),
        ({"q": "lund soren"}, []),
        ({"q": "%"}, []),
        ({"q": "lene@aarhus.dk"}, []),
        ({"city": "Århus"}, ["Lene Lund"]),
        ({"country": "KE"}, ["Leila Ali", "Søren Åström"]),
        ({"region": "europe"}, ["Lene Lund", "Søren Åström"]),
        ({"kind": "elected"}, ["Søren Åström"]),
        ({"kind": "elected", "country": "KE"}, []),  # of one and the same post
        ({"kind": "practitioner", "country": "KE"}, ["Søren Åström"]),
        ({"theme": "youth-engagement"}, ["Lene Lund", "Søren Åström"]),
        ({"language": "sw"}, ["Leila Ali"]),
        ({"language": "xx", "q": "lene"}, ["Lene Lund"]),
    ],
)
def test_found_by(client, several, asked, found):
    client.force_login(several["ove"])
    assert names(client.get("/people/", asked)) == found


def test_visitors_can_t_ask_for_what_they_don_t_see(client, several):
    assert names(client.get("/people/", {"theme": "youth-engagement", "language": "sw"})) == ["Lene Lund", "Søren Åström"]
    page = client.get("/people/")
    assert not {"theme", "language"} & set(page.context["filter"].form.fields)
    countries = [code for code, _name in page.context["filter"].form.fields["country"].choices if code]
    assert countries == ["DK", "KE"]
    Official.objects.filter(user__name="Søren Åström").update(shown_to=ShownTo.MEMBERS)
    assert [code for code, _n in client.get("/people/").context["filter"].form.fields["country"].choices if code] == ["DK"]


def test_nobody_fits_and_no_such_page(client, several):
    assert "Nobody whom you can see matches" in text(client.get("/people/", {"q": "zzz"}))
    response = client.get("/people/", {"page": "9"})
    assert (response.status_code, len(names(response))) == (404, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_asks_as_often_for_three_as_for_one(client, sam, count, django_assert_num_queries):
    for number in range(count):
        user = cast.make_user(f"p{number}@x.example", f"Person {number}")
        cast.make_post(user, cast.make_city(f"Town {number}", joined=date(2020, 1, 1)))
        show(user, ShownTo.MEMBERS)
    client.force_login(sam)
    with django_assert_num_queries(7):  # session, account, countries, count, page, posts, the reader's own record
        assert len(names(client.get("/people/"))) == count


def test_people_of_a_city_s_page_lead_to_their_own(client, shown):
    assert f'href="{shown["lene"].official.get_absolute_url()}"' in text(client.get("/cities/aarhus-dk/"))
    assert 'href="/people/"' in text(client.get("/cities/"))


# --- Consents --------------------------------------------------------------------------------------------------------


def test_a_level_that_isn_t_offered_is_refused_and_nothing_changes(client, shown):
    client.force_login(shown["leila"])
    page = text(client.post("/members/consents/", {"shown_to": "the press"}))
    assert "Select a valid choice" in page
    assert Official.objects.get(user=shown["leila"]).shown_to == ShownTo.MEMBERS


def test_an_application_without_a_choice_is_shown_to_nobody():
    from members.forms.join import PrinciplesForm

    form = PrinciplesForm({"all_forms": "on", "no_group": "on", "with_communities": "on"})
    assert form.is_valid()
    assert form.cleaned_data["shown_to"] == ShownTo.NOBODY


UNSEEN = "Nobody can write to you as long as nobody sees you: choose who may see you, or leave this off."


@pytest.mark.parametrize("nobody", ["nobody", ""])
def test_who_is_seen_by_nobody_is_written_to_by_nobody(client, shown, nobody):
    leila = Official.objects.get(user=shown["leila"])
    before = (leila.shown_to, leila.open_to_peers)
    client.force_login(shown["leila"])
    page = text(client.post("/members/consents/", {"shown_to": nobody, "open_to_peers": "on"}))
    assert page.count(UNSEEN) == 2  # at the field, and on top
    leila.refresh_from_db()
    assert (leila.shown_to, leila.open_to_peers) == before
    client.post("/members/consents/", {"shown_to": "members", "open_to_peers": "on"})
    leila.refresh_from_db()
    assert (leila.shown_to, leila.open_to_peers) == ("members", True)


def test_neither_does_an_application_agree_to_the_one_without_the_other(client):
    answers = {"all_forms": "on", "no_group": "on", "with_communities": "on", "shown_to": "nobody", "open_to_peers": "on"}
    page = text(client.post("/join/principles/", answers))
    assert page.count(UNSEEN) == 2
    assert client.post("/join/principles/", {**answers, "shown_to": "everyone"}).status_code == 302


def test_the_database_holds_it(shown):
    application = cast.make_application(open_to_peers=True, shown_to="members")
    for model, pk, name in (
        (Official, shown["leila"].official.pk, "official_written_to_is_seen"),
        (Application, application.pk, "application_written_to_is_seen"),
    ):
        rows = model.objects.filter(pk=pk)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(shown_to="nobody", open_to_peers=True)
        assert rows.update(shown_to="nobody", open_to_peers=False) == 1


def test_consents_begin_with_the_safe_choice(client):
    page = text(client.get("/join/principles/"))
    assert re.search(r'name="shown_to" value="nobody"[^>]* checked', page)
    assert page.count('type="radio"') == 3
    assert len(re.findall(r"<input[^>]* checked", page)) == 1


def test_words_are_no_filter(client, shown):
    page = text(client.get("/people/", {"q": "le"}))
    assert "Filters (" not in page
    assert "<summary>Filters (2)</summary>" in text(client.get("/people/", {"q": "le", "country": "DK", "kind": "policy"}))
