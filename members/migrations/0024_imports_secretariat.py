"""The Secretariat brings in spreadsheets and takes them out, and sees who did."""

import importlib

from django.db import migrations


def allow(apps, schema_editor):
    importlib.import_module("members.migrations.0002_secretariat").allow(apps, {"import": ["view", "add"], "export": ["view"]})
    group = apps.get_model("auth", "Group").objects.filter(name="Secretariat").first()
    kind = apps.get_model("contenttypes", "ContentType").objects.get(app_label="members", model="export")
    permission, _made = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="take_out_export", defaults={"name": "Can take out cities and officials as a file"}
    )
    if group is not None:
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("members", "0023_imports")]
    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
