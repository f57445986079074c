"""The Secretariat keeps events. Who is registered is changed by verbs alone."""

from django.db import migrations

KEPT = ["view", "add", "change", "delete"]
ALLOWED = {
    "event": KEPT,
    "series": KEPT,
    **dict.fromkeys(("room", "session", "speaker", "photo", "question"), KEPT),
    **{model: ["view"] for model in ("registration", "booking", "eventinvitation", "answer", "party", "change", "notice", "eventhistory")},
    "cityseats": ["view", "add", "change"],
    **{f"{model}transition": ["view"] for model in ("event", "registration", "booking", "eventinvitation")},
}
GROUP = "Secretariat"


def permissions(apps, allowed):
    """Django itself makes permissions only after the last migration, so they are made here. Later migrations call this as well."""
    for model, verbs in allowed.items():
        kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="events", model=model)
        for verb in verbs:
            name = f"Can {verb} {apps.get_model('events', model)._meta.verbose_name}"
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
    dependencies = [
        ("events", "0002_seats"),
        ("members", "0002_secretariat"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(allow, disallow)]
