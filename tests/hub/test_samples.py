"""Samples are marked, the same each time, spread over the facets; the demo is filled once and nowhere else."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hub import sample_figures, samples, search_figures
from hub.counting import keepable
from hub.models import Entry, Practice, SearchDay
from hub.sample_figures import make_figures
from hub.search import Query, search
from members.models import City
from tests.cast import make_staff

pytestmark = pytest.mark.django_db


def make(**options):
    out = StringIO()
    call_command("make_sample", stdout=out, **options)
    return out.getvalue()


def test_samples_are_there_in_number_and_marked():
    assert make(cities=5, practices=60).startswith("5 sample cities and 60 sample practices made in ")
    assert make(cities=5, practices=60).startswith("0 sample cities and 0 sample practices made in ")
    assert City.objects.filter(is_sample=True).count() == 5
    assert Practice.objects.count() == Practice.objects.filter(is_sample=True, title__startswith="Sample practice ").count() == 60
    assert Entry.objects.filter(is_sample=True).count() == 60
    facets = search(Query(), make_staff()).facets
    assert len(facets["theme"]) > 8
    assert len(facets["language"]) > 2
    for practice in Practice.objects.all():
        practice.full_clean()
        assert practice.transitions.count() == 1
    assert make(cities=5, practices=0, remove=True).startswith("60 sample practices removed.")
    assert not Practice.objects.exists()
    assert not Entry.objects.exists()


def test_a_sample_is_the_same_each_time():
    same = ("title", "summary", "body", "themes", "evidence", "language")
    one, two = samples._practice(7, [1, 2, 3]), samples._practice(7, [1, 2, 3])
    assert {name: one[name] for name in same} == {name: two[name] for name in same}
    assert samples._practice(8, [1, 2, 3])["body"] != one["body"]


def test_no_sample_without_a_city():
    with pytest.raises(CommandError, match="no sample cities"):
        make(practices=1)
    with pytest.raises(CommandError, match="0 or more"):
        make(practices=-1)


def test_the_demo_has_what_it_promises_and_is_filled_once(django_assert_max_num_queries):
    call_command("make_demo", stdout=StringIO())
    assert City.objects.count() >= 200
    assert Practice.objects.count() == 1_000
    assert Practice.objects.filter(is_sample=False).count() == 45
    Practice.objects.filter(external_id="aarhus-info-house").update(title="Tried out")
    with django_assert_max_num_queries(60):
        call_command("make_demo", stdout=StringIO())
    assert Practice.objects.count() == 1_000
    assert Practice.objects.filter(title="Tried out").exists(), "what was changed by trying stays"
    assert len(search_figures.weeks()) in {12, 13}


def test_no_demo_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        call_command("make_demo")
    assert not City.objects.exists()
    with pytest.raises(ValueError, match="for a demo alone"):
        make_figures()
    assert search_figures.weeks() == []


MADE_UP = "most of these figures are made up"


def test_figures_of_the_demo_are_all_there_and_said_to_be_made_up(client, real_practices, settings):
    assert make_figures() > 1_000
    assert make_figures() == 0
    numbers = search_figures.totals()
    assert all(numbers.values())
    assert numbers["searches"] > numbers["nothing"] + numbers["unclicked"]
    assert [word for word, _searches in search_figures.unwritten()] == ["esports", "chatbots", "livestreams"]
    assert {one.words for one in search_figures.questions()} == {keepable(words) for words in sample_figures._QUESTIONS}
    assert {name for name, _searches in search_figures.filters()} >= {"Theme", "Region"}
    client.force_login(make_staff())
    url = "/admin/hub/question/figures/"
    assert MADE_UP in client.get(url).text
    settings.DEMO = False
    assert MADE_UP not in client.get(url).text


def test_figures_are_made_up_only_where_nothing_was_counted():
    SearchDay.objects.create(day="2026-01-05", language="en", found=0, searches=1, clicked=0, corrected=0, led=0)
    assert make_figures() == 0
    assert search_figures.questions().count() == 0
