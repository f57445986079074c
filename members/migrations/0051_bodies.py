"""The two bodies, and what the Secretariat may do with their seats."""

import importlib

from django.db import migrations

ALLOWED = {"body": ["view", "change"], "seat": ["view", "add", "change", "delete"]}  # a seat typed for the wrong city goes again


def make(apps, schema_editor):
    bodies = apps.get_model("members", "Body").objects
    bodies.get_or_create(kind="steering-committee", defaults={"most_cities": 25})
    bodies.get_or_create(kind="advisory-board")


def allow(apps, schema_editor):
    importlib.import_module("members.migrations.0002_secretariat").allow(apps, ALLOWED)


class Migration(migrations.Migration):
    dependencies = [("members", "0050_governance")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop), migrations.RunPython(allow, migrations.RunPython.noop)]
