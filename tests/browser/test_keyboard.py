"""Who goes through a page by keyboard sees at each step where they are: a frame, and nothing that lies over it."""

from __future__ import annotations

import pytest

# The frame may be drawn by a parent (the search field with its button). Answers null at the end of the page.
STOP = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return null;
    const framed = (node) => {
        const style = getComputedStyle(node);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    };
    const box = here.getBoundingClientRect();
    const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        what: here.outerHTML.slice(0, 120),
        framed: framed(here) || framed(here.parentElement),
        seen: seen !== null && (here.contains(seen) || seen.contains(here)),
    };
}"""
MOST = 300


@pytest.mark.parametrize("path", ["/", "/hub/?q=youth", "/cities/", "/join/city/", "/account/login/", "/ar/hub/"])
def test_each_stop_is_seen(browse, content, path):
    site = browse()
    site.page.set_viewport_size({"width": 1280, "height": 700})
    site.go(path)
    stops: list[dict[str, object]] = []
    while len(stops) < MOST:
        site.page.keyboard.press("Tab")
        stop = site.page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    assert 10 < len(stops) < MOST
    assert [stop["what"] for stop in stops if not stop["framed"]] == []
    assert [stop["what"] for stop in stops if not stop["seen"]] == []
