from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from hub.models import SynonymGroup
from tests.hub import cast


@pytest.fixture(scope="module")
def real_practices(django_db_setup, django_db_blocker):
    """The 45 real records, imported once for a module, and the first synonyms; the records are taken away after it."""
    with django_db_blocker.unblock():
        cast.first_synonyms()
        call_command("import_practices", cast.PRACTICES, stdout=StringIO())
        yield
        with connection.cursor() as cursor:
            # Their history as well: it refers to nothing, so nothing takes it along.
            tables = "hub_practice, hub_practicehistory, hub_word, hub_spelling, hub_lexeme, hub_language, members_city, members_cityevent"
            cursor.execute(f"TRUNCATE {tables} CASCADE")


@pytest.fixture
def no_synonyms(db):
    """For tests of words by themselves."""
    SynonymGroup.objects.all().delete()
