"""A city that was merged into another one has no lead official to miss, and the Secretariat may merge."""

import importlib

from django.db import migrations

_WATCH = importlib.import_module("members.migrations.0010_lead_watch").WATCH
VACANT = _WATCH[: _WATCH.index("CREATE FUNCTION members_watch_lead")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
UNLESS_MERGED = VACANT.replace("NOT city.is_sample", "NOT city.is_sample AND city.merged_into_id IS NULL")


def allow(apps, schema_editor):
    importlib.import_module("members.migrations.0002_secretariat").allow(apps, {"merge": ["view", "add"]})
    group = apps.get_model("auth", "Group").objects.filter(name="Secretariat").first()
    kind = apps.get_model("contenttypes", "ContentType").objects.get(app_label="members", model="merge")
    permission, _made = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="merge_city", defaults={"name": "Can merge cities and undo it"}
    )
    if group is not None:
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("members", "0021_merge")]
    operations = [migrations.RunSQL(UNLESS_MERGED, VACANT), migrations.RunPython(allow, migrations.RunPython.noop)]
