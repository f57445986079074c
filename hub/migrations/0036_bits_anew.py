"""The bits of a large hub as 0009_bits.py makes them now: values of facets by number, stems by levels of four bits, what is
dense never packed, what is sparse in the row. A database that had them before has all its practices to settle again, and is searched by rows until then."""

import importlib

from django.db import migrations, models

BITS = importlib.import_module("hub.migrations.0009_bits")


class Migration(migrations.Migration):
    dependencies = [("hub", "0035_suggestions")]
    operations = [
        migrations.AddField("lexeme", "bar_records", models.IntegerField(null=True)),
        migrations.RunSQL(
            [
                BITS.NO_ASK,
                BITS.NO_SETTLE,
                BITS.NO_UNSETTLE,
                BITS.NO_BITS,
                BITS.NO_TABLES,
                BITS.TABLES,
                BITS.BITS,
                BITS.UNSETTLE,
                BITS.SETTLE,
                BITS.ASK,
            ],
            migrations.RunSQL.noop,
        ),
    ]
