"""No result of any search by words stands there without a mark or a sentence that says why."""

import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from hub.models import Expression, Practice
from hub.search import EVERY, Query, search
from hub.words import WORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_practices")]
VISITOR = AnonymousUser()


def bare(words, **how):
    """Those found of which nothing says why, and how many there are in all."""
    found: list[Any] = search(Query(words, **how), VISITOR, 1, EVERY).results
    assert all(practice.why.city for practice in found)
    return [one.slug for one in found if not one.why.by and not any("<mark>" in text for text in (*one.marked, one.why.city))], len(found)


def ask(questions):
    unsaid = {words: slugs for words in questions if (slugs := bare(words)[0])}
    assert unsaid == {}


def test_expressions_of_the_field():
    """Of some three thousand a part, in every language; all of them take two minutes, so take them when what is found or marked changes."""
    expressions = list(Expression.objects.order_by("pk").values_list("text", flat=True))
    assert len(expressions) > 2_000
    ask(expressions[::13])


def test_words_of_the_practices_in_any_number():
    chance = random.Random(4)
    texts = [" ".join((one.title, one.summary, one.body, *one.lessons, *one.partners)) for one in Practice.objects.all()]
    words = sorted({word for text in texts for word in WORD.findall(text)})
    assert len(words) > 3_000
    ask([" ".join(chance.sample(words, chance.choice((1, 1, 2, 3, 40)))) for _ in range(150)])


def test_names_of_places_and_of_filters():
    ask(["Europe", "Danemark", "Århus", "عمان", "Кения", "police", "teachers", "secondary", "million", "replicated", "Arhus Kenya mothers"])
