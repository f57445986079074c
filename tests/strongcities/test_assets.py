"""The stylesheet's parts become one file at collectstatic."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.management import call_command

from strongcities.assets import bundle

ROOT = Path(__file__).resolve().parents[2] / "static"


def files(*names):
    storage = StaticFilesStorage(location=ROOT)
    return {name: (storage, name) for name in names}


def parts():
    return [f"css/{name}" for name in re.findall(r'@import url\("([^"]+)"\)', (ROOT / "css/house.css").read_text())]


def test_bundle_holds_every_part_in_order_and_asks_for_none():
    text = bundle("css/house.css", files("css/house.css", *parts()))
    assert "@import" not in text
    assert text.startswith("@layer reset, tokens, base")
    places = [
        text.index(mark)
        for mark in ("box-sizing", "--paper:", ".section {", ".link-button {", ".key-facts {", ".errorlist {", "@media print")
    ]
    assert places == sorted(places)


def test_every_stylesheet_is_reached():
    """By the bundle, or by a page that links it for itself."""
    pages = "".join(file.read_text() for file in (ROOT.parent / "templates").rglob("*.html"))
    linked = {f"css/{name}" for name in re.findall(r"""static ["']css/([\w-]+\.css)""", pages)}
    assert {f"css/{file.name}" for file in (ROOT / "css").glob("*.css")} == {*parts(), *linked}
    assert len(parts()) == len(set(parts()))
    assert not linked & set(parts())


def test_missing_part_is_told():
    with pytest.raises(KeyError, match=r"css/base\.css"):
        bundle("css/house.css", files(*({"css/house.css", *parts()} - {"css/base.css"})))


def test_collectstatic_writes_one_small_file(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "strongcities.assets.HouseStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in ("house", "admin"):
        assert "@import" not in (tmp_path / f"css/{name}.css").read_text()
    (hashed,) = tmp_path.glob("css/house.*.css")
    assert hashed.with_name(f"{hashed.name}.br").stat().st_size < 12_000
    call_command("collectstatic", interactive=False, verbosity=0)  # a second time over the first
    assert [file.name for file in tmp_path.glob("css/house.*.css")] == [hashed.name]
