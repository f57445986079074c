"""What a question leads to, by the synonyms that the staff keep."""

import csv
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from hub.models import Expression, SynonymGroup
from hub.models.synonym import CODES, LANGUAGES, MOST_WORDS
from hub.synonyms import MOST_ASKED, groups_in
from hub.words import WORD, fold
from tests.hub.cast import make_synonyms

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def none_but_the_tests_own(db):
    """Without the first ones, which a migration brings along."""
    SynonymGroup.objects.all().delete()


def asked(text):
    return groups_in([fold(word) for word in WORD.findall(text)])


def found(text):
    return [(match.start, match.length, match.asked) for match in asked(text)]


def test_an_expression_finds_its_group_in_every_language():
    make_synonyms("Prevention", en=["P/CVE"], fr=["prévention de l’extrémisme violent"], ar=["منع التطرف العنيف"], zh=["预防暴力极端主义"])
    (match,) = asked("local PREVENTION DE L'EXTREMISME VIOLENT please")
    assert (match.start, match.length, match.kind, match.asked) == (1, 5, "same", "prevention de l extremisme violent")
    assert set(match.expressions) == {
        (("p", "cve"), "en"),
        (("prevention", "de", "l", "extremisme", "violent"), "fr"),
        (("منع", "التطرف", "العنيف"), "ar"),
        (("预防暴力极端主义",), "zh"),
    }
    for text in ("P/CVE", "p-cve", "(p cve)", "مَنْع التطرف العنيف", "预防暴力极端主义"):
        assert [one.expressions for one in asked(text)] == [match.expressions], text
    assert asked("cve p") == []


def test_a_group_leads_to_values_of_filters():
    make_synonyms("Youth", codes=["theme:youth-engagement", "people:children-and-young-people"], en=["youth engagement"])
    assert asked("youth engagement")[0].codes == {"theme:youth-engagement", "people:children-and-young-people"}


def test_one_way_is_one_way():
    make_synonyms("Hooligans", en=["hooliganism", "hooligans", "(football)"])
    (match,) = asked("hooligans")
    assert (match.kind, {words for words, _language in match.expressions}) == ("also", {("hooliganism",), ("hooligans",), ("football",)})
    assert asked("football") == []


def test_what_is_only_found_may_be_asked_for_in_a_group_of_its_own():
    make_synonyms("Hooligans", en=["hooliganism", "(football)"])
    make_synonyms("Football", en=["football", "soccer"])
    assert [match.expressions for match in asked("football")] == [((("football",), "en"), (("soccer",), "en"))]


def test_the_longest_wins_and_none_overlap():
    make_synonyms("Speech", en=["speech"])
    make_synonyms("Hate speech", en=["hate speech"])
    make_synonyms("Online hate", en=["online hate"])
    make_synonyms("All", en=["online hate speech laws"])
    assert found("online hate speech laws") == [(0, 4, "online hate speech laws")]
    assert found("online hate speech") == [(0, 2, "online hate"), (2, 1, "speech")]
    assert found("hate speech, speech and hate speech") == [(0, 2, "hate speech"), (2, 1, "speech"), (4, 2, "hate speech")]


def test_chinese_stands_inside_a_longer_run():
    make_synonyms("Youth", zh=["青年参与"])
    make_synonyms("Cohesion", zh=["社会凝聚力", "凝聚"])
    make_synonyms("Society", zh=["社会"])
    assert found("促进青年参与和社会凝聚力") == [(0, 1, "青年参与"), (0, 1, "社会凝聚力")]
    assert found("city 青年参与 2026年青年参与") == [(1, 1, "青年参与"), (2, 1, "青年参与")]
    assert found("青年") == []


def test_what_changes_is_seen_by_the_next_question(django_assert_num_queries):
    """Each process keeps them all, and asks whether they are still the same."""
    group = make_synonyms("Sport", codes=["theme:youth-engagement"], en=["sport"])
    for change, now in (
        (lambda: group.expressions.create(language="en", text="sports"), [{"sport", "sports"}]),
        (lambda: group.expressions.filter(text="sports").update(text="games"), [{"sport", "games"}]),
        (lambda: group.expressions.filter(text="games").delete(), [{"sport"}]),
        (group.delete, []),
    ):
        change()
        with django_assert_num_queries(2):
            assert [{words[0] for words, _language in match.expressions} for match in asked("sport")] == now
        with django_assert_num_queries(1):
            asked("sport")
    group = make_synonyms("Sport", en=["sport"])
    asked("sport")
    SynonymGroup.objects.update(codes=["theme:gender-equality"])
    assert asked("sport")[0].codes == {"theme:gender-equality"}


def test_what_is_not_committed_is_not_kept():
    with transaction.atomic():
        make_synonyms("Sport", en=["sport"])
        assert len(asked("sport")) == 1
        transaction.set_rollback(True)
    assert asked("sport") == []


def test_any_question_is_one_statement(django_assert_num_queries):
    make_synonyms("Youth", en=["youth engagement"])
    asked("youth")
    with django_assert_num_queries(0):
        assert asked("") == asked("?! -") == []
    for text in ("x " * 10_000, "青" * 20_000, "a" * 20_000, "' \" \\ % ; --", "youth"):
        with django_assert_num_queries(1 if WORD.search(text) else 0):
            assert asked(text) == []
    late = "x " * (MOST_ASKED - 2) + "youth engagement"
    assert found(late) == [(MOST_ASKED - 2, 2, "youth engagement")]
    assert found("x " + late) == [], "what stands far behind in a whole page is not looked at"


@pytest.mark.parametrize("text", ["", "...", "one two three four five six seven eight nine"])
def test_an_expression_has_one_to_eight_words(text):
    group = make_synonyms("Some")
    with pytest.raises(IntegrityError, match="expression_has_one_to_eight_words"), transaction.atomic():
        Expression.objects.create(group=group, language="en", text=text)
    Expression.objects.create(group=group, language="en", text="  one-two three, four five six seven eight ")
    assert Expression.objects.get().folded == "one two three four five six seven eight"


def test_the_database_holds_the_rest():
    group, other = make_synonyms("P/CVE", en=["P/CVE", "(sport)"]), make_synonyms("Other", en=["(p-cve)", "(sport)"])
    refused: list[tuple[dict[str, Any], str]] = [
        ({"group": group, "text": "p cve", "only_found": True}, "expression_once_in_a_group"),
        ({"group": other, "text": "P CVE!"}, "expression_once_in_a_group"),
        ({"group": make_synonyms("Third"), "text": "P-CVE"}, "expression_asks_for_one_group"),
        ({"group": group, "text": "x", "language": "de"}, "expression_language_is_known"),
    ]
    for values, name in refused:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Expression.objects.create(**{"language": "en", **values})
    refused = [({"name": ""}, "synonyms_have_a_name"), ({"name": "x", "codes": ["theme:x"]}, "synonyms_lead_to_what_is_known")]
    for values, name in refused:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SynonymGroup.objects.create(**values)


def test_what_it_was_is_kept():
    before = Expression.history.rel.related_model  # type: ignore[attr-defined]  # made by pghistory
    before.objects.all().delete()
    group = make_synonyms("Sport", en=["sport"])
    Expression.objects.update(text="sports")
    Expression.objects.all().delete()
    group.name = "Sports"
    group.save()
    assert [each.text for each in before.objects.order_by("pgh_id")] == ["sport", "sports"]
    assert [each.name for each in vars(SynonymGroup)["history"].rel.related_model.objects.filter(pgh_obj=group)] == ["Sport"]


def test_the_first_ones_name_the_taxonomy_in_six_languages(settings):
    with (settings.BASE_DIR / "hub" / "data" / "synonyms.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    named = {code for row in rows for code in row["leads_to"].split("; ") if code}
    every = {code for code in CODES if code.partition(":")[0] in {"level", "theme", "type", "people", "sector"}}
    assert every <= named <= set(CODES)
    texts = [each for row in rows for code, _name in LANGUAGES for each in row[code].split("; ") if each]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(trim(hub_words(text)) ORDER BY place) FROM unnest(%s::text[]) WITH ORDINALITY AS t(text, place)", [texts]
        )
        folded = cursor.fetchone()[0]
    in_python = [" ".join(map(fold, WORD.findall(text))) for text in texts]
    assert [both for both in zip(folded, in_python, strict=True) if both[0] != both[1]] == [], "Python and the database fold alike"
    assert len(set(folded)) == len(folded)
    assert all(0 < len(one.split()) <= MOST_WORDS for one in folded)
