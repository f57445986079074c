"""The directory's map in a browser: by keyboard, by finger, without scripts, read from the right."""

from __future__ import annotations

import math
import re

import pytest

from members import samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(content):
    samples.make_cities(300)


def targets(page):
    """The marks' targets: x and y of the middle, width, height, in pixels."""
    boxes = page.locator(".map .reach").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    return [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"], box["height"]) for box in boxes]


@pytest.mark.parametrize("path", ["/cities/", "/cities/?region=europe", "/ar/cities/?bbox=-20,0,60,40"])
def test_every_target_is_large_enough_for_a_finger_on_a_phone(browse, crowd, path):
    site = browse()
    site.page.set_viewport_size({"width": 360, "height": 740})
    site.go(path)
    marks = targets(site.page)
    assert len(marks) > 8
    for place, (x, y, width, height) in enumerate(marks):
        assert min(width, height) >= 24
        for other in marks[place + 1 :]:
            assert math.dist((x, y), other[:2]) >= 24
    for link in site.page.locator(".map-regions a, .map .chips a").all():
        assert link.bounding_box()["height"] >= 24
    site.check()


@pytest.mark.parametrize("dark", [False, True])
def test_the_outline_is_drawn_from_the_house_s_own_file(browse, content, dark):
    site = browse(dark=dark)
    asked = []
    site.page.on("request", lambda request: asked.append(request.url))
    site.go("/cities/")
    site.page.wait_for_function("document.querySelector('.land').getBBox().width > 1000")
    assert [url for url in asked if "world" in url] == [next(url for url in asked if re.search(r"/static/img/world.*\.svg", url))]
    site.check()


def test_keys_reach_the_marks_from_west_to_east_or_step_over_them(browse, content):
    site = browse()
    page = site.page
    site.go("/cities/")
    page.get_by_role("link", name="People of member cities").focus()
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip the map: the list has the same cities"
    assert skip.bounding_box()["width"] > 100
    before = -1.0
    for place in range(page.locator(".map a[aria-label]").count()):
        page.keyboard.press("Tab")
        here = page.locator(":focus")
        assert here.get_attribute("aria-label") == page.locator(".map a[aria-label]").nth(place).get_attribute("aria-label")
        x = float(here.locator(".reach").get_attribute("cx"))
        assert x >= before
        before = x
        assert here.locator(".reach").evaluate("one => getComputedStyle(one).strokeWidth") == "3px"
    site.go("/cities/")
    page.locator(".skip--map").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "/cities/aarhus/"


def test_closer_and_out_again_without_scripts(browse, content):
    site = browse(scripts=False)
    page = site.page
    site.go("/cities/")
    page.get_by_role("link", name=re.compile("among them .*London")).click()
    assert "bbox=" in page.url
    assert "Denver" not in page.locator("#found").inner_text()
    page.locator("#found").get_by_role("link", name="London").wait_for()
    page.get_by_role("link", name="The whole world").click()
    assert "bbox=" not in page.url
    page.get_by_role("link", name="Denver").first.wait_for()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.locator(".map details > svg").is_visible()
    page.locator(".map summary").click()
    assert not page.locator(".map details > svg").is_visible()


def test_map_and_list_stand_side_by_side_where_there_is_room(browse, content):
    site = browse(language="ar")
    site.go("/ar/cities/")
    chart, found = site.page.locator(".map").bounding_box(), site.page.locator("#found").bounding_box()
    assert chart["x"] > found["x"] + found["width"]  # read from the right, the map first
    assert abs(chart["y"] - found["y"]) < 20
    west, east = (site.page.locator(f".map a[aria-label*={name}] .reach").bounding_box()["x"] for name in ("Denver", "Mumbai"))
    assert west < east  # the world itself isn't mirrored
    site.check()


def test_filters_are_ticked_and_left_out(browse, content):
    site = browse()
    page = site.page
    site.go("/cities/")
    page.locator(".filters summary").click()
    page.get_by_label("Europe", exact=True).check()
    page.get_by_label("South Asia", exact=True).check()
    site.check()
    page.get_by_role("button", name="Show cities").click()
    assert "region=europe&region=south-asia" in page.url
    assert page.locator("#found h3").all_inner_texts() == [
        "Aarhus", "Antalya", "Copenhagen", "London", "Mumbai", "Oslo", "Palermo", "Paris", "Rotterdam", "Stockholm",
    ]  # fmt: skip
    page.get_by_role("link", name="Region: Europe").click()
    assert page.locator("#found h3").all_inner_texts() == ["Mumbai"]
