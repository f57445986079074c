"""The staff's room for synonyms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from hub import synonym_file
from hub.models import Expression, SynonymGroup
from members.models import User
from strongcities import sheets
from tests.cast import make_staff, secretariat
from tests.hub.cast import make_city, make_official, make_practice, make_synonyms
from tests.races import Meeting, race

pytestmark = pytest.mark.django_db

LIST, ADD = "admin:hub_synonymgroup_changelist", "admin:hub_synonymgroup_add"
FILE, BRING = "admin:hub_synonymgroup_file", "admin:hub_synonymgroup_bring"


@pytest.fixture(autouse=True)
def none_but_the_tests_own(db):
    SynonymGroup.objects.all().delete()


@pytest.fixture
def staff(client):
    client.force_login(user := make_staff())
    return user


def page_of(group):
    return reverse("admin:hub_synonymgroup_change", args=[group.pk])


def form(*expressions, name="Sport", group=None, **fields):
    """What the group's page sends; an expression is (language, text) or (language, text, what else its line sends)."""
    sent = {"name": name, "note": "", **fields, "expressions-TOTAL_FORMS": len(expressions), "expressions-INITIAL_FORMS": 0}
    sent |= {"expressions-MIN_NUM_FORMS": 0, "expressions-MAX_NUM_FORMS": 1000, "_continue": "1"}
    if group:
        sent |= {"pgh_obj-TOTAL_FORMS": 0, "expressionhistory_set-TOTAL_FORMS": 0}
    for place, (language, text, *more) in enumerate(expressions):
        sent |= {f"expressions-{place}-language": language, f"expressions-{place}-text": text}
        sent |= {f"expressions-{place}-{field}": value for each in more for field, value in each.items()}
    return sent


def test_a_group_is_made_with_its_expressions(client, staff):
    response = client.post(reverse(ADD), form(("en", "P/CVE"), ("ar", "منع التطرف العنيف"), codes=["theme:youth-engagement"]))
    assert response.status_code == 302, response.context["errors"]
    group = SynonymGroup.objects.get()
    assert {(one.language, one.folded) for one in group.expressions.all()} == {("en", "p cve"), ("ar", "منع التطرف العنيف")}
    assert group.codes == ["theme:youth-engagement"]


def test_a_group_has_an_expression(client, staff):
    response = client.post(reverse(ADD), form())
    assert "The group has no expression." in response.text
    assert not SynonymGroup.objects.exists()
    group = make_synonyms("Sport", en=["sport"])
    sent = form(("en", "sport", {"id": group.expressions.get().pk, "group": group.pk, "DELETE": "on"}), group=group)
    response = client.post(page_of(group), sent | {"expressions-INITIAL_FORMS": 1})
    assert "The group has no expression." in response.text
    assert group.expressions.count() == 1


def test_the_database_takes_no_long_note():
    SynonymGroup(name="Long", note="n" * 1_000).save()
    with pytest.raises(IntegrityError, match="synonyms_note_is_short"):
        SynonymGroup(name="Longer", note="n" * 1_001).save()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("en", "P/CVE"), ("fr", "p-cve")], "It is there already"),
        ([("en", "!?")], "one to eight words"),
        ([("en", "a b c d e f g h i")], "one to eight words"),
        ([("en", "soccer")], "The group “Football” has it already."),
        ([("de", "Sport")], "Select a valid choice"),
        ([("en", "x" * 121)], "at most 120"),
    ],
)
def test_what_cannot_be_is_said_at_its_line(client, staff, lines, words):
    make_synonyms("Football", en=["football", "soccer"])
    response = client.post(reverse(ADD), form(*lines))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert SynonymGroup.objects.count() == 1


def test_codes_are_those_of_filters(client, staff):
    response = client.post(reverse(ADD), form(("en", "sport"), codes=["theme:nothing"]))
    assert "Select a valid choice. theme:nothing" in response.content.decode()
    assert not SynonymGroup.objects.exists()


def test_what_is_doubtful_is_said_and_taken(client, staff):
    city = make_city()
    for number in range(6):
        make_practice(city, f"Sport for young people {number}")
    make_synonyms("Football", en=["football", "(team games)"])
    lines = [("en", "of the"), ("en", "sport"), ("en", "football", {"only_found": "on"}), ("en", "team games"), ("en", "athletics")]
    page = client.post(reverse(ADD), form(*lines), follow=True).content.decode()
    assert "“of the” is nothing but common words" in page
    assert "“sport” stands in so many practices" in page
    assert "“football” is in the group “Football” as well." in page
    assert "“team games” is in the group “Football” as well." in page
    assert "“athletics”" not in page
    assert Expression.objects.count() == 7


def test_the_page_says_what_the_group_finds(client, staff):
    city = make_city()
    make_practice(city, "Boxing club")
    make_practice(city, "Football for all", themes=[])
    make_practice(city, "Choir", themes=[])
    group = make_synonyms("Sport", codes=["theme:youth-engagement"], en=["football for", "for football"])
    page = client.get(page_of(group))
    assert ({practice.title for practice in page.context["finds"].newest}, page.context["finds"].count) == (
        {"Boxing club", "Football for all"},
        2,
    )
    assert "Practices: 2 of 3." in page.content.decode()
    (expressions,) = [each for each in page.context["inline_admin_formsets"] if each.formset.prefix == "expressions"]
    assert [one.form.instance.held for one in expressions if one.form.instance.pk] == [1, 0]
    assert '<td class="field-practices"' in page.content.decode().replace("\n", "")


def test_it_says_what_was_before(client, staff):
    group = make_synonyms("Sport", en=["sport", "athletics"])
    one, other = group.expressions.order_by("pk")
    Expression.objects.filter(pk=one.pk).update(text="sports")
    other.delete()
    page = client.get(page_of(group)).content.decode()
    assert "<td>sport</td>" in page
    assert "<td>athletics</td>" in page
    assert "<td>taken out</td>" in page


def test_the_list_has_a_column_a_language_and_is_searched_in_any(client, staff):
    make_synonyms("Prevention", en=["P/CVE", "PVE", "CVE"], zh=["预防暴力极端主义"])
    make_synonyms("Football", en=["football", "(stadium)"])
    page = client.get(reverse(LIST)).content.decode()
    assert '<span class="said" lang="zh" dir="ltr">预防暴力极端主义</span>' in page
    assert ">+1</span>" in page
    for asked, names in (("p-cve", {"Prevention"}), ("极端", {"Prevention"}), ("STADIUM", {"Football"}), ("nothing", set())):
        assert {group.name for group in client.get(reverse(LIST), {"q": asked}).context["cl"].result_list} == names, asked
    for filters, names in (({"missing": "zh"}, {"Football"}), ({"kind": "also"}, {"Football"}), ({"kind": "same"}, {"Prevention"})):
        assert {group.name for group in client.get(reverse(LIST), filters).context["cl"].result_list} == names, filters


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_one_number_of_queries(client, staff, django_assert_num_queries, number):
    for name in ("Sport", "Arts", "Prison")[:number]:
        make_synonyms(name, en=[name])
    with django_assert_num_queries(8):
        assert len(client.get(reverse(LIST)).context["cl"].result_list) == number


# --- As a file -------------------------------------------------------------------------------------------------------


def sent(client, text):
    return client.post(reverse(BRING), {"file": SimpleUploadedFile("synonyms.csv", text.encode())})


def now():
    return {
        group.name: (group.codes, {(one.language, one.text, one.only_found) for one in group.expressions.all()})
        for group in SynonymGroup.objects.all()
    }


def test_what_is_taken_out_can_be_brought_in_again(client, staff):
    make_synonyms("Prevention", en=["P/CVE", "=1+1"], ar=["منع التطرف العنيف"])
    make_synonyms("Hooligans", codes=["setting:online", "theme:youth-engagement"], en=["hooligans", "(football)"])
    before = now()
    file = client.get(reverse(FILE))
    assert file["Content-Disposition"].startswith('attachment; filename="synonyms-')
    text = file.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "group,leads_to,note,ar,en,es,fr,ru,zh"
    assert client.post(reverse(BRING), {"file": SimpleUploadedFile("s.csv", file.content)}, follow=True).status_code == 200
    assert now() == before
    SynonymGroup.objects.all().delete()
    page = client.post(reverse(BRING), {"file": SimpleUploadedFile("s.csv", file.content)}, follow=True)
    assert "Groups made: 2. Changed: 0. As they were: 0." in page.content.decode()
    assert now() == before


def test_a_group_becomes_what_the_file_says_and_others_stay(client, staff):
    make_synonyms("Sport", en=["sport", "athletics"])
    make_synonyms("Football", en=["football"])
    make_synonyms("Arts", en=["arts"])
    response = sent(client, "group,leads_to,en\nSport,theme:youth-engagement,sport; football\nFootball,,(stadium); soccer\n")
    assert response.status_code == 302
    assert now() == {
        "Sport": (["theme:youth-engagement"], {("en", "sport", False), ("en", "football", False)}),
        "Football": ([], {("en", "stadium", True), ("en", "soccer", False)}),
        "Arts": ([], {("en", "arts", False)}),
    }


def test_what_a_file_has_no_column_for_stays(client, staff):
    group = make_synonyms("Sport", codes=["theme:youth-engagement"], en=["sport"], fr=["le sport", "(athlétisme)"], zh=["体育"])
    group.note = "From the glossary."
    group.save()
    assert sent(client, "group,en\nSport,sport; athletics\nArts,arts\n").status_code == 302
    kept = {("fr", "le sport", False), ("fr", "athlétisme", True), ("zh", "体育", False)}
    wanted = {("en", "sport", False), ("en", "athletics", False)} | kept
    assert now() == {"Sport": (["theme:youth-engagement"], wanted), "Arts": ([], {("en", "arts", False)})}
    assert sent(client, "group,note\nSport,\n").status_code == 302
    assert sent(client, "group,en,fr,zh,leads_to\nSport,sport,,,\n").status_code == 302
    assert now()["Sport"] == ([], {("en", "sport", False)}), "a column without anything in it says that there is nothing"
    assert SynonymGroup.objects.get(name="Sport").note == ""


def test_what_a_file_has_no_column_for_is_no_other_group_s(client, staff):
    make_synonyms("Sport", en=["sport"], fr=["football"])
    response = sent(client, "group,en\nSport,FOOTBALL\nOther,football\n")
    assert response.context["faults"] == [
        "Line 2: “FOOTBALL” is in the group already, in a language for which the file has no column.",
        "Line 3: “football” is in the group “Sport” as well.",
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["The first line names no columns."]),
        ("name,en\nSport,sport\n", ["The columns are: group, leads_to, note, ar, en, es, fr, ru, zh."]),
        ("group,en,de\nSport,sport,Sport\n", ["The columns are: group, leads_to, note, ar, en, es, fr, ru, zh."]),
        ("group,en\nSport,sport,athletics\n", [
            "Line 2: The row has more cells than there are columns. Does a text with a comma in it lack its quotation marks?",
        ]),
        ("group,note,en\nSport," + "x" * 1001 + ",sport\n", ["Line 2: The note has more than 1,000 characters."]),
        ("group,en\nSport,\nArts,\n", ["Line 2: The group has no expression.", "Line 3: The group has no expression."]),
        ("group,en\n,sport\n", ["Line 2: This field cannot be blank."]),
        ("group,en,fr\nSport,sport,Sport!\n", ["Line 2: “Sport!” stands there twice."]),
        ("group,en\nSport,a\nSport,b\n", ["Line 3: “Sport” stands there twice."]),
        ("group,en\nSport,sport\nOther,SPORT\n", ["Line 3: “SPORT” is in the group “Sport” as well."]),
        ("group,en\nSport,arts\n", ["Line 2: “arts” is in the group “Arts” as well."]),
        ("group,leads_to,en\nSport,theme:x; form:y,sport\n", [
            "Line 2: “form:y” is no value of a filter.",
            "Line 2: “theme:x” is no value of a filter.",
        ]),
        ("group,en\nSport,?!; one two three four five six seven eight nine\n", [
            "Line 2: “?!” has not one to eight words.",
            "Line 2: “one two three four five six seven eight nine” has not one to eight words.",
        ]),
    ],
)  # fmt: skip
def test_a_file_with_faults_changes_nothing_and_all_are_said(client, staff, text, faults):
    make_synonyms("Arts", en=["arts"])
    before = now()
    response = sent(client, text)
    assert (response.status_code, response.context["faults"]) == (422, faults)
    assert now() == before


def test_the_first_ones_can_be_brought_in(settings):
    columns, rows = sheets.read((settings.BASE_DIR / "hub" / "data" / "synonyms.csv").read_bytes())
    done = synonym_file.bring(columns, rows)
    assert (done.made, Expression.objects.count()) == (len(rows), 2812)


# --- Who may ---------------------------------------------------------------------------------------------------------


def bring_drones():
    columns, rows = sheets.read(b"group,en\r\nFrom the file,drones\r\n")
    return synonym_file.bring(columns, rows)


def brought_while_somebody_makes_a_group_of_the_same(monkeypatch):
    """Somebody comes when the file is compared with what is there already, and is done before it is written, unless something holds
    them off."""
    compared, made, doubles = Meeting(), Meeting(), synonym_file._doubles

    def doubles_and_meet(read):
        found = list(doubles(read))
        compared.wait()
        made.wait()
        return iter(found)

    def make():
        compared.wait()
        with transaction.atomic():
            make_synonyms("By hand", en=["drones"])
        made.wait()

    monkeypatch.setattr(synonym_file, "_doubles", doubles_and_meet)
    return race(bring_drones, make)


@pytest.mark.django_db(transaction=True)
def test_no_new_group_takes_an_expression_while_a_file_is_brought(monkeypatch):
    brought, refused = brought_while_somebody_makes_a_group_of_the_same(monkeypatch)
    assert brought == synonym_file.Brought(made=1)
    assert isinstance(refused, IntegrityError)
    assert "expression_asks_for_one_group" in str(refused)
    assert list(Expression.objects.values_list("group__name", "text")) == [("From the file", "drones")]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_does(monkeypatch):
    """The negative control: what was compared isn't what is there when it is written."""
    monkeypatch.setattr(synonym_file, "_hold", lambda: None)
    brought, made = brought_while_somebody_makes_a_group_of_the_same(monkeypatch)
    assert made is None
    assert isinstance(brought, IntegrityError)
    assert "expression_asks_for_one_group" in str(brought)


@pytest.mark.django_db(transaction=True)
def test_a_file_waits_for_whoever_came_first_and_says_what_they_took():
    begun, waits = Meeting(), Meeting()

    def make():
        with transaction.atomic():
            make_synonyms("By hand", en=["drones"])
            begun.wait()
            waits.wait()

    def bring():
        begun.wait()
        return bring_drones()

    _made, refused = race(make, bring)
    assert isinstance(refused, synonym_file.NotBrought)
    assert refused.faults == ["Line 2: “drones” is in the group “By hand” as well."]


def test_the_secretariat_keeps_them_and_nobody_else(client):
    group = make_synonyms("Sport", en=["sport"])
    addresses = [
        reverse(LIST),
        reverse(ADD),
        page_of(group),
        reverse(FILE),
        reverse(BRING),
        reverse("admin:hub_synonymgroup_delete", args=[group.pk]),
    ]
    other = User.objects.create_user("events@example.org", is_staff=True)
    for user, status in ((None, 302), (make_official(make_city()), 302), (other, 403)):
        client.logout()
        if user:
            client.force_login(user)
        assert {client.get(address).status_code for address in addresses} == {status}, user
        assert sent(client, "group,en\nArts,arts\n").status_code == status
    other.groups.add(secretariat())
    assert {client.get(address).status_code for address in addresses} == {200}
    assert set(now()) == {"Sport"}
    assert client.post(addresses[-1], {"post": "yes"}).status_code == 302
    assert now() == {}


def test_wrong_methods(client, staff):
    assert client.post(reverse(FILE)).status_code == 405
    assert client.put(reverse(BRING)).status_code == 405
    assert client.post(reverse(BRING)).status_code == 422
