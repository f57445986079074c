"""What was merged is found by nobody any more: whoever means it gets the record that it is part of now."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from members import evidence, matching
from members.imports.plan import Outcome
from members.models import Application, City, Import, Post
from members.models.imported import Kind
from strongcities.workflow import MoveRefused
from tests import cast
from tests.races import without_trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def kommune(aarhus):
    """Aarhus once more, merged into a second double of it, and that one into Aarhus."""
    first = cast.make_city("Århus Kommune", slug="arhus-kommune", kind="municipality", official_name="Municipality of Århus")
    second = cast.make_city("Smilets By", slug="smilets-by")
    cast.make_merge(second, first)
    cast.make_merge(aarhus, second)
    return first


def line(by, text, kind=Kind.CITIES):
    """What the only row of a file would do."""
    (only,) = Import.bring(kind=kind, name="rows.csv", file=text.encode(), by=by).plan(by=by).lines
    return only


def changes(line):
    return {change.column: (change.before, change.after) for change in line.changes}


# --- Whoever names it ------------------------------------------------------------------------------------------------


def test_a_chain_leads_to_its_end(aarhus, kommune):
    assert kommune.merged_into != aarhus
    assert kommune.standing == aarhus
    assert aarhus.standing == aarhus
    assert set(City.objects.standing()) == {aarhus}


def test_who_proposes_it_proposes_what_it_is_part_of(aarhus, kommune):
    assert City.propose(name="ARHUS Kommune", country="DK", kind="municipality") == aarhus


def test_a_new_city_whose_record_was_merged_is_approved_by_two(sam, toni, nadia, kommune):
    """Into a city that is no member yet, so that it takes two: the record that went can't be shown any more."""
    lund, double = cast.make_city("Lund"), cast.make_city("Lunds kommun", country="SE", kind="municipality", is_public=False)
    cast.make_merge(lund, double)
    city = City.propose(name="Lunds kommun", country="SE", kind="municipality")
    application = cast.make_application(nadia, city, city_typed="Lunds kommun")
    application.approve(by=sam)
    application.approve(by=toni)
    assert application.state == Application.State.APPROVED
    assert Post.objects.get(official__user=nadia).city == lund


def test_it_is_no_match_for_a_name(aarhus, kommune):
    everything = City.objects.all()
    assert {match.city for match in matching.find("Århus Kommune", country="DK", cities=everything)} == {aarhus}
    assert [[match.city for match in found] for found in matching.of_names([("Smilets By", "DK")], everything, alike=True)] == [[aarhus]]


def test_it_is_nobodys_twin(aarhus, kommune):
    proposed = City.propose(name="Aarhuss Kommune", country="DK", kind="region")
    assert [match.city for match in matching.twins([proposed], City.objects.all())[proposed.pk]] == [aarhus]


def test_records_that_went_take_no_place_among_the_best(aarhus):
    """Eight are named at most: were they counted before those that went are left out, the one that stays would be none of them."""
    City.objects.bulk_create(
        City(name="Aarhuus", slug=f"double-{kind}", kind=kind, country="DK", region="europe", merged_into=aarhus)
        for kind in City.Kind.values
    )
    City.objects.bulk_create(
        City(name="Aarhuss", slug=f"other-double-{kind}", kind=kind, country="DK", region="europe", merged_into=aarhus)
        for kind in City.Kind.values
    )
    proposed = City.propose(name="Aarhusk", country="DK", kind="city")
    assert [match.city for match in matching.twins([proposed], City.objects.all())[proposed.pk]] == [aarhus]
    assert [match.city for match in matching.of_names([("Aarhusk", "DK")], City.objects.exclude(pk=proposed.pk), alike=True)[0]] == [aarhus]


# --- In the admin ----------------------------------------------------------------------------------------------------


def test_staff_are_not_offered_it(client, sam, nadia, aarhus, kommune):
    application = cast.make_application(nadia, City.propose(name="Aarhuss Kommune", country="DK", kind="region"))
    assert [match.city for match in evidence.of(application).duplicates] == [aarhus]
    client.force_login(sam)
    match = f"/admin/members/application/{application.pk}/match/"
    assert client.post(match, {"city": kommune.pk}).status_code == 404
    with pytest.raises(MoveRefused, match="Århus Kommune was merged into Aarhus"):
        application.match(by=sam, city=kommune)
    assert client.post(match, {"city": aarhus.pk}).status_code == 302
    application.refresh_from_db()
    assert application.city == aarhus


def test_an_application_that_was_left_at_what_was_merged_is_matched_first(sam, nadia, aarhus, kommune):
    """As an older version could leave one: an application that came in while the merge went on."""
    application = cast.make_application(nadia, cast.make_city("Ghent"))
    connection.check_constraints()  # or its deferred ones would be in the way of the next statement
    with without_trigger(Application, "application_to_a_city_that_stands"):
        Application.objects.filter(pk=application.pk).update(city=kommune)
        connection.check_constraints()
    application.refresh_from_db()
    with pytest.raises(MoveRefused, match="Århus Kommune was merged into Aarhus"):
        application.approve(by=sam)
    assert aarhus in [match.city for match in evidence.of(application).duplicates]
    application.match(by=sam, city=aarhus)
    application.approve(by=sam)
    assert Post.objects.get(official__user=nadia).city == aarhus


def test_it_is_chosen_nowhere_in_the_admin(client, aarhus, kommune):
    client.force_login(cast.make_staff("root", is_superuser=True))
    asked = {"app_label": "members", "model_name": "post", "field_name": "city", "term": "hus"}
    found = client.get("/admin/autocomplete/", asked).json()["results"]
    assert [one["text"] for one in found] == ["Aarhus (City), Denmark: aarhus-dk"]
    ribe = cast.make_city("Ribe")
    within = client.get(f"/admin/members/city/{ribe.pk}/change/").context["adminform"].form.fields["within"]
    assert set(within.queryset) == {aarhus}
    listed = client.get("/admin/members/city/", {"q": "Kommune"}).context["cl"].result_list
    assert kommune in listed  # to read it, and to undo the merge


def test_it_stays_hidden_in_words(kommune):
    """Its page in the admin is only read; whatever other form comes to write it says why not."""
    kommune.is_public = True
    with pytest.raises(ValidationError, match="shown in its place"):
        kommune.clean_fields()


# --- In files --------------------------------------------------------------------------------------------------------


def test_a_row_by_its_name_is_about_what_it_is_part_of(sam, aarhus, kommune):
    found = line(sam, "name,country,kind,population\nÅRHUS Kommune,DK,municipality,300000\n")
    assert (found.outcome, found.record, found.label, found.faults) == (Outcome.CHANGED, aarhus.pk, "Aarhus", [])
    assert changes(found) == {"population": ("285273", "300000")}
    assert found.hints == ["Århus Kommune (Municipality) was merged into Aarhus (City): the row is about that one."]


def test_two_rows_about_one_city_by_its_two_records_are_named(sam, aarhus, kommune):
    file = "name,country,kind\nAarhus,DK,city\nÅrhus Kommune,DK,municipality\n"
    plan = Import.bring(kind=Kind.CITIES, name="rows.csv", file=file.encode(), by=sam).plan(by=sam)
    assert [each.faults for each in plan.lines] == [[], [("name", "Line 2 is about the same city.")]]


def test_a_row_by_its_address_says_where_it_went(sam, aarhus, kommune):
    found = line(sam, f"address,name,country\n{kommune.slug},Århus Kommune,DK\n")
    assert found.faults == [("address", "It was merged into Aarhus.")]


def test_no_city_takes_the_name_that_it_holds(sam, aarhus, kommune):
    found = line(sam, f"address,name,country,kind\n{aarhus.slug},Århus Kommune,DK,municipality\n")
    assert found.faults == [("name", "A city of this name, kind and country is there already.")]


@pytest.mark.parametrize("named", ["Århus Kommune", "arhus-kommune"])
def test_an_official_of_it_is_one_of_what_it_is_part_of(sam, aarhus, kommune, named):
    file = f"mail,city,name,title,kind\nmia@aarhus.dk,{named},Mia Meyer,Head,policy\n"
    found = line(sam, file, Kind.OFFICIALS)
    assert found.faults == []
    assert found.hints == ["Århus Kommune was merged into Aarhus: the row is about that one."]
    record = Import.bring(kind=Kind.OFFICIALS, name="rows.csv", file=file.encode(), by=sam)
    record.write(by=sam, seen=record.plan(by=sam).mark)
    assert Post.objects.get(official__user__email="mia@aarhus.dk").city == aarhus


def test_a_name_that_it_shares_with_one_that_stays_is_that_one_s(sam, aarhus):
    """Of two records called Ribe one was merged into Aarhus: the name alone means the other one."""
    cast.make_city("Ribe")
    cast.make_merge(aarhus, cast.make_city("Ribe", kind="county", slug="ribe-county"))
    found = line(sam, "mail,city,name,title,kind\na@ribe.dk,Ribe,A,T,policy\n", Kind.OFFICIALS)
    assert found.faults == [("city", "Ribe is no member: its people come by an application.")]


def test_founding_cities_are_brought_to_what_they_are_part_of(tmp_path, aarhus, kommune):
    file = tmp_path / "cities.csv"
    head = "name,country,kind,network_region,latitude,longitude,time_zone,population\n"
    file.write_text(f"{head}Århus Kommune,DK,municipality,Europe,56.157,10.211,Europe/Copenhagen,300000\n", encoding="utf-8")
    call_command("import_cities", str(file), stdout=StringIO())
    aarhus.refresh_from_db()
    kommune.refresh_from_db()
    assert (aarhus.name, aarhus.population, aarhus.memberships.count()) == ("Aarhus", 300_000, 1)
    assert (kommune.population, kommune.is_public, kommune.memberships.count()) == (None, False, 0)
