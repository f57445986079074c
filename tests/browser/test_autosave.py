"""What is typed into an application stays, whatever happens to the line, the server or the page, and is kept in this browser no
longer than it has to be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from playwright.sync_api import Error

from members import joining, limits
from members.models import Draft
from tests import cast
from tests.browser.conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
CITY, PERSON = "/join/city/", "/join/person/"
SAVE = "**/join/person/save/"
OFFLINE = "No connection. What you type is kept"
BUSY = "Not saved yet, since the server is busy. What you type is kept"
RETRY = 15_000


def saved(step: str, field: str, value: str) -> bool:
    """Whether a draft comes to hold this answer."""
    for _try in range(100):
        if any(draft.answers(step).get(field) == value for draft in Draft.objects.all()):
            return True
        time.sleep(0.05)
    return False


def says(site: Watched, words: str) -> None:
    site.page.locator(".saved", has_text=words).wait_for()


def kept(site: Watched) -> list[str]:
    """What this tab keeps, by its names."""
    names: list[str] = site.page.evaluate("Object.keys(sessionStorage)")
    return names


def empty(site: Watched) -> bool:
    """Whether this tab comes to keep nothing any more."""
    for _try in range(100):
        try:
            if kept(site) == []:
                return True
        except Error:  # the page is just being loaded again
            site.page.wait_for_load_state()
        site.page.wait_for_timeout(50)
    return False


def settled(site: Watched) -> None:
    """The page says when it was saved, and this tab keeps nothing."""
    site.page.locator(".saved time").wait_for()
    assert empty(site)


def line(site: Watched, *, there: bool) -> None:
    site.page.context.set_offline(not there)


def leave(site: Watched, path: str) -> None:
    """Go elsewhere, whether or not the page that is asked for comes."""
    try:
        site.go(path)
    except Error:
        site.page.wait_for_url("chrome-error://**")


@contextmanager
def nothing_is_saved() -> Iterator[None]:
    """The server can't save, and was asked to: Chromium lets through what a page sends while it is left, line or no line."""
    with patch.object(joining, "keep", side_effect=OperationalError) as keep:
        yield
        for _try in range(100):
            if keep.called:
                return
            time.sleep(0.05)
    raise AssertionError("nothing was sent on leaving")


def begun(site: Watched) -> Draft:
    """A draft of this browser, with a name in it that the server has."""
    site.go(PERSON)
    site.page.fill("[name=name]", "Petra")
    settled(site)
    return Draft.objects.get()


def answer(status: int, **headers: str) -> Any:
    return lambda route: route.fulfill(status=status, headers=headers, body="")


@pytest.mark.parametrize("path", [CITY, "/ar/join/city/"])
def test_typed_without_a_line_and_reloaded(browse, path):
    site = browse(language="ar" if "/ar/" in path else "en")
    site.go(path)
    with site.faults():
        line(site, there=False)
        site.page.fill("[name=name]", "Leuven")
        site.page.select_option("[name=country]", "BE")
        site.page.locator(".saved:not(:empty)").wait_for()
        leave(site, path)
        line(site, there=True)
        site.go(path)
    assert site.page.input_value("[name=name]") == "Leuven"
    assert site.page.input_value("[name=country]") == "BE"
    assert saved("city", "name", "Leuven")
    settled(site)


def test_the_line_comes_back_while_the_page_is_open(browse):
    site = browse()
    site.go(PERSON)
    with site.faults():
        line(site, there=False)
        site.page.fill("[name=name]", "Petra")
        says(site, OFFLINE)
        assert len(kept(site)) == 1
        line(site, there=True)
    site.page.locator(".saved time").wait_for(timeout=RETRY / 3)  # long before another try is due
    settled(site)
    assert saved("person", "name", "Petra")


@pytest.mark.parametrize("path", [CITY, PERSON])
def test_the_button_is_pressed_without_a_line(browse, path):
    site = browse()
    site.go(path)
    with site.faults():
        line(site, there=False)
        site.page.fill("[name=name]", "Leuven")
        site.page.locator("form.form button.button").first.click()
        site.page.wait_for_url("chrome-error://**")
        line(site, there=True)
        site.go(path)
    assert site.page.input_value("[name=name]") == "Leuven"
    assert saved(path.split("/")[2], "name", "Leuven")
    settled(site)


def test_the_button_takes_along_what_the_browser_filled_in(browse):
    site = browse()
    site.go(PERSON)
    with site.faults():
        line(site, there=False)
        site.page.locator("[name=name]").evaluate("field => { field.value = 'Petra'; }")
        site.page.locator("form.form button.button").first.click()
        site.page.wait_for_url("chrome-error://**")
        line(site, there=True)
        site.go(PERSON)
    assert site.page.input_value("[name=name]") == "Petra"
    settled(site)


def test_typed_on_while_the_first_save_is_on_its_way(browse):
    """The second one waits for it: without a draft to belong to, each would begin one."""
    site = browse()
    site.go(PERSON)
    on_its_way: list[Any] = []
    site.page.route(SAVE, lambda route: on_its_way.append(route))  # noqa: PLW0108  Playwright marks its handlers
    site.page.fill("[name=name]", "Petra")
    site.page.wait_for_timeout(1200)
    site.page.fill("[name=title]", "Adviser")
    site.page.wait_for_timeout(1200)
    assert len(on_its_way) == 1
    on_its_way[0].continue_()
    site.page.unroute(SAVE)
    assert saved("person", "title", "Adviser")
    settled(site)
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("there", [True, False], ids=["with a line", "without"])
def test_left_at_once_after_typing(browse, there):
    site = browse()
    site.go(PERSON)
    with site.faults():
        line(site, there=there)
        site.page.fill("[name=name]", "Petra")
        leave(site, "/about/")
        line(site, there=True)
        site.go(PERSON)
    assert site.page.input_value("[name=name]") == "Petra"
    assert saved("person", "name", "Petra")
    settled(site)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_busy_is_asked_again(browse, status):
    site = browse()
    site.page.clock.install()
    site.go(PERSON)
    with site.faults():
        site.page.route(SAVE, answer(status))
        site.page.fill("[name=name]", "Petra")
        site.page.clock.run_for(1000)
        says(site, BUSY)
        assert len(kept(site)) == 1
    site.page.unroute(SAVE)
    assert not Draft.objects.exists()
    site.page.clock.run_for(RETRY)
    settled(site)
    assert saved("person", "name", "Petra")


def test_a_server_that_says_when_to_come_back_is_asked_then(browse):
    site = browse()
    site.page.clock.install()
    site.go(PERSON)
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/save/") else None)
    with site.faults():
        site.page.route(SAVE, answer(429, **{"Retry-After": "60"}))
        site.page.fill("[name=name]", "Petra")
        site.page.clock.run_for(1000)
        says(site, BUSY)
        site.page.clock.run_for(59_000)
        site.hear()
        assert len(asked) == 1
    site.page.unroute(SAVE)
    site.page.clock.run_for(1000)
    settled(site)
    assert len(asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_and_a_page_that_is_opened_again(browse, status):
    site = browse()
    site.go(PERSON)
    with site.faults():
        for path in (SAVE, f"**{PERSON}"):
            site.page.route(path, answer(status))
        site.page.fill("[name=name]", "Petra")
        says(site, BUSY)
        site.page.locator("form.form button.button").first.click()
        site.page.wait_for_load_state()
        for path in (SAVE, f"**{PERSON}"):
            site.page.unroute(path)
        site.go(PERSON)
    assert site.page.input_value("[name=name]") == "Petra"
    assert saved("person", "name", "Petra")
    settled(site)


def test_a_form_that_is_refused_stays_as_it_was_typed(browse):
    """An old secret of the form: asked no more, and the next page has another one."""
    site = browse()
    site.go(PERSON)
    with site.faults():
        site.page.route(SAVE, answer(403))
        site.page.fill("[name=name]", "Petra")
        says(site, "This could not be saved. Press the button to go on.")
        site.page.unroute(SAVE)
    site.go(PERSON)
    assert site.page.input_value("[name=name]") == "Petra"
    assert saved("person", "name", "Petra")


def test_boxes_and_lists_are_put_back(browse):
    site = browse()
    site.go(PERSON)
    site.page.check("[name=kind][value=policy]")
    site.page.check("[name=languages][value=fr]")
    settled(site)
    with site.faults():
        line(site, there=False)
        site.page.check("[name=kind][value=elected]")
        site.page.uncheck("[name=languages][value=fr]")
        site.page.click("text=57 more")
        site.page.check("[name=languages][value=sw]")
        site.page.fill("[name=message]", "Two lines,\nand a “quote” & more")
        leave(site, PERSON)
        line(site, there=True)
        site.go(PERSON)
    assert site.page.locator("[name=kind]:checked").evaluate_all("boxes => boxes.map(box => box.value)") == ["elected"]
    assert site.page.locator("[name=languages]:checked").evaluate_all("boxes => boxes.map(box => box.value)") == ["sw"]
    assert site.page.is_visible("[name=languages][value=sw]")
    assert site.page.input_value("[name=message]") == "Two lines,\nand a “quote” & more"
    settled(site)


def test_what_is_kept_of_one_page_is_saved_from_another(browse):
    """And the page that shows every answer shows this one as well."""
    site = browse()
    begun(site)
    with site.faults(), nothing_is_saved():
        site.page.fill("[name=name]", "Petra Peeters")
        site.go("/about/")
    assert len(kept(site)) == 1
    site.go("/join/check/")
    assert saved("person", "name", "Petra Peeters")
    assert empty(site)


def test_the_page_of_all_answers_shows_what_was_kept(browse):
    site = browse()
    Draft.objects.filter(pk=begun(site).pk).update(**cast.ANSWERS)
    site.go(PERSON)
    with site.faults(), nothing_is_saved():
        site.page.fill("[name=title]", "Head of prevention")
        site.go("/about/")
    site.go("/join/check/")
    site.page.get_by_text("Head of prevention").wait_for()


def test_two_pages_typed_before_there_is_a_draft_are_in_one(browse):
    site = browse()
    with site.faults():
        for path, value in ((PERSON, "Petra"), (CITY, "Leuven")):
            site.go(path)
            site.page.route("**/save/", answer(503))
            site.page.fill("[name=name]", value)
            says(site, BUSY)
        site.page.unroute("**/save/")
    site.go(PERSON)
    assert site.page.input_value("[name=name]") == "Petra"
    assert saved("person", "name", "Petra")
    assert saved("city", "name", "Leuven")
    assert Draft.objects.count() == 1
    settled(site)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_was_refused_for_too_often_is_sent_from_the_page_that_says_so(browse, scripts):
    site = browse(scripts=scripts)
    site.go(PERSON)
    with site.faults(), patch.object(limits, "SENT", (limits.Rate(0, 60),)), patch.dict(limits.DOORS, {"members:join_save": ()}):
        site.page.fill("[name=name]", "Petra")
        site.page.fill("[name=message]", "Two lines,\nand a “quote” & more")
        site.page.locator("form.form button.button").first.click()
        site.page.get_by_text("Nothing that you typed is lost").wait_for()
    site.page.get_by_role("button", name="Send it again").click()
    site.page.locator("[name=message]").wait_for()  # the page of questions again: the other answers are missing
    assert saved("person", "name", "Petra")
    assert Draft.objects.get().answers("person")["message"].splitlines() == ["Two lines,", "and a “quote” & more"]
    assert site.page.input_value("[name=name]") == "Petra"


# --- Nobody else's, and no longer than needed ------------------------------------------------------------------------


def typed_and_left(site: Watched) -> None:
    """Words that only this tab has."""
    with site.faults(), nothing_is_saved():
        site.page.fill("[name=message]", "For nobody else")
        site.go("/about/")
    assert len(kept(site)) == 1


def test_the_button_leaves_nothing_behind(browse):
    site = browse()
    begun(site)
    site.page.fill("[name=email]", "petra@leuven.be")
    site.page.fill("[name=title]", "Adviser")
    site.page.check("[name=kind][value=policy]")
    site.page.locator("form.form button.button").first.click()
    site.page.wait_for_url("**/join/mandate/")
    assert Draft.objects.get().answers("person")["title"] == "Adviser"
    assert kept(site) == []


def test_nothing_is_put_into_somebody_elses_draft(browse):
    site = browse()
    begun(site)
    typed_and_left(site)
    site.page.context.clear_cookies()
    site.go(PERSON)
    assert site.page.input_value("[name=message]") == ""
    assert kept(site) == []
    site.page.fill("[name=name]", "Somebody else")
    settled(site)
    assert not any(draft.answers("person")["message"] for draft in Draft.objects.all())
    theirs = Draft.objects.latest("pk").answers("person")
    assert (theirs["name"], theirs["message"]) == ("Somebody else", "")


def test_what_was_deleted_is_gone_here_too(browse):
    site = browse()
    begun(site)
    typed_and_left(site)
    site.go("/join/")
    assert len(kept(site)) == 1
    site.page.locator("form[action='/join/discard/'] button").click()
    site.page.get_by_text("What you typed is deleted.").wait_for()
    assert kept(site) == []
    site.go(PERSON)
    assert site.page.input_value("[name=message]") == ""
    assert not Draft.objects.exists()


def test_what_was_typed_later_elsewhere_stands(browse):
    site = browse()
    draft = begun(site)
    typed_and_left(site)
    draft.keep("person", {"name": "Petra", "message": "Typed later"}, typed_at=int(time.time() * 1000) + 1000)
    site.go(PERSON)
    assert site.page.input_value("[name=message]") == "Typed later"
    assert kept(site) == []


def test_a_save_that_newer_typing_overtook_is_no_error(browse):
    site = browse()
    draft = begun(site)
    draft.keep("person", {"name": "Petra P."}, typed_at=int(time.time() * 1000) + 60_000)
    with site.page.expect_response(SAVE) as heard:
        site.page.fill("[name=name]", "Pet")
    assert heard.value.json()["saved"] is None
    settled(site)
    settled(site)
    assert Draft.objects.get().answers("person")["name"] == "Petra P."
