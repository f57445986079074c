"""The Secretariat reads what is asked."""

import importlib
from functools import partial

from django.db import migrations

SYNONYMS = importlib.import_module("hub.migrations.0027_synonyms_secretariat")
ALLOWED = {"question": ["view"]}


class Migration(migrations.Migration):
    dependencies = [("hub", "0032_sum_searches")]
    operations = [migrations.RunPython(partial(SYNONYMS.allow, allowed=ALLOWED), partial(SYNONYMS.disallow, allowed=ALLOWED))]
