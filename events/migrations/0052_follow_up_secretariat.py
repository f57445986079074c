"""The Secretariat keeps papers; of journeys and letters it decides by verbs alone."""

from functools import partial
from importlib import import_module

from django.db import migrations

ALLOWED = {
    "paper": ["view", "add", "change", "delete"],
    **{model: ["view"] for model in ("travelrequest", "travelrequesttransition", "visaletter", "visalettertransition")},
}
earlier = import_module("events.migrations.0003_secretariat")
allow, disallow = partial(earlier.allow, allowed=ALLOWED), partial(earlier.disallow, allowed=ALLOWED)


class Migration(migrations.Migration):
    dependencies = [("events", "0051_papers"), ("events", "0003_secretariat")]
    operations = [migrations.RunPython(allow, disallow)]
