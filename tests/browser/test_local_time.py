"""The reader's own time beside a moment, written by the device's zone where the site knows none: as the server writes it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils.translation import override

from pages.views import WHEN
from strongcities import moments, zones

BROWSER = ".pane.light .moment[data-yours]"
SPANS = [
    ("Europe/Paris", ["2015-09-30T12:00"]),
    ("Europe/Paris", ["2015-12-31T23:30"]),
    ("America/New_York", ["2026-03-08T06:30"]),
    ("Africa/Lagos", ["2026-10-25T12:00"]),
    ("Europe/Paris", ["2015-09-30T12:00", "2015-09-30T14:00"]),
    ("Europe/Paris", ["2015-09-30T20:00", "2015-10-01T00:00"]),
    ("Asia/Kathmandu", ["2015-09-30T12:00", "2015-10-02T15:00"]),
    ("Europe/Paris", ["2026-10-24T22:00", "2026-10-25T03:30"]),
    ("Europe/London", ["2026-10-24T12:00", "2026-10-26T12:00"]),
]
DRAW = """async page => {
    document.querySelector("main").innerHTML = page;
    await import(document.querySelector("script[src*=local-time]").src + "?again");
    return Array.from(document.querySelectorAll("main > p"), p => p.textContent);
}"""


def drawn(site, language):
    """What the module makes of each of SPANS, on a page of the site."""
    with override(language):
        page = "".join(f"<p>{moments.html(*at(times), zone=zone)}</p>" for zone, times in SPANS)
    return [text.replace("\xa0", " ") for text in site.page.evaluate(DRAW, page)]


def at(times):
    return [datetime.fromisoformat(f"{time}Z") for time in times]


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/St_Johns", "Pacific/Auckland", "Europe/Paris", "UTC"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_browser_writes_what_the_server_would(browse, db, zone, language):
    site = browse(language=language, zone=zone)
    site.go("/styleguide/" if language == "en" else "/ar/styleguide/")
    found = drawn(site, language)
    with override(language):
        said = [moments.words(*at(times), zone=place, reader_zone=zone) for place, times in SPANS]
        city = zones.city(zone)
    assert found == [words.replace(f"({city})", f"({zone})") if " · " in words else words for words in said]
    assert any(" · " in words for words in said)


def test_nothing_is_written_where_the_clock_shows_the_same(browse, db):
    site = browse(zone="Europe/Berlin")
    site.go("/styleguide/")
    assert site.page.locator(BROWSER).inner_text() == "30 September 2015, 14:00 (Paris time)"


def test_nor_beside_what_the_site_knows_by_itself(browse, db):
    site = browse(zone="Asia/Tokyo")
    site.go("/styleguide/")
    assert site.page.locator(BROWSER).inner_text().replace("\xa0", " ").endswith("\n21:00 your time (Asia/Tokyo)")
    assert site.page.locator(".pane.light .moment:not([data-yours]) .moment-yours").count() == 6
    assert "Tokyo" not in "".join(site.page.locator(".pane.light .moment:not([data-yours])").all_inner_texts())
    site.check()


def test_without_scripts_the_hour_stands_there_with_its_zone(browse, db):
    site = browse(scripts=False, zone="Africa/Nairobi")
    site.go("/styleguide/")
    assert site.page.locator(BROWSER).inner_text() == moments.words(WHEN[0], zone="Europe/Paris")
