"""A note of a group of synonyms is as short as forms and files ask. One that a file brought longer is cut; its whole stays in the history."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

CUT = "UPDATE hub_synonymgroup SET note = left(note, 1000) WHERE length(note) > 1000;"


class Migration(migrations.Migration):
    dependencies = [("hub", "0047_many_ask")]
    operations = [
        migrations.RunSQL(CUT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "synonymgroup",
            models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("note"), 1000),
                name="synonyms_note_is_short",
            ),
        ),
    ]
