"""Which themes stand first, from when to when."""

import importlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from hub.models import ThemeOrder
from hub.models.theme_order import in_order
from members.models import User
from members.querysets import today
from strongcities.themes import Theme
from tests.cast import make_staff, secretariat
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
USUAL = list(Theme.values)
ADD = "/admin/hub/themeorder/add/"


def make_order(*themes: str, begins: int = 0, ends: int = 0, why: str = "Decided in Paris.") -> ThemeOrder:
    return ThemeOrder.objects.create(begins=today() + begins * DAY, ends=today() + ends * DAY, themes=list(themes), why=why)


def now():
    return in_order(dict(Theme.choices))


def test_the_first_ones_lead_and_the_others_follow():
    assert now() == USUAL
    make_order("gender-equality", "youth-engagement")
    assert now() == [
        "gender-equality",
        "youth-engagement",
        *(slug for slug in USUAL if slug not in {"gender-equality", "youth-engagement"}),
    ]


def test_before_and_after_its_days_the_usual_order_holds():
    make_order("gender-equality", begins=-3, ends=-1)
    make_order("youth-engagement", begins=1, ends=3)
    assert now() == USUAL
    make_order("public-private-partnerships")
    assert now()[0] == "public-private-partnerships"


def test_the_filters_of_the_hub_follow_it(client):
    make_practice(make_city(), themes=USUAL)
    assert shown(client) == USUAL
    make_order("gender-equality", "crisis-response-and-victims")
    assert shown(client)[:3] == ["gender-equality", "crisis-response-and-victims", USUAL[0]]
    assert set(shown(client)) == set(USUAL)


def shown(client):
    (group,) = [group for group in client.get("/hub/", {"sort": "newest"}).context["groups"] if group.facet.name == "theme"]
    return [option.value for option in [*group.options, *group.more]]


def test_the_home_page_follows_it(client):
    make_practice(make_city(), themes=USUAL)
    before = on_the_home_page(client)
    assert (len(before), "gender-equality" in before) == (4, False)
    make_order("gender-equality", before[1])
    assert on_the_home_page(client) == ["gender-equality", before[1], before[0], before[2]]


def on_the_home_page(client):
    return re.findall(r"\?theme=([a-z-]+)\"", client.get("/").content.decode())


def test_the_database_holds_it():
    make_order("gender-equality", begins=0, ends=5)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"themes": ["youth-engagement"], "begins": 5, "ends": 9}, "theme_order_one_at_a_time"),
        ({"themes": ["youth-engagement"], "begins": 9, "ends": 8}, "theme_order_ends_after_it_begins|range lower bound"),
        ({"themes": [], "begins": 9, "ends": 9}, "theme_order_is_of_known_themes"),
        ({"themes": ["nothing"], "begins": 9, "ends": 9}, "theme_order_is_of_known_themes"),
        ({"themes": ["youth-engagement"], "begins": 9, "ends": 9, "why": ""}, "theme_order_says_why"),
        ({"themes": ["youth-engagement", "gender-equality", "youth-engagement"], "begins": 9, "ends": 9}, "theme_order_has_each_once"),
    ]
    for values, name in refused:
        with pytest.raises(Exception, match=name) as raised, transaction.atomic():
            make_order(*values.pop("themes"), **values)
        assert isinstance(raised.value, IntegrityError) or "range lower bound" in str(raised.value)
    make_order("youth-engagement", begins=6, ends=9)


def test_a_theme_that_stood_in_an_order_twice_keeps_its_first_place():
    """What was written before the database held it."""
    (rule,) = [rule for rule in ThemeOrder._meta.constraints if rule.name == "theme_order_has_each_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ThemeOrder, rule)
        make_order("youth-engagement", "gender-equality", "youth-engagement", "polarisation-and-hate")
        editor.execute(importlib.import_module("hub.migrations.0040_picks_sums_orders").MEND)
        editor.add_constraint(ThemeOrder, rule)
    assert now()[:3] == ["youth-engagement", "gender-equality", "polarisation-and-hate"]


def test_it_holds_from_its_first_day_to_its_last():
    orders = [ThemeOrder(begins=today() + begins * DAY, ends=today() + ends * DAY) for begins, ends in ((-3, -1), (-3, 0), (0, 3), (1, 3))]
    assert [order.holds for order in orders] == [False, True, True, False]


@pytest.fixture
def staff(client):
    client.force_login(user := make_staff())
    return user


def form(**fields):
    days = {"begins": today().isoformat(), "ends": (today() + DAY).isoformat()}
    return {**days, "why": "Decided in Paris.", "place_gender": "2", "place_youth": "1", **fields}


def test_staff_number_them(client, staff):
    response = client.post(ADD, form())
    assert response.status_code == 302, response.context["errors"]
    order = ThemeOrder.objects.get()
    assert order.themes == ["youth-engagement", "gender-equality"]
    address = reverse("admin:hub_themeorder_change", args=[order.pk])
    page = client.get(address)
    fields = page.context["adminform"].form
    assert [fields[name].value() for name in ("place_youth", "place_gender", "place_crisis")] == [1, 2, None]
    rows = {"history-TOTAL_FORMS": 0, "history-INITIAL_FORMS": 0}
    assert client.post(address, {**form(place_youth="", place_crisis="1"), **rows}).status_code == 302
    order.refresh_from_db()
    assert order.themes == ["crisis-response-and-victims", "gender-equality"]
    assert "<td>Youth engagement · Gender equality</td>" in client.get(address).content.decode()
    assert '<span class="stamp stamp--good">holds</span>' in client.get("/admin/hub/themeorder/?shown=today").content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"place_gender": "", "place_youth": ""}, "Give at least one theme a place."),
        ({"place_gender": "1"}, "Two themes have the same place."),
        ({"place_gender": "16"}, "less than or equal to 15"),
        ({"place_gender": "0"}, "greater than or equal to 1"),
        ({"why": ""}, "This field is required."),
        ({"ends": "2001-01-01"}, "It can’t end before it begins."),
        ({"ends": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said(client, staff, changed, words):
    response = client.post(ADD, form(**changed))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not ThemeOrder.objects.exists()


def test_two_orders_for_one_day_are_refused_with_words(client, staff):
    make_order("gender-equality")
    assert "Another order of themes holds for some of these days." in client.post(ADD, form()).content.decode()
    assert ThemeOrder.objects.count() == 1


def test_the_secretariat_keeps_it_and_nobody_else(client):
    order = make_order("gender-equality")
    addresses = [
        "/admin/hub/themeorder/",
        ADD,
        *(reverse(f"admin:hub_themeorder_{name}", args=[order.pk]) for name in ("change", "delete")),
    ]
    other = User.objects.create_user("events@example.org", is_staff=True)
    for user, status in ((None, 302), (make_official(make_city()), 302), (other, 403)):
        client.logout()
        if user:
            client.force_login(user)
        assert {client.get(address).status_code for address in addresses} == {status}
        assert client.post(ADD, form()).status_code == status
    other.groups.add(secretariat())
    assert {client.get(address).status_code for address in addresses} == {200}
    assert ThemeOrder.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_one_number_of_queries(client, staff, django_assert_num_queries, number):
    for place in range(number):
        make_order("gender-equality", begins=place, ends=place)
    with django_assert_num_queries(7):
        assert len(client.get("/admin/hub/themeorder/").context["cl"].result_list) == number
