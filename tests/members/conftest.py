"""What every test of this room needs."""

import pytest
from django.core.cache import cache

from tests import cast


@pytest.fixture(autouse=True)
def no_limits_left_over(request):
    """The counters of the rate limits lie in a table that no test run empties: begin each test without any."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _transactional(request) else "db")
        cache.clear()


def _transactional(request):
    return any(marker.kwargs.get("transaction") for marker in request.node.iter_markers("django_db"))


@pytest.fixture
def sam(db):
    return cast.make_staff("sam")


@pytest.fixture
def toni(db):
    return cast.make_staff("toni")


@pytest.fixture
def aarhus(db):
    return cast.make_city("Aarhus")


@pytest.fixture
def lene(db):
    return cast.make_person("lene")


@pytest.fixture
def nadia(db):
    return cast.make_person("nadia")
