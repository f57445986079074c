"""What is done to a post: end, appoint, hand over, confirm; who may, what is refused with words, and their pages."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from members.models import Post, PostTransition
from members.querysets import today
from members.waiting import waiting_for
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def post_of(user):
    return Post.objects.get(official__user=user)


def mailed():
    return sorted((mail.to[0], mail.subject) for mail in outbox())


def old(post):
    Post.objects.filter(pk=post.pk).update(vetted=today() - timedelta(days=settings.REVET_AFTER))
    post.refresh_from_db()


@pytest.fixture
def ove(lene):
    return cast.make_person("ove")


# --- Ending ----------------------------------------------------------------------------------------------------------


def test_a_lead_ends_a_colleague_s_post_with_a_reason(client, lene, ove, aarhus):
    ove.official.consent(shown_to="members", wants_newsletter=True, open_to_peers=True)
    client.force_login(ove)
    assert client.get(f"/members/posts/{post_of(ove).pk}/end/").status_code == 404
    client.force_login(lene)
    url = f"/members/posts/{post_of(ove).pk}/end/"
    assert "This field is required" in text(client.post(url, {"why": " "}))
    assert post_of(ove).is_today
    page = text(client.post(url, {"why": "Works elsewhere now."}, follow=True))
    assert "The post of Ove Olsen has ended" in page
    post = post_of(ove)
    assert (post.until, post.is_today, ove.is_member) == (today(), False, False)
    assert mailed() == [("ove@aarhus.dk", "You no longer represent Aarhus")]
    assert "Works elsewhere now." in outbox()[0].message
    step = post.transitions.get()
    assert (step.verb, step.from_state, step.to_state, step.by, step.why) == ("end", "official", "ended", lene, "Works elsewhere now.")
    official = post.official
    assert (official.shown_to, official.wants_newsletter, official.open_to_peers) == ("nobody", False, False)
    assert "no longer represents Aarhus" in text(client.post(url, {"why": "Again."}, follow=True))
    assert post.transitions.count() == 1


def test_consents_stay_while_there_is_another_city(lene, ove):
    cast.make_post(ove, cast.make_city("Ghent"))
    ove.official.consent(shown_to="members", wants_newsletter=False, open_to_peers=False)
    Post.objects.get(official__user=ove, city__name="Aarhus").end(by=lene, why="x")
    ove.official.refresh_from_db()
    assert ove.official.shown_to == "members"


@pytest.mark.parametrize("verb", ["end", "appoint", "revet", "hand_over"])
@pytest.mark.parametrize("who", ["leila", "nadia", "ove", "staff without the right"])
def test_others_do_nothing_to_a_post(client, lene, aarhus, verb, who):
    target = cast.make_post(cast.make_user("second@aarhus.dk", "Sissel"), aarhus, is_lead=verb == "hand_over")
    by = cast.make_staff("events", vets=False) if who.startswith("staff") else cast.make_person(who)
    words = {"to": [target]} if verb == "hand_over" else {}
    with pytest.raises(PermissionDenied):
        getattr(target, verb)(by=by, **words) if not words else target.hand_over([target], by=by)
    client.force_login(by)
    address = f"/members/posts/{target.pk}/{verb.replace('_', '-')}/"
    assert client.post(address, {"why": "x"}).status_code == 404
    target.refresh_from_db()
    assert target.is_today
    assert not PostTransition.objects.exists()


def test_a_lead_of_a_city_that_left_does_nothing_any_more(client, lene, ove, aarhus):
    aarhus.memberships.update(left=today())
    client.force_login(lene)
    assert client.get("/members/cities/aarhus-dk/colleagues/").status_code == 403
    for verb in ("end", "appoint"):
        assert client.post(f"/members/posts/{post_of(ove).pk}/{verb}/", {"why": "x"}).status_code == 404
    assert post_of(ove).is_today


def test_a_lead_does_not_end_another_lead_s_post_but_staff_do(client, lene, sam, aarhus):
    other = cast.make_post(cast.make_user("second@aarhus.dk", "Sissel"), aarhus, is_lead=True)
    with pytest.raises(PermissionDenied):
        other.end(by=lene, why="x")
    client.force_login(lene)
    assert client.get(f"/members/posts/{other.pk}/end/").status_code == 403
    assert f"/members/posts/{other.pk}/end/" not in text(client.get("/members/cities/aarhus-dk/colleagues/"))
    client.force_login(sam)
    assert f"/members/posts/{other.pk}/end/" in text(client.get("/members/cities/aarhus-dk/colleagues/"))
    assert client.post(f"/members/posts/{other.pk}/end/", {"why": "Asked for it."}).status_code == 302
    assert mailed() == [
        ("lene@aarhus.dk", "Sissel no longer represents Aarhus"), ("second@aarhus.dk", "You no longer represent Aarhus"),
    ]  # fmt: skip


# --- Appointing ------------------------------------------------------------------------------------------------------


def test_a_lead_makes_a_colleague_lead_besides(client, lene, ove):
    client.force_login(lene)
    url = f"/members/posts/{post_of(ove).pk}/appoint/"
    assert "beside those who do already" in text(client.get(url))
    assert not post_of(ove).is_lead
    client.post(url, {"mandate": "on"})
    assert (post_of(ove).is_lead, post_of(ove).has_mandate, post_of(lene).is_lead) == (True, True, True)
    assert mailed() == [("ove@aarhus.dk", "You are a lead official of Aarhus now")]
    assert "You may also sign for the city." in outbox()[0].message
    assert "is lead official already" in text(client.post(url, follow=True))


def test_who_may_not_sign_gives_no_mandate(client, lene, ove):
    Post.objects.filter(official__user=lene).update(has_mandate=False)
    client.force_login(lene)
    url = f"/members/posts/{post_of(ove).pk}/appoint/"
    assert 'name="mandate"' not in text(client.get(url))
    client.post(url, {"mandate": "on"})
    assert (post_of(ove).is_lead, post_of(ove).has_mandate) == (True, False)
    third = cast.make_post(cast.make_user("third@aarhus.dk"), post_of(ove).city)
    with pytest.raises(PermissionDenied):
        third.appoint(by=lene, mandate=True)


# --- Handing over ----------------------------------------------------------------------------------------------------


def test_the_lead_goes_to_one_or_several(client, lene, ove, aarhus):
    third = cast.make_post(cast.make_user("third@aarhus.dk", "Tea Third"), aarhus)
    client.force_login(lene)
    url = f"/members/posts/{post_of(lene).pk}/hand-over/"
    page = text(client.get(url))
    assert "Ove Olsen, Prevention officer" in page
    assert "Lene Lund, " not in page
    assert "Name at least one successor." in text(client.post(url, {}))
    answer = client.post(url, {"to": [post_of(ove).pk, third.pk]}, follow=True)
    assert "Aarhus is led by Ove Olsen, Tea Third now." in text(answer)
    assert (post_of(lene).is_lead, post_of(lene).is_today) == (False, True)
    assert {post.official.user.email for post in Post.objects.today().filter(is_lead=True)} == {"ove@aarhus.dk", "third@aarhus.dk"}
    assert mailed() == [
        ("lene@aarhus.dk", "The lead of Aarhus is handed over"),
        ("ove@aarhus.dk", "You are a lead official of Aarhus now"),
        ("third@aarhus.dk", "You are a lead official of Aarhus now"),
    ]  # fmt: skip
    assert sorted(PostTransition.objects.values_list("verb", "from_state", "to_state")) == [
        ("hand_over", "lead", "official"), ("take_over", "official", "lead"), ("take_over", "official", "lead"),
    ]  # fmt: skip
    assert client.get(url).status_code == 404
    assert client.get("/members/cities/aarhus-dk/colleagues/").status_code == 403


@pytest.mark.parametrize("gone", ["ended", "account off"])
def test_a_successor_who_already_left_is_refused_with_words(client, lene, ove, gone):
    client.force_login(lene)
    url = f"/members/posts/{post_of(lene).pk}/hand-over/"
    successor = post_of(ove)
    assert "Ove Olsen" in text(client.get(url))
    if gone == "ended":
        successor.end(by=ove)
    else:
        ove.is_active = False
        ove.save()
    mails, steps = len(outbox()), PostTransition.objects.count()
    answer = client.post(url, {"to": [successor.pk]}, follow=True)
    page = text(answer)
    assert (answer.status_code, answer.redirect_chain) == (200, [(url, 302)])
    assert "Ove Olsen no longer represents Aarhus." in page
    assert post_of(lene).is_lead
    assert not post_of(ove).is_lead
    assert (len(outbox()), PostTransition.objects.count()) == (mails, steps)  # nothing of it was written or told
    assert "no other official of the city" in page


def test_all_or_nothing(lene, ove, aarhus):
    third = cast.make_post(cast.make_user("third@aarhus.dk"), aarhus)
    third.end(by=third.official.user)
    outbox_before = len(outbox())
    with pytest.raises(MoveRefused):
        post_of(lene).hand_over([post_of(ove), third], by=lene)
    assert not post_of(ove).is_lead
    assert post_of(lene).is_lead
    assert len(outbox()) == outbox_before


def test_no_successor_of_another_city_nor_oneself(client, lene, ove):
    leila = cast.make_person("leila")
    for successor in (post_of(leila), post_of(lene)):
        with pytest.raises(PermissionDenied):
            post_of(lene).hand_over([successor], by=lene)
        client.force_login(lene)
        assert client.post(f"/members/posts/{post_of(lene).pk}/hand-over/", {"to": [successor.pk]}).status_code == 200
    assert post_of(lene).is_lead


# --- Confirming again ------------------------------------------------------------------------------------------------


def test_due_after_the_set_time_at_member_cities_only(lene, ove, aarhus):
    assert not Post.objects.to_vet_again().exists()
    old(post_of(ove))
    old(cast.make_post(cast.make_user("x@gent.be"), cast.make_city("Ghent")))
    assert [post.official.user for post in Post.objects.to_vet_again()] == [ove]
    post_of(ove).end(by=ove)
    assert not Post.objects.to_vet_again().exists()


def test_a_lead_confirms_a_colleague_never_themselves(client, lene, ove):
    old(post_of(ove))
    old(post_of(lene))
    assert [item.what for item in waiting_for(lene)] == ["1 colleague to confirm"]
    client.force_login(lene)
    page = text(client.get("/members/cities/aarhus-dk/colleagues/"))
    assert f"/members/posts/{post_of(ove).pk}/revet/" in page
    assert f"/members/posts/{post_of(lene).pk}/revet/" not in page
    assert client.post(f"/members/posts/{post_of(lene).pk}/revet/").status_code == 403
    assert "still represents Aarhus" in text(client.post(f"/members/posts/{post_of(ove).pk}/revet/", follow=True))
    assert post_of(ove).vetted == today()
    assert waiting_for(lene) == []
    assert [step.words for step in post_of(ove).transitions.all()] == ["Confirmed: still represents the city"]


def test_staff_have_a_queue_and_confirm_many(client, sam, lene, ove):
    old(post_of(ove))
    old(post_of(lene))
    client.force_login(sam)
    assert "Officials to vet again" in text(client.get("/admin/"))
    answer = client.get("/admin/members/post/")
    assert {post.official.user for post in answer.context["cl"].result_list} == {lene, ove}
    keys = [post.pk for post in Post.objects.all()]
    page = text(client.post("/admin/members/post/", {"action": "still_stand", "_selected_action": keys}, follow=True))
    assert "2 posts are confirmed." in page
    assert not Post.objects.to_vet_again().exists()
    page = text(client.get(f"/admin/members/post/{keys[0]}/change/"))
    assert "Confirmed: still represents the city" in page


def test_staff_without_the_right_confirm_nobody(client, lene, ove):
    from django.contrib.auth.models import Permission

    events = cast.make_staff("events", vets=False)
    events.user_permissions.add(Permission.objects.get(codename="view_post"))
    old(post_of(ove))
    client.force_login(events)
    answer = client.post("/admin/members/post/", {"action": "still_stand", "_selected_action": [post_of(ove).pk]}, follow=True)
    assert "No action selected" in text(answer) or answer.status_code == 200
    assert post_of(ove).vetted != today()


# --- What I am and was -----------------------------------------------------------------------------------------------


def test_several_cities_in_one_life(client, lene):
    past = cast.make_post(lene, cast.make_city("Ghent"), title="Youth worker", until=today())
    client.force_login(lene)
    page = text(client.get("/members/posts/"))
    assert "Earlier posts" in page
    assert "Youth worker" in page
    assert f"/members/posts/{past.pk}/leave/" not in page
    assert f"/members/posts/{post_of_city(lene, 'Aarhus').pk}/leave/" in page
    assert "/members/cities/aarhus-dk/colleagues/" in page
    assert "/members/cities/ghent-be/colleagues/" not in page


def post_of_city(user, city):
    return Post.objects.get(official__user=user, city__name=city)


@pytest.mark.parametrize("count", [1, 3])
def test_the_people_page_asks_as_often_for_three_as_for_one(client, sam, aarhus, count, django_assert_num_queries):
    from members.models import CityDomain, Invitation

    for number in range(count):
        post = cast.make_post(cast.make_user(f"p{number}@aarhus.dk", f"P{number}"), aarhus)
        post.appoint(by=sam)
        Invitation.invite(aarhus, f"i{number}@aarhus.dk", by=sam, language="en")
        CityDomain.confirm(aarhus, f"d{number}.dk", by=sam)
        cast.make_application(cast.make_user(f"a{number}@aarhus.dk"), aarhus)
    client.force_login(sam)
    client.get("/members/cities/aarhus-dk/colleagues/")
    with django_assert_num_queries(16):
        page = text(client.get("/members/cities/aarhus-dk/colleagues/"))
    assert page.count("End the post<") == count


# --- In the admin ----------------------------------------------------------------------------------------------------


def test_the_list_of_posts_opens_with_those_of_today(client, sam, aarhus, lene, settings):
    address = "/admin/members/post/"
    now, again = lene.official.posts.get(), cast.make_post(cast.make_user("ove@aarhus.dk"), aarhus)
    over = cast.make_post(cast.make_user("old@aarhus.dk"), aarhus, since=today() - timedelta(days=9), until=today() - timedelta(days=2))
    Post.objects.exclude(pk=again.pk).update(vetted=today())
    Post.objects.filter(pk=again.pk).update(vetted=today() - timedelta(days=settings.REVET_AFTER))
    client.force_login(sam)
    shown = {queue: set(client.get(address, {"queue": queue}).context["cl"].result_list) for queue in ("", "today", "again", "all", "x")}
    assert shown == {"": {now, again}, "today": {now, again}, "x": {now, again}, "again": {again}, "all": {now, again, over}}
    queue = next(queue for queue in client.get("/admin/").context["queues"] if queue.title == "Officials to vet again")
    assert (queue.count, queue.url) == (1, f"{address}?queue=again")
