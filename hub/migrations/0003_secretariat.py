"""What the Secretariat's group may do with practices. State is changed by verbs alone, and nothing is deleted here."""

from django.db import migrations

GROUP = "Secretariat"
ALLOWED = {"practice": ["view", "add", "change"], "practicetransition": ["view"], "practicehistory": ["view"]}


def permissions(apps):
    for model, verbs in ALLOWED.items():
        kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="hub", model=model)
        for verb in verbs:
            name = f"Can {verb} {apps.get_model('hub', model)._meta.verbose_name}"
            permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind, codename=f"{verb}_{model}", defaults={"name": name}
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
        ("hub", "0002_search"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(allow, disallow)]
