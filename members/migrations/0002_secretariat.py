"""The group of ISD's people who run the network: who is in it may do what the rooms allow it, room by room."""

from django.db import migrations

GROUP = "Secretariat"
# They vet applications by verbs, never by a form; a city joins by two approvals, never by a membership typed by one.
ALLOWED = {
    "application": ["view", "vet"],
    "city": ["view", "add", "change"],
    "membership": ["view", "change"],
    "official": ["view", "change"],
    "post": ["view", "change"],
    "user": ["view"],
}


def make_group(apps, schema_editor):
    """The group with its permissions."""
    apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    allow(apps, ALLOWED)


def allow(apps, allowed):
    """Give the group what `allowed` says, {model: verbs}. Django itself makes permissions only after the last migration, so
    they are made here. Later migrations call this for their models; the group may be gone by then, where somebody deleted it."""
    group = apps.get_model("auth", "Group").objects.filter(name=GROUP).first()
    if group is None:
        return
    for model, verbs in allowed.items():
        kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="members", model=model)
        names = apps.get_model("members", model)._meta
        for verb in verbs:
            name = "Can decide on applications to join" if verb == "vet" else f"Can {verb} {names.verbose_name}"
            permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind, codename=f"{verb}_{model}", defaults={"name": name}
            )
            group.permissions.add(permission)


def drop_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, drop_group)]
