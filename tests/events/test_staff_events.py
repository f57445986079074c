"""The form of an event in the admin, and what is done to it as a whole."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from events import copying
from events.models import Change, Event, Notice, Question, Room, Speaker
from strongcities import zones
from strongcities.workflow import MoveRefused
from tests import cast as house
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return house.make_staff("sam")


@pytest.fixture
def desk(client, sam):
    client.force_login(sam)
    return client


def sent(page: Any) -> dict[str, Any]:
    """What a browser would send back from the event's form, as it is filled."""
    form = page.context["adminform"].form
    data: dict[str, Any] = {"_save": "Save"}
    for bound in form:
        if not hasattr(bound.field.widget, "widgets"):
            value = bound.value()
            if value is not None and value is not False and value != []:
                data[bound.html_name] = "on" if value is True else value
            continue
        for part in bound.subwidgets:
            data[part.data["name"]] = part.data["value"] or ""
    for formset in page.context["inline_admin_formsets"]:
        for bound in [*formset.formset.management_form, *(bound for each in formset.formset.forms for bound in each)]:
            data[bound.html_name] = "" if bound.value() is None else bound.value()
    return data


def edit(desk, event, **changes):
    address = reverse("admin:events_event_change", args=[event.pk])
    return desk.post(address, {**sent(desk.get(address)), **changes})


def new(desk, **changes):
    address = reverse("admin:events_event_add")
    told = {
        "title": "Winter workshop", "slug": "winter-workshop", "kind": "regional-workshop", "summary": "Cities meet.", "language": "en",
        "zone": "Europe/Paris", "starts_day": "2027-01-20", "starts_time": "09:00", "ends_day": "2027-01-20", "ends_time": "17:00",
        "audience": "members", "way": "open", "companions_each": "0", "offer_hours": "48",
        "rooms-TOTAL_FORMS": "0", "rooms-INITIAL_FORMS": "0",
    }  # fmt: skip
    return desk.post(address, {**told, **changes})


def faults(page):
    return {name: [str(each) for each in errors] for name, errors in page.context["adminform"].form.errors.items()}


def test_the_form_of_a_new_event_begins_with_its_language(desk):
    form = desk.get(reverse("admin:events_event_add")).context["adminform"].form
    assert form["language"].value() == "en"


def test_the_list_opens_with_what_comes_next(desk):
    for title, in_days in (("Later", 40), ("Next", 5), ("Long over", -40), ("Over", -5)):
        cast.make_event(title, in_days=in_days)
    address = reverse("admin:events_event_changelist")

    def listed(**asked):
        return [event.title for event in desk.get(address, asked).context["cl"].result_list]

    assert listed() == ["Next", "Later"]
    assert listed(queue="past") == ["Over", "Long over"]
    assert listed(queue="all") == ["Later", "Next", "Over", "Long over"]
    assert listed(queue="all", o="0") == ["Later", "Long over", "Next", "Over"], "by its title, where that is asked"


def test_the_list_names_the_days_where_the_event_is(desk):
    starts = datetime(2027, 1, 20, 23, tzinfo=UTC)
    cast.make_event(starts=starts, ends=starts + timedelta(hours=8))
    event = cast.make_event(starts=starts, ends=starts + timedelta(hours=30))
    page = desk.get(reverse("admin:events_event_changelist"), {"queue": "all"}).content.decode()
    assert re.findall(r'<td class="field-when">(.*?)</td>', page) == ["21 January 2027 to 22 January 2027", "21 January 2027"]
    assert event.zone == "Europe/Paris"


def test_a_new_event_is_a_draft_at_the_hours_of_its_zone_and_is_gone_on_with(desk, sam):
    answer = new(desk)
    event = Event.objects.get(slug="winter-workshop")
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:events_event_change", args=[event.pk]))
    assert (event.state, event.starts, event.zone) == ("draft", datetime(2027, 1, 20, 8, tzinfo=UTC), "Europe/Paris")
    assert [(step.verb, step.by) for step in event.transitions.all()] == [("make", sam)]


def test_without_a_zone_it_is_the_host_citys_and_a_renamed_one_is_kept_by_its_present_name(desk):
    city = house.make_city("Mombasa", time_zone="Africa/Nairobi")
    assert new(desk, zone="", host=str(city.pk)).status_code == 302
    assert Event.objects.get().zone == "Africa/Nairobi"
    assert new(desk, slug="other", zone="Asia/Calcutta").status_code == 302
    assert Event.objects.get(slug="other").zone == "Asia/Kolkata"
    assert "Say in which time zone it is" in faults(new(desk, slug="third", zone=""))["zone"][0]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_day": "2027-01-19"}, "ends", "It ends before it begins."),
        ({"starts_day": "2027-03-28", "starts_time": "02:30", "ends_day": "2027-03-29"}, "starts", "does not exist"),
        ({"starts_day": "2027-10-31", "starts_time": "02:30", "ends_day": "2027-11-01"}, "starts", "comes twice"),
        ({"registration_closes_day": "2027-01-21", "registration_closes_time": "09:00"}, "registration_closes", "before the event ends"),
        ({"registration_opens_day": "2027-01-20", "registration_opens_time": "10:00"}, "registration_opens", "before it closes"),
        ({"changes_until_day": "2027-01-21", "changes_until_time": "09:00"}, "changes_until", "once it is over"),
        ({"zone": "Europe/Nowhere"}, "zone", "There is no time zone"),
        ({"slug": "mine"}, "__all__", "another page’s"),
    ],
)
def test_what_the_database_would_refuse_is_said_at_the_field(desk, changes, field, words):
    said = faults(new(desk, **changes))
    assert set(said) == {field}
    assert words in said[field][0]
    assert not Event.objects.exists()


def test_a_change_is_noted_with_its_reason_and_told_to_those_registered(desk, sam):
    event = cast.make_event()
    cast.register(event, cast.make_people(1)[0])
    assert edit(desk, event, venue="Harbour house", why="The town hall is being repaired.").status_code == 302
    assert [(row.what, row.by, row.why) for row in Change.objects.all()] == [("venue", sam, "The town hall is being repaired.")]
    assert len(Notice.objects.get().people) == 1


def test_saved_as_it_was_nothing_is_written(desk):
    event = cast.make_event(registration_closes=None)
    page = edit(desk, event)
    assert page.status_code == 302, (faults(page), page.context["errors"])
    assert not Change.objects.exists()
    assert not event.history.exists()  # type: ignore[attr-defined]  # made by pghistory


def test_fewer_seats_than_are_taken_are_refused_at_the_field_and_nothing_is_lost(desk):
    event = cast.make_event(capacity=3)
    for person in cast.make_people(2):
        cast.register(event, person)
    page = edit(desk, event, capacity="1", summary="Typed meanwhile.")
    assert faults(page) == {"capacity": ["2 seats are taken or offered: there can’t be fewer."]}
    assert page.context["adminform"].form["summary"].value() == "Typed meanwhile."


def test_what_only_the_verb_knows_is_said_at_the_form_with_all_that_was_typed(desk):
    """A city has two seats already, and each is to have one."""
    aarhus = house.make_city("Aarhus")
    event = cast.make_event(per_city=2)
    for number in (1, 2):
        cast.register(event, cast.make_official(aarhus, f"one{number}@aarhus.dk"), aarhus)
    page = edit(desk, event, per_city="1", summary="Typed meanwhile.")
    assert faults(page)["__all__"] == ["A city has more seats than that already. Give it a number of its own first, or take seats back."]
    assert page.context["adminform"].form["summary"].value() == "Typed meanwhile."
    event.refresh_from_db()
    assert event.per_city == 2


def test_two_who_edit_at_once_lose_nothing_unseen(desk, sam):
    event = cast.make_event()
    address = reverse("admin:events_event_change", args=[event.pk])
    mine = sent(desk.get(address))
    event.change(by=house.make_staff("toni"), venue="Harbour house", summary="Toni’s sentence.")
    page = desk.post(address, {**mine, "venue": "Opera", "title": "Better workshop"})
    assert set(faults(page)) == {"venue"}
    assert "Harbour house" in faults(page)["venue"][0]
    event.refresh_from_db()
    assert (event.venue, event.title) == ("Harbour house", "Spring workshop")
    assert desk.post(address, {**sent(page), "venue": "Opera"}).status_code == 302
    event.refresh_from_db()
    assert (event.venue, event.title, event.summary) == ("Opera", "Better workshop", "Toni’s sentence.")


@pytest.mark.parametrize(("verb", "state", "after"), [("postpone", "announced", "postponed"), ("cancel", "announced", "cancelled")])
def test_a_verb_says_whom_it_concerns_and_needs_a_reason(desk, verb, state, after):
    event = cast.make_event()
    for person in cast.make_people(3):
        cast.register(event, person)
    address = reverse(f"admin:events_event_{verb}", args=[event.pk])
    assert "It concerns 3 people" in desk.get(address).content.decode()
    assert desk.post(address, {"why": " "}).status_code == 422
    event.refresh_from_db()
    assert event.state == state
    assert desk.post(address, {"why": "The host asked for it."}).status_code == 302
    event.refresh_from_db()
    assert (event.state, [step.why for step in event.transitions.all()]) == (after, ["The host asked for it."])
    assert desk.post(address, {"why": "Once more."}).status_code == 422  # done already


def test_announced_and_resumed_by_their_own_addresses(desk):
    event = cast.make_event(state="draft", venue="", host=None)
    address = reverse("admin:events_event_announce", args=[event.pk])
    assert "Say first where it takes place" in desk.post(address).content.decode()
    Event.objects.filter(pk=event.pk).update(venue="Town hall")
    assert desk.post(address).status_code == 302
    event.refresh_from_db()
    event.postpone(by=house.make_staff("sam"), why="Snow")
    assert desk.post(reverse("admin:events_event_resume", args=[event.pk]), {"why": ""}).status_code == 302
    event.refresh_from_db()
    assert event.state == "announced"


def test_only_drafts_are_deleted_and_addresses_that_were_given_out_stay(desk):
    event = cast.make_event()
    assert desk.post(reverse("admin:events_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    edit(desk, event, slug="another")
    event.refresh_from_db()
    assert event.slug != "another"
    draft = cast.make_event(state="draft")
    assert desk.post(reverse("admin:events_event_delete", args=[draft.pk]), {"post": "yes"}).status_code == 302


# --- Moved, copied -----------------------------------------------------------------------------------------------------


def test_everything_moves_by_days_at_the_same_hours(desk, sam):
    starts = datetime(2027, 3, 20, 8, tzinfo=UTC)  # nine in Paris; a week later ten in UTC is not the same hour there
    event = cast.make_event(starts=starts, ends=starts + timedelta(hours=8), registration_closes=starts - timedelta(days=2))
    session = cast.make_session(event)
    address = reverse("admin:events_event_move_days", args=[event.pk])
    assert desk.post(address, {"days": "14", "why": "Elections"}).status_code == 302
    event.refresh_from_db()
    session.refresh_from_db()
    assert [f"{zones.wall(at, event.zone):%d %H:%M}" for at in (event.starts, session.starts, event.closes)] == [
        "03 09:00", "03 09:00", "01 09:00",
    ]  # fmt: skip
    assert [row.what for row in event.changes.all()] == ["when"]
    assert desk.post(address, {"days": "0"}).status_code == 422


def test_moved_onto_an_hour_that_does_not_exist_nothing_moves(sam):
    starts = datetime(2027, 3, 27, 1, 30, tzinfo=UTC)  # half past two in Paris, which the next night leaves out
    event = cast.make_event(starts=starts, ends=starts + timedelta(hours=8))
    session = cast.make_session(event)
    with pytest.raises(MoveRefused, match="does not exist"):
        event.move_days(by=sam, days=1)
    session.refresh_from_db()
    assert session.starts == starts


def test_a_copy_has_programme_and_questions_and_nobody(desk, sam):
    event = cast.make_event(slug="summit-2026", capacity=3, outcomes="Much.", offers_travel=True, offers_letters=True)
    Event.objects.filter(pk=event.pk).update(follow_up_until=event.starts)
    room = Room.objects.create(event=event, name="Blue room")
    session = cast.make_session(event, room=room, capacity=2)
    Speaker.objects.create(session=session, name="Amina Diallo", named_to="everyone")
    first = Question.objects.create(event=event, words="Do you travel?", sort="yes-no", position=0)
    Question.objects.create(event=event, words="From where?", position=1, depends_on=first, depends_values=["yes"])
    cast.register(event, cast.make_people(1)[0])
    begins = zones.wall(event.starts, event.zone).date() + timedelta(days=364)
    response = desk.post(reverse("admin:events_event_copy", args=[event.pk]), {"title": "Next summit", "begins": begins.isoformat()})
    copy = Event.objects.exclude(pk=event.pk).get()
    assert response["Location"] == reverse("admin:events_event_change", args=[copy.pk])
    assert (copy.state, copy.title, copy.slug, copy.taken, copy.outcomes) == ("draft", "Next summit", f"summit-{begins.year}", 0, "")
    assert copy.follow_up_until
    assert (copy.offers_travel, copy.offers_letters, copy.follow_up_until - event.starts) == (True, True, timedelta(days=364))
    here = copy.sessions.get()
    assert here.room
    assert (here.room.event, here.capacity, here.taken, here.speakers.get().named_to) == (copy, 2, 0, "nobody")
    assert [(each.words, each.depends_on and each.depends_on.event) for each in copy.questions.all()] == [
        ("Do you travel?", None), ("From where?", copy),
    ]  # fmt: skip
    assert not copy.registrations.exists()


def test_the_next_address_is_free():
    cast.make_event(slug="summit-2027")
    assert copying.free_address("summit-2026", 2027) == "summit-2027-2"
    assert copying.free_address("global-launch", 2028) == "global-launch-2028"
