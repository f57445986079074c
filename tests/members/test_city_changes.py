"""The staff's rooms for what lead officials changed: queue, one change, a city's history."""

import pytest

from members import editing
from members.models import City, CityChange
from strongcities import uploads
from tests import cast
from tests.pictures import HARBOUR, upload

pytestmark = pytest.mark.django_db

QUEUE = "/admin/members/citychange/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def text(response):
    return response.content.decode()


def edited(city, by, **changes):
    city.refresh_from_db()
    values = {**editing.values_of(city), **changes}
    return editing.edit(city, by=by, seen=editing.version(city), values=values)


@pytest.fixture
def change(aarhus, lene):
    aarhus.profile = "Our city prevents.\n\nTogether with families."
    aarhus.save()
    return edited(aarhus, lene, profile="Our town prevents.\n\nTogether with families.", themes=["gender-equality"])


@pytest.fixture
def staff(client, sam):
    client.force_login(sam)
    return client


def test_the_first_page_and_the_desk_count_what_nobody_looked_at(staff, change, sam):
    assert "Changes by lead officials" in text(staff.get("/admin/"))
    assert "1 change of a city’s page" in text(staff.get("/desk/"))
    change.look(by=sam)
    assert "Nothing waits for you." in text(staff.get("/admin/"))
    assert "of a city’s page" not in text(staff.get("/desk/"))


def test_whoever_looked_at_one_goes_on_to_the_next(staff, change, lene, aarhus):
    newer, newest = (edited(aarhus, lene, website=f"https://{name}.example") for name in ("newer", "newest"))
    for done, following in ((change, newer), (newer, newest), (newest, change)):  # the oldest first, then round to the beginning
        link = f'<a href="{QUEUE}{following.pk}/change/">Next: Aarhus, Lene Lund</a>'
        assert link in text(staff.get(f"{QUEUE}{done.pk}/change/"))
    for done, following in ((newer, newest), (newest, change)):
        answer = staff.post(f"{QUEUE}{done.pk}/look/", follow=True)
        assert answer.redirect_chain == [(f"{QUEUE}{following.pk}/change/", 302)]
        assert f'<a href="{QUEUE}{done.pk}/change/">{done}</a> · You looked at it.' in text(answer)
    answer = staff.post(f"{QUEUE}{change.pk}/look/", follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Nothing else waits for you here." in text(answer)
    assert "Next: " not in text(staff.get(f"{QUEUE}{change.pk}/change/"))


def test_next_is_no_change_of_ones_own(staff, change, sam, lene, aarhus):
    others = edited(aarhus, lene, website="https://new.example")
    CityChange.objects.filter(pk=change.pk).update(by=sam)
    assert staff.get(f"{QUEUE}{others.pk}/change/").context["next"] is None
    assert staff.get(f"{QUEUE}{change.pk}/change/").context["next"] == others
    assert staff.post(f"{QUEUE}{others.pk}/look/").headers["Location"] == QUEUE


def test_the_filters_of_the_list_are_kept_from_change_to_change(staff, change, lene, aarhus):
    edited(cast.make_city("Mombasa"), cast.make_person("leila"), profile="Mombasa's")  # between the two, of another name
    later, kept = edited(aarhus, lene, website="https://new.example"), "?_changelist_filters=queue%3Dall%26q%3DAarhus"
    link = f'<a href="{QUEUE}{later.pk}/change/{kept}">Next: Aarhus, Lene Lund</a>'
    assert link in text(staff.get(f"{QUEUE}{change.pk}/change/{kept}"))
    assert staff.post(f"{QUEUE}{change.pk}/look/{kept}").headers["Location"] == f"{QUEUE}{later.pk}/change/{kept}"


@pytest.mark.parametrize("who", ["lene", "leila"])
def test_officials_get_none_of_it(client, change, who):
    client.force_login(cast.make_person(who))
    assert "of a city’s page" not in text(client.get("/desk/"))
    for address in (QUEUE, f"{QUEUE}{change.pk}/change/", f"/admin/members/city/{change.city_id}/history/"):
        assert client.get(address, follow=True).status_code == 403


def test_staff_outside_the_secretariat_get_none_of_it(client, change):
    client.force_login(cast.make_staff("uma", vets=False))
    for address in (QUEUE, f"{QUEUE}{change.pk}/change/", f"/admin/members/city/{change.city_id}/history/"):
        assert client.get(address).status_code == 403
    for verb in ("look", "take_back"):
        assert client.post(f"{QUEUE}{change.pk}/{verb}/", {"why": "x"}).status_code == 403
    change.refresh_from_db()
    assert (change.seen_at, change.is_taken_back) == (None, False)
    assert "Changes by lead officials" not in text(client.get("/admin/"))


def test_the_queue_is_newest_first(staff, change, lene, aarhus, toni):
    newer = edited(aarhus, lene, website="https://new.example")
    looked = edited(cast.make_city("Mombasa"), cast.make_person("leila"), profile="Mombasa's")
    looked.look(by=toni)
    rows = lambda queue: [row.pk for row in staff.get(QUEUE, {"queue": queue}).context["cl"].result_list]  # noqa: E731
    assert rows("") == rows("new") == rows("nonsense") == [newer.pk, change.pk]
    assert rows("seen") == [looked.pk]
    back = editing.take_back(newer, by=toni, why="No.")
    assert rows("taken-back") == [newer.pk]
    assert rows("all") == [back.pk, looked.pk, newer.pk, change.pk]
    assert "Profile, Themes" in text(staff.get(QUEUE))


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_as_often_for_three_as_for_one(staff, lene, aarhus, count, django_assert_num_queries):
    for number in range(count):
        edited(aarhus, lene, profile=f"Words {number}")
    with django_assert_num_queries(7):  # session, account, permissions (2), two counts, page
        assert len(staff.get(QUEUE).context["cl"].result_list) == count


def test_one_change_shows_what_went_and_what_came(staff, change):
    page = text(staff.get(f"{QUEUE}{change.pk}/change/"))
    assert "Our <del>city</del><ins>town</ins> prevents." in page
    assert "<ins>Gender equality</ins>" in page
    assert "All right: I looked at it" in page


def test_what_was_typed_is_never_markup(staff, aarhus, lene):
    change = edited(aarhus, lene, profile="<script>alert(1)</script>")
    for address in (f"{QUEUE}{change.pk}/change/", f"/admin/members/city/{aarhus.pk}/history/"):
        page = text(staff.get(address))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page


def test_looking_and_taking_back(staff, change, sam, aarhus):
    staff.post(f"{QUEUE}{change.pk}/look/")
    change.refresh_from_db()
    assert change.seen_by == sam
    answer = staff.post(f"{QUEUE}{change.pk}/take_back/", {"why": ""})
    assert "This field is required." in text(answer)
    assert not CityChange.objects.filter(undoes=change).exists()
    answer = staff.post(f"{QUEUE}{change.pk}/take_back/", {"why": "Not so."}, follow=True)
    assert "The change is taken back, and Lene Lund is told why." in text(answer)
    assert "Sam Staff took it back on" in text(answer)
    aarhus.refresh_from_db()
    assert (aarhus.profile, aarhus.themes) == ("Our city prevents.\n\nTogether with families.", [])
    answer = staff.post(f"{QUEUE}{change.pk}/take_back/", {"why": "Again."}, follow=True)
    assert "It was taken back already." in text(answer)
    back = CityChange.objects.get(undoes=change)
    assert "Not so." in text(staff.get(f"{QUEUE}{back.pk}/change/"))


def test_many_are_looked_at_at_once(staff, change, lene, aarhus, sam):
    other = edited(aarhus, lene, website="https://new.example")
    answer = staff.post(QUEUE, {"action": "look_at_all", "_selected_action": [change.pk, other.pk]}, follow=True)
    assert "2 changes are marked as looked at." in text(answer)
    assert set(CityChange.objects.values_list("seen_by", flat=True)) == {sam.pk}


@pytest.mark.parametrize("pk", ["0", "999999", "x"])
def test_a_change_that_is_not_there(staff, pk):
    assert staff.get(f"{QUEUE}{pk}/change/").status_code == 404


def test_the_history_has_every_change_by_whatever_way(staff, change, aarhus):
    City.objects.filter(pk=aarhus.pk).update(population=300_000)
    edited(aarhus, cast.make_person("lene"), picture=uploads.draw(upload()).keep(), **HARBOUR)
    page = text(staff.get(f"/admin/members/city/{aarhus.pk}/history/"))
    for words in ("<del>285273</del><ins>300000</ins>", "Our <del>city</del><ins>town</ins>", "Lene Lund", "the site itself",
                  "The record begins here.", "Look at it, or take it back", '<ins class="picture"><img src="/media/pictures/'):  # fmt: skip
        assert words in page
    assert page.index("Karen Klint") < page.index("300000") < page.index("<ins>town</ins>") < page.index("The record begins here.")


def test_the_history_has_pages(staff, aarhus):
    for number in range(1, 26):
        City.objects.filter(pk=aarhus.pk).update(population=number)
    first, second = (text(staff.get(f"/admin/members/city/{aarhus.pk}/history/", {"page": page})) for page in (1, 2))
    assert (first.count("<time"), second.count("<time")) == (20, 6)
    assert ("The record begins here." in first, "The record begins here." in second) == (False, True)
    for page in ("0", "x", "-1", "9" * 20):
        assert staff.get(f"/admin/members/city/{aarhus.pk}/history/", {"page": page}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_asks_as_often_for_three_as_for_one(staff, aarhus, lene, count, django_assert_num_queries):
    for number in range(count):
        edited(aarhus, lene, profile=f"Words {number}")
    with django_assert_num_queries(6):  # session, account, permissions (2), city, entries
        assert text(staff.get(f"/admin/members/city/{aarhus.pk}/history/")).count("<time") == count + 1
