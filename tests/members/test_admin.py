"""The staff's rooms: the queue, the page that decides on one application, what may be edited and what not."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from members.models import Application, City, Membership, Post, User
from members.models.application_state import State
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db

QUEUE = "/admin/members/application/"
VERBS = {
    "review": {},
    "approve": {},
    "ask": {"ask-why": "Who is the mayor?"},
    "decline": {"decline-why": "No answer from the city."},
    "note": {"note-text": "Rang the town hall."},
}


def text(response):
    return response.content.decode()


@pytest.fixture
def application(nadia):
    return cast.make_application(nadia, cast.make_city("Lund"))


def page_of(application):
    return f"{QUEUE}{application.pk}/change/"


# --- The first page and the queue ------------------------------------------------------------------------------------


def test_first_page_shows_queues_before_records(client, sam, application):
    client.force_login(sam)
    page = text(client.get("/admin/"))
    assert page.index("Applications to join") < page.index("All records")
    assert "1 waits" in page
    application.withdraw(by=application.applicant)
    assert "Nothing waits for you." in text(client.get("/admin/"))


def test_queues_without_work_are_named_in_a_line_below_those_with_some(client, sam, application):
    client.force_login(sam)
    page = client.get("/admin/")
    assert [queue.title for queue in page.context["queues"]] == ["Applications to join"]
    assert {queue.title for queue in page.context["quiet"]} == {
        "Changes by lead officials", "Member cities without a lead official", "Officials to vet again", "Practices sent by cities",
        "Reports of abuse", "Spreadsheets brought in", "Invitations without an answer", "Registrations to decide", "Seats offered",
        "Travel support to decide", "Visa letters to issue",
    }  # fmt: skip
    assert text(page).count("Open the queue") == 1
    assert text(page).index("Applications to join") < text(page).index("Nothing waits in:") < text(page).index("All records")


def test_queue_is_oldest_first_and_shows_what_waits(client, sam, application, aarhus):
    later = cast.make_application(cast.make_person("leila"), aarhus)
    asked = cast.make_application(cast.make_user("c@x.example", "Carla Asked"), aarhus)
    asked.ask(by=sam, why="?")
    client.force_login(sam)
    response = client.get(QUEUE)
    assert [row.pk for row in response.context["cl"].result_list] == [application.pk, later.pk]
    assert "The city’s head does not know yet." not in text(response)
    assert "No second contact is named." in text(response)
    assert [row.pk for row in client.get(QUEUE, {"queue": "applicant"}).context["cl"].result_list] == [asked.pk]
    assert len(client.get(QUEUE, {"queue": "all"}).context["cl"].result_list) == 3
    assert len(client.get(QUEUE, {"queue": "nonsense"}).context["cl"].result_list) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_queue_asks_as_often_for_three_as_for_one(client, sam, count, django_assert_num_queries):
    cast.make_city("Town 9")  # so that there is one that each may be
    for number in range(count):
        cast.make_application(cast.make_user(f"p{number}@x.example"), cast.make_city(f"Town {number}", website="https://x.example"))
    client.force_login(sam)
    client.get(QUEUE)
    with django_assert_num_queries(19):
        assert len(client.get(QUEUE).context["cl"].result_list) == count


# --- Deciding --------------------------------------------------------------------------------------------------------


def test_page_shows_for_and_against_and_the_way(client, sam, toni, application):
    application.approve(by=toni)
    client.force_login(sam)
    page = text(client.get(page_of(application)))
    for words in ("What speaks for it", "No second contact is named.", "Toni Staff approved.", "Approved by the first of two"):
        assert words in page


SAID = {
    "review": ("under_review", "You took it up"),
    "approve": ("under_review", "Your approval is recorded. A second person of the staff decides."),
    "ask": ("information_asked", "Your question is sent."),
    "decline": ("declined", "Declined; they were told why."),
    "note": ("submitted", "Your note is kept."),
}


@pytest.mark.parametrize("verb", SAID)
def test_verbs(client, sam, application, verb):
    state, words = SAID[verb]
    client.force_login(sam)
    path = f"{QUEUE}{application.pk}/{verb}/"
    assert client.get(path).status_code == 405
    seen = {"seen": application.city.identity} if verb == "approve" else {}
    assert words in text(client.post(path, VERBS[verb] | seen, follow=True))
    application.refresh_from_db()
    assert application.state == state


@pytest.fixture
def three(sam, aarhus):
    """Three that wait, the oldest first."""
    rows = [cast.make_application(cast.make_user(f"p{number}@aarhus.dk", f"P {number}"), aarhus) for number in range(3)]
    for days, row in enumerate(rows):
        Application.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(days=9 - days))
    return rows


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_after_one_is_settled_the_next_is_shown_with_the_way_back(client, sam, three, verb):
    first, second, third = three
    client.force_login(sam)
    seen = {"seen": first.city.identity} if verb == "approve" else {}
    for done, following in ((second, third), (third, first)):  # then round to the oldest
        answer = client.post(f"{QUEUE}{done.pk}/{verb}/", VERBS[verb] | seen, follow=True)
        assert answer.redirect_chain == [(page_of(following), 302)]
        assert f'<a href="{page_of(done)}">{done.applicant}, Aarhus</a> · ' in text(answer)
    answer = client.post(f"{QUEUE}{first.pk}/{verb}/", VERBS[verb] | seen, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Nothing else waits for you here." in text(answer)


KEPT = "?_changelist_filters=queue%3Dall%26q%3DP"  # as the list writes it: all queues, narrowed to those named P


def test_the_filters_of_the_list_are_kept_on_every_way(client, sam, three, application):
    """`application`, by somebody of another name, waits as well, the longest of all."""
    Application.objects.filter(pk=application.pk).update(submitted_at=timezone.now() - timedelta(days=20))
    first, second, third = three
    client.force_login(sam)
    assert f'href="{page_of(first)}{KEPT}"' in client.get(f"{QUEUE}?queue=all&q=P").content.decode()
    page = text(client.get(page_of(third) + KEPT))
    assert f'<a href="{page_of(first)}{KEPT}">Next: P 0, Aarhus</a>' in page  # round to the oldest of those, past the one of another name
    assert f'<a href="{QUEUE}?queue=all&amp;q=P">Back to the queue</a>' in page
    actions = re.findall(r'action="(/admin/members/application/[^"]*)"', page)
    assert len(actions) == 5
    assert all(action.endswith(KEPT) for action in actions)
    answer = client.post(f"{QUEUE}{third.pk}/decline/{KEPT}", VERBS["decline"])
    assert answer.headers["Location"] == page_of(first) + KEPT
    assert client.post(f"{QUEUE}{first.pk}/note/{KEPT}", VERBS["note"]).headers["Location"] == page_of(first) + KEPT
    for done in (first, second):
        answer = client.post(f"{QUEUE}{done.pk}/decline/{KEPT}", VERBS["decline"])
    assert answer.headers["Location"] == f"{QUEUE}?queue=all&q=P"  # one waits, but not within what was looked at


@pytest.mark.parametrize("filters", ["nothing%3D1", "applicant__password%3Dx", "p%3Dx", "%25%26%3D"])
def test_filters_typed_by_hand_that_the_list_does_not_know_narrow_nothing(client, sam, three, filters):
    client.force_login(sam)
    answer = client.get(f"{page_of(three[0])}?_changelist_filters={filters}")
    assert answer.status_code == 200
    assert answer.context["next"] == three[1]


def test_what_is_not_settled_stays_where_it_is(client, sam, three):
    first, second, _third = three
    client.force_login(sam)
    for verb in ("review", "note"):
        assert client.post(f"{QUEUE}{first.pk}/{verb}/", VERBS[verb]).headers["Location"] == page_of(first)
    second.withdraw(by=second.applicant)
    assert client.post(f"{QUEUE}{second.pk}/decline/", VERBS["decline"]).headers["Location"] == page_of(second)  # refused


def test_next_is_none_of_ones_own_nor_one_that_waits_for_a_second_person(client, sam, three, application):
    first, *others = three
    for row in others:
        row.withdraw(by=row.applicant)
    application.approve(by=sam)
    cast.make_application(sam, first.city)
    client.force_login(sam)
    assert client.get(page_of(first)).context["next"] is None
    assert client.get(page_of(application)).context["next"] == first
    page = text(client.get(page_of(application)))
    assert f'<a href="{page_of(first)}">Next: P 0, Aarhus</a>' in page
    assert f'<a href="{QUEUE}">Back to the queue</a>' in page


def test_each_box_says_who_reads_it(client, sam, three):
    client.force_login(sam)
    page = text(client.get(page_of(three[0])))
    named = [label.strip() for label in re.findall(r'<label for="id_(?:(?:ask|decline|note)-)?(?:why|text|checked)">([^<]*)', page)]
    assert named == ["Note for the staff", "Note for the staff", "Question to the applicant", "Reason for the applicant"]
    assert page.count("The applicant never sees it.") == 2
    assert page.count("The applicant reads it") == 2


@pytest.mark.parametrize("verb", ["ask", "decline", "note"])
def test_words_are_required(client, sam, application, verb):
    client.force_login(sam)
    assert "This field is required" in text(client.post(f"{QUEUE}{application.pk}/{verb}/", {}))
    application.refresh_from_db()
    assert application.state == State.SUBMITTED
    assert not application.notes.exists()


def test_two_people_and_not_one_twice(client, sam, toni, application):
    client.force_login(sam)
    approve, seen = f"{QUEUE}{application.pk}/approve/", {"seen": application.city.identity}
    client.post(approve, seen)
    words = "You approved already; a new city needs a second person of the staff."
    page = text(client.get(page_of(application)))
    assert words in page
    assert ">Approve</button>" not in page
    assert words in text(client.post(approve, seen, follow=True))
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW
    client.force_login(toni)
    assert ">Approve</button>" in text(client.get(page_of(application)))
    client.post(approve, seen)
    application.refresh_from_db()
    assert (application.state, application.decided_by) == (State.APPROVED, toni)
    assert "already settled" in text(client.post(approve, seen, follow=True))
    assert Membership.objects.count() == 1


def test_own_application_is_for_others(client, sam, aarhus):
    own = cast.make_application(sam, aarhus)
    client.force_login(sam)
    assert "This is your own application" in text(client.get(page_of(own)))
    assert "nobody decides on an application of their own" in text(client.post(f"{QUEUE}{own.pk}/approve/", follow=True))
    own.refresh_from_db()
    assert own.state == State.SUBMITTED


def test_what_is_noted_of_oneself_is_for_the_others(client, sam, toni, aarhus):
    own = cast.make_application(sam, aarhus)
    own.note(by=toni, text="Rang the town hall.")
    for reader, reads in ((toni, True), (sam, False)):
        client.force_login(reader)
        assert ("Rang the town hall." in text(client.get(page_of(own)))) is reads
    client.post(f"{QUEUE}{own.pk}/note/", {"note-text": "I am who I say."})
    assert own.notes.count() == 1


def test_a_possible_duplicate_is_named_and_taken_by_a_button(client, sam, nadia, aarhus):
    application = cast.make_application(nadia, City.propose(name="Arhus", country="DK", kind="municipality"))
    client.force_login(sam)
    page = text(client.get(page_of(application)))
    assert "It may be Aarhus (City), which is here already. “Arhus” is another spelling of Aarhus." in page
    assert "It is Aarhus: use that one" in page
    assert "It is now for Aarhus." in text(client.post(f"{QUEUE}{application.pk}/match/", {"city": aarhus.pk}, follow=True))
    for bad in ("", "x", "0", "9" * 12):
        assert client.post(f"{QUEUE}{application.pk}/match/", {"city": bad}).status_code == 404


@pytest.mark.parametrize("who", [None, "ove", "events"])
@pytest.mark.parametrize("verb", ["", *VERBS, "match"])
def test_others_may_not(client, application, who, verb):
    if who:
        client.force_login(cast.make_staff(who, vets=False) if who == "events" else cast.make_person(who))
    path = f"{QUEUE}{application.pk}/{verb}/" if verb else page_of(application)
    response = client.post(path, VERBS.get(verb, {})) if verb else client.get(path)
    assert response.status_code == (403 if who == "events" and verb != "match" else 302 if who != "events" else 404)
    application.refresh_from_db()
    assert (application.state, application.notes.count()) == (State.SUBMITTED, 0)


def test_seeing_the_list_in_the_admin_takes_the_right_to_vet(client, application):
    events = cast.make_staff("events", vets=False)
    events.user_permissions.add(Permission.objects.get(codename="view_application"))
    client.force_login(events)
    assert list(client.get(QUEUE).context["cl"].result_list) == []
    assert client.get(page_of(application)).status_code == 404
    assert "Nothing waits for you." in text(client.get("/admin/"))


def test_no_form_changes_or_deletes_an_application(client, application):
    root = cast.make_staff("root", is_superuser=True)
    client.force_login(root)
    assert client.post(page_of(application), {"state": "approved"}).status_code == 405
    for path in (f"{QUEUE}{application.pk}/delete/", f"{QUEUE}add/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"post": "yes"}).status_code == 403
    client.post(QUEUE, {"action": "delete_selected", "_selected_action": application.pk, "post": "yes"})
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_what_is_not_there_is_404(client, sam):
    client.force_login(sam)
    for path in (f"{QUEUE}999999/change/", f"{QUEUE}abc/change/"):
        assert client.get(path).status_code == 404
    assert client.post(f"{QUEUE}999999/approve/").status_code == 404


# --- Records ---------------------------------------------------------------------------------------------------------


def test_secretariat_edits_cities_but_makes_no_membership_by_itself(client, sam, aarhus):
    client.force_login(sam)
    ghent = cast.make_city("Ghent")
    form = {
        "name": "Gent", "other_names": "Ghent,Gand", "kind": "city", "country": "BE", "region": "europe", "is_public": "on",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-joined": "2026-01-01",
    }  # fmt: skip
    assert client.post(reverse("admin:members_city_change", args=[ghent.pk]), form).status_code == 302
    ghent.refresh_from_db()
    assert (ghent.name, ghent.other_names, ghent.slug) == ("Gent", ["Ghent", "Gand"], "ghent-be")
    assert not ghent.is_member  # a new city needs two people; a membership typed by one would go around them


@pytest.mark.parametrize("model", [City, Post, User, Membership])
def test_nothing_is_deleted_and_no_account_changed_by_the_secretariat(client, sam, lene, model):
    client.force_login(sam)
    if model in (City, User):
        one = model.objects.latest("pk")
        path = reverse(f"admin:members_{model._meta.model_name}_delete", args=[one.pk])
        assert client.post(path, {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:members_user_change", args=[sam.pk]), {"is_superuser": "on"}).status_code == 403
    sam.refresh_from_db()
    assert not sam.is_superuser
    assert model.objects.exists()


def test_every_page_of_the_records_opens(client, lene, aarhus):
    client.force_login(cast.make_staff("root", is_superuser=True))
    for model, one in ((City, aarhus), (User, lene), (type(lene.official), lene.official)):
        name = model._meta.model_name
        assert client.get(reverse(f"admin:members_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:members_{name}_change", args=[one.pk])).status_code == 200
    assert client.get(reverse("admin:members_city_add")).status_code == 200


def test_declining_mails_the_reason(client, sam, application):
    client.force_login(sam)
    client.post(f"{QUEUE}{application.pk}/decline/", VERBS["decline"])
    newest = outbox()[-1]
    assert (newest.to, newest.subject) == (["nadia@gent.be"], "Your application for Lund was declined")
    assert "No answer from the city." in newest.message
    assert Application.objects.get().decided_by == sam


# --- Two people, not one ---------------------------------------------------------------------------------------------


def city_form(city, **changes):
    """What the city's page in the admin would send, with `changes`."""
    fields = ("name", "kind", "country", "region", "population_band", "website")
    data = {name: getattr(city, name) for name in fields}
    rows = list(city.memberships.all())
    data |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        data |= {f"memberships-{number}-id": row.pk, f"memberships-{number}-city": city.pk}
        data |= {f"memberships-{number}-joined": row.joined, f"memberships-{number}-left": row.left or ""}
    return data | changes


def test_a_city_stays_what_the_first_of_two_approved(client, sam, toni, application):
    client.force_login(toni)
    address = reverse("admin:members_city_change", args=[application.city.pk])
    client.post(address, city_form(application.city, name="Malmo"))
    assert City.objects.get(pk=application.city.pk).name == "Malmo"  # nobody approved yet
    application.approve(by=sam)
    client.post(address, city_form(application.city, name="Gotham", country="NO", website="https://gotham.example"))
    application.ask(by=toni, why="Who is the mayor?")
    client.post(address, city_form(application.city, name="Gotham", country="NO", website="https://gotham.example"))
    city = City.objects.get(pk=application.city.pk)
    assert (city.name, city.country, city.website) == ("Malmo", "SE", "")


@pytest.mark.parametrize("half", [{"latitude": "56.157"}, {"longitude": "10.211"}, {"latitude": "91", "longitude": "10"}])
def test_half_of_a_place_is_refused_in_words(client, sam, aarhus, half):
    client.force_login(sam)
    answer = client.post(reverse("admin:members_city_change", args=[aarhus.pk]), city_form(aarhus, **half))
    assert "Latitude and longitude go together, from −90 to 90 and from −180 to 180 degrees." in text(answer)
    assert City.objects.get(pk=aarhus.pk).latitude is None


def test_a_zone_is_chosen_and_an_old_name_becomes_the_present_one(client, sam, aarhus):
    City.objects.filter(pk=aarhus.pk).update(time_zone="Europe/Kiev")
    client.force_login(sam)
    address = reverse("admin:members_city_change", args=[aarhus.pk])
    assert '<option value="Europe/Kyiv" selected>Kyiv, UTC+' in text(client.get(address))
    for zone, kept in (("Europe/Kyiv", "Europe/Kyiv"), ("Europe/Copenhagen", "Europe/Copenhagen"), ("", "")):
        assert client.post(address, city_form(aarhus, time_zone=zone)).status_code == 302
        assert City.objects.get(pk=aarhus.pk).time_zone == kept
    answer = client.post(address, city_form(aarhus, time_zone="Mars/Base"))
    assert "There is no time zone “Mars/Base”." in text(answer)
    assert City.objects.get(pk=aarhus.pk).time_zone == ""


@pytest.mark.parametrize("left", ["", "2090-01-01"])
def test_a_membership_that_ended_does_not_come_back_by_one_person(client, sam, left):
    oslo = cast.make_city("Oslo")
    client.force_login(sam)
    address = reverse("admin:members_city_change", args=[oslo.pk])
    assert client.post(address, city_form(oslo, **{"memberships-0-left": "2019-12-31"})).status_code == 302
    assert str(oslo.memberships.get().left) == "2019-12-31"
    answer = client.post(address, city_form(oslo, **{"memberships-0-left": left}))
    assert "This membership ended." in text(answer)
    assert not oslo.is_member


def test_an_endless_number_is_no_city(client, sam, application):
    client.force_login(sam)
    assert client.post(f"{QUEUE}{application.pk}/match/", {"city": "9" * 5000}).status_code == 404


@pytest.mark.parametrize("change", [{"name": "Uppsala"}, {"website": "https://evil.example"}, {"kind": City.Kind.STATE}])
def test_a_city_that_changed_under_the_reader_is_not_approved_unseen(client, sam, application, change):
    client.force_login(sam)
    seen = client.get(page_of(application)).context["application"].city.identity
    assert f'name="seen" value="{seen}"' in text(client.get(page_of(application)))
    City.objects.filter(pk=application.city_id).update(**change)
    answer = client.post(f"{QUEUE}{application.pk}/approve/", {"seen": seen}, follow=True)
    assert "The city was changed while you looked at it." in text(answer)
    application.refresh_from_db()
    assert application.first_approver is None
    client.post(f"{QUEUE}{application.pk}/approve/", {"seen": City.objects.get(pk=application.city_id).identity})
    application.refresh_from_db()
    assert application.first_approver == sam


def test_posts_are_read_here_and_changed_by_their_verbs_alone(client, sam, lene):
    post = lene.official.posts.get()
    client.force_login(sam)
    page = f"/admin/members/official/{post.official_id}/change/"
    shown = client.get(page).content.decode()
    assert "Prevention officer" in shown
    assert f"/members/cities/{post.city.slug}/colleagues/" in shown
    assert 'name="posts-0-until"' not in shown
    forged = {"posts-TOTAL_FORMS": 1, "posts-INITIAL_FORMS": 1, "posts-0-id": post.pk, "posts-0-official": post.official_id}
    forged |= {"posts-0-city": post.city_id, "posts-0-title": "Mayor", "posts-0-kind": "elected", "posts-0-since": "2020-01-01"}
    client.post(page, forged)
    post.refresh_from_db()
    assert (post.title, post.transitions.count()) == ("Prevention officer", 0)
    assert not User.objects.get(pk=sam.pk).has_perm("members.change_post")
