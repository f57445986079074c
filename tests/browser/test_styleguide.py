"""The styleguide in a browser: nothing wrong on it, whichever way its reader's own page is drawn."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("path", "look"), [("/styleguide/", {}), ("/ar/styleguide/", {"language": "ar", "dark": True})], ids=["English", "Arabic"]
)
def test_every_entry_is_drawn(browse, content, path, look):
    site = browse(**look)
    site.go(path)
    empty = site.page.locator(".pane").evaluate_all("panes => panes.filter(pane => pane.offsetHeight < 60).length")
    assert site.page.locator(".pane").count() > 30
    assert empty == 0
    site.check()
