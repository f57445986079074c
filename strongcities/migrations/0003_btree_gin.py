"""So that one index can hold a plain column beside trigrams: a city's country beside its spellings."""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("strongcities", "0002_cache_table")]
    operations = [BtreeGinExtension()]
