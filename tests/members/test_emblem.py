"""The emblem: the same for the same city, another for another, and nothing in it that the data doesn't say."""

import re
from itertools import pairwise
from types import SimpleNamespace

from django.template import Context, Template
from django.utils.translation import override

from members import emblem
from members.regions import Population

TO_5_MILLION = "1-to-5-million"


def city(name="Aarhus", band="250-000-to-1-million", region="europe", longitude=10.2, **more):
    more = {"is_sample": False, **more}
    return SimpleNamespace(
        name=name, population_band=band, region=region, longitude=longitude, get_absolute_url=lambda: f"/cities/{name.lower()}/", **more
    )


def render(source, **context):
    with override("en"):
        return Template("{% load emblems %}" + source).render(Context(context))


def windows(svg):
    return svg.count("z", svg.index('class="w"')) if 'class="w"' in svg else 0


def test_same_city_same_emblem_other_city_other_emblem():
    assert emblem.bars("Aarhus", TO_5_MILLION, 48) == emblem.bars("Aarhus", TO_5_MILLION, 48)
    names = [f"City {n}" for n in range(500)]
    assert len({tuple(emblem.bars(name, TO_5_MILLION, 48)) for name in names}) == 500


def test_width_follows_the_band():
    widths = [max(bar.x + bar.width for bar in emblem.bars("Aarhus", band, 48)) for band in Population.values]
    assert [round(width) for width in widths] == [29, 37, 45, 54, 62]
    unknown = max(bar.x + bar.width for bar in emblem.bars("Aarhus", "", 48))
    assert round(unknown) == 40


def test_bars_stand_apart_and_inside():
    for n in range(300):
        group = emblem.bars(f"City {n}", Population.values[n % 5], 48)
        assert 3 <= len(group) <= 5
        assert all(0 < bar.eaves <= max(bar.left, bar.right) <= 48 for bar in group)
        assert all(left.x + left.width < right.x for left, right in pairwise(group))
        assert min(bar.width for bar in group) >= 3


def test_lit_windows_are_the_practices():
    for lit in (0, 1, 4):
        assert windows(emblem.emblem("Aarhus", TO_5_MILLION, "europe", lit)) == lit
    many = windows(emblem.emblem("Aarhus", TO_5_MILLION, "europe", 1000))
    assert 4 < many < 100  # as many as there is room for


def test_windows_lie_within_the_drawing():
    svg = emblem.emblem("Aarhus", TO_5_MILLION, "europe", 1000)
    spots = re.findall(r"M([\d.]+) ([\d.]+)h3", svg)
    assert spots
    assert all(0 < float(x) < 64 and 0 < float(y) < 50 for x, y in spots)


def test_emblem_is_decorative_unless_named():
    assert 'aria-hidden="true"' in render("{% emblem city %}", city=city())
    named = render("{% emblem city named=True large=True %}", city=city("<Ærø>"))
    assert 'role="img" aria-label="Emblem of &lt;Ærø&gt;"' in named
    assert "emblem--large" in named
    assert "aria-hidden" not in named


def test_region_is_a_class_and_nothing_is_styled_inline():
    svg = render("{% emblem city 3 %}", city=city())
    assert 'class="emblem r-europe"' in svg
    assert "style" not in svg


def test_skyline_links_every_city_from_west_to_east():
    html = render(
        "{% skyline cities %}",
        cities=[city("Mombasa", longitude=39.7), city("Nowhere", longitude=None), city("Denver", longitude=-105.0, lit=2)],
    )
    assert re.findall(r'href="([^"]+)"', html) == ["/cities/denver/", "/cities/mombasa/", "/cities/nowhere/"]
    assert re.findall(r"<span>([^<]+)</span>", html) == ["Denver", "Mombasa", "Nowhere"]
    assert html.count('class="w"') == 1


def test_skyline_says_what_is_a_sample():
    assert "<span>Testham (sample)</span>" in render("{% skyline cities %}", cities=[city("Testham", is_sample=True)])


def test_emblem_is_small_and_kept():
    svg = emblem.emblem("Aarhus", TO_5_MILLION, "europe", 3)
    assert len(svg) < 800
    assert emblem.emblem("Aarhus", TO_5_MILLION, "europe", 3) is svg
