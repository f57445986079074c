"""A member of the staff takes out the list of cities, changes it, and brings it in again; a second one approves a new member."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from members.models import City
from tests.browser.conftest import Watched
from tests.browser.test_city_page import press, sign_in


def bring(site: Watched, prefix: str, file: bytes) -> None:
    site.go(f"{prefix}/admin/members/city/")
    press(site, f'.lists a[href^="{prefix}/admin/members/import/add/"]')
    site.page.set_input_files("[name=file]", {"name": "cities.xlsx", "mimeType": "application/octet-stream", "buffer": file})
    site.check()
    press(site, "form.form button.button")


@pytest.mark.parametrize(
    ("prefix", "look"),
    [("", {}), ("", {"scripts": False}), ("/ar", {"language": "ar", "dark": True})],
    ids=["scripts", "no-scripts", "arabic"],
)
@pytest.mark.usefixtures("content")
def test_taken_out_changed_and_brought_in_by_two(browse, prefix, look):
    staff = browse(**look)
    page = staff.page
    sign_in(staff, "staff@example.org", prefix)
    staff.go(f"{prefix}/admin/members/city/?region__exact=europe")
    with page.expect_download() as download:
        page.locator('.lists a[href*="file.xlsx?region"]').click()
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    columns = [str(cell.value) for cell in sheet[1]]
    aarhus = next(number for number in range(2, 99) if sheet.cell(number, columns.index("address") + 1).value == "aarhus")
    sheet.cell(aarhus, columns.index("population") + 1).value = 361_544
    new = dict.fromkeys(columns, None) | {"name": "Leuven", "country": "BE", "joined": "2020-05-01"}
    sheet.append([new[name] for name in columns])
    sheet.append([{**new, "name": "Nowhere", "country": "Nowhere"}[name] for name in columns])
    file = io.BytesIO()
    book.save(file)

    bring(staff, prefix, file.getvalue())
    assert page.locator(".rows > li").count() == 1  # what can't be written comes first
    assert "Nowhere" in page.locator(".rows").inner_text()
    staff.check()
    page.locator('.shown a[href$="?show=changed"]').click()
    assert page.locator(".table--cells ins").inner_text() == "361,544"
    staff.check()
    page.locator('.shown a[href$="?show=new"]').click()
    assert "Leuven" in page.locator(".rows").inner_text()
    press(staff, ".decide form[action$='/write/'] button")
    assert not City.objects.filter(name="Leuven").exists()
    assert page.locator(".decide [name=seen]").count() == 0
    address = page.url.removeprefix(staff.base)

    second = browse(**look)
    sign_in(second, "staff2@example.org", prefix)
    second.go(address)
    press(second, ".decide form[action$='/write/'] button")
    assert City.objects.get(name="Leuven").is_member
    assert City.objects.get(slug="aarhus").population == 361_544
    second.check()
