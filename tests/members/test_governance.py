"""The network's bodies and who sits there: the pages, the limits that the database holds, and what staff do about them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from members import leaving, samples
from members.admin.governance import BodyAdmin
from members.models import Body, City, Membership, Merge, Seat
from members.querysets import today
from members.regions import Region
from tests import cast
from tests.races import Meeting, race, without_trigger

pytestmark = pytest.mark.django_db
COMMITTEE, BOARD = "/governance/steering-committee/", "/governance/advisory-board/"
DAY = timedelta(days=1)


def text(response):
    return response.content.decode().replace("\n</span>", "</span>")  # an included file ends with its line


def said(response):
    """The page's own part, without head and foot."""
    return text(response).partition("<main")[2].partition("</main>")[0]


def part(response, section):
    """The section of a body's page with that id; "" where there is none."""
    return said(response).partition(f'aria-labelledby="{section}"')[2].partition("</section>")[0]


def fill(number, **fields):
    """Give the committee `number` seats of cities of their own, all in one go."""
    start = City.objects.count()
    cities = [cast.make_city(f"Town {start + place}", joined=date(2015, 9, 29)) for place in range(number)]
    return [cast.make_seat(city, **fields) for city in cities]


@pytest.fixture
def mombasa(db):
    return cast.make_city("Mombasa")


@pytest.fixture
def keeper(client, sam):
    client.force_login(sam)
    return client


# --- The pages -------------------------------------------------------------------------------------------------------


def test_both_bodies_are_named_and_empty_ones_say_so(client):
    page = said(client.get("/governance/"))
    assert [page.count(f'href="{address}"') for address in (COMMITTEE, BOARD)] == [1, 1]
    assert page.count("Who sits there is not named yet.") == 2
    assert "Up to 25 cities" in page
    assert "The cities that sit on the committee will appear here" in said(client.get(COMMITTEE))
    assert "The organisations that sit on the board will appear here" in said(client.get(BOARD))
    assert "<table" not in said(client.get(COMMITTEE))


def test_how_many_sit_there_is_counted(client, aarhus, mombasa):
    cast.make_seat(aarhus)
    cast.make_seat("Association A")
    page = said(client.get("/governance/"))
    assert "1 of 25 seats is taken today" in page
    assert "1 organisation<" in page
    cast.make_seat(mombasa)
    cast.make_seat("Association B")
    page = said(client.get("/governance/"))
    assert "2 of 25 seats are taken today" in page
    assert "2 organisations<" in page


def test_the_committee_shows_who_sits_there_co_chairs_first(client, aarhus, mombasa):
    cast.make_seat(aarhus)
    cast.make_seat(mombasa, is_co_chair=True, since=date(2016, 3, 1))
    here = part(client.get(COMMITTEE), "today")
    assert here.index("<bdi>Mombasa</bdi>") < here.index("<bdi>Aarhus</bdi>")
    assert here.count("Co-chair") == 1
    assert 'href="/cities/aarhus-dk/"' in here
    assert "<span>since 2016</span>" in here
    assert "<span>Denmark</span><span>Europe</span>" in here
    assert ">Sample<" not in here


def test_the_board_shows_organisations_with_kind_and_region(client):
    cast.make_seat("Association A", region=Region.EUROPE, website="https://a.example/")
    cast.make_seat("Body <B>", sort=Seat.Sort.NON_GOVERNMENTAL)
    page = client.get(BOARD)
    here = part(page, "today")
    assert '<a href="https://a.example/" rel="noopener nofollow"><bdi>Association A</bdi></a>' in here
    assert "<bdi>Body &lt;B&gt;</bdi>" in here
    assert "<span>Association of cities or local authorities</span><span>Europe</span>" in here
    assert "<span>Non-governmental body</span><span>Worldwide</span>" in here
    assert "Member cities" not in part(page, "balance")
    assert '<th scope="row">Worldwide</th><td class="number">1</td>' in part(page, "balance")


def test_a_sample_city_is_called_one(client):
    cast.make_seat(cast.make_city("Upper Ford", joined=date(2016, 1, 1), is_sample=True))
    assert part(client.get(COMMITTEE), "today").count(">Sample<") == 1


def test_the_balance_is_as_counted_by_hand(client, aarhus, mombasa):
    """Europe: Aarhus and Bergen sit there, of three members; East & Southern Africa: Mombasa sits there, of one. Oslo left."""
    for name in ("Bergen", "Turku"):
        cast.make_city(name, country="NO" if name == "Bergen" else "FI", joined=date(2017, 1, 1))
    oslo = cast.make_city("Oslo")
    cast.make_seat(aarhus)
    cast.make_seat(City.objects.get(name="Bergen"))
    cast.make_seat(mombasa)
    cast.make_seat(oslo, since=date(2016, 1, 1))
    shown = client.get(COMMITTEE)
    counted = {share.region: (share.seats, share.cities) for share in shown.context["balance"]}
    assert {region: both for region, both in counted.items() if any(both)} == {"Europe": (2, 3), "East & Southern Africa": (1, 1)}
    assert list(counted) == [region.label for region in Region]
    row = '<th scope="row">Europe</th><td class="number">2</td><td class="number">3</td>'
    assert row in part(shown, "balance")
    assert '<caption id="balance-table">' in part(shown, "balance")
    assert "Worldwide" not in part(shown, "balance")


def test_seats_that_ended_stand_below_with_their_years(client, aarhus, mombasa):
    cast.make_seat(aarhus, since=date(2016, 1, 1), until=date(2019, 1, 1))
    cast.make_seat(mombasa, since=date(2020, 1, 1), until=date(2020, 6, 1), is_co_chair=True)
    shown = client.get(COMMITTEE)
    assert "The cities that sit on the committee will appear here" in part(shown, "today")
    here = part(shown, "earlier")
    assert here.index("Mombasa") < here.index("Aarhus")  # the last to end first
    assert "<span>2016 to 2019</span>" in here
    assert "<span>2020</span>" in here


@pytest.mark.parametrize(("until", "where"), [(DAY, "today"), (0 * DAY, "earlier"), (-DAY, "earlier")])
def test_the_day_named_as_its_end_is_the_first_without_it(client, aarhus, until, where):
    cast.make_seat(aarhus, until=today() + until)
    shown = client.get(COMMITTEE)
    assert {place: "Aarhus" in part(shown, place) for place in ("today", "earlier")} == {
        place: place == where for place in ("today", "earlier")
    }


def test_a_city_that_left_sits_there_no_longer_whatever_the_seat_says(client, aarhus):
    cast.make_seat(aarhus)
    assert "Aarhus" in part(client.get(COMMITTEE), "today")
    aarhus.memberships.update(left=date(2022, 5, 1))
    shown = client.get(COMMITTEE)
    assert "Aarhus" not in part(shown, "today")
    assert "<span>2020 to 2022</span>" in part(shown, "earlier")
    Membership.objects.create(city=aarhus, joined=date(2023, 1, 1))
    shown = client.get(COMMITTEE)
    assert aarhus.is_member
    assert "Aarhus" not in part(shown, "today")  # coming back gives no seat back
    assert "<span>2020 to 2022</span>" in part(shown, "earlier")


def test_a_hidden_city_s_seat_is_shown_to_staff_alone(client, sam, lene, aarhus):
    hidden = cast.make_city("Lund", joined=date(2018, 1, 1))
    cast.make_seat(hidden)
    cast.make_seat(
        cast.make_city("Skövde", slug="skovde-se", country="SE", is_public=False, joined=date(2018, 1, 1)), until=date(2021, 1, 1)
    )
    for who, sees in ((None, False), (lene, False), (sam, True)):
        if who:
            client.force_login(who)
        page = text(client.get(COMMITTEE))
        assert (("Lund" in page.replace("Lene Lund", "")), "Skövde" in page) == (sees, sees)
        assert ("1 of 25 seats" in text(client.get("/governance/"))) is sees


def test_a_seat_that_lies_ahead_is_seen_by_staff_who_may(client, sam, lene, aarhus):
    cast.make_seat(aarhus, since=today() + 40 * DAY)
    for who, sees in ((None, False), (lene, False), (cast.make_staff("events", vets=False), False), (sam, True)):
        if who:
            client.force_login(who)
        for address in (COMMITTEE, "/cities/aarhus-dk/"):
            assert ("Aarhus" in part(client.get(COMMITTEE), "ahead")) is sees, (who, address)
        assert ("International Steering Committee" in said(client.get("/cities/aarhus-dk/"))) is sees
        assert "Aarhus" not in part(client.get(COMMITTEE), "today")


def test_a_city_s_page_names_its_seats(client, aarhus):
    assert "<dt>Seats</dt>" not in text(client.get("/cities/aarhus-dk/"))
    cast.make_seat(aarhus, since=date(2016, 1, 1), until=date(2018, 1, 1))
    cast.make_seat(aarhus, is_co_chair=True)
    page = text(client.get("/cities/aarhus-dk/")).partition("<dt>Seats</dt>")[2].partition("</div>")[0].replace("\n", "")
    named = f'<a href="{COMMITTEE}">International Steering Committee</a>'
    assert page == f"<dd>{named}, co-chair, since 2020</dd><dd>{named}, 2016 to 2018</dd>"


@pytest.mark.parametrize("address", ["/", "/about/"])
def test_they_are_linked_to(client, address):
    assert 'href="/governance/"' in text(client.get(address))


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_as_often_for_three_seats_as_for_one(client, sam, count, django_assert_num_queries):
    fill(count)
    fill(count, until=date(2021, 1, 1))
    for number in range(count):
        cast.make_seat(f"Association {number}")
    with django_assert_num_queries(3):  # the bodies, and a count for each
        client.get("/governance/")
    with django_assert_num_queries(7):  # the body, its seats, member cities by region, seats ahead, earlier ones, meetings coming and past
        page = client.get(COMMITTEE)
    assert [part(page, section).count("<bdi>") for section in ("today", "earlier")] == [count, count]
    with django_assert_num_queries(5):
        assert part(client.get(BOARD), "today").count("<bdi>") == count
    city = City.objects.get(name="Town 0")
    for number in range(count - 1):
        cast.make_seat(city, since=date(2016 + number, 1, 1), until=date(2017 + number, 1, 1))
    with django_assert_num_queries(10):
        assert text(client.get(city.get_absolute_url())).count("International Steering Committee") == count


@pytest.mark.parametrize("address", ["/governance/", COMMITTEE])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_they_are_only_read(client, address, method):
    assert client.generic(method, address).status_code == 405


@pytest.mark.parametrize("body", ["third-body", "0", "steering_committee"])
def test_there_is_no_third_body(client, body):
    assert client.get(f"/governance/{body}/").status_code == 404


def test_in_arabic_too(client, aarhus):
    cast.make_seat(aarhus)
    assert "اللجنة التوجيهية الدولية" in said(client.get("/ar/governance/"))
    assert client.get(f"/ar{COMMITTEE}").status_code == 200


# --- What the database holds -----------------------------------------------------------------------------------------


def refused(by, **fields):
    """Whether the database itself refuses a seat of these `fields`, naming the rule."""
    values = {"organisation": "", "sort": "", "region": "", "website": "", "is_co_chair": False, "since": date(2020, 1, 1), **fields}
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Seat.objects.bulk_create([Seat(**values)])
    cause: Any = error.value.__cause__
    assert cause.diag.constraint_name == by


def test_a_city_sits_on_the_committee_and_an_organisation_on_the_board(aarhus):
    committee, board = cast.make_body(), cast.make_body("advisory-board")
    refused("seat_on_a_body_of_its_kind", body=board, city=aarhus)
    refused("seat_on_a_body_of_its_kind", body=committee, organisation="A", sort="association")
    seat = cast.make_seat(aarhus)
    with pytest.raises(IntegrityError, match="seat_on_a_body_of_its_kind"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(body=board)


def test_a_seat_is_of_one_of_the_two(aarhus):
    committee, board = cast.make_body(), cast.make_body("advisory-board")
    rule = "seat_of_a_city_or_an_organisation"
    for field in ({"organisation": "A"}, {"sort": "association"}, {"region": "europe"}, {"website": "https://a.example/"}):
        refused(rule, body=committee, city=aarhus, **field)
    refused(rule, body=board)
    refused(rule, body=board, organisation="A")
    refused(rule, body=board, sort="association")
    refused(rule, body=board, organisation="A", sort="company")
    refused("seat_region_is_known", body=board, organisation="A", sort="association", region="atlantis")


@pytest.mark.parametrize("days", [0, -1])
def test_a_seat_lasts_a_day_at_least(aarhus, days):
    refused("seat_ends_after_it_began", body=cast.make_body(), city=aarhus, until=date(2020, 1, 1) + days * DAY)
    assert cast.make_seat(aarhus, until=date(2020, 1, 2))


@pytest.mark.parametrize(("name", "since"), [("Aarhus", date(2015, 9, 28)), ("Oslo", date(2020, 1, 1)), ("Ghent", date(2020, 1, 1))])
def test_a_city_was_a_member_on_the_day_its_seat_began(name, since):
    city = cast.make_city(name)
    refused("seat_of_a_member_city", body=cast.make_body(), city=city, since=since)
    with pytest.raises(ValidationError, match=f"{name} was no member of the network on that day"):
        Seat(body=cast.make_body(), city=city, since=since).full_clean()


def test_no_seat_for_a_record_that_was_merged(aarhus):
    """Though its membership, which a rule kept back, is still there."""
    double = cast.make_city("Aarhus", kind="county", slug="aarhus-county", country="DK", joined=date(2015, 9, 29))
    cast.make_merge(aarhus, double)
    assert double.memberships.today().exists()
    refused("seat_of_a_member_city", body=cast.make_body(), city=double, since=date(2016, 1, 1))
    assert cast.make_seat(aarhus).pk


def test_the_last_day_of_a_membership_will_do_and_no_later_one():
    oslo = cast.make_city("Oslo")
    seat = cast.make_seat(oslo, since=date(2019, 12, 31))
    with pytest.raises(IntegrityError, match="seat_of_a_member_city"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(since=date(2020, 1, 1))
    seat.since = date(2020, 1, 1)
    with pytest.raises(ValidationError, match="no member"):
        seat.full_clean()
    Seat.objects.filter(pk=seat.pk).update(until=date(2020, 1, 1))  # ending it asks nothing of the city


def test_nobody_has_two_seats_at_a_time(aarhus):
    cast.make_seat(aarhus, until=date(2022, 1, 1))
    cast.make_seat("Área Metropolitana")
    refused("seat_one_at_a_time_of_a_city", body=cast.make_body(), city=aarhus, since=date(2021, 12, 31))
    board = cast.make_body("advisory-board")
    refused("seat_one_at_a_time_of_an_organisation", body=board, organisation="area metropolitana", sort="association")
    assert cast.make_seat(aarhus, since=date(2022, 1, 1))


def test_the_bodies_are_as_they_are():
    cast.make_body()
    for fields in ({"kind": "advisory-board", "most_cities": 3}, {"kind": "steering-committee", "most_cities": None}, {"kind": "third"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Body.objects.create(**fields)
        with pytest.raises(IntegrityError, match="body_of_cities_has_seats"), transaction.atomic():
            Body.objects.filter(kind="steering-committee").update(**fields)


def test_never_more_than_the_body_has_seats_for(aarhus, mombasa):
    fill(24)
    cast.make_seat(aarhus, until=date(2024, 1, 1))
    body = cast.make_body()
    refused("seat_within_the_number", body=body, city=mombasa)
    refused("seat_within_the_number", body=body, city=mombasa, since=date(2023, 12, 31))
    refused("seat_within_the_number", body=body, city=mombasa, since=date(2018, 1, 1))  # room as it begins, none later on
    assert body.crowded_on([*body.seats.all(), Seat(body=body, city=mombasa, since=date(2018, 1, 1))]) == date(2020, 1, 1)
    seat = cast.make_seat(mombasa, since=date(2018, 1, 1), until=date(2020, 1, 1))
    assert cast.make_seat(mombasa, since=date(2024, 1, 1))
    with pytest.raises(IntegrityError, match="seat_within_the_number"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(until=date(2020, 1, 2))
    Seat.objects.filter(pk=seat.pk).update(until=date(2019, 1, 1))


def test_spans_that_overlap_only_ahead_are_counted_too(aarhus, mombasa):
    """24 that stay; one begins in a year. A second one may come until then, and no longer."""
    fill(24)
    then = today() + 365 * DAY
    cast.make_seat(aarhus, since=then)
    body = cast.make_body()
    refused("seat_within_the_number", body=body, city=mombasa, since=today())
    refused("seat_within_the_number", body=body, city=mombasa, since=then + 400 * DAY)
    assert cast.make_seat(mombasa, since=today(), until=then)


def test_two_that_follow_each_other_take_one_seat(aarhus, mombasa):
    """Overlapping with the new one, never with each other: counting all that overlap would be one too many."""
    fill(23)
    cast.make_seat(aarhus, since=date(2021, 1, 1), until=date(2022, 1, 1))
    cast.make_seat(cast.make_city("Bergen", country="NO", joined=date(2016, 1, 1)), since=date(2022, 1, 1))
    assert cast.make_seat(mombasa)


def test_a_seat_counts_only_while_its_city_is_the_member_that_it_was(aarhus, mombasa):
    """Whatever its own date says, as where a membership was ended by hand in the database."""
    last = fill(25)[-1]
    body = cast.make_body()
    refused("seat_within_the_number", body=body, city=aarhus, since=date(2022, 1, 1))
    membership: Any = last.city.memberships.get()
    Membership.objects.filter(pk=membership.pk).update(left=date(2022, 1, 1))
    assert body.seats.today().count() == 24
    refused("seat_within_the_number", body=body, city=aarhus, since=date(2021, 12, 31))
    assert body.crowded_on([*body.seats.all(), Seat(body=body, city=aarhus, since=date(2021, 12, 31))]) == date(2021, 12, 31)
    cast.make_seat(aarhus, since=date(2022, 1, 1))
    assert body.crowded_on([*body.seats.all()]) is None
    Membership.objects.create(city=last.city, joined=date(2023, 1, 1))  # back again, and no seat comes with it
    assert body.seats.today().count() == 25
    refused("seat_within_the_number", body=body, city=mombasa, since=date(2023, 1, 1))


def test_no_membership_is_made_so_long_that_a_body_has_too_many(aarhus):
    last = fill(25)[-1]
    of_last = Membership.objects.filter(city=last.city)
    of_last.update(left=date(2022, 1, 1))
    cast.make_seat(aarhus, since=date(2022, 1, 1))
    for longer in ({"left": None}, {"left": date(2022, 1, 2)}):
        with pytest.raises(IntegrityError, match="seat_within_the_number"), transaction.atomic():
            of_last.update(**longer)
    of_last.update(left=date(2021, 1, 1))
    of_last.update(left=date(2022, 1, 1))
    of_last.update(joined=date(2021, 1, 1))  # it was no member as the seat began: the seat counts on no day
    assert Seat.objects.today().count() == 25
    of_last.update(left=None)
    assert Seat.objects.today().count() == 25
    with pytest.raises(IntegrityError, match="seat_within_the_number"), transaction.atomic():
        of_last.update(joined=date(2020, 1, 1))


# --- Leaving, merging ------------------------------------------------------------------------------------------------


def test_a_city_that_leaves_gives_its_seats_back(client, sam, aarhus, mombasa):
    over = cast.make_seat(aarhus, since=date(2016, 1, 1), until=date(2018, 1, 1))
    now = cast.make_seat(aarhus, until=today() + 30 * DAY)
    ahead = cast.make_seat(aarhus, since=today() + 40 * DAY)
    other = cast.make_seat(mombasa)
    leaving.leave_as_city(aarhus, by=sam, why="A new council.")
    assert dict(Seat.objects.values_list("pk", "until")) == {over.pk: date(2018, 1, 1), now.pk: today(), other.pk: None}
    assert not Seat.objects.filter(pk=ahead.pk).exists()
    assert "Aarhus" in part(client.get(COMMITTEE), "earlier")


def test_a_seat_that_began_on_the_day_of_leaving_is_none(sam, aarhus):
    cast.make_seat(aarhus, since=today())
    leaving.leave_as_city(aarhus, by=sam, why="A new council.")
    assert not Seat.objects.exists()


def leave_by_form(keeper, city, left):
    """What the city's form in the admin sends where a membership gets a date of leaving. `left` by the key of each."""
    page = f"/admin/members/city/{city.pk}/change/"
    form: Any = keeper.get(page).context["adminform"].form
    sent = {name: "" if form[name].value() is None else form[name].value() for name in form.fields if form[name].value() is not False}
    rows = list(city.memberships.all())
    sent |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows), "within": city.within_id or ""}
    for place, row in enumerate(rows):
        own = {"id": row.pk, "city": city.pk, "joined": row.joined, "left": left.get(row.pk, row.left) or ""}
        sent |= {f"memberships-{place}-{name}": value for name, value in own.items()}
    return keeper.post(page, {name: ",".join(value) if isinstance(value, list) else value for name, value in sent.items()}, follow=True)


def test_a_membership_that_staff_end_ends_its_seats_with_the_day(keeper, sam, aarhus, mombasa):
    earlier = Membership.objects.create(city=aarhus, joined=date(2010, 1, 1), left=date(2014, 1, 1))
    before = cast.make_seat(aarhus, since=date(2012, 1, 1), until=date(2013, 6, 1))
    now = cast.make_seat(aarhus)
    other = cast.make_seat(mombasa)
    present = aarhus.memberships.today().get()
    assert "was changed successfully" in text(leave_by_form(keeper, aarhus, {present.pk: today() + 30 * DAY}))
    until = {before.pk: date(2013, 6, 1), now.pk: today() + 30 * DAY, other.pk: None}
    assert dict(Seat.objects.values_list("pk", "until")) == until
    present.refresh_from_db()
    assert present.left_by == sam
    assert "was changed successfully" in text(leave_by_form(keeper, aarhus, {earlier.pk: date(2013, 1, 1)}))
    assert dict(Seat.objects.values_list("pk", "until")) == {**until, before.pk: date(2013, 1, 1)}  # of the later one none
    assert "was changed successfully" in text(leave_by_form(keeper, aarhus, {present.pk: date(2019, 1, 1)}))
    assert set(Seat.objects.values_list("pk", flat=True)) == {before.pk, other.pk}  # what had not begun by then is none


def test_dates_by_which_a_body_would_have_too_many_are_refused_with_words(keeper, aarhus):
    last = fill(25)[-1]
    membership: Any = last.city.memberships.get()
    Membership.objects.filter(pk=membership.pk).update(left=today() + 30 * DAY)
    cast.make_seat(aarhus, since=today() + 30 * DAY)
    assert "a body would have more cities than seats" in text(leave_by_form(keeper, last.city, {membership.pk: None}))
    assert Membership.objects.get(pk=membership.pk).left == today() + 30 * DAY


def test_a_merge_moves_seats_and_its_undoing_gives_them_back(client, sam, aarhus):
    double = cast.make_city("Århus Kommune", slug="arhus-kommune", kind="municipality", joined=date(2016, 1, 1))
    seat, same_time = cast.make_seat(double, since=date(2016, 1, 1), until=date(2017, 1, 1)), cast.make_seat(double)
    cast.make_seat(aarhus)
    merge = cast.make_merge(aarhus, double)
    seat.refresh_from_db()
    same_time.refresh_from_db()
    assert [seat.city, same_time.city] == [aarhus, double]  # nobody has two seats at a time: that one stays, and isn't shown
    assert "Kommune" not in said(client.get(COMMITTEE))
    assert "1 of 25 seats is taken today" in said(client.get(COMMITTEE))
    Merge.objects.get(pk=merge.pk).undo(by=sam)
    seat.refresh_from_db()
    assert seat.city == double
    assert "2 of 25 seats are taken today" in said(client.get(COMMITTEE))


# --- In the admin ----------------------------------------------------------------------------------------------------


def page_of(kind="steering-committee"):
    return f"/admin/members/body/{cast.make_body(kind).pk}/change/"


def form(kind="steering-committee", *new, **changed):
    """What the body's page sends: its seats as they are, with what is `changed` by key ("s12": {…}), and `new` ones."""
    seats = list(Seat.objects.filter(body=cast.make_body(kind)).order_by("pk"))
    rows = []
    for seat in seats:
        own = {"id": seat.pk, "body": seat.body_id, "since": seat.since, "until": seat.until or "", "city": seat.city_id or ""}
        own |= {"organisation": seat.organisation, "sort": seat.sort, "region": seat.region, "website": seat.website}
        own |= {f"initial-{name}": value for name, value in own.items() if name not in {"id", "body", "city"}}
        rows.append({**own, **({"is_co_chair": "on"} if seat.is_co_chair else {}), **changed.get(f"s{seat.pk}", {})})
    rows += [{"since": "2021-01-01", **each} for each in new]
    data = {"seats-TOTAL_FORMS": len(rows), "seats-INITIAL_FORMS": len(seats)}
    named = ((place, name, value) for place, row in enumerate(rows) for name, value in row.items())
    return data | {
        f"{'initial-' * name.startswith('initial-')}seats-{place}-{name.removeprefix('initial-')}": value for place, name, value in named
    }


def test_the_secretariat_gives_a_seat_and_ends_it(keeper, aarhus):
    assert "International Steering Committee" in text(keeper.get("/admin/members/body/"))
    assert "0 of 25" in text(keeper.get("/admin/members/body/"))
    assert keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk, "is_co_chair": "on"})).status_code == 302
    seat = Seat.objects.get()
    assert (seat.city, seat.is_co_chair, seat.since, seat.until) == (aarhus, True, date(2021, 1, 1), None)
    assert "1 of 25" in text(keeper.get("/admin/members/body/"))
    assert keeper.post(page_of(), form(**{f"s{seat.pk}": {"until": "2023-01-01"}})).status_code == 302
    assert Seat.objects.get().until == date(2023, 1, 1)
    assert "2023-01-01" in text(keeper.get(page_of()))  # what is over stays to be seen
    history: Any = seat
    assert [version.until for version in history.history.order_by("pgh_id")] == [None, date(2023, 1, 1)]


def test_a_seat_is_given_without_scripts_by_the_city_s_name(keeper, aarhus, mombasa):
    page = text(keeper.get(page_of()))
    assert 'name="seats-0-since"' in page  # an empty one is there
    assert '<noscript><input type="text" name="seats-0-city"' in page
    double = cast.make_city("Aarhuus", country="DK", joined=date(2016, 1, 1))
    shown = text(keeper.post(page_of(), form("steering-committee", {"city": "Århus"}, {"city": "Mombasa"})))
    assert "Several cities fit. Which one do you mean?" in shown
    assert [f'type="radio" name="seats-0-city" value="{city.pk}"' in shown for city in (aarhus, double, mombasa)] == [True, True, False]
    assert not Seat.objects.exists()
    assert (
        keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}, {"city": "Mombasa"}, {"city": "", "since": ""})).status_code
        == 302
    )
    assert {seat.city for seat in Seat.objects.all()} == {aarhus, mombasa}


def test_the_secretariat_gives_an_organisation_one(keeper):
    sent = form("advisory-board", {"organisation": "Association A", "sort": "association", "region": "", "website": ""})
    assert keeper.post(page_of("advisory-board"), sent).status_code == 302
    assert Seat.objects.get().organisation == "Association A"
    assert "Association A" in text(keeper.get(page_of("advisory-board")))
    assert '<td class="field-seats_taken">1</td>' in text(keeper.get("/admin/members/body/"))


def test_a_seat_typed_for_the_wrong_city_goes_again(keeper, aarhus, mombasa):
    seat = cast.make_seat(aarhus)
    keeper.post(page_of(), form(**{f"s{seat.pk}": {"city": mombasa.pk}}))
    assert Seat.objects.get().city == aarhus  # whose it is stays
    assert keeper.post(page_of(), form(**{f"s{seat.pk}": {"DELETE": "on"}})).status_code == 302
    assert not Seat.objects.exists()


@pytest.mark.parametrize("rights", [[], ["view_body", "view_seat"], ["view_seat", "add_seat"]])
def test_other_staff_give_none(client, aarhus, rights):
    other = cast.make_staff("events", vets=False)
    other.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="members"))
    client.force_login(other)
    sent = form("steering-committee", {"city": aarhus.pk})
    assert client.post(page_of(), sent).status_code == 403
    assert client.get(page_of()).status_code == (200 if "view_body" in rights else 403)
    assert not Seat.objects.exists()


def test_nobody_makes_a_body_or_takes_one_away(client):
    client.force_login(cast.make_staff("root", is_superuser=True))
    assert client.get("/admin/members/body/add/").status_code == 403
    assert client.post(page_of().replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert client.get("/admin/members/body/x/change/").status_code == 302  # Django's own: it isn't there
    assert client.post("/admin/members/body/9999999999999999999999/change/", {}).status_code == 302
    assert Body.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"since": "2015-01-01"}, "Aarhus was no member of the network on that day."),
        ({"until": "2021-01-01"}, "A seat ends after it began."),
        ({"since": ""}, "This field is required."),
        ({"city": ""}, "This field is required."),
        ({"city": "999999"}, "No city of this name or address is here."),
    ],
)
def test_what_will_not_do_is_said(keeper, aarhus, fields, words):
    shown = keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk, **fields}))
    assert words in text(shown)
    assert not Seat.objects.exists()


def test_two_seats_at_a_time_are_said(keeper, aarhus):
    cast.make_seat(aarhus)
    shown = keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}))
    assert "It has a seat on this body in this time already." in text(shown)
    Seat.objects.all().delete()
    shown = keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}, {"city": aarhus.pk, "since": "2022-01-01"}))
    assert "It has a seat on this body in this time already." in text(shown)
    cast.make_seat("Association A")
    again = {"organisation": "association a", "sort": "association"}
    shown = keeper.post(page_of("advisory-board"), form("advisory-board", again))
    assert "It has a seat on this body in this time already." in text(shown)
    assert Seat.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"organisation": ""}, "This field is required."),
        ({"sort": ""}, "This field is required."),
        ({"region": "atlantis"}, "atlantis is not one of the available choices."),
        ({"website": "no address"}, "Enter a valid URL."),
    ],
)
def test_what_will_not_do_of_an_organisation_is_said(keeper, fields, words):
    sent = form("advisory-board", {"organisation": "Association A", "sort": "association", **fields})
    assert words in text(keeper.post(page_of("advisory-board"), sent))
    assert not Seat.objects.exists()


def test_a_full_committee_is_said_with_the_day(keeper, aarhus):
    fill(25)
    shown = keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}))
    assert "All 25 seats are taken on 1 January 2021. End one first." in text(shown)
    assert Seat.objects.count() == 25


def test_one_is_ended_and_the_next_given_in_one_go(keeper, aarhus):
    last = fill(25)[-1]
    change = {f"s{last.pk}": {"until": "2021-01-01"}}
    assert keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}, **change)).status_code == 302
    assert aarhus.seats.today().exists()


def test_what_a_colleague_did_since_the_page_was_made_stays(keeper, aarhus, mombasa):
    seat = cast.make_seat(mombasa)
    page = text(keeper.get(page_of()))
    assert 'name="initial-seats-0-until"' in page
    sent = form("steering-committee", {"city": aarhus.pk})
    Seat.objects.filter(pk=seat.pk).update(until=date(2022, 1, 1))
    assert keeper.post(page_of(), sent).status_code == 302
    assert dict(Seat.objects.values_list("city__name", "until")) == {"Aarhus": None, "Mombasa": date(2022, 1, 1)}


def test_two_new_ones_of_a_form_are_counted_together(keeper, aarhus, mombasa):
    fill(24)
    shown = keeper.post(page_of(), form("steering-committee", {"city": aarhus.pk}, {"city": mombasa.pk}))
    assert "All 25 seats are taken on 1 January 2021." in text(shown)
    assert Seat.objects.count() == 24


def test_no_seat_is_given_to_what_was_merged_or_is_only_proposed(keeper, sam, aarhus):
    double = cast.make_city("Århus Kommune", slug="arhus-kommune", kind="municipality")
    cast.make_merge(aarhus, double)
    shown = keeper.post(page_of(), form("steering-committee", {"city": double.pk}))
    assert "No city of this name or address is here." in text(shown)
    assert "Lund was no member" in text(keeper.post(page_of(), form("steering-committee", {"city": cast.make_city("Lund").pk})))
    assert not Seat.objects.exists()


def test_a_seat_left_at_a_merged_city_can_be_ended(keeper, aarhus):
    double = cast.make_city("Århus Kommune", slug="arhus-kommune", kind="municipality", joined=date(2016, 1, 1))
    cast.make_seat(aarhus)
    seat = cast.make_seat(double)
    cast.make_merge(aarhus, double)
    assert "Århus Kommune" in text(keeper.get(page_of()))
    assert keeper.post(page_of(), form(**{f"s{seat.pk}": {"until": "2023-01-01"}})).status_code == 302
    assert Seat.objects.get(pk=seat.pk).until == date(2023, 1, 1)


def test_what_only_the_database_knew_is_said_too(keeper, aarhus, monkeypatch):
    """As where the city leaves between the look and the save."""
    monkeypatch.setattr(Seat, "clean", lambda _self: None)
    sent = form("steering-committee", {"city": aarhus.pk, "since": "2015-01-01"})
    assert "Nothing was saved" in text(keeper.post(page_of(), sent, follow=True))
    assert not Seat.objects.exists()


# --- The demo --------------------------------------------------------------------------------------------------------


def test_the_demo_s_seats_are_of_samples_alone_and_given_once(client, aarhus):
    samples.make_cities(60)
    assert samples.make_seats() == 17
    assert samples.make_seats() == 0
    cities: Any = Seat.objects.exclude(city=None)
    assert {seat.city.is_sample for seat in cities} == {True}
    assert (cities.today().count(), cities.today().filter(is_co_chair=True).count(), cities.earlier().count()) == (12, 2, 2)
    assert len({seat.city.region for seat in cities.today()}) >= 8
    assert {seat.organisation[:7] for seat in Seat.objects.filter(city=None)} == {"Sample "}
    assert part(client.get(COMMITTEE), "today").count(">Sample<") == 12


def test_where_somebody_has_a_seat_the_demo_gives_none(aarhus):
    samples.make_cities(20)
    cast.make_seat(aarhus)
    assert samples.make_seats() == 0


# --- Races -----------------------------------------------------------------------------------------------------------


def one_short():
    fill(24)
    return [cast.make_city(name, joined=date(2016, 1, 1)) for name in ("Bergen", "Turku")]


def meet(monkeypatch):
    """Both look before either writes."""
    meeting, count = Meeting(), Body.crowded_on
    monkeypatch.setattr(Body, "crowded_on", lambda body, seats: meeting.pass_on(count(body, seats)))


def as_sent(cities):
    """What each sends, made before either of the two gives a seat."""
    return [(page_of(), form("steering-committee", {"city": city.pk})) for city in cities]


def at_once(sam, sent):
    def press(address, data):
        client = Client()
        client.force_login(sam)
        return client.post(address, data).status_code

    return race(*(lambda pair=pair: press(*pair) for pair in sent))


@pytest.mark.django_db(transaction=True)
def test_two_who_give_the_last_seat_at_once_give_one(monkeypatch):
    sam, sent = cast.make_staff("sam"), as_sent(one_short())
    meet(monkeypatch)
    assert sorted(at_once(sam, sent)) == [200, 302]  # the second one reads that all are taken
    assert Seat.objects.today().count() == 25


@pytest.mark.django_db(transaction=True)
def test_without_the_page_s_lock_the_database_still_gives_one(monkeypatch):
    sam, sent = cast.make_staff("sam"), as_sent(one_short())
    meet(monkeypatch)
    monkeypatch.setattr(BodyAdmin, "_lock", staticmethod(lambda _object_id: None))
    assert at_once(sam, sent) == [302, 302]  # one of them is led back, with words
    assert Seat.objects.today().count() == 25


@pytest.mark.django_db(transaction=True)
def test_without_either_both_give_it(monkeypatch):
    """The negative control: 26 sit on 25 seats."""
    sam, sent = cast.make_staff("sam"), as_sent(one_short())
    meet(monkeypatch)
    monkeypatch.setattr(BodyAdmin, "_lock", staticmethod(lambda _object_id: None))
    with without_trigger(Seat, "hold_seat", "count_seats"):
        assert at_once(sam, sent) == [302, 302]
    assert Seat.objects.today().count() == 26


def one_whose_membership_ended():
    """25 have seats, one of them to a day that has passed by its membership alone; and a city for the seat that is free by it."""
    seats, turku = fill(25), cast.make_city("Turku", country="FI", joined=date(2016, 1, 1))
    ended: Any = seats[-1].city.memberships.get()
    Membership.objects.filter(pk=ended.pk).update(left=date(2022, 1, 1))
    return ended, turku


def lengthened_and_given(ended, turku):
    """One of the staff takes an end back, by whatever way; another gives the seat that it had made free."""

    def lengthen():
        with transaction.atomic():
            Membership.objects.filter(pk=ended.pk).update(left=None)
            meeting.wait()

    def give():
        with transaction.atomic():
            seat = cast.make_seat(turku, since=date(2022, 1, 1))
            meeting.wait()
        return seat

    meeting = Meeting()
    return [type(outcome).__name__ for outcome in race(lengthen, give)]


@pytest.mark.django_db(transaction=True)
def test_a_membership_made_longer_and_a_seat_given_at_once_are_not_one_too_many():
    outcomes = lengthened_and_given(*one_whose_membership_ended())
    assert outcomes in (["IntegrityError", "Seat"], ["NoneType", "IntegrityError"])
    assert Seat.objects.today().count() == 25


@pytest.mark.django_db(transaction=True)
def test_without_the_count_of_memberships_they_are():
    """The negative control: the seat that nobody touched is the twenty-sixth."""
    ended, turku = one_whose_membership_ended()
    with without_trigger(Membership, "count_seats"):
        assert lengthened_and_given(ended, turku) == ["NoneType", "Seat"]
    assert Seat.objects.today().count() == 26


def left_and_given(monkeypatch):
    """Aarhus leaves, and at this very moment somebody gives it a seat from today on. The ends of the seats that are there then."""
    aarhus, sam = cast.make_city("Aarhus"), cast.make_staff("sam")
    cast.make_body()
    meeting, end = Meeting(), Membership.end

    def leave():
        leaving.leave_as_city(aarhus, by=sam, why="A new council.")

    def ended(membership, day, **said):
        end(membership, day, **said)
        meeting.wait()

    def give():
        with transaction.atomic():
            cast.make_seat(aarhus, since=today())
            meeting.wait()

    monkeypatch.setattr(Membership, "end", ended)
    race(leave, give)
    assert not aarhus.is_member
    assert not Seat.objects.today().exists()  # whatever its date says
    return set(Seat.objects.values_list("until", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_seat_given_while_the_city_leaves_is_none(monkeypatch):
    assert left_and_given(monkeypatch) == set()


@pytest.mark.django_db(transaction=True)
def test_without_the_bodies_held_it_has_no_end(monkeypatch):
    """The negative control. It counts for nothing all the same."""
    monkeypatch.setattr(Body, "hold", lambda: None)
    assert left_and_given(monkeypatch) == {None}
