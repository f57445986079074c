"""A latitude without a longitude is no place, nor the other way round: until now the database took one for unknown, and let it be."""

from django.db import migrations
from django.db.models import Q


def put_right(apps, schema_editor):
    lone = Q(latitude=None, longitude__isnull=False) | Q(latitude__isnull=False, longitude=None)
    apps.get_model("members", "City").objects.filter(lone).update(latitude=None, longitude=None)


class Migration(migrations.Migration):
    dependencies = [("members", "0026_contact_one_between_two")]
    operations = [migrations.RunPython(put_right, migrations.RunPython.noop)]  # half a place tells nothing that would be missed
