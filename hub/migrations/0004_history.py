"""What a record was is called its history, since "events" are the network's own. Changes names in Python, nothing in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0003_secretariat"),
    ]

    operations = [
        migrations.AlterField(
            model_name="practicehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.practice"
            ),
        ),
    ]
