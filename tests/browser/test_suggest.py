"""Suggestions while one types: by keyboard and pointer, in Arabic and the dark, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FIELD = "#words"


def typed(site, text):
    site.page.locator(FIELD).press_sequentially(text)
    expect(site.page.locator("[role=option]").first).to_be_visible()


@pytest.mark.parametrize(("prefix", "dark"), [("", False), ("/ar", True)])
def test_a_combobox_by_keyboard(browse, content, prefix, dark):
    site = browse(language="ar" if prefix else "en", dark=dark)
    page, field = site.page, site.page.locator(FIELD)
    site.go(f"{prefix}/hub/")
    before = page.locator("h1").bounding_box(), page.locator(".split").bounding_box()
    typed(site, "preven")
    assert (page.locator("h1").bounding_box(), page.locator(".split").bounding_box()) == before  # nothing moved
    expect(field).to_have_attribute("aria-expanded", "true")
    assert page.locator("[role=status]").last.text_content()
    site.check()
    field.press("ArrowDown")
    option = page.locator("[role=option][aria-selected=true]")
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    word = option.text_content()
    expect(field).to_have_value("preven")
    field.press("Escape")
    expect(page.locator("[role=listbox]")).to_be_hidden()
    expect(field).to_have_value("preven")
    field.press("ArrowDown")
    expect(page.locator("[role=option]").first).to_be_visible()
    field.press("ArrowDown")
    with page.expect_navigation():
        field.press("Enter")
    assert page.locator(FIELD).input_value() == word
    page.go_back()
    assert page.url.endswith(f"{prefix}/hub/")
    expect(page.locator("[role=listbox]")).to_be_hidden()


def test_enter_without_a_choice_searches_what_is_typed_and_tab_leaves(browse, content):
    site = browse()
    site.go("/hub/")
    typed(site, "preven")
    site.page.keyboard.press("Tab")
    expect(site.page.locator("[role=listbox]")).to_be_hidden()
    site.page.locator(FIELD).focus()
    typed(site, "t")
    with site.page.expect_navigation():
        site.page.keyboard.press("Enter")
    assert "q=prevent" in site.page.url


def test_a_name_is_pressed_on_a_phone(browse, content):
    site = browse()
    site.page.set_viewport_size({"width": 360, "height": 740})
    site.go("/hub/?level=primary")
    typed(site, "youth eng")
    with site.page.expect_navigation():
        site.page.locator(".suggestions-name", has_text="Youth engagement").click()
    assert site.page.url.endswith("/hub/?level=primary&theme=youth-engagement")


def test_nothing_is_asked_for_a_letter_nor_after_a_space(browse, content):
    site = browse()
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    site.go("/hub/")
    field = site.page.locator(FIELD)
    for text in ("p", "police ", "-", "police?"):
        field.fill(text)
        site.page.wait_for_timeout(300)
    assert asked == []
    typed_quickly = "prevention"
    field.fill("")
    field.press_sequentially(typed_quickly, delay=20)
    site.page.wait_for_timeout(400)
    assert 1 <= len(asked) < len(typed_quickly)


def test_without_scripts_half_a_word_leads_on(browse, content):
    site = browse(scripts=False)
    site.go("/hub/?q=cohesio")
    site.page.get_by_role("link", name="cohesion", exact=True).click()
    assert site.page.url.endswith("?q=cohesion")
