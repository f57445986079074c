"""The hub's filters on a phone: the button that shows the results stays in sight, on a ground of its own."""

import pytest


@pytest.mark.usefixtures("content")
def test_the_button_stays_in_sight_while_filters_are_ticked(browse):
    site = browse(scripts=False)
    page = site.page
    page.set_viewport_size({"width": 360, "height": 640})
    site.go("/hub/")
    page.locator(".fold > summary").click()
    boxes = page.locator(".fold input[type=checkbox]:visible")
    assert page.locator(".fold").bounding_box()["height"] > 640  # else there would be nothing to hold
    button = page.get_by_role("button", name="Show results")
    for place in range(0, boxes.count(), 5):
        boxes.nth(place).scroll_into_view_if_needed()
        seen = button.bounding_box()
        assert 0 <= seen["y"] <= 640 - seen["height"], place
    assert page.locator(".in-sight").evaluate("one => getComputedStyle(one).position") == "sticky"
    assert page.locator(".in-sight").bounding_box()["width"] > 280
