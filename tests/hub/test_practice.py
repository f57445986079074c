"""The record: what the database refuses, who sees it, how its state changes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from hub.models import Entry, Practice
from hub.models.practice import Audience, State, validate_sources
from hub.querysets import old_before
from members.models import Membership, Post, User
from strongcities.workflow import MoveRefused
from tests.cast import make_staff
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("practice_prevention_levels_are_known", {"prevention_levels": ["primary", "nonsense"]}),
        ("practice_themes_are_known", {"themes": ["nonsense"]}),
        ("practice_practice_types_are_known", {"practice_types": ["nonsense"]}),
        ("practice_people_reached_are_known", {"people_reached": ["nonsense"]}),
        ("practice_sectors_are_known", {"sectors": ["nonsense"]}),
        ("practice_settings_are_known", {"settings": ["nonsense"]}),
        ("practice_forms_addressed_are_known", {"forms_addressed": ["nonsense"]}),
        ("practice_evidence_is_known", {"evidence": "5"}),
        ("practice_status_is_known", {"status": "gone"}),
        ("practice_audience_is_known", {"audience": "all"}),
        ("practice_licence_is_known", {"licence": "mine"}),
        ("practice_state_is_known", {"state": "gone"}),
        ("practice_lead_sector_is_involved", {"sectors": ["police"], "lead_sector": "health"}),
        ("practice_ends_after_it_began", {"start_year": 2010, "end_year": 2009}),
        ("practice_years_are_years", {"start_year": 12}),
        ("practice_has_title_and_summary", {"summary": ""}),
        ("practice_body_is_readable", {"body": "a" * 50_001}),
        ("practice_language_is_a_code", {"language": "E1"}),
        ("practice_sources_are_a_list", {"sources": {"title": "x"}}),
        ("practice_listed_has_a_date", {"published_at": None}),
    ],
)
def test_the_database_refuses(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_practice(make_city(), **fields)


def test_an_external_id_is_one_practices_and_none_is_no_name():
    city = make_city()
    make_practice(city)
    make_practice(city)
    make_practice(city, external_id="a")
    with pytest.raises(IntegrityError, match="practice_one_of_an_external_id"), transaction.atomic():
        make_practice(city, external_id="a")


def test_validation_says_so_before_the_database_does():
    practice = make_practice(make_city())
    practice.lead_sector = "health"
    with pytest.raises(ValidationError, match="one of the sectors"):
        practice.full_clean()


@pytest.mark.parametrize(
    "sources",
    [
        {},
        ["x"],
        [{"url": "https://a.example"}],
        [{"title": "x", "url": "javascript:alert(1)"}],
        [{"title": 1}],
        [{"title": "x", "more": "y"}],
    ],
)
def test_sources_that_are_none(sources):
    with pytest.raises(ValidationError):
        validate_sources(sources)
    validate_sources([{"title": "x", "url": "https://a.example", "publisher": "y"}])


@pytest.fixture
def everyone():
    here, there, outside = make_city(), make_city("Bergen", "NO"), make_city("Nowhere", "SE", member=False)
    users: dict[str, Any] = {
        "visitor": AnonymousUser(),
        "staff": make_staff(),
        "own": make_official(here, "own@example.org"),
        "member": make_official(there, "member@example.org"),
        "outsider": make_official(outside, "outsider@example.org"),
        "account": User.objects.create_user("account@example.org"),
    }
    left = make_city("Left", "FI", member=False)
    Membership.objects.create(city=left, joined=date(2016, 1, 1), left=date(2020, 1, 1))
    users["was a member"] = make_official(left, "left@example.org")
    users["was here"] = make_official(here, "was@example.org")
    Post.objects.filter(official__user=users["was here"]).update(until=date(2021, 1, 1))
    return here, users


@pytest.mark.parametrize("audience", Audience.values)
@pytest.mark.parametrize("state", State.values)
def test_who_sees_what(everyone, state, audience):
    here, users = everyone
    practice = make_practice(here, state=state, audience=audience)
    listed = state in {"published", "archived"}
    expected = {"staff", "own"}
    if listed:
        expected |= {"member"}
    if listed and audience == "public":
        expected |= set(users)
    seen = {name for name, user in users.items() if Practice.objects.visible_to(user).filter(pk=practice.pk).exists()}
    assert seen == expected
    found = {name for name, user in users.items() if Entry.objects.visible_to(user).filter(pk=practice.pk).exists()}
    assert found == (expected if listed else set()), "the search finds what is listed, to the same people"


def test_an_official_of_a_city_that_is_no_member_sees_its_own():
    city = make_city("Nowhere", "SE", member=False)
    own = make_practice(city, audience="members")
    other = make_practice(make_city(), audience="members")
    user = make_official(city)
    assert set(Practice.objects.visible_to(user)) == {own}
    assert set(Entry.objects.visible_to(user).values_list("pk", flat=True)) == {own.pk}
    assert set(Practice.objects.visible_to(make_staff())) == {own, other}


def test_from_a_draft_to_the_archive_and_back():
    city, staff = make_city(), make_staff()
    type(city).objects.filter(pk=city.pk).update(is_public=False)
    practice = make_practice(city, state=State.DRAFT, published_at=None)
    official = make_official(city, is_lead=True)
    practice.submit(by=official)
    practice.review(by=staff)
    practice.ask_changes(by=staff, why="Say who was reached.")
    practice.submit(by=official)
    practice.publish(by=staff)
    assert practice.published_at
    assert practice.published_at <= timezone.now()
    city.refresh_from_db()
    assert city.is_public, "a published practice shows its city"
    first = practice.published_at
    practice.archive(by=official)
    practice.restore(by=staff)
    assert practice.published_at == first
    steps = list(practice.transitions.values_list("verb", "from_state", "to_state", "why"))
    assert steps == [
        ("submit", "draft", "submitted", ""),
        ("review", "submitted", "in_review", ""),
        ("ask_changes", "in_review", "changes_asked", "Say who was reached."),
        ("submit", "changes_asked", "submitted", ""),
        ("publish", "submitted", "published", ""),
        ("archive", "published", "archived", ""),
        ("restore", "archived", "published", ""),
    ]


MAY = {
    "submit": {"own", "lead", "staff"},
    "review": {"staff"},
    "ask_changes": {"staff"},
    "publish": {"staff"},
    "archive": {"lead", "staff"},
    "restore": {"staff"},
}


@pytest.mark.parametrize("verb", Practice.MOVES)
def test_who_may(verb):
    city = make_city()
    users = {
        "visitor": AnonymousUser(),
        "other": make_official(make_city("Bergen", "NO"), "other@example.org", is_lead=True),
        "own": make_official(city, "own@example.org"),
        "lead": make_official(city, "lead@example.org", is_lead=True),
        "staff": make_staff(),
        "staff of another room": User.objects.create_user("events@example.org", is_staff=True),
    }
    practice = make_practice(city, state=min(Practice.MOVES[verb].sources))
    assert {name for name, user in users.items() if practice.may(verb, user)} == MAY[verb]
    for name, user in users.items():
        if name not in MAY[verb] | {"visitor"}:
            with pytest.raises(PermissionDenied):
                getattr(practice, verb)(by=user, **({"why": "x"} if verb == "ask_changes" else {}))
    assert not practice.transitions.exists()


def test_what_is_done_is_done():
    practice, staff = make_practice(make_city()), make_staff()
    with pytest.raises(MoveRefused):
        practice.publish(by=staff)
    with pytest.raises(ValueError, match="say what"):
        practice.ask_changes(by=staff, why=" ")
    assert not practice.transitions.exists()


def test_what_a_record_was_is_kept():
    practice = make_practice(make_city(), "First")
    practice.title = "Second"
    practice.save()
    Practice.objects.filter(pk=practice.pk).update(title="Third")
    assert list(practice.history.order_by("pgh_id").values_list("title", flat=True)) == ["First", "Second"]  # type: ignore[attr-defined]  # made by pghistory


def test_old_is_a_question_of_dates():
    city, today = make_city(), timezone.now().date()
    long_ago = timezone.now() - timedelta(days=4 * 366)
    old = make_practice(city, published_at=long_ago)
    confirmed = make_practice(city, published_at=long_ago, last_confirmed=today)
    on_the_day = make_practice(city, last_confirmed=old_before(today))
    draft = make_practice(city, published_at=long_ago, state=State.DRAFT)
    assert set(Practice.objects.old()) == {old}
    assert [practice.is_old for practice in (old, confirmed, on_the_day)] == [True, False, False]
    assert draft not in Practice.objects.old()
    assert old_before(date(2028, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("start", "end", "status", "words"),
    [
        (2007, 2015, "ended", "2007 to 2015"),
        (2007, 2007, "ended", "2007"),
        (2007, None, "running", "since 2007"),
        (2007, None, "unknown", "began in 2007"),
        (None, 2015, "ended", "until 2015"),
        (None, None, "unknown", ""),
    ],
)
def test_years_in_words(start, end, status, words):
    assert Practice(start_year=start, end_year=end, status=status).years == words
