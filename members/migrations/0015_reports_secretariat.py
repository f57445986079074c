"""The Secretariat handles reports of abuse: by verbs, never by a form."""

from django.db import migrations

GROUP = "Secretariat"
ALLOWED = {"view_report": "Can view report of abuse", "handle_report": "Can decide on reports of abuse"}


def allow(apps, schema_editor):
    """The permissions, given to the group. Django itself makes them only after the last migration, so they are made here."""
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="members", model="report")
    for codename, name in ALLOWED.items():
        permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)


def disallow(apps, schema_editor):
    apps.get_model("auth", "Permission").objects.filter(content_type__app_label="members", codename__in=ALLOWED).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_shown_to_instead_of_in_directory"),
    ]
    operations = [migrations.RunPython(allow, disallow)]
