"""On a phone the hub's open filters are many screens long: the button that shows their results is in sight all along, on a ground of
its own, so that no filter shows half behind it."""

from __future__ import annotations

import pytest

SEEN = """button => {
    const ground = button.closest("details").querySelector(":scope > :has(button[form=search]), :scope > button[form=search]");
    const box = button.getBoundingClientRect(), fold = button.closest("details").getBoundingClientRect();
    const across = [fold.left + 1, box.left + 1, (box.left + box.right) / 2, box.right - 1, fold.right - 1];
    const down = [box.top + 1, (box.top + box.bottom) / 2, box.bottom - 1, Math.min(fold.bottom, innerHeight) - 1];
    const seen = across.flatMap(x => down.map(y => document.elementFromPoint(x, y)));
    return {
        position: getComputedStyle(ground).position,
        paper: getComputedStyle(ground).backgroundColor === getComputedStyle(document.body).backgroundColor,
        inside: box.top >= 0 && box.bottom <= innerHeight,
        over: seen.filter(one => !ground.contains(one)).map(one => one.outerHTML.slice(0, 80)),
    };
}"""


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_the_button_stays_in_sight_and_covers_what_is_behind_it(browse, content, prefix):
    site = browse(language="ar" if prefix else "en")
    page = site.page
    page.set_viewport_size({"width": 360, "height": 740})
    site.go(f"{prefix}/hub/?q=youth")
    page.locator(".fold > summary").click()
    for folded in page.locator(".fold .more > summary").all():
        folded.click()
    button = page.locator("button[form=search]")
    fold = page.locator(".fold").bounding_box()
    assert fold
    assert fold["height"] > 3 * 740
    start, end = fold["y"] + page.evaluate("scrollY"), fold["height"] - 740
    seen = []
    for far in range(0, int(end) + 1, 170):
        page.evaluate("y => scrollTo(0, y)", start + far)
        seen.append(button.evaluate(SEEN))
    assert len(seen) > 10
    assert {(one["position"], one["paper"]) for one in seen} == {("sticky", True)}
    assert [one["inside"] for one in seen] == [True] * len(seen)
    assert [one["over"] for one in seen if one["over"]] == []
    site.check()
