"""What the search offers while somebody types: words completed, names of filters and cities, and how words are written."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.translation import override

from hub import spellings, suggest
from hub.forms import LONGEST_QUERY
from hub.models import Lexeme, Practice, Spelling
from hub.search import Query, search
from hub.suggest import completions
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db
URL, HUB = "/hub/suggest/", "/hub/"
VISITOR = AnonymousUser()
BARE = {"summary": "In brief.", "body": "", "themes": [], "prevention_levels": []}


def texts(typed, user=VISITOR):
    return [one.text for one in completions(typed, user)]


def words(client, typed, **more):
    answer = client.get(URL, {"q": typed, **more}).json()
    return [one["before"] + one["word"] for one in answer["words"]]


def links(client, typed, **more):
    return [(one["label"], one["kind"], one["url"]) for one in client.get(URL, {"q": typed, **more}).json()["links"]]


def count():
    with connection.cursor() as cursor:
        cursor.execute("SELECT hub_count_words()")
    spellings.tell()


@pytest.fixture
def city():
    return make_city()


@pytest.fixture
def some(city):
    for title in ("Social cohesion", "Social cohesion in schools", "Cohesive streets", "The coherent police"):
        make_practice(city, title, **BARE)
    make_practice(city, "Réunion de prévention", language="fr", **BARE)
    make_practice(city, "Précaution, prévention", language="fr", **BARE)
    count()


def test_the_last_word_is_completed_the_most_frequent_first_and_the_others_stay(some):
    assert texts("social coh") == ["social cohesion", "social coherent", "social cohesive"]
    assert texts("cohesi") == ["cohesion", "cohesive"]
    assert texts("SOCIAL  Coh")[0] == "SOCIAL  cohesion"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("preven", ["prévention"]), ("Préven", ["prévention"]), ("prev", ["prévention"]), ("pre", ["prévention", "précaution"]),
        ("c", ["cohesion", "coherent", "cohesive"]), ("prevention", []), ("prévention", []), ("zzz", []), ("th", []), ("d", []),
    ],
)  # fmt: skip
def test_accents_are_folded_and_shown_and_common_words_never(some, typed, found):
    assert texts(typed) == found


def test_the_language_of_the_page_comes_first(city):
    for number in range(3):
        make_practice(city, f"Formation {number}", language="fr", **BARE)
    make_practice(city, "Formal talks", **BARE)
    count()
    assert texts("form") == ["formal", "formation"]
    with override("fr"):
        assert texts("form") == ["formation", "formal"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("-coh", []), ("social -coh", []), ("−coh", []), ('-"social coh', []), ('"social coh"', []), ("social coh ", []), ("coh-", []),
        ('"social coh', ['"social cohesion', '"social coherent', '"social cohesive']),
        ("youth-coh", ["youth-cohesion", "youth-coherent", "youth-cohesive"]),
        ("l'coh", ["l'cohesion", "l'coherent", "l'cohesive"]),
        ("", []), (" ", []), ("?!", []), ("%", []), ("_", []), ("co%", []), ("co\\", []),
    ],
)  # fmt: skip
def test_what_is_left_out_or_done_is_not_completed(some, client, typed, found):
    assert words(client, typed) == found


def test_no_more_than_eight(city):
    make_practice(city, " ".join(f"alpha{letter}" for letter in "abcdefghijkl"), **BARE)
    count()
    assert texts("alph") == [f"alpha{letter}" for letter in "abcdefgh"]


def test_signs_without_spaces_are_completed_by_the_next(city):
    make_practice(city, "社区青年", language="zh", **BARE)
    count()
    assert texts("我们社") == ["我们社区"]
    assert texts("社区") == ["社区青"]


def test_a_frequent_word_of_members_is_for_those_who_see_them_too(city, monkeypatch):
    """One that so many hold that it isn't looked up once more."""
    monkeypatch.setattr(suggest, "SURE", 0)
    make_practice(city, "Secretive gatherings", audience="members", **BARE)
    count()
    assert (texts("secretiv"), texts("secretiv", make_official(city))) == ([], ["secretive"])


def test_words_of_members_are_for_those_who_see_them(city, client):
    make_practice(city, "Secretive gatherings", audience="members", **BARE)
    make_practice(city, "Secure streets", **BARE)
    make_practice(city, "Sectarian draft", state="draft", published_at=None, **BARE)
    count()
    assert words(client, "sec") == ["secure"]
    client.force_login(make_official(city))
    assert words(client, "sec") == ["secretive", "secure"]


def test_a_word_that_is_no_longer_seen_is_not_told_before_the_next_count(city):
    practice = make_practice(city, "Secretive gatherings", **BARE)
    count()
    assert texts("secr") == ["secretive"]
    Practice.objects.filter(pk=practice.pk).update(audience="members")
    assert texts("secr") == []


def test_what_only_samples_hold_is_no_word(city):
    make_practice(city, "Polabra policies", is_sample=True, **BARE)
    make_practice(city, "Policies", **BARE)
    count()
    assert texts("pol") == ["policies"]


def test_names_set_the_filter_or_open_the_city(city, client):
    make_practice(city, "Youth council", themes=["youth-engagement"], sectors=["social-and-youth-services"])
    theme = ("Youth engagement", "Theme", "/hub/?theme=youth-engagement")
    assert links(client, "youth en") == [theme]
    assert links(client, "you") == [theme, ("Social and youth services", "Sectors involved", "/hub/?sector=social-and-youth-services")]
    assert links(client, "police youth eng", level="primary", sort="newest") == [
        ("Youth engagement", "Theme", "/hub/?q=police&level=primary&theme=youth-engagement&sort=newest")
    ]
    assert links(client, "aarh") == [("Aarhus", "City", city.get_absolute_url())]
    assert links(client, '"youth eng')[0] == theme


@pytest.mark.parametrize("typed", ["youth en ", "-youth", "gender", "and", "y", "en", "ghost"])
def test_names_that_are_chosen_left_out_or_lead_nowhere_are_not_offered(city, client, typed):
    make_practice(city, "Youth council")
    make_city("Ghosttown", is_public=False)
    assert links(client, typed, theme="youth-engagement") == []


def test_a_filter_that_only_members_practices_have_is_theirs(city, client):
    make_practice(city, "Hidden", themes=["gender-equality"], audience="members")
    assert links(client, "gender") == []
    client.force_login(make_official(city))
    assert [label for label, _kind, _url in links(client, "gender")] == ["Gender equality"]


def test_a_filter_that_enough_practices_of_members_have_to_be_sure_of_it_is_theirs_too(city, client, monkeypatch):
    """One that so many have that it isn't looked up once more, for those who see them all."""
    monkeypatch.setattr(suggest, "SURE", 0)
    make_practice(city, "Hidden", themes=["gender-equality"], audience="members")
    count()
    assert Lexeme.objects.filter(lexeme="theme:gender-equality", records=1).exists()
    assert links(client, "gender") == []
    client.force_login(make_official(city))
    assert [label for label, _kind, _url in links(client, "gender")] == ["Gender equality"]


def test_three_names_at_most_a_city_among_them(client):
    make_practice(make_city("Commtown"), "A", themes=["community-engagement-and-social-cohesion"], sectors=["community-safety"],
                  people_reached=["community-and-faith-leaders"], settings=["community-or-faith-venue"])  # fmt: skip
    found = links(client, "comm")
    assert [kind for _label, kind, _url in found] == ["Theme", "People reached", "City"]


def test_it_says_how_many_and_in_arabic_from_its_own_words(some, client):
    assert client.get(URL, {"q": "cohesi"}).json()["said"] == "2 suggestions"
    answer = client.get("/ar" + URL, {"q": "cohesi"}).json()
    assert ([one["word"] for one in answer["words"]], answer["said"]) == (["cohesion", "cohesive"], "اقتراحان")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, method):
    assert getattr(client, method)(URL).status_code == 405


def test_head_and_what_visitors_keep(some, client):
    assert client.head(URL, {"q": "coh"}).status_code == 200
    answer = client.get(URL, {"q": "coh"})
    assert answer["Cache-Control"] == "public, max-age=60"
    assert client.get(URL, {"q": "coh"}, headers={"If-None-Match": answer["ETag"]}).status_code == 304


COH = ["cohesion", "coherent", "cohesive"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("a" * 10_000, []), ("ab " * 5_000 + "coh", COH), ("".join(map(chr, range(1, 3_000))), []), ("😀", []), ("😀 coh", COH),
        ("%s %(own)s", ["social", "schools", "streets"]), ("coh'", []), ("'; --", []), ("\"'; coh", COH),
    ],
)  # fmt: skip
def test_every_character_is_no_trouble(some, client, typed, found):
    answer = client.get(URL, {"q": typed})
    assert answer.status_code == 200
    assert [one["word"] for one in answer.json()["words"]] == found


@pytest.mark.parametrize("query", ["q=a%00b", "theme=nonsense&q=coh", "q=%ff%fecoh", "q=" + "a" * (LONGEST_QUERY + 1)])
def test_what_cannot_be_read_is_400(client, query):
    assert client.get(f"{URL}?{query}").status_code == 400


def test_statements(some, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert texts("coh")
    with django_assert_num_queries(0):
        assert not texts("-coh")


# --- Without scripts -------------------------------------------------------------------------------------------------


def test_half_a_word_leads_to_whole_ones_on_the_page(some, client):
    page = client.get(HUB, {"q": "social cohes", "exact": "1", "sort": "newest"}).text
    assert "Complete your last word:" in page
    assert '<a href="?q=social+cohesion&amp;sort=newest" dir="auto">social cohesion</a>' in page
    for whole in ("social", "social zzzz", ""):
        assert "Complete your last word:" not in client.get(HUB, {"q": whole}).text


@pytest.mark.parametrize("counted", [False, True])
def test_whole_words_are_offered_to_visitors_as_if_practices_of_members_were_not_there(city, client, counted):
    for number in range(suggest.FEW):
        make_practice(city, f"Form {number}", audience="members", **BARE)
    make_practice(city, "Form", **BARE)
    make_practice(city, "Formal", **BARE)
    if counted:
        count()
    assert [chip.label for chip in client.get(HUB, {"q": "form"}).context["offered"]] == ["formal"]
    assert search(Query("form"), VISITOR).last == 1
    olga = make_official(city)
    assert search(Query("form"), olga).last == suggest.FEW + 1
    client.force_login(olga)
    assert client.get(HUB, {"q": "form"}).context["offered"] == []


def test_of_a_frequent_word_the_numbers_of_the_last_count_are_taken_apart_as_well(city):
    for number in range(3):
        make_practice(city, f"Form {number}", audience="public" if number else "members", **BARE)
    make_practice(city, "Forms", **BARE)
    count()
    Lexeme.objects.filter(lexeme="form").update(records=150)
    assert search(Query("form"), make_official(city)).last == 4  # no more than there are practices
    assert search(Query("form"), VISITOR).last == 3


def test_a_word_that_enough_hold_is_left_alone(city, client, monkeypatch):
    for number in range(suggest.FEW):
        make_practice(city, f"Form {number}", **BARE)
    make_practice(city, "Formal", **BARE)
    assert "Complete your last word:" not in client.get(HUB, {"q": "form"}).text
    monkeypatch.setattr(suggest, "FEW", suggest.FEW + 1)
    assert "Complete your last word:" in client.get(HUB, {"q": "form"}).text


# --- How words are written -------------------------------------------------------------------------------------------


def test_a_word_is_shown_as_it_is_written_most_often_by_whom_all_may_read(city):
    make_practice(city, "Prévention", body="prévention, prevention, prévention", language="fr")
    make_practice(city, "Élan", language="fr", audience="members")
    make_practice(city, "L'école de Liège", body="À Liège. Écoles et PVE.", language="fr")
    count()
    shown = dict(Spelling.objects.filter(language="fr").values_list("word", "shown"))
    assert shown["prevention"] == "prévention"
    assert "elan" not in shown
    assert (shown["liege"], shown["ecoles"], shown["pve"]) == ("Liège", "écoles", "PVE")
    Practice.objects.update(title="Plain", body="prevention, prevention")
    count()
    assert not Spelling.objects.filter(word="prevention").exists()
