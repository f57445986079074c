"""Secrets that lie open are sealed: keys of apps, what recovery codes are made of, secrets of cities' providers. Back: they lie open again."""

from django.db import migrations

from strongcities import sealed

IN_DATA = ("secret", "seed")


def seal(apps, schema_editor):
    _turn(apps, lambda text: text if sealed.is_sealed(text) else sealed.seal(text))


def unseal(apps, schema_editor):
    _turn(apps, sealed.unseal)


def _turn(apps, turned):
    authenticators, providers = apps.get_model("mfa", "Authenticator").objects, apps.get_model("members", "SignOn").objects
    for row in authenticators.iterator():
        found = {name: turned(row.data[name]) for name in IN_DATA if name in row.data}
        if found:
            authenticators.filter(pk=row.pk).update(data=row.data | found)
    for row in providers.exclude(secret="").iterator():
        providers.filter(pk=row.pk).update(secret=turned(row.secret))


class Migration(migrations.Migration):
    dependencies = [("members", "0075_room_for_sealed"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(seal, unseal)]
