"""The Secretariat says what is promoted, and how themes stand."""

import importlib
from functools import partial

from django.db import migrations

SYNONYMS = importlib.import_module("hub.migrations.0027_synonyms_secretariat")
KEPT = ["view", "add", "change", "delete"]
ALLOWED = {
    **dict.fromkeys(("promotion", "phrasing", "pick", "themeorder"), KEPT),
    **{f"{model}history": ["view"] for model in ("promotion", "phrasing", "pick", "themeorder")},
}


class Migration(migrations.Migration):
    dependencies = [("hub", "0029_promoted_and_theme_order")]
    operations = [migrations.RunPython(partial(SYNONYMS.allow, allowed=ALLOWED), partial(SYNONYMS.disallow, allowed=ALLOWED))]
