"""The Secretariat keeps the synonyms."""

from django.db import migrations

GROUP = "Secretariat"
ALLOWED = {
    "synonymgroup": ["view", "add", "change", "delete"],
    "expression": ["view", "add", "change", "delete"],
    "synonymgrouphistory": ["view"],
    "expressionhistory": ["view"],
}


def permissions(apps, allowed):
    """Django itself makes permissions only after the last migration, so they are made here. Later migrations call this as well."""
    for model, verbs in allowed.items():
        kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="hub", model=model)
        for verb in verbs:
            name = f"Can {verb} {apps.get_model('hub', model)._meta.verbose_name}"
            permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind, codename=f"{verb}_{model}", defaults={"name": name}
            )
            yield permission


def allow(apps, schema_editor, allowed=ALLOWED):
    """The group may be gone by then, where somebody deleted it."""
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.add(*permissions(apps, allowed))


def disallow(apps, schema_editor, allowed=ALLOWED):
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*permissions(apps, allowed))


class Migration(migrations.Migration):
    dependencies = [("hub", "0026_first_synonyms")]
    operations = [migrations.RunPython(allow, disallow)]
