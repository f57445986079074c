"""The map of the world: its projection, its sections, its outline, and its marks."""

import math
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from members import countries, map as world, marks, samples
from members.map import REGIONS, WORLD, Box, View
from members.models import City
from members.regions import Region
from tests import cast

OUTLINE = Path(__file__).resolve().parents[2] / "static" / "img" / "world.svg"

# --- The projection --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "height"),
    # y of the unit sphere, from the polynomial of the paper worked by hand at its ends: A1..A4 at theta = 0 and 60 degrees.
    [(0, 0.0), (90, 1.3173627591574), (-90, -1.3173627591574)],
)
def test_the_constants_are_the_paper_s(latitude, height):
    radius = world.WIDTH / (2 * 2.7066299836960748)  # x of the unit sphere at the equator's end
    assert (world.HEIGHT / 2 - world.height(latitude)) / radius == pytest.approx(height, abs=1e-9)


def test_as_wide_as_the_equator_is_long():
    assert world.project(0, 11) == pytest.approx((world.WIDTH / 2, world.HEIGHT / 2))
    assert world.project(0, -169)[0] == pytest.approx(0)
    assert world.project(0, -169.0001)[0] == pytest.approx(world.WIDTH, abs=0.1)


def test_equal_areas():
    """A strip of one degree has the area that it has on the globe, at every latitude."""
    radius = world._RADIUS
    for south in range(-89, 89, 7):
        drawn = (world.height(south) - world.height(south + 0.001)) * world.per_degree(south + 0.0005)
        globe = radius**2 * math.radians(1) * (math.sin(math.radians(south + 0.001)) - math.sin(math.radians(south)))
        assert drawn == pytest.approx(globe, rel=1e-4)


@given(st.floats(-90, 90))
def test_a_height_gives_its_latitude_back(latitude):
    assert world.latitude_at(world.height(latitude)) == pytest.approx(latitude, abs=1e-6)


@given(st.floats(-180, 180))
def test_a_turn_gives_its_longitude_back(longitude):
    back = world.longitude_of(world.turned(longitude))
    assert (back - longitude + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)


# --- Sections --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,5,5", "0,-91,5,5", "-181,0,5,5", "0,0,0,5", "nan,0,5,5", "0,0,inf,5"]
)
def test_no_section(text):
    with pytest.raises(ValueError):  # noqa: PT011  whichever part of it is wrong
        Box.read(text)


def test_a_section_is_written_as_it_is_read():
    assert str(Box.read("177,-20.5,-178,0")) == "177,-20.5,-178,0"


places = st.tuples(st.floats(-85, 85), st.floats(-180, 179.99))


@given(st.lists(places, min_size=1, max_size=5), st.floats(0.01, 50))
def test_a_section_about_places_holds_them_and_so_does_its_view(given_places, least):
    latitudes, turns = [place[0] for place in given_places], [world.turned(place[1]) for place in given_places]
    box = Box.read(str(Box.about(min(latitudes), max(latitudes), min(turns), max(turns), least=least)))
    view = View.of([box])
    start, end = box.turns
    for latitude, longitude in given_places:
        assert box.south <= latitude <= box.north
        assert start - 0.02 <= world.turned(longitude) <= end + 0.02
        x, y = view.place(latitude, longitude)
        assert -1 <= x <= 1001
        assert -1 <= y <= view.drawn_height + 1
    assert 1.29 <= view.width / view.height <= 2.31


def test_wider_is_wider():
    box = Box(8, 54, 12, 58)
    wider = box.wider()
    assert (wider.west, wider.south, wider.east, wider.north) == (4, 50, 16, 62)


# Islands far off, the north's and the south's ends, and Russia, whose middle lies in Siberia.
FAR = {"BV", "CK", "GL", "HM", "IO", "KI", "PF", "PN", "RU", "SJ", "TF"}


def test_each_region_s_section_has_its_countries():
    """But for those that lie far off: where one of their cities is a member, the page says so."""
    every = [code for code, _name in countries.choices()]
    assert {code for code in every if not inside(REGIONS[countries.region_of(code)], *countries.place_of(code))} == FAR
    assert set(REGIONS) == set(Region)


def inside(box, latitude, longitude):
    start, end = box.turns
    return box.south <= latitude <= box.north and start <= world.turned(longitude) <= end


# --- The outline -----------------------------------------------------------------------------------------------------


def test_the_outline_is_small_and_holds_land_alone():
    text = OUTLINE.read_text()
    assert len(text) < 60_000
    assert re.fullmatch(r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="[\d ]+"><path id="land" d="[MlzZ\d\s-]+"/></svg>\n', text)


def rings():
    """The outline's rings as points of the map."""
    found = []
    for ring in re.findall(r"M(-?\d+) (-?\d+)l([^z]*)z", OUTLINE.read_text()):
        x, y = int(ring[0]), int(ring[1])
        points = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", ring[2])))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


def on_land(latitude, longitude):
    x, y = world.project(latitude, longitude)
    odd = False
    for points in rings():
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                odd = not odd
    return odd


@pytest.mark.parametrize(
    "place", [(48.85, 2.35), (12.0, 8.5), (-15.84, -70.02), (39.74, -104.98), (66, -172), (67, 178), (66, -160), (-25, 135), (62, 100)]
)
def test_land_is_where_the_projection_puts_it(place):
    assert on_land(*place)


@pytest.mark.parametrize("place", [(0, -30), (40, -150), (-40, 80), (10, 170), (43, 35), (42, 51)])
def test_and_sea_is_sea(place):
    assert not on_land(*place)


def test_no_ring_runs_across_the_whole_map():
    """A ring that the map's cut went through would be drawn from one edge to the other."""
    for points in rings():
        assert all(abs(ax - bx) < world.WIDTH / 8 for (ax, _), (bx, _) in pairwise(points))


# --- Marks -----------------------------------------------------------------------------------------------------------


def member(name, latitude, longitude, **fields):
    return cast.make_city(name, latitude=latitude, longitude=longitude, joined=date(2020, 1, 1), **fields)


def places_of(marks_):
    return [(mark.count, mark.names) for mark in marks_.shown]


@pytest.mark.django_db
def test_a_city_stands_where_the_projection_puts_it():
    member("Nairobi", -1.2864, 36.8172, country="KE")
    (mark,) = marks.on(WORLD, City.objects.all()).shown
    assert (mark.x, mark.y) == pytest.approx(WORLD.place(-1.2864, 36.8172))
    assert (mark.count, mark.names, mark.slug) == (1, ("Nairobi",), "nairobi-ke")


@pytest.mark.django_db
def test_near_ones_are_one_mark_that_opens_closer():
    member("Aarhus", 56.157, 10.211, population=285_273)
    member("Copenhagen", 55.676, 12.566, population=1_153_615)
    member("Denver", 39.739, -104.985, country="US")
    shown = marks.on(WORLD, City.objects.all()).shown
    assert [(mark.count, mark.names) for mark in shown] == [(1, ("Denver",)), (2, ("Copenhagen", "Aarhus"))]
    assert shown[1].box is not None
    closer = View.of([shown[1].box])
    assert places_of(marks.on(closer, City.objects.filter(country="DK"))) == [(1, ("Aarhus",)), (1, ("Copenhagen",))]


@pytest.mark.django_db
def test_those_in_one_spot_are_told_in_the_list():
    for name, kind in (("Geneva", "city"), ("Geneva canton", "state")):
        member(name, 46.2, 6.15, country="CH", kind=kind)
    (mark,) = marks.on(WORLD, City.objects.all()).shown
    assert mark.box is None
    assert mark.about.south < 46.2 < mark.about.north


@pytest.mark.django_db
def test_what_is_not_in_the_view_is_counted():
    member("Oslo", 59.9, 10.7, country="SE")
    member("Nairobi", -1.3, 36.8, country="KE")
    member("Lima", -12.0, -77.0, country="PE")
    cast.make_city("Nowhere")
    found = marks.on(View.of([REGIONS[Region.EUROPE]]), City.objects.all())
    assert (found.on_map, found.outside, found.nowhere) == (1, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("view", [WORLD, *(View.of([box]) for box in REGIONS.values())])
def test_no_two_marks_nearer_than_a_finger_and_none_cut(view):
    samples.make_cities(600)
    found = marks.on(view, City.objects.all())
    assert found.on_map + found.outside + found.nowhere == 600
    assert sum(mark.count for mark in found.shown) == found.on_map > 10
    for place, one in enumerate(found.shown):
        assert marks.APART / 2 - 0.01 <= one.x <= 1000 - marks.APART / 2 + 0.01
        assert marks.APART / 2 - 0.01 <= one.y <= view.drawn_height - marks.APART / 2 + 0.01
        for other in found.shown[place + 1 :]:
            assert math.dist((one.x, one.y), (other.x, other.y)) >= marks.APART - 0.01


@pytest.mark.django_db
def test_every_city_is_reached_by_going_closer():
    """From the world on, each mark's section shows all of its cities, on more marks than one, down to the single ones."""
    samples.make_cities(150)
    cities, seen, looks = City.objects.all(), set(), 0
    todo = [WORLD]
    while todo:
        looks += 1
        assert looks < 500
        for mark in marks.on(todo.pop(), cities).shown:
            if mark.count == 1:
                seen.add(mark.slug)
            elif mark.box:
                inside_it = City.objects.filter(latitude__range=(mark.box.south, mark.box.north))
                closer = marks.on(View.of([mark.box]), inside_it)
                assert closer.on_map >= mark.count
                assert len(closer.shown) > 1
                todo.append(View.of([mark.box]))
            else:
                seen |= set(cities.filter(latitude__range=(mark.about.south, mark.about.north)).values_list("slug", flat=True))
    assert seen >= set(cities.exclude(latitude=None).values_list("slug", flat=True))


@pytest.mark.django_db
def test_names_cover_neither_marks_nor_each_other():
    samples.make_cities(40)
    shown = marks.on(WORLD, City.objects.all()).shown
    spots = [(m.x - 16, m.y - 16, m.x + 16, m.y + 16) for m in shown]
    names = [(m, 9.5 * len(m.names[0])) for m in shown if m.side != "none"]
    assert names
    for mark, length in names:
        left, right = (mark.x + 17, mark.x + 16 + length) if mark.side == "end" else (mark.x - 16 - length, mark.x - 17)
        spot = (left, mark.y - 13, right, mark.y + 13)
        assert not any(marks._over(spot, other) for other in spots)
        spots.append(spot)
