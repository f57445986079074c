"""The Secretariat changes a post by its verbs, never by a form: those ask who may, mail, and write down what was done."""

from django.db import migrations


def _change(apps, act):
    group = apps.get_model("auth", "Group").objects.filter(name="Secretariat").first()
    permission = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="members", codename="change_post").first()
    if group is not None and permission is not None:
        getattr(group.permissions, act)(permission)


def revoke(apps, schema_editor):
    _change(apps, "remove")


def grant(apps, schema_editor):
    _change(apps, "add")


class Migration(migrations.Migration):
    dependencies = [("members", "0024_imports_secretariat")]
    operations = [migrations.RunPython(revoke, grant)]
