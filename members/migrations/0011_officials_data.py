"""What is there already: posts were vetted when they began, cities without a lead official are put before the staff, and
the Secretariat may read the new records. Verbs change them, never a form of the admin."""

from django.db import migrations
from django.db.models import F

GROUP = "Secretariat"
TO_READ = ("citydomain", "invitation", "vacancy", "vouch", "posttransition")


def vetted_when_begun(apps, schema_editor):
    apps.get_model("members", "Post").objects.update(vetted=F("since"))


def look(apps, schema_editor):
    schema_editor.execute("SELECT members_watch_lead(id) FROM members_city WHERE members_is_vacant(id)")


def permissions(apps):
    for model in TO_READ:
        kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="members", model=model)
        name = f"Can view {apps.get_model('members', model)._meta.verbose_name}"
        permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=f"view_{model}", defaults={"name": name}
        )
        yield permission


def allow(apps, schema_editor):
    """Django itself makes permissions only after the last migration, so they are made here."""
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    group.permissions.add(*permissions(apps))


def disallow(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*permissions(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0010_lead_watch"),
    ]
    operations = [
        migrations.RunPython(vetted_when_begun, migrations.RunPython.noop),
        migrations.RunPython(look, migrations.RunPython.noop),
        migrations.RunPython(allow, disallow),
    ]
