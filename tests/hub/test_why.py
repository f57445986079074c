"""Why a practice was found, and the passage that shows it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from hub import panel
from hub.models import Practice
from hub.passages import Sought, marked
from hub.search import Query, search
from hub.words import forms_of
from tests.hub.cast import make_city, make_official, make_practice, make_synonyms

pytestmark = pytest.mark.django_db
BARE = {"summary": "In brief.", "body": "", "themes": [], "prevention_levels": []}


def found(words, **more):
    return search(Query(words, **more), AnonymousUser()).results


def one(words, **more):
    (practice,) = found(words, **more)
    return practice


def test_words_that_it_does_not_hold_are_named_as_they_were_typed():
    make_practice(make_city(), "Schools talk", **BARE)
    why = one("school Police, Récit SCHOOL police").why
    assert (why.missing, why.by) == (["Police", "Récit"], [])
    assert one("schools").why.missing == []


def test_another_form_of_a_word_is_no_missing_one_in_any_language():
    make_practice(make_city(), "Familier i byen", language="da", **BARE)
    make_practice(make_city(), "Families in town", **BARE)
    by_title = {practice.title: practice.why.missing for practice in found("familier zzz", as_typed=True)}
    assert by_title["Familier i byen"] == ["zzz"]


@pytest.mark.parametrize(
    ("words", "fields", "said"),
    [
        ("disinformation", {"themes": ["online-harms-and-disinformation"]}, "Found by its theme: Online harms and disinformation"),
        ("secondary", {"prevention_levels": ["secondary"]}, "Found by its prevention level: Secondary: people at higher risk"),
        ("campaign", {"practice_types": ["campaign"]}, "Found by its type: Campaign"),
        ("teachers", {"people_reached": ["teachers"]}, "Found by the people it reached: Teachers"),
        ("police", {"sectors": ["police"]}, "Found by a sector involved: Police"),
        ("neighbourhood", {"settings": ["neighbourhood"]}, "Found by where it takes place: Neighbourhood"),
        ("racial", {"forms_addressed": ["racial"]}, "Found by the form it addresses: Racial"),
        ("replicated", {"evidence": "4"}, "Found by its evidence: Evaluated more than once, or replicated elsewhere"),
        ("Danemark", {}, "Found by its country: Denmark"),
    ],
)  # fmt: skip
def test_a_name_by_which_it_was_found_is_said(words, fields, said):
    make_practice(make_city(), "Plain", **{**BARE, **fields})
    assert one(words).why.by == [said]


def test_names_of_its_city_s_region_and_size_are_said_as_well():
    make_practice(make_city(population_band="250-000-to-1-million"), "Plain", **BARE)
    assert one("europe").why.by == ["Found by its region: Europe"]
    assert one("million").why.by == ["Found by the population of its city: 250,000 to 1 million"]
    assert one("million europe Danemark").why.by == [
        "Found by the population of its city: 250,000 to 1 million", "Found by its region: Europe", "Found by its country: Denmark",
    ]  # fmt: skip


def test_a_word_of_its_own_is_no_name():
    make_practice(make_city(), "Disinformation", **{**BARE, "themes": ["online-harms-and-disinformation"]})
    assert one("disinformation").why.by == []


def test_of_many_words_it_is_said_how_many_it_has(client):
    make_practice(make_city(), "Alpha beta gamma", **BARE)
    words = "alpha beta gamma delta epsilon zeta eta theta iota"
    page = client.get("/hub/", {"q": words, "exact": "1"}).text
    assert "It has 3 of the 9 words." in page
    assert "Not in it" not in page
    assert "<span>Not in it: <bdi>delta</bdi></span>" in client.get("/hub/", {"q": "alpha delta", "exact": "1"}).text


def test_signs_without_spaces_are_one_word():
    make_practice(make_city(), "社区青年", language="zh", **BARE)
    assert one("社区青年 学校", as_typed=True).why.missing == ["学校"]


def test_letters_that_stand_against_signs_are_a_word(client):
    make_practice(make_city(), "Covid社区2020", language="zh", **BARE)
    for words, shown in (
        ("covid", "<mark>Covid</mark>社区2020"),
        ("2020", "Covid社区<mark>2020</mark>"),
        ("covid社区", "<mark>Covid</mark><mark>社区</mark>2020"),
    ):
        assert (one(words).marked.title, one(words).why.missing) == (shown, [])
    assert one("covid学校", as_typed=True).why.missing == ["学校"]


def test_its_city_is_marked(client):
    make_practice(make_city(), "Plain", **BARE)
    assert "<mark>Aarhus</mark>, Denmark" in client.get("/hub/", {"q": "aarhus"}).text


def test_what_is_written_in_one_sign_and_folded_to_two_is_found_again():
    """As a Thai vowel is: its pairs are those of what it is folded to."""
    make_practice(make_city(), "ทำ", language="th", **BARE)
    assert one("ทำ เมือง", as_typed=True).why.missing == ["เมือง"]
    assert forms_of("ทำ") == ["ท\u0e4d", "\u0e4d\u0e32"]


def passage(words, **fields):
    practice = Practice(title="T", summary="S", **fields)
    return str(marked(practice, Sought(frozenset(words.split()))).passage)


def test_lessons_and_partners_show_a_passage_as_well():
    assert passage("river", body="A lake.", lessons=["Mind the river."]) == "Mind the <mark>river</mark>."
    assert passage("river", body="", partners=["A", "River trust"]) == "<mark>River</mark> trust"
    assert passage("river boat", body="A river.", lessons=["A boat on the river."]) == "A <mark>boat</mark> on the <mark>river</mark>."
    assert passage("river", body="A river.", lessons=["Another river."]) == "A <mark>river</mark>."


def test_what_was_typed_is_shown_before_what_means_the_same(no_synonyms):
    make_synonyms("Parents", en=["mothers", "families", "family centre"])
    far = " ".join(["filler"] * 60)
    body = f"Families of the family centre, families. {far} What a mother said."
    make_practice(make_city(), "Classrooms", **{**BARE, "summary": "For families.", "body": body})
    assert str(one("mothers").marked.passage).endswith("filler What a <mark>mother</mark> said.")
    other = Practice(title="T", summary="S", body="Families of the family centre.", lessons=["A mother said."])
    typed_and_same = Sought(frozenset({"mother"}), (), frozenset({"families"}), ((frozenset({"family"}), frozenset({"centre"})),))
    assert str(marked(other, typed_and_same).passage) == "A <mark>mother</mark> said."
    sought = Sought(frozenset({"mother"}), ((frozenset({"a"}), frozenset({"street"})),), frozenset({"families"}))
    practice = Practice(title="T", summary="S", body=f"A mother, families. {far} In a street.")
    assert str(marked(practice, sought).passage).endswith("In <mark>a street</mark>.")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("Sports for all.", "<mark>Sports</mark> for all."),  # the group has “sport”
        ("Many ball games.", "Many <mark>ball games</mark>."),
        ("Spiele mit dem Ball", ""),
    ],
)
def test_a_synonym_is_marked_in_every_form(no_synonyms, body, shown):
    make_synonyms("Kick", en=["kickabout", "sport", "ball game"])
    make_practice(make_city(), "Plain", **{**BARE, "body": body})
    assert [str(practice.marked.passage) for practice in found("kickabout", as_typed=True)] == ([shown] if shown else [])


def test_a_synonym_in_a_script_without_spaces_is_marked(no_synonyms):
    make_synonyms("Kick", en=["kickabout"], zh=["体育活动"])
    make_practice(make_city(), "Plain", **{**BARE, "body": "社区体育活动。", "language": "zh"})
    assert one("kickabout").marked.passage == "社区<mark>体育活动</mark>。"


def test_a_filter_to_which_a_group_leads_is_said(no_synonyms):
    make_synonyms("Sport", codes=["setting:youth-or-sports-venue"], en=["kickabout", "street games league"])
    make_practice(make_city(), "Plain", **{**BARE, "settings": ["youth-or-sports-venue"]})
    said = "Found by where it takes place: Youth or sports venue"
    assert (one("kickabout").why.by, one("kickabout").why.missing) == ([said], [])
    assert (one("street games league").why.by, one("street games league").why.missing) == ([said], [])
    many = "street games league " + " ".join(f"w{number}" for number in range(40))
    assert one(many, as_typed=True).why.by == [said]


def test_what_stands_where_no_passage_is_cut_is_shown_all_the_same():
    make_practice(make_city(), "Plain", **{**BARE, "body": "## Rivers\n\nSee [this](https://lake.example/boats) and @wood_land."})
    assert "<mark>Rivers</mark> See" in one("river").marked.passage
    assert "<mark>boats</mark>" in one("boats").marked.passage
    assert one("wood").marked.passage == "See this and @<mark>wood</mark>_land."


def test_an_expression_from_one_lesson_into_the_next_is_shown(no_synonyms):
    make_synonyms("Kick", en=["kickabout", "ball game"])
    make_practice(make_city(), "Plain", **{**BARE, "lessons": ["Kick the ball.", "Game over."]})
    assert one("kickabout").marked.passage == "Kick the <mark>ball. Game</mark> over."


def test_another_name_of_its_city_is_said():
    make_practice(make_city(other_names=["Smilets by"], own_name="Aarhus Kommune", own_language="da"), "Plain", **BARE)
    assert one("smilets").why.by == ["Found by another name of its city: Smilets by"]
    assert one("aarhus").why.by == []


def test_a_form_that_only_a_practice_for_members_has_is_marked_for_those_who_read_it():
    city = make_city()
    make_practice(city, "Plain", **{**BARE, "audience": "members", "body": "Riverbanks."})
    assert found("riverbank") == []
    shown: list[Any] = search(Query("riverbank"), make_official(city)).results
    assert shown[0].marked.passage == "<mark>Riverbanks</mark>."


def test_a_phrase_is_marked_as_one_and_shown():
    filler = " ".join(["filler"] * 60)
    body = f"cohesion social cohesions {filler} the social cohesion of the city {filler}"
    make_practice(make_city(), "A street", **{**BARE, "body": body})
    shown = one('"the social cohesion"').marked.passage
    assert "<mark>the social cohesion</mark> of" in shown
    make_practice(make_city(), "Social cohesion", **BARE)
    assert {str(practice.marked.title) for practice in found('"social cohesion"')} == {"A street", "<mark>Social cohesion</mark>"}


def test_only_common_words_and_nothing_without_the_words(client):
    make_practice(make_city(), "The school of the city", **BARE)
    said = "Words as common as “the” hardly tell one practice from another."
    assert said in client.get("/hub/", {"q": "the"}).text
    assert said not in client.get("/hub/", {"q": "the school"}).text
    page = client.get("/hub/", {"q": "qqqqqq", "type": "campaign"}).text
    assert "No practice has any of these words" in page


def test_quotes_within_quotes(client):
    make_practice(make_city(), "Social cohesion", **BARE)
    assert "1 practice for “‘social cohesion’ -police”" in client.get("/hub/", {"q": '"social cohesion" -police'}).text


def test_quotes_within_quotes_are_those_of_the_language(monkeypatch):
    monkeypatch.setattr(panel, "gettext", {"‘%(words)s’": "‹%(words)s›"}.get)
    assert panel.quoted('"100 % here" and «there» not „open') == "‹100 % here› and ‹there› not open"
