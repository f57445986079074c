"""How many letters lie between two words, for what is misspelt."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("strongcities", "0003_btree_gin")]
    operations = [CreateExtension("fuzzystrmatch")]
