"""A person who has a keyboard and nothing else: every stop of a page, and going to one of them.

What a stop must be: framed, by an outline of its own or its parent's (the search field with its button) or, on the map, by a
stroke; in view, with nothing over it; with at most one side of the frame cut off by a box that scrolls; and no step back in
the reading direction from the stop before it.
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Watched

MOST = 500  # stops that a page has at most

# Told at the key that leaves a stop, when the page has come to rest around it.
_WATCH = r"""
window.keys = { told: [], been: new Set(), before: null };
(() => {
  const rtl = () => getComputedStyle(document.documentElement).direction === "rtl";
  const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  function frame(here) {
    if (here instanceof SVGElement) {
      const reach = getComputedStyle(here.querySelector(".reach") ?? here);
      return reach.stroke !== "none" && parseFloat(reach.strokeWidth) >= 2 ? here : null;
    }
    return [here, here.parentElement].find((node) => node && drawn(getComputedStyle(node))) ?? null;
  }
  function cut(framed) {
    if (framed instanceof SVGElement) return 0;
    const style = getComputedStyle(framed), box = framed.getBoundingClientRect();
    const grown = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset) - 1;
    const mine = { top: box.top - grown, left: box.left - grown, bottom: box.bottom + grown, right: box.right + grown };
    const sides = new Set();
    const within = (top, left, bottom, right) => {
      if (mine.top < top) sides.add("top");
      if (mine.left < left) sides.add("left");
      if (mine.bottom > bottom) sides.add("bottom");
      if (mine.right > right) sides.add("right");
    };
    within(0, 0, innerHeight, innerWidth);
    for (let node = framed.parentElement; node && node !== document.body; node = node.parentElement) {
      if (getComputedStyle(node).overflow === "visible") continue;
      const { top, left, bottom, right } = node.getBoundingClientRect();
      within(top, left, bottom, right);
    }
    return sides.size;
  }
  function covered(here) {
    const box = here.getClientRects()[0] ?? here.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const dots = [[x, y], [box.left + 3, y], [box.right - 3, y]];
    // The box of a word in a line reaches into its neighbours, and a text to write in may be taller than the window.
    if (getComputedStyle(here).display !== "inline") dots.push([x, box.top + 3], [x, box.bottom - 3]);
    if (here.matches("textarea")) dots.splice(0, 5, [x, box.top + 3]);
    return dots.some(([left, top]) => {
      const seen = document.elementFromPoint(left, top);
      return !seen || !(here.contains(seen) || seen.contains(here));
    });
  }
  function floats(node) {
    for (; node; node = node.parentElement) if (["sticky", "fixed", "absolute"].includes(getComputedStyle(node).position)) return true;
    return false;
  }
  function back(here, before) {
    if (!before || here instanceof SVGElement || floats(here) || floats(before)) return false;
    const box = here.getBoundingClientRect(), one = before.getBoundingClientRect();
    if (box.bottom <= one.top + 1 && box.left < one.right && box.right > one.left) return true;  // above it, in the same column
    const sameLine = Math.min(box.bottom, one.bottom) - Math.max(box.top, one.top) > 0.6 * Math.min(box.height, one.height);
    return sameLine && (rtl() ? box.left >= one.right : box.right <= one.left);
  }
  function tell(here) {
    const framed = frame(here), wrong = [];
    if (!framed) wrong.push("no frame");
    else if (cut(framed) > 1) wrong.push("its frame is cut");
    if (covered(here)) wrong.push("out of sight");
    if (here.tabIndex > 0) wrong.push("an order of its own");
    if (back(here, keys.before)) wrong.push(`back from ${keys.before.outerHTML.slice(0, 60)}`);
    keys.before = here;
    keys.been.add(here);
    return wrong.map((words) => `${words}: ${here.outerHTML.slice(0, 100)}`);
  }
  // Where the next Tab begins is the place that had the focus last: made to be the page itself, which doesn't keep it.
  keys.rewind = () => {
    const page = document.documentElement;
    page.tabIndex = -1;
    page.focus();
    page.blur();
    page.removeAttribute("tabindex");
    scrollTo(0, 0);
    keys.told = [], keys.before = null, keys.been.clear();
  };
  keys.due = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((node) =>
    node.tabIndex >= 0 && !node.matches(":disabled, [type=hidden]") && node.checkVisibility({ visibilityProperty: true }));
  keys.missed = () => keys.due().filter((node) => !keys.been.has(node) && !(node.type === "radio" && keys.due().some((other) =>
    other.type === "radio" && other.name === node.name && other.form === node.form && keys.been.has(other))))
    .map((node) => `never reached: ${node.outerHTML.slice(0, 100)}`);
  addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey) return;
    const here = document.activeElement;
    // The end of the page, where the focus leaves it or begins anew.
    keys.told.push(!here || here === document.body || keys.been.has(here) ? null : tell(here));
  }, true);
})();
"""


def watch_keys(site: Watched) -> None:
    """Before the first page is opened."""
    site.page.add_init_script(_WATCH)


def walk(site: Watched, *, least: int = 5) -> list[str]:
    """Tab once through the whole page as it stands, from its top; what was wrong on the way. The focus is at the top again."""
    page = site.page
    page.evaluate("keys.rewind()")
    pressed = 0
    due = page.evaluate("keys.due().length")
    told: list[list[str] | None] = []
    while pressed < MOST:
        for _ in range(max(due + 2 - pressed, 10)):
            page.keyboard.press("Tab")
            pressed += 1
        told = page.evaluate("keys.told")
        if None in told[1:]:
            break
    stops = told[1:]
    assert None in stops, f"{page.url}: no end after {pressed} stops"
    stops = stops[: stops.index(None)]
    assert len(stops) >= least, f"{page.url}: only {len(stops)} stops"
    wrong: list[str] = [line for stop in stops if stop for line in stop] + page.evaluate("keys.missed()")
    page.evaluate("keys.rewind()")
    return wrong


def reach(page: Page, target: str) -> None:
    """Tab on until `target` (a selector) has the focus."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("target => document.activeElement.matches(target)", target):
            return
    raise AssertionError(f"{page.url}: no key reaches {target}")


def skip(page: Page) -> None:
    """By the skip link to the content: the first stop of every page."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('main, #content-start, #content')"), f"{page.url}: the skip link skips nothing"


def enter(page: Page, target: str) -> None:
    """Go to a link or button and press Enter; the next page is there."""
    reach(page, target)
    with page.expect_event("domcontentloaded"):  # a navigation may be that of a skip link, told late
        page.keyboard.press("Enter")


def write(page: Page, target: str, words: str) -> None:
    reach(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)


def choose(page: Page, name: str, value: str) -> None:
    """A radio of the group `name`: Tab to the group, space, then arrows."""
    reach(page, f"[type=radio][name={name}]")
    page.keyboard.press("Space")
    for _ in range(20):
        if page.evaluate("value => document.activeElement.value === value", value):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{page.url}: no arrow reaches {value}")


def pick(page: Page, target: str, value: str) -> None:
    """An option of a select, by the arrows."""
    reach(page, target)
    for _ in range(MOST):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{page.url}: no arrow reaches {value}")
