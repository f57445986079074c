"""What stands behind what, by rows and by bits: on a page with all of it, and on pages beyond those that are put in their exact order."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from hub import finding
from hub.models import Practice
from hub.search import Query, search
from tests.hub.cast import make_city, make_practice, run

VISITOR = AnonymousUser()


@pytest.fixture(params=["rows", "bits"])
def written(request, no_synonyms):
    """What is made so far is settled, or is not; beyond the first of them none is put in its exact order once more."""

    def done(monkeypatch):
        if request.param == "bits":
            run("SELECT hub_count_words()::text")
            run("SELECT hub_keep(1)")
            assert run("SELECT hub_settle(100, 1)") == Practice.objects.count()
            assert run("SELECT count(*) FROM hub_pending") == 0
        monkeypatch.setattr(finding, "BEST", 1)
        monkeypatch.setattr(finding, "FOREMOST", 1)

    return done


def in_order(what, query):
    """`what` of each practice that is found: of a page with all of them, and of pages of one each, which are the same."""
    whole = [getattr(practice, what) for practice in search(query, VISITOR).results]
    assert [getattr(practice, what) for page in range(len(whole)) for practice in search(query, VISITOR, page + 1, 1).results] == whole
    return whole


@pytest.mark.parametrize("words", ["", "council"])
def test_what_was_tested_and_found_not_effective_stands_last_by_evidence(written, monkeypatch, words):
    for evidence in ("x", "0", "4"):
        make_practice(make_city(), "Youth council", evidence=evidence)
    written(monkeypatch)
    assert in_order("evidence", Query(words, sort="evidence")) == ["4", "0", "x"]


@pytest.mark.parametrize("words", ["", "council"])
@pytest.mark.parametrize("sort", ["relevance", "newest", "evidence"])
def test_samples_stand_behind_what_is_real_in_every_order(written, monkeypatch, sort, words):
    """Newer, better evidenced and with more of the words as they may be."""
    for number in range(3):
        make_practice(make_city(), "Council council council", summary="Council", is_sample=True, evidence="4")
        old = timezone.now() - timedelta(days=900)
        make_practice(make_city(), f"A council {number}", body="Long. " * 99, evidence="0", published_at=old)
    written(monkeypatch)
    assert in_order("is_sample", Query(words, sort=sort)) == [False] * 3 + [True] * 3
