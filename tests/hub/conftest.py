from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from pghistory.models import Event

from tests.hub import cast


@pytest.fixture(scope="module")
def real_practices(django_db_setup, django_db_blocker):
    """The 45 real records, imported once for a module; taken away after it."""
    with django_db_blocker.unblock():
        call_command("import_practices", cast.PRACTICES, stdout=StringIO())
        yield
        with connection.cursor() as cursor:
            for model in apps.get_models():
                if issubclass(model, Event):
                    model._base_manager.all()._raw_delete(using="default")
            cursor.execute("DELETE FROM hub_practicetransition")
            cursor.execute("DELETE FROM hub_practice")
            cursor.execute("DELETE FROM hub_word")
            cursor.execute("DELETE FROM members_city")
