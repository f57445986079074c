"""By which clock somebody goes: that of the city of their first post today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from members.models import City, Post, User
from members.querysets import today
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya():
    return cast.make_user("maya@example.org")


def zone_of(user):
    return User.objects.get(pk=user.pk).time_zone  # as the next request finds them


def test_of_the_city_they_stand_for(maya):
    cast.make_post(maya, cast.make_city("Mombasa", time_zone="Africa/Nairobi"))
    assert zone_of(maya) == "Africa/Nairobi"


def test_of_their_first_post_whose_city_says_one(maya):
    for name, zone, since in (("Oslo", "", 2018), ("Ghent", "Europe/Brussels", 2020), ("Aarhus", "Europe/Copenhagen", 2019)):
        cast.make_post(maya, cast.make_city(name, time_zone=zone), since=date(since, 1, 1))
        City.objects.filter(name=name).update(time_zone=zone)
    assert zone_of(maya) == "Europe/Copenhagen"


@pytest.mark.parametrize(
    ("kept", "said"), [("Asia/Calcutta", "Asia/Kolkata"), ("", ""), ("Mars/Base", ""), ("Etc/GMT-3", "")]
)  # fmt: skip
def test_by_its_present_name_or_not_at_all(maya, kept, said):
    cast.make_post(maya, cast.make_city("Mumbai", country="IN", time_zone=kept))
    assert zone_of(maya) == said


@pytest.mark.parametrize("days", [{"until": 0}, {"since": 1}], ids=["over", "to come"])
def test_not_of_a_post_that_is_not_today_s(maya, days):
    cast.make_post(maya, cast.make_city("Mombasa", time_zone="Africa/Nairobi"))
    assert zone_of(maya) == "Africa/Nairobi"
    Post.objects.update(**{name: today() + timedelta(days=more) for name, more in days.items()})
    assert zone_of(maya) == ""


def test_nor_of_somebody_else_s(maya):
    cast.make_post(maya, cast.make_city("Mombasa", time_zone="Africa/Nairobi"))
    assert zone_of(cast.make_user("paul@example.org")) == ""


def test_it_is_asked_once_for_a_page(maya, django_assert_num_queries):
    cast.make_post(maya, cast.make_city("Mombasa", time_zone="Africa/Nairobi"))
    user = User.objects.get(pk=maya.pk)
    with django_assert_num_queries(1):
        assert [user.time_zone, user.time_zone] == ["Africa/Nairobi"] * 2
