"""An import is written or discarded once, a merge undone once: held by the database too, beside the row's lock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0041_contact_ends_for_good")]

    operations = [
        migrations.AddConstraint(
            model_name="importtransition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_state__in", ("written", "discarded"))), fields=("subject",), name="import_settled_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergetransition",
            constraint=models.UniqueConstraint(condition=models.Q(("to_state", "undone")), fields=("subject",), name="merge_undone_once"),
        ),
    ]
