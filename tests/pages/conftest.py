import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english():
    """A request in Arabic leaves its language active; the next test begins in English all the same."""
    with translation.override("en"):
        yield
