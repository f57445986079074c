"""An end between two people is for good: one contact between them, whatever became of it."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0025_posts_by_verbs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="contact",
            name="contact_one_at_a_time_between_two",
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Least("sender", "receiver"),
                django.db.models.functions.comparison.Greatest("sender", "receiver"),
                name="contact_one_between_two",
            ),
        ),
    ]
