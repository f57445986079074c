"""A file that is brought in may come in place of one with faults; applications are taken out too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0052_spellings_by_country")]

    operations = [
        migrations.AlterModelOptions(
            name="export",
            options={
                "ordering": ["-at", "-pk"],
                "permissions": [("take_out_export", "Can take out cities, officials and applications as a file")],
                "verbose_name": "export",
                "verbose_name_plural": "exports",
            },
        ),
        migrations.RemoveConstraint(model_name="importtransition", name="import_settled_once"),
        migrations.AddField(
            model_name="import",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="members.import",
                verbose_name="in place of",
            ),
        ),
        migrations.AlterField(
            model_name="export",
            name="kind",
            field=models.CharField(
                choices=[("cities", "Cities"), ("officials", "Officials"), ("applications", "Applications to join")],
                max_length=20,
                verbose_name="what is in it",
            ),
        ),
        migrations.AlterField(
            model_name="import",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "to be looked at"),
                    ("half", "waits for a second person"),
                    ("written", "written"),
                    ("discarded", "discarded"),
                    ("replaced", "replaced"),
                ],
                default="ready",
                editable=False,
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="import", constraint=models.UniqueConstraint(fields=("replaces",), name="import_replaced_once")
        ),
        migrations.AddConstraint(
            model_name="importtransition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_state__in", ("written", "discarded", "replaced"))), fields=("subject",), name="import_settled_once"
            ),
        ),
    ]
