"""Of each search it is counted whether a word of it was corrected, and whether that led to a practice. Until now it was counted that
another word was offered, and taken: what was counted so is no count of corrections, and goes."""

import importlib

from django.db import migrations, models

BEFORE = importlib.import_module("hub.migrations.0032_sum_searches").SUM.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
SUM = (
    BEFORE.replace("max(offered) AS offered", "bool_or(is_corrected) AS is_corrected")
    .replace(
        """ AS clicked,
            s.offered <> '' AND EXISTS (
                SELECT FROM searches o WHERE (o.day, o.mark, o.key) = (s.day, s.mark, s.offered)) AS taken
""",
        " AS clicked\n",
    )
    .replace("clicked, offered, taken)", "clicked, corrected, led)")
    .replace("FILTER (WHERE offered <> '')", "FILTER (WHERE is_corrected)")
    .replace("FILTER (WHERE taken)", "FILTER (WHERE is_corrected AND clicked)")
    .replace("offered = hub_searchday.offered + excluded.offered", "corrected = hub_searchday.corrected + excluded.corrected")
    .replace("taken = hub_searchday.taken + excluded.taken", "led = hub_searchday.led + excluded.led")
)


class Migration(migrations.Migration):
    dependencies = [("hub", "0036_bits_anew")]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, BEFORE),  # on the way back, when its columns are there again
        migrations.RemoveField("asking", "offered"),
        migrations.AddField("asking", "is_corrected", models.BooleanField(default=False)),
        migrations.AlterField("searchday", "offered", models.IntegerField(default=0)),  # as what they come back
        migrations.AlterField("searchday", "taken", models.IntegerField(default=0)),
        migrations.RemoveField("searchday", "offered"),
        migrations.RemoveField("searchday", "taken"),
        migrations.AddField("searchday", "corrected", models.IntegerField(default=0), preserve_default=False),
        migrations.AddField("searchday", "led", models.IntegerField(default=0), preserve_default=False),
        migrations.RunSQL(SUM, migrations.RunSQL.noop),
    ]
