"""A number of inhabitants is one of people, whoever writes it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0080_inhabitants_data")]
    operations = [
        migrations.AddConstraint(
            "city",
            models.CheckConstraint(
                condition=Q(population=None) | Q(population__range=(1, 400_000_000)),
                name="city_inhabitants_are_people",
                violation_error_message="That is no number of inhabitants. Leave it empty where it isn’t known.",
            ),
        )
    ]
