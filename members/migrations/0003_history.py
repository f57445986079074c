"""What a record was is called its history, since "events" are the network's own. Changes names in Python, nothing in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_secretariat"),
    ]

    operations = [
        migrations.AlterField(
            model_name="applicationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.application"
            ),
        ),
        migrations.AlterField(
            model_name="cityevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.city"
            ),
        ),
        migrations.AlterField(
            model_name="membershipevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.membership"
            ),
        ),
        migrations.AlterField(
            model_name="officialevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.official"
            ),
        ),
        migrations.AlterField(
            model_name="postevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.post"
            ),
        ),
    ]
