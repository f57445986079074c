"""What is taken for a misspelling, and for which word; and what is left as it was typed."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from hub.search import Query, search
from tests.hub.cast import make_city, make_official, make_practice, make_synonyms

VISITOR = AnonymousUser()
BARE = {"summary": "…", "body": "", "themes": []}


def meant(words, user=VISITOR):
    return search(Query(words), user, bare=True).corrected


def hold(words, **fields):
    """A practice that holds these words, of a city that bears none of them."""
    return make_practice(make_city(f"Qq{fields}", "SE", member=False), words, **(BARE | fields))


class TestDistance:
    @pytest.mark.parametrize(
        ("held", "typed"),
        [
            ("police", "polise"),  # one letter another
            ("camp", "camq"),
            ("schools", "schols"),  # missing
            ("youth", "youuth"),  # too many
            ("school", "shcool"),  # out of its place
            ("youth", "yuoth"),
            ("prevention", "preventoin"),
            ("extremism", "extremsim"),
            ("radicalisation", "radicalisaton"),
            ("rehabilitation", "rehabilitaion"),
            ("community", "comunitty"),  # two in a long word
            ("disinformation", "disinfomtion"),
            ("radicalisation", "xadicalisation"),  # the first
        ],
    )
    def test_near(self, no_synonyms, held, typed):
        hold(held)
        assert meant(typed) == held

    @pytest.mark.parametrize(
        ("language", "held", "typed"),
        [
            ("fr", "prévention", "prevenntion"),
            ("es", "convivencia", "convivensia"),
            ("ar", "المجتمع", "المجتمغ"),
            ("ar", "الشباب", "الشبااب"),
            ("ru", "экстремизм", "экстримизм"),
            ("ru", "школа", "школп"),
        ],
    )
    def test_near_in_other_languages(self, no_synonyms, language, held, typed):
        hold(held, language=language)
        assert meant(typed) == held.replace("é", "e")

    @pytest.mark.parametrize(
        ("held", "typed"),
        [
            ("camp", "cam"),  # too short to guess from
            ("aid", "aidq"),  # or to be guessed
            ("prison", "prosen"),  # two in a short word
            ("community", "communi"),
            ("police", "oplice"),  # the first
            ("civil", "xivil"),
            ("radicalisation", "xadicalisaton"),  # the first, and one more
            ("radicalisation", "radclistion"),  # three
            ("building", "bullying"),  # two, of unlike words
            ("stating", "stabbing"),
            ("growing", "grooming"),
            ("mentoring", "monitoring"),
            ("dedicated", "indicated"),
        ],
    )
    def test_not_near_enough(self, no_synonyms, held, typed):
        hold(held)
        assert search(Query(held), VISITOR, bare=True).count == 1
        assert meant(typed) is None

    def test_of_two_the_nearer_is_meant_then_the_more_frequent(self, no_synonyms):
        for title in ("Qqmarbled", "Qqmarbles", "Qqmarbles", "Qqmarblxx", "Qqmarblxx", "Qqmarblxx"):
            hold(title)
        with connection.cursor() as cursor:
            cursor.execute("SELECT hub_count_words()")
        assert meant("qqmarblez") == "qqmarbles"


class TestSynonyms:
    @pytest.mark.parametrize("expression", ["civic education", "(civic education)", "civic"])
    def test_a_word_of_an_expression_is_known(self, no_synonyms, expression):
        hold("Civil society")
        assert meant("civic duty") == "civil duty"
        make_synonyms("Civics", en=[expression])
        assert meant("civic duty") is None

    def test_a_synonym_is_meant_that_finds_something(self, no_synonyms):
        make_synonyms("Football", codes=["theme:youth-engagement"], en=["football"], es=["fútbol"])
        assert meant("fotball") is None
        hold("Fútbol", language="es")
        assert meant("fotball") == "football"

    def test_one_that_leads_to_a_theme_is_meant(self, no_synonyms):
        make_synonyms("Football", codes=["theme:youth-engagement"], en=["football"])
        hold("Pupils", themes=["youth-engagement"])
        assert meant("fotball") == "football"

    def test_one_that_is_only_found_is_not(self, no_synonyms):
        hold("Sport")
        group = make_synonyms("Sport", en=["sport", "(football)"])
        assert meant("fotball") is None
        group.expressions.update(only_found=False)
        assert meant("fotball") == "football"

    def test_it_finds_what_the_reader_may_see(self, no_synonyms):
        practice = hold("Fútbol", language="es", audience="members")
        make_synonyms("Football", en=["football"], es=["fútbol"])
        assert meant("fotball", make_official(practice.city)) == "football"
        assert meant("fotball") is None

    def test_of_a_longer_one_a_word_is_meant_where_the_others_are_asked_for(self, no_synonyms):
        hold("Couteau", language="fr")
        make_synonyms("Knives", en=["serious knife crime"], fr=["couteau"])
        assert meant("serious knfe crime") == "serious knife crime"
        assert meant("about serious knfe crime here") == "about serious knife crime here"
        assert meant("knfe crime") is None
        assert meant("serious knfe crimes") is None

    def test_of_two_as_near_the_one_that_more_hold_is_meant(self, no_synonyms):
        hold("Marblez")
        make_synonyms("Marbled", en=["marbled", "marbled paper"])
        hold("Marbled paper")
        make_synonyms("Marbles", en=["marbles", "glass marbles", "steel marbles"])
        hold("Glass marbles")
        assert meant("marblex") == "marbles"


class TestSamples:
    def test_what_only_samples_hold_is_meant_where_there_is_nothing_else(self, no_synonyms):
        hold("Nibrarude", is_sample=True)
        assert meant("nibraruse") == "nibrarude"
        hold("Library")
        assert meant("nibraruse") is None
        hold("Nibrarude")
        assert meant("nibraruse") == "nibrarude"

    def test_practices_that_the_reader_may_not_see_are_nothing_else(self, no_synonyms):
        hold("Nibrarude", is_sample=True)
        practice = hold("Library", audience="members")
        assert meant("nibraruse") == "nibrarude"
        assert meant("nibraruse", make_official(practice.city)) is None

    def test_a_synonym_that_finds_samples_is_meant(self, no_synonyms):
        hold("Library")
        hold("Fútbol", language="es", is_sample=True)
        make_synonyms("Football", en=["football"], es=["fútbol"])
        assert meant("fotball") == "football"


FIELD = [
    "knife crime", "fake news", "internet safety", "monitoring", "inter-faith", "grooming", "false information", "civic education",
    "indicated prevention", "bullying", "Daesh", "stabbing", "nurse", "incel", "gaming", "bullies", "videos", "dropout", "library",
    "released prisoners", "white supremacy", "transitional justice", "asylum seekers", "football fans", "conspiracy myths",
    "Boko Haram", "Hamas", "knives", "arson", "priest", "referee", "parking",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("words", FIELD)
def test_words_of_the_field_that_no_practice_holds_are_left_as_they_are(real_practices, words):
    assert meant(words) is None
