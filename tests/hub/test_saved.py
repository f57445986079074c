"""/hub/saved/: searches that a person keeps, theirs alone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hub import alerts, saved_searches
from hub.models import SavedSearch
from hub.models.saved import LONGEST, NAME_LENGTH, Pace
from hub.search import Query
from members.models import Post
from members.querysets import today
from strongcities.workflow import MoveRefused
from tests.cast import make_person, make_staff
from tests.hub.cast import make_city, make_official, make_practice
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
SAVED, NEW = "/hub/saved/", "/hub/saved/new/"
YOUTH = "?q=council&theme=youth-engagement"


@pytest.fixture
def olga(client):
    user = make_official(make_city())
    client.force_login(user)
    return user


def kept(user, words="council", name="Mine", pace=Pace.DAILY):
    return saved_searches.save(Query(words, {"theme": ("youth-engagement",)}), by=user, name=name, pace=pace)


def main(response):
    return response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_a_search_is_saved_from_its_page_under_a_name_of_its_own(client, olga):
    make_practice(make_city())
    page = client.get(f"/hub/{YOUTH}").content.decode()
    assert f'href="{NEW}{YOUTH.replace("&", "&amp;")}">Save this search' in page
    form = main(client.get(f"{NEW}{YOUTH}"))
    assert 'value="“council”, Youth engagement"' in form
    assert re.search(r'value="weekly"[^>]*checked', form)
    response = client.post(f"{NEW}{YOUTH}", {"name": "  Young \n people ", "pace": "daily"})
    assert response.headers["Location"] == SAVED
    (one,) = SavedSearch.objects.all()
    assert (one.owner, one.name, one.search, one.pace, one.due and one.due.hour) == (olga, "Young people", YOUTH, "daily", 6)
    listed = main(client.get(SAVED))
    assert f'<a href="/hub/{YOUTH.replace("&", "&amp;")}"><bdi>Young people</bdi></a>' in listed
    assert "Once a day, at 06:00 UTC" in listed
    assert "1 search of 50" in listed


@pytest.mark.parametrize("name", ["\u200b", "\u202e \u202d", "\u200d", "\u3164", "\u2800\u2800", "\ufe0f", "\u00ad"])
def test_a_name_can_be_seen(client, olga, name):
    response = client.post(f"{NEW}{YOUTH}", {"name": name, "pace": "daily"})
    assert (response.status_code, SavedSearch.objects.exists()) == (200, False)
    assert "A name has something that can be seen." in main(response)
    one = kept(olga)
    client.post(f"{SAVED}{one.pk}/", {"name": name, "pace": "never"})
    assert SavedSearch.objects.get().name == one.name


def test_whoever_calls_the_verbs_gives_a_name_that_can_be_seen(olga):
    one = kept(olga)
    with pytest.raises(MoveRefused, match="can be seen"):
        saved_searches.change(one, name="\u200b", pace="never")
    with pytest.raises(MoveRefused, match="can be seen"):
        saved_searches.save(Query("families"), by=olga, name="\u200b", pace="never")
    assert [found.name for found in SavedSearch.objects.all()] == [one.name]


@pytest.mark.parametrize(
    ("name", "is_called"), [("\u202eOurs\u202c", "Ours"), ("می\u200cخواهم", "می\u200cخواهم"), ("❤\ufe0f", "❤\ufe0f"), ("!", "!")]
)
def test_a_name_reads_as_it_is_written(client, olga, name, is_called):
    client.post(f"{NEW}{YOUTH}", {"name": name, "pace": "daily"})
    assert [one.name for one in SavedSearch.objects.all()] == [is_called]


def test_saving_it_twice_says_so(client, olga):
    kept(olga, name="First")
    page = client.post(f"{NEW}{YOUTH}", {"name": "Second", "pace": "never"}, follow=True)
    assert "You keep this search already: First" in page.content.decode()
    assert SavedSearch.objects.count() == 1


def test_only_officials_and_staff_are_offered_it(client):
    make_practice(make_city())
    for user, offered in ((None, False), (make_person("nadia"), False), (make_official(make_city()), True), (make_staff(), True)):
        client.logout()
        if user:
            client.force_login(user)
        assert ("Save this search" in client.get("/hub/").content.decode()) is offered
        if user:
            assert client.get(NEW).status_code == (200 if offered else 403)
            assert client.post(NEW, {"name": "N", "pace": "never"}).status_code == (302 if offered else 403)


def test_a_stranger_is_asked_to_sign_in(client):
    for path in (SAVED, NEW, f"{SAVED}1/", f"{SAVED}1/delete/"):
        assert client.get(path).headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "told", [{"name": "", "pace": "daily"}, {"name": "   ", "pace": "daily"}, {"name": "N" * (NAME_LENGTH + 1), "pace": "daily"},
             {"name": "N", "pace": "hourlyish"}, {"name": "N"}, {"name": "N\x00", "pace": "never"}]
)  # fmt: skip
def test_what_will_not_do_is_said_and_what_was_typed_stays(client, olga, told):
    response = client.post(f"{NEW}{YOUTH}", told)
    assert response.status_code == 200
    assert 'aria-invalid="true"' in main(response)
    assert not SavedSearch.objects.exists()


def test_a_search_that_cannot_be_read_is_not_saved(client, olga):
    assert client.get(f"{NEW}?theme=nonsense").status_code == 400
    assert client.post(f"{NEW}?theme=nonsense", {"name": "N", "pace": "never"}).status_code == 400


def test_a_search_too_long_is_not_offered_and_refused(client, olga):
    words = "x" * LONGEST
    assert "Save this search" not in client.get("/hub/", {"q": words}).content.decode()
    page = client.post(f"{NEW}?q={words}", {"name": "N", "pace": "never"}, follow=True)
    assert "too long to be kept" in page.content.decode()
    assert not SavedSearch.objects.exists()


def test_no_way_leads_to_one_that_is_too_long(olga):
    longest = Query("x" * (LONGEST - len("?q=")))
    assert len(saved_searches.save(longest, by=olga, name="N", pace=Pace.NEVER).search) == LONGEST
    with pytest.raises(MoveRefused, match="too long to be kept"):
        kept(olga, "x" * LONGEST)
    one = kept(olga)
    SavedSearch.objects.filter(pk=one.pk).update(search="?q=" + "é" * 900 + "&theme=of-last-year")
    with pytest.raises(MoveRefused, match="too long to be kept"):
        saved_searches.mend(one)


def test_long_words_make_a_name_that_fits(olga):
    name = saved_searches.name_for(Query("word " * 300, {"theme": ("youth-engagement",)}))
    assert (len(name), name[-1]) == (NAME_LENGTH, "…")
    assert saved_searches.name_for(Query()) == "All practices"


def test_the_page_of_the_search_counts_nothing_for_visitors(client, django_assert_num_queries):
    make_practice(make_city())
    with django_assert_num_queries(4) as asked:
        client.get("/hub/")
    assert not any("hub_savedsearch" in query["sql"] for query in asked.captured_queries)


@pytest.mark.parametrize("number", [1, 3])
def test_one_number_of_queries(client, olga, number, django_assert_num_queries):
    for place in range(number):
        kept(olga, f"word{place}")
    client.get(SAVED)
    with django_assert_num_queries(4):  # session, account, searches, post
        client.get(SAVED)


# --- What is done with it --------------------------------------------------------------------------------------------


def test_name_and_pace_are_changed(client, olga):
    one = kept(olga)
    assert 'value="Mine"' in main(client.get(f"{SAVED}{one.pk}/"))
    client.post(f"{SAVED}{one.pk}/", {"name": "Ours", "pace": "weekly"})
    one.refresh_from_db()
    assert (one.name, one.pace, one.due.weekday(), one.search) == ("Ours", "weekly", 0, YOUTH)
    client.post(f"{SAVED}{one.pk}/", {"name": "Ours", "pace": "never"})
    one.refresh_from_db()
    assert (one.pace, one.due) == ("never", None)


def test_mails_are_stopped_and_the_search_stays(client, olga):
    one = kept(olga)
    for _twice in range(2):
        assert client.post(f"{SAVED}{one.pk}/stop/").headers["Location"] == SAVED
    one.refresh_from_db()
    assert (one.pace, one.due) == ("never", None)
    assert "Stop the mails" not in main(client.get(SAVED))


def test_a_search_is_deleted_after_a_question(client, olga):
    one, other = kept(olga), kept(olga, "parents")
    assert "Delete a saved search?" in main(client.get(f"{SAVED}{one.pk}/delete/"))
    assert SavedSearch.objects.count() == 2
    client.post(f"{SAVED}{one.pk}/delete/")
    assert list(SavedSearch.objects.all()) == [other]
    assert client.post(f"{SAVED}{one.pk}/delete/").status_code == 404


@pytest.mark.parametrize("who", ["lead", "staff", "root", "other"])
def test_nobody_else_s_search_is_there(client, olga, who):
    one = kept(olga, name="Zyxprivate")
    users = {
        "lead": lambda: make_official(make_city(), "lead@aarhus.dk", is_lead=True),
        "staff": make_staff,
        "root": lambda: make_staff("root", is_superuser=True),
        "other": lambda: make_person("leila"),
    }
    client.force_login(users[who]())
    for path, methods in (
        (f"{one.pk}/", "GET POST"),
        (f"{one.pk}/delete/", "GET POST"),
        (f"{one.pk}/stop/", "POST"),
        (f"{one.pk}/mend/", "POST"),
    ):
        for method in methods.split():
            assert client.generic(method, f"{SAVED}{path}").status_code == 404
    assert "Zyxprivate" not in client.get(SAVED).content.decode()
    one.refresh_from_db()
    assert (one.name, one.pace) == ("Zyxprivate", "daily")
    client.force_login(olga)
    assert client.get(f"{SAVED}{one.pk}/").status_code == 200


@pytest.mark.parametrize("path", ["", "new/"])
def test_no_page_of_it_is_kept_by_a_browser(client, olga, path):
    assert "no-store" in client.get(f"{SAVED}{path}")["Cache-Control"]


def test_the_staff_s_outbox_does_not_show_who_looks_for_what(client, olga):
    kept(olga, name="Zyxprivate", pace=Pace.HOURLY)
    make_practice(make_city(), "Zyxyouth council", published_at=timezone.now())
    SavedSearch.objects.update(due=timezone.now())
    assert alerts.tell_news() == 1
    (sent,) = outbox()
    assert "Zyxprivate" in sent.message
    client.force_login(make_staff("root", is_superuser=True))
    for path in (reverse("admin:post_office_email_changelist"), reverse("admin:post_office_email_change", args=[sent.pk])):
        page = client.get(path).content.decode()
        assert "olga@example.org" in page
        assert "Zyx" not in page
    assert "hub_savedsearch" not in " ".join(map(str, client.get("/admin/").context["app_list"]))


# --- One that can no longer be read ----------------------------------------------------------------------------------


def test_one_that_is_no_longer_known_is_shown_and_mended(client, olga):
    one = kept(olga)
    SavedSearch.objects.update(search="?q=council&theme=of-last-year&theme=youth-engagement&sort=size")
    page = main(client.get(SAVED))
    assert "The hub no longer knows a part of this search" in page
    assert "Not a value of this filter: of-last-year" in page
    assert "Youth engagement" in page
    assert client.get(f"{SAVED}{one.pk}/").status_code == 200
    client.post(f"{SAVED}{one.pk}/mend/")
    one.refresh_from_db()
    assert one.search == YOUTH
    client.get(SAVED)  # which says that it is done
    assert "no longer knows" not in main(client.get(SAVED))
    again = client.post(f"{SAVED}{one.pk}/mend/", follow=True)
    assert "Nothing needs to be mended here." in again.content.decode()


def test_one_of_which_nothing_is_left_can_only_be_deleted(client, olga):
    one = kept(olga)
    SavedSearch.objects.update(search="?theme=of-last-year")
    page = main(client.get(SAVED))
    assert "Nothing else is left of it" in page
    assert "mend/" not in page
    assert "Nothing is left of this search" in client.post(f"{SAVED}{one.pk}/mend/", follow=True).content.decode()
    one.refresh_from_db()
    assert one.search == "?theme=of-last-year"


def test_one_whose_rest_is_kept_already_stays_as_it_is(client, olga):
    kept(olga, name="The other")
    broken = kept(olga, "parents")
    SavedSearch.objects.filter(pk=broken.pk).update(search=f"{YOUTH}&level=none")
    assert "You keep this search already: The other" in client.post(f"{SAVED}{broken.pk}/mend/", follow=True).content.decode()


# --- Who stands for no city any more ---------------------------------------------------------------------------------


def test_who_stands_for_no_city_reads_why_no_mails_come(client, olga):
    kept(olga)
    assert "You represent no city today" not in main(client.get(SAVED))
    Post.objects.filter(official__user=olga).update(until=today())
    assert "You represent no city today" in main(client.get(SAVED))
    assert client.get(NEW).status_code == 403


def test_who_stands_for_no_city_switches_no_mails_on(client, olga):
    one = kept(olga, pace=Pace.WEEKLY)
    Post.objects.filter(official__user=olga).update(until=today())

    def sent(name, pace):
        page = client.post(f"{SAVED}{one.pk}/", {"name": name, "pace": pace}, follow=True).text
        one.refresh_from_db()
        return one.name, one.pace, "no mails about this search can be switched on" in page

    assert sent("Ours", "daily") == ("Mine", "weekly", True)
    assert sent("Ours", "weekly") == ("Ours", "weekly", False), "another name"
    assert sent("Ours", "never") == ("Ours", "never", False)
    assert sent("Theirs", "hourly") == ("Ours", "never", True)


# --- The link in a mail ----------------------------------------------------------------------------------------------


def test_the_link_leads_to_a_button(client, olga):
    one = kept(olga, name="Mine <b>")
    client.logout()
    path = reverse("hub:alert_stop", args=[one.token])
    assert "<bdi>Mine &lt;b&gt;</bdi>" in main(client.get(path))
    client.head(path)
    one.refresh_from_db()
    assert one.pace == "daily"
    assert "No more mails come" in main(client.post(path))
    one.refresh_from_db()
    assert one.pace == "never"
    for answer in (client.post(path), client.get(path)):
        assert (answer.status_code, "No more mails come" in main(answer)) == (200, True)


def test_a_link_of_nothing_is_404(client, olga):
    one = kept(olga)
    token = one.token
    for wrong in ("nothing", token[:-1], f"{token}x", token.replace(":", "")):
        assert client.get(reverse("hub:alert_stop", args=[wrong])).status_code == 404
        assert client.post(reverse("hub:alert_stop", args=[wrong])).status_code == 404
    one.refresh_from_db()
    assert one.pace == "daily"
    one.delete()
    assert client.get(reverse("hub:alert_stop", args=[token])).status_code == 404


def test_the_desk_leads_to_saved_searches(client, olga):
    assert f'href="{SAVED}">Saved searches' in client.get("/desk/").content.decode()
    client.force_login(make_person("nadia"))
    assert "Saved searches" not in client.get("/desk/").content.decode()


def test_the_desk_shows_which_searches_told_something_lately(client, olga):
    quiet, told = kept(olga, "parents", name="Quiet"), kept(olga, name="Told")
    kept(make_person("leila"), name="Hers")
    SavedSearch.objects.exclude(pk=quiet.pk).update(told_last=timezone.now() - timedelta(days=6))
    page = main(client.get("/desk/"))
    assert f'<a href="/hub/{YOUTH.replace("&", "&amp;")}&amp;sort=newest"><bdi>Told</bdi></a>' in page
    assert ("Quiet" in page, "Hers" in page) == (False, False)
    SavedSearch.objects.filter(pk=told.pk).update(told_last=timezone.now() - timedelta(days=8))
    assert "New in your saved searches" not in main(client.get("/desk/"))


def test_all_of_it_in_arabic(client, olga):
    kept(olga)
    for path in (SAVED, f"{NEW}{YOUTH}", f"{SAVED}{SavedSearch.objects.get().pk}/"):
        response = client.get(f"/ar{path}")
        assert response.status_code == 200
        assert '<html lang="ar" dir="rtl">' in response.content.decode()
