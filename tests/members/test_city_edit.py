"""A city's page: who may edit it, what is saved, pictures, two at once, history, taking back, and races with controls."""

import re
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from PIL import Image

from members import editing, samples
from members.forms.city import CityForm
from members.models import City, CityChange
from strongcities import kept as kept_files, uploads
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.pictures import HARBOUR, encoded, image, upload
from tests.races import Meeting, race, without_locks

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

EDIT = "/cities/aarhus-dk/edit/"
PAGE = "/cities/aarhus-dk/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def lead(client, lene):
    client.force_login(lene)
    return client


@pytest.fixture
def leda(aarhus):
    """A second lead official of Aarhus."""
    user = cast.make_user("leda@aarhus.dk", "Leda Lind")
    cast.make_post(user, aarhus, is_lead=True)
    return user


def text(response):
    return response.content.decode()


def filled(client, **changes):
    """What a browser would send: every field as the form shows it, with `changes`."""
    form = client.get(EDIT).context["form"]
    return sent(form, **changes)


def sent(form, **changes):
    data = {}
    for field in form:
        value = field.value()
        if value not in (None, "", False):
            data[field.name] = value
    return {**data, **changes}


def values(city, **changes):
    return {**editing.values_of(City.objects.get(pk=city.pk)), **changes}


def edited(city, by, **changes):
    return editing.edit(city, by=by, seen=editing.version(city), values=values(city, **changes))


# --- Who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [EDIT, f"{EDIT}preview/"])
def test_who_may_edit(client, aarhus, address):
    allowed = {"lene": 200, "ove": 403, "leila": 403, "nadia": 403}
    people = {who: cast.make_person(who) for who in allowed}
    former = cast.make_user("former@aarhus.dk")
    cast.make_post(former, aarhus, is_lead=True, until="2021-01-01")
    rows = [*((people[who], status) for who, status in allowed.items()), (former, 403)]
    rows += [(cast.make_staff("sam"), 200), (cast.make_staff("toni", vets=False), 403)]
    for user, status in rows:
        client.force_login(user)
        answer = client.post(address) if "preview" in address else client.get(address)
        assert (user.email, answer.status_code) == (user.email, status)
    client.logout()
    assert client.get(EDIT)["Location"] == f"/account/login/?next={EDIT}"
    client.force_login(cast.make_person("lene"))
    cast.make_city("Lund")
    assert client.get("/cities/lund-se/edit/").status_code == 404  # hidden: not even that it is there
    assert client.get("/cities/nowhere/edit/").status_code == 404


def test_a_lead_of_a_city_that_left_may_not(client, lene, aarhus):
    client.force_login(lene)
    assert client.get(EDIT).status_code == 200
    assert "Edit the page" in text(client.get(PAGE))
    aarhus.memberships.update(left="2021-01-01")
    assert client.get(EDIT).status_code == 403
    assert client.post(EDIT, {}).status_code == 403
    assert "Edit the page" not in text(client.get(PAGE))
    with pytest.raises(PermissionDenied):
        edited(aarhus, lene, profile="x")


def test_only_those_who_may_see_the_link(client, lene, nadia, aarhus):
    for user, sees in ((None, False), (nadia, False), (lene, True), (cast.make_staff(), True)):
        if user:
            client.force_login(user)
        assert (f'href="{EDIT}"' in text(client.get(PAGE))) is sees


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_saved_and_shown(lead, aarhus):
    answer = lead.post(
        EDIT,
        filled(
            lead, profile="## Our way\r\n\r\nSince *2007*.", themes=["youth-engagement", "gender-equality"], website="https://aarhus.dk/new"
        ),
        follow=True,
    )
    assert "The page of Aarhus is saved." in text(answer)
    page = text(answer)
    assert "<h2>Our way</h2>" in page
    assert "<em>2007</em>" in page
    assert "Youth engagement" in page
    assert "Gender equality" in page
    assert "https://aarhus.dk/new" in page
    change = CityChange.objects.get()
    assert (change.by.email, change.fields, change.seen_at) == ("lene@aarhus.dk", ["profile", "themes", "website"], None)
    assert (change.before.profile, change.after.profile) == ("", "## Our way\n\nSince *2007*.")


def test_nothing_changed_is_no_change(lead):
    answer = lead.post(EDIT, filled(lead), follow=True)
    assert "Nothing was changed." in text(answer)
    assert not CityChange.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"profile": "x" * 10_001}, "profile", "10001 characters"),
        ({"profile": "a\x00b"}, "profile", "Null characters"),
        ({"themes": ["youth-engagement", "gender-equality", "polarisation-and-hate", "refugees-and-displacement",
                     "online-harms-and-disinformation", "crisis-response-and-victims"]}, "themes", "You chose 6"),
        ({"themes": ["world-peace"]}, "themes", "not one of the available"),
        ({"website": "javascript:alert(1)"}, "website", "Enter a valid URL"),
        ({"website": "ftp://aarhus.dk"}, "website", "begins with https://"),
        ({"profile_language": "tlh"}, "profile_language", "not one of the available"),
        ({"seen": "x"}, "seen", "whole number"),
        ({"picture_alt": "A harbour"}, "picture", "Choose the picture"),
    ],
)  # fmt: skip
def test_a_mistake_keeps_what_was_typed(lead, changes, field, words):
    answer = lead.post(EDIT, filled(lead, **{"profile": "What I wrote", "picture_credit": "", **changes}))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert words in answer.context["form"].errors[field][0]
    if field != "profile":
        assert ">\nWhat I wrote</textarea>" in text(answer)
    assert not CityChange.objects.exists()


def test_identity_is_not_a_lead_official_s(lead, aarhus):
    lead.post(EDIT, filled(lead, profile="New", name="Paris", other_names="Paris", country="FR", kind="state", slug="paris", is_public=""))
    before = (aarhus.name, aarhus.other_names, aarhus.country, aarhus.kind, aarhus.slug, aarhus.is_public)
    aarhus.refresh_from_db()
    assert aarhus.profile == "New"
    assert (aarhus.name, aarhus.other_names, aarhus.country, aarhus.kind, aarhus.slug, aarhus.is_public) == before


def test_a_website_that_one_of_two_approved_stays(client, sam, toni, aarhus):
    ghent = cast.make_city("Ghent", website="https://stad.gent")
    application = cast.make_application(cast.make_person("nadia"), ghent)
    application.approve(by=toni)
    client.force_login(sam)
    address = "/cities/ghent-be/edit/"
    form = client.get(address).context["form"]
    assert form.fields["website"].disabled
    client.post(address, sent(form, website="https://other.example", profile="New"))
    ghent.refresh_from_db()
    assert (ghent.profile, ghent.website) == ("New", "https://stad.gent")
    with pytest.raises(MoveRefused, match="Staff are deciding"):
        edited(ghent, sam, website="https://other.example")


def test_scripts_in_a_profile_are_none(lead):
    evil = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](https://evil.example/x.png)"
    shown = text(lead.post(EDIT, filled(lead, profile=evil), follow=True))
    for page in (shown, text(lead.post(f"{EDIT}preview/", filled(lead)))):
        assert "alert(1)" in page
        assert not re.search(r"<script>alert|<img src=x|href=\"javascript|evil\.example/x\.png\"", page)


def test_a_profile_in_arabic_says_so(lead):
    page = text(lead.post(EDIT, filled(lead, profile="مدينتنا", profile_language="ar"), follow=True))
    assert '<div class="prose" lang="ar" dir="rtl">' in page


def test_preview_changes_nothing_and_keeps_everything(lead, aarhus):
    data = filled(lead, profile="## Our *way*", themes=["gender-equality"], website="no address at all")
    answer = lead.post(f"{EDIT}preview/", data)
    assert "<h2>Our <em>way</em></h2>" in text(answer)
    assert "no address at all" in text(answer)
    assert answer.context["form"]["themes"].value() == ["gender-equality"]
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.themes) == ("", [])
    assert "Nothing is written yet." in text(lead.post(f"{EDIT}preview/", filled(lead)))


# --- The picture -----------------------------------------------------------------------------------------------------


def test_a_picture_with_all_that_belongs_to_it(lead, aarhus):
    page = text(lead.post(EDIT, filled(lead, picture=upload(), **HARBOUR), follow=True))
    aarhus.refresh_from_db()
    assert f'src="/media/pictures/{aarhus.picture}/1200.webp"' in page
    assert 'alt="The harbour in the evening"' in page
    assert "Karen Klint" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert lead.get(uploads.Picture(aarhus.picture).src).status_code == 200


@pytest.mark.parametrize("missing", HARBOUR)
def test_a_picture_without_one_of_them_is_asked_about_and_kept(lead, aarhus, missing):
    answer = lead.post(EDIT, filled(lead, picture=upload(), profile="Long text", **{**HARBOUR, missing: ""}))
    form = answer.context["form"]
    assert set(form.errors) == {missing}
    assert "is kept here until you save" in text(answer)
    assert "data:image/webp;base64," in text(answer)
    assert form["kept"].value()
    lead.post(EDIT, sent(form, **HARBOUR))  # without the file
    aarhus.refresh_from_db()
    assert uploads.Picture(aarhus.picture).is_there
    assert (aarhus.profile, aarhus.picture_alt) == ("Long text", HARBOUR["picture_alt"])


SCRIPTED = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"x" * 5_000_000, "no picture that we can read"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 4_999_992, "no picture that we can read"),
        (encoded()[:3000] + b"\xff" * 4_997_000, "damaged"),
        (encoded() + b"\x00" * 5_000_000, "larger than 5 MB"),
        (b"<svg onload=alert(1)>", "SVG files"),
        (SCRIPTED, "SVG files can hold scripts, so we take none."),
    ],
    ids=["empty", "5 MB of x", "5 MB after a head", "5 MB after half a picture", "more than 5 MB", "SVG in HTML", "SVG with a script"],
)
def test_what_is_no_picture_is_refused_and_the_rest_stays(lead, aarhus, media, content, words):
    answer = lead.post(EDIT, filled(lead, picture=upload(content), profile="Long text", **HARBOUR))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"picture"}
    assert words in answer.context["form"].errors["picture"][0]
    assert "Long text" in text(answer)
    assert "Karen Klint" in text(answer)
    assert "alert(1)" not in text(answer)
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.picture) == ("", "")
    assert not media.exists()  # nothing of it was written
    good = lead.post(EDIT, sent(answer.context["form"], picture=upload()), follow=True)  # the file alone was wrong
    aarhus.refresh_from_db()
    assert (good.status_code, aarhus.profile, aarhus.picture_credit) == (200, "Long text", "Karen Klint")


def test_where_a_picture_was_taken_reaches_no_reader(lead, client, aarhus, media):
    """A photograph as a phone makes it, through the form, to the files that visitors get."""
    exif = Image.Exif()
    exif[0x010E] = "Zyxhome"
    exif.get_ifd(0x8825).update({1: "N", 2: (56.0, 9.0, 25.0), 3: "E", 4: (10.0, 12.0, 39.0)})
    photograph = encoded(image((2000, 1200)), exif=exif)
    assert b"Zyxhome" in photograph
    assert Image.open(BytesIO(photograph)).getexif().get_ifd(0x8825)[1] == "N"
    assert lead.post(EDIT, filled(lead, picture=upload(photograph), **HARBOUR)).status_code == 302
    client.logout()
    page = text(client.get(PAGE))
    addresses = set(re.findall(r"/media/pictures/[^\s\"]+", page))
    assert len(addresses) == 3
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        served = Image.open(BytesIO(answer.content))
        assert (served.format, dict(served.getexif()), "exif" in served.info) == ("WEBP", {}, False)
        assert b"Zyxhome" not in answer.content
    for kept in media.rglob("*.*"):
        assert b"Zyxhome" not in kept.read_bytes()  # nor does the house keep it


def test_replaced_and_removed(lead, aarhus):
    lead.post(EDIT, filled(lead, picture=upload(), **HARBOUR))
    first = City.objects.get(pk=aarhus.pk).picture
    lead.post(EDIT, filled(lead, picture=upload(encoded(image((800, 600)))), picture_alt="Another"))
    aarhus.refresh_from_db()
    assert (aarhus.picture != first, aarhus.picture.endswith("800x600"), aarhus.picture_alt) == (True, True, "Another")
    lead.post(EDIT, filled(lead, picture_remove="on"))
    aarhus.refresh_from_db()
    assert (aarhus.picture, aarhus.picture_alt, aarhus.picture_credit, aarhus.picture_licence) == ("", "", "", "")


def test_a_picture_s_name_is_not_taken_from_others(lead, aarhus):
    other = cast.make_city("Mombasa", picture=uploads.draw(upload()).keep(), **HARBOUR)
    for kept in (other.picture, CityForm._signed(other, other.picture), "x:y:z"):
        answer = lead.post(EDIT, filled(lead, kept=kept, **HARBOUR))
        assert set(answer.context["form"].errors) == {"picture"}
        aarhus.refresh_from_db()
        assert aarhus.picture == ""
    lead.post(EDIT, filled(lead, kept=CityForm._signed(aarhus, other.picture), **HARBOUR))
    aarhus.refresh_from_db()
    assert aarhus.picture == other.picture  # signed for this city, it would have been taken


def test_uploads_are_limited(lead, monkeypatch):
    monkeypatch.setattr("members.limits.RATES", {"upload": (1, 3600)})
    assert lead.post(EDIT, filled(lead, picture=upload(b"x"))).status_code == 200
    assert lead.post(EDIT, filled(lead, picture=upload(b"x"))).status_code == 429
    assert lead.post(EDIT, filled(lead, profile="No picture in it")).status_code == 302


PICTURE = {"picture": f"{'a' * 32}-600x400", **HARBOUR}


@pytest.mark.parametrize(
    "fields",
    [
        {**PICTURE, "picture_alt": ""},
        {**PICTURE, "picture_credit": ""},
        {**PICTURE, "picture_licence": ""},
        {**PICTURE, "picture_licence": "mine"},
        {**PICTURE, "picture": "../../etc/passwd"},
        {**PICTURE, "picture": ""},
        {"themes": ["world-peace"]},
        {"themes": ["youth-engagement"] * 6},
        {"profile": "x" * 10_001},
        {"profile_language": "EN"},
    ],
)
def test_the_database_holds_it(aarhus, fields):
    City.objects.filter(pk=aarhus.pk).update(**PICTURE, themes=["youth-engagement"] * 5, profile="x" * 10_000, profile_language="ha")
    with pytest.raises(IntegrityError), transaction.atomic():
        City.objects.filter(pk=aarhus.pk).update(**fields)


# --- Two at once -----------------------------------------------------------------------------------------------------


def test_two_who_change_different_parts_both_keep_theirs(lead, leda, aarhus):
    mine = filled(lead, profile="Lene's")
    edited(aarhus, leda, website="https://leda.example")
    assert lead.post(EDIT, mine).status_code == 302
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.website) == ("Lene's", "https://leda.example")


def test_two_who_change_the_same_part_see_both_texts(lead, leda, aarhus):
    mine = filled(lead, profile="Lene's words", themes=["gender-equality"])
    edited(aarhus, leda, profile="Leda's words", website="https://leda.example")
    answer = lead.post(EDIT, mine)
    page = text(answer)
    assert "Somebody else changed the same meanwhile" in page
    assert "Leda Lind saved on" in page
    assert "Leda&#x27;s words" in page
    form = answer.context["form"]
    assert form["profile"].value() == "Lene's words"
    assert form["themes"].value() == ["gender-equality"]
    assert form["website"].value() == "https://leda.example"
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.themes) == ("Leda's words", [])
    assert lead.post(EDIT, sent(form, profile="Both words")).status_code == 302
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.themes, aarhus.website) == ("Both words", ["gender-equality"], "https://leda.example")


def test_two_who_write_the_same_agree(lead, leda, aarhus):
    mine = filled(lead, profile="The same")
    edited(aarhus, leda, profile="The same")
    assert "Nothing was changed." in text(lead.post(EDIT, mine, follow=True))


def test_a_picture_chosen_meanwhile_is_kept_beside_the_other(lead, leda, aarhus):
    mine = filled(lead, picture=upload(), **HARBOUR)
    edited(aarhus, leda, picture=uploads.draw(upload(encoded(image((900, 600))))).keep(), **{**HARBOUR, "picture_alt": "Leda's"})
    answer = lead.post(EDIT, mine)
    assert "Somebody else changed the same meanwhile" in text(answer)
    assert "900x600/900.webp" in text(answer)
    form = answer.context["form"]
    lead.post(EDIT, sent(form))
    aarhus.refresh_from_db()
    assert (aarhus.picture.endswith("1200x800"), aarhus.picture_alt) == (True, HARBOUR["picture_alt"])


def meet_in(monkeypatch, name):
    """Both racers stop after the city is read (and locked, if locks are on) and before anything is written."""
    meeting = Meeting()
    own = getattr(editing, name)

    def waits(*args, **kwargs):
        answer = own(*args, **kwargs)
        meeting.wait()
        return answer

    monkeypatch.setattr(editing, name, waits)


def race_of_edits():
    lene, aarhus = cast.make_person("lene"), cast.make_city("Aarhus")
    leda = cast.make_user("leda@aarhus.dk", "Leda Lind")
    cast.make_post(leda, aarhus, is_lead=True)
    seen, new = editing.version(aarhus), values(aarhus)
    return race(
        lambda: editing.edit(aarhus, by=lene, seen=seen, values={**new, "profile": "Lene's"}),
        lambda: editing.edit(aarhus, by=leda, seen=seen, values={**new, "profile": "Leda's"}),
    )


@real
def test_two_edits_at_once_lose_nothing(monkeypatch):
    meet_in(monkeypatch, "_locked")
    assert sorted(type(result).__name__ for result in race_of_edits()) == ["CityChange", "Overtaken"]
    change = CityChange.objects.get()
    assert City.objects.get(name="Aarhus").profile == change.after.profile


@real
def test_negative_control_without_the_lock_an_edit_is_lost(monkeypatch):
    without_locks(monkeypatch)
    meet_in(monkeypatch, "at_version")
    results = race_of_edits()
    assert [type(result).__name__ for result in results] == ["CityChange", "CityChange"]  # and one of the two texts is gone


# --- History, and taking back ----------------------------------------------------------------------------------------


def test_taken_back(lene, sam, aarhus):
    change = edited(aarhus, lene, profile="New", website="https://new.example")
    back = editing.take_back(change, by=sam, why="Not your website.")
    aarhus.refresh_from_db()
    change.refresh_from_db()
    assert (aarhus.profile, aarhus.website) == ("", "https://www.aarhus.dk/")
    assert (change.is_taken_back, change.seen_by, back.undoes, back.by, back.why) == (True, sam, change, sam, "Not your website.")
    mail = outbox()[-1]
    assert mail.to == ["lene@aarhus.dk"]
    assert "Not your website." in mail.message
    with pytest.raises(MoveRefused, match="taken back already"):
        editing.take_back(change, by=sam, why="again")
    editing.take_back(back, by=sam, why="It was theirs after all.")
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.website) == ("New", "https://new.example")


def test_a_sample_without_a_history_can_be_taken_back_as_well(sam, toni):
    samples.make_cities(1)
    city = City.objects.get()
    was = city.profile
    change = edited(city, sam, profile="New")
    editing.take_back(change, by=toni, why="No.")
    city.refresh_from_db()
    assert city.profile == was


def test_refused_where_something_of_it_changed_since(lene, leda, sam, aarhus):
    first = edited(aarhus, lene, profile="One", website="https://one.example")
    edited(aarhus, leda, themes=["gender-equality"])
    second = edited(aarhus, leda, profile="Two")
    with pytest.raises(MoveRefused, match="Changed again since: profile"):
        editing.take_back(first, by=sam, why="No.")
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.website) == ("Two", "https://one.example")
    editing.take_back(second, by=sam, why="No.")
    editing.take_back(first, by=sam, why="No.")
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.website, aarhus.themes) == ("", "https://www.aarhus.dk/", ["gender-equality"])


def test_a_picture_comes_back_while_it_is_kept(lene, sam, aarhus, media):
    first = uploads.draw(upload()).keep()
    edited(aarhus, lene, picture=first, **HARBOUR)
    one = edited(aarhus, lene, picture="", picture_alt="", picture_credit="", picture_licence="")
    editing.take_back(one, by=sam, why="It was good.")
    aarhus.refresh_from_db()
    assert (aarhus.picture, aarhus.picture_credit) == (first, "Karen Klint")
    two = edited(aarhus, lene, picture="", picture_alt="", picture_credit="", picture_licence="")
    kept_files.delete(f"{uploads.FOLDER}/{first}")
    with pytest.raises(MoveRefused, match="no longer kept"):
        editing.take_back(two, by=sam, why="It was good.")


def test_only_staff_who_keep_cities_take_back_and_they_say_why(lene, leda, sam, toni, aarhus):
    change = edited(aarhus, lene, profile="New")
    for user in (lene, leda, cast.make_person("leila"), cast.make_staff("uma", vets=False)):
        with pytest.raises(PermissionDenied):
            editing.take_back(change, by=user, why="x")
        with pytest.raises(PermissionDenied):
            change.look(by=user)
    with pytest.raises(ValueError, match="say why"):
        editing.take_back(change, by=sam, why="  ")
    assert not City.objects.filter(profile="").filter(pk=aarhus.pk).exists()


def test_who_looked_first_stands(lene, sam, toni, aarhus):
    change = edited(aarhus, lene, profile="New")
    assert set(CityChange.objects.unseen()) == {change}
    change.look(by=sam)
    change.look(by=toni)
    assert change.seen_by == sam
    assert not CityChange.objects.unseen().exists()
    assert edited(aarhus, sam, profile="Staff's own").seen_by == sam


def race_of_restorations():
    sam, toni, lene, aarhus = cast.make_staff("sam"), cast.make_staff("toni"), cast.make_person("lene"), cast.make_city("Aarhus")
    change = edited(aarhus, lene, profile="New")
    return race(lambda: editing.take_back(change, by=sam, why="a"), lambda: editing.take_back(change, by=toni, why="b"))


@real
def test_two_staff_at_once_take_back_once(monkeypatch):
    meet_before_writing(monkeypatch)
    assert sorted(type(result).__name__ for result in race_of_restorations()) == ["CityChange", "MoveRefused"]
    assert CityChange.objects.filter(undoes__isnull=False).count() == 1


@real
def test_without_the_lock_the_database_holds_it(monkeypatch):
    without_locks(monkeypatch)
    meet_before_writing(monkeypatch)
    assert sorted(type(result).__name__ for result in race_of_restorations()) == ["CityChange", "IntegrityError"]
    assert CityChange.objects.filter(undoes__isnull=False).count() == 1


@real
def test_negative_control_without_lock_and_constraint_it_is_taken_back_twice(monkeypatch):
    without_locks(monkeypatch)
    meet_before_writing(monkeypatch)
    unique = ("undoes_id", "after_id")  # nothing was left to write for the second one, so there is no entry of its own either
    with connection.cursor() as cursor:
        for column in unique:
            cursor.execute(f"ALTER TABLE members_citychange DROP CONSTRAINT members_citychange_{column}_key")
    try:
        assert [type(result).__name__ for result in race_of_restorations()] == ["CityChange", "CityChange"]
    finally:
        CityChange.objects.filter(undoes__isnull=False).delete()
        with connection.cursor() as cursor:
            for column in unique:
                cursor.execute(f"ALTER TABLE members_citychange ADD CONSTRAINT members_citychange_{column}_key UNIQUE ({column})")


def meet_before_writing(monkeypatch):
    meeting = Meeting()
    own = editing._write

    def waits(*args, **kwargs):
        if kwargs.get("undoes"):
            meeting.wait()
        return own(*args, **kwargs)

    monkeypatch.setattr(editing, "_write", waits)
