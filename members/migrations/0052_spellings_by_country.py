"""The spellings of a city by their country: a city that is proposed is compared with those of its own country alone, and the
trigrams of all others were looked through for it."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import F

SPELLINGS = OpClass(F("spellings"), name="gin_trgm_ops")


class Migration(migrations.Migration):
    dependencies = [("members", "0051_bodies"), ("strongcities", "0003_btree_gin")]
    operations = [
        # What is new goes in at once: cities are rarely written, and a list of what is pending is read through by every search.
        migrations.AddIndex("city", GinIndex(F("country"), SPELLINGS, name="city_spellings_by_country", fastupdate=False)),
        migrations.RemoveIndex("city", "city_spellings_trigrams"),
    ]
