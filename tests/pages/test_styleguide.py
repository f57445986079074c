"""The styleguide shows every component: each stylesheet is named there beside something that it draws, or says here why not."""

import re

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db

CSS = settings.BASE_DIR / "static/css"
NOT_SHOWN = {
    "layers.css": "declares the order of the others, draws nothing",
    "house.css": "gathers the others into one",
    "reset.css": "takes the browser's own looks away",
    "layout.css": "where things stand on a page; the guide's own page is laid out by it",
    "states.css": "draws nothing of its own: what others draw, for readers who ask for less motion, more contrast, their own colours",
    "print.css": "is for paper",
    "admin.css": "is for Django's admin, whose pages the guide has none of",
    "without-scripts.css": "is for Django's admin as well, where scripts are off",
    "styleguide.css": "lays out the guide itself",
}
ENTRY = re.compile(
    r'<section class="entry">\s*<h2>(.*?) <code>(.*?)</code></h2>(.*?)</section>\s*(?=<section class="entry">|</div>\s*<p class="wrap)',
    re.DOTALL,
)


@pytest.fixture(scope="module")
def guide(django_db_setup, django_db_blocker):
    """The page as a stranger gets it: read by each test, changed by none, so it is asked for once."""
    with django_db_blocker.unblock():
        return Client().get("/styleguide/").content.decode()


def entries(guide):
    """What each stylesheet is named beside: {file: markup}."""
    shown: dict[str, str] = {}
    found = ENTRY.findall(guide)
    assert len(found) == guide.count('<section class="entry">')
    for _name, files, markup in found:
        for file in files.split(", "):
            shown[file] = shown.get(file, "") + markup
    return shown


def classes(sheet):
    """The classes for which a stylesheet has a rule."""
    rules = re.sub(r"/\*.*?\*/", "", (CSS / sheet).read_text(), flags=re.DOTALL)
    return {name for selector in re.findall(r"([^{}]+)\{", rules) for name in re.findall(r"\.([a-z][\w-]*)", selector)}


def test_every_stylesheet_is_shown_or_says_why_not(guide):
    there = {path.name for path in CSS.glob("*.css")}
    shown = set(entries(guide))
    assert "button.css" in shown
    assert there - shown - set(NOT_SHOWN) == set(), "the styleguide shows nothing of it"
    assert (shown | set(NOT_SHOWN)) - there == set(), "no such stylesheet"
    assert shown & set(NOT_SHOWN) == set()


def test_each_is_named_beside_what_it_draws(guide):
    for sheet, markup in entries(guide).items():
        drawn = {name for names in re.findall(r'class="([^"]*)"', markup) for name in names.split()}
        assert classes(sheet) & drawn or not classes(sheet) - {"r", "w"} or sheet in {"tokens.css", "base.css"}, sheet


def test_each_is_loaded(guide):
    loaded = set(re.findall(r"css/([\w-]+\.css)", guide[: guide.index("</head>")]))
    loaded |= set(re.findall(r"[\w-]+\.css", (CSS / "house.css").read_text()))
    assert set(entries(guide)) - loaded == set()


@pytest.mark.parametrize(
    "state",
    [
        "button--quiet", "button--danger", "link-button", "disabled", "error-summary", "form-field--wrong", "emblem--large", "note--good",
        "note--warn", "note--bad", "empty", "on", "meter", "sample", "stamp--warn", "stamp--good", "stamp--bad", "several",
        "name--before", "name--hidden", "difference", "steps", "done", "timeline", "toc", "pages", "demo", "doors", "breadcrumb", "menu",
        "foot", "dark-skyline", "panel", "codes", "qr", "preview", "told", "chosen", "city-head", "more", "in-sight", "fold",
        "moment", "moment-yours", "wall-time",
    ],
)  # fmt: skip
def test_every_state_is_there_from_the_left_and_from_the_right(guide, state):
    panes = guide.split('<div class="pane ')[1:]
    here = [pane for pane in panes if re.search(rf'class="[^"]*(?<![\w-]){state}(?![\w-])| {state}>', pane)]
    there = {direction for pane in here for direction in re.findall(r'^\w+" lang="\w+" dir="(\w+)"', pane)}
    assert there == {"ltr", "rtl"}
