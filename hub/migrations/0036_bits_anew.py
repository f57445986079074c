"""The bits of a large hub as 0009_bits.py makes them now: values of facets by number, stems by levels of four bits, what is dense
never packed, what is sparse in the row. A database that had them before, in whatever form, has all its practices to settle again, and
is searched by rows until then."""

import importlib

from django.db import migrations, models

BITS = importlib.import_module("hub.migrations.0009_bits")

NONE = """
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname IN (
            'hub_ask', 'hub_first', 'hub_facet_counts', 'hub_settle', 'hub_keep', 'hub_unsettle', 'hub_entry_written', 'hub_entry_gone',
            'hub_entry_emptied', 'hub_lexeme_gone', 'hub_average', 'hub_level', 'hub_impact', 'hub_offsets', 'hub_marks')
    LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', routine);  -- with their triggers
    END LOOP;
END
$$;
DROP TABLE IF EXISTS hub_stem_bits, hub_facet_bits, hub_facet_value, hub_segment, hub_pending, hub_dead, hub_place;
DROP SEQUENCE IF EXISTS hub_version;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0035_suggestions")]
    operations = [
        migrations.AddField("lexeme", "bar_records", models.IntegerField(null=True)),
        migrations.RunSQL([NONE, BITS.TABLES, BITS.BITS, BITS.UNSETTLE, BITS.SETTLE, BITS.ASK], migrations.RunSQL.noop),
    ]
