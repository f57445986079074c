"""Pictures that people upload: what is taken, what becomes of it, what is refused with which words, serving, tidying."""

import os
import re
import struct
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image, ImageCms
from procrastinate.contrib.django import app

from members.models import City
from strongcities import kept as kept_files, uploads
from tests import cast
from tests.pictures import HARBOUR, encoded, image, upload


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def largest(drawn):
    return Image.open(BytesIO(drawn.files[drawn.width]))


def is_red(pixel):
    return pixel[0] > 150 and pixel[2] < 80


def refused(content):
    with pytest.raises(ValidationError) as error:
        uploads.draw(upload(content))
    return error.value.code, error.value.messages[0]


# --- What is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_four_formats_in_three_widths(kind):
    drawn = uploads.draw(upload(encoded(image((3000, 2000)), kind)))
    assert (drawn.width, drawn.height, set(drawn.files)) == (1600, 1067, {480, 960, 1600})
    for width, content in drawn.files.items():
        kept = Image.open(BytesIO(content))
        assert (kept.format, kept.width) == ("WEBP", width)
        assert is_red(kept.convert("RGB").getpixel((10, 10)))


def test_a_small_picture_is_not_blown_up():
    drawn = uploads.draw(upload(encoded(image((700, 500)))))
    assert (drawn.width, drawn.height, set(drawn.files)) == (700, 500, {480, 700})


@pytest.mark.parametrize("name", ["harbour.html", "../../etc/passwd", "a\x00b.jpg", "\u202egpj.exe", "x" * 300, "."])
def test_its_name_and_type_are_not_asked(name):
    file = upload()
    vars(file).update(_name=name, content_type="text/html")  # past Django, which cuts most of it off
    kept = uploads.draw(file).keep()
    assert re.fullmatch(r"[0-9a-f]{32}-1200x800", kept)


def test_turned_upright_and_without_the_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif.get_ifd(0x8825).update({1: "N", 2: (56.0, 9.0, 25.0), 3: "E", 4: (10.0, 12.0, 39.0)})
    content = encoded(image(), exif=exif)
    assert Image.open(BytesIO(content)).getexif().get_ifd(0x8825)[1] == "N"
    drawn = uploads.draw(upload(content))
    assert (drawn.width, drawn.height) == (800, 1200)
    for content in drawn.files.values():
        assert not re.search(rb"EXIF|ICCP|XMP ", content)
        assert not Image.open(BytesIO(content)).getexif()


def test_a_png_s_place_and_words_are_gone_as_well():
    exif = Image.Exif()
    exif[0x010E] = "At home"
    exif.get_ifd(0x8825).update({1: "N", 2: (56.0, 9.0, 25.0), 3: "E", 4: (10.0, 12.0, 39.0)})
    content = encoded(kind="PNG", exif=exif)
    assert Image.open(BytesIO(content)).getexif().get_ifd(0x8825)
    for kept in uploads.draw(upload(content)).files.values():
        assert not Image.open(BytesIO(kept)).getexif()


def test_what_trails_behind_or_hides_inside_is_gone():
    content = encoded(comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"
    assert b"alert(1)" in content
    for kept in uploads.draw(upload(content)).files.values():
        assert b"alert" not in kept


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (800, 600), (0, 0, 0, 0))
    assert largest(uploads.draw(upload(encoded(clear, "PNG")))).convert("RGB").getpixel((400, 300)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_mode_is_read(mode):
    drawn = image().convert("L").convert("I;16") if mode == "I;16" else image().convert(mode)
    content = encoded(drawn, "JPEG" if mode == "CMYK" else "PNG")
    assert largest(uploads.draw(upload(content))).mode == "RGB"


def test_sixteen_bits_keep_their_light():
    grey = Image.new("I;16", (800, 600), 128 * 256)
    pixel = largest(uploads.draw(upload(encoded(grey, "PNG")))).convert("RGB").getpixel((400, 300))
    assert all(abs(value - 128) < 4 for value in pixel)


def test_a_colour_profile_is_followed_and_a_broken_one_left_aside():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab, b"no profile at all", lab[:200]):
        assert is_red(largest(uploads.draw(upload(encoded(icc_profile=profile)))).convert("RGB").getpixel((10, 10)))


# --- What is refused -------------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width, height):
    """A PNG of a few hundred bytes that says it is as large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 3000)) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
MOVING = [image((600, 400)), image((600, 400)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (SVG, "svg", "SVG files can hold scripts"),
        (b"\xef\xbb\xbf  " + SVG, "svg", "SVG files can hold scripts"),
        (b"<html><script>alert(1)</script></html>", "unreadable", "no picture that we can read"),
        (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", "unreadable", "no picture that we can read"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "heic", "We can’t read HEIC"),
        (b"%PDF-1.7", "unreadable", "no picture that we can read"),
        (os.urandom(4_900_000), "unreadable", "no picture that we can read"),
        (encoded()[:4000], "damaged", "can’t be read to its end"),
        (encoded(kind="PNG")[:-200], "damaged", "can’t be read to its end"),
        (b"\xff\xd8\xff" + b"\0" * 100, "unreadable", "no picture that we can read"),
        (bomb(10_000, 10_000), "pixels", "more than 30 million pixels"),
        (bomb(60_000, 60_000), "pixels", "more than 30 million pixels"),
        (bomb(2_147_483_000, 1), "pixels", "more than 30 million pixels"),
        (bomb(5_000, 5_000), "damaged", "can’t be read to its end"),
        (encoded(image((400, 400))), "small", "600 by 300 pixels"),
        (encoded(image((3000, 400))), "stretched", "at most four times"),
        (encoded(MOVING[0], "WEBP", save_all=True, append_images=MOVING[1:]), "moves", "The picture moves"),
        (encoded(MOVING[0], "PNG", save_all=True, append_images=MOVING[1:]), "moves", "The picture moves"),
        (encoded() + b"\0" * 5_000_000, "bytes", "larger than 5 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 11 else "",
)
def test_refused_with_words(content, code, words):
    said = refused(content)
    assert said[0] == code
    assert words in said[1]


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(uploads, "_drawn", lambda image: pytest.fail("decoded"))
    assert refused(encoded(image((6000, 5001)), quality=1))[0] == "pixels"


# --- Serving ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn_once():
    """A picture as it was drawn: nothing of it depends on the test that keeps it."""
    return uploads.draw(upload(encoded(image((2000, 1200)))))


@pytest.fixture
def kept(db, drawn_once):
    return drawn_once.keep()


def test_what_an_img_needs(kept):
    picture = uploads.Picture(kept)
    assert (picture.width, picture.height) == (1600, 960)
    assert picture.src == f"/media/pictures/{kept}/1600.webp"
    assert [part.split() for part in picture.srcset.split(", ")] == [
        [f"/media/pictures/{kept}/{width}.webp", f"{width}w"] for width in (480, 960, 1600)
    ]
    assert picture.inline.startswith("data:image/webp;base64,")


def test_served_as_a_picture_and_nothing_else(client, kept):
    cast.make_city("Aarhus", picture=kept, **HARBOUR)
    for width in (480, 960, 1600):
        answer = client.get(f"/media/pictures/{kept}/{width}.webp", headers={"accept-encoding": "gzip"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert Image.open(BytesIO(answer.content)).width == width
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Disposition"] == f'inline; filename="{width}.webp"'
        assert answer["Cache-Control"] == "public, max-age=2592000, s-maxage=60, immutable"
        assert "Content-Encoding" not in answer
        assert not answer.cookies
        assert client.get(answer.request["PATH_INFO"], headers={"if-none-match": answer["ETag"]}).status_code == 304


@pytest.fixture
def asked(client, kept):
    """What each kind of reader gets for the picture: the status, and how long it may be kept."""
    people = {
        "visitor": None, "lead": cast.make_person("lene"), "events": cast.make_staff("events", vets=False), "sam": cast.make_staff(),
    }  # fmt: skip

    def ask(**headers):
        found = {}
        for who, user in people.items():
            client.force_login(user) if user else client.logout()
            answer = client.get(uploads.Picture(kept).src, headers=headers)
            found[who] = (answer.status_code, answer.get("Cache-Control", ""))
        return found

    return ask


FOR_ALL, FOR_ONE, GONE = (200, "public, max-age=2592000, s-maxage=60, immutable"), (200, "private, no-store"), (404, "")
NOT_FOR_ME = (404, "private, no-store")  # of somebody signed in
STAFF_ALONE = {"visitor": GONE, "lead": NOT_FOR_ME, "events": FOR_ONE, "sam": FOR_ONE}
SECRETARIAT_ALONE = {**STAFF_ALONE, "events": NOT_FOR_ME}
NOBODY = {**SECRETARIAT_ALONE, "sam": NOT_FOR_ME}
EVERYBODY = dict.fromkeys(STAFF_ALONE, FOR_ALL)


def test_an_upload_that_no_record_shows_is_served_to_nobody(asked):
    assert asked() == NOBODY


def test_the_picture_of_a_hidden_city_is_its_readers_alone(asked, kept):
    lund = cast.make_city("Lund", picture=kept, **HARBOUR)
    assert asked() == STAFF_ALONE
    City.objects.filter(pk=lund.pk).update(is_public=True)
    assert asked() == EVERYBODY
    City.objects.filter(pk=lund.pk).update(is_public=False)
    assert asked() == STAFF_ALONE


def test_the_picture_of_a_city_that_left_is_shown_as_long_as_its_page(client, asked, kept):
    oslo = cast.make_city("Oslo", picture=kept, **HARBOUR)
    assert (oslo.is_member, client.get(oslo.get_absolute_url()).status_code) == (False, 200)
    assert asked() == EVERYBODY
    City.objects.filter(pk=oslo.pk).update(is_public=False)
    client.logout()
    assert client.get(oslo.get_absolute_url()).status_code == 404
    assert asked() == STAFF_ALONE


def test_the_picture_of_a_merged_city_goes_with_its_page(asked, kept):
    double = cast.make_city("Smilets By", picture=kept, **HARBOUR)
    assert asked() == EVERYBODY
    cast.make_merge(cast.make_city("Aarhus"), double)
    assert asked() == STAFF_ALONE


def test_one_that_was_replaced_is_for_those_who_read_the_history(client, asked, kept):
    ghent = cast.make_city("Ghent", picture=kept, **HARBOUR)
    City.objects.filter(pk=ghent.pk).update(picture=uploads.draw(upload()).keep())
    assert asked() == SECRETARIAT_ALONE
    client.force_login(cast.make_staff())
    assert kept in client.get(f"/admin/members/city/{ghent.pk}/history/").text


def test_who_knows_what_it_was_learns_no_more_than_that(client, asked, kept):
    """A browser that has the picture asks whether it changed: where it isn't shown any more, the answer isn't “no”."""
    lund = cast.make_city("Lund", picture=kept, **{**HARBOUR, "is_public": True})
    tag = client.get(uploads.Picture(kept).src)["ETag"]
    assert {status for status, _kept_for in asked(if_none_match=tag).values()} == {304}
    City.objects.filter(pk=lund.pk).update(is_public=False)
    assert {who: status for who, (status, _kept_for) in asked(if_none_match=tag).items()} == {
        "visitor": 404, "lead": 404, "events": 200, "sam": 200,  # what nobody may keep is sent anew
    }  # fmt: skip


def test_a_picture_costs_a_visitor_one_question(client, kept, django_assert_num_queries):
    cast.make_city("Aarhus", picture=kept, **HARBOUR)
    with django_assert_num_queries(1):
        assert client.get(uploads.Picture(kept).src).status_code == 200


def test_a_model_that_says_of_nobody_who_sees_it_may_have_no_picture(monkeypatch):
    field = City._meta.get_field("picture")
    assert field.check() == []
    monkeypatch.delattr(type(City._default_manager), "visible_to")
    assert [error.id for error in field.check()] == ["strongcities.E040"]
    assert apps.get_model("members", "CityEvent")._meta.get_field("picture").check() == []  # its history is read through the record


@pytest.mark.parametrize("path", ["{}/500.webp", "{}/1600.png", "{}/../../x/1600.webp", "{}/", "", "x/1600.webp", "{}/0.webp"])
def test_nothing_else_can_be_asked_for(client, kept, path):
    cast.make_city("Aarhus", picture=kept, **HARBOUR)
    assert client.get(f"/media/pictures/{path.format(kept)}").status_code == 404


# --- Tidying ---------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def folders(media):
    return {path.name for path in Path(media, "pictures").iterdir()}


def age(days):
    """Let the history be so many days older."""
    for event in apps.get_model("members", "CityEvent").objects.all():
        type(event).objects.filter(pk=event.pk).update(pgh_created_at=event.pgh_created_at - timedelta(days=days))


def test_an_upload_that_nothing_shows_goes_after_a_day(kept, media):
    shown = uploads.draw(upload()).keep()
    cast.make_city("Aarhus", picture=shown, **HARBOUR)
    assert uploads.tidy(timezone.now()) == 0
    assert folders(media) == {kept, shown}
    assert uploads.tidy(timezone.now() + DAY * 2) == 1
    assert folders(media) == {shown}
    assert not uploads.Picture(kept).is_there
    assert uploads.Picture(shown).is_there


def test_a_replaced_picture_stays_for_ninety_days_from_then_on(kept, media):
    aarhus = cast.make_city("Aarhus", picture=kept, **HARBOUR)
    age(300)  # shown for long
    aarhus.picture = uploads.draw(upload()).keep()
    aarhus.save()
    assert uploads.tidy(timezone.now() + DAY * 2) == 0
    assert uploads.tidy(timezone.now() + DAY * 89) == 0
    assert uploads.tidy(timezone.now() + DAY * 91) == 1
    assert folders(media) == {aarhus.picture}


def test_an_old_picture_that_is_still_shown_stays(kept, media):
    cast.make_city("Aarhus", picture=kept, **HARBOUR)
    assert uploads.tidy(timezone.now() + DAY * 1000) == 0
    assert folders(media) == {kept}


def test_nothing_to_tidy_and_what_is_not_ours(db, media):
    assert uploads.tidy(timezone.now()) == 0
    Path(media, "pictures", "notes").mkdir(parents=True)
    assert uploads.tidy(timezone.now() + DAY * 1000) == 0
    assert folders(media) == {"notes"}


def test_it_is_a_job_of_the_night():
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["strongcities.jobs.tidy_pictures"] == "37 3 * * *"


def test_every_history_of_pictures_is_known():
    assert {(model.__name__, field) for model, field in kept_files.fields(uploads.PictureField)} == {
        ("City", "picture"),
        ("CityEvent", "picture"),
        ("Photo", "picture"),
    }
    assert City._meta.get_field("picture").max_length == 50
