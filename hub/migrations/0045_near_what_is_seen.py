"""Which of the nearest words is offered depends, for readers who don't see practices for members, on the others alone."""

import importlib

from django.db import migrations

NEAR = importlib.import_module("hub.migrations.0008_own_language").NEAR.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("hub", "0040_picks_sums_orders")]
    operations = [
        migrations.RunSQL(NEAR.replace("sum(n.records)", "sum(CASE WHEN sees_all THEN n.records ELSE n.public END)"), NEAR),
    ]
