"""What the events' tests share. Counters of limits lie in a table; a test begins without any."""

import pytest

from tests import cast as house
from tests.members.conftest import no_limits_left_over  # noqa: F401  a fixture for every test


@pytest.fixture
def nadia(db):
    return house.make_person("nadia")


@pytest.fixture
def inside(client, nadia):
    """Nadia's browser."""
    client.force_login(nadia)
    return client
