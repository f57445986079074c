"""Two records of one city become one, with a preview, and two again within thirty days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError
from django.utils import timezone, translation

from members import joining
from members.models import Application, City, Membership, Merge, Post, Vacancy, merge as merging
from members.models.merge import MergeTransition
from strongcities.workflow import MoveRefused
from tests import cast
from tests.hub.cast import make_practice
from tests.races import Meeting, race, without_locks, without_rules, without_trigger

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
NEW = "/admin/members/merge/add/"


def text(response):
    return response.content.decode()


@pytest.fixture
def keeper(sam):
    """Somebody of the Secretariat: they may merge."""
    return sam


@pytest.fixture
def double(db):
    """Aarhus once more, as somebody wrote it who didn't find it."""
    return cast.make_city("Århus Kommune", slug="arhus-kommune", country="DK", kind="municipality", joined=date(2017, 1, 1))


def merge(kept, dropped, by):
    kept.refresh_from_db()
    dropped.refresh_from_db()
    return Merge.merge(kept=kept, dropped=dropped, by=by, seen=Merge.preview(kept, dropped).mark)


def test_all_that_hangs_on_it_moves_and_comes_back(keeper, aarhus, lene, double):
    practice = make_practice(double)
    post = cast.make_post(cast.make_user("ny@aarhus.dk"), double)
    application = cast.make_application(city=double)
    record = merge(aarhus, double, keeper)
    for one in (practice, post, application, aarhus, double):
        one.refresh_from_db()
    assert {practice.city, post.city, application.city} == {aarhus}
    assert (double.merged_into, double.is_public) == (aarhus, False)
    assert aarhus.other_names == ["Århus Kommune"]
    assert record.undo(by=keeper) == 0
    for one in (practice, post, application, aarhus, double):
        one.refresh_from_db()
    assert {practice.city, post.city, application.city} == {double}
    assert (double.merged_into, double.is_public, aarhus.other_names) == (None, True, [])
    assert [step.verb for step in record.transitions.all()] == ["merge", "undo"]


def test_what_a_rule_forbids_stays_and_is_said(keeper, aarhus, lene, double):
    cast.make_post(lene, double)  # she has an open post in Aarhus as well
    parts = {part.words: (part.moving, part.staying) for part in Merge.preview(aarhus, double).parts}
    assert parts == {"memberships": (0, 1), "posts": (0, 1)}
    merge(aarhus, double, keeper)
    assert Post.objects.filter(city=double).count() == 1
    assert Membership.objects.filter(city=double).count() == 1
    assert not City.objects.get(pk=double.pk).is_member  # what is left behind makes no member
    assert set(City.objects.members()) == {aarhus}


def test_a_preview_changes_nothing(aarhus, double):
    practice = make_practice(double)
    assert Merge.preview(aarhus, double).parts
    practice.refresh_from_db()
    assert practice.city == double
    assert City.objects.get(pk=double.pk).merged_into is None


def test_only_what_was_seen_is_merged(keeper, aarhus, double):
    seen = Merge.preview(aarhus, double).mark
    make_practice(double)
    with pytest.raises(MoveRefused, match="Something changed"):
        Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=seen)
    assert City.objects.get(pk=double.pk).merged_into is None


@pytest.mark.parametrize("who", ["lene", "events"])
def test_others_may_not(aarhus, double, who):
    user = cast.make_staff("events", vets=False) if who == "events" else cast.make_person(who)
    with pytest.raises(PermissionDenied):
        merge(aarhus, double, user)


def test_what_cannot_be_one(keeper, aarhus, double):
    assert "one and the same" in Merge.preview(aarhus, aarhus).refused
    county = cast.make_city("Midtjylland", kind="region")
    City.objects.filter(pk=county.pk).update(within=aarhus)
    county.refresh_from_db()
    assert "One lies within the other" in Merge.preview(aarhus, county).refused
    nadia = cast.make_person("nadia")
    for city in (aarhus, double):
        cast.make_application(nadia, city)
    refused = Merge.preview(aarhus, double).refused
    assert refused.startswith(str(nadia))
    with pytest.raises(MoveRefused):
        merge(aarhus, double, keeper)


def test_a_first_approval_was_for_a_city_as_it_is(keeper, toni, aarhus):
    lund = cast.make_city("Lund", country="DK")
    cast.make_application(city=lund).approve(by=toni)
    assert "has its first approval" in Merge.preview(aarhus, lund).refused


def test_what_went_elsewhere_since_stays_there(keeper, aarhus, double):
    practice, other = make_practice(double), make_practice(double, "Another")
    record = merge(aarhus, double, keeper)
    type(practice).objects.filter(pk=practice.pk).update(city=cast.make_city("Mombasa"))
    assert record.undo(by=keeper) == 1
    practice.refresh_from_db()
    other.refresh_from_db()
    assert (practice.city.name, other.city) == ("Mombasa", double)


def test_after_thirty_days_it_stays(keeper, aarhus, double):
    record = merge(aarhus, double, keeper)
    Merge.objects.filter(pk=record.pk).update(at=timezone.now() - timedelta(days=30, minutes=1))
    with pytest.raises(MoveRefused, match="thirty days"):
        record.undo(by=keeper)
    with pytest.raises(MoveRefused):
        merge(cast.make_city("Ribe"), double, keeper)


def test_a_chain_is_undone_from_its_end(keeper, aarhus, double):
    ribe = cast.make_city("Ribe", joined=date(2016, 3, 1))
    first, second = merge(aarhus, double, keeper), merge(ribe, aarhus, keeper)
    with pytest.raises(MoveRefused, match="itself merged"):
        first.undo(by=keeper)
    second.undo(by=keeper)
    first.undo(by=keeper)
    assert City.objects.filter(merged_into=None).count() == 3


def test_the_old_address_leads_on(client, keeper, aarhus, double):
    record = merge(aarhus, double, keeper)
    assert client.get(double.get_absolute_url()).headers["Location"] == aarhus.get_absolute_url()
    assert f'href="{double.get_absolute_url()}"' not in text(client.get("/cities/?q=Kommune"))
    record.undo(by=keeper)
    assert client.get(double.get_absolute_url()).status_code == 200


def test_no_vacancy_opens_at_what_is_gone(keeper, aarhus, lene, double):
    cast.make_post(cast.make_user("ny@aarhus.dk"), double, is_lead=True)
    merge(aarhus, double, keeper)
    assert not Vacancy.objects.open().filter(city__in=[aarhus, double]).exists()


def test_a_thousand_rows_move_at_once(keeper, aarhus, double, django_assert_max_num_queries):
    people = [cast.make_user(f"p{number}@x.example") for number in range(3)]
    for person in people:
        cast.make_post(person, double)
    first = Post.objects.filter(city=double)[0]
    Post.objects.bulk_create(
        Post(official=first.official, city=double, title="Adviser", kind="policy", since=date(2000, 1, 1), until=date(2001, 1, 1))
        for _row in range(1_000)
    )
    with django_assert_max_num_queries(150):
        record = merge(aarhus, double, keeper)
    assert len(record.moved["members.post.city"]) == 1_003


# --- In the admin ----------------------------------------------------------------------------------------------------


def test_staff_see_what_moves_then_merge_then_undo(client, keeper, aarhus, double):
    make_practice(double)
    client.force_login(keeper)
    assert "Show what would move" in text(client.get(NEW))
    shown = client.get(NEW, {"kept": f"https://x.example{aarhus.get_absolute_url()}", "dropped": double.slug})
    assert "Practices" in text(shown)
    asked = {"kept": aarhus.slug, "dropped": double.slug}
    assert "Something changed since you looked." in text(client.post(NEW, {**asked, "seen": "x"}))
    page = client.post(NEW, {**asked, "seen": shown.context["preview"].mark}, follow=True)
    assert "is now part of Aarhus" in text(page)
    record = Merge.objects.get()
    assert "They are two again." in text(client.post(f"/admin/members/merge/{record.pk}/undo/", follow=True))
    assert "already settled" in text(client.post(f"/admin/members/merge/{record.pk}/undo/", follow=True))


@pytest.mark.parametrize("bad", ["", "nowhere", "../..", "\x00", "x" * 400])
def test_an_address_of_no_city_is_said(client, keeper, aarhus, bad):
    client.force_login(keeper)
    answer = client.get(NEW, {"kept": aarhus.slug, "dropped": bad})
    assert answer.status_code in {200, 400}
    assert not Merge.objects.exists()


@pytest.mark.parametrize("typed", ["Århus", "aarhus-dk", " https://x.example/cities/aarhus-dk/ ", "key"])
def test_a_city_is_named_as_one_names_it(client, keeper, aarhus, typed):
    double = cast.make_city("Skive", slug="skive-dk", country="DK")
    client.force_login(keeper)
    shown = client.get(NEW, {"kept": str(aarhus.pk) if typed == "key" else typed, "dropped": double.slug})
    assert (shown.context["kept"], shown.context["dropped"]) == (aarhus, double)


def test_where_several_fit_they_are_asked_about(client, keeper, aarhus, double):
    client.force_login(keeper)
    shown = client.get(NEW, {"kept": "Aarhus", "dropped": "Skive"})
    page = text(shown)
    assert "preview" not in shown.context
    assert "Several cities fit. Which one do you mean?" in page
    offered = re.findall(r'type="radio" name="kept" value="(\d+)"', page)
    assert offered == [str(aarhus.pk), str(double.pk)]
    assert "Aarhus (City), Denmark: aarhus-dk" in page
    assert "Århus Kommune (Municipality), Denmark: arhus-kommune" in page
    assert "No city of this name or address is here." in page
    assert '<noscript><input type="text" name="dropped" value="Skive"' in page  # what was typed stays


@pytest.mark.parametrize("typed", ["999999999", "9" * 30, "-1", "٣"])
def test_a_key_of_no_city_is_said(client, keeper, aarhus, typed):
    client.force_login(keeper)
    assert "No city of this name or address is here." in text(client.get(NEW, {"kept": aarhus.slug, "dropped": typed}))


def test_one_record_chosen_twice_is_said_and_there_is_nothing_to_swap(client, keeper, aarhus, double):
    client.force_login(keeper)
    assert "Swap them" in text(client.get(NEW, {"kept": aarhus.slug, "dropped": double.slug}))
    page = text(client.get(NEW, {"kept": aarhus.slug, "dropped": aarhus.slug}))
    assert "one and the same" in page
    assert "Swap them" not in page


def test_the_list_that_searches_finds_other_spellings_and_tells_them_apart(client, keeper, aarhus, double):
    client.force_login(keeper)
    asked = {"app_label": "members", "model_name": "merge", "field_name": "kept", "term": "Aarhus"}
    found = client.get("/admin/autocomplete/", asked).json()["results"]
    told = ["Aarhus (City), Denmark: aarhus-dk", "Århus Kommune (Municipality), Denmark: arhus-kommune"]
    assert [one["text"] for one in found] == told
    found = client.get("/admin/autocomplete/", asked | {"term": "Århus Kommune"}).json()["results"]
    assert [one["text"] for one in found] == told[::-1]  # the very name stands first: it is the one that Enter takes
    client.force_login(cast.make_staff("events", vets=False))
    assert client.get("/admin/autocomplete/", asked).status_code == 403


def test_each_step_can_be_left_and_the_two_be_swapped(client, keeper, aarhus, double):
    client.force_login(keeper)
    cancel = '<a href="/admin/members/merge/">Cancel</a>'
    for asked in ({}, {"kept": "nowhere", "dropped": ""}, {"kept": aarhus.slug, "dropped": double.slug}):
        assert cancel in text(client.get(NEW, asked)), asked
    swap = f"?kept={double.slug}&amp;dropped={aarhus.slug}"
    assert f'<a href="{swap}">Swap them: Århus Kommune stays</a>' in text(client.get(NEW, {"kept": aarhus.slug, "dropped": double.slug}))


def test_the_admin_is_closed_to_others(client, aarhus, double):
    client.force_login(cast.make_staff("events", vets=False))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"kept": aarhus.slug, "dropped": double.slug}).status_code == 403


def test_each_of_what_moves_is_named_with_its_page(client, keeper, aarhus, double):
    post = cast.make_post(cast.make_user("ny@aarhus.dk", "Ny Nielsen"), double)
    practices = [make_practice(double, f"Practice {number}") for number in range(22)]
    part = cast.make_city("Risskov", within=double)
    client.force_login(keeper)
    page = text(client.get(NEW, {"kept": aarhus.slug, "dropped": double.slug}))
    assert "Ny Nielsen: Prevention officer, Århus Kommune" in page
    for row in (
        f"/admin/members/post/{post.pk}/change/",
        f"/admin/hub/practice/{practices[19].pk}/change/",
        f"/admin/members/city/{part.pk}/change/",
    ):
        assert row in page
    assert f"/admin/hub/practice/{practices[20].pk}/change/" not in page
    assert "and 2 more" in page
    assert "Authorities within it" in page


def test_what_the_two_say_differently_is_shown(client, keeper, aarhus, double):
    City.objects.filter(pk=double.pk).update(
        profile="Our own words.", population=7, official_name="City of Århus", themes=["youth-engagement"]
    )
    client.force_login(keeper)
    page = text(client.get(NEW, {"kept": aarhus.slug, "dropped": double.slug}))
    for lost in ("<del>Our own words.</del>", "<del>7</del>", "<del>City of Århus</del>", "<del>Youth engagement</del>"):
        assert lost in page
    assert '<td dir="auto">285273</td>' in page
    assert "<del></del>" not in page  # where the one that goes says nothing, nothing is lost


def test_every_name_goes_on_being_found(keeper, aarhus, double):
    City.objects.filter(pk=double.pk).update(official_name="Greater Smilets By", own_name="Smilets By", own_language="da")
    record = merge(aarhus, double, keeper)
    assert City.objects.public().like("Smilets By").get() == aarhus
    assert record.added_names == ["Århus Kommune", "Greater Smilets By", "Smilets By"]
    record.undo(by=keeper)
    aarhus.refresh_from_db()
    assert aarhus.other_names == []


def test_undone_the_one_that_is_a_member_stays_shown(keeper, double):
    hidden = cast.make_city("Lund", country="DK")
    record = merge(hidden, double, keeper)
    Membership.objects.filter(city=hidden).update(left=date(2020, 1, 1))
    Membership.objects.create(city=hidden, joined=date(2021, 1, 1))
    record.undo(by=keeper)
    hidden.refresh_from_db()
    assert (hidden.is_member, hidden.is_public) == (True, True)


def test_a_merged_record_is_only_read(client, keeper, aarhus, double):
    merge(aarhus, double, keeper)
    client.force_login(keeper)
    page = f"/admin/members/city/{double.pk}/change/"
    shown = text(client.get(page))
    assert f'<a href="/admin/members/city/{aarhus.pk}/change/">Aarhus</a>' in shown
    assert 'name="is_public"' not in shown
    data = {"name": "Other", "is_public": "on"} | {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert client.post(page, data).status_code in {200, 302}
    double.refresh_from_db()
    assert (double.name, double.is_public) == ("Århus Kommune", False)
    assert client.get(f"/cities/{double.slug}/edit/").status_code == 403


def test_a_mark_is_the_same_in_every_language(client, keeper, aarhus, double):
    make_practice(double)
    with translation.override("ar"):
        seen = Merge.preview(aarhus, double).mark
    assert Merge.preview(aarhus, double).mark == seen


def test_what_moved_of_a_room_that_was_rebuilt_stays_and_is_counted(keeper, aarhus, double):
    make_practice(double)
    record = merge(aarhus, double, keeper)
    Merge.objects.filter(pk=record.pk).update(moved={**record.moved, "hub.gone.city": [1, 2]})
    record.refresh_from_db()
    assert "hub.gone.city" in [part.words for part in record.moved_in_words()]
    assert record.undo(by=keeper) == 2


def test_a_way_to_the_page_from_the_city_and_from_a_duplicate(client, keeper, aarhus, double):
    client.force_login(keeper)
    assert f"/admin/members/merge/add/?dropped={double.slug}" in text(client.get(f"/admin/members/city/{double.pk}/change/"))
    page = text(client.get(NEW, {"dropped": double.slug}))
    assert f'<option value="{double.pk}" selected>Århus Kommune (Municipality)' in page
    assert f'<noscript><input type="text" name="dropped" value="{double.slug}"' in page
    assert "This field is required" not in page
    proposed = cast.make_city("Aarhuus", country="DK", is_public=False)
    application = cast.make_application(city=proposed)
    review = text(client.get(f"/admin/members/application/{application.pk}/change/"))
    assert f"/admin/members/merge/add/?kept={aarhus.slug}&amp;dropped={proposed.slug}" in review


# --- Races -----------------------------------------------------------------------------------------------------------


@real
def test_without_the_locks_two_merges_cross(keeper, monkeypatch):
    """The negative control: both believe that they may, and only the database's own way out of a deadlock is left."""
    aarhus, double = cast.make_city("Aarhus"), cast.make_city("Århus Kommune", slug="arhus-kommune", country="DK", kind="municipality")
    there, back = Merge.preview(aarhus, double).mark, Merge.preview(double, aarhus).mark
    meeting, find = Meeting(), Merge.preview
    monkeypatch.setattr(merging, "_locked", lambda *keys: tuple(City.objects.get(pk=key) for key in keys))
    monkeypatch.setattr(Merge, "preview", classmethod(lambda _cls, *cities: meeting.pass_on(find(*cities))))
    outcomes = race(
        lambda: Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=there),
        lambda: Merge.merge(kept=double, dropped=aarhus, by=keeper, seen=back),
    )
    assert told(outcomes) in (["Merge", "Merge"], ["Merge", "OperationalError"])  # each part of the other, or a deadlock
    assert Merge.objects.count() == told(outcomes).count("Merge")


@real
def test_two_merges_of_the_same_two_are_one(keeper):
    aarhus, double = cast.make_city("Aarhus"), cast.make_city("Århus Kommune", slug="arhus-kommune", country="DK", kind="municipality")
    there, back = Merge.preview(aarhus, double).mark, Merge.preview(double, aarhus).mark
    outcomes = race(
        lambda: Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=there),
        lambda: Merge.merge(kept=double, dropped=aarhus, by=keeper, seen=back),
    )
    assert told(outcomes) == ["Merge", "MoveRefused"]
    assert Merge.objects.count() == 1


def test_the_database_holds_one_merge_of_a_city(keeper, aarhus, double):
    record = merge(aarhus, double, keeper)
    with pytest.raises(IntegrityError, match="merge_one_at_a_time_of_a_city"):
        Merge.objects.create(kept=aarhus, dropped=double, by=keeper, was_public=True, made_public=False)
    assert record.pk


def test_cities_of_two_countries_are_not_one(keeper, aarhus):
    other = cast.make_city("Aarhus", country="NO", slug="aarhus-no")
    preview = Merge.preview(aarhus, other)
    assert preview.refused.startswith("They lie in different countries.")
    with pytest.raises(MoveRefused, match="different countries"):
        Merge.merge(kept=aarhus, dropped=other, by=keeper, seen=preview.mark)
    other.refresh_from_db()
    assert other.merged_into is None


def twice():
    """Aarhus, its second record, and Ribe, each with nothing but its membership."""
    return (
        cast.make_city("Aarhus"),
        cast.make_city("Århus Kommune", slug="arhus-kommune", country="DK"),
        cast.make_city("Ribe", joined=date(2016, 3, 1)),
    )


def told(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def without_city_locks(monkeypatch):
    """The negative control: neither the rows nor the tree of authorities are locked."""
    without_locks(monkeypatch)
    monkeypatch.setattr(merging, "_locked", lambda *keys: tuple(City.objects.get(pk=key) for key in keys))


def meet_once_judged(monkeypatch):
    """Two that merge or undo meet when each has judged that it may; where the locks are on, the second one is held back before."""
    meeting, save = Meeting(), City.save

    def together(self, **how):
        meeting.wait()
        save(self, **how)

    monkeypatch.setattr(City, "save", together)


def two_merges_of_one(monkeypatch):
    """Two of the staff at once: one says that it is Aarhus, the other that it is Ribe."""
    keeper, other = cast.make_staff("sam"), cast.make_staff("toni")
    aarhus, double, ribe = twice()
    seen = [Merge.preview(kept, double).mark for kept in (aarhus, ribe)]
    meeting, find = Meeting(), Merge.preview
    monkeypatch.setattr(Merge, "preview", classmethod(lambda _cls, *cities: meeting.pass_on(find(*cities))))
    outcomes = race(
        lambda: Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=seen[0]),
        lambda: Merge.merge(kept=ribe, dropped=double, by=other, seen=seen[1]),
    )
    return outcomes, Merge.objects.filter(dropped=double, state="merged").count()


@real
def test_of_two_merges_of_one_city_the_second_is_refused_with_words(monkeypatch):
    outcomes, count = two_merges_of_one(monkeypatch)
    (refused,) = [outcome for outcome in outcomes if not isinstance(outcome, Merge)]
    assert (type(refused), str(refused), count) == (MoveRefused, "One of them was merged already.", 1)


@real
def test_without_the_locks_the_constraint_holds_it(monkeypatch):
    without_city_locks(monkeypatch)
    outcomes, count = two_merges_of_one(monkeypatch)
    assert (told(outcomes), count) == (["IntegrityError", "Merge"], 1)


@real
def test_negative_control_without_locks_and_constraint_one_city_goes_into_two(monkeypatch):
    without_city_locks(monkeypatch)
    with without_rules(Merge, "merge_one_at_a_time_of_a_city"):
        outcomes, count = two_merges_of_one(monkeypatch)
        assert (told(outcomes), count) == (["Merge", "Merge"], 2)


def undo_and_merge_on():
    """One is undone while the city that it went into goes into a third: only in one order both could be."""
    keeper, other = cast.make_staff("sam"), cast.make_staff("toni")
    aarhus, double, ribe = twice()
    record = merge(aarhus, double, keeper)
    aarhus.refresh_from_db()
    seen = Merge.preview(ribe, aarhus).mark
    return lambda: race(
        lambda: Merge.objects.get(pk=record.pk).undo(by=keeper),
        lambda: Merge.merge(kept=ribe, dropped=aarhus, by=other, seen=seen),
    )


@real
def test_of_an_undo_and_the_next_merge_one_is_refused_with_words(monkeypatch):
    run = undo_and_merge_on()
    meet_once_judged(monkeypatch)
    undone, merged = run()
    if isinstance(undone, MoveRefused):
        assert "was itself merged into another one since" in str(undone)
        assert isinstance(merged, Merge)
    else:
        assert undone == 0
        assert isinstance(merged, MoveRefused)
        assert "Something changed since you looked" in str(merged)
    aarhus, double, _mombasa = twice()
    assert (aarhus.merged_into_id is None) is isinstance(merged, MoveRefused)
    assert (double.merged_into_id is None) is (undone == 0)


@real
def test_negative_control_without_the_locks_neither_undo_nor_merge_is_refused(monkeypatch):
    run = undo_and_merge_on()
    without_city_locks(monkeypatch)
    meet_once_judged(monkeypatch)
    outcomes = run()
    assert not any(isinstance(outcome, MoveRefused) for outcome in outcomes)  # both believe that they may
    assert told(outcomes) in (["Merge", "int"], ["Merge", "OperationalError"], ["OperationalError", "int"])  # or a deadlock ends one


def two_undos(monkeypatch):
    """Two of the staff press the button at once; both have read that it is merged."""
    keeper, other = cast.make_staff("sam"), cast.make_staff("toni")
    aarhus, double, _mombasa = twice()
    record = merge(aarhus, double, keeper)
    meeting, allows = Meeting(), Merge.allows
    monkeypatch.setattr(Merge, "allows", lambda self, verb: meeting.pass_on(allows(self, verb)))
    outcomes = race(*[lambda who=who: Merge.objects.get(pk=record.pk).undo(by=who) for who in (keeper, other)])
    return told(outcomes), record.transitions.filter(verb="undo").count()


@real
def test_it_is_undone_once(monkeypatch):
    assert two_undos(monkeypatch) == (["MoveRefused", "int"], 1)


@real
def test_without_the_lock_the_constraint_keeps_it_undone_once(monkeypatch):
    without_locks(monkeypatch)
    assert two_undos(monkeypatch) == (["IntegrityError", "int"], 1)


@real
def test_negative_control_without_lock_and_constraint_it_is_undone_twice(monkeypatch):
    without_locks(monkeypatch)
    with without_rules(MergeTransition, "merge_undone_once"):
        assert two_undos(monkeypatch) == (["int", "int"], 2)


# --- Against an application that comes in, or is decided on ----------------------------------------------------------


def applies(double, *, chosen=True):
    """The button that makes an application of Nadia's for the record that goes: chosen from the list, or named as a new city."""
    nadia = cast.make_person("nadia")
    named = {"choice": str(double.pk)} if chosen else {"name": double.name, "country": double.country, "kind": double.kind}
    token = joining.token_for(cast.make_draft(email=nadia.email, **named))
    return lambda: joining.confirm(token, user=nadia)


@real
@pytest.mark.parametrize("chosen", [True, False])
def test_who_applies_for_what_goes_this_moment_applies_for_what_it_is_part_of(monkeypatch, chosen):
    """The whole merge comes between the look at the city and the hold of it."""
    keeper = cast.make_staff("sam")
    aarhus, double, _mombasa = twice()
    if not chosen:  # nobody names anew what is shown
        City.objects.filter(pk=double.pk).update(is_public=False)
        double.refresh_from_db()
    seen, press = Merge.preview(aarhus, double).mark, applies(double, chosen=chosen)
    held, merges = City.held, [lambda: Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=seen)]

    def after(pk):
        if merges:
            assert told(race(merges.pop())) == ["Merge"]
        return held(pk)

    monkeypatch.setattr(City, "held", after)
    application, made = press()
    assert (application.city, made) == (aarhus, True)


def merge_while_it_is_written(monkeypatch):
    """Nadia's application for the record that goes has been judged, and is about to be written; then it is merged, if it can be."""
    keeper = cast.make_staff("sam")
    aarhus, double, _mombasa = twice()
    seen, press = Merge.preview(aarhus, double).mark, applies(double)
    judged, merged, create = Meeting(), Meeting(), Application.objects.create

    def slowly(**fields):
        judged.wait()
        merged.wait()
        return create(**fields)

    def merges():
        judged.wait()
        try:
            return Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=seen)
        finally:
            merged.wait()

    monkeypatch.setattr(Application.objects, "create", slowly)
    outcomes = race(press, merges)
    double.refresh_from_db()
    return outcomes, double.merged_into == aarhus, list(Application.objects.values_list("city__name", flat=True))


@real
def test_a_merge_waits_for_an_application_that_comes_in_and_is_of_what_was_seen(monkeypatch):
    (pressed, refused), gone, cities = merge_while_it_is_written(monkeypatch)
    assert pressed[1] is True
    assert isinstance(refused, MoveRefused)
    assert str(refused) == "The city’s record was changed this very moment. Please try again."
    assert (gone, cities) == (False, ["Århus Kommune"])


@real
def test_without_the_lock_the_database_takes_no_application_for_what_was_merged(monkeypatch):
    without_locks(monkeypatch)
    outcomes, gone, cities = merge_while_it_is_written(monkeypatch)
    assert (told(outcomes), gone, cities) == (["AppliedAlready", "Merge"], True, [])


@real
def test_negative_control_without_lock_and_trigger_an_application_hangs_on_a_hidden_record(monkeypatch):
    without_locks(monkeypatch)
    with without_trigger(Application, "application_for_a_city_that_stands"):
        outcomes, gone, cities = merge_while_it_is_written(monkeypatch)
    assert (told(outcomes), gone, cities) == (["Merge", "tuple"], True, ["Århus Kommune"])


def approve_and_merge(monkeypatch):
    """One of the staff approves: they hold the application, and want its city. Another one merges that city away."""
    sam, toni = cast.make_staff("sam"), cast.make_staff("toni")
    aarhus, double, _mombasa = twice()
    application = cast.make_application(cast.make_person("nadia"), double)
    seen = Merge.preview(aarhus, double).mark
    meeting, allows, held = Meeting(), Application.allows, merging._locked
    monkeypatch.setattr(Application, "allows", lambda self, verb: meeting.pass_on(allows(self, verb)))
    monkeypatch.setattr(merging, "_locked", lambda *keys: meeting.pass_on(held(*keys)))
    return race(
        lambda: Application.objects.get(pk=application.pk).approve(by=sam, seen=double.identity),
        lambda: Merge.merge(kept=aarhus, dropped=double, by=toni, seen=seen),
    )


@real
def test_a_merge_and_a_decision_do_not_wait_for_each_other(monkeypatch):
    approved, merged = approve_and_merge(monkeypatch)
    if approved is None:
        assert isinstance(merged, MoveRefused)
        assert "has its first approval" in str(merged)
    else:  # the merge was first: the application is for another city than the one that was looked at
        assert isinstance(merged, Merge)
        assert isinstance(approved, MoveRefused)
        assert "The city was changed while you looked at it" in str(approved)


@real
def test_negative_control_a_merge_that_takes_the_city_first_ends_in_a_deadlock(monkeypatch):
    monkeypatch.setattr(merging, "_hold_waiting", lambda *_city, **_how: set())
    outcomes = approve_and_merge(monkeypatch)
    assert sum(isinstance(outcome, OperationalError) for outcome in outcomes) == 1


@real
def test_what_came_between_the_waiting_and_the_city_is_told(monkeypatch):
    """An application that comes in when what waits is held, and its city is not yet: the merge can't hold its row in order."""
    keeper = cast.make_staff("sam")
    aarhus, double, _mombasa = twice()
    seen, held, press = Merge.preview(aarhus, double).mark, merging._locked, applies(double)

    def late(*keys):
        assert told(race(press)) == ["tuple"]
        return held(*keys)

    monkeypatch.setattr(merging, "_locked", late)
    with pytest.raises(MoveRefused, match="changed this very moment"):
        Merge.merge(kept=aarhus, dropped=double, by=keeper, seen=seen)
    assert not Merge.objects.exists()


@pytest.mark.parametrize("key", ["0", "9" * 30, "9" * 5_000, "²"])
def test_no_such_merge(client, key):
    client.force_login(cast.make_staff("sam"))
    assert client.get(f"/admin/members/merge/{key}/change/").status_code in {302, 404}
